"""Rules of the grammar as values: each takes what `cbor` built and gives back what it means, or refuses it.

A struct is a map with integer keys in the order of its fields; an absent field keeps its key; no other key may stand.
A variant without content is its integer; one with content is an array that begins with its integer.
"""

import datetime
import re
from types import SimpleNamespace

from .faults import must

U64 = (1 << 64) - 1


def uint(low=0, high=U64):
    def rule(value):
        must(type(value) is int and low <= value <= high, "a number out of its range, or none")
        return value
    return rule


def text(low=0, high=1 << 32, pattern=None):
    """A text whose length is counted in bytes."""
    def rule(value):
        must(type(value) is str and low <= len(value.encode()) <= high, "a text of another length, or none")
        must(pattern is None or re.fullmatch(pattern, value), "a text of another form")
        return value
    return rule


def data(low=0, high=1 << 32):
    def rule(value):
        must(type(value) is bytes and low <= len(value) <= high, "bytes of another length, or none")
        return value
    return rule


def exactly(length):
    return data(length, length)


def flag(value):
    must(type(value) is bool, "neither true nor false")
    return value


def words(*known):
    def rule(value):
        must(type(value) is str and value in known, "a word that is not registered")
        return value
    return rule


def array(of, low=0, high=1 << 32):
    def rule(value):
        must(type(value) is list and low <= len(value) <= high, "a list of another length, or none")
        return [of(item) for item in value]
    return rule


def ascending(of, low=0, high=1 << 32, key=lambda item: item):
    """A list in ascending order without repetition."""
    def rule(value):
        items = array(of, low, high)(value)
        keys = [key(item) for item in items]
        must(all(a < b for a, b in zip(keys, keys[1:])), "a list out of order, or an item twice")
        return items
    return rule


class Optional:
    """Marks a field that may be absent."""

    def __init__(self, rule):
        self.rule = rule


def optional(rule):
    return Optional(rule)


def struct(**fields):
    """A map from the number of each field; gives an object with the fields by name, absent ones as None."""
    names = list(fields)

    def rule(value):
        must(type(value) is dict and all(type(key) is int for key in value), "no map with integer keys")
        must(all(0 <= key < len(names) for key in value), "a field that does not belong here")
        found = SimpleNamespace()
        for number, name in enumerate(names):
            wanted = fields[name]
            if number in value:
                inner = wanted.rule if isinstance(wanted, Optional) else wanted
                setattr(found, name, inner(value[number]))
            else:
                must(isinstance(wanted, Optional), f"the field {name} is missing")
                setattr(found, name, None)
        return found
    return rule


def variants(**cases):
    """`name=rule` for an array `[number, content]`, `name=None` for a bare number; in the order of the numbers.

    A rule that is a tuple stands for an array with more than one content. Gives an object with `kind` and `of`.
    """
    names = list(cases)

    def rule(value):
        bare = type(value) is int
        must(bare or (type(value) is list and value and type(value[0]) is int), "no variant")
        number = value if bare else value[0]
        must(0 <= number < len(names), "a variant of another number")
        wanted = cases[names[number]]
        must(bare == (wanted is None), "a variant with content that it does not have, or without its own")
        if bare:
            return SimpleNamespace(kind=names[number], of=None)
        must(len(value) == 2, "a variant with more than its content")
        return SimpleNamespace(kind=names[number], of=wanted(value[1]))
    return rule


# Words that several structures share.

DIRECTION_MARKS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
CONTROLS = {chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)]}

digest = exactly(32)
milliseconds = uint()


def agency(value):
    """id-1: 3 to 64 characters, labels joined by dots, none empty."""
    return text(3, 64, r"[a-z0-9-]+(\.[a-z0-9-]+)*")(value)


charter_name = text(3, 32, r"[a-z0-9-]+")
party = text(2, 2, r"[A-Z]{2}")
refusal_code = text(3, 32, r"[a-z-]+")


def line(low, high):
    """msgk-5: a text of one line that people read; id-8 wants no blanks at its ends."""
    def rule(value):
        text(low, high)(value)
        must(value.strip(), "a blank text")
        must(not set(value) & (CONTROLS | DIRECTION_MARKS), "a text with a control character or a mark that hides")
        return value
    return rule


def uuid7(value):
    exactly(16)(value)
    must(value[6] >> 4 == 7 and value[8] >> 6 == 2, "no UUID of version 7")
    return value


def day(value):
    text(10, 10, r"[0-9]{4}-[0-9]{2}-[0-9]{2}")(value)
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        must(False, "a day that does not exist")
    return value
