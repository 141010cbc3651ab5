// Maps the error codes of Node and of the system to io-error of wit/capabilities.wit.

const CAUSES = {
  ENOTFOUND: 'unreachable',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timed-out',
};

export function causeOf({ code }, isEncrypted) {
  // The codes of system errors are "E" and one word; the other codes are those of TLS.
  return isEncrypted && !/^E[A-Z]+$/.test(code) ? 'insecure' : (CAUSES[code] ?? 'reset');
}
