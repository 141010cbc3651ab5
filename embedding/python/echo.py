"""The reply to the password, in which some servers repeat it: held back until a line is whole, and masked before the
component gets it. As `wit/capabilities.wit` has it at `receive`."""

import re

MAX_LINE = 8192  # Longer ones are given on in pieces.


class Echo:
    def __init__(self, password):
        secret = re.escape(password)
        if len(password) < 8:
            # It may occur by chance: a gap within a word would tell what it is.
            secret = rb"(?<![0-9A-Za-z])%s(?![0-9A-Za-z])" % secret
        self.pattern = re.compile(secret) if password else None
        self.expected, self.held = False, b""

    def take(self, received):
        """What may be given on. The password is not touched in other replies, where it may be a number or a name."""
        if not self.expected:
            return received
        self.held += received
        whole = self.held.rfind(b"\n") + 1 if len(self.held) < MAX_LINE else len(self.held)
        return self.release(whole)

    def holds(self):
        """Whether the beginning of a line is held back."""
        return bool(self.held)

    def expect_no_more(self):
        """Another command is sent. Gives what was held."""
        released, self.expected = self.release(len(self.held)), False
        return released

    def release(self, count):
        lines, self.held = self.held[:count], self.held[count:]
        return b"".join(map(self.masked, lines.splitlines(keepends=True))) if self.pattern else lines

    def masked(self, line):
        """The code of a reply is no secret, and stays also where the password looks like a reply: `202-555-0147`."""
        code = re.match(rb"(\d{3}[ -])?", line)[0]

        def mask(found):
            return code[found.start() :] + b"****" if found.end() > len(code) else found[0]

        return self.pattern.sub(mask, line)
