// Some servers repeat the password in their reply to it. That reply is held back line by line, and masked before the
// component gets it, as `receive` in wit/capabilities.wit specifies. Several commands may be outstanding, so that reply
// is found by counting final replies (RFC 959 §4.2).

const MAX_LINE = 8192; // Longer lines are passed on in pieces.

/** Returns the lines of a text with their ends; the last one may be incomplete. */
export const linesOf = (text) => text.split(/(?<=\n)/);

export class Echo {
  #replies = new Replies();
  #masked; // The number of final replies until the one to PASS is complete; undefined if nothing is masked.
  #held = '';
  #pattern;

  constructor(password) {
    const exact = password.toString('latin1').replace(/[^0-9A-Za-z]/g, '\\$&');
    // A short password may occur by chance as a part of a word, and a mask there would reveal it.
    const secret = password.length < 8 ? `(?<![0-9A-Za-z])${exact}(?![0-9A-Za-z])` : exact;
    if (password.length > 0) this.#pattern = new RegExp(secret, 'g');
  }

  /** Must be called before PASS is sent. */
  expectReplyToPassword() {
    this.#replies.outstanding += 1;
    this.#masked = this.#replies.outstanding;
  }

  /** Must be called before commands other than PASS are sent. If the reply to PASS is complete, nothing more is masked.
   * Returns the bytes that were held back. */
  expectReplies(commands) {
    const released = this.#masked === 0 ? this.#release() : '';
    if (this.#masked === 0) this.#masked = undefined;
    this.#replies.outstanding += commands;
    return Buffer.from(released, 'latin1');
  }

  /** Returns the bytes that may be passed on. In other replies the password is not masked, because there it may be a
   * number or a name. */
  take(received) {
    let passed = '';
    for (const piece of linesOf(received.toString('latin1'))) {
      this.#held += piece;
      const isWhole = piece.endsWith('\n') || this.#held.length >= MAX_LINE;
      if (isWhole || this.#masked === undefined) passed += this.#release();
      if (this.#replies.endsFinalReply(piece) && this.#masked > 0) this.#masked -= 1;
    }
    return Buffer.from(passed, 'latin1');
  }

  /** Returns true if the beginning of a line is held back. */
  holds() {
    return this.#held.length > 0;
  }

  #release() {
    const line = this.#held;
    this.#held = '';
    return this.#pattern && this.#masked !== undefined ? this.#withoutPassword(line) : line;
  }

  /** Masks the password in a line. The code of a reply is never masked, even if the password looks like a reply:
   * `202-555-0147`. */
  #withoutPassword(line) {
    const [code] = /^(\d{3}[ -])?/.exec(line);
    const mask = (found, at) => (at + found.length > code.length ? code.slice(at) + '****' : found);
    return line.replace(this.#pattern, mask);
  }
}

/** Counts final replies, in text that may be split anywhere. */
class Replies {
  outstanding = 1; // The greeting.
  #head = ''; // The first characters of the current line.
  #begun; // The code of a reply of several lines that has not ended.

  /** Takes a piece of a line. Returns true if a final reply ends with it. */
  endsFinalReply(piece) {
    this.#head = (this.#head + piece.slice(0, 4)).slice(0, 4);
    if (!piece.endsWith('\n')) return false;
    const [, code, separator] = /^([1-5]\d\d)([- \r\n])/.exec(this.#head) ?? [];
    this.#head = '';
    if (!code || code !== (this.#begun ?? code)) return false;
    this.#begun = separator === '-' ? code : undefined;
    // A preliminary reply (1xx) is followed by another one to the same command.
    if (separator === '-' || code.startsWith('1')) return false;
    this.outstanding = Math.max(0, this.outstanding - 1);
    return true;
  }
}
