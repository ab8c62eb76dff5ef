//! From what a node holds to a file. Everything made is judged before it is handed out.
//!
//! Uses `misfit`, `judge`. The signatures are taken out of the notes that came: other lines, and other ways to write the
//! same line, do not get into the file, so that two nodes that saw the same make the same file.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::audit::evidence::Accusation;
use crate::audit::evidence::Case;
use crate::audit::evidence::CharterRivals;
use crate::audit::evidence::CosignedHead;
use crate::audit::evidence::Evidence;
use crate::audit::evidence::EvidenceFlaw;
use crate::audit::evidence::FORMAT;
use crate::audit::evidence::IdReused;
use crate::audit::evidence::LogFork;
use crate::audit::evidence::LogOutlived;
use crate::audit::evidence::NumberReused;
use crate::audit::evidence::ReceiptFork;
use crate::audit::evidence::Side;
use crate::audit::evidence::SignedHead;
use crate::audit::evidence::WitnessFork;
use crate::audit::evidence::judge;
use crate::audit::evidence::misfit;
use crate::audit::evidence::misfit::Shape;
use crate::audit::evidence::outlived;
use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::signature::Signature;
use crate::envelope::header;
use crate::identity;
use crate::identity::charter::Proposal;
use crate::identity::charter::papers::Double;
use crate::identity::credential::Credential;
use crate::identity::credential::VerifiedCredential;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::cosignature::CosignerKey;
use crate::log::note;
use crate::log::note::NoteKey;
use crate::log::succession;
use crate::log::succession::VerifiedSuccession;
use crate::wire::dispatch;
use crate::wire::receipt::Receipt;
use crate::wire::succession::SuccessionFrame;

/// Whose log two checkpoints are of.
#[derive(Clone, Copy, Debug)]
pub struct Log<'a> {
    /// Members and their credentials.
    pub directory: &'a Directory,
    /// The owner.
    pub owner: &'a AgencyId,
    /// Which of its logs.
    pub number: LogNumber,
}

/// What came with a checkpoint that was to grow out of one that is held.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The signed note.
    pub note: &'a [u8],
    /// The consistency path that came with it; empty where none did.
    pub path: &'a [Digest],
    /// Hashes of its tree that came otherwise: the root that a witness request states, or those of inclusion paths.
    pub seen: &'a [Digest],
}

/// Why no file was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMade {
    /// One of the two is not signed by a key of the accused that is known here.
    #[error("one of the two is not signed by a key that is known here")]
    Unsigned,
    /// They fit, or what came does not prove that they do not.
    #[error("what is known does not prove that the two do not fit")]
    Unproven,
    /// Ours: what was made proves nothing.
    #[error("the file that was made does not hold")]
    Flaw(#[from] EvidenceFlaw),
}

/// Two checkpoints of one log that do not fit: one that is held, and one that was shown.
///
/// # Errors
/// When a signature is of no known key, or what came does not prove it.
pub fn log_fork(log: &Log<'_>, held: &[u8], shown: &Shown<'_>) -> Result<Accusation, NotMade> {
    let (fork, _) = fork_of(log, held, shown)?;
    write(log.directory, log.owner, Case::LogFork(fork))
}

/// A checkpoint that is held, and a receipt on another branch.
///
/// # Errors
/// When a signature is of no known key, or the receipt does not prove it.
pub fn receipt_fork(log: &Log<'_>, held: &[u8], receipt: &Receipt) -> Result<Accusation, NotMade> {
    let lowest = receipt.items.iter().min_by_key(|item| item.index).ok_or(NotMade::Unproven)?;
    let head = log.head(&receipt.checkpoint)?;
    let seen = misfit::seen(&lowest.leaf, lowest.index, head.size, &lowest.path);
    let shown = Shown { note: &receipt.checkpoint, path: &receipt.consistency, seen: &seen };
    let (fork, under) = fork_of(log, held, &shown)?;
    let case = Case::ReceiptFork(ReceiptFork {
        fork,
        under,
        index: lowest.index,
        leaf: lowest.leaf.clone(),
        path: lowest.path.clone(),
    });
    write(log.directory, log.owner, case)
}

