"""Charter and credentials (chapter 2), up to the digest that the auditor brought."""

import re
from types import SimpleNamespace

from . import cbor
from . import cose
from . import grammar
from . import keys
from . import note
from . import shapes
from .faults import Broken
from .faults import must

CHARTER_MAX, CREDENTIAL_MAX, TRANSCRIPT_MAX = 524_288, 12_288, 16_384
CREDENTIALS_PER_MEMBER_MAX = 256
SPLIT = 1
DAY = 24 * 3_600 * 1_000


def charter(data, pin=None):
    """A verified first version. id-8 to id-14, id-18, id-23, id-24."""
    found = document(data)
    must(found.of.version == 1, "a later version where the first one belongs")
    must(pin is None or pin == found.digest, "not the charter that was pinned")
    cose.signed_by_exactly(found.signed, [member.root for member in found.of.members])
    return found


def document(data):
    """A version of the charter whose own rules hold; who signed it is judged by the versions that it names."""
    signed = cose.sign(data, "charter", CHARTER_MAX)
    found = shapes.charter(cbor.decode(signed.content, CHARTER_MAX))
    charter_rules(found)
    return SimpleNamespace(
        of=found, digest=keys.labelled("concord/1 charter", signed.content), signed=signed,
        members={member.agency: member for member in found.members},
    )


def charter_rules(charter):
    members, f = charter.members, charter.dishonest_max
    n = len(members)
    must(2 <= n <= 64, "fewer than 2 or more than 64 members")
    follows(charter)
    names = [member.agency for member in members]
    must(all(a < b for a, b in zip(names, names[1:])), "members out of order, or one twice")
    for member in members:
        must(1 <= member.logs.first <= member.logs.last, "no range of log numbers")
        must(all(name.text == name.text.strip() for name in member.names), "a name with blanks at its ends")
    apart([member.root for member in members])
    suites = charter.profiles.suites
    must(all(a < b for a, b in zip(suites, suites[1:])), "suites out of order, or one twice")
    must(set(suites) <= {1, 2}, "a suite that is not known")
    clauses(charter.clauses or [], {member.party for member in members})
    quorum, threshold = charter.witness_quorum, charter.amendment_threshold
    must(quorum <= n - 1 and 2 * quorum > n - 1 + f, "a witness quorum that does not hold")
    must(threshold <= n and 2 * threshold > n + f, "an amendment threshold that does not hold")


def clauses(found, parties):
    """prf-1: what is settled about procedures; what it says is no matter of an audit."""
    places = [(clause.article, clause.party or "", clause.about) for clause in found]
    must(all(a < b for a, b in zip(places, places[1:])), "clauses out of order, or two about one thing")
    must(all(clause.party is None or clause.party in parties for clause in found), "a clause of a Party without a member")
    texts = [(clause.article, clause.party or "", clause.about, clause.value) for clause in found]
    must(all(text == text.strip() for of in texts for text in of), "a clause with blanks at its ends")
    must(sum(16 + sum(len(text.encode()) for text in of) for of in texts) <= 32768, "clauses too long")


def follows(charter):
    """id-14, chr-6: version 1 names nothing, a later one what it follows and what it passes by."""
    must(charter.version >= 1, "a version that counts nothing")
    must((charter.version == 1) == (charter.previous is None), "a first version that follows, or a later one that does not")
    if charter.resolves is None:
        return
    rivals = charter.resolves.rivals
    must(all(a < b for a, b in zip(rivals, rivals[1:])), "rivals out of order, or one twice")
    must(charter.previous not in rivals, "a version that is followed and passed by")
    must(1 <= charter.resolves.since <= charter.version - 2, "no room for a rival")


def apart(roots):
    """id-23: no two roots share the name of a half."""
    halves = [keys.key_id(half) for root in roots for half in (root.ed25519, root.lattice)]
    must(len(set(halves)) == len(halves), "two roots of one name")


