"""What the component is lent: a connection to one server, one file, one password, and a deadline for every wait.

Each method does what `wit/capabilities.wit` says of the function of its name, and raises OSError where that has an
io-error. Nothing of WebAssembly is in this file, nothing of sockets in `upload.py`.
"""

import errno
import fcntl
import os
import select
import socket
import stat
import struct
import termios
import time

TIMEOUT = 60.0  # Silence of the server, in seconds.
CONNECT_TIMEOUT = 15.0
FAREWELL = 2.0  # For the goodbye, on which nothing depends.
GRACE = 1.0  # For the end of a data connection when the reply is there already.
LOOK = 0.5  # How often to look at a send queue.
FIRST_DATA_PORT = 1024  # A server that names a lower one wants something else of us.
MAX_CONNECTIONS = 8  # Data connections for the one file: EPSV, PASV, and some room.


class Closed(OSError):
    """The server has closed the connection in order."""


class SourceError(Exception):
    """The file cannot be read; its argument is the case of source-error."""


class File:
    """One file, opened before anything is sent. As many bytes as it has now are sent, and counted here."""

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        status = os.fstat(self.descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        self.size = status.st_size
        self.sent = 0


class Control:
    """The control connection, and with it the right to connect to other ports of the same machine."""

    def __init__(self, address, password):
        self.socket = dial(address)
        self.password_line = b"PASS %s\r\n" % password
        self.connections_left = MAX_CONNECTIONS
        self.timeout = TIMEOUT
        self.mark()

    def mark(self):
        """Something was sent or has moved: the next wait has its full time."""
        self.due = time.monotonic() + self.timeout

    def say_farewell(self):
        self.timeout = FAREWELL

    def receive(self, limit):
        await_input(self.socket, self.due)
        received = self.socket.recv(max(1, min(limit, 65536)))
        if not received:
            raise Closed
        return received

    def send(self, line):
        command = line.removesuffix(b"\r\n")
        if command == line or len(line) > 16384 or any(byte in b"\r\n\0" for byte in command):
            raise PermissionError("not one command")
        if command.split(b" ")[0].upper() == b"PASS":
            raise PermissionError("only send_password sends PASS")
        self.send_all(line)

    def send_password(self):
        line, self.password_line = self.password_line, None
        if line is None:
            raise PermissionError("the password is offered once")
        self.send_all(line)

    def send_all(self, line):
        self.mark()
        self.socket.settimeout(self.timeout)
        self.socket.sendall(line)

    def open_data(self, port):
        if port < FIRST_DATA_PORT or self.connections_left == 0:
            raise PermissionError("a forbidden port, or one connection too many")
        self.connections_left -= 1
        return Data(dial((self.socket.getpeername()[0], port)), self)

    def close(self):
        self.socket.close()


class Data:
    """A data connection. Without `finish` it ends in a reset, so that no server takes a part for the whole."""

    def __init__(self, connected, control):
        self.socket, self.control = connected, control
        self.socket.setblocking(False)
        self.reset_at_end(True)

    def splice(self, file, offset, length):
        length = min(length, file.size - offset)
        while length > 0:
            if self.await_turn(select.POLLOUT) == "control":
                return 0
            try:
                moved = os.sendfile(self.socket.fileno(), file.descriptor, offset, length)
            except BlockingIOError:
                continue
            if moved == 0:
                raise SourceError("shrank")
            self.control.mark()
            # Anything out of order is not the file: it will never match the receipt.
            file.sent = offset + moved if file.sent == offset else -1
            return moved
        return 0

    def finish(self):
        self.reset_at_end(False)
        self.socket.shutdown(socket.SHUT_WR)
        self.control.mark()
        # Once the reply is there, it counts; the end of this connection is then not waited for long.
        replied = self.await_turn(select.POLLIN) == "control"
        until = time.monotonic() + GRACE if replied else self.control.due
        try:
            await_input(self.socket, until)
            while self.socket.recv(4096):
                await_input(self.socket, until)
        except TimeoutError:
            if not replied:
                raise
        self.control.mark()

    def await_turn(self, event):
        """Says whose turn it is: the server has spoken, or this connection is ready."""
        queued = unacknowledged(self.socket)
        while True:
            wanted = {self.control.socket.fileno(): select.POLLIN, self.socket.fileno(): event}
            ready = poll(wanted, min(self.control.due, time.monotonic() + LOOK))
            # A server that still takes bytes out of our send queue is slow, not silent.
            if (left := unacknowledged(self.socket)) < queued:
                queued = left
                self.control.mark()
            if ready == [self.socket.fileno()]:
                return "data"
            if time.monotonic() >= self.control.due:
                raise TimeoutError
            if ready:
                return "control"

    def reset_at_end(self, reset):
        """Holds for every end: `close`, an exception, a signal."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", reset, 0))

    def close(self):
        self.socket.close()


def dial(address):
    connected = socket.create_connection(address, CONNECT_TIMEOUT)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def poll(wanted, until):
    """The descriptors in `wanted` that are ready for their event, or at their end, before `until`."""
    poller = select.poll()
    for descriptor, event in wanted.items():
        poller.register(descriptor, event)
    return [descriptor for descriptor, _ in poller.poll(max(0, until - time.monotonic()) * 1000)]


def await_input(connection, until):
    if not poll({connection.fileno(): select.POLLIN}, until):
        raise TimeoutError


def unacknowledged(connection):
    """The bytes in the send queue: SIOCOUTQ, which is TIOCOUTQ by another name (tcp(7))."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0]
