//! Which rows a record becomes, and under which keys; pure.
//!
//! Uses `protocol::engine::record`. One tree with a prefix byte per table, so that a batch over several tables is atomic.
//! A row's value is the encoded record, as in the journal; tables of the second kind only lead to it.
//! Numbers in keys are big-endian, so that the order of keys is the order of numbers; names end with a zero byte.

use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::Gathered;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Settlement;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::Serial;
use concord_protocol::message::attachment::Attachment;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Timestamp;

use crate::store::bodies::Tail;
use crate::store::entry::Entry;
use crate::store::entry::Placement;
use crate::store::rows::Keys;
use crate::store::rows::Row;

/// The tables. A number is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Leaf = 1,
    Tile = 2,
    Head = 3,
    /// By leaf.
    Message = 4,
    /// Digest → the key of a message row.
    MessageByDigest = 5,
    /// Message id, author → digest.
    MessageById = 6,
    Outbound = 7,
    /// Digest, peer, epoch, number → nothing: the end of the key is the key of an outbound row.
    Delivery = 8,
    Inbound = 9,
    Dispatch = 10,
    Receipt = 11,
    Link = 12,
    PeerHead = 13,
    Credential = 14,
    Charter = 15,
    Idempotency = 16,
    Mode = 17,
    /// Digest → placement.
    Body = 18,
    /// Where the next body goes.
    Tail = 19,
    /// By agency.
    Proposal = 40,
    /// By agency, then by who approves.
    Approval = 41,
    /// By agency, then by the log that began.
    Succession = 42,
    /// By peer.
    Shown = 43,
    /// Last day on which a body may be held, leaf → due record.
    Due = 20,
    Retired = 21,
    /// By message.
    Erasure = 22,
    /// `erased` leaf → the message, for finishing what a crash interrupted.
    ErasureByLeaf = 23,
    /// By the end of its life.
    KeyBackup = 24,
    /// Up to which `erased` leaf keys and bytes are destroyed. Written beside a commit, never in the journal.
    Destroyed = 25,
    /// By which note of the node's own log it is.
    Cosigned = 26,
    PeerCosigned = 27,
    /// By digest of the file.
    Evidence = 28,
    /// By agency, then by digest.
    Revocation = 44,
    /// By agency.
    Notice = 45,
    /// By procedure, then by message.
    Act = 46,
    /// By agency.
    Staff = 47,
    /// File, author, then message → the key of a message row: beside which messages of whom a file stands.
    ///
    /// 48 was the same without the author, so that one member's messages stood between those of another.
    File = 53,
    /// By leaf of the message, then by file → nothing: what is wanted is found in the order in which it was named.
    Attached = 49,
    /// By agency.
    Queried = 50,
    /// Kind of the message that begins it, procedure → nothing: the end of the key is the procedure.
    Begun = 51,
    /// Day on which it is looked at again, leaf → nothing: the end of the key is the leaf of a message row.
    Review = 52,
}

impl Table {
    /// The prefix byte.
    pub(crate) const fn prefix(self) -> u8 {
        self as u8
    }

    /// The key of a table with one row.
    pub(crate) fn single(self) -> Vec<u8> {
        vec![self.prefix()]
    }

    /// Every key of the table.
    pub(crate) fn all(self) -> Keys {
        within(vec![self.prefix()])
    }
}

/// Every key that begins with these bytes.
pub(crate) fn within(prefix: Vec<u8>) -> Keys {
    let until = after(&prefix);
    Keys { from: prefix, until }
}

/// The first key that lies after all those that begin with these bytes.
pub(crate) fn after(prefix: &[u8]) -> Vec<u8> {
    let mut next = prefix.to_vec();
    while let Some(last) = next.pop() {
        if let Some(above) = last.checked_add(1) {
            next.push(above);
            return next;
        }
    }
    next
}

/// Key of a leaf.
pub(crate) fn leaf(index: LeafIndex) -> Vec<u8> {
    key(Table::Leaf, &[&index.get().to_be_bytes()])
}

/// Key of a full tile.
pub(crate) fn tile(level: u8, index: u64) -> Vec<u8> {
    key(Table::Tile, &[&[level], &index.to_be_bytes()])
}

