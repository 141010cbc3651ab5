"""An FTP server for one user, started by pyftpdlib.rs: serves until it is killed.

Arguments: address, control port, first and last passive port, root, read-only directory in it, user, password; and, for
TLS and nothing else, `explicit` or `implicit`, certificate, key.
The variable FINAL_REPLY is the reply to every whole file, instead of 226 (without TLS only).
"""

import os
import sys

from pyftpdlib import handlers
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.servers import FTPServer

address, control, first, last, root, read_only, user, password, *tls = sys.argv[1:]

authorizer = DummyAuthorizer()
authorizer.add_user(user, password, root, perm="elradfmwMT")
# Not left to file modes, which do not bind root.
authorizer.override_perm(user, os.path.join(root, read_only), perm="elr", recursive=True)


class Handler(handlers.TLS_FTPHandler if tls else handlers.FTPHandler):
    """Takes file names that are not UTF-8 byte for byte, and refuses a wrong password without a pause."""

    passive_ports = range(int(first), int(last) + 1)
    unicode_errors = "surrogateescape"
    auth_failed_timeout = 0
    tls_control_required = tls_data_required = True


class RefusingDataHandler(handlers.DTPHandler):
    """Keeps a whole file, and says something else."""

    def close(self):
        if self.receive and self.transfer_finished:
            self._resp = (os.environ["FINAL_REPLY"], handlers.logger.debug)
        super().close()


class ImplicitHandler(Handler):
    """Greets when the TLS handshake is done, not when the client has come."""

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
