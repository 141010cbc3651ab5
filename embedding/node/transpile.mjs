// Makes generated/ of the component, once for each version of it: node transpile.mjs ftp-uploader.wasm
//
// The JavaScript that jco makes imports our capabilities.mjs where the component imports its capabilities.
// The same as: jco transpile ftp-uploader.wasm -o generated --map 'ftp-uploader:upload/capabilities=../capabilities.mjs'

import { fileURLToPath } from 'node:url';
import { transpile, writeFiles } from '@bytecodealliance/jco-transpile';

const wasm = process.argv[2];
if (!wasm) {
  console.error('Usage: node transpile.mjs ftp-uploader.wasm');
  process.exit(2);
}
const { files } = await transpile(wasm, {
  name: 'ftp-uploader',
  outDir: fileURLToPath(new URL('generated', import.meta.url)),
  map: { 'ftp-uploader:upload/capabilities': '../capabilities.mjs' },
  emitTypescriptDeclarations: false,
  noComponentErrorWrapping: false,
});
await writeFiles(files);