/// Key of a message: its leaf, so that new messages stand side by side and long rows are never moved by random keys.
pub(crate) fn message(leaf: LeafIndex) -> Vec<u8> {
    key(Table::Message, &[&leaf.get().to_be_bytes()])
}

/// Key of what a message contributes to its procedure.
pub(crate) fn act(procedure: &ProcedureId, message: &Digest) -> Vec<u8> {
    key(Table::Act, &[procedure.as_bytes(), message.as_bytes()])
}

/// What the keys of all acts of one procedure begin with.
pub(crate) fn acts(procedure: &ProcedureId) -> Vec<u8> {
    key(Table::Act, &[procedure.as_bytes()])
}

/// Key that leads from a digest to a message.
pub(crate) fn message_by_digest(digest: &Digest) -> Vec<u8> {
    key(Table::MessageByDigest, &[digest.as_bytes()])
}

/// Key that leads from an id and its author to a message; an author may name a message as another has.
pub(crate) fn message_by_id(id: &MessageId, from: &AgencyId) -> Vec<u8> {
    key(Table::MessageById, &[id.as_bytes(), from.as_str().as_bytes(), &[0]])
}

/// What the keys of all messages with one id begin with.
pub(crate) fn messages_by_id(id: &MessageId) -> Vec<u8> {
    key(Table::MessageById, &[id.as_bytes()])
}

/// What the keys of all procedures begin with that a message of one kind begins.
pub(crate) fn begun_with(kind: Kind) -> Vec<u8> {
    key(Table::Begun, &[kind.text().as_bytes(), &[0]])
}

/// Key of a procedure by what begins it.
pub(crate) fn begun(kind: Kind, procedure: &ProcedureId) -> Vec<u8> {
    [begun_with(kind), procedure.as_bytes().to_vec()].concat()
}

/// Key of one number of a link, in one of the tables that have such keys.
pub(crate) fn numbered(table: Table, peer: &AgencyId, epoch: Epoch, number: LinkNumber) -> Vec<u8> {
    [link_prefix(table, peer, epoch), number.get().to_be_bytes().to_vec()].concat()
}

/// What the keys of one epoch of a link begin with.
pub(crate) fn link_prefix(table: Table, peer: &AgencyId, epoch: Epoch) -> Vec<u8> {
    key(table, &[peer.as_str().as_bytes(), &[0], &epoch.get().to_be_bytes()])
}

/// What the keys of one message's deliveries begin with.
pub(crate) fn deliveries(message: &Digest) -> Vec<u8> {
    key(Table::Delivery, &[message.as_bytes()])
}

/// Key of a row per agency.
pub(crate) fn agency(table: Table, agency: &AgencyId) -> Vec<u8> {
    key(table, &[agency.as_str().as_bytes(), &[0]])
}

/// Key of a credential.
pub(crate) fn credential(holder: &AgencyId, serial: Serial) -> Vec<u8> {
    [agency(Table::Credential, holder), serial.get().to_be_bytes().to_vec()].concat()
}

/// Key of a revocation.
pub(crate) fn revocation(holder: &AgencyId, digest: &Digest) -> Vec<u8> {
    [agency(Table::Revocation, holder), digest.as_bytes().to_vec()].concat()
}

/// Key of a charter version.
pub(crate) fn charter(version: CharterVersion) -> Vec<u8> {
    key(Table::Charter, &[&version.get().to_be_bytes()])
}

/// Key of a member's approval of a succession.
pub(crate) fn approval(holder: &AgencyId, approver: &AgencyId) -> Vec<u8> {
    [agency(Table::Approval, holder), approver.as_str().as_bytes().to_vec(), vec![0]].concat()
}

/// Key of a succession.
pub(crate) fn succession(holder: &AgencyId, log: LogNumber) -> Vec<u8> {
    [agency(Table::Succession, holder), log.get().to_be_bytes().to_vec()].concat()
}

/// Key of a note of the node's own log with its cosignatures.
pub(crate) fn cosigned(gathered: Gathered) -> Vec<u8> {
    let place = match gathered {
        Gathered::Round => 0,
        Gathered::Quorate => 1,
        Gathered::First => 2,
    };
    key(Table::Cosigned, &[&[place]])
}

