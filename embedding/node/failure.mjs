// The reason why a file was not uploaded, or why the outcome is unknown: as a message, and as an exit status.

import { isDisagreement } from './delivery.mjs';

const FAILED = 1; // The exit statuses of the program ftp-uploader.
const USAGE = 2;
const IN_DOUBT = 10;

/** An error with a message for the user. */
export class Failure extends Error {
  name = 'Failure';

  constructor(message, status = FAILED) {
    super(message);
    this.status = status;
  }

  /** Returns an upload-error of wit/upload.wit as an error. `isSent` is true if every byte was sent; `hint` may add a
   * cause. */
  static of(failure, isSent, hint) {
    const isUnknown = isSent && leavesDoubt(failure);
    const what = explain(failure) + (hint ? `: ${escaped(hint)}` : '');
    const message = isUnknown
      ? `whether the file is stored is not known: every byte was sent, then ${what}; look before you retry`
      : what;
    return new Failure(message, isUnknown || isDisagreement(failure) ? IN_DOUBT : FAILED);
  }
}

/** An option is not valid. Nothing was sent. */
export class UsageError extends Error {
  name = 'UsageError';
  status = USAGE;
}

/** Returns true if a file of which every byte was sent may be stored in spite of the error. */
function leavesDoubt({ tag, val }) {
  switch (tag) {
    case 'refused':
      // RFC 959 §4.2.2: a connection broke, so the file may be stored nevertheless. vsftpd reports this as "500 OOPS".
      return [421, 425, 426].includes(val.code) || (val.code === 500 && escaped(val.text).startsWith('OOPS'));
    case 'misbehaved':
      return val.what !== 'early-success';
    default:
      return tag === 'broken' || tag === 'unconfirmed';
  }
}

function explain({ tag, val }) {
  switch (tag) {
    case 'refused':
      return `the server refused at ${val.step}: ${val.code} ${escaped(val.text)}`;
    case 'misbehaved':
      return `the server broke the protocol at ${val.step}: ${val.what}`;
    case 'broken':
      return `the ${val.connection} connection failed at ${val.step}: ${val.cause}`;
    case 'unreadable':
      return `the file could not be read to its end (${val}); a part of it may be on the server`;
    case 'unconfirmed': {
      const when = val.completed ? 'when it was asked what it has' : 'before it said that it has them';
      return `the server was lost ${when}: ${val.cause}`;
    }
    case 'mismatch':
      return `${val.sent} bytes were sent, but the server has ${val.stored}`;
    case 'missing':
      return 'the server said that it has the file, and then that there is none of this name';
    case 'corrupt':
      return `what the server has is not what was sent: its ${val} is another`;
    case 'invalid':
      return `an argument is not valid: ${val}`;
    default:
      return `the component failed: ${val}`;
  }
}

/** Escapes the server's text, or its certificate, so that it cannot control the terminal. */
function escaped(bytes) {
  const hex = (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return Buffer.from(bytes).toString('latin1').replace(/[^\x20-\x7e]/g, hex);
}
