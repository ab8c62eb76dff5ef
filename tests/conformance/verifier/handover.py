"""The handover of one person (22.4), with the words of 22.15."""

from .grounds import NOTHING_ANSWERS
from .grounds import Grounds
from .grounds import Promises
from .rows import Refused
from .rows import Rows
from .rows import common
from .rows import foreign
from .rows import named
from .rows import standing
from .specialty import ENDS
from .specialty import Specialty
from .specialty import binds

HELD = {"held", "provisionally-held", "in-transfer-custody", "held-by-requesting"}
UNPLANNED = {
    "provisional",
    "submitted",
    "examining",
    "info-pending",
    "consulting",
    "granted-conditional",
    "deferred",
    "handed-over",
    "closed",
}
SIMPLE = {
    "viewed": "consultation-views",
    "conditions-accepted": "conditions-accepted",
    "scheduled": "custody-transfer-schedule",
    "released": "leg-release",
    "certified": "handover-certificate",
    "arrived": "custody-event transferred by a batch",
    "specialty-asked": "specialty-consent-request",
    "specialty-decided": "specialty-consent-decision",
    "incident": "post-handover-incident",
    "chosen": "concurrent-requests",
    "requested": "handover-request",
    "arrest-asked": "provisional-arrest-request",
}


def protects(content):
    """Whether an intent to refuse names what protects the person by itself (ho-91)."""
    torture = any(named["ground"] == NOTHING_ANSWERS for named in content.get("against", []))
    return torture or bool(content.get("protects"))


def stated(message):
    """What a message states of a handover: its name and its content."""
    return named(message, "handover")


