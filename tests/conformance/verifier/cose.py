"""COSE_Sign1 and COSE_Sign in the one form of env-6 and env-7. What is signed is always embedded."""

from types import SimpleNamespace

from . import cbor
from . import keys
from . import lattice
from .faults import must

ALGORITHM, CONTENT_TYPE, KEY_ID = 1, 3, 4
EDDSA, ML_DSA_65 = -19, -49
SIGN1, SIGN = 18, 98


def content_type(name):
    return f"application/concord-{name}+cbor"


def four(value):
    must(type(value) is list and len(value) == 4, "no COSE structure of four parts")
    must(type(value[0]) is bytes and value[1] == {} and type(value[1]) is dict, "something in the unprotected header")
    must(type(value[2]) is bytes, "no embedded content")
    return value


def sign1(data, name, length_max):
    """The parts of a signed structure with one signature, under a content type; the signature is not judged yet."""
    protected, _, content, signature = four(cbor.decode(data, length_max, SIGN1))
    must(type(signature) is bytes and len(signature) == 64, "a signature of another length")
    header = cbor.decode(protected, 256)
    must(type(header) is dict and set(header) == {ALGORITHM, CONTENT_TYPE, KEY_ID}, "another protected header")
    must(header[ALGORITHM] == EDDSA and header[CONTENT_TYPE] == content_type(name), "another algorithm or content type")
    must(type(header[KEY_ID]) is bytes and len(header[KEY_ID]) == 8, "a key id of another length")
    signed = cbor.encode(["Signature1", protected, b"", content])
    return SimpleNamespace(content=content, key_id=header[KEY_ID], signed=signed, signature=signature)


def sign1_holds(structure, key):
    return structure.key_id == keys.key_id(key) and keys.verifies(key, structure.signed, structure.signature)


def sign(data, name, length_max):
    """Content and signatures of a COSE_Sign; signatures in ascending order of key id."""
    protected, _, content, signatures = four(cbor.decode(data, length_max, SIGN))
    header = cbor.decode(protected, 256)
    must(header == {CONTENT_TYPE: content_type(name)}, "another protected header")
    must(type(signatures) is list, "no list of signatures")
    found = [one_signature(part, protected, content) for part in signatures]
    ids = [signature.key_id for signature in found]
    must(all(a < b for a, b in zip(ids, ids[1:])), "signatures out of order, or one key twice")
    return SimpleNamespace(content=content, signatures=found)


def one_signature(part, body_protected, content):
    must(type(part) is list and len(part) == 3, "a signature that is no array of three")
    protected, unprotected, signature = part
    must(type(protected) is bytes and unprotected == {} and type(unprotected) is dict, "another header of a signature")
    header = cbor.decode(protected, 256)
    must(type(header) is dict and set(header) == {ALGORITHM, KEY_ID}, "another protected header of a signature")
    must(header[ALGORITHM] in (EDDSA, ML_DSA_65), "another algorithm")
    must(type(header[KEY_ID]) is bytes and len(header[KEY_ID]) == 8, "a key id of another length")
    length = 64 if header[ALGORITHM] == EDDSA else lattice.SIGNATURE_BYTES
    must(type(signature) is bytes and len(signature) == length, "a signature of another length")
    signed = cbor.encode(["Signature", body_protected, protected, b"", content])
    return SimpleNamespace(
        key_id=header[KEY_ID], lattice=header[ALGORITHM] == ML_DSA_65, signed=signed, signature=signature,
    )


def signed_by(structure, roots):
    """id-7, chr-5: those of the roots that have signed with both halves; no other key has."""
    halves = {}
    for root in roots:
        halves[keys.key_id(root.ed25519)] = (False, root.ed25519)
        halves[keys.key_id(root.lattice)] = (True, root.lattice)
    there = set()
    for signature in structure.signatures:
        must(signature.key_id in halves, "a signature of a key that does not belong here")
        is_lattice, key = halves[signature.key_id]
        must(signature.lattice == is_lattice, "a signature of another algorithm than its key")
        verify = lattice.verifies if is_lattice else keys.verifies
        must(verify(key, signature.signed, signature.signature), "a signature that does not hold")
        there.add(signature.key_id)
    signers = []
    for root in roots:
        count = sum(keys.key_id(half) in there for half in (root.ed25519, root.lattice))
        must(count in (0, 2), "only one of the two signatures of a root")
        if count == 2:
            signers.append(root)
    return signers


def signed_by_exactly(structure, roots):
    """id-7: both halves of each root have signed, and no other key has."""
    wanted = {}
    for root in roots:
        wanted[keys.key_id(root.ed25519)] = (False, root.ed25519)
        wanted[keys.key_id(root.lattice)] = (True, root.lattice)
    for signature in structure.signatures:
        must(signature.key_id in wanted, "a signature of a key that does not belong here")
        is_lattice, key = wanted.pop(signature.key_id)
        must(signature.lattice == is_lattice, "a signature of another algorithm than its key")
        verify = lattice.verifies if is_lattice else keys.verifies
        must(verify(key, signature.signed, signature.signature), "a signature that does not hold")
    must(not wanted, "a signature is missing")
