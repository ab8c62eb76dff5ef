"""The fold of a procedure (22.1 to 22.3), over the weights and meetings that 22.14 prints.

Four procedures are computed whole, with the rows that the chapter prints and the rules beside them: the handover, the
rescue and the batch, where people's freedom hangs on it, and the request for information. Of these a message can also be
judged (22.2). Of the others this package knows no words of rows; there a case says whether a message has a row, and
everything else is computed here: order, what is set aside, what is outranked and by what, conflicts.
"""

import copy

from . import batch
from . import handover
from . import information
from . import rescue
from . import tables
from .answers import Answers
from .control import Control
from .rows import Refused

WHOLE = {
    "batch": batch.Batch,
    "handover": handover.Handover,
    "information": information.Information,
    "rescue": rescue.Rescue,
}
LIGHT = ("decision", "plan", "information")


def any_time(fact):
    """Whether a message states nothing of a row (pro-15)."""
    if fact in ("note", "gone") or "control" in fact or "evidence" in fact:
        return True
    common = fact.get("common")
    return common == "reported" or (isinstance(common, dict) and bool(common.keys() & {"joined", "confirmed", "resolved", "corrected"}))


class Graph:
    """Messages by number, from 1, with their ancestors (22.1)."""

    def __init__(self, messages):
        self.messages = dict(enumerate(messages, 1))
        self.numbers = {message["digest"]: number for number, message in self.messages.items()}
        self.past = {}
        for number, message in self.messages.items():
            self.past[number] = self.closure(message["parents"])

    def closure(self, digests):
        found = set()
        for digest in digests:
            number = self.numbers.get(digest)
            if number is None:
                return None
            found |= self.past[number] | {number}
        return found

    def heads(self):
        followed = {self.numbers[parent] for message in self.messages.values() for parent in message["parents"]}
        return sorted(self.messages.keys() - followed)


def order(graph, procedure):
    """pro-14."""
    def key(number):
        message = graph.messages[number]
        return tables.weight(procedure, message)[1], message["digest"]

    wanted = sorted(graph.messages, key=key)
    placed, found = set(), []

    def place(number):
        if number in placed:
            return
        for before in wanted:
            if before in graph.past[number]:
                place(before)
        placed.add(number)
        found.append(number)

    for number in wanted:
        place(number)
    return found


def sides(name, opening):
    """Who settles a conflict, by the first message (pro-8)."""
    if name in ("report", "notice", "feed", "outcome document", "operation", "coordination cycle"):
        return {opening["author"]}
    if name == "batch":
        return set(opening["fact"]["batch"]["listed"]["way"])
    return {opening["author"], *opening["asked"]}


def set_aside(graph, both):
    """The messages that both sides agreed not to count (pro-8)."""
    said = {}
    for message in graph.messages.values():
        common = message["fact"].get("common") if isinstance(message["fact"], dict) else None
        if isinstance(common, dict) and "resolved" in common:
            resolved = common["resolved"]
            said.setdefault((tuple(resolved["between"]), resolved["prevails"]), set()).add(message["author"])
    agreed = [of for of, by in said.items() if both <= by]
    return {digest for between, prevails in agreed for digest in between if digest != prevails}


