// @ts-check
// The package's function: uploads one file over FTP, with the code that speaks FTP confined in a WebAssembly sandbox.
//
// This thread has the sockets, the file and the password (sockets.mjs). The component runs in another thread
// (sandbox.mjs), and makes one call at a time.

import { isIP } from 'node:net';
import { basename } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Failure, UsageError } from './failure.mjs';
import { Sockets } from './sockets.mjs';

export { Failure, UsageError };

const COMPUTING = 5_000; // The maximum time between two calls of the component, in milliseconds. It needs only a few.
const PORTS = { implicit: 990 };
const PORT = 21;
// There is only one kind of notice.
const NOTICE = 'The server refuses UTF-8; a name beyond ASCII may look different there.';

/** @type {typeof import('./index.js').upload} */
export async function upload(options) {
  const { host, user, file: path, directory, name = basename(path), tls, ca, list = false, signal } = options;
  const { port = PORTS[tls] ?? PORT, onProgress, onNotice } = options;
  const password = Buffer.from(options.password);
  // The component refuses control characters in its arguments, but it never sees the password.
  if (password.some((byte) => byte < 32 || byte === 127 || byte === 255)) {
    throw new UsageError('the password has a control character.');
  }
  signal?.throwIfAborted();
  const aborted = new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
  const opening = Sockets.open(host, port, password, path, ({ sent, size }) => onProgress?.({ sent, size }), () => onNotice?.(NOTICE));
  const sockets = await Promise.race([opening, aborted]).catch((error) => {
    opening.then((late) => late.close()).catch(() => {});
    throw error;
  });
  try {
    const protection = protect(sockets, host, tls, ca);
    const bytes = (text) => new TextEncoder().encode(text);
    const login = { user: bytes(user), protection, directory: bytes(directory), name: bytes(name) };
    sockets.permit(login);
    const { proof, names } = await inSandbox(sockets, { ...login, list }, aborted);
    // The component reports a success; check that against our own count of the sent bytes.
    if (sockets.sent !== sockets.size || !sockets.finished) throw new Failure('the component claims to have sent what it has not');
    if (await sockets.file.hasChanged()) {
      throw new Failure(`${path} changed while it was sent; what is stored may mix old and new bytes`);
    }
    return { size: sockets.size, proof, names };
  } finally {
    // Unless the file was sent completely, this resets the data connection.
    await sockets.close();
  }
}

/** Returns true if the data stays on this machine: `host` is a local name, and its resolved address is a loopback
 * address. */
function isLocal(host, address) {
  const isLoopback = (numbers) => /^(::1$|(::ffff:)?127\.)/.test(numbers);
  const isNamed = isIP(host) ? isLoopback(host) : /^(.+\.)?localhost\.?$/i.test(host);
  return isNamed && isLoopback(address);
}

/** Requires TLS as `tls` says. Without that option, only data that stays on this machine may be sent in clear. */
function protect(sockets, host, tls, ca) {
  tls ??= isLocal(host, sockets.address) && !ca ? 'off' : 'explicit';
  if (tls === 'off') return 'clear';
  sockets.requireTls(host, ca);
  return tls;
}

/** Runs the component in a thread without our environment, and carries its calls out. */
function inSandbox(sockets, login, aborted) {
  const { port1: ours, port2: answers } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { ...login, size: BigInt(sockets.size), answered, answers };
  const worker = new Worker(new URL('sandbox.mjs', import.meta.url), { workerData, env: {}, transferList: [answers] });
  const outcome = new Promise((resolve, reject) => {
    const giveUp = () => reject(new Failure('the component computes without end'));
    let watchdog = setTimeout(giveUp, COMPUTING);
    worker.once('error', reject).once('exit', () => reject(new Failure('the component has ended')));
    worker.on('message', async ({ method, given, stored, failure, ...result }) => {
      clearTimeout(watchdog);
      if (stored) return resolve(result);
      if (failure) return reject(Failure.of(failure, sockets.finished, sockets.why));
      ours.postMessage(await attempt(() => sockets[method](...given)));
      watchdog = setTimeout(giveUp, COMPUTING);
      Atomics.store(answered, 0, 1);
      Atomics.notify(answered, 0);
    });
  });
  return Promise.race([outcome, aborted]).finally(() => worker.terminate());
}

async function attempt(act) {
  try {
    return { value: await act() };
  } catch (thrown) {
    return { thrown };
  }
}
