"""The reason why a file was not uploaded, or why the outcome is unknown: as a message, and as an exit status."""

FAILED, IN_DOUBT = 1, 10  # The exit statuses of the program `ftp-uploader`.


class Failure(Exception):
    """An error with a message for the user."""

    status = FAILED


class Unknown(Failure):
    """Every byte was sent, and then an error occurred after which the file may or may not be stored."""

    status = IN_DOUBT

    def __init__(self, error):
        super().__init__(f"whether the file is stored is not known: every byte was sent, then {error}; look before you retry")


class UploadError(Failure):
    """An upload-error of `wit/upload.wit`: its case and its payload. `hint` may add a cause."""

    def __init__(self, case, what, hint=None):
        super().__init__(explain(case, what) + (f": {hint}" if hint else ""))
        self.case, self.what = case, what
        if self.is_disagreement():
            self.status = IN_DOUBT

    def is_disagreement(self):
        """Returns true if the server replied that the file is stored, and then contradicted that."""
        return self.case in ("mismatch", "missing", "corrupt")

    def leaves_a_doubt(self):
        """Returns true if a file of which every byte was sent may be stored in spite of the error."""
        match self.case:
            case "refused":
                # RFC 959 §4.2.2: a connection broke, so the file may be stored nevertheless. vsftpd reports this as
                # "500 OOPS".
                code, text = self.what.code, self.what.text
                return code in (421, 425, 426) or (code == 500 and text.startswith(b"OOPS"))
            case "misbehaved":
                return self.what.what != "early-success"
        return self.case in ("broken", "unconfirmed")


def explain(case, what):
    """Returns an upload-error as a message. The server's text is escaped, so that it cannot control the terminal."""
    match case:
        case "refused":
            return f"the server refused at {what.step}: {what.code} {ascii(what.text.decode('latin-1'))[1:-1]}"
        case "misbehaved":
            return f"the server broke the protocol at {what.step}: {what.what}"
        case "broken":
            return f"the {what.connection} connection failed at {what.step}: {what.cause}"
        case "unreadable":
            return f"the file could not be read to its end ({what}); a part of it may be on the server"
        case "unconfirmed":
            when = "when it was asked what it has" if what.completed else "before it said that it has them"
            return f"the server was lost {when}: {what.cause}"
        case "mismatch":
            return f"{what.sent} bytes were sent, but the server has {what.stored}"
        case "missing":
            return "the server said that it has the file, and then that there is none of this name"
        case "corrupt":
            return f"what the server has is not what was sent: its {what} is another"
    return f"an argument is not valid: {what}"
