"""People who travel together (22.12), with the words of 22.15."""

from .rows import Refused
from .rows import Rows
from .rows import common
from .rows import foreign
from .rows import named
from .rows import standing

SIMPLE = {
    "listed": "batch-manifest",
    "taken-off": "manifest-removal",
    "guaranteed": "reception-guarantee",
    "let-through": "transit-authorisation",
}
COUNTED = {
    "removed-medical": "medical",
    "removed-victim": "victim",
    "removed-legal": "legal",
    "other": "other",
    "refused-by-receiver": "other",
    "no-show": "no_show",
    "escaped": "escaped",
}


class Batch(Rows):
    """Where a batch stands; `legs` are the certificates that both sides signed, in order."""

    family = "bat"

    def __init__(self, opening):
        self.stage, self.sealed, self.legs = "proposed", False, []
        self.started, self.away, self.half, self.returning = set(), False, None, None
        self.declared, self.capacities = {}, {}
        self.list(opening)

    def list(self, message):
        self.author, self.manifest = message["author"], message["fact"]["batch"]["listed"]
        self.way, self.root = self.manifest["way"], self.manifest["root"]
        self.removed, self.seals, self.guarantees = {}, {}, {}
        self.schedule = None

    def sides(self, agency):
        if agency not in self.way:
            return set()
        place = self.way.index(agency)
        found = {"party of a leg"}
        if place == 0:
            found.add("requested")
        elif place + 1 == len(self.way):
            found.add("requesting")
        else:
            found.add("transit")
        if place == len(self.legs):
            found.add("holder")
        if place == len(self.legs) + 1:
            found.add("receiving")
        return found

    def in_force(self):
        return set(range(1, self.manifest["entries"] + 1)) - self.removed.keys()

    def going(self):
        """Who travels on the leg that comes next."""
        return set(self.legs[-1]["transferred"]) - self.removed.keys() if self.legs else self.in_force()

    def seal(self):
        """The root that the sides have sealed; they seal one."""
        return self.seals[min(self.seals)] if self.seals else None

    def every_side(self, said, besides):
        return all(side == besides or said(side) for side in self.way)

    def account(self):
        """bat-47."""
        found, began = [], set(range(1, self.manifest["entries"] + 1))
        for place, leg in enumerate(self.legs):
            line = {"certificate": leg["digest"], "sealed": len(began), "transferred": len(leg["transferred"])}
            line |= dict.fromkeys(("medical", "victim", "legal", "other", "no_show", "escaped"), 0)
            outcomes = list(leg["others"].values())
            if place == 0:
                outcomes += [self.removed[n] for n in began - self.started if n in self.removed]
            for outcome in outcomes:
                line[COUNTED[outcome]] += 1
            found.append(line)
            began = set(leg["transferred"])
        return {"legs": found}

    def what(self, message):
        name, content = named(message, "batch")
        if name in SIMPLE:
            return SIMPLE[name]
        if name == "reviewed":
            return "striking manifest-review" if content["strikes"] else "manifest-review"
        if name == "sealed":
            return self.what_of_seal(message["author"], content["root"])
        if name == "reconciled":
            return self.what_of_account(message["author"], content["account"])
        if common(message)[0] == "withdrawn":
            return "withdrawal"
        name, content = named(message, "handover")
        return self.what_on_the_way(name, content, message["author"]) if name else foreign(message)

    def what_of_seal(self, author, root):
        if not self.every_side(lambda side: self.seals.get(side) == root, author):
            return "manifest-seal"
        agreed = self.schedule is not None and set(self.way) <= self.schedule["accepted"]
        return f"last manifest-seal{' under an agreed schedule' if agreed and self.stage == 'reviewing' else ''}"

    def what_of_account(self, author, said):
        """bat-48."""
        account = self.account()
        lines = account["legs"]
        counted = [sum(line[counter] for counter in set(COUNTED.values())) + line["transferred"] for line in lines]
        joined = all(one["transferred"] == other["sealed"] for one, other in zip(lines, lines[1:]))
        adds_up = joined and counted == [line["sealed"] for line in lines]
        equal = said == account and self.every_side(lambda side: self.declared.get(side) == account, author)
        if self.half is not None or not adds_up or not equal:
            return "batch-reconciliation"
        missing = sum(counted) - sum(line["transferred"] for line in lines)
        return f"last equal batch-reconciliation{' with exceptions' if missing else ''}"

    def what_on_the_way(self, name, content, author):
        if name == "scheduled":
            return "custody-transfer-schedule"
        if name == "answered":
            return self.what_of_answer(content["answer"], author)
        if name == "released":
            return "leg-release"
        if name == "returned":
            return self.what_of_return(author)
        if name == "certified":
            return f"handover-certificate{' of a recount' if self.stage == 'reconciling' else ''}"
        if name == "countersigned":
            return self.what_of_countersignature()
        if name == "screened":
            return "victim-screening-report"
        raise Refused("pro-10")

    def what_of_answer(self, answer, author):
        if self.schedule is None:
            return "accepting schedule-answer"
        if answer == "rescheduled":
            return "rescheduling schedule-answer"
        last = self.stage == "sealed" and self.every_side(lambda side: side in self.schedule["accepted"], author)
        return f"{'last ' if last else ''}accepting schedule-answer"

    def what_of_return(self, author):
        if self.returning in (None, author):
            return "leg-return"
        if self.legs:
            return "second leg-return of a later leg"
        return f"second leg-return{'' if self.root == self.seal() else ' after a manifest-removal'}"

    def what_of_countersignature(self):
        if self.stage == "reconciling":
            return "certificate-countersignature of a recount"
        ends = self.half is not None and (self.half["leg"] + 1 == len(self.way) or not self.half["transferred"])
        return f"certificate-countersignature{' of the last leg' if ends else ''}"

    def rules(self, what, message, fold):
        for family in ("batch", "handover"):
            name, content = named(message, family)
            if name is not None:
                getattr(self, "rules_of_" + name.replace("-", "_"), lambda *_: None)(message, content, fold)

    def rules_of_listed(self, message, manifest, fold):
        if self.sealed:
            raise Refused("bat-36", "safeguard")
        base = message["author"] != self.author and message["author"] == self.way[0]
        if manifest["way"] != self.way or not (base or manifest["version"] > self.manifest["version"]):
            raise Refused("bat-33")

    def of_the_version(self, content, entries=()):
        """bat-37."""
        if content["version"] != self.manifest["version"] or any(n > self.manifest["entries"] for n in entries):
            raise Refused("bat-37")

    def rules_of_reviewed(self, message, review, fold):
        self.of_the_version(review, review["strikes"])
        if self.sealed and review["strikes"]:
            raise Refused("bat-36", "safeguard")

    def rules_of_sealed(self, message, seal, fold):
        self.of_the_version(seal)
        if not self.manifest["ready"]:
            raise Refused("bat-38", "safeguard")
        if (self.root is not None and self.root != seal["root"]) or seal["count"] != len(self.in_force()):
            raise Refused("bat-38")

    def rules_of_taken_off(self, message, removal, fold):
        entries = set(removal["entries"])
        self.of_the_version(removal, entries)
        most = self.manifest["entries"] - len(entries)
        if not self.manifest["ready"] or not len(self.in_force() - entries) <= removal["remaining"] <= most:
            raise Refused("bat-39")
        if self.alone(self.in_force() - entries):
            raise Refused("bat-73", "safeguard")

    def alone(self, who):
        """bat-73, bat-74: children among these whose guardian is not."""
        guardians = self.manifest.get("guardians", {})
        return [child for child, guardian in guardians.items() if int(child) in who and guardian not in who]

    def rules_of_guaranteed(self, message, guarantee, fold):
        self.of_the_version(guarantee, guarantee["entries"])

    def rules_of_reconciled(self, message, reconciled, fold):
        self.of_the_version(reconciled)
        certificates = [line["certificate"] for line in reconciled["account"]["legs"]]
        if certificates != [leg["digest"] for leg in self.legs]:
            raise Refused("bat-48")

    def rules_of_scheduled(self, message, schedule, fold):
        hands = [(leg["releasing"], leg["receiving"]) for leg in schedule["legs"]]
        if hands != list(zip(self.way, self.way[1:])):
            raise Refused("bat-40")

    def rules_of_answered(self, message, answer, fold):
        standing(self.schedule and self.schedule["digest"], answer["schedule"], "bat-41")

    def rules_of_released(self, message, release, fold):
        if release["leg"] != len(self.legs) + 1 or self.away:
            raise Refused("bat-45")
        going = self.going()
        if any(self.guarantees.get(n, -1) < message["created"] for n in going):
            raise Refused("bat-42", "safeguard")
        if any(self.capacities.get(side, 0) < len(going) for side in self.way[1:-1]):
            raise Refused("bat-43", "safeguard")
        fold.no_conflict("bat-44")
        fold.confirmed_by("release-custody", self.way[len(self.legs):])

    def away_on(self, leg):
        if leg != len(self.legs) + 1 or not self.away:
            raise Refused("bat-45")

    def on_side_of(self, leg, author, ends):
        """bat-45: a leg leads from the side of its number to the next one."""
        if author not in [self.way[leg - 1 + end] for end in ends if leg - 1 + end < len(self.way)]:
            raise Refused("bat-45", "not-entitled")

    def rules_of_returned(self, message, back, fold):
        self.away_on(back["leg"])
        self.on_side_of(back["leg"], message["author"], (0, 1))

    def rules_of_certified(self, message, certificate, fold):
        leg, results = certificate["leg"], certificate["results"]
        if self.stage == "reconciling":
            if not 1 <= leg <= len(self.legs):
                raise Refused("bat-49")
            self.on_side_of(leg, message["author"], (0,))
        else:
            self.away_on(leg)
        standing(self.seal(), certificate["root"], "bat-45")
        began = self.started if leg == 1 else set(self.legs[leg - 2]["transferred"])
        if began != set(results["transferred"]) | {int(n) for n in results["others"]}:
            raise Refused("bat-45")
        if self.stage == "executing" and self.removed.keys() & set(results["transferred"]):
            raise Refused("bat-46", "safeguard")
        if self.stage == "executing" and self.alone(set(results["transferred"])):
            raise Refused("bat-74", "safeguard")

    def rules_of_screened(self, message, report, fold):
        if self.stage == "executing" and report["outcome"] in ("presumed-victim", "victim"):
            raise Refused("bat-75", "safeguard")

    def rules_of_countersigned(self, message, signed, fold):
        standing(self.half and self.half["digest"], signed["of"], "bat-45")
        self.on_side_of(self.half["leg"], message["author"], (1,))

    def note(self, what, message, before):
        for family in ("batch", "handover"):
            name, content = named(message, family)
            if name is not None:
                getattr(self, "note_" + name.replace("-", "_"), lambda *_: None)(what, message, content)

    def note_listed(self, what, message, manifest):
        self.list(message)

    def note_sealed(self, what, message, seal):
        self.seals[message["author"]] = seal["root"]
        if what.startswith("last "):
            self.root, self.sealed = seal["root"], True

    def note_taken_off(self, what, message, removal):
        """bat-39, bat-46, bat-55."""
        for n in removal["entries"]:
            self.removed.setdefault(n, removal["reason"])
        self.root = removal["root"] if len(self.in_force()) == removal["remaining"] else None
        if self.stage == "executing":
            self.half = None
        else:
            self.seals = {}

    def note_guaranteed(self, what, message, guarantee):
        for n in guarantee["entries"]:
            self.guarantees[n] = max(self.guarantees.get(n, 0), guarantee["until"])

    def note_let_through(self, what, message, authorisation):
        self.capacities[message["author"]] = authorisation["daily"]

    def note_reconciled(self, what, message, reconciled):
        self.declared[message["author"]] = reconciled["account"]

    def note_scheduled(self, what, message, schedule):
        self.schedule = {"digest": message["digest"], "accepted": {message["author"]}}

    def note_answered(self, what, message, answer):
        if answer["answer"] == "rescheduled":
            self.schedule = None
        else:
            self.schedule["accepted"].add(message["author"])

    def note_released(self, what, message, release):
        self.away = True
        if not self.legs:
            self.started = self.going()

    def note_returned(self, what, message, back):
        if what == "leg-return":
            self.returning = message["author"]
            return
        self.away, self.half, self.returning = False, None, None
        if what == "second leg-return after a manifest-removal":
            self.seals = {}

    def note_certified(self, what, message, certificate):
        self.half = {"digest": message["digest"], "leg": certificate["leg"], **certificate["results"]}

    def note_countersigned(self, what, message, signed):
        signed, self.half, self.declared = self.half, None, {}
        if signed["leg"] <= len(self.legs):
            self.legs[signed["leg"] - 1] = signed
        else:
            self.legs.append(signed)
            self.away, self.returning = False, None
