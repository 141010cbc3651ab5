"""One file, one try: what the server is asked before and after, so that no more is claimed than was proved.

The rules are those that the program has (`delivery/src/lib.rs`), as far as one try needs them.
"""

import time

from failure import Failure, Unknown, UploadError

SETTLING = 0.5  # Seconds between two looks: a server may still be writing down what it has received.
LOOKS = 5


def deliver(session, file):
    """Stores the file. Gives what backs up the server's word that it has it: the name of a hash, "size", or None."""
    before = session.look()
    may_fit_already = before.tag == "untold" or is_whole(before, file)
    dated = session.modified() if is_whole(before, file) else None
    try:
        proof = store(session, file)
        if proof == "size" and may_fit_already:
            # It may be the old file's, if the server has stored ours elsewhere, or not at all.
            proof = "size" if dated is not None and session.modified() not in (None, dated) else None
    except UploadError as error:
        if file.finished and error.leaves_a_doubt():
            raise Unknown(error)
        raise
    # The component has said so; what was sent is our own knowledge.
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
    """The server has said that the file is stored. What does not fit may do so in a moment."""
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
