"""Uploads one file over FTP, with the code that speaks FTP confined in a WebAssembly sandbox.

    from ftp_uploader import upload

    stored = upload("ftp.example.org", "alice", password, "report.pdf", "incoming")
"""

import contextlib
import ipaddress
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from wasmtime import WasmtimeError

from .failure import Failure
from .file import File
from .sandbox import Sandbox
from .sockets import Control

__all__ = ["COMPONENT", "Failure", "Stored", "Tls", "upload"]

#: The component in this package.
COMPONENT = os.path.join(os.path.dirname(__file__), "ftp-uploader.wasm")

Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]
Tls = Literal["explicit", "implicit", "off"]
Protection = Literal["explicit", "implicit", "clear"]
PORT, IMPLICIT_PORT = 21, 990


@dataclass(frozen=True)
class Stored:
    """A file that the server has stored."""

    #: The size of the file in bytes.
    size: int
    #: The evidence for it: "size" or the name of a hash. None if there is only the server's reply.
    proof: str | None
    #: The first 500 names in the directory, if they were asked for. They are text of the server: escape them.
    names: list[bytes]


def upload(
    host: str,
    user: str | bytes,
    password: str | bytes,
    file: Path,
    directory: str | bytes,
    *,
    port: int | None = None,
    name: str | bytes | None = None,
    tls: Tls | None = None,
    ca_file: str | os.PathLike[str] | None = None,
    list_directory: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
    on_notice: Callable[[str], None] | None = None,
    component: str | os.PathLike[str] = COMPONENT,
) -> Stored:
    """Uploads `file` into `directory` on `host`, in one try and over one connection.

    The default of `port` is 21, or 990 with implicit TLS; that of `name` is the name of the file; that of `tls` is
    "explicit", or "off" if `host` is localhost or a loopback address. `ca_file` has the authorities to trust instead of
    the system's. `on_progress` gets the number of bytes sent and the size, `on_notice` a sentence for the user. They
    must not raise exceptions, because the component is between them and the caller. That also holds for signal
    handlers: a program that should end with Ctrl-C needs `signal.signal(signal.SIGINT, signal.SIG_DFL)`.

    Raises `Failure`, whose `status` is 10 if the outcome is unknown or the server has other contents; `ValueError` if
    the password has a control character; `OSError` if the file or the server cannot be reached.
    """
    secret = os.fsencode(password)
    # The component refuses control characters in its arguments, but it never sees the password.
    if any(byte < 32 or byte in (127, 255) for byte in secret):
        raise ValueError("the password has a control character, or the byte 0xff")
    port = port or (IMPLICIT_PORT if tls == "implicit" else PORT)
    progress, notice = on_progress or (lambda sent, size: None), on_notice or (lambda text: None)
    with contextlib.ExitStack() as closing:
        source = closing.enter_context(contextlib.closing(File(file)))
        control = closing.enter_context(contextlib.closing(Control((host, port), secret)))
        protection = _protect(control, tls, ca_file)
        try:
            sandbox = Sandbox(os.fspath(component), control, source, progress, notice)
            # Without the end of the file, this resets the data connection.
            closing.callback(sandbox.close)
            target = os.path.basename(file) if name is None else name
            words = (os.fsencode(user), os.fsencode(target), os.fsencode(directory))
            proof, names = sandbox.upload(*words, protection, list_directory)
        except WasmtimeError as error:
            raise Failure(str(error).splitlines()[0]) from error
    return Stored(source.size, proof, names)


def _protect(control: Control, tls: Tls | None, ca_file: str | os.PathLike[str] | None) -> Protection:
    """Requires TLS as `tls` says. Without that argument, only data that stays on this machine may be sent in clear."""
    tls = tls or ("off" if _is_local(control) and not ca_file else "explicit")
    if tls == "off":
        return "clear"
    control.tls = ssl.create_default_context(cafile=ca_file)
    control.tls.set_alpn_protocols(["ftp"])
    return tls


def _is_local(control: Control) -> bool:
    """Returns true if the data stays on this machine: the host is a local name, and the peer has a loopback address."""
    try:
        is_named = ipaddress.ip_address(control.host).is_loopback
    except ValueError:
        is_named = control.host.lower().removesuffix(".").split(".")[-1] == "localhost"
    return is_named and ipaddress.ip_address(control.socket.getpeername()[0]).is_loopback
