"""The cases under `spec/vectors`, judged by this package (spec/vectors/README.md)."""

import functools
import io
import json
import pathlib

from . import bundle
from . import cbor
from . import cose_receipt
from . import evidence
from . import fold
from . import identity
from . import link
from . import message
from . import note
from . import policy
from . import revocation
from . import shapes
from . import succession
from . import tiles
from . import ustar
from .faults import Broken
from .faults import Fault
from .faults import coded
from .faults import must

ROOT = pathlib.Path(__file__).resolve().parents[3] / "spec" / "vectors"
VALUE_MAX = 524_288


def judged(folder):
    """One verdict for each case of a folder; `agrees` is None where the structure is none of an auditor's."""
    for path in sorted(pathlib.Path(folder).rglob("*.json")):
        case = json.loads(path.read_text())
        if type(case) is dict and "procedure" in case:
            found = fold.answer(case)
            refused = [f"{one['code']} {one['rule']}" for one in case.get("refused", [])]
            accepted = ["accepted"] * (len(case["messages"]) - 1)
            expect = {**case["expect"], "refused": refused, "judged": accepted}
            differ = [key for key in found if found[key] != expect[key]]
            yield {"case": str(path), "agrees": not differ, "differ": differ}
            continue
        if type(case) is not dict or "structure" not in case:
            continue
        if case["structure"] not in STRUCTURES or path.parent.name == "store":
            yield {"case": str(path), "agrees": None}
            continue
        verdict = compared(case)
        yield {"case": str(path), "agrees": verdict["agrees"], **verdict}


def compared(case):
    found = verdict(case["structure"], bytes.fromhex(case["bytes"]))
    accepted = case["expect"] == "accepted"
    agrees = found["ok"] == accepted
    if agrees and not accepted and found.get("code"):
        agrees = case["expect"].removeprefix("refused: ").split(" (")[0] == found["code"]
    return {"agrees": agrees, "expect": case["expect"], **found}


def verdict(structure, data):
    try:
        STRUCTURES[structure](data)
    except Fault as fault:
        return {"ok": False, "code": fault.code, "why": str(fault)}
    except Broken as broken:
        return {"ok": False, "why": str(broken)}
    return {"ok": True}


@functools.cache
def world():
    """The federation of the cases: its charter, the credentials, and who judges when."""
    facts = json.loads((ROOT / "federation.json").read_text())
    facts["pin"] = bytes.fromhex(facts["charter_digest"])
    case = json.loads((ROOT / "audit" / "bundle-good.json").read_text())
    reader, parts = ustar.Reader(io.BytesIO(bytes.fromhex(case["bytes"]))), {}
    while (part := reader.next()) is not None:
        parts[part[0]] = part[1]
    facts["charter"] = identity.chain([parts["charter/1.cbor"]], facts["pin"])
    facts["directory"] = identity.Directory(facts["charter"])
    for path, data in parts.items():
        if path.startswith("credentials/"):
            facts["directory"].admit(identity.credential(data, facts["charter"]))
    return facts


def plain(rule, length_max=VALUE_MAX):
    return lambda data: rule(cbor.decode(data, length_max))


def value(tree):
    """What a body may hold: no bytes, text keys, whole numbers of 64 bits with sign."""
    if type(tree) is dict:
        for key, inner in tree.items():
            must(type(key) is str, "a key that is no text")
            value(inner)
    elif type(tree) is list:
        for inner in tree:
            value(inner)
    elif type(tree) is int:
        must(-(1 << 63) <= tree < 1 << 63, "a number beyond 64 bits with sign")
    else:
        must(tree is None or type(tree) in (bool, str), "another value than a body may hold")


def a_credential(data):
    found = identity.credential(data, world()["charter"])
    must(identity.counts_at(found, world()["now"], world()["tolerance_ms"]), "a credential that does not count now")


def a_checkpoint(data):
    origin, log_keys = world()["directory"].origin(world()["sender"], 1), None
    _, log_keys = world()["directory"].log_keys(origin)
    note.checkpoint(data, origin, log_keys)


