"""Masks the password in the server's replies.

Some servers repeat the password in their reply to it. That reply is held back until a line is complete, and masked
before the component gets it, as `receive` in `wit/capabilities.wit` specifies.
"""

import re

MAX_LINE = 8192  # Longer lines are passed on in pieces.


class Echo:
    def __init__(self, password):
        secret = re.escape(password)
        if len(password) < 8:
            # A short password may occur by chance as a part of a word, and a mask there would reveal it.
            secret = rb"(?<![0-9A-Za-z])%s(?![0-9A-Za-z])" % secret
        self.pattern = re.compile(secret) if password else None
        self.expected, self.held = False, b""

    def take(self, received):
        """Returns the bytes that may be passed on.

        In other replies the password is not masked, because there it may be a number or a name.
        """
        if not self.expected:
            return received
        self.held += received
        whole = self.held.rfind(b"\n") + 1 if len(self.held) < MAX_LINE else len(self.held)
        return self.release(whole)

    def holds(self):
        """Returns true if the beginning of a line is held back."""
        return bool(self.held)

    def expect_no_more(self):
        """Called when another command is sent. Returns the bytes that were held back."""
        released, self.expected = self.release(len(self.held)), False
        return released

    def release(self, count):
        lines, self.held = self.held[:count], self.held[count:]
        return b"".join(map(self.masked, lines.splitlines(keepends=True))) if self.pattern else lines

    def masked(self, line):
        """Masks the password in a line.

        The code of a reply is never masked, even if the password looks like a reply: `202-555-0147`.
        """
        code = re.match(rb"(\d{3}[ -])?", line)[0]

        def mask(found):
            return code[found.start() :] + b"****" if found.end() > len(code) else found[0]

        return self.pattern.sub(mask, line)