/// Key of an idempotency answer; the caller's text is hashed, so that keys stay short.
pub(crate) fn idempotency(text: &str) -> Vec<u8> {
    key(Table::Idempotency, &[digest::sha256(text.as_bytes()).as_bytes()])
}

/// Key of a body that is due: the order of keys is the order of days.
pub(crate) fn due(day: CivilDate, leaf: LeafIndex) -> Vec<u8> {
    [due_on(day), leaf.get().to_be_bytes().to_vec()].concat()
}

/// What the keys of all bodies begin with that are due on one day.
pub(crate) fn due_on(day: CivilDate) -> Vec<u8> {
    key(Table::Due, &[&day_bytes(day)])
}

/// Key of a message by the day on which it is looked at again: the order of keys is the order of days.
pub(crate) fn review(day: CivilDate, leaf: LeafIndex) -> Vec<u8> {
    [review_on(day), leaf.get().to_be_bytes().to_vec()].concat()
}

/// What the keys of all messages begin with that are looked at again on one day.
pub(crate) fn review_on(day: CivilDate) -> Vec<u8> {
    key(Table::Review, &[&day_bytes(day)])
}

/// A day in bytes whose order is that of days.
fn day_bytes(day: CivilDate) -> [u8; 4] {
    let (year, month, day) = day.parts();
    let [month, day] = [month, day].map(|part| u8::try_from(part).unwrap_or(0));
    let [high, low] = u16::try_from(year).unwrap_or(0).to_be_bytes();
    [high, low, month, day]
}

/// Key of an erasure.
pub(crate) fn erasure(message: &Digest) -> Vec<u8> {
    key(Table::Erasure, &[message.as_bytes()])
}

/// Key that leads from an `erased` leaf to its message.
pub(crate) fn erasure_by_leaf(leaf: LeafIndex) -> Vec<u8> {
    key(Table::ErasureByLeaf, &[&leaf.get().to_be_bytes()])
}

/// Key of a copy of the keys.
pub(crate) fn key_backup(until: Timestamp, at: Timestamp) -> Vec<u8> {
    key(Table::KeyBackup, &[&until.millis().to_be_bytes(), &at.millis().to_be_bytes()])
}

/// Key that leads from a file to a message of an author beside which it stands.
pub(crate) fn file(file: &Digest, author: &AgencyId, message: &Digest) -> Vec<u8> {
    [beside_of(file, author), message.as_bytes().to_vec()].concat()
}

/// What the keys of all messages of one author begin with beside which a file stands.
pub(crate) fn beside_of(file: &Digest, author: &AgencyId) -> Vec<u8> {
    [beside(file), author.as_str().as_bytes().to_vec(), vec![0]].concat()
}

/// What the keys of all messages begin with beside which a file stands.
pub(crate) fn beside(file: &Digest) -> Vec<u8> {
    key(Table::File, &[file.as_bytes()])
}

/// Key that says that a message names a file.
pub(crate) fn attached_at(leaf: LeafIndex, file: &Digest) -> Vec<u8> {
    key(Table::Attached, &[&leaf.get().to_be_bytes(), file.as_bytes()])
}

/// Key of a body's placement.
pub(crate) fn body(message: &Digest) -> Vec<u8> {
    key(Table::Body, &[message.as_bytes()])
}

/// Key of a file of evidence.
pub(crate) fn evidence(digest: &Digest) -> Vec<u8> {
    key(Table::Evidence, &[digest.as_bytes()])
}

/// The rows of one journal entry, and the tail after it. `None` when something in it cannot be read.
pub(crate) fn rows_of(entry: &Entry, tail: Tail) -> Option<(Vec<Row>, Tail)> {
    let mut rows = Vec::with_capacity(entry.records.len().saturating_mul(2));
    for bytes in &entry.records {
        let record = codec::decode::<Record>(bytes).ok()?;
        rows_of_record(&record, bytes, &mut rows);
    }
    let tail = rows_of_placements(&entry.bodies, tail, &mut rows)?;
    Some((rows, tail))
}

