// Some servers repeat the password in their reply to it. That reply is held back until a line is complete, and masked
// before the component gets it, as `receive` in wit/capabilities.wit specifies.

const MAX_LINE = 8192; // Longer lines are passed on in pieces.

export class Echo {
  #expected = false;
  #held = Buffer.alloc(0);
  #pattern;

  constructor(password) {
    const exact = password.toString('latin1').replace(/[^0-9A-Za-z]/g, '\\$&');
    // A short password may occur by chance as a part of a word, and a mask there would reveal it.
    const secret = password.length < 8 ? `(?<![0-9A-Za-z])${exact}(?![0-9A-Za-z])` : exact;
    if (password.length > 0) this.#pattern = new RegExp(secret, 'g');
  }

  /** Returns the bytes that may be passed on. In other replies the password is not masked, because there it may be a
   * number or a name. */
  take(received) {
    if (!this.#expected) return received;
    this.#held = Buffer.concat([this.#held, received]);
    const whole = this.#held.length < MAX_LINE ? this.#held.lastIndexOf('\n') + 1 : this.#held.length;
    return this.#release(whole);
  }

  /** Returns true if the beginning of a line is held back. */
  holds() {
    return this.#held.length > 0;
  }

  /** Called when the next line is sent; `isPassword` is true for the PASS line. Returns the bytes that were held
   * back. */
  next(isPassword) {
    const released = this.#release(this.#held.length);
    this.#expected = isPassword;
    return released;
  }

  #release(count) {
    const lines = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    if (!this.#pattern) return lines;
    const masked = lines.toString('latin1').split(/(?<=\n)/).map((line) => this.#masked(line));
    return Buffer.from(masked.join(''), 'latin1');
  }

  /** Masks the password in a line. The code of a reply is never masked, even if the password looks like a reply:
   * `202-555-0147`. */
  #masked(line) {
    const [code] = /^(\d{3}[ -])?/.exec(line);
    const mask = (found, at) => (at + found.length > code.length ? code.slice(at) + '****' : found);
    return line.replace(this.#pattern, mask);
  }
}
