"""An FTP server for one user, started by pyftpdlib.rs: serves until it is killed.

Arguments: address, control port, first and last passive port, root, read-only directory in it, user, password.
"""

import os
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

address, control, first, last, root, read_only, user, password = sys.argv[1:]

authorizer = DummyAuthorizer()
authorizer.add_user(user, password, root, perm="elradfmwMT")
# Not left to file modes, which do not bind root.
authorizer.override_perm(user, os.path.join(root, read_only), perm="elr", recursive=True)


class Handler(FTPHandler):
    """Takes file names that are not UTF-8 byte for byte, and refuses a wrong password without a pause."""

    passive_ports = range(int(first), int(last) + 1)
    unicode_errors = "surrogateescape"
    auth_failed_timeout = 0


Handler.authorizer = authorizer
FTPServer((address, int(control)), Handler).serve_forever()
