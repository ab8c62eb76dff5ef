"""COSE receipts of RFC 9942 with the size where it is signed (log-30 to log-33)."""

from types import SimpleNamespace

import cbor2

from . import keys
from . import note
from . import tree
from .cbor import Scan
from .faults import must

RECEIPT_MAX, PATH_MAX = 8_192, 64
CHECKPOINT_LABEL = "concord-checkpoint"


def parse(data):
    """A receipt in its one form: what it says is written again and compared, byte for byte."""
    must(len(data) <= RECEIPT_MAX and data[:1] == b"\xd2", "no tagged receipt, or one that is too long")
    must(Scan(data[1:]).item(1) == len(data) - 1, "bytes after the receipt")
    body = cbor2.loads(data[1:])
    must(type(body) is list and len(body) == 4, "no COSE structure of four parts")
    protected, unprotected, content, signature = body
    must(type(protected) is bytes and content is None, "content that is not detached")
    must(type(signature) is bytes and len(signature) == 64, "a signature of another length")
    must(Scan(protected).item(1) == len(protected), "bytes after the protected header")
    said = header(cbor2.loads(protected))
    inclusion = the_proof(unprotected)
    found = SimpleNamespace(**vars(said), **vars(inclusion), protected=protected, signature=signature)
    must(written(found) == data, "another form than the one")
    return found


def header(tree_of):
    must(type(tree_of) is dict and len(tree_of) == 5, "another protected header")
    claims, said = tree_of.get(15), tree_of.get(CHECKPOINT_LABEL)
    must(tree_of.get(1) == -19 and tree_of.get(395) == 1, "another algorithm or data structure")
    must(type(tree_of.get(4)) is bytes and len(tree_of[4]) == 8, "a key id of another length")
    must(type(claims) is dict and set(claims) == {1, 6}, "other claims")
    must(type(claims[1]) is str and type(claims[6]) is int and claims[6] >= 0, "other claims")
    must(type(said) is list and len(said) == 2 and type(said[0]) is int and said[0] >= 0, "another checkpoint")
    must(type(said[1]) is bytes and len(said[1]) == 32, "another checkpoint")
    return SimpleNamespace(key_id=tree_of[4], origin=claims[1], issued=claims[6], size=said[0], text_digest=said[1])


def the_proof(unprotected):
    must(type(unprotected) is dict and set(unprotected) == {396}, "another unprotected header")
    proofs = unprotected[396]
    must(type(proofs) is dict and set(proofs) == {-1}, "other proofs")
    must(type(proofs[-1]) is list and len(proofs[-1]) == 1 and type(proofs[-1][0]) is bytes, "other than one proof")
    data = proofs[-1][0]
    must(Scan(data).item(1) == len(data), "bytes after the proof")
    found = cbor2.loads(data)
    must(type(found) is list and len(found) == 3 and all(type(n) is int and n >= 0 for n in found[:2]), "no proof")
    must(type(found[2]) is list and len(found[2]) <= PATH_MAX, "a path that is too long")
    must(all(type(step) is bytes and len(step) == 32 for step in found[2]), "a path of other than hashes")
    return SimpleNamespace(proof_size=found[0], index=found[1], path=found[2])


def written(found):
    """The bytes of a receipt that says this: labels in the order of the grammar."""
    protected = cbor2.dumps({
        1: -19, 4: found.key_id, 15: {1: found.origin, 6: found.issued}, 395: 1,
        CHECKPOINT_LABEL: [found.size, found.text_digest],
    })
    inclusion = cbor2.dumps([found.proof_size, found.index, found.path])
    return b"\xd2" + cbor2.dumps([protected, {396: {-1: [inclusion]}}, None, found.signature])


def verify(data, leaf, origin, key):
    """log-32."""
    found = parse(data)
    must(found.key_id == keys.key_id(key) and found.origin == origin, "a receipt of another key or origin")
    must(found.proof_size == found.size, "a proof of another size than the one that was signed")
    root = tree.root_from_inclusion(tree.leaf_hash(leaf), found.index, found.size, found.path)
    must(keys.sha256(note.checkpoint_of(origin, found.size, root)) == found.text_digest, "the path leads elsewhere")
    signed = cbor2.dumps(["Signature1", found.protected, b"", root])
    must(keys.verifies(key, signed, found.signature), "a signature that does not hold")
    return found
