"""The component in its sandbox: its imports connected to the capabilities, its exports as one function.

This file has the calls of the wasmtime API. The imports are implemented in `sockets.py`, the use of a session in
`delivery.py`.
"""

import errno
import itertools
import ssl

from wasmtime import Config, Engine, Store
from wasmtime.component import Component, Linker, Record, ResourceAny, ResourceHost, ResourceType, Variant

from .authority import Authority
from .delivery import deliver
from .failure import UploadError
from .file import SourceError
from .sockets import Closed, Control, Data, Listing

CAPABILITIES = "ftp-uploader:upload/capabilities@0.2.0"
UPLOAD = "ftp-uploader:upload/upload@0.2.0"
MEMORY = 4 << 20  # In bytes. The component needs 1.2 MiB.
FUEL = 1_000_000_000  # Approximate instructions, plus one for each 8 bytes of the file.

# Notices for the user that are not failures.
NOTICES = {"utf8-refused": "The server refuses UTF-8; a name beyond ASCII may look different there."}

# The kinds of handles. A handle has a kind, and a key to one of the objects behind the handles.
CONTROL, DATA, LISTING, LISTENER, FILE, SECRET, PROGRESS = range(7)


class Sandbox:
    """One instance of the component, and all objects that it can reach."""

    def __init__(self, wasm, control, file, show, note):
        self.control, self.file, self.show, self.note = control, file, show, note
        self.handles = {CONTROL: control, FILE: file, SECRET: None, PROGRESS: None}
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

    def upload(self, user, name, directory, protection, lists=False):
        """Returns the proof, and the names in the directory if it `lists` them."""
        self.control.authority = Authority(user, name, directory)
        # A flight saves little for a single file, so the component waits for each reply.
        mode = {"data-mode": "passive", "flight": False}
        login = record({"user": user, "account": None, "protection": protection, **mode})
        control, secret, progress = (ResourceHost.own(kind, kind) for kind in (CONTROL, SECRET, PROGRESS))
        opened = self.call("[static]session.open", control, secret, login, progress)
        session = Session(self.call, opened, name, self.file.size)
        session.ask("enter", directory, False, False)
        proof = deliver(session, self.file)
        names = session.names() if lists else []
        self.control.say_farewell()
        session.ask("quit")
        return proof, names

    def call(self, name, *arguments):
        # The component cannot do this itself: it imports only the functions below.
        self.control.authority.begin(name.rpartition(".")[2])
        index = self.instance.get_export_index(self.store, name, self.exports)
        answer = self.instance.get_func(self.store, index)(self.store, *arguments)
        # wasmtime omits "ok" and "err" if an error cannot be confused with an answer.
        if not isinstance(answer, Variant):
            return answer
        if answer.tag == "ok":
            return answer.payload
        error = answer.payload if answer.tag == "err" else answer
        raise UploadError(error.tag, error.payload, self.insecure)

    def define(self, imports):
        """Defines all functions that the component can call."""
        kinds = {"control-connection": CONTROL, "data-connection": DATA, "listing-connection": LISTING}
        kinds["data-listener"] = LISTENER
        for name, kind in {**kinds, "source-file": FILE, "secret": SECRET, "progress": PROGRESS}.items():
            imports.add_resource(name, ResourceType.host(kind), self.dropped)
        for name, method in {
            "control-connection.receive": Control.receive,
            "control-connection.pending": Control.pending,
            "control-connection.secure": Control.secure,
            "control-connection.send": Control.send,
            "control-connection.send-password": lambda control, secret: control.send_password(),
            "control-connection.open-data": self.open_data,
            "control-connection.open-listing": self.open_listing,
            "control-connection.listen-data": Control.listen_data,
            # No data-listener exists, so these functions cannot be called.
            "data-listener.endpoint": None,
            "data-listener.accept": None,
            "data-listener.accept-listing": None,
            "listing-connection.secure": Listing.secure,
            "listing-connection.receive": Listing.receive,
            "data-connection.secure": Data.secure,
            "data-connection.splice": self.splice,
            "data-connection.shutdown": lambda data: data.shutdown(self.file),
            "data-connection.finish": lambda data: data.finish(self.file),
            "source-file.size": lambda file: file.size,
            "source-file.prepare-digest": lambda file, algorithm: None,
            "source-file.digest": self.digest,
            "progress.entered": lambda progress, step: None,
            "progress.noticed": lambda progress, notice: self.note(NOTICES[notice]),
        }.items():
            imports.add_func(f"[method]{name}", self.answering(method))

    def answering(self, method):
        """Wraps the method: it gets the objects behind the handles, and an OSError becomes an answer."""

        def answer(store, *given):
            # Each handle must be converted to its object, because one that is not taken makes the call fail.
            values = [self.handles[one.to_host(store).rep] if isinstance(one, ResourceAny) else one for one in given]
            try:
                return method(*values)
            except OSError as error:
                if (case := io_error(error)) == "insecure":
                    self.insecure = getattr(error, "verify_message", None) or getattr(error, "reason", error.strerror)
                return case

        return answer

    def dropped(self, store, key):
        if isinstance(connection := self.handles.pop(key), (Control, Data, Listing)):
            connection.close()

    def close(self):
        """Closes the connections that the component still has."""
        for key in list(self.handles):
            self.dropped(self.store, key)

    def open_data(self, control, port):
        connection, key = control.open_data(port), next(self.keys)
        self.handles[key] = connection
        return ResourceHost.own(key, DATA)

    def open_listing(self, control, port):
        connection, key = control.open_listing(port), next(self.keys)
        self.handles[key] = connection
        return ResourceHost.own(key, LISTING)

    def splice(self, data, file, offset, length):
        try:
            moved = data.splice(file, offset, length)
        except SourceError as error:
            return Variant("err", Variant("source", str(error)))
        except OSError as error:
            return Variant("err", Variant("connection", io_error(error)))
        if moved:
            self.show(file.sent, file.size)
            return Variant("ok", Variant("bytes", moved))
        return Variant("ok", Variant("heard" if moved is None else "end"))

    def digest(self, file, algorithm, length):
        try:
            return file.digest(algorithm, length)
        except SourceError as error:
            return str(error)


class Session:
    """The session of `wit/upload.wit`, for one file."""

    def __init__(self, call, opened, name, size):
        self.call, self.opened, self.name, self.size = call, opened, name, size

    def ask(self, function, *arguments):
        return self.call(f"[method]session.{function}", self.opened, *arguments)

    def store(self):
        plan = record({"placement": Variant("replace"), "verify": "best", "defer": False})
        return self.ask("store", ResourceHost.own(FILE, FILE), self.name, plan)

    def look(self):
        return self.ask("look", self.name)

    def modified(self):
        return self.ask("modified", self.name)

    def names(self):
        """Returns the names in the directory. One page is enough for an example: `more` says if there are others."""
        return [entry.name for entry in self.ask("list", b".", False).entries]

    def compare(self):
        return self.ask("compare", ResourceHost.own(FILE, FILE), self.name, self.size)


def record(fields):
    made = Record()
    vars(made).update(fields)
    return made


def io_error(error):
    """Returns the case of io-error for an error of the system."""
    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL):
        return "unreachable"
    if isinstance(error, ssl.SSLError):
        return "closed" if isinstance(error, ssl.SSLEOFError) else "insecure"
    cases = {Closed: "closed", TimeoutError: "timed-out", ConnectionRefusedError: "refused", PermissionError: "denied"}
    return cases.get(type(error), "reset")
