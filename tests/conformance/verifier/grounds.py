"""The grounds by which a Party must refuse, and what stands open against a person (ho-54 to ho-59)."""

import functools
import pathlib
import re

from .rows import Refused

GRAMMAR = pathlib.Path(__file__).resolve().parents[3] / "spec" / "cddl" / "message.cddl"

NOTHING_ANSWERS = "torture-or-ill-treatment-risk"
PROMISES = {"in-absentia-no-retrial": "retrial", "death-penalty-no-assurance": "no-death-penalty"}


@functools.cache
def in_order():
    """The grounds as the grammar lists them."""
    (line,) = re.findall(r"^refusal-ground = (.*)$", GRAMMAR.read_text(), re.MULTILINE)
    return re.findall(r'"([a-z-]+)"', line)


class Promises:
    """What was promised, each with its end; None where it binds for good (ho-81, ho-83)."""

    def __init__(self):
        self.ends = {}

    def give(self, promises, until):
        """One that is given again binds as long as the longer of the two."""
        for kind in promises:
            ends = [until.get(kind), self.ends.get(kind, until.get(kind))]
            self.ends[kind] = None if None in ends else max(ends)

    def bind(self, kind, at):
        if kind not in self.ends:
            return False
        return self.ends[kind] is None or at < self.ends[kind]


class Grounds:
    """The mandatory grounds that are open, each with offences, whether it was heard, and what was promised since."""

    def __init__(self, request=None):
        self.open = {}
        if request is not None:
            self.of_request(request.get("against", []), request)

    def of_request(self, against, request):
        """What a request opens by itself (ho-55), or by what it should have said (ho-88)."""
        self.name(against, request)
        for named in against:
            # What the request opened about the requested Party's own law that Party answers itself (ho-56).
            self.open[named["ground"]]["heard"] = named["ground"] != "time-barred-or-amnesty"

    def name(self, against, request):
        """ho-55."""
        for named in against:
            standing = self.open.setdefault(named["ground"], {"offences": set()})
            standing["offences"] |= set(named["offences"] or range(1, request["offences"] + 1))
            standing["heard"], standing["promises"] = False, Promises()

    def hear(self, promises=(), until=None):
        for standing in self.open.values():
            standing["heard"] = True
            standing["promises"].give(promises, until or {})

    def against(self, granted):
        """The grounds that stand against offences; one that nothing answers stands against all."""
        for ground in sorted(self.open, key=in_order().index):
            standing = self.open[ground]
            if granted and (ground == NOTHING_ANSWERS or standing["offences"] & set(granted)):
                yield ground, standing

    def judge(self, decision, at):
        """Whether a grant respects each of them, in the order of the grammar."""
        for ground, standing in self.against(decision["granted"]):
            if ground == NOTHING_ANSWERS:
                raise Refused("ho-56", "safeguard")
            if ground not in decision.get("met", []):
                raise Refused("ho-54", "safeguard")
            promise = PROMISES.get(ground)
            answered = standing["promises"].bind(promise, at) if promise else standing["heard"]
            if not answered:
                raise Refused("ho-56", "safeguard")

    def close(self, decision):
        """A grant closes what it says is met, for what it grants."""
        for ground in set(decision.get("met", [])) & self.open.keys() - {NOTHING_ANSWERS}:
            self.open[ground]["offences"] -= set(decision["granted"])
        self.open = {ground: standing for ground, standing in self.open.items() if standing["offences"]}
