"""What two nodes tell each other over a link (5.2): dispatches and receipts."""

from types import SimpleNamespace

from . import cbor
from . import cose
from . import keys
from . import note
from . import shapes
from . import tree
from .faults import must

DISPATCH_MAX, RECEIPT_MAX, LEAF_MAX = 65_536, 4 << 20, 65_535
U64 = (1 << 64) - 1


def dispatch(data, sender, to, directory):
    """link-3: its one form, charter, sender, addressee, signing key of the credential with that serial, bounds."""
    signed = cose.sign1(data, "dispatch", DISPATCH_MAX)
    found = shapes.dispatch(cbor.decode(signed.content, DISPATCH_MAX))
    must(found.charter == directory.charter.of.name, "a dispatch under another charter")
    must(found.sender == sender and found.to == to, "a dispatch of another link")
    held = directory.find(sender, found.serial)
    must(held is not None, "a dispatch under a credential that is not known")
    must(cose.sign1_holds(signed, held.signing), "a dispatch whose signature does not hold")
    must(1 <= len(found.items) <= 64 and found.first >= 1, "a dispatch of nothing, or of a number 0")
    must(found.first + len(found.items) - 1 <= U64, "a dispatch beyond the last number")
    return found


def covered(dispatch, epoch, number):
    """The item of a dispatch for a number of an epoch; None where it has none."""
    place = number - dispatch.first
    return dispatch.items[place] if dispatch.epoch == epoch and 0 <= place < len(dispatch.items) else None


def receipt(data):
    """A receipt as it came, not yet verified."""
    return shapes.receipt(cbor.decode(data, RECEIPT_MAX))


def verified_receipt(found, sender, directory, origin, log_keys):
    """link-9 but for the consistency path: checkpoint, and each leaf with its place. Gives {number: what it proves}."""
    head = note.checkpoint(found.checkpoint, origin, log_keys)
    proven, before = {}, -1
    for proof in found.proofs:
        must(len(proof.leaf) <= LEAF_MAX, "a leaf that is too long")
        root = tree.root_from_inclusion(tree.leaf_hash(proof.leaf), proof.index, head.size, proof.path)
        must(root == head.root, "a leaf that does not stand under the checkpoint")
        leaf = shapes.leaf(cbor.decode(proof.leaf, LEAF_MAX))
        must(leaf.kind in ("received", "refused"), "a leaf that is no answer")
        fact = leaf.of
        must(fact.peer == sender and fact.epoch == found.epoch and fact.number == proof.number, "a leaf about another number")
        must(proof.number not in proven, "one number twice")
        proven[proof.number] = SimpleNamespace(
            message=fact.message, index=proof.index, leaf=proof.leaf,
            code=fact.code if leaf.kind == "refused" else None,
            tombstone=leaf.kind == "received" and fact.form == 1,
        )
    return head, proven
