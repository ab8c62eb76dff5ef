"""Charter and credentials (chapter 2), up to the digest that the auditor brought."""

import re
from types import SimpleNamespace

from . import cbor
from . import cose
from . import grammar
from . import keys
from . import shapes
from .faults import must

CHARTER_MAX, CREDENTIAL_MAX, TRANSCRIPT_MAX = 524_288, 12_288, 16_384
CREDENTIALS_PER_MEMBER_MAX = 256
SPLIT = 1
DAY = 24 * 3_600 * 1_000


def charter(data, pin=None):
    """A verified charter. id-8 to id-14, id-18, id-23, id-24."""
    signed = cose.sign(data, "charter", CHARTER_MAX)
    found = shapes.charter(cbor.decode(signed.content, CHARTER_MAX))
    digest = keys.labelled("concord/1 charter", signed.content)
    charter_rules(found)
    must(pin is None or pin == digest, "not the charter that was pinned")
    cose.signed_by_exactly(signed, [member.root for member in found.members])
    return SimpleNamespace(of=found, digest=digest, members={member.agency: member for member in found.members})


def charter_rules(charter):
    members, f = charter.members, charter.dishonest_max
    n = len(members)
    must(2 <= n <= 64, "fewer than 2 or more than 64 members")
    must(charter.version == 1 and charter.previous is None, "a version that cannot be checked")
    names = [member.agency for member in members]
    must(all(a < b for a, b in zip(names, names[1:])), "members out of order, or one twice")
    for member in members:
        must(1 <= member.logs.first <= member.logs.last, "no range of log numbers")
        must(all(name.text == name.text.strip() for name in member.names), "a name with blanks at its ends")
    halves = [keys.key_id(half) for member in members for half in (member.root.ed25519, member.root.lattice)]
    must(len(set(halves)) == len(halves), "two roots of one name")
    suites = charter.profiles.suites
    must(all(a < b for a, b in zip(suites, suites[1:])), "suites out of order, or one twice")
    must(suites == [1], "a suite that is not known")
    quorum, threshold = charter.witness_quorum, charter.amendment_threshold
    must(quorum <= n - 1 and 2 * quorum > n - 1 + f, "a witness quorum that does not hold")
    must(threshold <= n and 2 * threshold > n + f, "an amendment threshold that does not hold")


def credential(data, charter):
    """A verified credential under a charter; its time is judged by whoever uses it. id-15 to id-19, id-23, id-26."""
    signed = cose.sign(data, "credential", CREDENTIAL_MAX)
    found = shapes.credential(cbor.decode(signed.content, CREDENTIAL_MAX))
    must(found.charter == charter.of.name, "a credential under another charter")
    must(found.agency in charter.members, "a credential of an agency that the charter does not name")
    member = charter.members[found.agency]
    must(found.serial >= 1 and found.not_before < found.not_after, "no serial from 1, or an end before the beginning")
    must(member.logs.first <= found.log_number <= member.logs.last, "a log that the charter does not accept")
    used = [*role_keys(found), member.root.ed25519]
    must(len(set(used)) == len(used), "one key in two roles")
    must(all(address_holds(address) for address in found.addresses), "an address that is none")
    cose.signed_by_exactly(signed, [member.root])
    found.data = data
    return found


def transcript(data):
    """A transcript of a root ceremony, signed by the root that it is about. cus-8, cus-9."""
    signed = cose.sign(data, "ceremony", CHARTER_MAX)
    found = shapes.transcript(cbor.decode(signed.content, TRANSCRIPT_MAX))
    must(all(text == text.strip() for text in [*found.people, found.software]), "a text with blanks at its ends")
    must(found.sharing or found.act != SPLIT, "a root that was split, and no shares")
    must(not found.sharing or found.sharing.threshold <= len(found.sharing.shares), "more shares needed than there are")
    cose.signed_by_exactly(signed, [found.root])
    return found


def role_keys(credential):
    return [credential.signing, credential.log, credential.witness, credential.transport]


def address_holds(address):
    """id-19: host:port, the host a DNS name in lower case, an IPv4 address, or an IPv6 address in brackets."""
    host, colon, port = address.rpartition(":")
    if not colon or not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) > 65_535:
        return False
    return bool(re.fullmatch(r"\[[0-9a-f:.]+\]|[a-z0-9-]+(\.[a-z0-9-]+)*", host))


def counts_at(credential, moment, tolerance):
    """id-20."""
    return credential.not_before - tolerance <= moment <= credential.not_after + tolerance


class Directory:
    """The credentials that are known, each contradicting none of the others (id-21, id-22, id-25)."""

    def __init__(self, charter):
        self.charter, self.known, self.owner = charter, {}, {}
        for member in charter.members.values():
            self.owner[member.root.ed25519] = (member.agency, "root")

    def admit(self, credential):
        name = (credential.agency, credential.serial)
        must(self.known.get(name, credential).data == credential.data, "another credential of this serial is known")
        roles = zip(("signing", "log", "witness", "transport", "sealing"), [*role_keys(credential), credential.sealing])
        for role, key in roles:
            owner = self.owner.setdefault(key, (credential.agency, role))
            must(owner == (credential.agency, role), "a key that is known as another one's, or in another role")
        of_member = [held for held in self.known.values() if held.agency == credential.agency]
        must(name in self.known or len(of_member) < CREDENTIALS_PER_MEMBER_MAX, "more credentials than a member may have")
        self.known[name] = credential

    def find(self, agency, serial):
        return self.known.get((agency, serial))

    def log_keys(self, origin):
        """The keys that credentials name for exactly this log, and whose it is."""
        found = [held for held in self.known.values() if self.origin(held.agency, held.log_number) == origin]
        return (found[0].agency if found else None), sorted({held.log for held in found})

    def origin(self, agency, number):
        """id-5."""
        return f"concord/{self.charter.of.name}/{agency}/log{number}"

    def witness_name(self, agency):
        return f"concord/{self.charter.of.name}/{agency}/witness"


def agency_of(value):
    return grammar.agency(value)
