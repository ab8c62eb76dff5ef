"""Checkpoints beside the log's own: cosigned ones, those of peers, and what they make of receipts (audit-19, 34 to 36)."""

from types import SimpleNamespace

from . import note
from .faults import Fault
from .faults import coded


class Heads:
    """audit-24 when it is made; the rest once the leaves have been read."""

    def __init__(self, parts, directory, head, problems):
        self.directory, self.head, self.problems = directory, head, problems
        self.agency, self.lists = parts.manifest.agency, {}
        self.peers, self.quorate, self.times, self.witnessed, self.own = [], {}, [], 0, []
        for part in ("cosignatures", "peer-checkpoints", "peer-cosigned"):
            self.lists[part] = [self.opened(part, item) for item in parts.lists[part].all(problems)]
        for part in ("peer-checkpoints", "peer-cosigned"):
            self.lists[part] = self.in_order(part)

    def opened(self, part, data):
        """A note with what it says, or with the fault that it has; its signatures are not judged yet."""
        found = SimpleNamespace(data=data, fault=None)
        found.origin = data.split(b"\n")[0].decode("utf-8", "replace")
        found.owner, found.keys = self.directory.log_keys(found.origin)
        try:
            with coded("checkpoint", part):
                found.note = note.parse(data)
                said = note.checkpoint_text(found.note.text)
                found.size, found.root = said.size, said.root
        except Fault as fault:
            found.fault = fault
        return found

    def in_order(self, part):
        """Notes of peers, one of each, in the order of agencies; whatever else comes ends the list (audit-24)."""
        taken, before = [], b""
        for found in self.lists[part]:
            if found.owner in (None, self.agency) or found.owner.encode() <= before:
                found.fault = Fault("order", "a checkpoint of nobody here, or in another place than its own", part)
                return [*taken, found]
            before = found.owner.encode()
            taken.append(found)
        return taken

    def each(self, part, judge, *facts):
        """Judges every note of a list."""
        for found in self.lists[part]:
            try:
                if found.fault:
                    raise found.fault
                judge(found, *facts)
            except Fault as fault:
                self.problems.found(fault, part)

    def signed(self, found):
        with coded("checkpoint"):
            note.checkpoint(found.data, found.origin, found.keys)

    def judge_cosigned(self, roots):
        """audit-34, audit-35: before the leaves."""
        self.each("cosignatures", self.cosigned, roots)
        self.each("peer-cosigned", self.peer_cosigned)

    def judge_peers(self, log, data):
        """audit-19, audit-47, audit-36: after them; `data` is the bundle's own checkpoint."""
        self.each("peer-checkpoints", self.peer_checkpoint, log)
        if not log.ended.counts(data, self.head.origin, self.head):
            self.problems.found(Fault("revoked-checkpoint", "only a revoked key signed it", "checkpoint"))
        self.witness(log)
        self.grade(log)

    def peer_checkpoint(self, found, log):
        self.signed(found)
        known = log.peer_heads.get(found.origin)
        if known and found.size < known.size:
            raise Fault("receipt-back", "a smaller size than that of a receipt")
        if known and found.size == known.size and found.root != known.root:
            raise Fault("peer-fork", "two roots of one log at one size")
        self.peers.append(found)

    def witnesses(self, owner):
        """(name, key) of every member's witness keys but the owner's, and whose each key is."""
        held = [one for one in self.directory.known.values() if one.agency != owner]
        return [(self.directory.witness_name(one.agency), one.witness) for one in held], {
            one.witness: one.agency for one in held
        }

    def cosigners(self, found, owner):
        """(agency, key) of every member that cosigned, and the times that they say."""
        pairs, agencies = self.witnesses(owner)
        with coded("cosignature"):
            times = note.cosignatures(found.note, pairs)
        return {(agencies[key], key) for key in times}, times

    def quorate_under(self, version, agencies, owner):
        """Whether these are a quorum under a version, or under any that has the owner where none is known."""
        named = self.directory.charter.versions.get(version)
        versions = [one for one in ([named] if named else self.directory.charter.path) if owner in one.members]
        return any(len(agencies & set(one.members)) >= one.of.witness_quorum for one in versions)

    def lifts(self, found, owner, ended, version=None):
        """audit-47: whether a cosigned checkpoint counts by what was known then."""
        kept = {agency for agency, key in found.cosigners if ended.keeps(agency, key)}
        return ended.counts(found.data, found.origin, found) and self.quorate_under(version, kept, owner)

    def cosigned(self, found, roots):
        self.signed(found)
        if found.origin != self.head.origin:
            raise Fault("cosignature", "a checkpoint of another log")
        found.cosigners, times = self.cosigners(found, self.agency)
        if not times:
            raise Fault("cosignature", "no cosignature of a member")
        if self.own and found.size <= self.own[-1].size:
            raise Fault("order", "a size that is not above the one before")
        if roots.at(found.size) != found.root:
            raise Fault("root-differs", "another root than the tree had at that size")
        self.own.append(found)
        self.times += times.values()

    def peer_cosigned(self, found):
        self.signed(found)
        found.cosigners, _ = self.cosigners(found, found.owner)
        if not self.quorate_under(None, {agency for agency, _ in found.cosigners}, found.owner):
            raise Fault("no-quorum", "fewer cosignatures than the charter demands")
        self.quorate[found.origin] = found

    def witness(self, log):
        """audit-34: the largest size that a quorum cosigned, of the version that the log stood at then."""
        for found in self.own:
            if self.lifts(found, self.agency, log.ended.below(found.size), log.version_below(found.size)):
                self.witnessed = found.size

    def is_lifted(self, head, ended):
        """Whether a quorum that counts by what is known now cosigned that log at that size or a larger one."""
        found = self.quorate.get(head.origin)
        return found is not None and head.size <= found.size and self.lifts(found, found.owner, ended)

    def grade(self, log):
        """audit-36: counts by grade."""
        self.grades = {"L0": 0, "L1": 0, "L2": 0}
        for receipt in log.receipts:
            self.grades["L2" if receipt.lifted else "L1" if receipt.path_judged else "L0"] += 1
