// What became of a connection, as wit/capabilities.wit calls it (io-error), for what Node and the system call it.

const CAUSES = {
  ENOTFOUND: 'unreachable',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timed-out',
};

export function causeOf({ code }, isEncrypted) {
  // The system's own errors are named E and one word; the others are those of TLS.
  return isEncrypted && !/^E[A-Z]+$/.test(code) ? 'insecure' : (CAUSES[code] ?? 'reset');
}
