// The file for the component. The component can learn its size and its hash, and can have its bytes sent (sockets.mjs),
// but it cannot read them.

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

export const CHUNK = 256 * 1024; // The maximum part of the file that Node holds in memory.
const MAX_DIGESTS = 4; // The maximum number of hashes of the whole file.

export class LocalFile {
  #handle;
  #opened; // The file's status when it was opened.
  #digests = 0;

  static async open(path) {
    const file = new LocalFile();
    file.#handle = await open(path);
    const stat = (file.#opened = await file.#handle.stat({ bigint: true }));
    if (!stat.isFile()) throw new Error(`${path} is not a regular file`);
    file.size = Number(stat.size);
    // For example in /proc, where the content is generated while it is read.
    if (file.size === 0 && (await file.#hasMore())) throw new Error(`${path} does not tell its size`);
    return file;
  }

  /** Returns true if the content may have changed since the file was opened. It stays the same if the file is deleted
   * or replaced. */
  async hasChanged() {
    const { size, mtimeNs, ctimeNs, mode, uid, gid, nlink } = this.#opened;
    const now = await this.#handle.stat({ bigint: true });
    const sameInode = now.mode === mode && now.uid === uid && now.gid === gid && now.nlink === nlink;
    const changed = now.size !== size || now.mtimeNs !== mtimeNs || (sameInode && now.ctimeNs !== ctimeNs);
    return changed || this.#hasMore();
  }

  /** Reads at least one byte and at most `wanted`. */
  async read(wanted, offset) {
    const read = this.#handle.read(Buffer.alloc(wanted), 0, wanted, offset);
    const { buffer, bytesRead } = await read.catch(() => Promise.reject('unreadable'));
    if (bytesRead === 0) throw 'shrank';
    return buffer.subarray(0, bytesRead);
  }

  async digest(algorithm, length) {
    // The hashes of all prefixes of a file would reveal its content.
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

  /** Returns true if the file has a byte after its reported size. */
  async #hasMore() {
    const { bytesRead } = await this.#handle.read(Buffer.alloc(1), 0, 1, this.size);
    return bytesRead > 0;
  }
}

/** CRC-32, which node:crypto does not have. */
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