class Handover(Rows):
    """Where the handover of one person stands."""

    family = "ho"

    def __init__(self, opening):
        name, content = stated(opening)
        # res-69: it asks one agency.
        (asked,) = opening["asked"]
        self.requesting, self.requested = opening["author"], {asked}
        self.stage = "provisional" if name == "arrest-asked" else "submitted"
        self.custody = "at-large" if name == "arrest-asked" else content["custody"]
        self.request = None if name == "arrest-asked" else (opening["id"], content)
        self.grounds = Grounds(None if name == "arrest-asked" else content)
        self.promises = Promises()
        self.specialty = Specialty()
        self.due = None
        self.consulted = self.undetermined = False
        self.may_be_child = content.get("may_be_child", False)
        self.decision = self.schedule = self.holder = None

    def parties(self):
        return {party for leg in self.schedule["legs"] for party in leg.values()}

    def sides(self, agency):
        found = {"requesting"} if agency == self.requesting else set()
        if agency in self.requested:
            found.add("requested")
        if agency == self.holder or (self.holder is None and agency in self.requested):
            found.add("holder")
        if self.schedule and agency in self.parties():
            found.add("party of a leg")
        if self.at_hand() and self.at_hand()["receiving"] == agency:
            found.add("receiving")
        return found

    def at_hand(self):
        """The leg that comes next or is under way, by the schedule."""
        legs = self.schedule["legs"][self.schedule["done"]:] if self.schedule else []
        return legs[0] if legs else None

    def said_of_leg(self, what):
        """The certificate or the word of one side that stands of the leg at hand."""
        return self.schedule and self.schedule[what]

    def what(self, message):
        name, content = stated(message)
        if name is not None:
            return self.what_of_handover(message, name, content)
        name, content = common(message)
        if name is None:
            return foreign(message)
        if name == "acknowledged":
            of_request = self.request is not None and content["of"] == self.request[0]
            return "acknowledgement" if of_request and self.stage == "submitted" else None
        return {
            "withdrawn": "withdrawal",
            "lapsed": "lapse-notice",
            "information-asked": "additional-information-request",
            "information-given": "additional-information-reply",
        }.get(name)

    def what_of_handover(self, message, name, content):
        if name in SIMPLE:
            return SIMPLE[name]
        if name == "refusal-intended":
            return f"intent-to-refuse{' that protects' if protects(content) else ''}"
        if name == "decided":
            return self.what_of_decision(message, content["outcome"])
        if name == "answered":
            return self.what_of_answer(message, content["answer"])
        if name == "returned":
            first = self.said_of_leg("returning")
            return "second leg-return" if first not in (None, message["author"]) else "leg-return"
        if name == "countersigned":
            return self.what_of_countersignature()
        if name == "screened":
            signs = content["outcome"] in ("presumed-victim", "victim")
            return f"victim-screening-report {'with' if signs else 'without'} signs of a victim"
        if name == "outcome-told":
            closes = content["closing"] and self.stage == "handed-over"
            return "closing case-outcome-notice" if closes else "case-outcome-notice"
        change = content["change"]
        if change == "hospitalised":
            return self.what_of_illness(message["author"])
        ends = change == "freed-by-court" or change["is"] in ("escaped", "deceased")
        return "custody-event that ends custody" if ends else "custody-event"

    def what_of_illness(self, author):
        """ho-84."""
        if self.stage not in UNPLANNED:
            return "custody-event hospitalised"
        if "holder" not in self.sides(author):
            raise Refused("ho-84", "not-entitled")
        return None

    def what_of_decision(self, message, outcome):
        supersedes = self.decision is not None and message.get("supersedes") == self.decision["digest"]
        if outcome in ("deferred", "refused") and supersedes:
            return "superseding decision"
        return {"granted": "grant", "granted-conditional": "conditional grant", "deferred": "deferral"}.get(outcome, "refusal")

    def what_of_answer(self, message, answer):
        if answer == "rescheduled":
            return "rescheduling schedule-answer"
        last = self.schedule and self.parties() <= self.schedule["accepted"] | {message["author"]}
        return "last accepting schedule-answer" if last else "accepting schedule-answer"

    def what_of_countersignature(self):
        certificate = self.said_of_leg("certificate")
        if certificate and not certificate["transferred"]:
            return "second leg-return"
        last = self.schedule is not None and self.schedule["done"] + 1 == len(self.schedule["legs"])
        return "certificate-countersignature of the last leg" if last else "certificate-countersignature"

    def rules(self, what, message, fold):
        name, content = stated(message)
        if what == "lapse-notice":
            self.after_due(message, "ho-7")
        if name is not None:
            rules = getattr(self, "rules_of_" + name.replace("-", "_"), lambda *_: None)
            rules(what, message, content, fold)

    def granted(self):
        return self.decision["granted"] if self.decision else []

    def rules_of_conditions_accepted(self, what, message, accepted, fold):
        if self.stage == "granted-conditional":
            standing(self.decision and self.decision["id"], accepted["of"], "ho-15")
        else:
            self.specialty.judge_conditions(accepted["of"], message["created"])

    def rules_of_scheduled(self, what, message, schedule, fold):
        """ho-80."""
        legs = schedule["legs"]
        joined = all(leg["receiving"] == following["releasing"] for leg, following in zip(legs, legs[1:]))
        begins = bool(legs) and "holder" in self.sides(legs[0]["releasing"])
        if not begins or not joined or legs[-1]["receiving"] != self.requesting:
            raise Refused("ho-80")

    def rules_of_answered(self, what, message, answer, fold):
        standing(self.schedule and self.schedule["digest"], answer["schedule"], "ho-21")

    def of_the_leg(self, content):
        """ho-75."""
        if self.schedule and content["leg"] != self.schedule["done"] + 1:
            raise Refused("ho-75")

    def somebody_holds(self):
        """ho-75."""
        if self.custody not in HELD:
            raise Refused("ho-75", "safeguard")

    def rules_of_released(self, what, message, release, fold):
        self.of_the_leg(release)
        self.somebody_holds()
        if self.at_hand() and self.at_hand()["releasing"] != message["author"]:
            raise Refused("ho-75", "not-entitled")
        if any(self.grounds.against(self.granted())):
            raise Refused("ho-57", "safeguard")
        self.screened_to_an_end()
        if self.decision and not self.spared(self.decision["waived"], message["created"]):
            raise Refused("ho-83", "safeguard")
        if self.may_be_child and not (self.decision and self.decision["age"] == "cared-for"):
            raise Refused("ho-95", "safeguard")
        fold.no_conflict("ho-74")
        # ho-90: whoever asked and was asked, and both sides of the leg.
        sides = set(self.at_hand().values()) if self.at_hand() else set()
        fold.confirmed_by("release-custody", self.requested | {self.requesting} | sides)

    def screened_to_an_end(self):
        """ho-82."""
        if self.undetermined:
            raise Refused("ho-82", "safeguard")

    def spared(self, waived, at):
        """ho-43, ho-81, ho-83."""
        request = self.request and self.request[1]
        if not request or not request["death"] or waived:
            return True
        return binds(request, at) or self.promises.bind("no-death-penalty", at)

    def rules_of_returned(self, what, message, back, fold):
        self.of_the_leg(back)
        if self.at_hand() and message["author"] not in self.at_hand().values():
            raise Refused("ho-75", "not-entitled")

    def rules_of_certified(self, what, message, certificate, fold):
        self.of_the_leg(certificate)
        if certificate["results"]["transferred"]:
            self.somebody_holds()
            fold.no_conflict("ho-96")

    def rules_of_countersigned(self, what, message, signed, fold):
        certificate = self.said_of_leg("certificate")
        standing(certificate and certificate["digest"], signed["of"], "ho-28")
        if self.at_hand() and self.at_hand()["receiving"] != message["author"]:
            raise Refused("ho-75", "not-entitled")

    def rules_of_outcome_told(self, what, message, told, fold):
        if self.stage == "refused":
            return
        self.specialty.judge_trial(self.granted(), told)
        if self.stage == "closed" and not self.specialty.ended and told["offences"]:
            raise Refused("ho-62")

    def rules_of_specialty_asked(self, what, message, asked, fold):
        standing(self.decision and self.decision["id"], asked["of"], "spc-3")

    def rules_of_specialty_decided(self, what, message, decision, fold):
        self.specialty.judge_consent(decision, message["created"])

    def rules_of_incident(self, what, message, incident, fold):
        self.specialty.judge_incident(incident)

    def rules_of_decided(self, what, message, decision, fold):
        if decision["outcome"] in ("granted", "granted-conditional"):
            if self.custody not in HELD:
                raise Refused("ho-42", "safeguard")
            self.screened_to_an_end()
            request = self.request and self.request[1]
            if not self.spared(decision["death_waived"], message["created"]):
                raise Refused("ho-43", "safeguard")
            if request and self.may_be_child and "age" not in decision:
                raise Refused("ho-94", "safeguard")
            if request and any(offence > request["offences"] for offence in decision["granted"]):
                raise Refused("ho-44", "safeguard")
            if request:
                self.grounds.judge(decision, message["created"])
        elif what == "refusal" and self.stage == "consulting":
            self.after_due(message, "ho-10")
        elif what == "refusal" and not self.consulted and not decision["unconsulted"]:
            raise Refused("ho-11", "safeguard")

    def after_due(self, message, rule):
        if self.due is not None and message["created"] < self.due:
            raise Refused(rule)

    def note(self, what, message, before):
        name, content = common(message)
        if name == "information-asked":
            self.due = content["due"]
        elif name == "information-given":
            self.grounds.hear()
        name, content = stated(message)
        if name is not None:
            getattr(self, "note_" + name.replace("-", "_"), lambda *_: None)(what, message, content)

    def note_refusal_intended(self, what, message, content):
        self.due = content["views_by"]
        self.name_grounds(content)
        if what == "intent-to-refuse that protects":
            self.stop()

    def stop(self):
        """ho-91, ho-92: nothing that was decided or planned stands, and whoever has the person keeps the person."""
        self.decision, self.schedule, self.consulted = None, None, False
        if self.custody == "in-transfer-custody":
            self.custody = "held"

    def name_grounds(self, content):
        """ho-55, ho-93."""
        if self.request:
            self.grounds.name(content.get("against", []), self.request[1])
        self.may_be_child |= "minor" in content.get("protects", [])
        self.undetermined |= "trafficking-victim" in content.get("protects", [])

    def gave_way(self, message):
        """ho-58."""
        name, content = stated(message)
        if name == "refusal-intended":
            self.name_grounds(content)

    def beside(self, message):
        """ho-88: a correction by whoever asked, as far as it makes things worse for the person; ho-94: of the age by anybody."""
        name, content = common(message)
        if name != "corrected":
            return
        self.may_be_child |= any(worse.get("child", False) for worse in content.get("worse", []))
        if message["author"] != self.requesting:
            return
        for worse in content.get("worse", []):
            if self.request and worse["target"] == self.request[0]:
                self.worsen(worse)
            self.specialty.correct(worse)

    def worsen(self, worse):
        request = dict(self.request[1])
        request["death"] |= bool(worse.get("deadly"))
        request["spared"] &= not worse.get("unpromised", False)
        self.request = (self.request[0], request)
        self.grounds.of_request(worse.get("against", []), request)

    def note_requested(self, what, message, content):
        self.request = (message["id"], content)
        self.may_be_child |= content.get("may_be_child", False)
        self.grounds = Grounds(content)

    def note_viewed(self, what, message, content):
        self.consulted = True
        said = content["promises"], dict(content.get("until", ()))
        self.grounds.hear(*said)
        self.promises.give(*said)

    def note_decided(self, what, message, content):
        self.schedule = None
        self.decision = {
            "id": message["id"],
            "digest": message["digest"],
            "granted": content["granted"],
            "waived": content["death_waived"],
            "age": content.get("age"),
        }
        if what == "superseding decision":
            self.decision, self.consulted = None, False
        if content["outcome"] in ("granted", "granted-conditional"):
            self.may_be_child &= content.get("age") != "grown-up"
            self.grounds.close(content)
        else:
            self.name_grounds(content)

    def note_screened(self, what, message, content):
        self.undetermined = content["outcome"] == "undetermined"
        self.may_be_child |= content.get("may_be_child", False)
        if self.stage == "rerouted":
            self.decision = None

    def note_scheduled(self, what, message, content):
        self.schedule = {
            "digest": message["digest"],
            "legs": content["legs"],
            "accepted": {message["author"]},
            "done": 0,
            # What was said of the leg at hand, and ends with it (ho-79).
            "certificate": None,
            "returning": None,
        }

    def note_answered(self, what, message, content):
        if content["answer"] == "rescheduled":
            self.schedule = None
        elif self.schedule:
            self.schedule["accepted"].add(message["author"])

    def note_released(self, what, message, content):
        self.custody = "in-transfer-custody"

    def note_returned(self, what, message, content):
        if what == "second leg-return":
            self.turn_back()
        elif self.schedule:
            self.schedule["returning"] = message["author"]

    def note_certified(self, what, message, content):
        if self.schedule:
            transferred = content["results"]["transferred"]
            self.schedule["certificate"] = {"digest": message["digest"], "transferred": transferred}

    def note_countersigned(self, what, message, content):
        if what == "second leg-return":
            self.turn_back()
            return
        if self.schedule:
            self.schedule["done"] += 1
        self.end_leg()
        self.holder = message["author"]
        if what == "certificate-countersignature of the last leg":
            self.custody = "held-by-requesting"

    def turn_back(self):
        self.end_leg()
        self.custody = "held"

    def end_leg(self):
        """ho-79."""
        if self.schedule:
            self.schedule["certificate"] = self.schedule["returning"] = None

    def note_arrived(self, what, message, content):
        self.schedule, self.holder, self.custody = None, message["author"], "held-by-requesting"

    def note_conditions_accepted(self, what, message, content):
        self.specialty.accept_conditions(content["of"])

    def note_specialty_asked(self, what, message, content):
        self.specialty.ask(message["id"], content)

    def note_specialty_decided(self, what, message, content):
        self.specialty.decide(message, content)

    def note_outcome_told(self, what, message, content):
        self.specialty.freed |= content["freed"]

    def note_incident(self, what, message, incident):
        self.specialty.ended |= incident in ENDS

    def note_custody(self, what, message, content):
        change = content["change"]
        if self.stage in ("handed-over", "closed"):
            self.specialty.freed |= change in ("freed-by-court", {"is": "released"})
        if change == "hospitalised":
            self.custody, self.schedule = "held", None
        else:
            self.custody = "released" if change == "freed-by-court" else change["is"]
