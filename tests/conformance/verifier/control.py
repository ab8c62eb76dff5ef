"""What stays with the originator of a message (22.7), as far as it decides whether something may be said."""

from .rows import Refused
from .rows import common


class Control:
    """Whose each message is, and which of them ask to pass something on or recall."""

    def __init__(self):
        self.owners, self.transfers, self.recalls = {}, {}, {}

    def saw(self, message):
        self.owners.setdefault(message["id"], set()).add(message["author"])
        fact = message["fact"]
        if isinstance(fact, dict) and "transfer-asked" in fact.get("control", {}):
            self.transfers[message["id"]] = fact["control"]["transfer-asked"]["items"]
        elif isinstance(fact, dict) and "recalled" in fact.get("control", {}):
            self.recalls[message["id"]] = message["author"]

    def check(self, message):
        if message["author"] not in self.owners.get(message["id"], {message["author"]}):
            raise Refused("orc-1", "not-entitled")
        name, content = common(message)
        if name == "corrected":
            self.check_own(message, "orc-7", content["targets"])
        if isinstance(message["fact"], dict) and "control" in message["fact"]:
            ((name, content),) = message["fact"]["control"].items()
            getattr(self, "check_" + name.replace("-", "_"))(message, content)

    def check_own(self, message, rule, targets):
        for target in targets:
            if target not in self.owners:
                raise Refused(rule)
            if message["author"] not in self.owners[target]:
                raise Refused(rule, "not-entitled")

    def check_transfer_asked(self, message, asked):
        owners = [self.owners.get(item, set()) for item in asked["items"]]
        one = all(len(of) == 1 and of == owners[0] for of in owners)
        if not one or {message["author"]} in owners:
            raise Refused("orc-2")

    def check_transfer_decided(self, message, decided):
        items = self.transfers.get(decided["of"])
        if items is None or any(len(self.owners.get(item, ())) != 1 for item in items):
            raise Refused("orc-3")
        self.check_own(message, "orc-3", items)

    def check_recalled(self, message, recalled):
        self.check_own(message, "orc-5", recalled["targets"])

    def check_recall_reported(self, message, reported):
        if reported["of"] not in self.recalls:
            raise Refused("orc-6")
        if self.recalls[reported["of"]] == message["author"]:
            raise Refused("orc-6", "not-entitled")
