"""Ed25519 as id-3 demands it: keys are points of the curve and not of small order, and so is the R of a signature.

`cryptography` checks RFC 8032 without the cofactor, compares the bytes of R, and wants S below the order of the group;
what it lets through, points of small order, is refused here.
"""

import functools
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .faults import Broken
from .faults import must
from .grammar import exactly

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point(data):
    """The point that 32 bytes encode (RFC 8032, section 5.1.3)."""
    y = int.from_bytes(data, "little") & ((1 << 255) - 1)
    must(y < P, "no point of the curve")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    must((x * x - square) % P == 0, "no point of the curve")
    sign = data[31] >> 7
    must(x or not sign, "no point of the curve")
    return (P - x if x & 1 != sign else x), y


def double(x, y):
    """Twice a point, in affine coordinates of -x² + y² = 1 + d·x²·y²."""
    product = D * x * x * y * y % P
    doubled_x = 2 * x * y * pow(1 + product, P - 2, P) % P
    return doubled_x, (y * y + x * x) * pow(1 - product, P - 2, P) % P


@functools.lru_cache(maxsize=65_536)
def of_small_order(data):
    """Whether eight times the point is the neutral element; a wrong point is refused."""
    x, y = point(data)
    for _ in range(3):
        x, y = double(x, y)
    return (x, y) == (0, 1)


def ed25519_public(value):
    """Rule of the grammar: a public key that may be used."""
    exactly(32)(value)
    must(not of_small_order(value), "a key of small order")
    return value


# The points of small order of X25519, by their coordinate.
WEAK_X25519 = {
    0, 1, P - 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
}
ML_KEM_Q, ML_KEM_VECTOR = 3_329, 1_152


def x_wing_public(value):
    """Rule of the grammar: ML-KEM-768 coefficients reduced (FIPS 203, section 7.2), X25519 not of small order."""
    exactly(1_216)(value)
    number = int.from_bytes(value[:ML_KEM_VECTOR], "little")
    must(all(number >> (12 * i) & 0xFFF < ML_KEM_Q for i in range(768)), "a sealing key that is not reduced")
    u = int.from_bytes(value[-32:], "little") & ((1 << 255) - 1)
    must(u % P not in WEAK_X25519, "a sealing key of small order")
    return value


@functools.lru_cache(maxsize=65_536)
def verifies(key, signed, signature):
    """Strict verification."""
    if len(signature) != 64:
        return False
    try:
        if of_small_order(signature[:32]) or of_small_order(key):
            return False
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except (InvalidSignature, Broken, ValueError):
        return False
    return True


def labelled(label, *parts):
    """env-5: SHA-256 over a label, one zero byte, and the parts."""
    return sha256(label.encode() + b"\0" + b"".join(parts))


def sha256(data):
    return hashlib.sha256(data).digest()


def key_id(key):
    """id-4."""
    return labelled("concord/1 key id", key)[:8]
