"""An FTP server for one user, started by pyftpdlib.rs. It serves until it is killed.

Arguments: address, control port, first and last passive port, root, read-only directory in it, user, password. Three
more arguments require TLS: `explicit` or `implicit`, certificate, key.
The environment variable FINAL_REPLY replaces 226 as the reply to every whole file (without TLS only).
"""

import os
import sys

from pyftpdlib import handlers
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.servers import FTPServer

address, control, first, last, root, read_only, user, password, *tls = sys.argv[1:]

authorizer = DummyAuthorizer()
authorizer.add_user(user, password, root, perm="elradfmwMT")
# File modes are not enough, because they do not restrict root.
authorizer.override_perm(user, os.path.join(root, read_only), perm="elr", recursive=True)


class Handler(handlers.TLS_FTPHandler if tls else handlers.FTPHandler):
    """Accepts file names that are not UTF-8 unchanged, and refuses a wrong password without a delay."""

    passive_ports = range(int(first), int(last) + 1)
    unicode_errors = "surrogateescape"
    auth_failed_timeout = 0
    tls_control_required = tls_data_required = True


class RefusingDataHandler(handlers.DTPHandler):
    """Stores the whole file, and sends FINAL_REPLY instead of 226."""

    def close(self):
        if self.receive and self.transfer_finished:
            self._resp = (os.environ["FINAL_REPLY"], handlers.logger.debug)
        super().close()


class ImplicitHandler(Handler):
    """Sends the greeting after the TLS handshake, not when the client connects."""

    def handle(self):
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self):
        super().handle()


if tls:
    style, Handler.certfile, Handler.keyfile = tls
    Handler = {"explicit": Handler, "implicit": ImplicitHandler}[style]
if "FINAL_REPLY" in os.environ:
    Handler.dtp_handler = RefusingDataHandler
Handler.authorizer = authorizer
FTPServer((address, int(control)), Handler).serve_forever()
