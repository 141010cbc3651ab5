// The capabilities that the component gets: a connection to one server, one file, one password, and a deadline for
// every wait.
//
// Each method does what wit/capabilities.wit specifies for the function with the same name, and throws the error of
// that function. The methods are asynchronous, as Node's sockets are, and run in the main thread; the component waits
// in another one (capabilities.mjs). This file is independent of WebAssembly.

import { EventEmitter, once } from 'node:events';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { setImmediate } from 'node:timers/promises';
import { Authority } from './authority.mjs';
import { causeOf } from './causes.mjs';
import { Echo, linesOf } from './echo.mjs';
import { CHUNK, LocalFile } from './file.mjs';

const TIMEOUT = 60_000; // The maximum silence of the server, in milliseconds.
const CONNECT_TIMEOUT = 15_000;
const DRAIN_TIMEOUT = 300_000; // For the end of the file: Node cannot observe the system's send queue.
const FAREWELL = 2_000; // For QUIT, whose reply does not change the outcome.
const GRACE = 1_000; // For the end of a data connection after the reply has arrived.
const MAX_UNREAD = 64 * 1024; // The maximum number of bytes from the server that are held in memory.
const FIRST_DATA_PORT = 1024; // A server that names a lower port may try to make us connect to another service.

// The limits for one file: data connections (EPSV, PASV, and a reserve), commands sent, bytes received.
const MAX_CONNECTIONS = 8;
const MAX_LINES = 512;
const MAX_RECEIVED = 2 << 20;
const MAX_LISTED = 64 << 20; // The bytes of one listing.

// The limits for commands sent at once, and since bytes were received.
const MAX_FLIGHT = 8;
const MAX_UNANSWERED = 16;

export class Sockets {
  sent = 0; // The number of bytes sent, in order, and all over one data connection, the carrier.
  finished = false; // True if the carrier has sent the end of the file.
  #carrier;
  #ended; // The carrier, between the end of the file and `finish`.
  #timeout = TIMEOUT;
  #due; // The deadline for the next progress.
  #control;
  #authority; // The commands that the present call of the component may send.
  #tls; // The TLS options, if TLS is required: then only AUTH is sent in clear, and no file.
  #spoken = false; // True if a command was sent.
  #session; // The TLS session of the control connection, which the data connections resume.
  #unread = Buffer.alloc(0); // The bytes from the server that the component has not received yet.
  #echo; // Masks the password in them.
  #password; // A function that returns the PASS line; undefined after its first call.
  #data = new Map();
  #connections = 0;
  #lines = 0;
  #unanswered = 0; // The lines sent since bytes were received.
  #received = 0;
  #changes = new EventEmitter(); // Emits 'change' after every event that a wait may depend on.

