"""Evidence of misbehaviour: one file, judged from itself and the genesis digest (16.1, 16.2)."""

from types import SimpleNamespace

from . import cbor
from . import cose
from . import identity
from . import keys
from . import link
from . import message
from . import note
from . import shapes
from . import tree
from .faults import Broken
from .faults import Fault
from .faults import coded
from .faults import must
from .grammar import agency
from .grammar import array
from .grammar import data as octets
from .grammar import digest
from .grammar import exactly
from .grammar import struct
from .grammar import uint
from .grammar import variants

EVIDENCE_MAX = 786_432
KINDS = ("log_fork", "receipt_fork", "witness_fork", "number_reused", "id_reused")

misfit = variants(one_size=None, other_beginning=struct(root=digest, path=array(digest)))
signed_head = struct(serial=uint(), size=uint(), root=digest, signature=exactly(64))
log_fork = struct(log=uint(), older=signed_head, newer=signed_head, misfit=misfit)
cosigned_head = struct(serial=uint(), size=uint(), root=digest, at=uint(), signature=exactly(64))
file = struct(
    format=uint(),
    accused=agency,
    case=variants(
        log_fork=log_fork,
        receipt_fork=struct(fork=log_fork, which=uint(0, 1), index=uint(), leaf=octets(), path=array(digest)),
        witness_fork=struct(owner=agency, log=uint(), older=cosigned_head, newer=cosigned_head, misfit=misfit),
        number_reused=struct(number=uint(), one=octets(), other=octets()),
        id_reused=struct(one=octets(), other=octets()),
    ),
    charters=array(octets()),
    credentials=array(octets(), 1, 2),
)


def verify(data, pin=None):
    """The kind and the accused of a file that proves something, or the Fault of its first flaw (evd-10)."""
    with coded("not-canonical"):
        tree_of = cbor.decode(data, EVIDENCE_MAX)
        if type(tree_of) is dict and type(tree_of.get(0)) is int and tree_of[0] != 1:
            raise Fault("unknown-format", f"format {tree_of[0]}")
        found = file(tree_of)
    if len(found.charters) != 1:
        raise Fault("charters", "other than one version of the charter")
    with coded("charter"):
        charter = identity.charter(found.charters[0], pin)
    if found.accused not in charter.members:
        raise Fault("not-a-member", "the charter does not name the accused")
    held = Held(found, charter)
    {
        "log_fork": a_log_fork, "receipt_fork": a_receipt_fork, "witness_fork": a_witness_fork,
        "number_reused": a_number_reused, "id_reused": an_id_reused,
    }[found.case.kind](found.case.of, found.accused, held)
    held.exactly()
    return SimpleNamespace(kind=found.case.kind, accused=found.accused, anchored=pin is not None)


class Held:
    """The credentials inside, each to be used (evd-3)."""

    def __init__(self, found, charter):
        self.directory, self.known, self.used, self.charter = identity.Directory(charter), {}, set(), charter
        with coded("credential"):
            credentials = [identity.credential(data, charter) for data in found.credentials]
        serials = [one.serial for one in credentials]
        ascend = all(a < b for a, b in zip(serials, serials[1:]))
        if not ascend or any(one.agency != found.accused for one in credentials):
            raise Fault("credentials", "credentials of others, or out of order")
        for one in credentials:
            self.known[one.serial] = one
            with coded("credentials"):
                self.directory.admit(one)

    def of(self, serial):
        if serial not in self.known:
            raise Fault("credentials", f"credential {serial} is not inside")
        self.used.add(serial)
        return self.known[serial]

    def exactly(self):
        if self.used != set(self.known):
            raise Fault("credentials", "a credential that nothing needs")


def in_order(one, other):
    if not one < other:
        raise Fault("order", "the two are the same, or not in their order")


