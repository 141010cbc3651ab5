// The component's thread: calls its exports in order, and reports the outcome to the main thread.

import { parentPort, workerData } from 'node:worker_threads';
import { call, ControlConnection, Progress, Secret, SourceFile } from './capabilities.mjs';
import { deliver } from './delivery.mjs';
import { upload } from './generated/ftp-uploader.js';

const FUNCTIONS = ['enter', 'look', 'modified', 'store', 'compare', 'list', 'quit'];
const HERE = new TextEncoder().encode('.');

try {
  const { user, protection, directory, name, list } = workerData;
  // A flight saves little for a single file, so the component waits for each reply.
  const login = { user, protection, dataMode: 'passive', flight: false };
  call('begin', 'open');
  const session = announced(upload.Session.open(new ControlConnection(), new Secret(), login, new Progress()));
  session.enter(directory, false, false);
  const proof = deliver(session, new SourceFile(), name);
  const names = list ? listed(session) : [];
  call('sayFarewell');
  session.quit();
  parentPort.postMessage({ stored: true, proof, names });
} catch (error) {
  // jco throws an upload-error as the payload of a ComponentError. Anything else is a trap.
  parentPort.postMessage({ failure: error.payload ?? { tag: 'trapped', val: error.message } });
}

/** Returns the functions of `session`. Each announces itself to the main thread, which then permits the commands of this
 * function only. The component cannot announce anything: it imports only the classes in capabilities.mjs. */
function announced(session) {
  const announce = (name) => (...given) => {
    call('begin', name);
    return session[name](...given);
  };
  return Object.fromEntries(FUNCTIONS.map((name) => [name, announce(name)]));
}

/** Returns the names in the directory. The first page is enough for an example: `more` says if there are others. */
function listed(session) {
  return session.list(HERE, false).entries.map((entry) => entry.name);
}
