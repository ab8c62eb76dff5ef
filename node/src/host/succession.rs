//! The end of this node's log and the beginning of the next: the store of the next one is made from the present one.
//!
//! Everything here happens before the node is connected to anything: what is signed for the next log leaves the
//! process only after the folders have changed places, so a try that was interrupted is thrown away and made again.
//!
//! Absent on purpose: asking peers (`exchange`), deciding (`protocol::log::succession`), moving folders
//! (`store::succeed`).

use std::path::Path;

use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::Engine;
use concord_protocol::engine::Persona;
use concord_protocol::engine::effects::Effects;
use concord_protocol::engine::input::Carry;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::OpenLog;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Settlement;
use concord_protocol::engine::recover::Remembered;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::succession;
use concord_protocol::log::succession::VerifiedApproval;
use concord_protocol::log::succession::VerifiedStatement;
use concord_protocol::log::succession::VerifiedSuccession;
use concord_protocol::log::succession::fault::ApprovalError;
use concord_protocol::log::tree::Tree;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::succession::SuccessionFrame;
use serde_bytes::ByteBuf;

use crate::entropy;
use crate::host::mailbox::Outgoing;
use crate::host::shared::Shared;
use crate::host::start::StartError;
use crate::host::writer;
use crate::store::Store;
use crate::store::StoreSettings;
use crate::store::entry::Placement;
use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::read::succession::Inheritance;

/// Messages, or inherited records, in one commit.
const PAGE: usize = 128;

/// What the next log is made of.
pub(crate) struct Next<'a> {
    pub(crate) dir: &'a Path,
    pub(crate) settings: StoreSettings,
    pub(crate) storage: &'a [u8; 32],
    /// The present log.
    pub(crate) reader: &'a Reader,
    /// Who the node is in the next log.
    pub(crate) persona: Persona,
    pub(crate) peers: Vec<AgencyId>,
    pub(crate) logs: std::collections::BTreeMap<AgencyId, LogNumber>,
    pub(crate) charter_version: CharterVersion,
    pub(crate) succession: VerifiedSuccession,
}

/// What this node states about the end of its own log, while it is not in force.
pub(crate) fn proposed(
    reader: &Reader,
    directory: &Directory,
    me: &AgencyId,
) -> Result<Option<VerifiedStatement>, ReadError> {
    let Some(record) = reader.proposal(me)? else { return Ok(None) };
    let verified = succession::verify_statement(&record.statement, directory).ok();
    Ok(verified.filter(|verified| verified.statement().from_log == directory.log_of(me)))
}

/// The succession of this node's log that a quorum approved and that is not in force yet.
///
/// It waits for the credential of the next log: without one nobody could verify what that log signs.
// spec: suc-15
pub(crate) fn due(
    reader: &Reader,
    directory: &Directory,
    me: &AgencyId,
) -> Result<Option<VerifiedSuccession>, ReadError> {
    let quarantined = matches!(reader.mode()?, Some(ModeRecord::Quarantined(_)));
    let Some(statement) = proposed(reader, directory, me)?.filter(|_| quarantined) else {
        return Ok(None);
    };
    let to = statement.statement().to_log;
    let approvals = reader.approvals(me)?;
    let approvals = approvals.iter().filter_map(|record| {
        succession::verify_approval(&record.approval, &statement, directory).ok()
    });
    let approved = succession::join(statement.clone(), approvals.collect(), directory).ok();
    if approved.is_some() && directory.log_keys(me, to).is_empty() {
        tracing::warn!(
            "a quorum approved the succession; adopt the credential that names the next log"
        );
        return Ok(None);
    }
    Ok(approved)
}

