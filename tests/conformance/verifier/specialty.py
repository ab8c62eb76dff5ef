"""For what a person may be tried who was handed over (22.4, 32.1)."""

from .rows import Refused

ENDS = ("stayed-free", "left-and-returned")


class Specialty:
    """Requests for consent, what was decided on them, and what ends the promise."""

    def __init__(self):
        self.asked, self.consents = {}, {}
        self.ended = self.freed = False

    def judge_trial(self, granted, told):
        """ho-53, spc-4."""
        if self.ended:
            return
        if not set(told["offences"]) <= set(granted):
            raise Refused("ho-53", "safeguard")
        for consent, offence in told["consented"]:
            if not self.covers(consent, offence):
                raise Refused("spc-4", "safeguard")

    def covers(self, consent, offence):
        given = self.consents.get(consent)
        return given is not None and given["stands"] and "offences" in self.asked[given["of"]] and offence in given["offences"]

    def judge_consent(self, decision):
        """spc-3."""
        matter = self.asked.get(decision["of"])
        if matter is None or any(offence > offences_of(matter) for offence in decision["offences"]):
            raise Refused("spc-3")

    def judge_incident(self, incident):
        """spc-5."""
        if incident in ENDS and not self.freed:
            raise Refused("spc-5", "safeguard")

    def awaits_conditions(self, consent):
        given = self.consents.get(consent)
        return given is not None and given["waits"]

    def decide(self, message, decision):
        if decision["of"] not in self.asked:
            return
        for earlier in self.consents.values():
            if earlier["of"] == decision["of"]:
                earlier["stands"] = earlier["waits"] = False
        self.consents[message["id"]] = {
            "of": decision["of"],
            "offences": decision["offences"],
            "stands": decision["consent"] == "given",
            "waits": decision["consent"] == "given-conditional",
        }

    def accept_conditions(self, consent):
        if consent in self.consents:
            self.consents[consent]["stands"], self.consents[consent]["waits"] = True, False


def offences_of(matter):
    return matter["offences"] if "offences" in matter else matter["surrender"]["offences"]
