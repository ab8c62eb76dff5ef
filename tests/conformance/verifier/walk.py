"""The disclosed leaves one after the other (audit-11 to audit-18, audit-28 to audit-33), then what no leaf named.

A leaf has at most one problem, the first; what it says counts as said all the same (audit-27). So each rule below first
takes the items that belong to its leaf, then judges, and in the end, whatever was found, remembers.
"""

from types import SimpleNamespace

from . import cbor
from . import evidence
from . import keys
from . import link
from . import message
from . import receipts
from . import revocation
from . import shapes
from . import succession
from . import tiles
from . import tree
from .faults import Fault
from .faults import coded
from .faults import must

EPOCHS_MAX = 64
SALT, COURT, NEVER = 32, 1, 2


class Unjudged(Exception):
    """A list cannot be read any further, so what it would have given is not judged."""


class Walk:
    """What the leaves have said so far."""

    def __init__(self, parts, directory, hashes, checkpoints, problems):
        self.parts, self.directory, self.hashes, self.problems = parts, directory, hashes, problems
        self.checkpoints, self.starts = checkpoints, []
        self.agency, self.scope = parts.manifest.agency, parts.scope
        self.known, self.ids = {}, {}
        self.sent, self.sent_to, self.next, self.epochs = {}, {}, {}, {}
        self.dispatches, self.settled, self.peer_heads = {}, {}, {}
        self.answers, self.receipts, self.leaves, self.named = {}, [], {}, set()
        self.spoiled = set()
        self.number = int(self.parts.manifest.origin.rpartition("/log")[2])
        self.is_first = self.number == directory.charter.members[self.agency].logs.first
        self.end, self.disclosed, self.written, self.reads = None, 0, [], []
        self.ended, self.version = revocation.Ended(directory), None

    def run(self):
        for part, index, data in self.disclosed_leaves():
            self.disclosed += 1
            self.leaves[index] = data
            try:
                with coded("leaf", part, index):
                    self.leaf(index, data)
            except Unjudged:
                pass
            except Fault as fault:
                self.problems.found(fault)
        self.left_over()
        return self

    def disclosed_leaves(self):
        """(part, place, leaf) of every leaf that is inside and can be read."""
        if self.scope.whole:
            for path, number, width, data in self.parts.entries:
                try:
                    with coded("entries", path):
                        found = tiles.entries(data)
                        if len(found) != width:
                            raise Fault("entries", f"{len(found)} leaves, not {width}")
                except Fault as fault:
                    self.problems.found(fault, path)
                    continue
                for place, leaf in enumerate(found):
                    yield path, number * tiles.WIDTH + place, leaf
            return
        yield from self.scoped_leaves()

    def scoped_leaves(self):
        """audit-25, and of a range that each of its leaves is there."""
        before, wanted = -1, iter(range(self.scope.of.first, self.scope.of.end) if self.scope.kind == "range" else ())
        for item in self.parts.lists["leaves"].all(self.problems):
            index = int.from_bytes(item[:8], "big")
            if len(item) < 8 or index <= before or index >= self.parts.manifest.size:
                self.problems.found(Fault("order", "a leaf in another place than its own", "leaves"))
                continue
            before = index
            for missing in wanted if self.scope.kind == "range" and index >= self.scope.of.first else ():
                if missing == index:
                    break
                self.problems.found(Fault("undisclosed", "a leaf of the range is not inside", "leaves", missing))
            yield "leaves", index, item[8:]
        for missing in wanted:
            self.problems.found(Fault("undisclosed", "a leaf of the range is not inside", "leaves", missing))

    def leaf(self, index, data):
        if tree.leaf_hash(data) != self.hashes[index]:
            raise Fault("leaf-differs", "the tree has another hash at this place")
        leaf = shapes.leaf(cbor.decode(data, link.LEAF_MAX))
        try:
            getattr(self, "leaf_" + leaf.kind)(leaf, index, data)
        finally:
            if index == 0:
                self.first(leaf)

    def first(self, leaf):
        """audit-12: how a log begins."""
        if leaf.kind != ("started" if self.is_first else "succession"):
            raise Fault("not-started", "the first leaf does not say how the log began")

    def in_scope(self, leaf, index, header=None):
        if not self.scope.holds(leaf, index, header, self.known):
            raise Fault("out-of-scope", "a leaf that is not in the scope")

    def member(self, peer):
        """Nothing of a peer that is no member is judged, nor taken from a list (audit-27)."""
        if peer not in self.directory.charter.members:
            raise Fault("not-a-member", f"the charter has no member {peer}")

    def item(self, name, digest, kind):
        """The next item of a list, which must be the one that a leaf names."""
        try:
            found = self.parts.lists[name].next()
        except Fault as fault:
            self.problems.found(fault)
            raise Unjudged from fault
        if found is None:
            if self.parts.lists[name].broken:
                raise Unjudged
            raise Fault(f"{kind}-missing", "the list has no more items")
        if keys.sha256(found) != digest:
            raise Fault(f"{kind}-differs", "another item stands in this place")
        return found

    def counted(self, way, peer, epoch, number):
        """audit-15. The number that was found counts, so the next one is one more."""
        before = self.next.get((way, peer))
        epochs = self.epochs.setdefault((way, peer), set())
        epochs.add(epoch)
        known, wanted = before if before is not None and before[0] >= epoch else (epoch, 1)
        if before is None and self.scope.kind == "range" and self.scope.of.first > 0:
            wanted = number
        self.next[way, peer] = (max(epoch, known), number + 1)
        if len(epochs) > EPOCHS_MAX:
            raise Fault("epoch-limit", "more epochs than a link has")
        if epoch < known:
            raise Fault("epoch-back", f"epoch {epoch} after epoch {known}")
        if number != wanted and (self.scope.kind != "procedure" or number < wanted):
            raise Fault("number", f"number {number}, not {wanted}")

    def was_member(self, agency):
        """chr-19: the fault, where the version in force had no such member."""
        version = self.directory.charter.versions.get(self.version)
        if version is None or agency in version.members:
            return None
        return Fault("no-member-then", f"version {self.version} of the charter had no member {agency}")

    def version_below(self, size):
        """audit-34: the version in force when the log had this size, where the bundle discloses it."""
        if self.scope.kind == "range" and size > self.scope.of.end:
            return None
        return next((version for index, version in reversed(self.starts) if index < size), None)

    def leaf_started(self, leaf, index, data):
        self.version = leaf.of.charter_version
        self.starts.append((index, self.version))
        self.in_scope(leaf, index)
        if self.directory.find(self.agency, leaf.of.serial) is None:
            raise Fault("unknown-credential", f"credential {leaf.of.serial} is not inside")
        if leaf.of.charter_version not in self.directory.charter.versions:
            raise Fault("unknown-charter", f"charter version {leaf.of.charter_version} is not inside")

    def leaf_message(self, leaf, index, data):
        """audit-13."""
        digest, header, first = keys.sha256(leaf.of.header), None, None
        try:
            header = message.readable(leaf.of.header)
            self.written.append((index, header))
            self.in_scope(leaf, index, header)
            message.verified(leaf.of.header, self.agency, self.directory)
            self.ended.stands(self.agency, header.serial)
            if digest in self.known:
                raise Fault("message-twice", "the same message was logged before")
            self.fresh_id(header)
            for absent in filter(None, [self.was_member(recipient.agency) for recipient in header.to]):
                raise absent
        except Fault as fault:
            first = fault
        finally:
            self.known.setdefault(digest, SimpleNamespace(header=header, index=index, own=True, erased=False))
        self.body(header, first)

    def body(self, header, first):
        """audit-50, audit-51: the body of a message, judged after everything else about its leaf."""
        wrong = None
        if "bodies" in self.parts.lists:
            try:
                wrong = self.judged_body(header)
            except Fault as fault:
                self.problems.found(fault)
        if first or wrong:
            raise first or wrong

    def judged_body(self, header):
        listed = self.parts.lists["bodies"]
        found = listed.next()
        if found is None:
            return None if listed.broken else Fault("body-missing", "the list has no more items")
        if not found or header is None:
            return None
        if len(found) < SALT or keys.labelled("concord/1 body commitment", found[:SALT], found[SALT:]) != header.commitment:
            return Fault("body-differs", "not the body that the header commits to")
        if self.scope.bodies == COURT and header.handling.evidential_use == NEVER:
            return Fault("body-use", "never to be used as evidence, and shown for use in court")
        return None

    def fresh_id(self, header):
        name = (header.sender.agency, header.id)
        if self.ids.setdefault(name, header.digest) != header.digest:
            raise Fault("id-reused", "another message has this id")

    def leaf_sent(self, leaf, index, data):
        """audit-14, audit-15."""
        fact, first = leaf.of, None
        try:
            self.in_scope(leaf, index)
            self.was_written(fact)
        except Fault as fault:
            first = fault
        try:
            self.counted("out", fact.to, fact.epoch, fact.number)
        except Fault as fault:
            self.spoiled.add(fact.to)
            first = first or fault
        self.sent_to.setdefault((fact.to, fact.epoch, fact.message), fact.number)
        self.sent.setdefault((fact.to, fact.epoch, fact.number), (fact.message, index))
        first = first or self.was_member(fact.to)
        if first:
            raise first

    def was_written(self, fact):
        found = self.known.get(fact.message)
        if found is None or not found.own:
            if found is None and not self.scope.antecedent:
                return
            raise Fault("sent-unknown", "no earlier leaf holds the message")
        if found.header is not None and fact.to not in [recipient.agency for recipient in found.header.to]:
            raise Fault("sent-elsewhere", f"{fact.to} is not among the recipients")
        if (fact.to, fact.epoch, fact.message) in self.sent_to:
            raise Fault("sent-twice", "the message has a number on this link")

    def leaf_received(self, leaf, index, data):
        """audit-16."""
        fact, header, first = leaf.of, None, None
        self.member(fact.peer)
        try:
            try:
                header = self.the_header(leaf, index)
            except Fault as fault:
                first = fault
            except Unjudged:
                pass
            if header is not None:
                self.written.append((index, header))
            try:
                self.answer(fact, index, data, fact.form, first)
            except Fault as fault:
                first = fault
            self.body(header, first)
        finally:
            self.known.setdefault(fact.message, SimpleNamespace(header=header, index=index, own=False, erased=False))

    def the_header(self, leaf, index):
        fact = leaf.of
        data = self.item("headers", fact.message, "header")
        header = message.readable(data)
        self.in_scope(leaf, index, header)
        message.verified(data, fact.peer, self.directory)
        if self.agency not in [recipient.agency for recipient in header.to]:
            raise Fault("not-addressed", "the agency is not among the recipients")
        if fact.message in self.known:
            raise Fault("message-twice", "the same message was taken before")
        self.fresh_id(header)
        return header

    def leaf_refused(self, leaf, index, data):
        first = None
        self.member(leaf.of.peer)
        try:
            self.in_scope(leaf, index)
        except Fault as fault:
            first = fault
        self.answer(leaf.of, index, data, None, first)

    def answer(self, fact, index, data, form, first):
        """The dispatch of an answer, and its number; `first` is what was wrong before."""
        try:
            self.covered(fact, form)
        except Fault as fault:
            first = first or fault
        except Unjudged:
            pass
        try:
            self.counted("in", fact.peer, fact.epoch, fact.number)
        except Fault as fault:
            first = first or fault
        self.answers.setdefault((fact.peer, fact.epoch, fact.number), (fact.message, index, data))
        first = first or self.was_member(fact.peer)
        if first:
            raise first

    def covered(self, fact, form):
        """The dispatch of the last such leaf from this peer, or the next of the list (audit-5)."""
        digest, found = self.dispatches.get(fact.peer, (None, None))
        if digest != fact.dispatch:
            self.dispatches[fact.peer] = (fact.dispatch, None)
            data = self.item("dispatches", fact.dispatch, "dispatch")
            with coded("dispatch"):
                found = link.dispatch(data, fact.peer, self.agency, self.directory)
            self.dispatches[fact.peer] = (fact.dispatch, found)
            self.ended.stands(fact.peer, found.serial)
        if found is None:
            return
        item = link.covered(found, fact.epoch, fact.number)
        if item is None or item.message != fact.message or (form is not None and item.form != form):
            raise Fault("dispatch-cover", "the dispatch does not cover this message under this number")

    def leaf_receipt_held(self, leaf, index, data):
        """audit-17, audit-28, audit-29."""
        receipts.held(self, leaf, index)
        absent = self.was_member(leaf.of.peer)
        if absent:
            raise absent

    def leaf_read(self, leaf, index, data):
        """audit-18."""
        self.reads.append((index, leaf.of.purpose))
        self.in_scope(leaf, index)
        found = self.known.get(leaf.of.message)
        if found is None and self.scope.antecedent:
            raise Fault("read-unknown", "no earlier leaf holds the message")
        if found is not None and found.erased:
            raise Fault("read-erased", "a body was read after it was erased")

    def leaf_exported(self, leaf, index, data):
        """audit-30."""
        self.in_scope(leaf, index)
        if leaf.of.size > index:
            raise Fault("exported-size", "an export of a log that was not that large yet")

    def leaf_erased(self, leaf, index, data):
        """audit-31."""
        self.in_scope(leaf, index)
        fact, found = leaf.of, self.known.get(leaf.of.message)
        if found is None:
            if self.scope.antecedent:
                raise Fault("erased-unknown", "no earlier leaf holds the message")
            return
        twice, found.erased = found.erased, True
        sealed = found.header.sealed.digest if found.header else fact.sealed
        if fact.leaf != found.index or fact.sealed != sealed:
            raise Fault("erased-differs", "the leaf or the sealed body named is not that of the message")
        if twice:
            raise Fault("erased-twice", "the message was erased before")

    def leaf_evidence(self, leaf, index, data):
        """audit-32, audit-40."""
        self.in_scope(leaf, index)
        fact, name = leaf.of, leaf.of.evidence.hex()
        twice = name in self.named
        self.named.add(name)
        found = {path.split("/")[1]: content for path, content in self.parts.evidence}.get(name)
        if found is None:
            raise Fault("evidence-missing", "evidence is named and not inside")
        if twice:
            raise Fault("evidence-twice", "the same evidence was logged before")
        try:
            proven = evidence.verify(found, self.directory.charter.digest)
        except Fault as fault:
            raise Fault("evidence", f"the file proves nothing: {fault}") from fault
        told = (evidence.KINDS.index(proven.kind), proven.accused, keys.sha256(found))
        if told != (fact.kind, fact.accused, fact.evidence):
            raise Fault("evidence", "the file proves something else than the leaf says")

    def leaf_succession(self, leaf, index, data):
        """audit-33."""
        self.in_scope(leaf, index)
        if index:
            raise Fault("succession", "a succession that is not the first leaf")
        with coded("succession"):
            end = succession.verify(leaf.of.statement, leaf.of.approvals, self.directory)
            must((end.agency, end.to_log) == (self.agency, self.number), "the end of another log than the one before")
        self.end = end

    def leaf_resumed(self, leaf, index, data):
        self.in_scope(leaf, index)

    def leaf_revocation(self, leaf, index, data):
        """audit-45."""
        self.in_scope(leaf, index)
        log = int(self.parts.manifest.origin.rpartition("/log")[2])
        self.ended.take(leaf.of.revocation, index, self.agency, log)

    def leaf_carried(self, leaf, index, data):
        """audit-33."""
        self.in_scope(leaf, index)
        twice = leaf.of.message in self.known
        self.known.setdefault(leaf.of.message, SimpleNamespace(header=None, index=index, own=True, erased=False))
        if twice or self.is_first:
            raise Fault("carried", "carried over twice, or where there is no succession")

    def left_over(self):
        """audit-1: no item that no leaf names; then evidence that no leaf names (audit-32)."""
        for name in ("headers", "dispatches", "receipts") + (("bodies",) if "bodies" in self.parts.lists else ()):
            try:
                if self.parts.lists[name].next() is not None:
                    self.problems.found(Fault("surplus-item", "an item that no leaf names", name))
            except Fault as fault:
                self.problems.found(fault)
        for path, _ in self.parts.evidence if self.scope.unnamed_evidence else ():
            if path.split("/")[1] not in self.named:
                self.problems.found(Fault("evidence-unnamed", "evidence that no leaf names", path))
