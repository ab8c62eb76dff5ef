"""What the procedures that are computed whole have in common: finding a row of a table (22.2)."""

from . import tables


class Refused(Exception):
    """No row, or a rule that is broken."""

    def __init__(self, rule, code="out-of-turn"):
        super().__init__(f"{code} {rule}")
        self.rule, self.code = rule, code


class Rows:
    """A stage, and the rows of one family."""

    family = None

    def row(self, what, author):
        """The row for that message here; refuses with the first one for it in this stage, or at all."""
        known = [row for row in tables.rows(self.family) if row[2] == what]
        here = [row for row in known if self.stage in row[1]]
        for row in here:
            if row[3] in self.sides(author):
                return row
        if here:
            raise Refused(here[0][0], "not-entitled")
        raise Refused(known[0][0] if known else "pro-4")

    def step(self, message, fold):
        """Takes a message: the id of its row, or None for a remark."""
        what = self.what(message)
        if what is None:
            return None
        name, _, _, _, to = self.row(what, message["author"])
        self.rules(what, message, fold)
        before, self.stage = self.stage, to or self.stage
        self.note(what, message, before)
        return name

    def gave_way(self, message):
        """Looks at a message that was outranked."""

    def beside(self, message):
        """Looks at a message that states nothing of a row."""

    def next(self, agency):
        """What an agency may do next, in the order of the table."""
        found, sides = [], self.sides(agency)
        for _, stages, what, by, _ in tables.rows(self.family):
            if self.stage in stages and by in sides and what not in found:
                found.append(what)
        return found


def common(message):
    """What a message states that serves every procedure: its name and its content."""
    return named(message, "common")


def named(message, family):
    """What a message states of a family of facts: its name and its content, either of which may be absent."""
    fact = message["fact"]
    inner = fact.get(family) if isinstance(fact, dict) else None
    if inner is None:
        return None, None
    return (inner, None) if isinstance(inner, str) else next(iter(inner.items()))


def foreign(message):
    """A message for which a procedure has no word: a remark, unless it is of another procedure (pro-10)."""
    if common(message)[0] is None:
        raise Refused("pro-10")


def standing(stands, said, rule):
    """Refuses a message that speaks of something else than what stands."""
    if stands is None or stands != said:
        raise Refused(rule)
