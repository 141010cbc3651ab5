#!/usr/bin/env node
// The command line of the package: uploads one file over FTP.
//
//     FTP_PASSWORD=... node upload.mjs [OPTIONS] HOST:PORT USERNAME LOCALFILE REMOTEDIR
//
// --tls explicit|implicit|off: the default is explicit, or off for localhost and loopback addresses. --ca-file PEM:
// trust these roots instead of Node's. --list: print the names in REMOTEDIR afterwards, on stdout.

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { upload } from './index.mjs';

async function main() {
  const { positionals, values } = commandLine();
  const [server, user, file, directory, ...more] = positionals;
  const password = process.env.FTP_PASSWORD;
  if (!directory || more.length || password === undefined) {
    return fail('Usage: FTP_PASSWORD=... node upload.mjs [OPTIONS] HOST:PORT USERNAME LOCALFILE REMOTEDIR', 2);
  }
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(server) ?? [];
  if (!port) return fail(`upload: ${server} is not HOST:PORT.`, 2);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  try {
    const stored = await upload({
      host,
      port: Number(port),
      user,
      password,
      file,
      directory,
      tls: values.tls,
      ca: values['ca-file'] && (await readFile(values['ca-file'])),
      list: values.list,
      onProgress: percent(),
      onNotice: (notice) => console.error(notice),
      signal: interrupted.signal,
    });
    const confirmed = stored.proof ? `${stored.proof} confirmed by the server` : 'confirmed by the server, not verified';
    console.error(`Stored ${file} in ${directory}: ${stored.size} bytes, ${confirmed}`);
    for (const entry of stored.names) console.log(JSON.stringify(Buffer.from(entry).toString()));
  } catch (error) {
    if (interrupted.signal.aborted) process.exit(130);
    fail(`upload: ${error.message ?? error}`, error.status ?? 1);
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

/** Prints the progress, at most once a second. */
function percent() {
  let next = performance.now() + 1000;
  return ({ sent, size }) => {
    if (performance.now() < next && sent < size) return;
    next = performance.now() + 1000;
    console.error(`Sent ${sent} of ${size} bytes (${Math.floor((sent * 100) / size)}%)`);
  };
}

function fail(line, code) {
  console.error(line);
  process.exitCode = code;
}

await main();
