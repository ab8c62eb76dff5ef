"""The container (audit-2): a ustar archive in exactly one form, read part after part from a file."""

from .faults import Fault

BLOCK = 512
PATH, MODE, OWNER, GROUP, SIZE, TIME, SUM, KIND = 100, 8, 8, 8, 12, 12, 8, 1


def octal(number, width):
    """Digits that fill the field but for one zero byte at its end."""
    return f"{number:0{width - 1}o}".encode() + b"\0"


def divided(path):
    """Name and prefix: a path of more than 100 characters is divided at its first slash."""
    if len(path) <= PATH:
        return path, b""
    prefix, slash, name = path.partition(b"/")
    if not slash or len(name) > PATH or len(prefix) > 155 or not name:
        raise Fault("archive", "a path that no header can hold")
    return name, prefix


def header(path, size):
    """The only header that a part of this path and length may have."""
    name, prefix = divided(path)
    block = b"".join([
        name.ljust(PATH, b"\0"), octal(0o644, MODE), octal(0, OWNER), octal(0, GROUP), octal(size, SIZE),
        octal(0, TIME), b" " * SUM, b"0", bytes(100), b"ustar\x0000", bytes(32), bytes(32), octal(0, 8), octal(0, 8),
        prefix.ljust(155, b"\0"), bytes(12),
    ])
    return block[:148] + f"{sum(block):06o}".encode() + b"\0 " + block[156:]


class Reader:
    """Parts in their order; whatever is not in the one form is refused where it stands."""

    def __init__(self, file):
        self.file = file

    def take(self, length):
        data = self.file.read(length)
        if len(data) != length:
            raise Fault("archive", "the archive ends inside of a part")
        return data

    def next(self):
        """(path, content) of the next part; None at the end of the archive."""
        block = self.take(BLOCK)
        if block == bytes(BLOCK):
            if self.take(BLOCK) != bytes(BLOCK) or self.file.read(1):
                raise Fault("archive", "another end than two zero blocks")
            return None
        name, prefix = block[:PATH].rstrip(b"\0"), block[345:500].rstrip(b"\0")
        path = prefix + b"/" + name if prefix else name
        try:
            text, size = path.decode("ascii"), int(block[124:135], 8)
        except ValueError:
            raise Fault("archive", "a path that is not ASCII, or a length that is no number") from None
        if not path or size < 0 or block != header(path, size):
            raise Fault("archive", f"a header in another form: {text}")
        content, padding = self.take(size), self.take(-size % BLOCK)
        if padding.strip(b"\0"):
            raise Fault("archive", f"padding that is not zero: {text}")
        return text, content
