// Runs ftp-uploader-cli.wasm, the whole program as one component, on the WASI of jco's preview2-shim for Node.
//
//     FTP_PASSWORD=... node cli.mjs HOST USERNAME LOCALFILE REMOTEDIR
//
// This is shorter than upload.mjs, but it grants more: WASI grants a network and a folder, not one server and one file.
// It has no TLS.

import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { io } from '@bytecodealliance/preview2-shim';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import { instantiate } from './generated/ftp-uploader-cli.js';

const FOLDER = '/data'; // The path of LOCALFILE's folder inside the sandbox.

if (process.argv.length !== 6) {
  console.error('Usage: FTP_PASSWORD=... node cli.mjs HOST USERNAME LOCALFILE REMOTEDIR');
  process.exit(2);
}
const [host, user, path, directory] = process.argv.slice(2);
const shim = new WASIShim({
  sandbox: {
    preopens: { [FOLDER]: dirname(resolve(path)) },
    env: { FTP_PASSWORD: process.env.FTP_PASSWORD ?? '' },
    args: ['ftp-uploader', host, user, `${FOLDER}/${basename(path)}`, directory],
  },
});
// preview2-shim 0.26.1 fails in every call of splice. Its blocking variant works, and the program calls splice only
// when it need not wait.
io.streams.OutputStream.prototype.splice = io.streams.OutputStream.prototype.blockingSplice;

const core = async (name) => WebAssembly.compile(await readFile(new URL(`generated/${name}`, import.meta.url)));
const { run } = await instantiate(core, shim.getImportObject());
try {
  run.run();
} catch (error) {
  // If the program ends with an error, it has printed a message; any other exception is a defect.
  if (!Object.hasOwn(error, 'payload')) console.error(`ftp-uploader: ${error.message}`);
  process.exitCode = 1;
}