  /** Opens the file, then connects. `onProgress` is called after each transferred part, `onNotice` with information
   * for the user. */
  static async open(host, port, password, path, onProgress, onNotice) {
    const sockets = new Sockets();
    sockets.onProgress = onProgress;
    sockets.onNotice = onNotice;
    sockets.file = await LocalFile.open(path);
    sockets.size = sockets.file.size;
    sockets.#password = () => Buffer.concat([Buffer.from('PASS '), password, Buffer.from('\r\n')]);
    sockets.#echo = new Echo(password);
    sockets.#mark();
    sockets.#control = await sockets.#connect(host, port).catch((cause) => {
      throw new Error(`cannot connect to ${host}:${port}: ${cause}`);
    });
    sockets.#control.on('data', (bytes) => sockets.#hear(bytes));
    return sockets;
  }

  /** Returns the address that the server's name resolved to. */
  get address() {
    return this.#control.remoteAddress;
  }

  /** Must be called before the component runs. The certificate must be valid for `host`; `ca` replaces Node's roots. */
  requireTls(host, ca) {
    const servername = isIP(host) ? undefined : host;
    this.#tls = { host, servername, ca, ALPNProtocols: ['ftp'], rejectUnauthorized: true };
  }

  /** Must be called before the component runs, with the only names that it may use: `user`, `directory` and `name`. */
  permit(words) {
    this.#authority = new Authority(words);
  }

  /** Must be called before each call of the component, with the name of the function. */
  begin(call) {
    this.#authority.begin(call);
  }

  /** From now on, uses the short timeout of QUIT. */
  sayFarewell() {
    this.#timeout = FAREWELL;
  }

  async receive(limit) {
    await this.#until(() => this.#hasSpoken(), this.#due);
    if (this.#unread.length === 0) throw this.#control.over;
    const most = Math.min(Math.max(1, limit), MAX_UNREAD, MAX_RECEIVED - this.#received);
    if (most === 0) throw 'denied';
    const received = this.#unread.subarray(0, most);
    this.#received += received.length;
    this.#unanswered = 0;
    this.#unread = this.#unread.subarray(received.length);
    this.#control.resume();
    return received;
  }

  async pending() {
    // Node receives data only between two turns of its event loop.
    await setImmediate();
    return Boolean(this.#hasSpoken() || this.#echo.holds());
  }

  noticed(notice) {
    this.onNotice(notice);
  }

  async secure() {
    if (!this.#tls) throw 'insecure';
    // Bytes from before the handshake must not count as protected (CVE-2021-22947). If we have sent nothing yet
    // (implicit TLS), they mean a server without TLS.
    if (this.#unread.length > 0) throw this.#spoken ? 'denied' : 'insecure';
    this.#mark();
    this.#control.removeAllListeners('data');
    this.#control = await this.#handshake(this.#control);
    this.#control.on('data', (bytes) => this.#hear(bytes));
  }

  async send(bytes) {
    const lines = linesOf(Buffer.from(bytes).toString('latin1'));
    if (lines.length > MAX_FLIGHT || !lines.every(isCommand)) throw 'denied';
    if (!this.#authority.permits(lines)) throw 'denied';
    this.#beginSending(bytes, lines.length);
    this.#unread = Buffer.concat([this.#unread, this.#echo.expectReplies(lines.length)]);
    await this.#write(bytes);
  }

  async sendPassword() {
    if (!this.#authority.permitsPassword()) throw 'denied';
    const line = this.#password?.();
    this.#password = undefined;
    if (!line) throw 'denied';
    this.#beginSending(line, 1);
    this.#echo.expectReplyToPassword();
    await this.#write(line);
  }

  async openData(port) {
    const id = await this.#open(port);
    this.#data.get(id).resume(); // Data from the server is discarded.
    return id;
  }

  /** Opens a data connection that only receives. */
  async openListing(port) {
    if (!this.#authority.permitsListing()) throw 'denied';
    const id = await this.#open(port);
    this.#collect(this.#data.get(id));
    return id;
  }

  async receiveListing(id, limit) {
    const data = this.#data.get(id);
    if (this.#tls && !data.encrypted) throw 'denied';
    await this.#until(() => data.unread.length > 0 || data.over, performance.now() + this.#timeout);
    this.#mark(); // The final reply has its full time after the last byte.
    if (data.unread.length === 0 && data.over !== 'closed') throw data.over;
    const most = Math.min(Math.max(1, limit), MAX_UNREAD, MAX_LISTED - data.listed);
    if (most === 0 && data.unread.length > 0) throw 'denied';
    const received = data.unread.subarray(0, most);
    data.unread = data.unread.subarray(received.length);
    data.listed += received.length;
    data.resume();
    return received;
  }

  async secureListing(id) {
    await this.secureData(id);
    this.#collect(this.#data.get(id));
  }

  async #open(port) {
    if (port < FIRST_DATA_PORT || this.#connections === MAX_CONNECTIONS) throw 'denied';
    this.#connections += 1;
    const id = this.#connections;
    const data = await this.#connect(this.#control.remoteAddress, port);
    this.#mark(); // No command may follow before the data.
    this.#data.set(id, data);
    return id;
  }

  async secureData(id) {
    const plain = this.#data.get(id);
    // Bytes from before the handshake must not count as protected.
    if (!this.#control.encrypted || plain.unread?.length > 0) throw 'denied';
    plain.removeAllListeners('data');
    const data = await this.#handshake(plain);
    // A server that resumes the session of the control connection is the same server.
    if (!data.isSessionReused() && fingerprint(data) !== fingerprint(this.#control)) {
      this.why = 'another certificate than on the control connection';
      throw 'insecure';
    }
    this.#data.set(id, data.resume());
  }

  async splice(id, offset, length) {
    const connection = (val) => ({ tag: 'connection', val });
    const source = (val) => ({ tag: 'source', val });
    const data = this.#data.get(id);
    if (this.#tls && !data.encrypted) throw connection('denied');
    const wanted = Math.min(Number(length), this.size - Number(offset), CHUNK);
    if (wanted <= 0) return { tag: 'end' };
    // The file must be sent in order.
    if (!this.#isCarriedBy(id) || Number(offset) !== this.sent) throw connection('denied');
    const room = () => data.over || !data.writableNeedDrain;
    const turn = await this.#turn(room, this.#due).catch((late) => Promise.reject(connection(late)));
    if (turn === 'control') return { tag: 'heard' };
    if (data.over) throw connection(data.over);
    const bytes = await this.file.read(wanted, Number(offset)).catch((why) => Promise.reject(source(why)));
    data.write(bytes);
    this.#mark();
    this.sent += bytes.length;
    this.#carrier = id;
    this.onProgress(this);
    return { tag: 'bytes', val: BigInt(bytes.length) };
  }

  async shutdown(id) {
    if (!this.#isCarriedBy(id)) throw 'denied';
    const data = this.#data.get(id);
    this.finished = true;
    this.#mark();
    data.end();
    await this.#turn(() => data.writableFinished || data.over, performance.now() + DRAIN_TIMEOUT);
    if (data.over === 'reset') throw 'reset';
    this.#ended = id;
  }

  async finish(id) {
    if (!this.finished) await this.shutdown(id);
    if (this.#ended !== id) throw 'denied';
    this.#ended = undefined;
    const data = this.#data.get(id);
    const turn = await this.#turn(() => data.over, performance.now() + DRAIN_TIMEOUT);
    // If the reply has arrived, it decides the outcome, so the end of this connection is awaited for a short time only.
    if (turn === 'control') await this.#until(() => data.over, performance.now() + GRACE).catch(() => {});
    if (data.over === 'reset') throw 'reset';
    this.#mark();
  }

  digest(algorithm, length) {
    return this.file.digest(algorithm, length);
  }

  /** Unless the end of the file was sent, the connection ends with a reset, so that the server does not take a partial
   * file for a complete one. */
  closeData(id) {
    const data = this.#data.get(id);
    this.#data.delete(id);
    // A listing is not ours, and needs no reset.
    if (data.writableFinished || data.unread) data.destroy();
    else (data.plain ?? data).resetAndDestroy();
  }

  closeControl() {
    this.#control.destroy();
  }

  /** Closes everything, whatever the outcome. */
  async close() {
    for (const id of this.#data.keys()) this.closeData(id);
    this.closeControl();
    await this.file.close();
  }

  /** Restarts the deadline, after something was sent or has moved. */
  #mark() {
    this.#due = performance.now() + this.#timeout;
  }

  #isCarriedBy(id) {
    return !this.finished && id === (this.#carrier ?? id);
  }

  #beginSending(bytes, lines) {
    if (this.#tls && !this.#control.encrypted && Buffer.compare(bytes, AUTH) !== 0) throw 'denied';
    if (this.#lines + lines > MAX_LINES || this.#unanswered + lines > MAX_UNANSWERED) throw 'denied';
    this.#lines += lines;
    this.#unanswered += lines;
  }

  async #write(bytes) {
    this.#spoken = true;
    this.#mark();
    this.#control.write(bytes);
    await this.#until(() => this.#control.writableLength === 0 || this.#control.over, this.#due);
    if (this.#control.over === 'reset') throw 'reset';
  }

  /** Waits for a reply of the server, which has priority, or for the data connection. */
  #turn(ready, due) {
    return this.#until(() => (this.#hasSpoken() && 'control') || (ready() && 'data'), due);
  }

  #hasSpoken() {
    return this.#unread.length > 0 || this.#control.over;
  }

  /** Waits until `ready` returns a true value, and calls it again after every change; throws 'timed-out' at `due`. */
  async #until(ready, due) {
    for (;;) {
      const found = ready();
      if (found) return found;
      const left = due - performance.now();
      if (left <= 0) throw 'timed-out';
      await once(this.#changes, 'change', { signal: AbortSignal.timeout(Math.ceil(left)) }).catch(() => {});
    }
  }

  #hear(bytes) {
    this.#unread = Buffer.concat([this.#unread, this.#echo.take(bytes)]);
    if (this.#unread.length >= MAX_UNREAD) this.#control.pause();
    this.#changes.emit('change');
  }

  /** Keeps the bytes of a listing until the component receives them. */
  #collect(data) {
    Object.assign(data, { unread: Buffer.alloc(0), listed: 0 });
    data.on('data', (bytes) => {
      data.unread = Buffer.concat([data.unread, bytes]);
      if (data.unread.length >= MAX_UNREAD) data.pause();
      this.#changes.emit('change');
    });
  }

  /** Returns a connected socket. When no more data can come from it, its property `over` has the reason. */
  async #connect(host, port) {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    return this.#established(socket, 'connect', performance.now() + CONNECT_TIMEOUT);
  }

  /** Starts TLS on a connection to the server. The plain socket must not be used by itself afterwards. */
  async #handshake(plain) {
    if (plain.encrypted || plain.handshaken) throw 'denied';
    if (plain.over) throw plain.over;
    plain.handshaken = true;
    const socket = connectTls({ ...this.#tls, socket: plain, session: this.#session });
    socket.plain = plain;
    // With TLS 1.3, tickets arrive when data is read, and the last one is the best.
    if (plain === this.#control) socket.on('session', (session) => (this.#session = session));
    return this.#established(socket, 'secureConnect', this.#due);
  }

  /** Waits for `event`, and registers the handlers for all events of the socket. */
  async #established(socket, event, due) {
    let established = false;
    const over = (cause) => {
      socket.over ??= cause;
      this.#changes.emit('change');
    };
    socket.once(event, () => this.#changes.emit('change', (established = true)));
    for (const event of ['drain', 'finish']) socket.on(event, () => this.#changes.emit('change'));
    socket.on('end', () => over('closed')).on('close', () => over('reset'));
    socket.on('error', (error) => {
      const cause = causeOf(error, socket.encrypted);
      if (cause === 'insecure') this.why = error.reason ?? error.message;
      over(cause);
    });
    try {
      await this.#until(() => established || socket.over, due);
      if (socket.over) throw socket.over;
    } catch (cause) {
      socket.destroy();
      throw cause;
    }
    return socket;
  }
}

/** Returns true if a line is one command, and not PASS. Everything that a server may take for PASS is refused, because
 * servers differ in the end of a command that they recognize. */
function isCommand(line) {
  return line.length <= 16384 && /^(?!PASS(?![0-9A-Z]))[0-9A-Z]+[^\r\n\0\xff]*\r\n$/i.test(line);
}

const fingerprint = (socket) => socket.getPeerX509Certificate()?.fingerprint256;

const AUTH = Buffer.from('AUTH TLS\r\n');
