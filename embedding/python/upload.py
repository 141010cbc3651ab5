"""Uploads one file over FTP, with everything that speaks FTP shut in the ftp-uploader component.

    FTP_PASSWORD=... python3 upload.py HOST:PORT USERNAME LOCALFILE REMOTEDIR

Ties the component's imports to what is lent, calls its exports, and checks its word. Next: `lent.py`.
"""

import errno
import os
import sys
import time

from wasmtime import Config, Engine, Store, WasmtimeError
from wasmtime.component import Component, Linker, Record, ResourceAny, ResourceHost, ResourceType, Variant

from lent import Closed, Control, Data, File, SourceError

COMPONENT = os.environ.get("FTP_UPLOADER_WASM", "ftp-uploader.wasm")
CAPABILITIES = "ftp-uploader:upload/capabilities@0.1.0"
UPLOAD = "ftp-uploader:upload/upload@0.1.0"
# The component needs 1.2 MiB, and some thousand instructions for each call of splice.
MEMORY = 4 << 20
FUEL = 1_000_000_000
# The kinds of handles. A handle is a kind, and a key to what is lent.
CONTROL, DATA, FILE, SECRET, PROGRESS = range(5)
UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL}


class Failure(Exception):
    """Why the file was not uploaded, for people."""


class Session:
    """One instance of the component, and everything that it can reach."""

    def __init__(self, control, file, show):
        self.control, self.file, self.show = control, file, show
        self.lent = {CONTROL: control, FILE: file, SECRET: None, PROGRESS: None}
        config = Config()
        config.consume_fuel = True
        engine = Engine(config)
        self.store = Store(engine)
        self.store.set_limits(memory_size=MEMORY)
        self.store.set_fuel(FUEL + file.size // 8)
        linker = Linker(engine)
        with linker.root() as root, root.add_instance(CAPABILITIES) as interface:
            self.define(interface)
        self.instance = linker.instantiate(self.store, Component.from_file(engine, COMPONENT))
        self.exports = self.instance.get_export_index(self.store, UPLOAD)

    def define(self, interface):
        """The component's imports, all of them."""
        kinds = {"control-connection": CONTROL, "data-connection": DATA, "source-file": FILE}
        for name, kind in {**kinds, "secret": SECRET, "progress": PROGRESS}.items():
            interface.add_resource(name, ResourceType.host(kind), self.dropped)
        for name, method in {
            "control-connection.receive": Control.receive,
            "control-connection.send": Control.send,
            "control-connection.send-password": lambda control, _: control.send_password(),
            "control-connection.open-data": self.open_data,
            "data-connection.splice": self.splice,
            "data-connection.finish": Data.finish,
            "source-file.size": lambda file: file.size,
            "progress.entered": lambda _, step: None,
        }.items():
            interface.add_func(f"[method]{name}", self.answering(method))

    def answering(self, method):
        def answer(store, *given):
            try:
                # Each handle given has to be taken, or the call is an error.
                return method(*(self.lent[one.to_host(store).rep] if isinstance(one, ResourceAny) else one for one in given))
            except OSError as error:
                return io_error(error)

        return answer

    def dropped(self, _, key):
        if isinstance(lent := self.lent.pop(key), (Control, Data)):
            lent.close()

    def open_data(self, control, port):
        key = max(*self.lent, PROGRESS) + 1
        self.lent[key] = control.open_data(port)
        return ResourceHost.own(key, DATA)

    def splice(self, data, file, offset, length):
        try:
            moved = data.splice(file, offset, length)
        except SourceError as error:
            return Variant("source", str(error))
        except OSError as error:
            return Variant("connection", io_error(error))
        self.show(file)
        return moved

    def call(self, name, *arguments):
        index = self.instance.get_export_index(self.store, name, self.exports)
        answer = self.instance.get_func(self.store, index)(self.store, *arguments)
        if isinstance(answer, Variant):
            raise Failure(explain(answer))
        return answer

    def upload(self, user, name, directory):
        login = Record()
        login.user, login.account = user, None
        control, secret, progress = (ResourceHost.own(kind, kind) for kind in (CONTROL, SECRET, PROGRESS))
        session = self.call("[static]session.open", control, secret, login, progress)
        self.call("[method]session.enter", session, directory)
        receipt = self.call("[method]session.store", session, ResourceHost.own(FILE, FILE), name)
        # The receipt is the component's word; what was moved is our own knowledge.
        if not receipt.sent == self.file.sent == self.file.size:
            raise Failure("the component claims to have sent what it has not")
        self.control.say_farewell()
        self.call("[method]session.quit", session)
        session.drop(self.store)
        return receipt


def io_error(error):
    cases = {Closed: "closed", TimeoutError: "timed-out", ConnectionRefusedError: "refused", PermissionError: "denied"}
    return cases.get(type(error), "unreachable" if error.errno in UNREACHABLE else "reset")
