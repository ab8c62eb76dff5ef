"""The structures of `spec/cddl` that an auditor meets. Every field stands under the number of its place."""

from .grammar import agency
from .grammar import array
from .grammar import ascending
from .grammar import charter_name
from .grammar import data
from .grammar import day
from .grammar import digest
from .grammar import exactly
from .grammar import flag
from .grammar import line
from .grammar import milliseconds
from .grammar import optional
from .grammar import party
from .grammar import struct
from .grammar import text
from .grammar import uint
from .grammar import uuid7
from .grammar import variants
from .grammar import words
from .keys import ed25519_public
from .keys import x_wing_public

U32 = (1 << 32) - 1

# identity.cddl

root_public = struct(ed25519=ed25519_public, lattice=exactly(1952))
root_announcement = struct(agency=agency, root=root_public)
member_name = struct(language=text(2, 35), text=line(1, 200))
member = struct(
    agency=agency,
    party=party,
    names=ascending(member_name, 1, 8, key=lambda name: name.language),
    root=root_public,
    logs=struct(first=uint(), last=uint()),
)
clause = struct(
    article=text(1, 16, r"[a-z-]+"),
    party=optional(party),
    about=line(1, 200),
    value=line(1, 200),
)
charter = struct(
    version=uint(),
    name=charter_name,
    previous=optional(digest),
    members=array(member, 0, 64),
    amendment_threshold=uint(),
    dishonest_max=uint(),
    witness_quorum=uint(),
    profiles=struct(suites=array(uint(), 1, 16), approvals=uint(0, 1)),
    resolves=optional(struct(since=uint(), rivals=array(digest, 1, 8))),
    clauses=optional(array(clause, 1, 1024)),
)
address = text(3, 259)
credential = struct(
    charter=charter_name,
    agency=agency,
    serial=uint(),
    not_before=milliseconds,
    not_after=milliseconds,
    signing=ed25519_public,
    sealing=x_wing_public,
    log=ed25519_public,
    log_number=uint(),
    witness=ed25519_public,
    transport=ed25519_public,
    addresses=array(address, 0, 8),
)
credential_request = struct(
    charter=charter_name,
    agency=agency,
    serial=uint(),
    signing=ed25519_public,
    sealing=x_wing_public,
    log=ed25519_public,
    log_number=uint(),
    witness=ed25519_public,
    transport=ed25519_public,
    addresses=array(address, 0, 8),
)

transcript = struct(
    agency=agency,
    act=uint(0, 2),
    root=root_public,
    sharing=optional(struct(threshold=uint(2, 16), shares=array(digest, 2, 16))),
    people=array(line(1, 200), 0, 32),
    software=line(1, 200),
    at=milliseconds,
)
last_good = struct(log=uint(), size=uint(), root=digest)
revocation = struct(
    charter=charter_name,
    agency=agency,
    through=uint(),
    logs=array(last_good, 0, 16),
    at=milliseconds,
    reason=uint(0, 2),
)
notice = struct(charter=charter_name, agency=agency, serial=uint(), sequence=uint(), addresses=array(address, 0, 8))

# envelope.cddl

