"""Masks the password in the server's replies.

Some servers repeat the password in their reply to it. That reply is held back line by line, and masked before the
component gets it, as `receive` in `wit/capabilities.wit` specifies. Several commands may be outstanding, so that reply
is found by counting final replies (RFC 959 §4.2).
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
        self.replies, self.held = Replies(), b""
        # The number of final replies until the one to PASS is complete. None if nothing is masked.
        self.masked = None

    def expect_reply_to_password(self):
        """Must be called before PASS is sent."""
        self.replies.outstanding += 1
        self.masked = self.replies.outstanding

    def expect_replies(self, commands):
        """Must be called before commands other than PASS are sent. Returns bytes that were held back until now.

        If the reply to PASS is complete, nothing more is masked.
        """
        released = b""
        if self.masked == 0:
            released, self.masked = self.release(), None
        self.replies.outstanding += commands
        return released

    def take(self, received):
        """Returns the bytes that may be passed on.

        In other replies the password is not masked, because there it may be a number or a name.
        """
        passed = b""
        for piece in re.findall(rb"[^\n]*\n|[^\n]+", received):
            self.held += piece
            if self.masked is None or piece.endswith(b"\n") or len(self.held) >= MAX_LINE:
                passed += self.release()
            if self.replies.ends_final_reply(piece) and self.masked:
                self.masked -= 1
        return passed

    def holds(self):
        """Returns true if the beginning of a line is held back."""
        return bool(self.held)

    def release(self):
        line, self.held = self.held, b""
        return line if self.masked is None or not self.pattern else self.without_password(line)

    def without_password(self, line):
        """Masks the password in a line.

        The code of a reply is never masked, even if the password looks like a reply: `202-555-0147`.
        """
        code = re.match(rb"(\d{3}[ -])?", line)[0]

        def mask(found):
            return code[found.start() :] + b"****" if found.end() > len(code) else found[0]

        return self.pattern.sub(mask, line)


class Replies:
    """Counts final replies, in bytes that may be split anywhere."""

    def __init__(self):
        self.outstanding = 1  # The greeting.
        # The first bytes of the current line, and the code of a reply of several lines that has not ended.
        self.head, self.begun = b"", None

    def ends_final_reply(self, piece):
        """Takes a piece of a line. Returns true if a final reply ends with it."""
        self.head = (self.head + piece)[:4]
        if not piece.endswith(b"\n"):
            return False
        line, self.head = re.match(rb"([1-5]\d\d)([- \r\n])", self.head), b""
        if not line or self.begun not in (None, line[1]):
            return False
        if line[2] == b"-":
            self.begun = line[1]
            return False
        self.begun = None
        # A preliminary reply (1xx) is followed by another one to the same command.
        is_final = not line[1].startswith(b"1")
        self.outstanding = max(0, self.outstanding - is_final)
        return is_final
