"""A request for information (22.5), with the words of 22.15."""

from .rows import Refused
from .rows import Rows
from .rows import common
from .rows import foreign

BEST = ("full", "partial", "no-record", "refused", "pending")


class Information(Rows):
    """Where a request for information stands."""

    family = "rfi"

    def __init__(self, opening):
        request = opening["fact"]["information"]["requested"]
        self.stage = "sent"
        self.requesting, (self.requested,) = opening["author"], opening["asked"]
        self.request = opening["id"]
        self.answers = {question: "pending" for question in request["questions"]}
        self.coercive = request["coercive"]
        self.formal_route = self.redirected = False
        self.replies, self.closes_at = set(), None

    def sides(self, agency):
        found = {"requesting"} if agency == self.requesting else set()
        return found | ({"requested"} if agency == self.requested else set())

    def what(self, message):
        fact = message["fact"]
        if "information" in fact:
            if "requested" in fact["information"]:
                raise Refused("rfi-1")
            return self.what_of_reply(fact["information"]["replied"])
        name, content = common(message)
        if name is None:
            return foreign(message)
        if name == "acknowledged":
            return "acknowledgement" if content["of"] == self.request and self.stage == "sent" else None
        if name == "valued":
            return "usefulness-feedback" if self.stage == "answered" and content["of"] in self.replies else None
        return {
            "withdrawn": "withdrawal",
            "lapsed": "lapse-notice",
            "information-asked": "additional-information-request",
            "information-given": "additional-information-reply",
        }.get(name)

    def what_of_reply(self, reply):
        if all(status == "pending" for _, status in reply["answers"]):
            return "information-reply that only says when"
        if self.stage == "answered":
            return "further information-reply"
        answers, formal_route, redirected = self.with_reply(reply)
        said = list(answers.values())
        # rfi-19, in the order of its lines.
        if "pending" in said:
            return "information-reply that leaves a question open"
        if "refused" in said and formal_route:
            return "information-reply that names a formal route"
        if not {"full", "partial"} & set(said) and redirected:
            return "information-reply that names who is competent"
        if all(status == "refused" for status in said):
            return "information-reply that refuses everything"
        return "information-reply to the last open question"

    def with_reply(self, reply):
        """All answers together with those of a reply (rfi-18)."""
        answers = dict(self.answers)
        for question, status in reply["answers"]:
            if question in answers:
                answers[question] = min(answers[question], status, key=BEST.index)
        route = self.formal_route or (reply["names_route"] and (reply["court_refused"] or self.coercive))
        return answers, route, self.redirected or reply["redirects"]

    def rules(self, what, message, fold):
        if "information" in message["fact"]:
            questions = {question for question, _ in message["fact"]["information"]["replied"]["answers"]}
            if not questions <= self.answers.keys():
                raise Refused("rfi-17")
        if what == "lapse-notice":
            over = self.closes_at is not None and message["created"] >= self.closes_at
            if not over or common(message)[1]["of"] not in self.replies:
                raise Refused("rfi-15")

    def note(self, what, message, before):
        if "information" not in message["fact"]:
            return
        reply = message["fact"]["information"]["replied"]
        self.answers, self.formal_route, self.redirected = self.with_reply(reply)
        self.replies.add(message["id"])
        if reply["closes_at"] is not None:
            self.closes_at = max(self.closes_at or 0, reply["closes_at"])