/// Two checkpoints of one log that the same witness cosigned.
///
/// # Errors
/// When a cosignature is of no known key, or what came does not prove that they do not fit.
pub fn witness_fork(
    log: &Log<'_>,
    witness: &AgencyId,
    held: &[u8],
    shown: &Shown<'_>,
) -> Result<Accusation, NotMade> {
    let (a, b) = (log.cosigned(witness, held)?, log.cosigned(witness, shown.note)?);
    let (older, newer) = if shape_of(&b) < shape_of(&a) { (b, a) } else { (a, b) };
    let misfit = find(&shape(older.size, older.root), &shape(newer.size, newer.root), shown)?;
    let (owner, log_number) = (log.owner.clone(), log.number);
    let fork = WitnessFork { owner, log: log_number, older, newer, misfit };
    write(log.directory, witness, Case::WitnessFork(fork))
}

/// The end of a log that a quorum approved, and a checkpoint of that log.
///
/// # Errors
/// When the succession does not hold, the checkpoint is of no known key, or within the end that was stated.
pub fn log_outlived(
    directory: &Directory,
    succession: &SuccessionFrame,
    note: &[u8],
) -> Result<Accusation, NotMade> {
    let (statement, approvals) = (succession.statement.clone(), succession.approvals.clone());
    let held = verified(directory, &statement, &approvals)?;
    let said = held.statement().statement();
    let log = Log { directory, owner: &said.agency, number: said.from_log };
    let head = log.head(note)?;
    write(directory, &said.agency, Case::LogOutlived(LogOutlived { statement, approvals, head }))
}

/// Two dispatches of one link that name different messages under one number.
///
/// # Errors
/// When they do not, or are not of one known sender.
pub fn number_reused(directory: &Directory, a: &[u8], b: &[u8]) -> Result<Accusation, NotMade> {
    let (first, second) = in_order(a, b);
    let (one, _) = dispatch::read(first).map_err(|_| NotMade::Unsigned)?;
    let (other, _) = dispatch::read(second).map_err(|_| NotMade::Unsigned)?;
    let number = judge::differs_first(&one, &other).ok_or(NotMade::Unproven)?;
    let (first, second) = (ByteBuf::from(first), ByteBuf::from(second));
    write(directory, &one.from, Case::NumberReused(NumberReused { number, first, second }))
}

/// Two messages of one author under one id.
///
/// # Errors
/// When they are not.
pub fn id_reused(directory: &Directory, a: &[u8], b: &[u8]) -> Result<Accusation, NotMade> {
    let (first, second) = in_order(a, b);
    let author = header::read(first).map_err(|_| NotMade::Unsigned)?.from.agency;
    let (first, second) = (ByteBuf::from(first), ByteBuf::from(second));
    write(directory, &author, Case::IdReused(IdReused { first, second }))
}

/// Two versions of the charter that one root must not both sign.
///
/// # Errors
/// When it may, or has not signed both.
pub fn charter_rivals(directory: &Directory, double: &Double) -> Result<Accusation, NotMade> {
    let alone = |version: &Proposal| {
        version.of_root(&double.root).map(ByteBuf::from).map_err(|_| NotMade::Unproven)
    };
    let (first, second) = (alone(&double.first)?, alone(&double.second)?);
    write(directory, &double.agency, Case::CharterRivals(CharterRivals { first, second }))
}

fn in_order<'a>(a: &'a [u8], b: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    if digest::sha256(b) < digest::sha256(a) { (b, a) } else { (a, b) }
}

/// The fork, and on which side of it the shown checkpoint stands.
fn fork_of(log: &Log<'_>, held: &[u8], shown: &Shown<'_>) -> Result<(LogFork, Side), NotMade> {
    let (held, came) = (log.head(held)?, log.head(shown.note)?);
    let came_first = (came.size, came.root) < (held.size, held.root);
    let (older, newer, side) =
        if came_first { (came, held, Side::Older) } else { (held, came, Side::Newer) };
    let misfit = find(&shape(older.size, older.root), &shape(newer.size, newer.root), shown)?;
    Ok((LogFork { log: log.number, older, newer, misfit }, side))
}

fn find(older: &Shape, newer: &Shape, shown: &Shown<'_>) -> Result<misfit::Misfit, NotMade> {
    misfit::find(older, newer, shown.path, shown.seen).ok_or(NotMade::Unproven)
}

const fn shape(size: TreeSize, root: Digest) -> Shape {
    Shape { size, root }
}

fn shape_of(head: &CosignedHead) -> (TreeSize, Digest) {
    (head.size, head.root)
}

