"""The capabilities that the component gets: a connection to one server, one password, and a deadline for every wait.

Each method does what `wit/capabilities.wit` specifies for the function with the same name, and raises OSError for an
io-error. This file is independent of WebAssembly. The file's own capability is in `file.py`.
"""

import fcntl
import os
import re
import select
import socket
import ssl
import struct
import termios
import time

from .echo import Echo
from .file import CHUNK, SourceError

TIMEOUT = 60.0  # The maximum silence of the server, in seconds.
CONNECT_TIMEOUT = 15.0
FAREWELL = 2.0  # For QUIT, whose reply does not change the outcome.
GRACE = 1.0  # For the end of a data connection after the reply has arrived.
LOOK = 0.5  # The interval at which the send queue is checked.
FIRST_DATA_PORT = 1024  # A server that names a lower port may try to make us connect to another service.
# The limits for one file: data connections (EPSV, PASV, and a reserve), commands sent, bytes received.
MAX_CONNECTIONS, MAX_LINES, MAX_RECEIVED = 8, 512, 2 << 20
MAX_LISTED = 64 << 20  # The bytes of one listing.
# The limits for commands sent at once, and since bytes were received.
MAX_FLIGHT, MAX_UNANSWERED = 8, 16
NOT_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Closed(OSError):
    """The server has closed the connection in an orderly way."""


class Control:
    """The control connection, and the right to connect to other ports of the same machine.

    If `tls` is set to an SSLContext, only AUTH is sent in clear, whatever the component requests. Set it before the
    component runs.
    """

    def __init__(self, address, password):
        self.host, self.socket, self.tls = address[0], dial(address), None
        self.heard, self.end = b"", Closed()
        self.password_line = b"PASS %s\r\n" % password
        self.echo = Echo(password)
        self.authority = None  # The commands that the present call of the component may send.
        self.connections_left, self.lines_left, self.receive_left = MAX_CONNECTIONS, MAX_LINES, MAX_RECEIVED
        self.unanswered = 0  # The lines sent since bytes were received.
        self.tls_begun = False
        self.timeout = TIMEOUT
        self.mark()

    def mark(self):
        """Restarts the deadline, after something was sent or has moved."""
        self.due = time.monotonic() + self.timeout

    def say_farewell(self):
        self.timeout = FAREWELL

    def receive(self, limit):
        while not self.hears():
            await_input(self.socket, self.due)
        if not self.heard:
            raise self.end
        limit = min(max(1, limit), 65536, self.receive_left)
        if limit == 0:
            raise PermissionError("more than one file may need")
        received, self.heard = self.heard[:limit], self.heard[limit:]
        self.receive_left -= len(received)
        self.unanswered = 0
        return received

    def pending(self):
        return self.hears() or self.echo.holds()

    def hears(self):
        """Returns true if there are bytes to receive, or the end. Messages of TLS itself (tickets) are neither."""
        try:
            while not self.heard and (received := self.socket.recv(65536)):
                self.heard = self.echo.take(received)
        except NOT_YET:
            return False
        except OSError as error:
            self.end = error
        return True

    def secure(self):
        if not self.tls:
            raise ssl.SSLError(ssl.SSL_ERROR_SSL, "there is to be none")
        if self.heard:
            # Bytes from before the handshake must not count as protected (CVE-2021-22947). If some are still in the
            # socket, the handshake fails.
            raise PermissionError("bytes before TLS")
        self.mark()
        self.socket = self.handshake(self, None)

    def handshake(self, connection, session):
        """Starts TLS on a connection, with a session to resume. The certificate must be valid for the server's name."""
        if connection.tls_begun:
            raise PermissionError("TLS twice")
        connection.tls_begun = True
        connection.socket.settimeout(max(0.001, self.due - time.monotonic()))
        # An end without close_notify is an error, where it matters: see `Listing`.
        strict = isinstance(connection, Listing)
        tls = self.tls.wrap_socket(
            connection.socket, server_hostname=self.host, session=session, suppress_ragged_eofs=not strict
        )
        tls.setblocking(False)
        return tls

    def protected(self, data):
        """Starts TLS on a data connection. Returns its new socket."""
        if not is_protected(self):
            raise PermissionError("TLS on one connection alone")
        # Servers may require the session of the control connection. With TLS 1.3 its ticket has arrived by now.
        secured = self.handshake(data, self.socket.session)
        if secured.getpeercert(True) != self.socket.getpeercert(True):
            secured.close()
            raise ssl.SSLError(ssl.SSL_ERROR_SSL, "another certificate than on the control connection")
        return secured

    def send(self, lines):
        commands = lines.splitlines(keepends=True)
        if not (1 <= len(commands) <= MAX_FLIGHT and all(map(is_command, commands))):
            raise PermissionError("not one to eight commands")
        if not self.authority.permits(commands):
            raise PermissionError("the present call does not need this")
        self.begin_sending(lines, len(commands))
        self.heard += self.echo.expect_replies(len(commands))
        self.send_all(lines)

    def send_password(self):
        if self.authority.call != "open":
            raise PermissionError("the login is over")
        line, self.password_line = self.password_line, None
        if line is None:
            raise PermissionError("the password is offered once")
        self.begin_sending(line, 1)
        self.echo.expect_reply_to_password()
        self.send_all(line)

    def begin_sending(self, lines, count):
        if self.tls and not is_protected(self) and lines != b"AUTH TLS\r\n":
            raise PermissionError("TLS has not begun")
        if count > self.lines_left or self.unanswered + count > MAX_UNANSWERED:
            raise PermissionError("more than one file may need, or more than the server has answered")
        self.lines_left -= count
        self.unanswered += count

    def send_all(self, lines):
        self.mark()
        self.socket.settimeout(self.timeout)
        self.socket.sendall(lines)
        self.socket.setblocking(False)

    def open_data(self, port):
        return Data(self.dial(port), self)

    def open_listing(self, port):
        if self.authority.call != "list":
            raise PermissionError("the present call receives nothing")
        return Listing(self.dial(port), self)

    def dial(self, port):
        if port < FIRST_DATA_PORT or self.connections_left == 0:
            raise PermissionError("a forbidden port, or one connection too many")
        self.connections_left -= 1
        connected = dial((self.socket.getpeername()[0], port))
        # No command may follow before the data.
        self.mark()
        return connected

    def listen_data(self):
        raise PermissionError("no server is awaited")

    def close(self):
        self.socket.close()


