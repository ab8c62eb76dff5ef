"""For what a person may be tried who was handed over (22.4, 32.1)."""

from .rows import Refused

ENDS = ("stayed-free", "left-and-returned")


class Specialty:
    """Requests for consent, what was decided on them, and what ends the promise."""

    def __init__(self):
        self.asked, self.stakes, self.consents = {}, {}, {}
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

    def ask(self, request, content):
        self.asked[request] = content["matter"]
        self.stakes[request] = dict(content.get("stakes", {"deadly": [], "spared": False}))

    def judge_consent(self, decision, at):
        """spc-3, spc-9."""
        matter = self.asked.get(decision["of"])
        if matter is None or any(offence > offences_of(matter) for offence in decision["offences"]):
            raise Refused("spc-3")
        self.judge_life(decision["of"], decision["offences"], decision.get("death_waived", False), at)

    def judge_life(self, request, offences, waived, at):
        """spc-9."""
        stakes = self.stakes[request]
        if set(stakes["deadly"]) & set(offences) and not waived and not binds(stakes, at):
            raise Refused("spc-9", "safeguard")

    def correct(self, worse):
        """ho-88."""
        if worse["target"] in self.stakes:
            stakes = self.stakes[worse["target"]]
            stakes["deadly"] = [*stakes["deadly"], *worse.get("deadly", [])]
            stakes["spared"] &= not worse.get("unpromised", False)

    def judge_incident(self, incident):
        """spc-5."""
        if incident in ENDS and not self.freed:
            raise Refused("spc-5", "safeguard")

    def judge_conditions(self, consent, at):
        """ho-61, spc-9."""
        given = self.consents.get(consent)
        if given is None or not given["waits"]:
            raise Refused("ho-61")
        self.judge_life(given["of"], given["offences"], given["waived"], at)

    def decide(self, message, decision):
        if decision["of"] not in self.asked:
            return
        for earlier in self.consents.values():
            if earlier["of"] == decision["of"]:
                earlier["stands"] = earlier["waits"] = False
        self.consents[message["id"]] = {
            "of": decision["of"],
            "offences": decision["offences"],
            "waived": decision.get("death_waived", False),
            "stands": decision["consent"] == "given",
            "waits": decision["consent"] == "given-conditional",
        }

    def accept_conditions(self, consent):
        if consent in self.consents:
            self.consents[consent]["stands"], self.consents[consent]["waits"] = True, False


def binds(said, at):
    """Whether a request promises that the person's life is spared, and the promise binds then (ho-81, spc-9)."""
    return said["spared"] and (said.get("spared_until") is None or at < said["spared_until"])


def offences_of(matter):
    return matter["offences"] if "offences" in matter else matter["surrender"]["offences"]