/// What to say to a peer about ended logs: this node's successions that it does not know, what this node proposes, and
/// the approval that it gave to what the peer proposes.
// spec: wire-68
pub(crate) fn to_say(shared: &Shared, met: &Met) -> Result<Vec<Outgoing>, ReadError> {
    let (reader, directory) = (&shared.reader, shared.directory());
    let own = reader.successions()?.into_iter().filter(|record| record.agency == shared.me);
    let mut said: Vec<Outgoing> = own
        .filter(|record| record.log > met.our_log())
        .map(|record| SuccessionFrame { statement: record.statement, approvals: record.approvals })
        .map(Outgoing::Succession)
        .collect();
    if let Some(statement) = proposed(reader, &directory, &shared.me)? {
        let statement = ByteBuf::from(statement.bytes().to_vec());
        said.push(Outgoing::Succession(SuccessionFrame { statement, approvals: Vec::new() }));
    }
    if met.log() == directory.log_of(met.peer()) {
        let given = reader.approvals(met.peer())?.into_iter();
        let given = given.filter(|record| record.approver == shared.me);
        said.extend(given.map(|record| Outgoing::Approval(record.approval.into_vec())));
    }
    Ok(said)
}

/// Checks a peer's approval against what this node proposes; `None` when that is something else by now.
// spec: wire-69
pub(crate) fn approval(
    shared: &Shared,
    peer: &AgencyId,
    bytes: &[u8],
) -> Result<Option<VerifiedApproval>, CloseCode> {
    let directory = shared.directory();
    let statement = proposed(&shared.reader, &directory, &shared.me);
    let Some(statement) = statement.map_err(|_| CloseCode::Stopping)? else { return Ok(None) };
    match succession::verify_approval(bytes, &statement, &directory) {
        Ok(approval) if approval.agency() == peer => Ok(Some(approval)),
        // It was given before the statement was made anew.
        Err(ApprovalError::OtherStatement) => Ok(None),
        Ok(_) | Err(_) => Err(CloseCode::BadSuccession),
    }
}

/// Makes the store of the next log: its first leaves, what it inherits, and every message.
///
/// # Errors
/// When something cannot be read, signed or written; what was made is thrown away by the next try.
pub(crate) fn build(next: Next<'_>) -> Result<(), StartError> {
    let remembered = Remembered {
        tree: Tree::new(),
        head: None,
        links: next.reader.links()?,
        owed: Vec::new(),
        held: next.reader.peer_heads()?,
        mode: ModeRecord::Open,
        retired: next.reader.retired()?,
        cosigned: Vec::new(),
        unwitnessed: None,
        evidence: Vec::new(),
        peers_cosigned: next.reader.peers_cosigned()?,
        unlogged: Vec::new(),
        logs: next.logs.clone(),
        // They are inherited as rows, and nobody proposes anything before the next start.
        proposals: Vec::new(),
        queried: next.reader.queried()?,
    };
    let engine = Engine::recover(next.persona.clone(), next.peers.clone(), remembered)?;
    let store = Store::open_next(next.dir, next.settings, ContentKey::from_bytes(*next.storage))?;
    let open =
        OpenLog { succession: next.succession.clone(), charter_version: next.charter_version };
    let mut builder = Builder { engine, store };
    builder.commit(Input::Open(Box::new(open)), Vec::new())?;
    builder.inherit(next.reader, &next.persona.agency)?;
    builder.carry_evidence(next.reader)?;
    builder.carry(next.reader, &next)?;
    builder.store.close().map_err(StartError::Commit)
}

/// The engine and the store of a log that is not in place yet.
struct Builder {
    engine: Engine,
    store: Store,
}

impl Builder {
    fn commit(&mut self, input: Input, placements: Vec<Placement>) -> Result<(), StartError> {
        let mut effects: Effects = self.engine.step(&entropy::moment()?, input)?;
        effects.absorb(self.engine.step(&entropy::moment()?, Input::Checkpoint)?);
        writer::remember(effects, &mut self.store, placements).map_err(StartError::Commit)
    }

