"""Bundles held against each other (11.3): what each agency sent is looked for in the logs of the one it was sent to.

Only verified bundles come here, whole or of the one link that is judged, so numbers are contiguous and no number or
message stands twice within one log.
"""

from types import SimpleNamespace

from .faults import Fault

PURPOSES = {"prevention", "investigation", "prosecution", "rescue", "asset-recovery", "border", "coordination"}


def reconcile(reports):
    """Counts and problems over every pair of agencies, in both directions, and over all together."""
    total = SimpleNamespace(agreed=0, pending=0, lost=0, seams=0, problems=[])
    if len({report.charter.digest for report in reports}) > 1:
        raise Fault("other-charter", "bundles of two federations")
    comparable(reports)
    sides = sorted((Side(logs, total) for logs in by_agency(reports).values()), key=lambda side: side.agency)
    for place, one in enumerate(sides):
        for other in sides[place + 1:]:
            for sender, recipient in ((one, other), (other, one)):
                numbers(sender, recipient, total)
                heads(sender, recipient, total)
    asked_and_purposed(reports, total)
    return {
        "agreed": total.agreed, "pending": total.pending, "lost": total.lost, "seams": total.seams,
        "problems": total.problems,
    }


def comparable(reports):
    """audit-43: whole bundles, or of two agencies those whose scope is the other one."""
    agencies = {report.agency for report in reports}
    for report in reports:
        scope = report.scope
        link = scope.kind == "peer" and len(agencies) == 2 and scope.of.peer in agencies
        if not scope.whole and not link:
            raise Fault("partial", f"the bundle of {report.agency} does not show the whole link")


def by_agency(reports):
    found = {}
    for report in reports:
        found.setdefault(report.agency, []).append(report)
    return found


class Side:
    """All logs of one agency as one (audit-39): of two bundles of one log the larger, logs in the order of numbers."""

    def __init__(self, reports, total):
        self.agency, self.logs = reports[0].agency, {}
        for report in sorted(reports, key=lambda report: report.head.size):
            before = self.logs.get(report.head.origin)
            if before is not None and report.roots.at(before.head.size) != before.head.root:
                raise Fault("checkpoint", f"two histories of {report.head.origin}", "checkpoint")
            self.logs[report.head.origin] = report
        self.logs = dict(sorted(self.logs.items(), key=lambda item: int(item[0].rpartition("/log")[2])))
        self.sent, self.taken, self.settled, self.receipts = {}, {}, set(), []
        for report in self.logs.values():
            self.sent.update(report.log.sent)
            self.taken.update(report.log.answers)
            self.settled.update(report.log.settled)
            self.receipts += report.log.receipts
        self.ends = {
            f"{report.head.origin.rpartition('/log')[0]}/log{report.log.end.from_log}": report.log.end
            for report in self.logs.values() if report.log.end
        }
        self.succeeded = len(self.logs) > 1
        total.seams += len(self.ends)
        self.judge_ends(total)

    def judge_ends(self, total):
        """suc-12, and that a log that ended is what its agency stated that it had."""
        for origin, end in self.ends.items():
            log, restored = self.logs.get(origin), end.restored
            if log is None:
                continue
            if log.head.size > end.size:
                problem("outlived", self, self, 0, 0, total)
            elif 0 < restored.size <= log.head.size and log.roots.at(restored.size) != restored.root:
                problem("checkpoint-on-other-branch", self, self, 0, 0, total)

    def may_be_lost(self, origin, leaf):
        """Whether the end of a log says of the leaves from this place on that they may be others (audit-39)."""
        return origin in self.ends and leaf >= self.ends[origin].lost.first

    def doubtful(self, facts, name):
        """The same of the leaf under a number, given one of `sent` or `answers` of each log."""
        return any(
            self.may_be_lost(origin, facts(report)[name][1])
            for origin, report in self.logs.items() if name in facts(report)
        )


def problem(code, sender, recipient, epoch, number, total):
    total.problems.append(
        {"code": code, "from": sender.agency, "to": recipient.agency, "epoch": epoch, "number": number},
    )


