//! The statement that this node's log ends, made from a stopped node's directory and what its peers showed of the log.
//!
//! Uses `store`. It is durable before it is told; the next start hands it to every peer.
//! Absent on purpose: approvals, and any way to end a log of which nothing is in doubt.

use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::engine::record::Gathered;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::engine::record::ProposalRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::log::hash;
use concord_protocol::log::succession;
use concord_protocol::log::succession::Lost;
use concord_protocol::log::succession::Restored;
use concord_protocol::log::succession::Statement;
use concord_protocol::log::succession::VerifiedStatement;
use concord_protocol::log::succession::code::Cause;
use concord_protocol::moment::Timestamp;
use serde_bytes::ByteBuf;

use crate::clock;
use crate::host::start;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::enrolment::EnrolmentError;
use crate::settings::folder::NodeFolder;
use crate::store::Batch;
use crate::store::CommitError;
use crate::store::Store;
use crate::store::edge;
use crate::store::edge::BadTree;
use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::recover::OpenError;
use crate::store::stopped::Notes;

/// What the officer says, and the keys that it takes.
#[derive(Debug)]
pub struct Decision {
    /// Why the log ends.
    pub cause: Cause,
    /// Who decides.
    pub officer: StaffNumber,
    /// When.
    pub at: Timestamp,
    /// Signs the statement.
    pub signing: SharedSigner,
    /// Opens the store.
    pub storage: ContentKey,
}

