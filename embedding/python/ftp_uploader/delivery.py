"""Delivers one file in one try: the questions to the server before and after, so that only proved facts are reported.

The rules are those of the program (`delivery/src/lib.rs`), as far as they apply to a single try.
"""

import time

from .failure import Failure, Unknown, UploadError

SETTLING = 0.5  # Seconds between two queries: a server may still be writing received data to its disk.
LOOKS = 5


def deliver(session, file):
    """Stores the file. Returns the proof of the server's success: the name of a hash, "size", or None."""
    before = session.look()
    may_fit_already = before.tag == "untold" or is_whole(before, file)
    dated = session.modified() if is_whole(before, file) else None
    try:
        proof = store(session, file)
        if proof == "size" and may_fit_already:
            # The size may be that of the old file, if the server has stored ours under another name, or not at all.
            proof = "size" if dated is not None and session.modified() not in (None, dated) else None
    except UploadError as error:
        if file.finished and error.leaves_a_doubt():
            raise Unknown(error)
        raise
    # The component reports a success; check that against our own count of the sent bytes.
    if not (file.finished and file.sent == file.size):
        raise Failure("the component claims to have sent what it has not")
    if file.has_changed():
        raise Failure("the file changed while it was sent; what is stored may mix old and new bytes")
    return proof


def store(session, file):
    try:
        receipt = session.store()
    except UploadError as error:
        if error.is_disagreement():
            return look_again(session, file, error)
        raise
    if receipt.sent != file.size:
        raise Failure("the component claims to have sent what it has not")
    return {"size": "size", "hash": receipt.verified.payload}.get(receipt.verified.tag)


def look_again(session, file, error):
    """The server replied "stored", but reports a different size or hash. That may change within seconds."""
    for _ in range(1 if error.case == "corrupt" else LOOKS):
        time.sleep(SETTLING)
        if error.case == "corrupt":
            if (compared := session.compare()).tag == "same":
                return compared.payload
        elif is_whole(session.look(), file):
            return "size"
    raise error


def is_whole(found, file):
    return found.tag == "bytes" and found.payload == file.size
