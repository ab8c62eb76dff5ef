"""Signed notes, checkpoints and cosignatures (4.4 to 4.6), which are those of C2SP, read strictly."""

import base64
import binascii
import unicodedata
from types import SimpleNamespace

from . import keys
from . import tree
from .faults import Broken
from .faults import must

NOTE_MAX, LINES_MAX = 16_384, 128
ED25519, COSIGNATURE = 1, 4
DASH = "\u2014"


def parse(data, length_max=NOTE_MAX):
    """Text and signature lines of a note; no signature is judged."""
    must(len(data) <= length_max, "a note that is too long")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        must(False, "a note that is not UTF-8")
    must(not any(letter != "\n" and unicodedata.category(letter) == "Cc" for letter in whole), "a control character")
    text, blank, signatures = whole.rpartition("\n\n")
    must(blank and text and signatures.endswith("\n"), "no text, no blank line, or no end of line")
    lines = signatures[:-1].split("\n")
    must(1 <= len(lines) <= LINES_MAX, "too many signature lines")
    return SimpleNamespace(text=(text + "\n").encode(), lines=[signature_line(line) for line in lines])


def signature_line(line):
    parts = line.split(" ")
    must(len(parts) == 3 and parts[0] == DASH, "no signature line")
    name, raw = parts[1], strict_base64(parts[2])
    must(holds_as_name(name), "a name with white space or `+`, or none")
    must(len(raw) > 4, "a signature line without a signature")
    return SimpleNamespace(name=name, id=raw[:4], signature=raw[4:])


def holds_as_name(name):
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


def strict_base64(text):
    """RFC 4648 with padding, padding bits zero."""
    try:
        raw = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        raw = None
    must(raw is not None and base64.b64encode(raw).decode() == text, "base64 that is not in its one form")
    return raw


def strict_decimal(text, high=(1 << 64) - 1):
    """A number in ASCII digits without leading zeros."""
    must(text.isascii() and text.isdigit() and (text == "0" or text[0] != "0"), "no decimal number in its one form")
    must(len(text) <= 20 and int(text) <= high, "a number that is too large")
    return int(text)


def key_id(name, kind, key):
    return keys.sha256(name.encode() + b"\n" + bytes([kind]) + key)[:4]


def signed_by(note, name, known):
    """Whether a line of one of the keys is there; refuses the note when any line of any of them fails (log-12, 18)."""
    ids = {key_id(name, ED25519, key): key for key in known}
    found = False
    for line in note.lines:
        key = ids.get(line.id) if line.name == name else None
        if key is not None:
            must(keys.verifies(key, note.text, line.signature), "a signature on the note does not hold")
            found = True
    return found


def checkpoint_text(text):
    """Origin, size and root of exactly three lines (log-13, log-14)."""
    lines = text.decode().split("\n")
    must(len(lines) == 4 and lines[0], "a checkpoint of other than three lines")
    size, root = size_and_root(lines[1], lines[2])
    return SimpleNamespace(origin=lines[0], size=size, root=root)


def size_and_root(second, third):
    size, root = strict_decimal(second), strict_base64(third)
    must(len(root) == 32, "a root of another length")
    must(size > 0 or root == tree.EMPTY_ROOT, "an empty tree with a root")
    return size, root


def checkpoint_of(origin, size, root):
    """The text of a checkpoint."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()


def checkpoint(data, origin, known):
    """A checkpoint of this log, signed by a key that is known for it."""
    note = parse(data)
    found = checkpoint_text(note.text)
    must(found.origin == origin, "a checkpoint of another log")
    must(signed_by(note, origin, known), "a checkpoint that the log's key did not sign")
    found.note, found.data = note, data
    return found


def cosignatures(note, witnesses):
    """{key: newest time} of the cosignatures of known witnesses, given as (name, key) pairs (log-20 to log-22)."""
    ids = {(name, key_id(name, COSIGNATURE, key)): key for name, key in witnesses}
    found = {}
    for line in note.lines:
        key = ids.get((line.name, line.id))
        if key is None:
            continue
        must(len(line.signature) == 72, "a cosignature of another length")
        time = int.from_bytes(line.signature[:8], "big")
        must(time < 1 << 63, "a cosignature of a time that does not exist")
        signed = f"cosignature/v1\ntime {time}\n".encode() + note.text
        must(keys.verifies(key, signed, line.signature[8:]), "a cosignature that does not hold")
        found[key] = max(time, found.get(key, 0))
    return found


def holds_under(data, origin, key):
    """Whether this key signed this checkpoint of this log."""
    try:
        checkpoint(data, origin, [key])
    except Broken:
        return False
    return True
