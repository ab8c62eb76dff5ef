"""Verification of ML-DSA-65 signatures (FIPS 204, algorithms 3 and 8), pure form, empty context.

Written out because the `cryptography` of stable distributions does not have it. Names follow the standard.
"""

import functools
import hashlib

Q, D, TAU, GAMMA1, GAMMA2, K, L, BETA, OMEGA = 8_380_417, 13, 49, 1 << 19, 261_888, 6, 5, 196, 55
CHALLENGE = 48
PUBLIC_BYTES, SIGNATURE_BYTES = 1_952, 3_309


def reversed_bits(number):
    return int(f"{number:08b}"[::-1], 2)


ZETAS = [pow(1753, reversed_bits(number), Q) for number in range(256)]


def ntt(w):
    """Algorithm 41."""
    w, m, length = list(w), 0, 128
    while length:
        for start in range(0, 256, 2 * length):
            m += 1
            zeta = ZETAS[m]
            for j in range(start, start + length):
                t = zeta * w[j + length] % Q
                w[j + length] = (w[j] - t) % Q
                w[j] = (w[j] + t) % Q
        length //= 2
    return w


def inverse_ntt(w):
    """Algorithm 42."""
    w, m, length = list(w), 256, 1
    while length < 256:
        for start in range(0, 256, 2 * length):
            m -= 1
            zeta = -ZETAS[m]
            for j in range(start, start + length):
                t = w[j]
                w[j] = (t + w[j + length]) % Q
                w[j + length] = zeta * (t - w[j + length]) % Q
        length *= 2
    return [8_347_681 * coefficient % Q for coefficient in w]


def unpacked(data, bits):
    """Algorithm 18: numbers of so many bits, the lowest bit first."""
    number, mask = int.from_bytes(data, "little"), (1 << bits) - 1
    return [(number >> (bits * i)) & mask for i in range(len(data) * 8 // bits)]


def rejection_sampled(seed):
    """Algorithm 30: a polynomial, already transformed, from SHAKE128."""
    length = 1_024
    while True:
        stream = hashlib.shake_128(seed).digest(length)
        found = []
        for i in range(0, length - 2, 3):
            number = stream[i] | stream[i + 1] << 8 | (stream[i + 2] & 127) << 16
            if number < Q:
                found.append(number)
                if len(found) == 256:
                    return found
        length *= 2


@functools.lru_cache(maxsize=256)
def matrix(rho):
    """Algorithm 32."""
    return [[rejection_sampled(rho + bytes([s, r])) for s in range(L)] for r in range(K)]


def sample_in_ball(seed):
    """Algorithm 29: a polynomial with TAU coefficients of 1 or -1."""
    length = 256
    while True:
        stream = hashlib.shake_256(seed).digest(length)
        signs, at, c = int.from_bytes(stream[:8], "little"), 8, [0] * 256
        try:
            for i in range(256 - TAU, 256):
                while stream[at] > i:
                    at += 1
                j = stream[at]
                at += 1
                c[i] = c[j]
                c[j] = -1 if signs >> (i + TAU - 256) & 1 else 1
            return c
        except IndexError:
            length *= 2


def hints(data):
    """Algorithm 21; None for anything but the one form."""
    found, index = [[0] * 256 for _ in range(K)], 0
    for i in range(K):
        end = data[OMEGA + i]
        if end < index or end > OMEGA:
            return None
        first = index
        while index < end:
            if index > first and data[index - 1] >= data[index]:
                return None
            found[i][data[index]] = 1
            index += 1
    return None if any(data[index:OMEGA]) else found


def use_hint(hint, r):
    """Algorithms 36 and 40."""
    r0 = r % (2 * GAMMA2)
    if r0 > GAMMA2:
        r0 -= 2 * GAMMA2
    if r - r0 == Q - 1:
        r1, r0 = 0, r0 - 1
    else:
        r1 = (r - r0) // (2 * GAMMA2)
    if not hint:
        return r1
    return (r1 + 1) % 16 if r0 > 0 else (r1 - 1) % 16


@functools.lru_cache(maxsize=16_384)
def verifies(public, message, signature):
    """Algorithm 3 with an empty context, then algorithm 8."""
    if len(public) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    rho, t1 = public[:32], [unpacked(public[32 + 320 * i:352 + 320 * i], 10) for i in range(K)]
    challenge, rest = signature[:CHALLENGE], signature[CHALLENGE:]
    z = [[GAMMA1 - number for number in unpacked(rest[640 * i:640 * (i + 1)], 20)] for i in range(L)]
    h = hints(rest[640 * L:])
    if h is None or any(abs(number) >= GAMMA1 - BETA for polynomial in z for number in polynomial):
        return False
    tr = hashlib.shake_256(public).digest(64)
    mu = hashlib.shake_256(tr + b"\0\0" + message).digest(64)
    c, z, a = ntt(sample_in_ball(challenge)), [ntt(polynomial) for polynomial in z], matrix(rho)
    packed = b""
    for row in range(K):
        t = ntt([number << D for number in t1[row]])
        w = inverse_ntt([
            (sum(a[row][s][i] * z[s][i] for s in range(L)) - c[i] * t[i]) % Q for i in range(256)
        ])
        high = [use_hint(hint, number) for hint, number in zip(h[row], w)]
        packed += bytes(high[i] | high[i + 1] << 4 for i in range(0, 256, 2))
    return hashlib.shake_256(mu + packed).digest(CHALLENGE) == challenge
