"""Uploads one file over FTP, with the code that speaks FTP confined in a WebAssembly sandbox.

    FTP_PASSWORD=... python3 upload.py [OPTIONS] HOST:PORT USERNAME LOCALFILE REMOTEDIR

This file has the command line, the progress display and the report.
"""

import argparse
import ipaddress
import os
import signal
import ssl
import sys
import time

from wasmtime import WasmtimeError

from failure import Failure
from file import File
from sockets import Control
from sandbox import Sandbox

COMPONENT = os.environ.get("FTP_UPLOADER_WASM", "ftp-uploader.wasm")


class Percent:
    """Prints the progress, at most once a second."""

    def __init__(self):
        self.next = time.monotonic() + 1

    def __call__(self, file):
        if time.monotonic() >= self.next or file.sent == file.size:
            self.next = time.monotonic() + 1
            print(f"Sent {file.sent} of {file.size} bytes ({file.sent * 100 // file.size}%)", file=sys.stderr)


def arguments():
    parser = argparse.ArgumentParser(description="Uploads one file. The password is taken from FTP_PASSWORD.")
    parser.add_argument("--tls", choices=["explicit", "implicit", "off"], help="default: explicit; off to localhost")
    parser.add_argument("--ca-file", metavar="PEM", help="trust what these sign, and not the system's roots")
    parser.add_argument("--list", action="store_true", help="print the names in REMOTEDIR afterwards, on stdout")
    for name, shown in dict(host="HOST:PORT", user="USERNAME", file="LOCALFILE", directory="REMOTEDIR").items():
        parser.add_argument(name, metavar=shown)
    return parser.parse_args()


def is_local(name, control):
    """Returns true if the data stays on this machine: `name` is a local name, and the peer has a loopback address."""
    try:
        is_named = ipaddress.ip_address(name).is_loopback
    except ValueError:
        is_named = name.lower().removesuffix(".").split(".")[-1] == "localhost"
    return is_named and ipaddress.ip_address(control.socket.getpeername()[0]).is_loopback


def protect(control, tls, ca_file):
    """Requires TLS as `tls` says. Without that option, only data that stays on this machine may be sent in clear."""
    tls = tls or ("off" if is_local(control.host, control) and not ca_file else "explicit")
    if tls == "off":
        return "clear"
    control.tls = ssl.create_default_context(cafile=ca_file)
    control.tls.set_alpn_protocols(["ftp"])
    return tls


def main():
    # An exception would be lost in the component. So Ctrl-C ends the process, which resets the data connection.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    password = os.environb.get(b"FTP_PASSWORD")
    args = arguments()
    if password is None:
        sys.exit("upload: FTP_PASSWORD is not set")
    name, _, port = args.host.rpartition(":")
    if not name or not port.isdecimal():
        sys.exit(f"upload: {args.host} is not HOST:PORT")
    # The component refuses control characters in its arguments, but it never sees the password.
    if any(byte < 32 or byte in (127, 255) for byte in password):
        sys.exit("upload: the password has a control character, or the byte 0xff")
    try:
        file = File(args.file)
        control = Control((name.strip("[]"), int(port)), password)
        protection = protect(control, args.tls, args.ca_file)
        sandbox = Sandbox(COMPONENT, control, file, Percent())
        words = (args.user, os.path.basename(args.file), args.directory)
        proof, names = sandbox.upload(*(os.fsencode(word) for word in words), protection, args.list)
    except OSError as error:
        sys.exit(f"upload: {error.filename or args.host}: {error.strerror or error}")
    except (Failure, WasmtimeError) as error:
        print(f"upload: {str(error).splitlines()[0]}", file=sys.stderr)
        sys.exit(getattr(error, "status", 1))
    confirmed = f"{proof} confirmed by the server" if proof else "confirmed by the server, not verified"
    print(f"Stored {args.file} in {args.directory}: {file.size} bytes, {confirmed}", file=sys.stderr)
    for name in names:
        print(ascii(os.fsdecode(name)))


if __name__ == "__main__":
    main()