def chain(documents, pin=None):
    """The versions of a charter one after another (chr-10): the newest one, every member of any, and the pin."""
    must(1 <= len(documents) <= 256, "no document, or too many")
    first = charter(documents[0], pin)
    first.finished, held = True, {first.digest: first}
    later = [document(data) for data in documents[1:]]
    places = [(found.of.version, found.digest) for found in [first, *later]]
    must(all(a < b for a, b in zip(places, places[1:])), "documents out of order, or one twice")
    for found in later:
        must(found.of.name == first.of.name, "a document of another charter")
        must(all(name in held for name in names(found)), "a version that is named and not here")
        join(found, [held[name] for name in names(found)])
        held[found.digest] = found
    path = [first]
    while next_one := following(path[-1], later):
        path.append(next_one)
    needed = {found.digest for found in path}
    for found in reversed(later):
        if found.digest in needed:
            needed.update(names(found))
    must(needed == set(held), "a version that is not in force, and not needed")
    members = {agency: member for found in path for agency, member in found.members.items()}
    versions = {found.of.version: found for found in path}
    return SimpleNamespace(of=path[-1].of, digest=first.digest, members=members, versions=versions, path=path)


def names(found):
    """The digests of the versions that one names, the one that it follows first."""
    follows_it = [] if found.of.previous is None else [found.of.previous]
    return follows_it + (found.of.resolves.rivals if found.of.resolves else [])


def since(found):
    return found.of.resolves.since if found.of.resolves else found.of.version - 1


def join(found, before):
    """chr-3 to chr-6: whether a version fits those that it names, and whether everybody who must has signed it."""
    base, rivals = before[0], before[1:]
    must(base.of.version == since(found), "another version is followed than is said")
    must(found.of.version == 1 + max(named.of.version for named in before), "a number that is not the next one")
    known = {named.digest for named in before}
    for rival in rivals:
        must(rival.of.version > base.of.version and set(names(rival)) <= known, "a rival from elsewhere")
    for named in before:
        for member in named.of.members:
            kept = found.members.get(member.agency)
            must(kept is None or kept.logs.first == member.logs.first, "another first log")
            must(kept is None or kept.logs.last >= member.logs.last, "a log that is accepted no longer")
    voters = []
    for member in [member for named in [*before, found] for member in named.of.members]:
        if (member.agency, member.root) not in voters:
            voters.append((member.agency, member.root))
    apart([root for _, root in voters])
    signers = cose.signed_by(found.signed, [root for _, root in voters])
    enough = all(
        sum(member.root in signers for member in named.of.members) >= named.of.amendment_threshold for named in before
    )
    stays = lambda member: all(
        member.agency in named.members and named.members[member.agency].root == member.root for named in before
    )
    consent = all(member.root in signers for member in found.of.members if not stays(member))
    found.finished = base.finished and enough and consent


def following(standing, later):
    """chr-8: the lowest finished version that names the one in force."""
    for found in later:
        if found.finished and found.of.version > standing.of.version and standing.digest in names(found):
            return found
    return None


def credential(data, charter):
    """A verified credential under a version of a chain; its time is judged by whoever uses it."""
    return under_newest(credential_under, data, charter)


def under_newest(verify_under, data, charter):
    """A document under the newest version of a chain under which it holds, or what the newest has against it. chr-14."""
    for version in reversed(charter.path):
        try:
            return verify_under(data, version)
        except Broken as broken:
            newest = broken if version is charter.path[-1] else newest
    raise newest


def credential_under(data, charter):
    """id-15 to id-19, id-23, id-26."""
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
    found.data, found.under = data, charter.of.version
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
    """The credentials that are known, each contradicting none of the others (id-21, id-22, id-25, id-57)."""

    def __init__(self, charter):
        self.charter, self.known, self.owner = charter, {}, {}
        for member in [member for version in charter.path for member in version.of.members]:
            self.owner[member.root.ed25519] = (member.agency, "root")

    def admit(self, credential):
        name = (credential.agency, credential.serial)
        must(self.known.get(name, credential).data == credential.data, "another credential of this serial is known")
        roles = zip(("signing", "log", "witness", "transport", "sealing"), [*role_keys(credential), credential.sealing])
        for role, key in roles:
            owner = self.owner.setdefault(key, (credential.agency, role))
            must(owner == (credential.agency, role), "a key that is known as another one's, or in another role")
        others = {held.witness for held in self.known.values() if held.agency == credential.agency} - {credential.witness}
        ids = [self.note_id(credential.agency, key) for key in others]
        must(self.note_id(credential.agency, credential.witness) not in ids, "a witness key with the id of another one")
        whose = (credential.agency, credential.under)
        of_member = [held for held in self.known.values() if (held.agency, held.under) == whose]
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

    def note_id(self, agency, key):
        """log-20, of which no two of an agency are the same (id-57)."""
        return note.key_id(self.witness_name(agency), note.COSIGNATURE, key)


def agency_of(value):
    return grammar.agency(value)