    /// Takes over the rows that stay as they are.
    fn inherit(&mut self, reader: &Reader, me: &AgencyId) -> Result<(), StartError> {
        let mut place = Inheritance::default();
        loop {
            let page = reader.inherited(&mut place, PAGE)?;
            if page.is_empty() {
                return Ok(());
            }
            let records: Vec<Record> = page
                .into_iter()
                .filter(|record| !is_done(record, me))
                .map(of_any_place)
                .flat_map(reopened)
                .collect();
            if !records.is_empty() {
                self.store.commit_carried(&records, Vec::new()).map_err(StartError::Commit)?;
            }
        }
    }

    /// Carries the evidence that is held, one file in a commit: each may be long.
    fn carry_evidence(&mut self, reader: &Reader) -> Result<(), StartError> {
        let mut last: Option<Digest> = None;
        loop {
            let page = reader.evidence_after(last.as_ref(), 1)?;
            let Some(found) = page.last() else { return Ok(()) };
            last = Some(found.digest);
            self.commit(Input::CarryEvidence(page), Vec::new())?;
        }
    }

    /// Carries every message, oldest first, with its body where it is.
    // spec: suc-11
    fn carry(&mut self, reader: &Reader, next: &Next<'_>) -> Result<(), StartError> {
        let ended = next.succession.statement().statement().from_log;
        let mut from = LeafIndex::new(0);
        loop {
            let page = reader.messages_from(from, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            from = last.leaf.next();
            let mut placements = Vec::new();
            let mut carried = Vec::with_capacity(page.len());
            for record in page {
                if record.body == BodyForm::Held {
                    placements.extend(reader.placement(&record.digest)?);
                }
                carried.push(Carry {
                    place: place_of(reader, &record, ended)?,
                    open: open_of(reader, &record, &next.persona.agency)?,
                    record,
                });
            }
            self.commit(Input::Carry(carried), placements)?;
        }
    }
}

/// Whether a record is about the succession that is now in force.
fn is_done(record: &Record, me: &AgencyId) -> bool {
    matches!(record, Record::Proposal(proposal) if proposal.agency == *me)
        || matches!(record, Record::Approval(approval) if approval.agency == *me)
}

/// A copy of keys holds those of messages before a place in the log that ended: in the next log, of any that is carried.
///
/// A revocation is logged again: the next log has to say what it knows.
fn of_any_place(mut record: Record) -> Record {
    if let Record::KeyBackup(copy) = &mut record {
        copy.size = TreeSize::new(u64::MAX);
    }
    if let Record::Revocation(known) = &mut record {
        known.leaf = None;
    }
    record
}

/// A settled number is remembered as open first, for that is what leads from a message to its deliveries.
fn reopened(record: Record) -> Vec<Record> {
    let Record::Outbound(outbound) = &record else { return vec![record] };
    if outbound.settlement == Settlement::Open {
        return vec![record];
    }
    let open = OutboundRecord { settlement: Settlement::Open, ..outbound.clone() };
    vec![Record::Outbound(open), record]
}

/// The log that holds the leaf of a message, and its place there; a message that was carried before keeps its first one.
fn place_of(
    reader: &Reader,
    record: &MessageRecord,
    ended: LogNumber,
) -> Result<(LogNumber, LeafIndex), ReadError> {
    let leaf = reader.leaf(record.leaf)?.ok_or(ReadError::Row)?;
    match concord_protocol::codec::decode::<Leaf>(&leaf) {
        Ok(Leaf::Carried { log, index, .. }) => Ok((log, index)),
        Ok(_) => Ok((ended, record.leaf)),
        Err(_) => Err(ReadError::Row),
    }
}

/// The numbers of an own message that no peer settled.
fn open_of(
    reader: &Reader,
    record: &MessageRecord,
    me: &AgencyId,
) -> Result<Vec<OutboundRecord>, ReadError> {
    if record.from != *me {
        return Ok(Vec::new());
    }
    let mut deliveries = reader.deliveries(&record.digest)?;
    deliveries.retain(|delivery| delivery.settlement == Settlement::Open);
    Ok(deliveries)
}