def numbers(sender, recipient, total):
    """audit-20 to audit-23 over the link from one to the other."""
    sent = {(e, n): message for (to, e, n), (message, _) in sender.sent.items() if to == recipient.agency}
    taken = {(e, n): fact for (peer, e, n), fact in recipient.taken.items() if peer == sender.agency}
    settled = {(e, n) for (peer, e, n) in sender.settled if peer == recipient.agency}
    pending = receipts(sender, recipient, total)
    for name in sorted(sent.keys() | taken.keys()):
        if name in sent and name in taken:
            doubtful = sender.doubtful(lambda report: report.log.sent, (recipient.agency, *name)) or recipient.doubtful(
                lambda report: report.log.answers, (sender.agency, *name),
            )
            if sent[name] == taken[name][0]:
                total.agreed += 1
            elif doubtful:
                total.lost += 1
            else:
                problem("digest-differs", sender, recipient, *name, total)
            continue
        lacking, side = (taken, recipient) if name in sent else (sent, sender)
        passed = any(e == name[0] and n > name[1] for e, n in lacking)
        renumbered = name in sent and sender.succeeded and any(e > name[0] for e, _ in sent)
        if (side.succeeded or renumbered) and not passed:
            total.lost += 1
        elif any(other > name for other in lacking):
            problem("missing", sender, recipient, *name, total)
        else:
            pending.add(name)
    for epoch, number in sorted(sent.keys() - settled):
        if any(e == epoch and n > number for e, n in settled):
            problem("unreceipted", sender, recipient, epoch, number, total)
        else:
            pending.add((epoch, number))
    total.pending += len(pending)


def receipts(sender, recipient, total):
    """The root and the leaf of each receipt against the recipient's log. Gives the numbers that are pending."""
    pending = set()
    for receipt in sender.receipts:
        log = recipient.logs.get(receipt.head.origin)
        if receipt.peer != recipient.agency or log is None:
            continue
        for item in receipt.items:
            name = (receipt.epoch, item.number)
            if receipt.head.size > log.head.size:
                pending.add(name)
            elif log.roots.at(receipt.head.size) != receipt.head.root:
                if recipient.may_be_lost(receipt.head.origin, receipt.head.size - 1):
                    continue
                problem("receipt-on-other-branch", sender, recipient, *name, total)
            elif log.log.leaves.get(item.leaf) != receipt.proven[item.number].leaf:
                if recipient.may_be_lost(receipt.head.origin, item.leaf):
                    continue
                problem("receipt-not-in-log", sender, recipient, *name, total)
    return pending


def heads(holder, owner, total):
    """Checkpoints that one holds of the other's logs."""
    shown = {(receipt.head.origin, receipt.head.size) for receipt in holder.receipts}
    for report in holder.logs.values():
        held = [(head.origin, head.size) for head in report.checkpoints.peers]
        held += [(receipt.head.origin, receipt.head.size) for receipt in report.log.receipts]
        for origin, end in owner.ends.items():
            if any(known == origin and size > end.size for known, size in held):
                problem("outlived", holder, owner, 0, 0, total)
        for head in report.checkpoints.peers:
            log = owner.logs.get(head.origin)
            if log is None or head.size > log.head.size or (head.origin, head.size) in shown:
                continue
            if owner.may_be_lost(head.origin, head.size - 1):
                continue
            if log.roots.at(head.size) != head.root:
                problem("checkpoint-on-other-branch", holder, owner, 0, 0, total)


def asked_and_purposed(reports, total):
    """audit-38."""
    headers = [known.header for report in reports for known in report.log.known.values() if known.header]
    asked = {header.procedure for header in headers if header.kind == "handover-request"}
    told, whole = set(), all(report.scope.whole for report in reports)
    for report in reports:
        for index, header in report.log.written if whole else []:
            if header.kind == "handover-decision" and header.procedure not in asked and header.digest not in told:
                told.add(header.digest)
                total.problems.append({"code": "decision-without-request", "log": report.agency, "leaf": index})
        for index, purpose in report.log.reads:
            if purpose not in PURPOSES:
                total.problems.append({"code": "read-without-purpose", "log": report.agency, "leaf": index})
