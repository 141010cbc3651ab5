// The file that the component is lent: its size and its hash are told, its bytes are moved (lent.mjs), never shown.

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

export const CHUNK = 256 * 1024; // The most that Node holds of the file.
const MAX_DIGESTS = 4; // Hashes of the whole file.

export class LocalFile {
  #handle;
  #opened; // What the system said about it when it was opened.
  #digests = 0;

  static async open(path) {
    const file = new LocalFile();
    file.#handle = await open(path);
    const stat = (file.#opened = await file.#handle.stat({ bigint: true }));
    if (!stat.isFile()) throw new Error(`${path} is not a regular file`);
    file.size = Number(stat.size);
    // Such as in /proc, where files are made while they are read.
    if (file.size === 0 && (await file.#hasMore())) throw new Error(`${path} does not tell its size`);
    return file;
  }

  /** Whether it may hold other bytes than when it was opened. A file that was deleted or replaced keeps its own. */
  async hasChanged() {
    const { size, mtimeNs, ctimeNs, mode, uid, gid, nlink } = this.#opened;
    const now = await this.#handle.stat({ bigint: true });
    const sameInode = now.mode === mode && now.uid === uid && now.gid === gid && now.nlink === nlink;
    const changed = now.size !== size || now.mtimeNs !== mtimeNs || (sameInode && now.ctimeNs !== ctimeNs);
    return changed || this.#hasMore();
  }

  /** At least one byte of it. */
  async read(wanted, offset) {
    const read = this.#handle.read(Buffer.alloc(wanted), 0, wanted, offset);
    const { buffer, bytesRead } = await read.catch(() => Promise.reject('unreadable'));
    if (bytesRead === 0) throw 'shrank';
    return buffer.subarray(0, bytesRead);
  }

  async digest(algorithm, length) {
    // Whoever knows the hash of each beginning of a file knows the file.
    if (length < this.size || this.#digests === MAX_DIGESTS) throw 'unreadable';
    this.#digests += 1;
    const hash = algorithm === 'crc32' ? new Crc32() : createHash(algorithm);
    for (let at = 0, bytes; at < this.size; at += bytes.length) {
      bytes = await this.read(Math.min(this.size - at, CHUNK), at);
      hash.update(bytes);
    }
    return hash.digest();
  }

  close() {
    return this.#handle.close();
  }

  /** Whether it has a byte behind its size. */
  async #hasMore() {
    const { bytesRead } = await this.#handle.read(Buffer.alloc(1), 0, 1, this.size);
    return bytesRead > 0;
  }
}

/** What node:crypto does not have. */
class Crc32 {
  #value = 0;

  update(bytes) {
    this.#value = crc32(bytes, this.#value);
  }

  digest() {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#value);
    return bytes;
  }
}
