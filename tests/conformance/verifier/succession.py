"""The end of one log and the beginning of the next: a statement, and the quorum that approves it (14.5)."""

from . import cbor
from . import cose
from . import keys
from . import note
from . import shapes
from . import tree
from .faults import must

STATEMENT_MAX, APPROVAL_MAX, CHECKPOINTS_MAX = 31_744, 512, 64


def verify(data, approvals, directory):
    """A statement with the approvals of a quorum (suc-7)."""
    found, agencies = statement(data, directory), []
    for given in approvals:
        one = approval(given, found, directory)
        must(not agencies or agencies[-1].encode() < one.agency.encode(), "approvals out of order, or two of one member")
        agencies.append(one.agency)
        found.signers.add((one.agency, one.serial))
    versions = [version for version in directory.charter.path if found.agency in version.members]
    quorate = [len(set(agencies) & set(version.members)) >= version.of.witness_quorum for version in versions]
    must(any(quorate), "fewer approvals than the charter demands")
    found.approvers = agencies
    return found


def statement(data, directory):
    """suc-2 to suc-4: its form, whose and which logs, its signature, the checkpoints it names, and what was lost."""
    signed = cose.sign1(data, "succession", STATEMENT_MAX)
    found = shapes.succession_statement(cbor.decode(signed.content, STATEMENT_MAX))
    must(found.charter == directory.charter.of.name, "a statement under another charter")
    must(found.agency in directory.charter.members, "a statement of an agency that the charter does not name")
    logs = directory.charter.members[found.agency].logs
    must(found.to_log == found.from_log + 1, "logs that do not follow each other")
    must(logs.first <= found.from_log and found.to_log <= logs.last, "a log that the charter does not accept")
    held = directory.find(found.agency, found.serial)
    must(held is not None and cose.sign1_holds(signed, held.signing), "a statement that its agency did not sign")
    found.signers, found.digest = {(found.agency, found.serial)}, keys.sha256(data)
    heads = checkpoints(found, directory)
    extent(found, heads)
    return found


def checkpoints(found, directory):
    """The checkpoints named, each signed by a key of that log; of several credentials with one key the newest counts."""
    must(1 <= len(found.last) <= CHECKPOINTS_MAX, "no checkpoint, or too many")
    origin, heads = directory.origin(found.agency, found.from_log), []
    for data in found.last:
        signers = [
            held for held in directory.known.values()
            if (held.agency, held.log_number) == (found.agency, found.from_log) and note.holds_under(data, origin, held.log)
        ]
        must(signers, "a checkpoint that no key of that log signed")
        found.signers.add((found.agency, max(held.serial for held in signers)))
        said = note.checkpoint(data, origin, [signers[0].log])
        must(not heads or heads[-1] < (said.size, said.root), "checkpoints out of order, or one twice")
        heads.append((said.size, said.root))
    return heads


def extent(found, heads):
    """suc-4. The log ends with the largest checkpoint named."""
    restored, lost = found.restored, found.lost
    held = (restored.size, restored.root)
    must(held == (0, tree.EMPTY_ROOT) or held in heads, "what was restored is none of the checkpoints")
    found.size = heads[-1][0]
    must(lost.first + lost.count == found.size, "a lost range that does not reach the end")
    must(lost.first <= restored.size, "a lost range that begins beyond what was restored")


def approval(data, found, directory):
    """suc-5."""
    signed = cose.sign1(data, "succession-approval", APPROVAL_MAX)
    one = shapes.succession_approval(cbor.decode(signed.content, APPROVAL_MAX))
    must(one.statement == found.digest, "an approval of another statement")
    must(one.agency != found.agency, "an approval of one's own succession")
    held = directory.find(one.agency, one.serial)
    must(held is not None and cose.sign1_holds(signed, held.witness), "an approval that its member did not sign")
    return one
