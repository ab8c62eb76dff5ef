"""Tiles and entry bundles (log-4 to log-6): where they stand, and what is in them."""

from .faults import must

WIDTH = 256
HASH = 32


def place(number, width):
    """Groups of three digits, all but the last with an `x` before; a partial tile says its width."""
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
    path = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return path if width == WIDTH else f"{path}.p/{width}"


def rows(count):
    """(place, width) of each tile of a level that has so many hashes."""
    full, rest = divmod(count, WIDTH)
    yield from ((number, WIDTH) for number in range(full))
    if rest:
        yield full, rest


def of_tree(size):
    """(level, number, width) of every tile of a tree, by level and place."""
    level, count = 0, size
    while count:
        for number, width in rows(count):
            yield level, number, width
        level, count = level + 1, count // WIDTH


def hash_path(level, number, width):
    return f"tile/{level}/{place(number, width)}"


def entries_path(number, width):
    return f"tile/entries/{place(number, width)}"


def hashes(data):
    """The hashes of a tile."""
    must(data and len(data) % HASH == 0 and len(data) <= WIDTH * HASH, "a tile of another length")
    return [data[i:i + HASH] for i in range(0, len(data), HASH)]


def entries(data):
    """The leaves of an entry bundle, each after its length in two bytes."""
    found, at = [], 0
    while at < len(data):
        must(len(found) < WIDTH, "more leaves than an entry bundle holds")
        must(at + 2 <= len(data), "an entry bundle that ends inside of a length")
        length = int.from_bytes(data[at:at + 2], "big")
        at += 2
        must(at + length <= len(data), "an entry bundle that ends inside of a leaf")
        found.append(data[at:at + length])
        at += length
    return found