/// The rows of the bodies of one commit, and the tail after them.
pub(crate) fn rows_of_placements(
    bodies: &[Placement],
    tail: Tail,
    rows: &mut Vec<Row>,
) -> Option<Tail> {
    let mut after = tail;
    for placement in bodies {
        after = after.after(placement);
        rows.push((body(&placement.message), codec::encode(placement).ok()?));
    }
    if !bodies.is_empty() {
        rows.push((Table::Tail.single(), after.to_bytes()));
    }
    Some(after)
}

/// The rows of one record; `bytes` is its encoding.
pub(crate) fn rows_of_record(record: &Record, bytes: &[u8], rows: &mut Vec<Row>) {
    let place = match record {
        Record::Leaf(record) => leaf(record.index),
        Record::Tile(record) => tile(record.level, record.index),
        Record::Head(_) => Table::Head.single(),
        Record::Message(record) => {
            let place = message(record.leaf);
            let digest = record.digest.as_bytes().to_vec();
            rows.push((message_by_id(&record.id, &record.from), digest));
            rows.push((message_by_digest(&record.digest), place.clone()));
            // What was taken has a header that can be read.
            if let Ok(header) = header::read(&record.message) {
                // spec: fil-20
                for Attachment { digest, .. } in header.attachments {
                    rows.push((file(&digest, &record.from, &record.digest), place.clone()));
                    rows.push((attached_at(record.leaf, &digest), Vec::new()));
                }
                // spec: era-10
                if record.body == BodyForm::Held {
                    rows.push((review(header.handling.review_on, record.leaf), Vec::new()));
                }
            }
            place
        }
        Record::Outbound(record) => {
            let place = numbered(Table::Outbound, &record.peer, record.epoch, record.number);
            // A number is open before it is settled, and keeps its message.
            if record.settlement == Settlement::Open {
                rows.push(([deliveries(&record.message), place.clone()].concat(), Vec::new()));
            }
            place
        }
        Record::Inbound(record) => {
            numbered(Table::Inbound, &record.peer, record.epoch, record.number)
        }
        Record::Dispatch(record) => {
            numbered(Table::Dispatch, &record.peer, record.epoch, record.first)
        }
        Record::Receipt(record) => {
            numbered(Table::Receipt, &record.peer, record.epoch, record.first)
        }
        Record::Link(record) => agency(Table::Link, &record.peer),
        Record::PeerHead(record) => agency(Table::PeerHead, &record.peer),
        Record::Credential(record) => credential(&record.agency, record.serial),
        Record::Charter(record) => charter(record.version),
        Record::Idempotency(record) => idempotency(&record.key),
        Record::Mode(_) => Table::Mode.single(),
        Record::Proposal(record) => agency(Table::Proposal, &record.agency),
        Record::Approval(record) => approval(&record.agency, &record.approver),
        Record::Succession(record) => succession(&record.agency, record.log),
        Record::Shown(record) => agency(Table::Shown, &record.peer),
        Record::Due(record) => due(record.day, record.leaf),
        Record::Retired(_) => Table::Retired.single(),
        Record::Erasure(record) => {
            rows.push((erasure_by_leaf(record.leaf), record.message.as_bytes().to_vec()));
            erasure(&record.message)
        }
        Record::KeyBackup(record) => key_backup(record.until, record.at),
        Record::Cosigned(record) => cosigned(record.gathered),
        Record::PeerCosigned(record) => agency(Table::PeerCosigned, &record.peer),
        Record::Evidence(record) => evidence(&record.digest),
        Record::Revocation(record) => revocation(&record.agency, &record.digest),
        Record::Notice(record) => agency(Table::Notice, &record.agency),
        Record::Staff(record) => agency(Table::Staff, &record.agency),
        Record::Queried(record) => agency(Table::Queried, &record.peer),
        Record::Act(record) => {
            if record.act.parents.is_empty() {
                rows.push((begun(record.act.kind, &record.procedure), Vec::new()));
            }
            act(&record.procedure, &record.act.digest)
        }
    };
    rows.push((place, bytes.to_vec()));
}

fn key(table: Table, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = vec![table.prefix()];
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}