KINDS = (
    "handover-request", "acknowledgement", "additional-information-request", "additional-information-reply",
    "handover-decision", "intelligence-report", "request-for-information", "information-reply", "rejection",
    "onward-transfer-request", "onward-transfer-decision", "recall", "recall-report", "correction", "withdrawal",
    "subject-rights-notice", "subject-rights-answer", "lapse-notice", "state-confirm", "conflict-resolution",
    "participants", "usefulness-feedback", "deconfliction-query", "deconfliction-reply", "core-data", "notice",
    "sighting", "validity-query", "validity-confirmation", "notice-challenge", "feed-snapshot", "feed-delta",
    "feed-gap-request", "block-effect-report", "indicator-dispute", "dispute-decision", "provisional-arrest-request",
    "custody-event", "intent-to-refuse", "consultation-views", "conditions-accepted", "custody-transfer-schedule",
    "schedule-answer", "leg-release", "leg-return", "handover-certificate", "certificate-countersignature",
    "specialty-consent-request", "specialty-consent-decision", "concurrent-requests", "case-outcome-notice",
    "post-handover-incident", "batch-manifest", "manifest-review", "manifest-seal", "manifest-removal",
    "reception-guarantee", "transit-authorisation", "batch-reconciliation", "rescue-request", "rescue-update",
    "victim-screening-report", "joint-operation-proposal", "participation-reply", "operation-plan", "plan-signature",
    "operation-tasking", "task-report", "operation-signal", "operation-status", "operation-result",
    "data-preservation-request", "data-preservation-reply", "evidence-transfer", "evidence-receipt",
    "freezing-request", "freezing-report", "freezing-extension-request", "asset-recovery-request",
    "asset-recovery-decision", "interim-disposal", "asset-disposition-notice", "meeting-agenda", "agenda-item",
    "agenda-objection", "cycle-status", "meeting-minutes", "minutes-adoption", "action-report", "outcome-document",
    "outcome-reopening", "signature-statement", "signature-confirmation", "signature-retraction", "signing-record",
    "outcome-status", "situation-report",
)
header_text = line(1, 200)
recipient = struct(agency=agency, role=uint(0, 1))
handling = struct(
    classification=uint(0, 2),
    codes=ascending(uint(0, 3), 0, 4),
    onward=variants(none=None, own=None, all=None, named=array(party)),
    evidential_use=uint(0, 2),
    review_on=day,
    erase_by=day,
)
header = struct(
    version=uint(1, 1),
    id=uuid7,
    kind=words(*KINDS),
    procedure=uuid7,
    participants_version=uint(0, U32),
    parents=ascending(digest, 0, 64),
    supersedes=optional(digest),
    sender=struct(agency=agency, unit=optional(header_text)),
    originator=optional(agency),
    to=array(recipient, 1, 32),
    created=milliseconds,
    respond_by=optional(milliseconds),
    expires=optional(milliseconds),
    urgency=uint(0, 3),
    handling=handling,
    purpose=uint(0, 6),
    legal_basis=array(struct(kind=uint(0, 4), instrument=header_text, article=optional(header_text)), 0, 16),
    sealed=struct(digest=digest, length=uint()),
    commitment=digest,
    approvals=optional(digest),
    attachments=array(struct(digest=digest, length=uint(), media_type=text(3, 127)), 0, 64),
    serial=uint(),
    exercise=flag,
)

# log.cddl

REFUSALS = (
    "not-canonical", "bad-signature", "unknown-agency", "unknown-credential", "expired-credential", "not-for-us",
    "body-mismatch", "unknown-kind", "expired", "equivocation", "duplicate", "unopenable", "bad-body", "not-entitled",
    "handling-unsupported", "from-the-future", "superseded-credential", "revoked-credential",
    "unlisted-suite",
)
refusal = words(*REFUSALS)
staff_number = text(1, 32, r"[A-Za-z0-9-]+")
form = uint(0, 1)
settled_number = struct(
    number=uint(),
    message=digest,
    leaf=uint(),
    outcome=variants(accepted=None, refused=struct(code=refusal)),
)
leaf = variants(
    started=struct(at=milliseconds, charter_version=uint(), serial=uint(), probed=flag),
    message=struct(header=data()),
    sent=struct(message=digest, to=agency, epoch=uint(), number=uint()),
    received=struct(
        message=digest, peer=agency, epoch=uint(), number=uint(), dispatch=digest, at=milliseconds, form=form,
    ),
    refused=struct(
        message=digest, peer=agency, epoch=uint(), number=uint(), dispatch=digest, at=milliseconds, code=refusal,
    ),
    receipt_held=struct(
        peer=agency,
        epoch=uint(),
        items=array(settled_number),
        receipt=digest,
        size=uint(),
        root=digest,
    ),
    read=struct(message=digest, officer=staff_number, purpose=text(1, 32, r"[a-z-]+"), at=milliseconds),
    exported=struct(bundle=digest, size=uint(), at=milliseconds),
    erased=struct(
        message=digest,
        leaf=uint(),
        sealed=digest,
        cause=uint(0, 2),
        basis=text(1, 64, r"[A-Za-z0-9./-]+"),
        officer=staff_number,
        keys_until=optional(milliseconds),
        at=milliseconds,
    ),
    evidence=struct(evidence=digest, kind=uint(0, 6), accused=agency, at=milliseconds),
    succession=struct(statement=data(), approvals=array(data())),
    resumed=struct(
        at=milliseconds, after=uint(0, 1), how=uint(0, 2), since=uint(), officer=optional(staff_number),
    ),
    carried=struct(message=digest, log=uint(), index=uint()),
    revocation=struct(revocation=data(), at=milliseconds),
)

