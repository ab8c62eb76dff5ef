"""Which leaves a bundle discloses (audit-26), and which rules its scope keeps from being judged (audit-37)."""

from .faults import Fault

ALWAYS = ("started", "exported", "evidence", "succession", "resumed", "carried", "revocation")


class Scope:
    """All of a log, a range, a procedure, or the link with a peer."""

    def __init__(self, manifest):
        scope = manifest.scope
        self.kind, self.of, self.manifest = (scope.kind, scope.of, manifest) if scope else ("whole", None, manifest)
        self.whole = scope is None
        self.bodies = manifest.bodies

    def check(self):
        """audit-7, as far as the manifest tells."""
        if self.kind == "range" and not self.of.first < self.of.end <= self.manifest.size:
            raise Fault("scope", "an empty range, or one that ends beyond the size", "manifest.cbor")
        if self.kind == "peer" and self.of.peer == self.manifest.agency:
            raise Fault("scope", "the link of an agency with itself", "manifest.cbor")
        if self.bodies is not None and self.kind != "procedure":
            raise Fault("scope", "bodies in a bundle that is of no procedure", "manifest.cbor")

    def check_peer(self, charter):
        """audit-7, once the members are known."""
        if self.kind == "peer" and self.of.peer not in charter.members:
            raise Fault("scope", "a peer that is no other member", "manifest.cbor")

    def holds(self, leaf, index, header, known):
        """Whether a leaf belongs here; `header` is that of a `message` or `received` leaf, `known` what was disclosed."""
        fact, kind = leaf.of, leaf.kind
        if self.whole:
            return True
        if self.kind == "range":
            return self.of.first <= index < self.of.end
        if kind in ALWAYS:
            return True
        if kind in ("read", "erased"):
            return fact.message in known
        if self.kind == "procedure":
            if kind in ("message", "received"):
                return header is None or header.procedure == self.of.procedure
            if kind == "sent":
                return fact.message in known
            return kind == "receipt_held" and any(item.message in known for item in fact.items)
        if kind == "message":
            return header is None or self.of.peer in [recipient.agency for recipient in header.to]
        return self.of.peer == (fact.to if kind == "sent" else fact.peer)

    # What is judged only as far as the scope tells.

    @property
    def antecedent(self):
        return self.kind != "range" or self.of.first == 0

    @property
    def settlement(self):
        return self.kind != "procedure"

    def settled_before(self, place_known):
        """Whether a number that was not seen to be sent is wrong."""
        return self.kind in ("whole", "peer") or (self.kind == "range" and self.of.first == 0)

    @property
    def unnamed_evidence(self):
        return self.kind != "range" or (self.of.first, self.of.end) == (0, self.manifest.size)

    def unjudged(self):
        """The rules that could not be judged in full, by the names of the table."""
        return {
            "whole": [],
            "range": ["contiguous", "antecedent", "settlement", "unique", "evidence", "first"],
            "procedure": ["contiguous", "settlement", "unique", "complete"],
            "peer": ["unique", "complete"],
        }[self.kind]
