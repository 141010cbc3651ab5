"""The component in its sandbox: its imports tied to what is lent, its exports as one function.

wasmtime's side of the example. What the imports do is `lent.py`.
"""

import errno
import itertools
import ssl
import sys

from wasmtime import Config, Engine, Store
from wasmtime.component import Component, Linker, Record, ResourceAny, ResourceHost, ResourceType, Variant

from lent import Closed, Control, Data, SourceError

CAPABILITIES = "ftp-uploader:upload/capabilities@0.1.0"
UPLOAD = "ftp-uploader:upload/upload@0.1.0"
MEMORY = 4 << 20  # Bytes. The component needs 1.2 MiB.
FUEL = 1_000_000_000  # Instructions, about; and one more for each 8 bytes of the file.

# What is no failure, and should be known.
NOTICES = {"utf8-refused": "The server refuses UTF-8; a name beyond ASCII may look different there."}

# The kinds of handles. A handle is a kind, and a key to one of the objects lent.
CONTROL, DATA, LISTENER, FILE, SECRET, PROGRESS = range(6)


class Failure(Exception):
    """Why the file was not uploaded, for people."""


class Sandbox:
    """One instance of the component, and everything that it can reach."""

    def __init__(self, wasm, control, file, show):
        self.control, self.file, self.show = control, file, show
        self.lent = {CONTROL: control, FILE: file, SECRET: None, PROGRESS: None}
        self.keys = itertools.count(PROGRESS + 1)
        self.insecure = None
        config = Config()
        config.consume_fuel = True
        engine = Engine(config)
        self.store = Store(engine)
        self.store.set_limits(memory_size=MEMORY)
        self.store.set_fuel(FUEL + file.size // 8)
        linker = Linker(engine)
        with linker.root() as root, root.add_instance(CAPABILITIES) as imports:
            self.define(imports)
        self.instance = linker.instantiate(self.store, Component.from_file(engine, wasm))
        self.exports = self.instance.get_export_index(self.store, UPLOAD)

    def upload(self, user, name, directory, protection):
        login = record({"user": user, "account": None, "protection": protection, "data-mode": "passive"})
        plan = record({"placement": Variant("replace"), "verify": "best"})
        control, secret, progress = (ResourceHost.own(kind, kind) for kind in (CONTROL, SECRET, PROGRESS))
        session = self.call("[static]session.open", control, secret, login, progress)
        self.call("[method]session.enter", session, directory, False)
        receipt = self.call("[method]session.store", session, ResourceHost.own(FILE, FILE), name, plan)
        # The receipt is the component's word; what was sent is our own knowledge.
        if not (self.file.finished and receipt.sent == self.file.sent == self.file.size):
            raise Failure("the component claims to have sent what it has not")
        if self.file.has_changed():
            raise Failure("the file changed while it was sent; what is stored may mix old and new bytes")
        self.control.say_farewell()
        self.call("[method]session.quit", session)
        return receipt

    def call(self, name, *arguments):
        index = self.instance.get_export_index(self.store, name, self.exports)
        answer = self.instance.get_func(self.store, index)(self.store, *arguments)
        if isinstance(answer, Variant):
            why = f": {self.insecure}" if self.insecure else ""
            raise Failure(explain(answer.tag, answer.payload) + why)
        return answer

    def define(self, imports):
        """All that the component can call."""
        kinds = {"control-connection": CONTROL, "data-connection": DATA, "data-listener": LISTENER}
        for name, kind in {**kinds, "source-file": FILE, "secret": SECRET, "progress": PROGRESS}.items():
            imports.add_resource(name, ResourceType.host(kind), self.dropped)
        for name, method in {
            "control-connection.receive": Control.receive,
            "control-connection.pending": Control.pending,
            "control-connection.secure": Control.secure,
            "control-connection.send": Control.send,
            "control-connection.send-password": lambda control, secret: control.send_password(),
            "control-connection.open-data": self.open_data,
            "control-connection.listen-data": Control.listen_data,
            # There is never one: nobody can call these.
            "data-listener.endpoint": None,
            "data-listener.accept": None,
            "data-connection.secure": Data.secure,
            "data-connection.splice": self.splice,
            "data-connection.finish": lambda data: data.finish(self.file),
            "source-file.size": lambda file: file.size,
            "source-file.prepare-digest": lambda file, algorithm: None,
            "source-file.digest": self.digest,
            "progress.entered": lambda progress, step: None,
            "progress.noticed": lambda progress, notice: print(NOTICES[notice], file=sys.stderr),
        }.items():
            imports.add_func(f"[method]{name}", self.answering(method))

    def answering(self, method):
        """The method, called with what stands behind the handles; an OSError becomes an answer."""

        def answer(store, *given):
            # Each handle has to be taken to its object: one that is left over makes the call fail.
            values = [self.lent[one.to_host(store).rep] if isinstance(one, ResourceAny) else one for one in given]
            try:
                return method(*values)
            except OSError as error:
                if (case := io_error(error)) == "insecure":
                    self.insecure = getattr(error, "verify_message", None) or getattr(error, "reason", error.strerror)
                return case

        return answer

    def dropped(self, store, key):
        if isinstance(connection := self.lent.pop(key), (Control, Data)):
            connection.close()

    def open_data(self, control, port):
        connection, key = control.open_data(port), next(self.keys)
        self.lent[key] = connection
        return ResourceHost.own(key, DATA)

    def splice(self, data, file, offset, length):
        try:
            moved = data.splice(file, offset, length)
        except SourceError as error:
            return Variant("err", Variant("source", str(error)))
        except OSError as error:
            return Variant("err", Variant("connection", io_error(error)))
        if moved:
            self.show(file)
            return Variant("ok", Variant("bytes", moved))
        return Variant("ok", Variant("heard" if moved is None else "end"))

    def digest(self, file, algorithm, length):
        try:
            return file.digest(algorithm, length)
        except SourceError as error:
            return str(error)


def record(fields):
    made = Record()
    vars(made).update(fields)
    return made


def io_error(error):
    """The case of io-error for what the system said."""
    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL):
        return "unreachable"
    if isinstance(error, ssl.SSLError):
        return "closed" if isinstance(error, ssl.SSLEOFError) else "insecure"
    cases = {Closed: "closed", TimeoutError: "timed-out", ConnectionRefusedError: "refused", PermissionError: "denied"}
    return cases.get(type(error), "reset")


def explain(case, what):
    """An upload-error in words. What the server said is escaped: it could drive a terminal."""
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
            return f"everything was sent, but whether it arrived was not said ({what})"
        case "mismatch":
            return f"{what.sent} bytes were sent, but the server has {what.stored}"
        case "corrupt":
            return f"what the server has is not what was sent: its {what} is another"
    return f"the {what} cannot be put into a command"