# succession.cddl

succession_statement = struct(
    charter=charter_name,
    agency=agency,
    serial=uint(),
    from_log=uint(),
    to_log=uint(),
    last=array(data()),
    restored=struct(size=uint(), root=digest),
    lost=struct(first=uint(), count=uint()),
    cause=uint(0, 3),
    officer=staff_number,
    at=milliseconds,
)
succession_approval = struct(statement=digest, agency=agency, serial=uint(), officer=staff_number, at=milliseconds)

# wire.cddl

cursor = struct(epoch=uint(), number=uint())
greeting = struct(
    versions=array(uint(), 1, 8),
    agency=agency,
    charter=charter_name,
    charter_version=uint(),
    charter_digest=digest,
    serial=uint(),
    cursor=cursor,
    credentials=array(struct(agency=agency, serial=uint()), 0, 64),
    own_head=optional(data()),
    your_head=optional(data()),
    doubt=optional(uint(0, 1)),
    mirrored=optional(struct(sequence=uint(), checkpoint=data())),
    log=uint(),
    your_log=uint(),
    revocations=array(digest, 0, 2048),
    notices=array(struct(agency=agency, serial=uint(), sequence=uint()), 0, 64),
    staff=optional(array(struct(agency=agency, number=uint()), 1, 64)),
)
place = struct(log=uint(), index=uint(), path=array(digest, 0, 64), checkpoint=optional(data()))
offered_message = struct(header=data(), body=optional(data()), place=optional(place))
offer = struct(dispatch=data(), messages=array(offered_message, 1, 64))
receipt = struct(
    epoch=uint(),
    checkpoint=data(),
    consistent_from=uint(),
    consistency=array(digest),
    proofs=array(struct(number=uint(), index=uint(), leaf=data(), path=array(digest)), 1, 512),
)
witness_request = struct(old=uint(), old_root=digest, consistency=array(digest), checkpoint=data())
witnessed = variants(
    cosigned=struct(size=uint(), line=data()),
    conflict=struct(checkpoint=optional(data())),
    refused=struct(code=uint(0, 5)),
)
lift = struct(held=uint(), consistency=array(digest), checkpoint=data())
evidence_talk = variants(
    told=struct(heads=array(data(0, 16_384), 0, 64), files=array(digest, 0, 4096)),
    wanted=array(digest, 1, 64),
    file=data(),
)
mirror_part = struct(
    entry=uint(), previous=uint(), part=uint(0, U32), of=uint(1, 160), leaves=data(), records=data(),
)
mirror = struct(parts=array(mirror_part, 1, 1024), checkpoint=optional(data()))
mirrored = struct(entry=uint(), size=uint(), outcome=uint(0, 1))
recall = variants(size=uint(), after=struct(entry=uint(), part=uint(0, U32)))
recalled = struct(parts=array(mirror_part, 0, 1024), outcome=uint(0, 3))
element = data(32, 32)
blinded = struct(key=element, elements=array(element, 1, 64))
keyed = variants(
    made=struct(elements=array(element), proof=data(64, 64)),
    refused=struct(code=uint(0, 2)),
)
frame = variants(
    greeting=greeting, credential=data(), offer=offer, receipt=receipt, ping=uint(), pong=uint(),
    witness=witness_request, witnessed=witnessed, lift=lift, evidence=evidence_talk,
    mirror=mirror, mirrored=mirrored, recall=recall, recalled=recalled,
    succession=struct(statement=data(), approvals=array(data(), 0, 64)), approval=data(),
    revocation=data(), notice=data(), charters=array(data(), 0, 256), staff=data(),
    blinded=blinded, keyed=keyed,
)
introduction = struct(credential=data())
dispatch = struct(
    charter=charter_name,
    sender=agency,
    to=agency,
    serial=uint(),
    epoch=uint(),
    first=uint(),
    items=array(struct(message=digest, form=form), 0, 64),
)

# audit.cddl

scope = variants(
    range=struct(first=uint(), end=uint()),
    procedure=struct(procedure=uuid7),
    peer=struct(peer=agency),
)
manifest = struct(
    format=uint(),
    agency=agency,
    charter=charter_name,
    origin=text(),
    size=uint(),
    made_at=milliseconds,
    parts=uint(),
    scope=optional(scope),
    bodies=optional(uint(0, 1)),
)
part_entry = struct(path=text(), length=uint(), digest=digest)