class Fold:
    """One pass over a graph (pro-15)."""

    def __init__(self, name, messages, told=None):
        self.procedure, self.told = name, told
        self.graph = Graph(messages)
        self.order = order(self.graph, self.procedure)
        opening = messages[0]
        self.machine = WHOLE[name](opening) if name in WHOLE else None
        self.aside = set_aside(self.graph, sides(name, opening))
        self.effective, self.fates, self.conflicts = {1}, {1: "took pro-1"}, []
        self.confirmed, self.participants = {}, {opening["author"], *opening["asked"], *opening["told"]}
        self.refused_once, self.control, self.answers = False, Control(), Answers()
        self.control.saw(opening)
        self.answers.saw(opening)
        for number in self.order[1:]:
            message = self.graph.messages[number]
            self.control.saw(message)
            self.answers.saw(message)
            self.fates[number] = "set aside" if message["digest"] in self.aside else self.take(number, message)

    def take(self, number, message):
        self.note_common(message)
        if any_time(message["fact"]):
            if self.machine is not None:
                self.machine.beside(message)
            return "noted"
        crossed = {"the earlier": [], "conflict": []}
        for earlier in self.effective - self.graph.past[number]:
            together = tables.meeting(self.procedure, self.graph.messages[earlier], message, self.refused_once)
            crossed.get(together, []).append(earlier)
        if any(crossed.values()) and self.is_remark(number, message):
            return "noted"
        if crossed["the earlier"]:
            self.refused_once |= tables.weight(self.procedure, message)[0] == "refusing reply"
            by = min(crossed["the earlier"], key=self.weight_and_digest)
            if self.machine is not None:
                self.machine.gave_way(message)
            return f"outranked by {by}"
        if crossed["conflict"]:
            self.conflicts += [sorted((number, other)) for other in crossed["conflict"]]
            return f"clashes with {min(crossed['conflict'], key=lambda other: self.graph.messages[other]['digest'])}"
        return self.step(number, message)

    def weight_and_digest(self, number):
        message = self.graph.messages[number]
        return tables.weight(self.procedure, message)[1], message["digest"]

    def is_remark(self, number, message):
        if self.machine is None:
            return self.told[number - 1] == "noted"
        try:
            return self.machine.what(message) is None
        except Refused:
            return False

    def step(self, number, message):
        if self.machine is None:
            fate = self.told[number - 1]
            # What the fold itself decides is not taken from a case.
            if fate.split()[0] not in ("took", "noted", "overtaken"):
                return "the table decides"
            rule = fate.removeprefix("took ") if fate.startswith("took ") else None
        else:
            try:
                rule = self.machine.step(message, self)
            except Refused as refused:
                return f"overtaken {refused.rule}"
            fate = f"took {rule}" if rule else "noted"
        if rule:
            self.effective.add(number)
            self.confirmed = {}
        return fate

    def note_common(self, message):
        common = message["fact"].get("common") if isinstance(message["fact"], dict) else None
        if not isinstance(common, dict):
            return
        if "joined" in common:
            self.participants |= {agency for agency, _ in common["joined"]["add"]}
        if "confirmed" in common:
            heads = common["confirmed"]["heads"]
            covered = self.graph.closure(heads)
            seen = self.graph.past[self.graph.numbers[message["digest"]]]
            # pro-9: a confirmation of what its author had seen counts while nothing else took effect.
            if covered is not None and {self.graph.numbers[head] for head in heads} <= seen and self.effective <= covered:
                said = self.confirmed.setdefault(common["confirmed"]["act"], {})
                said[message["author"]] = heads

    def confirmed_by(self, act, by):
        """pro-9."""
        said = [self.confirmed.get(act, {}).get(agency) for agency in by]
        if None in said or any(one != said[0] for one in said):
            raise Refused("pro-9", "unconfirmed")

    def no_conflict(self, rule):
        if self.conflicts:
            raise Refused(rule, "in-conflict")

    def judge(self, message):
        """22.2: whether a message can be said by somebody who had seen all of these."""
        if message["author"] not in self.participants:
            raise Refused("pro-7", "not-entitled")
        self.control.check(message)
        moves = self.judge_fact(message)
        if not self.participants <= {message["author"], *message["asked"], *message["told"]}:
            if moves:
                raise Refused("pro-7", "participant-left-out")
            return
        self.answers.check(message)

    def judge_fact(self, message):
        """Whether it moves something."""
        fact = message["fact"]
        if fact in ("note", "gone") or "evidence" in fact:
            return False
        if fact == {"common": "reported"} or not any_time(fact):
            return self.judge_step(message)
        if "resolved" in fact.get("common", {}):
            self.judge_resolution(message["author"], fact["common"]["resolved"]["between"])
        return True

    def judge_step(self, message):
        try:
            moves = copy.deepcopy(self.machine).step(message, self) is not None
            refused = None
        except Refused as found:
            moves, refused = True, found
        if moves and tables.RANKS[tables.weight(self.procedure, message)[1]] in LIGHT:
            self.no_conflict("pro-8")
        if refused is not None:
            raise refused
        return moves

    def judge_resolution(self, author, between):
        """pro-8."""
        if author not in sides(self.procedure, self.graph.messages[1]):
            raise Refused("pro-8", "not-entitled")
        named = {self.graph.numbers.get(digest) for digest in between}
        pairs = [set(pair) for pair in self.conflicts if set(pair) <= named]
        led_to = {self.graph.numbers.get(between[0])} if between else set()
        while any(pair & led_to and not pair <= led_to for pair in pairs):
            led_to = led_to.union(*(pair for pair in pairs if pair & led_to))
        if len(led_to) < 2 or not named <= led_to:
            raise Refused("pro-8")


def together(procedure, earlier, later):
    """What two messages are to each other; None where one of them is none that meets others."""
    if any_time(earlier["fact"]) or any_time(later["fact"]):
        return None
    return tables.meeting(procedure, earlier, later)


def weights(question):
    """What each message is called and weighs, and what any two are to each other: rows earlier, columns later."""
    procedure, messages = question["weigh"], question["messages"]
    return {
        "weights": [[what, tables.RANKS[rank]] for what, rank in (tables.weight(procedure, one) for one in messages)],
        "meetings": [[together(procedure, one, other) for other in messages] for one in messages],
        "unused": tables.unused(procedure, messages),
    }


def answer(case):
    """What everything together gives, as a case of `spec/vectors/procedure` expects it."""
    fold = Fold(case["procedure"], case["messages"], case.get("expect", {}).get("fates"))
    found = {
        "order": fold.order,
        "fates": [fold.fates[number] for number in sorted(fold.fates)],
        "conflicts": sorted(fold.conflicts),
        "heads": fold.graph.heads(),
    }
    if fold.machine is not None:
        found["stage"] = fold.machine.stage
        if hasattr(fold.machine, "custody"):
            found["custody"] = fold.machine.custody
        found["next"] = {agency: fold.machine.next(agency) for agency in sorted(fold.participants)}
        found["refused"] = [judged(case, refused["message"], fold) for refused in case.get("refused", [])]
        numbers = case.get("judged", range(2, len(case["messages"]) + 1))
        found["judged"] = [judged(case, case["messages"][number - 1], fold) for number in numbers]
    return found


def judged(case, message, everything):
    """What is said to a message by what its author had seen (22.2): a code and a rule, or that it is accepted."""
    past = everything.graph.closure(message["parents"])
    seen = [one for number, one in everything.graph.messages.items() if number in past]
    try:
        (everything if len(seen) == len(case["messages"]) else Fold(case["procedure"], seen)).judge(message)
    except Refused as refused:
        return f"{refused.code} {refused.rule}"
    return "accepted"