impl Log<'_> {
    /// The checkpoint in a note, with the signature of the log's key taken out of it.
    fn head(&self, note: &[u8]) -> Result<SignedHead, NotMade> {
        let origin = identity::log_origin(self.directory.charter().name(), self.owner, self.number);
        let signed = |own: &Credential| {
            let verified = checkpoint::verify(note, &origin, &own.log).ok()?;
            let key = NoteKey::new(&origin, own.log).ok()?;
            let parsed = note::parse(note).ok()?;
            let signature = <[u8; 64]>::try_from(parsed.signature(&key).ok()?).ok()?;
            let head = verified.checkpoint();
            Some(SignedHead {
                serial: own.serial,
                size: head.size,
                root: head.root,
                signature: Signature::from_bytes(signature),
            })
        };
        let own = credentials(self.directory, self.owner);
        own.filter(|own| own.log_number == self.number).find_map(signed).ok_or(NotMade::Unsigned)
    }

    /// The checkpoint in a note, with the cosignature of one witness taken out of it.
    fn cosigned(&self, witness: &AgencyId, note: &[u8]) -> Result<CosignedHead, NotMade> {
        let head = self.head(note)?;
        let name = identity::witness_name(self.directory.charter().name(), witness);
        let cosigned = |own: &Credential| {
            let key = CosignerKey::new(&name, own.witness).ok()?;
            let parsed = note::parse(note).ok()?;
            let (time, signature) = parsed.signature(&key).ok()?.split_first_chunk::<8>()?;
            Some(CosignedHead {
                serial: own.serial,
                size: head.size,
                root: head.root,
                time: u64::from_be_bytes(*time),
                signature: Signature::from_bytes(<[u8; 64]>::try_from(signature).ok()?),
            })
        };
        credentials(self.directory, witness).find_map(cosigned).ok_or(NotMade::Unsigned)
    }
}

fn credentials<'a>(
    directory: &'a Directory,
    agency: &'a AgencyId,
) -> impl Iterator<Item = &'a Credential> {
    directory
        .credentials()
        .map(VerifiedCredential::credential)
        .filter(move |credential| credential.agency == *agency)
}

/// Adds charter and credentials, and judges what was made.
fn write(directory: &Directory, accused: &AgencyId, case: Case) -> Result<Accusation, NotMade> {
    let credentials = signers(directory, accused, &case)?.into_iter().map(|(agency, serial)| {
        let held = directory.with_serial(&agency, serial).ok_or(NotMade::Unsigned)?;
        Ok(ByteBuf::from(held.bytes()))
    });
    let evidence = Evidence {
        format: FORMAT,
        accused: accused.clone(),
        credentials: credentials.collect::<Result<Vec<ByteBuf>, NotMade>>()?,
        case,
        charters: directory.chain().documents().map(|(_, bytes)| ByteBuf::from(bytes)).collect(),
    };
    let bytes = codec::encode(&evidence).map_err(|_| NotMade::Unproven)?;
    Ok(judge::verify(&bytes, Some(directory.chain().first().digest()))?)
}

/// The credentials that a case needs, by agency and serial.
fn signers(
    directory: &Directory,
    accused: &AgencyId,
    case: &Case,
) -> Result<BTreeSet<(AgencyId, Serial)>, NotMade> {
    let of_dispatch = |bytes: &[u8]| dispatch::read(bytes).ok().map(|(read, _)| read.serial);
    let of_header = |bytes: &[u8]| header::read(bytes).ok().map(|read| read.serial);
    let (a, b) = match case {
        Case::LogFork(fork) | Case::ReceiptFork(ReceiptFork { fork, .. }) => {
            (Some(fork.older.serial), Some(fork.newer.serial))
        }
        Case::WitnessFork(fork) => (Some(fork.older.serial), Some(fork.newer.serial)),
        Case::NumberReused(reused) => (of_dispatch(&reused.first), of_dispatch(&reused.second)),
        Case::IdReused(reused) => (of_header(&reused.first), of_header(&reused.second)),
        Case::LogOutlived(outlived) => {
            let succession = verified(directory, &outlived.statement, &outlived.approvals)?;
            let mut signers = outlived::signers(&succession, directory);
            signers.insert((accused.clone(), outlived.head.serial));
            return Ok(signers);
        }
        Case::CharterRivals(_) => (None, None),
    };
    Ok(a.into_iter().chain(b).map(|serial| (accused.clone(), serial)).collect())
}

fn verified(
    directory: &Directory,
    statement: &[u8],
    approvals: &[ByteBuf],
) -> Result<VerifiedSuccession, NotMade> {
    succession::verify(statement, approvals, directory).map_err(|_| NotMade::Unproven)
}
