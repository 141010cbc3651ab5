"""Uploads one file over FTP, with the code that speaks FTP shut in a WebAssembly sandbox.

    FTP_PASSWORD=... python3 upload.py HOST:PORT USERNAME LOCALFILE REMOTEDIR

Reads what the user wants, shows progress, reports. Next: `sandbox.py`, then `lent.py`.
"""

import os
import signal
import sys
import time

from wasmtime import WasmtimeError

from lent import Control, File
from sandbox import Failure, Sandbox

COMPONENT = os.environ.get("FTP_UPLOADER_WASM", "ftp-uploader.wasm")


class Percent:
    """Prints how far the file is, at most once a second."""

    def __init__(self):
        self.next = time.monotonic() + 1

    def __call__(self, file):
        if time.monotonic() >= self.next or file.sent == file.size:
            self.next = time.monotonic() + 1
            print(f"Sent {file.sent} of {file.size} bytes ({file.sent * 100 // file.size}%)", file=sys.stderr)


def main():
    # An exception would go astray in the component; so Ctrl-C ends the process, which resets the data connection.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    password = os.environb.get(b"FTP_PASSWORD")
    if len(sys.argv) != 5 or password is None:
        sys.exit("Usage: FTP_PASSWORD=... python3 upload.py HOST:PORT USERNAME LOCALFILE REMOTEDIR")
    host, user, path, directory = sys.argv[1:]
    name, _, port = host.rpartition(":")
    if not port.isdecimal():
        sys.exit(f"upload: {host} is not HOST:PORT")
    # The component refuses these in what it is given; the password it never sees.
    if any(byte < 32 or byte == 127 for byte in password):
        sys.exit("upload: the password has a control character")
    try:
        file = File(path)
        control = Control((name.strip("[]"), int(port)), password)
        sandbox = Sandbox(COMPONENT, control, file, Percent())
        receipt = sandbox.upload(os.fsencode(user), os.fsencode(os.path.basename(path)), os.fsencode(directory))
    except OSError as error:
        sys.exit(f"upload: {error.filename or host}: {error.strerror or error}")
    except (Failure, WasmtimeError) as error:
        sys.exit(f"upload: {str(error).splitlines()[0]}")
    confirmed = "size confirmed" if receipt.verified == "size" else "confirmed"
    print(f"Stored {path} in {directory}: {receipt.sent} bytes, {confirmed} by the server", file=sys.stderr)


if __name__ == "__main__":
    main()
