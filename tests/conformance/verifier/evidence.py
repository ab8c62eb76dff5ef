"""Evidence of misbehaviour: one file, judged from itself and the genesis digest, in the order of evd-26 (16.1, 16.2)."""

from types import SimpleNamespace

from . import cbor
from . import cose
from . import identity
from . import keys
from . import link
from . import message
from . import note
from . import shapes
from . import succession
from . import tree
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

EVIDENCE_MAX = 3_801_088
CREDENTIALS_MAX, CREDENTIALS_OF_MANY_MAX = 2, 128
KINDS = (
    "log_fork", "receipt_fork", "witness_fork", "number_reused", "id_reused", "log_outlived", "charter_rivals",
)

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
        log_outlived=struct(statement=octets(), approvals=array(octets()), head=signed_head),
        charter_rivals=struct(one=octets(), other=octets()),
    ),
    charters=array(octets()),
    credentials=array(octets()),
)


def verify(data, pin=None):
    """The kind and the accused of a file that proves something, or the Fault of its first flaw (evd-10, evd-26)."""
    with coded("not-canonical"):
        tree_of = cbor.decode(data, EVIDENCE_MAX)
        if type(tree_of) is dict and type(tree_of.get(0)) is int and tree_of[0] != 1:
            raise Fault("unknown-format", f"format {tree_of[0]}")
        found = file(tree_of)
    if not 1 <= len(found.charters) <= 256:
        raise Fault("charters", "no document of the charter, or too many")
    most = CREDENTIALS_OF_MANY_MAX if found.case.kind == "log_outlived" else CREDENTIALS_MAX
    most = 0 if found.case.kind == "charter_rivals" else most
    if bool(found.credentials) != bool(most) or len(found.credentials) > most:
        raise Fault("credentials", "no credential, or more than can be needed")
    with coded("charter"):
        charter = identity.chain(found.charters, pin)
    held = Held(found, charter)
    {
        "log_fork": a_log_fork, "receipt_fork": a_receipt_fork, "witness_fork": a_witness_fork,
        "number_reused": a_number_reused, "id_reused": an_id_reused, "log_outlived": a_log_outlived,
        "charter_rivals": charter_rivals,
    }[found.case.kind](found.case.of, found.accused, held)
    held.exactly()
    return SimpleNamespace(kind=found.case.kind, accused=found.accused, anchored=pin is not None)


class Held:
    """The credentials inside, each to be used (evd-3)."""

    def __init__(self, found, charter):
        self.directory, self.used, self.charter, self.accused = identity.Directory(charter), set(), charter, found.accused
        self.member(found.accused)
        of_many, before = found.case.kind == "log_outlived", None
        for data in found.credentials:
            with coded("credential"):
                one = identity.credential(data, charter)
            place = (one.agency.encode(), one.serial)
            if not (of_many or one.agency == found.accused) or (before is not None and place <= before):
                raise Fault("credentials", "credentials of others, or out of order")
            with coded("credentials"):
                self.directory.admit(one)
            before = place

    def member(self, agency):
        if agency not in self.charter.members:
            raise Fault("not-a-member", f"the charter has no member {agency}")

    def of(self, serial):
        """A credential of the accused."""
        found = self.directory.find(self.accused, serial)
        if found is None:
            raise Fault("credentials", f"credential {serial} is not inside")
        self.used.add((self.accused, serial))
        return found

    def exactly(self):
        if not self.used >= set(self.directory.known):
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
    if (older.size == newer.size) != (how.kind == "one_size"):
        raise Fault("fits", "two roots at one size need no path, and two sizes need one")
    if how.kind == "one_size":
        return
    if how.of.root == older.root:
        raise Fault("fits", "the newer tree begins with the older one")
    with coded("proof"):
        tree.consistent(older.size, how.of.root, newer.size, newer.root, how.of.path)


def head_signed(head, accused, number, held):
    credential = held.of(head.serial)
    if credential.log_number != number:
        raise Fault("statement", "a credential of another log")
    text = note.checkpoint_of(held.directory.origin(accused, number), head.size, head.root)
    if not keys.verifies(credential.log, text, head.signature):
        raise Fault("signature", "a checkpoint that the log's key did not sign")


def a_log_fork(case, accused, held):
    do_not_fit(case)
    for head in (case.older, case.newer):
        head_signed(head, accused, case.log, held)


def a_receipt_fork(case, accused, held):
    """evd-7."""
    a_log_fork(case.fork, accused, held)
    head = (case.fork.older, case.fork.newer)[case.which]
    with coded("proof"):
        root = tree.root_from_inclusion(tree.leaf_hash(case.leaf), case.index, head.size, case.path)
        must(root == head.root, "a leaf that does not stand under the checkpoint")
    with coded("statement"):
        leaf = shapes.leaf(cbor.decode(case.leaf, link.LEAF_MAX))
        must(leaf.kind in ("received", "refused"), "a leaf that is no answer")


