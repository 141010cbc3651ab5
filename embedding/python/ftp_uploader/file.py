"""The file for the component.

The component can learn its size and its hash, and can have its bytes sent (`sockets.py`), but it cannot read them.
"""

import errno
import hashlib
import os
import stat
import zlib

CHUNK = 65536  # The number of bytes that are read at a time, for encryption or a hash.
MAX_DIGESTS = 4  # The maximum number of hashes of the whole file.


class SourceError(Exception):
    """The file cannot be read; its argument is the case of source-error."""


class File:
    """One file, opened before anything is sent. Its size at that moment is the number of bytes to send.

    The bytes go over one connection (`carrier`), in order and once, and `sent` counts them. `finished` is true when
    that connection has sent the end of the file.
    """

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.opened = os.fstat(self.descriptor)
        self.size = self.opened.st_size
        if why := self.is_unfit():
            self.close()
            raise OSError(errno.EINVAL, why, path)
        self.sent, self.carrier, self.finished = 0, None, False
        self.digests_left = MAX_DIGESTS

    def is_unfit(self):
        if not stat.S_ISREG(self.opened.st_mode):
            return "not a regular file"
        # For example in /proc, where the content is generated while it is read.
        return "does not tell its size" if self.size == 0 and self.has_more() else None

    def close(self):
        os.close(self.descriptor)

    def has_more(self):
        """Returns true if the file has a byte after its reported size."""
        return os.pread(self.descriptor, 1, self.size) != b""

    def has_changed(self):
        """Returns true if the content may have changed since the file was opened.

        It stays the same if the file is deleted or replaced.
        """
        now, then = os.fstat(self.descriptor), self.opened
        if (now.st_size, now.st_mtime_ns) != (then.st_size, then.st_mtime_ns) or self.has_more():
            return True
        inode = [(status.st_mode, status.st_uid, status.st_gid, status.st_nlink) for status in (now, then)]
        return inode[0] == inode[1] and now.st_ctime_ns != then.st_ctime_ns

    def is_carried_by(self, connection):
        return self.carrier in (None, connection) and not self.finished

    def digest(self, algorithm, length):
        # The hashes of all prefixes of a file would reveal its content.
        if length < self.size or self.digests_left == 0:
            raise SourceError("unreadable")
        self.digests_left -= 1
        crc, hashed = 0, None if algorithm == "crc32" else hashlib.new(algorithm, usedforsecurity=False)
        for offset in range(0, self.size, CHUNK):
            wanted = min(CHUNK, self.size - offset)
            try:
                chunk = os.pread(self.descriptor, wanted, offset)
            except OSError:
                raise SourceError("unreadable")
            if len(chunk) < wanted:
                raise SourceError("shrank")
            if hashed:
                hashed.update(chunk)
            else:
                crc = zlib.crc32(chunk, crc)
        return hashed.digest() if hashed else crc.to_bytes(4)