def do_not_fit(case):
    """evd-5, evd-6."""
    older, newer, how = case.older, case.newer, case.misfit
    in_order((older.size, older.root), (newer.size, newer.root))
    if older.size == 0:
        raise Fault("fits", "everything begins with the empty tree")
    if older.size == newer.size:
        if how.kind != "one_size":
            raise Fault("proof", "a path between two roots of one size")
        return
    if how.kind == "one_size":
        raise Fault("proof", "no path between two sizes")
    if how.of.root == older.root:
        raise Fault("fits", "the newer tree begins with the older one")
    with coded("proof"):
        tree.consistent(older.size, how.of.root, newer.size, newer.root, how.of.path)


def a_log_fork(case, accused, held):
    for head in (case.older, case.newer):
        credential = held.of(head.serial)
        if credential.log_number != case.log:
            raise Fault("statement", "a credential of another log")
        text = note.checkpoint_of(held.directory.origin(accused, case.log), head.size, head.root)
        if not keys.verifies(credential.log, text, head.signature):
            raise Fault("signature", "a checkpoint that the log's key did not sign")
    do_not_fit(case)


def a_receipt_fork(case, accused, held):
    """evd-7."""
    a_log_fork(case.fork, accused, held)
    head = (case.fork.older, case.fork.newer)[case.which]
    with coded("statement"):
        leaf = shapes.leaf(cbor.decode(case.leaf, link.LEAF_MAX))
        must(leaf.kind in ("received", "refused"), "a leaf that is no answer")
    with coded("proof"):
        root = tree.root_from_inclusion(tree.leaf_hash(case.leaf), case.index, head.size, case.path)
        must(root == head.root, "a leaf that does not stand under the checkpoint")


def a_witness_fork(case, accused, held):
    """evd-8."""
    member = held.charter.members.get(case.owner)
    if member is None:
        raise Fault("not-a-member", "the charter does not name the owner of the log")
    if case.owner == accused or not member.logs.first <= case.log <= member.logs.last:
        raise Fault("statement", "no log of another member")
    for head in (case.older, case.newer):
        text = note.checkpoint_of(held.directory.origin(case.owner, case.log), head.size, head.root)
        signed = f"cosignature/v1\ntime {head.at}\n".encode() + text
        if head.at >= 1 << 63 or not keys.verifies(held.of(head.serial).witness, signed, head.signature):
            raise Fault("signature", "a cosignature that does not hold")
    do_not_fit(case)


def signed_pair(case, name, length_max, rule):
    """Two signed structures of one kind, in the order of their digests (evd-4)."""
    found = []
    for data in (case.one, case.other):
        with coded("statement"):
            signed = cose.sign1(data, name, length_max)
            one = rule(cbor.decode(signed.content, length_max))
            one.signed = signed
            found.append(one)
    return found


def both_signed(pair, held):
    for one in pair:
        if not cose.sign1_holds(one.signed, held.of(one.serial).signing):
            raise Fault("signature", "a signature that does not hold")


def a_number_reused(case, accused, held):
    """evd-9."""
    pair = signed_pair(case, "dispatch", link.DISPATCH_MAX, shapes.dispatch)
    one, other = pair
    with coded("statement"):
        must(all(found.sender == accused and found.charter == held.charter.of.name for found in pair), "not the accused's")
        must((one.to, one.epoch) == (other.to, other.epoch) and one.to in held.charter.members, "of two links or epochs")
    both_signed(pair, held)
    in_order(keys.sha256(case.one), keys.sha256(case.other))
    first = [
        number for number in range(max(one.first, other.first), min(*(d.first + len(d.items) for d in pair)))
        if link.covered(one, one.epoch, number).message != link.covered(other, one.epoch, number).message
    ]
    if not first or first[0] != case.number:
        raise Fault("fits" if not first else "statement", "no number under which they differ first")


def an_id_reused(case, accused, held):
    """evd-9."""
    pair = signed_pair(case, "message", message.HEADER_MAX, shapes.header)
    with coded("statement"):
        for found in pair:
            message.rules(found)
        must(all(found.sender.agency == accused for found in pair), "not the accused's")
        must(pair[0].id == pair[1].id, "two ids")
    both_signed(pair, held)
    in_order(keys.sha256(case.one), keys.sha256(case.other))
