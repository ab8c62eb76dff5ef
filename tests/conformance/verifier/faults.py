"""What a verifier answers with: a code of the specification, the place, and words for people."""


class Fault(Exception):
    """Something does not hold. `code` is a finding of 11.2, or a word of this package where the chapter has none."""

    def __init__(self, code, why="", part=None, leaf=None):
        super().__init__(f"{code}: {why}" if why else code)
        self.code, self.why, self.part, self.leaf = code, why, part, leaf

    def at(self, part=None, leaf=None):
        """The same fault with its place, unless it has one."""
        self.part = self.part if self.part is not None else part
        self.leaf = self.leaf if self.leaf is not None else leaf
        return self


class Broken(Exception):
    """A structure does not have its one form. Whoever reads it names the code."""


def must(holds, why):
    """Refuses a structure unless the condition holds."""
    if not holds:
        raise Broken(why)


class coded:
    """Gives whatever breaks inside of a `with` a code and a place: `with coded("leaf", part, index): …`."""

    def __init__(self, code, part=None, leaf=None):
        self.code, self.part, self.leaf = code, part, leaf

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if isinstance(value, Broken):
            raise Fault(self.code, str(value), self.part, self.leaf) from value
        if isinstance(value, Fault):
            value.at(self.part, self.leaf)
        return False