class Data:
    """A data connection.

    Without `shutdown` it ends with a reset, so that the server does not take a partial file for a complete one.
    """

    def __init__(self, connected, control):
        self.socket, self.control, self.tls_begun = connected, control, False
        self.may_finish = False
        self.reset_at_end(True)

    def secure(self):
        self.socket = self.control.protected(self)

    def splice(self, file, offset, length):
        """Returns the number of bytes moved: 0 at the end of the file, None if the server has sent a reply instead."""
        if self.control.tls and not is_protected(self):
            raise PermissionError("TLS has not begun")
        length = min(length, file.size - offset)
        if length > 0 and not (file.is_carried_by(self) and offset == file.sent):
            raise PermissionError("bytes out of order are not the file")
        while length > 0:
            if self.await_turn(select.POLLOUT) == "control":
                return None
            try:
                moved = self.move(file.descriptor, offset, length)
            except NOT_YET:
                continue
            if moved == 0:
                raise SourceError("shrank")
            self.control.mark()
            file.sent, file.carrier = offset + moved, self
            return moved
        return 0

    def move(self, descriptor, offset, length):
        if not is_protected(self):
            return os.sendfile(self.socket.fileno(), descriptor, offset, length)
        # After NOT_YET, TLS requires the same bytes again. It gets them, because the component continues from `offset`.
        chunk = os.pread(descriptor, min(length, CHUNK), offset)
        return self.socket.send(chunk) if chunk else 0

    def shutdown(self, file):
        if not file.is_carried_by(self):
            raise PermissionError("an end for each file")
        file.finished = True
        self.control.mark()
        if is_protected(self):
            self.end_tls()
        self.reset_at_end(False)
        self.socket.shutdown(socket.SHUT_WR)
        self.may_finish = True

    def finish(self, file):
        if not file.finished:
            self.shutdown(file)
        if not self.may_finish:
            raise PermissionError("a wait for each end")
        self.may_finish = False
        self.control.mark()
        while self.await_turn(select.POLLIN) == "data":
            if not self.socket.recv(4096):
                break
        else:
            self.await_end(time.monotonic() + GRACE)
        self.control.mark()

    def end_tls(self):
        """Sends close_notify. Does not wait for the server's one: it may wait for the end of the connection first."""
        while True:
            try:
                self.socket.unwrap()
            except ssl.SSLWantWriteError:
                if self.await_turn(select.POLLOUT) == "data":
                    continue
            except OSError:
                pass
            return

    def await_end(self, until):
        """Waits for the end of this connection, but not long: the reply has arrived and decides the outcome."""
        try:
            await_input(self.socket, until)
            while self.socket.recv(4096):
                await_input(self.socket, until)
        except TimeoutError:
            pass

    def await_turn(self, event):
        """Waits for a reply of the server ("control"), or for this connection to be ready ("data")."""
        queued = unacknowledged(self.socket)
        while True:
            wanted = {self.control.socket.fileno(): select.POLLIN, self.socket.fileno(): event}
            ready = poll(wanted, min(self.control.due, time.monotonic() + LOOK))
            # A server that still takes bytes from our send queue is slow, but alive.
            if (left := unacknowledged(self.socket)) < queued:
                queued = left
                self.control.mark()
            spoken = self.control.hears()
            if self.socket.fileno() in ready and not spoken:
                return "data"
            if time.monotonic() >= self.control.due:
                raise TimeoutError
            if spoken:
                return "control"

    def reset_at_end(self, reset):
        """Sets how the connection ends, in every case: `close`, an exception, or a signal."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", reset, 0))

    def close(self):
        self.socket.close()


class Listing:
    """A data connection that only receives."""

    def __init__(self, connected, control):
        self.socket, self.control, self.tls_begun = connected, control, False
        self.left, self.ended = MAX_LISTED, False

    def secure(self):
        self.socket = self.control.protected(self)

    def receive(self, limit):
        """Returns at least one byte; none at the end."""
        if self.control.tls and not is_protected(self):
            raise PermissionError("TLS has not begun")
        if self.ended:
            return b""
        if self.left == 0:
            raise PermissionError("more than a listing may have")
        received = self.read(min(max(1, limit), 65536, self.left))
        self.left -= len(received)
        self.ended = not received
        # The final reply has its full time after the last byte.
        self.control.mark()
        return received

    def read(self, limit):
        until = time.monotonic() + self.control.timeout
        while True:
            try:
                return self.socket.recv(limit)
            except NOT_YET:
                await_input(self.socket, until)
            except ssl.SSLEOFError:
                # Anyone on the network path can cut a listing by an end without close_notify.
                raise ConnectionResetError from None

    def close(self):
        self.socket.close()


def is_protected(connection):
    return isinstance(connection.socket, ssl.SSLSocket)


def is_command(line):
    """Returns true if these bytes are one line, one command, and not PASS.

    PASS is refused whatever character follows the verb, because servers differ in the end of a command that they
    recognize.
    """
    command = re.fullmatch(rb"([0-9A-Za-z]+)[^\r\n\0\xff]*\r\n", line)
    return bool(command) and len(line) <= 16384 and command[1].upper() != b"PASS"


def dial(address):
    connected = socket.create_connection(address, CONNECT_TIMEOUT)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setblocking(False)
    return connected


def poll(wanted, until):
    """Returns the descriptors in `wanted` that are ready for their event, or at their end, before `until`."""
    poller = select.poll()
    for descriptor, event in wanted.items():
        poller.register(descriptor, event)
    return [descriptor for descriptor, _ in poller.poll(max(0, until - time.monotonic()) * 1000)]


def await_input(connection, until):
    if not poll({connection.fileno(): select.POLLIN}, until):
        raise TimeoutError


def unacknowledged(connection):
    """Returns the number of bytes in the send queue (SIOCOUTQ, which is the same as TIOCOUTQ; see tcp(7))."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0]