/// Why nothing was stated; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ProposeError {
    /// Charter or credentials.
    #[error(transparent)]
    Enrolment(#[from] EnrolmentError),
    /// The store.
    #[error("open the store")]
    Store(#[from] OpenError),
    /// The store could not be read.
    #[error("read the store")]
    Read(#[from] ReadError),
    /// The log does not have the tree that was signed.
    #[error("rebuild the tree")]
    Tree(#[from] BadTree),
    /// The statement could not be recorded.
    #[error("record the statement")]
    Commit(#[from] CommitError),
    /// The node is not in quarantine.
    #[error("the node is not in quarantine: nothing proves that its log cannot go on")]
    NotQuarantined,
    /// Too few peers have said what they hold of the log.
    #[error("{heard} of {needed} peers have shown what they hold of this log")]
    Unheard {
        /// Peers that have.
        heard: usize,
        /// Peers that must have.
        needed: usize,
    },
    /// The charter accepts no further log of this agency.
    #[error("the charter accepts no log {log} of {agency}")]
    NoNumber {
        /// The log that would come next.
        log: LogNumber,
        /// The node's agency.
        agency: AgencyId,
    },
    /// What was made does not verify: ours.
    #[error("the statement that was made does not hold")]
    Unmade,
}

/// States that the log of a stopped node ends. Source: spec suc-14.
///
/// # Errors
/// Why not.
// spec: suc-14
pub fn propose(
    folder: &NodeFolder,
    settings: &Settings,
    decision: Decision,
) -> Result<VerifiedStatement, ProposeError> {
    let enrolment = enrolment::load(folder, settings, clock::now())?;
    let (mut store, _) =
        Store::open(folder.path(), start::store_settings(settings), decision.storage)?;
    let reader = store.reader();
    let directory = start::directory(&enrolment.directory, &Notes::of(&reader)?);
    let Some(ModeRecord::Quarantined(proof)) = reader.mode()? else {
        return Err(ProposeError::NotQuarantined);
    };
    let ground = Ground::of(&reader, &directory, &settings.agency, &proof.note)?;
    let end = ground.named.last().map_or(TreeSize::new(0), |last| last.checkpoint().size);
    let to_log = ground.log.next();
    let member = directory.charter().member(&settings.agency);
    if !member.is_some_and(|member| member.logs.contains(to_log)) {
        return Err(ProposeError::NoNumber { log: to_log, agency: settings.agency.clone() });
    }
    let statement = Statement {
        charter: directory.charter().name().clone(),
        agency: settings.agency.clone(),
        serial: serial_of(&directory, &settings.agency, (&decision.signing, ground.log)),
        from_log: ground.log,
        to_log,
        last: ground.named.iter().map(|last| ByteBuf::from(last.note().to_vec())).collect(),
        restored: ground.restored,
        lost: Lost {
            first: LeafIndex::new(ground.agreed.get()),
            count: end.get().saturating_sub(ground.agreed.get()),
        },
        cause: decision.cause,
        officer: decision.officer,
        at: decision.at,
    };
    let signed = succession::sign_statement(&statement, decision.signing.as_ref())
        .map_err(|_| ProposeError::Unmade)?;
    let verified =
        succession::verify_statement(&signed, &directory).map_err(|_| ProposeError::Unmade)?;
    let (agency, statement) = (settings.agency.clone(), ByteBuf::from(signed));
    let record = Record::Proposal(ProposalRecord { agency, statement });
    store.commit(Batch { records: vec![record], bodies: Vec::new() })?;
    store.close()?;
    Ok(verified)
}

/// What the node knows about the log that ends.
struct Ground {
    log: LogNumber,
    /// Every checkpoint that somebody is known to hold, and the own one, in the order of a statement.
    named: Vec<SignedCheckpoint>,
    restored: Restored,
    /// The largest size up to which what was restored is known to agree with what a member holds.
    agreed: TreeSize,
}

impl Ground {
    fn of(
        reader: &Reader,
        directory: &Directory,
        me: &AgencyId,
        proof: &[u8],
    ) -> Result<Self, ProposeError> {
        let shown = reader.shown()?;
        let charter = directory.charter().charter();
        let peers = directory.members().len().saturating_sub(1);
        let needed = peers.saturating_sub(usize::from(charter.dishonest_max)).max(1);
        if shown.len() < needed {
            return Err(ProposeError::Unheard { heard: shown.len(), needed });
        }
        let head = reader.head()?;
        let own = head.as_ref().map(|head: &HeadRecord| head.note.as_slice());
        let notes = shown.iter().map(|shown| shown.note.as_slice()).chain(own).chain([proof]);
        let known: Vec<(LogNumber, SignedCheckpoint)> =
            notes.filter_map(|note| read_own(directory, me, note)).collect();
        let in_force = directory.log_of(me);
        let log = known.iter().map(|(log, _)| *log).max().unwrap_or(in_force).max(in_force);
        let mut named: Vec<SignedCheckpoint> =
            known.into_iter().filter(|(of, _)| *of == log).map(|(_, known)| known).collect();
        let place = |known: &SignedCheckpoint| (known.checkpoint().size, known.checkpoint().root);
        named.sort_by_key(place);
        named.dedup_by_key(|known| place(known));
        let (mut restored, mut agreed) =
            (Restored { size: TreeSize::new(0), root: hash::EMPTY_ROOT }, TreeSize::new(0));
        if let Some(head) = head.filter(|_| log == in_force) {
            restored = Restored { size: head.size, root: head.root };
            let tree = edge::tree(reader.rows(), &head)?;
            // What a quorum cosigned, members hold.
            let quorate = reader.cosigned()?.into_iter();
            let quorate = quorate.filter(|note| note.gathered != Gathered::Round);
            agreed = quorate.map(|note| note.size).max().unwrap_or(agreed).min(head.size);
            let within = |size: TreeSize| size.get() > 0 && size <= head.size;
            for held in shown.iter().filter(|held| within(held.size)) {
                if edge::root_at(reader.rows(), &tree, held.size)? == held.root {
                    agreed = agreed.max(held.size);
                }
            }
        }
        Ok(Self { log, named, restored, agreed })
    }
}

/// One of our own checkpoints, and of which log it is.
fn read_own(
    directory: &Directory,
    me: &AgencyId,
    note: &[u8],
) -> Option<(LogNumber, SignedCheckpoint)> {
    let log = directory.log_named(me, checkpoint::origin_line(note)?)?;
    let origin = directory.origin(me, log);
    let keys = directory.log_keys(me, log);
    let mut signed = keys.iter().map(|known| checkpoint::verify(note, &origin, &known.key));
    Some((log, signed.find_map(Result::ok)?))
}

/// The credential that peers surely know: the newest of the log that ends, else the newest of all, with this key.
fn serial_of(
    directory: &Directory,
    me: &AgencyId,
    (signing, log): (&SharedSigner, LogNumber),
) -> Serial {
    let own = directory.credentials().filter(|credential| credential.agency() == me);
    let with_key = own.filter(|own| own.credential().signing == signing.public());
    let newest = with_key.max_by_key(|own| (own.credential().log_number == log, own.serial()));
    newest.map_or(Serial::new(0), |own| own.serial())
}
