"""The tables of chapter 22 as it prints them: rows, weights, meetings."""

import functools
import pathlib
import re

CHAPTER = pathlib.Path(__file__).resolve().parents[3] / "spec" / "22-procedures.md"

# 22.3, from the heaviest to the lightest.
RANKS = ("signed-by-both", "protective-stop", "custody", "withdrawal", "decision", "plan", "information")
EVERY = "every"
ROW = re.compile(r"\*\*\[([a-z]+-[0-9]+)\]\*\*")


@functools.cache
def lines():
    return CHAPTER.read_text().splitlines()


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


@functools.cache
def rows(family):
    """The rows of a family: id, stages, what, by whom, and the stage it leads to or None."""
    found = []
    for line in lines():
        if not line.startswith(f"| **[{family}-") or line.count("|") != 6:
            continue
        name, stages, what, by, to = cells(line)
        found.append((ROW.match(name)[1], stages.split(", "), what, by, None if to == "stays" else to))
    return found


@functools.cache
def table(name, column):
    """The lines below the header `| name: column | … |`."""
    found, inside = [], False
    for line in lines():
        if line.startswith(f"| {name}: {column} |"):
            inside = True
        elif inside and line.startswith("|---"):
            continue
        elif inside and line.startswith("|"):
            found.append(cells(line))
        elif inside:
            break
    return found


def content(fact, path):
    """What stands at a place of a fact, and whether there is such a place: an enum without content is a text."""
    if path == "any":
        return fact, True
    for key in path.split("."):
        if isinstance(fact, dict) and key in fact:
            fact = fact[key]
        elif fact == key:
            fact = None
        else:
            return None, False
    return fact, True


def at(value, path):
    """Every value at a place: `*` is any item, a number an item from 1, `it` the value itself."""
    found = [value]
    for key in [] if path == "it" else path.split("."):
        step = []
        for one in found:
            if key == "*" and isinstance(one, list):
                step.extend(one)
            elif key.isdigit() and isinstance(one, list):
                step.extend(one[int(key) - 1:int(key)])
            elif isinstance(one, dict) and key in one:
                step.append(one[key])
        found = step
    return found


def word(value):
    return {True: "true", False: "false", None: "none"}.get(value, value) if not isinstance(value, (dict, list)) else value


def holds(where, value, author):
    for clause in where.split(" and ") if where else []:
        path, wanted = clause.split(" is ", 1)
        found = at(value, path)
        if wanted in ("empty", "not empty"):
            ok = bool(found and found[0]) == (wanted == "not empty")
        else:
            words = [author if one == "the author" else one for one in wanted.split(" or ")]
            ok = any(word(one) in words for one in found if not isinstance(one, (dict, list)))
        if not ok:
            return False
    return True


@functools.cache
def weights(procedure):
    return table(procedure, "what") + table(EVERY, "what")


def weight_line(procedure, message):
    """The first line of the weights that holds."""
    for line in weights(procedure):
        _, path, where, _ = line
        value, there = content(message["fact"], path)
        if there and holds(where, value, message["author"]):
            return line
    raise LookupError(f"no weight for {message['fact']}")


def weight(procedure, message):
    """What a message is called and weighs."""
    what, _, _, rank = weight_line(procedure, message)
    return what, RANKS.index(rank)


def assets(fact):
    """The assets that a message of a freeze names, by their numbers."""
    (inner,) = fact["freezing"].values() if isinstance(fact["freezing"], dict) else ({},)
    listed = inner.get("assets", [])
    listed = listed if isinstance(listed, list) and "by_order" not in inner else []
    return {one["asset"] if isinstance(one, dict) else one for one in listed} | ({inner["asset"]} if "asset" in inner else set())


def inner(message):
    """What a fact says, without the names of its alternatives."""
    value = message["fact"]
    while isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    return value if isinstance(value, dict) else {}


def same(path, earlier, later):
    return at(inner(earlier), path) == at(inner(later), path)


def task(message):
    return inner(message).get("id") or inner(message).get("task")


def pair(where, earlier, later, ranks, refused_once):
    """Whether two messages are what a line of a table of meetings says of them."""
    if not where:
        return True
    if where.endswith(" is the same, and the facts differ"):
        path = where.split(" is ")[0]
        return same(path, earlier, later) and earlier["fact"] != later["fact"]
    if where.endswith(" is the same"):
        return same(where.removesuffix(" is the same"), earlier, later)
    if where == "of one author":
        return earlier["author"] == later["author"]
    if where == "of one weight":
        return ranks[0] == ranks[1]
    if where == "of one task":
        return task(earlier) == task(later)
    if where == "with an asset in common":
        return bool(assets(earlier["fact"]) & assets(later["fact"]))
    if where == "signal is not the same, and territory is the same or absent in one":
        there = [inner(one)["territory"] for one in (earlier, later)]
        return not same("signal", earlier, later) and (None in there or there[0] == there[1])
    if where == "no refusing reply was outranked before":
        return not refused_once
    raise LookupError(f"a condition that this package does not know: {where}")


def by_weight(earlier, later):
    if earlier < later:
        return "the earlier"
    if later < earlier or RANKS[later] in ("information", "protective-stop"):
        return "both"
    return "conflict"


def meeting_line(procedure, earlier, later, refused_once):
    (one, one_rank), (other, other_rank) = weight(procedure, earlier), weight(procedure, later)
    for line in table(procedure, "earlier"):
        left, right, where, _ = line
        named = (left == "any" or one in left.split(", ")) and (right == "any" or other in right.split(", "))
        if named and pair(where, earlier, later, (one_rank, other_rank), refused_once):
            return line
    raise LookupError(f"no meeting of {one} and {other}")


def meeting(procedure, earlier, later, refused_once=False):
    """What is prescribed where the second message is taken and the first one, concurrent with it, took effect."""
    together = meeting_line(procedure, earlier, later, refused_once)[-1]
    if together != "by weight":
        return together
    return by_weight(weight(procedure, earlier)[1], weight(procedure, later)[1])


def unused(procedure, messages):
    """Lines of a procedure's own tables that no message, and no two, come to."""
    used = [weight_line(procedure, one) for one in messages]
    used += [meeting_line(procedure, one, other, False) for one in messages for other in messages]
    own = table(procedure, "what") + table(procedure, "earlier")
    return [" | ".join(line) for line in own if line not in used]
