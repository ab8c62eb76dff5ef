"""The handover of one person (22.4), with the words of 22.15."""

from .rows import Refused
from .rows import Rows
from .rows import common

HELD = {"held", "provisionally-held", "in-transfer-custody", "held-by-requesting"}
SIMPLE = {
    "refusal-intended": "intent-to-refuse",
    "viewed": "consultation-views",
    "conditions-accepted": "conditions-accepted",
    "scheduled": "custody-transfer-schedule",
    "released": "leg-release",
    "certified": "handover-certificate",
    "specialty-asked": "specialty-consent-request",
    "specialty-decided": "specialty-consent-decision",
    "incident": "post-handover-incident",
    "chosen": "concurrent-requests",
    "requested": "handover-request",
    "arrest-asked": "handover-request",
}


def stated(message):
    """What a message states of a handover: its name and its content."""
    fact = message["fact"]
    inner = fact.get("handover") if isinstance(fact, dict) else None
    if inner is None:
        return None, None
    return (inner, None) if isinstance(inner, str) else next(iter(inner.items()))


class Handover(Rows):
    """Where the handover of one person stands."""

    family = "ho"

    def __init__(self, opening):
        name, content = stated(opening)
        self.requesting, self.requested = opening["author"], set(opening["asked"])
        self.stage = "provisional" if name == "arrest-asked" else "submitted"
        self.custody = "at-large" if name == "arrest-asked" else content["custody"]
        self.request = None if name == "arrest-asked" else (opening["id"], dict(content))
        self.due = content["full_request_by"] if name == "arrest-asked" else None
        self.consulted = False
        self.decision = self.schedule = self.certificate = self.returning = self.holder = None
        self.legs_done = 0

    def parties(self):
        return {party for leg in self.schedule["legs"] for party in leg.values()}

    def sides(self, agency):
        found = {"requesting"} if agency == self.requesting else set()
        if agency in self.requested:
            found.add("requested")
        if agency == self.holder or (self.holder is None and agency in self.requested):
            found.add("holder")
        if self.schedule:
            if agency in self.parties():
                found.add("party of a leg")
            if self.legs_done < len(self.schedule["legs"]) and self.schedule["legs"][self.legs_done]["receiving"] == agency:
                found.add("receiving")
        return found

    def what(self, message):
        name, content = stated(message)
        if name is not None:
            return self.what_of_handover(message, name, content)
        if "common" not in message["fact"]:
            raise Refused("pro-10")
        name, content = common(message)
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
        if name == "decided":
            return self.what_of_decision(message, content["outcome"])
        if name == "answered":
            return self.what_of_answer(message, content["answer"])
        if name == "returned":
            return "second leg-return" if self.returning not in (None, message["author"]) else "leg-return"
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
            return "custody-event hospitalised"
        ends = change == "freed-by-court" or change["is"] in ("escaped", "deceased")
        return "custody-event that ends custody" if ends else "custody-event"

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
        if self.certificate and not self.certificate["transferred"]:
            return "second leg-return"
        last = self.schedule is not None and self.legs_done + 1 == len(self.schedule["legs"])
        return "certificate-countersignature of the last leg" if last else "certificate-countersignature"

    def rules(self, what, message, fold):
        name, content = stated(message)
        if what == "lapse-notice":
            self.after_due(message, "ho-7")
        if name == "decided":
            self.rules_of_decision(what, message, content)
        elif name == "conditions-accepted":
            self.named(self.decision and self.decision["id"], content["of"], "ho-15")
        elif name == "answered":
            self.named(self.schedule and self.schedule["digest"], content["schedule"], "ho-21")
        elif name == "released":
            if not fold.is_confirmed("release-custody", self.requested | {self.requesting}):
                raise Refused("pro-9", "unconfirmed")
        elif name == "countersigned":
            self.named(self.certificate and self.certificate["digest"], content["of"], "ho-28")
        elif name == "outcome-told" and self.stage == "handed-over":
            granted = self.decision["granted"] if self.decision else []
            if not set(content["offences"]) <= set(granted):
                raise Refused("ho-53", "safeguard")

    def rules_of_decision(self, what, message, decision):
        if decision["outcome"] in ("granted", "granted-conditional"):
            if self.custody not in HELD:
                raise Refused("ho-42", "safeguard")
            request = self.request and self.request[1]
            if request and request["death"] and not request["spared"] and not decision["death_waived"]:
                raise Refused("ho-43", "safeguard")
            if request and any(offence > request["offences"] for offence in decision["granted"]):
                raise Refused("ho-44", "safeguard")
        elif what == "refusal" and self.stage == "consulting":
            self.after_due(message, "ho-10")
        elif what == "refusal" and not self.consulted and not decision["unconsulted"]:
            raise Refused("ho-11", "safeguard")

    def after_due(self, message, rule):
        if self.due is not None and message["created"] < self.due:
            raise Refused(rule)

    @staticmethod
    def named(standing, said, rule):
        if standing is None or standing != said:
            raise Refused(rule)

    def note(self, what, message, before):
        name, content = common(message)
        if name == "information-asked":
            self.due = content["due"]
        elif name == "information-given":
            self.due = None
        name, content = stated(message)
        if name is not None:
            getattr(self, "note_" + name.replace("-", "_"), lambda *_: None)(what, message, content)

    def note_arrest_asked(self, what, message, content):
        self.due = content["full_request_by"]

    def note_refusal_intended(self, what, message, content):
        self.due = content["views_by"]

    def note_requested(self, what, message, content):
        self.request, self.due = (message["id"], dict(content)), None

    def note_viewed(self, what, message, content):
        self.due, self.consulted = None, True
        if self.request:
            self.request[1]["spared"] |= content["spares"]

    def note_decided(self, what, message, content):
        self.schedule = None
        self.decision = {"id": message["id"], "digest": message["digest"], "granted": content["granted"]}
        if what == "superseding decision":
            self.decision, self.consulted = None, False

    def note_scheduled(self, what, message, content):
        self.schedule = {"digest": message["digest"], "legs": content["legs"], "accepted": {message["author"]}}

    def note_answered(self, what, message, content):
        if content["answer"] == "rescheduled":
            self.schedule = None
        elif self.schedule:
            self.schedule["accepted"].add(message["author"])

    def note_released(self, what, message, content):
        self.custody = "in-transfer-custody"

    def note_returned(self, what, message, content):
        self.returning = message["author"]
        if what == "second leg-return":
            self.turn_back()

    def note_certified(self, what, message, content):
        self.certificate = {"digest": message["digest"], "transferred": content["results"]["transferred"]}

    def note_countersigned(self, what, message, content):
        if what == "second leg-return":
            self.turn_back()
            return
        self.certificate = None
        self.legs_done += 1
        self.holder = message["author"]
        if what == "certificate-countersignature of the last leg":
            self.custody = "held-by-requesting"

    def turn_back(self):
        self.certificate = self.returning = None
        self.custody = "held"

    def note_custody(self, what, message, content):
        change = content["change"]
        if change == "hospitalised":
            self.custody, self.schedule, self.certificate, self.legs_done = "held", None, None, 0
        else:
            self.custody = "released" if change == "freed-by-court" else change["is"]
