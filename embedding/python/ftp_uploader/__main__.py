"""The command line: uploads one file, and reports the result.

    FTP_PASSWORD=... python3 -m ftp_uploader [OPTIONS] HOST:PORT USERNAME LOCALFILE REMOTEDIR
"""

import argparse
import os
import signal
import sys
import time

from . import COMPONENT, Failure, upload


class Percent:
    """Prints the progress, at most once a second."""

    def __init__(self) -> None:
        self.next = time.monotonic() + 1

    def __call__(self, sent: int, size: int) -> None:
        if time.monotonic() >= self.next or sent == size:
            self.next = time.monotonic() + 1
            print(f"Sent {sent} of {size} bytes ({sent * 100 // size}%)", file=sys.stderr)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="ftp_uploader", description="Uploads one file. The password is taken from FTP_PASSWORD."
    )
    parser.add_argument("--tls", choices=["explicit", "implicit", "off"], help="default: explicit; off to localhost")
    parser.add_argument("--ca-file", metavar="PEM", help="trust what these sign, and not the system's roots")
    parser.add_argument("--list", action="store_true", help="print the names in REMOTEDIR afterwards, on stdout")
    for name, shown in dict(host="HOST:PORT", user="USERNAME", file="LOCALFILE", directory="REMOTEDIR").items():
        parser.add_argument(name, metavar=shown)
    return parser.parse_args()


def main() -> None:
    # An exception would be lost in the component. So Ctrl-C ends the process, which resets the data connection.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    password = os.environb.get(b"FTP_PASSWORD")
    args = arguments()
    if password is None:
        sys.exit("upload: FTP_PASSWORD is not set")
    name, _, port = args.host.rpartition(":")
    if not name or not port.isdecimal():
        sys.exit(f"upload: {args.host} is not HOST:PORT")
    try:
        stored = upload(
            name.strip("[]"),
            args.user,
            password,
            args.file,
            args.directory,
            port=int(port),
            tls=args.tls,
            ca_file=args.ca_file,
            list_directory=args.list,
            on_progress=Percent(),
            on_notice=lambda notice: print(notice, file=sys.stderr),
            component=os.environ.get("FTP_UPLOADER_WASM", COMPONENT),
        )
    except OSError as error:
        sys.exit(f"upload: {error.filename or args.host}: {error.strerror or error}")
    except (Failure, ValueError) as error:
        print(f"upload: {error}", file=sys.stderr)
        sys.exit(getattr(error, "status", 1))
    confirmed = f"{stored.proof} confirmed by the server" if stored.proof else "confirmed by the server, not verified"
    print(f"Stored {args.file} in {args.directory}: {stored.size} bytes, {confirmed}", file=sys.stderr)
    for entry in stored.names:
        print(ascii(os.fsdecode(entry)))


if __name__ == "__main__":
    main()
