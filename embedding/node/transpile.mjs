// Converts a component to JavaScript, in generated/, once for each version of it:
//
//     node transpile.mjs ftp-uploader.wasm        for upload.mjs: imports capabilities.mjs, which is ours
//     node transpile.mjs ftp-uploader-cli.wasm    for cli.mjs: gets WASI with limited rights
//
// This is what `jco transpile` does with the options --map, --instantiation and --multi-memory.

import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpile, writeFiles } from '@bytecodealliance/jco-transpile';

// Without this option, data between two parts of the composed component is copied through JavaScript.
const multiMemory = Number(process.versions.node.split('.')[0]) >= 22;

const OPTIONS = {
  'ftp-uploader': { map: { 'ftp-uploader:upload/capabilities': '../capabilities.mjs' } },
  'ftp-uploader-cli': { instantiation: 'async', multiMemory },
};

const wasm = process.argv[2] ?? '';
const name = basename(wasm, '.wasm');
if (!OPTIONS[name]) {
  console.error('Usage: node transpile.mjs ftp-uploader.wasm|ftp-uploader-cli.wasm');
  process.exit(2);
}
const { files } = await transpile(wasm, {
  name,
  outDir: fileURLToPath(new URL('generated', import.meta.url)),
  emitTypescriptDeclarations: false,
  noComponentErrorWrapping: false,
  ...OPTIONS[name],
});
await writeFiles(files);
