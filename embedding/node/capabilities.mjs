// The component's imports, as jco wants them: classes with synchronous methods. They do nothing themselves: each call
// goes to the main thread, where lent.mjs does it, and this thread sleeps until the answer is there.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';

/** Has the main thread call a method of what is lent. */
export function call(method, ...given) {
  Atomics.store(workerData.answered, 0, 0);
  parentPort.postMessage({ method, given });
  // The main thread has a deadline for everything, and ends this one when it ends.
  Atomics.wait(workerData.answered, 0, 0);
  const { value, thrown } = receiveMessageOnPort(workerData.answers).message;
  // jco takes what is not an Error for the error that the WIT has.
  if (thrown !== undefined) throw thrown;
  return value;
}

export class ControlConnection {
  receive = (limit) => call('receive', limit);
  pending = () => call('pending');
  secure = () => call('secure');
  send = (bytes) => call('send', bytes);
  sendPassword = (_secret) => call('sendPassword');
  openData = (port) => new DataConnection(call('openData', port));
  listenData = () => {
    throw 'denied';
  };
  [Symbol.dispose] = () => call('closeControl');
}

export class DataConnection {
  constructor(id) {
    this.secure = () => call('secureData', id);
    this.splice = (_source, offset, length) => call('splice', id, offset, length);
    this.finish = () => call('finish', id);
    this[Symbol.dispose] = () => call('closeData', id);
  }
}

/** There is never one. */
export class DataListener {}

export class SourceFile {
  size = () => workerData.size;
  prepareDigest(_algorithm) {}
  digest = (algorithm, length) => call('digest', algorithm, length);
}

export class Secret {}

export class Progress {
  entered(_step) {}
  noticed = (notice) => call('noticed', notice);
}