def a_witness_fork(case, accused, held):
    """evd-8."""
    held.member(case.owner)
    logs = held.charter.members[case.owner].logs
    if case.owner == accused or not logs.first <= case.log <= logs.last:
        raise Fault("statement", "no log of another member")
    do_not_fit(case)
    for head in (case.older, case.newer):
        if head.at >= 1 << 63:
            raise Fault("statement", "a time that does not exist")
        text = note.checkpoint_of(held.directory.origin(case.owner, case.log), head.size, head.root)
        signed = f"cosignature/v1\ntime {head.at}\n".encode() + text
        if not keys.verifies(held.of(head.serial).witness, signed, head.signature):
            raise Fault("signature", "a cosignature that does not hold")


def one_signed(data, name, length_max, rule):
    """A signed structure; its signature is not judged yet."""
    signed = cose.sign1(data, name, length_max)
    found = rule(cbor.decode(signed.content, length_max))
    found.signed = signed
    return found


def signature_holds(found, held):
    if not cose.sign1_holds(found.signed, held.of(found.serial).signing):
        raise Fault("signature", "a signature that does not hold")


def a_number_reused(case, accused, held):
    """evd-9."""
    in_order(keys.sha256(case.one), keys.sha256(case.other))
    one, other = (the_dispatch(data, accused, held) for data in (case.one, case.other))
    if (one.to, one.epoch) != (other.to, other.epoch):
        raise Fault("statement", "of two links or epochs")
    pair = (one, other)
    first = [
        number for number in range(max(one.first, other.first), min(d.first + len(d.items) for d in pair))
        if link.covered(one, one.epoch, number).message != link.covered(other, one.epoch, number).message
    ]
    if not first or first[0] != case.number:
        raise Fault("fits", "not the first number under which they differ")


def the_dispatch(data, accused, held):
    with coded("statement"):
        found = one_signed(data, "dispatch", link.DISPATCH_MAX, shapes.dispatch)
        must(1 <= len(found.items) <= 64 and found.first >= 1, "a dispatch of nothing, or of a number 0")
    held.member(found.to)
    if found.charter != held.charter.of.name or found.sender != accused:
        raise Fault("statement", "a dispatch that is not the accused's")
    signature_holds(found, held)
    return found


def an_id_reused(case, accused, held):
    """evd-9."""
    in_order(keys.sha256(case.one), keys.sha256(case.other))
    one, other = (the_header(data, accused, held) for data in (case.one, case.other))
    if one.id != other.id:
        raise Fault("fits", "two ids")


def the_header(data, accused, held):
    with coded("statement"):
        found = one_signed(data, "message", message.HEADER_MAX, shapes.header)
        message.rules(found)
    if found.sender.agency != accused:
        raise Fault("statement", "a message that is not the accused's")
    signature_holds(found, held)
    return found


def a_log_outlived(case, accused, held):
    """suc-12, evd-27."""
    with coded("succession"):
        end = succession.verify(case.statement, case.approvals, held.directory)
    if end.agency != accused:
        raise Fault("statement", "the end of another member's log")
    if case.head.size <= end.size:
        raise Fault("fits", "a checkpoint within the end that was stated")
    head_signed(case.head, accused, end.from_log, held)
    held.used |= end.signers


def charter_rivals(case, accused, held):
    """chr-7, chr-18: two versions of the charter that one root of the accused signed and must not have."""
    with coded("statement"):
        one, other = identity.document(case.one), identity.document(case.other)
        must(one.of.name == other.of.name == held.charter.of.name, "of another charter")
    in_order((one.of.version, one.digest), (other.of.version, other.digest))
    ids = [signature.key_id for signature in one.signed.signatures]
    with coded("statement"):
        must(ids == [signature.key_id for signature in other.signed.signatures], "signed by two roots")
        root = root_of(accused, held.charter, ids)
    for version in (one, other):
        with coded("signature"):
            cose.signed_by_exactly(version.signed, [root])
    later_passes_by = identity.since(other) < one.of.version and one.digest not in identity.names(other)
    if one.of.version != other.of.version and not later_passes_by:
        raise Fault("fits", "one root may sign both")


def root_of(accused, charter, ids):
    """The root of the accused, by any version, whose two keys have these names."""
    for version in charter.path:
        member = version.members.get(accused)
        if member and sorted(keys.key_id(half) for half in (member.root.ed25519, member.root.lattice)) == ids:
            return member.root
    raise Broken("no root of the accused")
