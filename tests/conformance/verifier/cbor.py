"""The encoding law (env-1, env-2): one value has one form, and it is found out before anything is built from it.

`scan` walks the bytes and takes nothing on trust; only then `cbor2` builds the value, so two readers saw each byte.
"""

import cbor2

from .faults import must

DEPTH_MAX = 16
ITEMS_MAX = 65_536

# Major types of RFC 8949, section 3.1.
UINT, NINT, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)


def decode(data, length_max, tag=None):
    """The value that these bytes are the one form of; `tag` is the only tag, and stands at the very beginning."""
    must(len(data) <= length_max, f"longer than {length_max} bytes")
    if tag is not None:
        head = cbor2.dumps(cbor2.CBORTag(tag, 0))[:-1]
        must(data.startswith(head), f"does not begin with the tag {tag}")
        data = data[len(head):]
    must(Scan(data).item(1) == len(data), "bytes after the value")
    return cbor2.loads(data)


def encode(value):
    """The one form of a value. Maps of ours are made in order, by integer keys below 24."""
    return cbor2.dumps(value)


def item_of_sequence(data, at, length_max):
    """One byte string of a CBOR sequence (RFC 8742), its length in shortest form, and where the next one begins."""
    major, number, start = Scan(data).head(at)
    must(major == BYTES, "a list item that is no byte string")
    must(number <= length_max and number <= len(data) - start, "a byte string that is too long")
    return data[start:start + number], start + number


def sequence(data, length_max):
    """Every item of a sequence, and nothing else."""
    items, at = [], 0
    while at < len(data):
        item, at = item_of_sequence(data, at, length_max)
        items.append(item)
    return items


class Scan:
    """A walk over the bytes of one value."""

    def __init__(self, data):
        self.data, self.items = data, 0

    def head(self, at):
        """Major type, number, and where the content begins; refuses all but the shortest form."""
        must(at < len(self.data), "the bytes end inside of a value")
        major, info = self.data[at] >> 5, self.data[at] & 31
        must(info < 28, "an indefinite length or a reserved form")
        size = 0 if info < 24 else 1 << (info - 24)
        end = at + 1 + size
        must(end <= len(self.data), "the bytes end inside of a value")
        if size == 0:
            return major, info, end
        number = int.from_bytes(self.data[at + 1:end], "big")
        if major != SIMPLE:
            must(number >= (24 if size == 1 else 1 << (4 * size)), "a number that is not in its shortest form")
        return major, number, end

    def item(self, depth, at=0):
        """Walks one item. Gives back where it ends."""
        self.items += 1
        must(self.items <= ITEMS_MAX, f"more than {ITEMS_MAX} items")
        first = self.data[at] if at < len(self.data) else 0
        major, number, at = self.head(at)
        if major in (BYTES, TEXT):
            end = at + number
            must(end <= len(self.data), "a length that goes beyond the bytes that are there")
            if major == TEXT:
                must(utf8(self.data[at:end]), "a text that is not UTF-8")
            return end
        if major in (ARRAY, MAP):
            must(depth <= DEPTH_MAX, f"nested deeper than {DEPTH_MAX}")
            must(number <= len(self.data) - at, "a length that goes beyond the bytes that are there")
            return self.array(number, depth, at) if major == ARRAY else self.map(number, depth, at)
        must(major != TAG, "a tag")
        must(major != SIMPLE or first in (0xF4, 0xF5, 0xF6), "a float, or a simple value other than false, true and null")
        return at

    def array(self, number, depth, at):
        for _ in range(number):
            at = self.item(depth + 1, at)
        return at

    def map(self, number, depth, at):
        before = None
        for _ in range(number):
            end = self.item(depth + 1, at)
            key = self.data[at:end]
            must(before is None or before < key, "keys out of order, or one twice")
            before = key
            at = self.item(depth + 1, end)
        return at


def utf8(data):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
