"""`receipt-held` leaves (audit-17, audit-28, audit-29): what a peer's log was shown to hold."""

from types import SimpleNamespace

from . import link
from . import note
from . import tree
from .faults import Broken
from .faults import Fault
from .faults import coded
from .faults import must


def held(walk, leaf, index):
    """Judges one leaf; what it settles counts up to the item that does not fit."""
    fact = leaf.of
    walk.in_scope(leaf, index)
    walk.member(fact.peer)
    data = walk.item("receipts", fact.receipt, "receipt")
    with coded("receipt-form"):
        receipt = link.receipt(data)
    origin, log_keys = log_of(walk, receipt.checkpoint, fact.peer)
    with coded("receipt"):
        head, proven = link.verified_receipt(receipt, walk.agency, walk.directory, origin, log_keys)
    stated(fact, receipt, head)
    for item in fact.items:
        settles(walk, fact, item, proven)
    told(walk, fact, proven)
    path_judged = grows(walk, receipt, head)
    if not walk.ended.counts(receipt.checkpoint, origin, head):
        raise Fault("revoked-checkpoint", "only a revoked key signed the checkpoint")
    walk.receipts.append(SimpleNamespace(
        peer=fact.peer, epoch=fact.epoch, head=head, proven=proven, items=fact.items, path_judged=path_judged,
        lifted=walk.checkpoints.is_lifted(head, walk.ended),
    ))


def log_of(walk, data, peer):
    """The log that the checkpoint speaks of, and its keys; it must be one of this peer."""
    if not any(agency == peer for agency, _ in walk.directory.known):
        raise Fault("no-log-key", f"no credential of {peer} is inside")
    with coded("receipt"):
        origin = note.checkpoint_text(note.parse(data).text).origin
        owner, log_keys = walk.directory.log_keys(origin)
        must(owner == peer, "a checkpoint of another log than the peer's")
    return origin, log_keys


def stated(fact, receipt, head):
    numbers = [item.number for item in fact.items]
    ascend = all(a < b for a, b in zip(numbers, numbers[1:]))
    if (receipt.epoch, head.size, head.root) != (fact.epoch, fact.size, fact.root) or not numbers or not ascend:
        raise Fault("receipt-leaf", "the leaf states another epoch, size or root, or no numbers that ascend")


def settles(walk, fact, item, proven):
    proof, name = proven.get(item.number), (fact.peer, fact.epoch, item.number)
    code = item.outcome.of.code if item.outcome.of else None
    if proof is None or (proof.message, proof.index, proof.code) != (item.message, item.leaf, code):
        raise Fault("receipt-leaf", f"the receipt says something else about number {item.number}")
    if not walk.scope.settlement or fact.peer in walk.spoiled:
        walk.settled.setdefault(name, item)
        return
    sent = walk.sent.get(name)
    if sent is None and walk.scope.kind == "range":
        return
    if sent is None or sent[0] != item.message:
        raise Fault("receipt-unsent", f"number {item.number} was not sent with this message")
    if name in walk.settled:
        raise Fault("receipt-twice", f"number {item.number} was settled before")
    walk.settled[name] = item


def told(walk, fact, proven):
    """audit-28."""
    named = {item.number for item in fact.items}
    for number in proven:
        name = (fact.peer, fact.epoch, number)
        judged = walk.scope.kind in ("whole", "peer") or (walk.scope.kind == "range" and name in walk.sent)
        if judged and fact.peer not in walk.spoiled and number not in named and name not in walk.settled:
            raise Fault("receipt-untold", f"number {number} is settled, and the leaf does not name it")


def grows(walk, receipt, head):
    """audit-29. Gives whether the path was judged."""
    before = walk.peer_heads.get(head.origin)
    if before is not None and head.size < before.size:
        raise Fault("receipt-back", "a smaller size than an earlier receipt")
    if before is not None and head.size == before.size and head.root != before.root:
        raise Fault("peer-fork", "two roots of one log at one size")
    walk.peer_heads[head.origin] = head
    with coded("receipt"):
        if receipt.consistent_from == 0:
            if receipt.consistency:
                raise Broken("a path from nothing")
            return True
        if before is not None and receipt.consistent_from == before.size:
            tree.consistent(before.size, before.root, head.size, head.root, receipt.consistency)
            return True
    return False
