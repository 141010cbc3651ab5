"""The file that the component is lent: its size and its hash are told, its bytes are moved (`lent.py`), never shown."""

import errno
import hashlib
import os
import stat
import zlib

CHUNK = 65536  # Bytes of the file that are read at a time, to be encrypted or hashed.
MAX_DIGESTS = 4  # Hashes of the whole file.


class SourceError(Exception):
    """The file cannot be read; its argument is the case of source-error."""


class File:
    """One file, opened before anything is sent. As many bytes as it has now are sent, and counted here.

    They go over one connection, `carrier`, in order and once; when it has said that this is all, the file is finished.
    """

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        status = os.fstat(self.descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        self.opened, self.size = status, status.st_size
        if self.size == 0 and self.has_more():
            # Such as in /proc, where files are made while they are read.
            raise OSError(errno.EINVAL, "does not tell its size", path)
        self.sent, self.carrier, self.finished = 0, None, False
        self.digests_left = MAX_DIGESTS

    def has_more(self):
        """Whether there is a byte behind its size."""
        return os.pread(self.descriptor, 1, self.size) != b""

    def has_changed(self):
        """Whether it may hold other bytes than when it was opened. A file that was deleted or replaced keeps its own."""
        now, then = os.fstat(self.descriptor), self.opened
        if (now.st_size, now.st_mtime_ns) != (then.st_size, then.st_mtime_ns) or self.has_more():
            return True
        inode = [(status.st_mode, status.st_uid, status.st_gid, status.st_nlink) for status in (now, then)]
        return inode[0] == inode[1] and now.st_ctime_ns != then.st_ctime_ns

    def is_carried_by(self, connection):
        return self.carrier in (None, connection) and not self.finished

    def digest(self, algorithm, length):
        # Whoever knows the hash of each beginning of a file knows the file.
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
