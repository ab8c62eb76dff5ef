"""The rescue of one person (22.13), with the words of 22.15."""

from .rows import Refused
from .rows import Rows
from .rows import common
from .rows import foreign

PROPOSALS = ("rescue-update return-arranged", "rescue-update returned")


class Rescue(Rows):
    """Where the rescue of one person stands."""

    family = "res"

    def __init__(self, opening):
        fact = opening["fact"]
        self.asked = set(opening["asked"])
        self.next_by = self.proposed = self.screening = self.review = None
        if "rescue" in fact:
            self.stage, self.territory = "reported", None
            self.home = fact["rescue"]["reported"]["home"] or opening["author"]
            self.maybe_child = fact["rescue"]["reported"].get("may_be_child", False)
        else:
            self.stage, self.territory, self.home, self.maybe_child = "screening", opening["author"], None, False
            self.screen(fact["handover"]["screened"])

    def screen(self, report):
        """The last report counts; of the review (res-63) the last one that a report states."""
        self.screening = report
        self.review = report.get("review") or self.review
        self.maybe_child = self.maybe_child or report.get("may_be_child", False)

    def sides(self, agency):
        found = {"home"} if agency == self.home else set()
        if self.territory is None:
            return found | ({"requested"} if agency in self.asked else set())
        return found | ({"territory"} if agency == self.territory else set())

    def what(self, message):
        fact = message["fact"]
        if common(message)[0] == "withdrawn":
            raise Refused("res-33")
        if "screened" in fact.get("handover", {}):
            return "victim-screening-report"
        if "rescue" not in fact:
            return foreign(message)
        if "updated" not in fact["rescue"]:
            return "rescue-update reported"
        return self.what_of_update(message["author"], fact["rescue"]["updated"])

    def what_of_update(self, author, update):
        plain = f"rescue-update {update['state']}"
        if update["state"] == "accepted" and update["goes_on_in"]:
            return f"{plain} that goes on elsewhere"
        if update["state"] == "accepted" and self.territory and update["merged"]:
            return f"{plain} that takes another one in"
        agrees = author == self.home and self.proposed and self.proposed["state"] == update["state"]
        return f"co-signing {plain}" if agrees and plain in PROPOSALS else plain

    def assesses_age(self, what, message):
        """res-61: the territory side has the person."""
        accepts = what in ("rescue-update accepted", "rescue-update accepted that goes on elsewhere")
        by_territory = accepts or message["author"] == self.territory
        return by_territory and message["fact"]["rescue"]["updated"].get("age_assessed")

    def rules(self, what, message, fold):
        update = message["fact"].get("rescue", {}).get("updated")
        if update is None:
            return
        if update["home"] and update["home"] not in fold.participants:
            raise Refused("res-27", "participant-left-out")
        if update["child"] is False and self.maybe_child and not self.assesses_age(what, message):
            raise Refused("res-61", "safeguard")
        what = what.removeprefix("co-signing ")
        if what in ("rescue-update accepted", "rescue-update accepted that takes another one in"):
            if not set(update["merged"].values()) <= fold.participants:
                raise Refused("res-26", "participant-left-out")
        elif what == "rescue-update protected" and self.screening is None:
            raise Refused("res-28", "safeguard")
        elif what in PROPOSALS:
            self.rules_of_return(update)
        elif what == "rescue-update not-found" and self.next_by is not None and message["created"] < self.next_by:
            raise Refused("res-30")
        elif what == "rescue-update declined-help":
            freely = self.screening is not None and self.screening["freely"]
            if not freely or update["consents"] != "no" or update["child"] is not False:
                raise Refused("res-31", "safeguard")
        elif what == "rescue-update referred-to-justice":
            found = self.screening and self.screening["outcome"]
            if found != "no-indication" or not update["prosecutor"]:
                raise Refused("res-32", "safeguard")
            if self.review == "pending":
                raise Refused("res-63", "safeguard")

    def rules_of_return(self, update):
        """res-29."""
        grown_up = update["child"] is False and update["consents"] == "yes"
        child = update["child"] is True and update["best_interests"]
        same = self.proposed is None or self.proposed["child"] == update["child"]
        if not (grown_up or child) or not same:
            raise Refused("res-29", "safeguard")

    def note(self, what, message, before):
        fact = message["fact"]
        if "handover" in fact:
            self.screen(fact["handover"]["screened"])
            return
        update = fact["rescue"]["updated"]
        if self.assesses_age(what, message):
            self.maybe_child = False
        self.next_by = update["next_by"]
        if what == "rescue-update accepted that takes another one in":
            return
        self.proposed = update if what in PROPOSALS else None
        self.home = update["home"] or self.home
        if what in ("rescue-update accepted", "rescue-update accepted that goes on elsewhere"):
            self.territory = message["author"]
