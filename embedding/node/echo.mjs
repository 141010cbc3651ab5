// The reply to the password, in which some servers repeat it: held back until a line is whole, and masked before the
// component gets it. As wit/capabilities.wit has it at `receive`.

const MAX_LINE = 8192; // Longer ones are given on in pieces.

export class Echo {
  #expected = false;
  #held = Buffer.alloc(0);
  #pattern;

  constructor(password) {
    const exact = password.toString('latin1').replace(/[^0-9A-Za-z]/g, '\\$&');
    // A short one may occur by chance: a gap within a word would tell what it is.
    const secret = password.length < 8 ? `(?<![0-9A-Za-z])${exact}(?![0-9A-Za-z])` : exact;
    if (password.length > 0) this.#pattern = new RegExp(secret, 'g');
  }

  /** What may be given on. The password is not touched in other replies, where it may be a number or a name. */
  take(received) {
    if (!this.#expected) return received;
    this.#held = Buffer.concat([this.#held, received]);
    const whole = this.#held.length < MAX_LINE ? this.#held.lastIndexOf('\n') + 1 : this.#held.length;
    return this.#release(whole);
  }

  /** Whether the beginning of a line is held back. */
  holds() {
    return this.#held.length > 0;
  }

  /** Another line is sent, perhaps the password. Gives what was held. */
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

  /** The code of a reply is no secret, and stays also where the password looks like a reply: `202-555-0147`. */
  #masked(line) {
    const [code] = /^(\d{3}[ -])?/.exec(line);
    const mask = (found, at) => (at + found.length > code.length ? code.slice(at) + '****' : found);
    return line.replace(this.#pattern, mask);
  }
}
