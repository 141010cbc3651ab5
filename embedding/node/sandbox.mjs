// The component's thread: calls its exports in order, and reports the outcome to the main thread.

import { parentPort, workerData } from 'node:worker_threads';
import { call, ControlConnection, Progress, Secret, SourceFile } from './capabilities.mjs';
import { deliver } from './delivery.mjs';
import { upload } from './generated/ftp-uploader.js';

try {
  const { user, protection, directory, name } = workerData;
  const login = { user, protection, dataMode: 'passive' };
  const session = upload.Session.open(new ControlConnection(), new Secret(), login, new Progress());
  session.enter(directory, false);
  const proof = deliver(session, new SourceFile(), name);
  call('sayFarewell');
  session.quit();
  parentPort.postMessage({ stored: true, proof });
} catch (error) {
  // jco throws an upload-error as the payload of a ComponentError. Anything else is a trap.
  parentPort.postMessage({ failure: error.payload ?? { tag: 'trapped', val: error.message } });
}
