"""Signed headers (3.3, 3.4) as an audit judges them (audit-13, audit-16)."""

from . import cbor
from . import cose
from . import identity
from . import keys
from . import shapes
from .faults import Fault
from .faults import coded
from .faults import must

HEADER_MAX = 32_768
SEALED_MAX = 589_824


def signed_header(data):
    """A header in its one form, not yet verified; its digest names the message (env-3, env-4, env-6, env-8)."""
    signed = cose.sign1(data, "message", HEADER_MAX)
    header = shapes.header(cbor.decode(signed.content, HEADER_MAX))
    rules(header)
    header.signed, header.digest = signed, keys.sha256(data)
    return header


def rules(header):
    """env-8."""
    to = [recipient.agency for recipient in header.to]
    must(len(set(to)) == len(to), "a recipient twice")
    must(header.sender.agency not in to, "the sender among the recipients")
    must(header.respond_by is None or header.respond_by > header.created, "an answer wanted before the question")
    must(header.sealed.length <= SEALED_MAX, "a sealed body that is too long")
    must(header.expires is None or header.expires > header.created, "expired before it was made")


def readable(data):
    """A header in its one form, or a Fault."""
    with coded("message"):
        return signed_header(data)


def verified(data, author, directory):
    """The header of a message of this author, signed while its credential counted."""
    header = readable(data)
    if header.sender.agency != author:
        raise Fault("message-author", f"the header is of {header.sender.agency}, not of {author}")
    held = directory.find(author, header.serial)
    if held is None:
        raise Fault("unknown-credential", f"credential {header.serial} of {author} is not inside")
    if not cose.sign1_holds(header.signed, held.signing):
        raise Fault("message-signature", "the signature does not hold under the credential that the header names")
    if not identity.counts_at(held, header.created, identity.DAY):
        raise Fault("message-time", "made when the credential did not count")
    return header
