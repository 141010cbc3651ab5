// The component's imports, in the form that jco requires: classes with synchronous methods. Each call is forwarded to
// the main thread, where sockets.mjs carries it out, and this thread sleeps until the answer arrives.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';

/** Lets the main thread call a method of `Sockets`. */
export function call(method, ...given) {
  Atomics.store(workerData.answered, 0, 0);
  parentPort.postMessage({ method, given });
  // The main thread has a deadline for every call, and stops this thread when it ends. A wake-up may belong to the previous
  // answer, which this thread had seen before it was notified: only the flag says that the answer is here.
  while (Atomics.load(workerData.answered, 0) === 0) Atomics.wait(workerData.answered, 0, 0);
  const { value, thrown } = receiveMessageOnPort(workerData.answers).message;
  // jco converts a thrown value that is not an Error to the error of the WIT function.
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
  openListing = (port) => new ListingConnection(call('openListing', port));
  listenData = () => {
    throw 'denied';
  };
  [Symbol.dispose] = () => call('closeControl');
}

export class DataConnection {
  constructor(id) {
    this.secure = () => call('secureData', id);
    this.splice = (_source, offset, length) => call('splice', id, offset, length);
    this.shutdown = () => call('shutdown', id);
    this.finish = () => call('finish', id);
    this[Symbol.dispose] = () => call('closeData', id);
  }
}

export class ListingConnection {
  constructor(id) {
    this.secure = () => call('secureListing', id);
    this.receive = (limit) => call('receiveListing', id, limit);
    this[Symbol.dispose] = () => call('closeData', id);
  }
}

/** Active mode is not supported, so no object of this class exists. */
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