def a_bundle(data):
    for problem in bundle.verify(data, world()["pin"]).problems:
        raise problem


def a_greeting(data):
    found = shapes.frame(cbor.decode(data, 4 << 20))
    must(found.kind == "greeting", "another frame")
    greeting, known = found.of, world()
    directory = known["directory"]
    if 1 not in greeting.versions:
        raise Fault("no-common-version")
    charter = known["charter"]
    if (greeting.charter, greeting.charter_digest) != (charter.of.name, charter.digest):
        raise Fault("wrong-charter")
    if greeting.agency != known["sender"]:
        raise Fault("bad-frame")
    for agency, head in ((known["sender"], greeting.own_head), (known["receiver"], greeting.your_head)):
        if head is not None:
            origin = directory.origin(agency, 1)
            with coded("bad-frame"):
                note.checkpoint(head, origin, directory.log_keys(origin)[1])


def cosigned(data):
    """A checkpoint that the receiver and the third agency have both cosigned."""
    a_checkpoint(data)
    directory = world()["directory"]
    others = [one for one in directory.known.values() if one.agency != world()["sender"]]
    pairs = [(directory.witness_name(one.agency), one.witness) for one in others]
    must(len(note.cosignatures(note.parse(data), pairs)) == len(pairs), "not cosigned by all")


def the_policy():
    case = json.loads((ROOT / "log" / "policy-good.json").read_text())
    return policy.Policy(bytes.fromhex(case["bytes"]))


def text(rule):
    return lambda data: rule(policy.text_of(data, policy.POLICY_MAX))


def a_cose_receipt(data):
    origin = world()["directory"].origin(world()["sender"], 1)
    cose_receipt.verify(data, b"\x02", origin, world()["directory"].log_keys(origin)[1][0])


def a_header(data):
    message.rules(shapes.header(cbor.decode(data, message.HEADER_MAX)))


def an_approval(data):
    """Of the statement in `succession-good`."""
    case = json.loads((ROOT / "log" / "succession-good.json").read_text())
    directory = world()["directory"]
    succession.approval(data, succession.statement(bytes.fromhex(case["bytes"]), directory), directory)


STRUCTURES = {
    "value": lambda data: value(cbor.decode(data, VALUE_MAX)),
    "charter-payload": plain(shapes.charter),
    "charter": lambda data: identity.charter(data, world()["pin"]),
    "charter-chain": lambda data: identity.chain(cbor.decode(data, identity.CHARTER_MAX), world()["pin"]),
    "credential-payload": plain(shapes.credential),
    "credential": a_credential,
    "credential-request": plain(shapes.credential_request),
    "revocation-payload": plain(shapes.revocation),
    "revocation": lambda data: revocation.verify(data, world()["charter"]),
    "notice-payload": plain(shapes.notice),
    "address-notice": lambda data: revocation.notice(data, world()["directory"].find(world()["sender"], 1)),
    "root-announcement": plain(shapes.root_announcement),
    "transcript": identity.transcript,
    "header": a_header,
    "leaf": plain(shapes.leaf, link.LEAF_MAX),
    "checkpoint": a_checkpoint,
    "bundle": a_bundle,
    "cosigned-checkpoint": cosigned,
    "vkey": text(policy.vkey),
    "policy": policy.Policy,
    "tlog-proof": lambda data: policy.verify(data, b"\x02", the_policy()),
    "cose-receipt": a_cose_receipt,
    "evidence": lambda data: evidence.verify(data, world()["pin"]),
    "succession": lambda data: succession.statement(data, world()["directory"]),
    "succession-approval": an_approval,
    "entries-tile": lambda data: must(len(tiles.entries(data)) == 3, "other than three leaves"),
    "hash-tile": tiles.hashes,
    "dispatch-payload": plain(shapes.dispatch, link.DISPATCH_MAX),
    "dispatch": lambda data: link.dispatch(data, world()["sender"], world()["receiver"], world()["directory"]),
    "frame": plain(shapes.frame, 4 << 20),
    "greeting": a_greeting,
    "introduction": plain(shapes.introduction, 16_384),
}
