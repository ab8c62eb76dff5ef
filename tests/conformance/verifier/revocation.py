"""What ends credentials early, and where a node listens from now on (chapter 19)."""

from types import SimpleNamespace

from . import cbor
from . import cose
from . import identity
from . import keys
from . import note
from . import shapes
from .faults import Fault
from .faults import must

REVOCATION_MAX, NOTICE_MAX = 6_144, 3_072
NOTHING = (0, keys.sha256(b""))


def verify(data, charter):
    """A verified revocation under a version of a chain."""
    return identity.under_newest(verify_under, data, charter)


def verify_under(data, charter):
    """id-40."""
    signed = cose.sign(data, "revocation", REVOCATION_MAX)
    found = shapes.revocation(cbor.decode(signed.content, REVOCATION_MAX))
    must(found.charter == charter.of.name, "a revocation under another charter")
    must(found.agency in charter.members, "a revocation of an agency that the charter does not name")
    member = charter.members[found.agency]
    must(found.through >= 1, "a revocation of no credential")
    logs = [good.log for good in found.logs]
    must(all(a < b for a, b in zip(logs, logs[1:])), "logs out of order, or one twice")
    must(all(member.logs.first <= log <= member.logs.last for log in logs), "a log that the charter does not accept")
    must(all(good.size or good.root == NOTHING[1] for good in found.logs), "size 0 with another root")
    cose.signed_by_exactly(signed, [member.root])
    good = {good.log: (good.size, good.root) for good in found.logs}
    return SimpleNamespace(of=found, good=good, under=charter.of.version)


def notice(data, credential):
    """id-50."""
    signed = cose.sign1(data, "address-notice", NOTICE_MAX)
    found = shapes.notice(cbor.decode(signed.content, NOTICE_MAX))
    named = (credential.charter, credential.agency, credential.serial)
    must((found.charter, found.agency, found.serial) == named, "a notice under another credential")
    must(found.sequence >= 1, "a notice that counts from 0")
    must(all(identity.address_holds(address) for address in found.addresses), "an address that is none")
    must(cose.sign1_holds(signed, credential.signing), "a notice whose signature does not hold")
    return found


class Ended:
    """The revocations that a log told so far, and the leaves of its own that it disowns."""

    def __init__(self, directory):
        self.charter, self.directory, self.known, self.disowned = directory.charter, directory, {}, []
        self.told = []

    def below(self, size):
        """What a log of this size knew: the revocations in leaves below it."""
        then = Ended(self.directory)
        for index, said in self.told:
            if index < size:
                then.known.setdefault(said.of.agency, []).append(said)
        return then

    def take(self, data, index, own, log):
        """audit-45."""
        try:
            said = verify(data, self.charter)
        except Fault as fault:
            raise Fault("revocation", str(fault)) from fault
        agency, through = said.of.agency, said.of.through
        changes = self.changes(said)
        if changes:
            self.known.setdefault(agency, []).append(said)
            self.told.append((index, said))
        size = said.good.get(log, NOTHING)[0]
        if agency == own and size < index:
            self.disowned.append((through, size, index))
        if not changes:
            raise Fault("revocation-twice", "a revocation that changes nothing")

    def changes(self, said):
        agency, through = said.of.agency, said.of.through
        held = self.known.get(agency, [])
        if through > max((one.of.through for one in held), default=0):
            return True
        logs = {self.charter.members[agency].logs.first, *said.good, *(log for one in held for log in one.good)}
        serials = {through, *(one.of.through for one in held if one.of.through <= through)}
        own = [one for (of, _), one in self.directory.known.items() if of == agency]
        serials.update(one.serial for one in own if one.serial <= through and one.under <= said.under)
        return any(
            stricter(self.last_good(agency, serial, log), said.good.get(log, NOTHING)) != self.last_good(agency, serial, log)
            for serial in serials for log in logs
        )

    def ending(self, agency, serial):
        """id-41, id-48: an earlier root's does not end what a later root signed."""
        credential = self.directory.find(agency, serial)
        under = credential.under if credential else 0
        return [one for one in self.known.get(agency, []) if serial <= one.of.through and under <= one.under]

    def last_good(self, agency, serial, log):
        """id-42; None where the credential is not revoked."""
        good = None
        for one in self.ending(agency, serial):
            good = stricter(good, one.good.get(log, NOTHING))
        return good

    def counts(self, data, origin, head):
        """id-43, audit-47: whether one of the keys that signed a checkpoint vouches for it."""
        owner, held = self.directory.log_keys(origin)
        if not self.known.get(owner):
            return True
        for key in held:
            naming = [one for one in self.directory.known.values() if one.log == key and self.names(one, origin)]
            newest = max(naming, key=lambda one: one.serial)
            ended = all(self.ending(one.agency, one.serial) for one in naming)
            good = self.last_good(newest.agency, newest.serial, newest.log_number) if ended else None
            within = good is None or head.size < good[0] or (head.size, head.root) == good
            if within and note.holds_under(data, origin, key):
                return True
        return False

    def names(self, credential, origin):
        return self.directory.origin(credential.agency, credential.log_number) == origin

    def keeps(self, agency, key):
        """id-44: whether a credential that is not revoked names a witness key."""
        naming = [one for one in self.directory.known.values() if (one.agency, one.witness) == (agency, key)]
        return any(not self.ending(agency, one.serial) for one in naming)

    def stands(self, agency, serial):
        """audit-46."""
        if self.ending(agency, serial):
            raise Fault("revoked-credential", f"credential {serial} of {agency} was revoked before")


def stricter(one, other):
    if one is None or one[0] > other[0]:
        return other
    if one[0] < other[0] or one == other:
        return one
    return NOTHING
