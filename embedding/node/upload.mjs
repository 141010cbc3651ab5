// Uploads one file over FTP, with the code that speaks FTP confined in a WebAssembly sandbox.
//
//     FTP_PASSWORD=... node upload.mjs [OPTIONS] HOST:PORT USERNAME LOCALFILE REMOTEDIR
//
// --tls explicit|implicit|off: the default is explicit, or off for localhost and loopback addresses. --ca-file PEM:
// trust these roots instead of Node's. --list: print the names in REMOTEDIR afterwards, on stdout.
//
// This thread has the sockets, the file and the password (sockets.mjs). The component runs in another thread
// (sandbox.mjs), and makes one call at a time.

import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Failure } from './failure.mjs';
import { Sockets } from './sockets.mjs';

const COMPUTING = 5_000; // The maximum time between two calls of the component, in milliseconds. It needs only a few.

async function main() {
  const { positionals, values } = commandLine();
  const [host, user, path, directory, ...more] = positionals;
  const password = process.env.FTP_PASSWORD;
  if (!directory || more.length || password === undefined) {
    return fail('Usage: FTP_PASSWORD=... node upload.mjs [OPTIONS] HOST:PORT USERNAME LOCALFILE REMOTEDIR', 2);
  }
  // The component refuses control characters in its arguments, but it never sees the password. 0xff cannot occur,
  // because Node converts the environment to text.
  if (/[\x00-\x1f\x7f]/.test(password)) return fail('upload: the password has a control character.', 2);
  const [, name, port] = /^\[?(.*?)\]?:(\d+)$/.exec(host) ?? [];
  if (!port) return fail(`upload: ${host} is not HOST:PORT.`, 2);
  let sockets;
  try {
    sockets = await Sockets.open(name, Number(port), Buffer.from(password), path, percent(), note);
    // Ctrl-C resets the data connection, too.
    process.once('SIGINT', () => sockets.close().finally(() => process.exit(130)));
    const protection = await protect(sockets, name, values);
    const bytes = (text) => new TextEncoder().encode(text);
    const login = { user: bytes(user), protection, directory: bytes(directory), name: bytes(basename(path)) };
    sockets.permit(login);
    const { proof, names } = await inSandbox(sockets, { ...login, list: values.list });
    // The component reports a success; check that against our own count of the sent bytes.
    if (sockets.sent !== sockets.size || !sockets.finished) throw new Error('the component claims to have sent what it has not');
    if (await sockets.file.hasChanged()) {
      throw new Error(`${path} changed while it was sent; what is stored may mix old and new bytes`);
    }
    const confirmed = proof ? `${proof} confirmed by the server` : 'confirmed by the server, not verified';
    console.error(`Stored ${path} in ${directory}: ${sockets.size} bytes, ${confirmed}`);
    for (const entry of names) console.log(JSON.stringify(Buffer.from(entry).toString()));
  } catch (error) {
    fail(`upload: ${error.message ?? error}`, error.status ?? 1);
  } finally {
    await sockets?.close();
  }
}

function commandLine() {
  const options = { tls: { type: 'string' }, 'ca-file': { type: 'string' }, list: { type: 'boolean' } };
  try {
    const parsed = parseArgs({ allowPositionals: true, options });
    if (['explicit', 'implicit', 'off', undefined].includes(parsed.values.tls)) return parsed;
  } catch {
    // An unknown option and a wrong value of --tls both lead to the usage message.
  }
  return { positionals: [], values: {} };
}

/** Returns true if the data stays on this machine: `host` is a local name, and its resolved address is a loopback
 * address. */
function isLocal(host, address) {
  const isLoopback = (numbers) => /^(::1$|(::ffff:)?127\.)/.test(numbers);
  const isNamed = isIP(host) ? isLoopback(host) : /^(.+\.)?localhost\.?$/i.test(host);
  return isNamed && isLoopback(address);
}

/** Requires TLS as `tls` says. Without that option, only data that stays on this machine may be sent in clear. */
async function protect(sockets, host, { tls, 'ca-file': caFile }) {
  tls ??= isLocal(host, sockets.address) && !caFile ? 'off' : 'explicit';
  if (tls === 'off') return 'clear';
  sockets.requireTls(host, caFile && (await readFile(caFile)));
  return tls;
}

/** Runs the component in a thread without our environment, and carries its calls out. */
function inSandbox(sockets, login) {
  const { port1: ours, port2: answers } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { ...login, size: BigInt(sockets.size), answered, answers };
  const worker = new Worker(new URL('sandbox.mjs', import.meta.url), { workerData, env: {}, transferList: [answers] });
  const outcome = new Promise((resolve, reject) => {
    const giveUp = () => reject('the component computes without end');
    let watchdog = setTimeout(giveUp, COMPUTING);
    worker.once('error', reject).once('exit', () => reject('the component has ended'));
    worker.on('message', async ({ method, given, stored, failure, ...result }) => {
      clearTimeout(watchdog);
      if (stored) return resolve(result);
      if (failure) return reject(new Failure(failure, sockets.finished, sockets.why));
      ours.postMessage(await attempt(() => sockets[method](...given)));
      watchdog = setTimeout(giveUp, COMPUTING);
      Atomics.store(answered, 0, 1);
      Atomics.notify(answered, 0);
    });
  });
  return outcome.finally(() => worker.terminate());
}

async function attempt(act) {
  try {
    return { value: await act() };
  } catch (thrown) {
    return { thrown };
  }
}

/** Prints the progress, at most once a second. */
function percent() {
  let next = performance.now() + 1000;
  return ({ sent, size }) => {
    if (performance.now() < next && sent < size) return;
    next = performance.now() + 1000;
    console.error(`Sent ${sent} of ${size} bytes (${Math.floor((sent * 100) / size)}%)`);
  };
}

/** Prints a notice that is not a failure. There is only one kind of notice. */
function note() {
  console.error('The server refuses UTF-8; a name beyond ASCII may look different there.');
}

function fail(line, code) {
  console.error(line);
  process.exitCode = code;
}

await main();
