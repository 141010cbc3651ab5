"""The commands that each call of the component may send (`send` in `wit/capabilities.wit`).

All other commands are denied, and all other names: nothing is removed, renamed or received unless the call is about it.

In a row, USER, DIRECTORY and NAME stand for the values of this upload; `*` stands for any argument. To call more
functions of the component, add a row for each, with the commands that this function needs:
`"remove": [(b"DELE", NAME)]`.
"""

USER, DIRECTORY, NAME = "user", "directory", "name"

# They change nothing. The component asks by them, and prepares transfers.
HASHES = [(verb, "*") for verb in (b"HASH", b"XSHA256", b"XSHA1", b"XMD5", b"XCRC", b"MD5")]
QUESTIONS = [(b"NOOP",), (b"FEAT",), (b"PWD",), (b"TYPE", b"I"), (b"OPTS", "*"), (b"CLNT", "*"), (b"SIZE", "*")]
DATA = [(b"EPSV",), (b"PASV",)]

PERMITTED = {
    "open": [(b"NOOP",), (b"USER", USER), (b"AUTH", b"TLS"), (b"PBSZ", b"0"), (b"PROT", b"P")],
    "enter": [*QUESTIONS, (b"CWD", DIRECTORY)],
    "look": QUESTIONS,
    "modified": [*QUESTIONS, (b"MDTM", NAME)],
    "store": [*QUESTIONS, *HASHES, *DATA, (b"STOR", NAME)],
    "compare": [*QUESTIONS, *HASHES],
    # Of the directory itself, so that no CWD is needed.
    "list": [*QUESTIONS, *DATA, (b"MLSD",), (b"LIST",), (b"LIST", b"-a")],
    "quit": [(b"NOOP",), (b"QUIT",)],
}

# Permitted only once in a call.
ONCE = (b"USER", b"STOR")


class Authority:
    """The commands of the present call. Before the first call, nothing is permitted."""

    def __init__(self, user, name, directory):
        self.words = {USER: user, DIRECTORY: directory, NAME: name}
        self.call, self.rows = None, []

    def begin(self, call):
        """Must be called before each call of the component."""
        self.call = call
        self.rows = [(row[0], *(self.words.get(word, word) for word in row[1:])) for row in PERMITTED[call]]

    def permits(self, lines):
        """Returns true if all of these lines, with their ends, may be sent."""
        found = [self.row_of(line) for line in lines]
        if None in found:
            return False
        self.rows = [row for row in self.rows if not (row in found and row[0] in ONCE)]
        return True

    def row_of(self, line):
        command = tuple(line.removesuffix(b"\r\n").split(b" ", 1))
        anything = (command[0], "*")
        return next((row for row in self.rows if row == command or len(command) == 2 and row == anything), None)
