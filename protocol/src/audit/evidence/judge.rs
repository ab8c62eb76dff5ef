//! From bytes to an accusation: nothing in a file is believed.
//!
//! Uses `misfit`, `outlived`, `rivals`, `sentence`. Cheap checks come before costly ones: a file of nonsense costs one decoding.
//! The order of the checks is that of spec evd-26, so that two readers name the same flaw.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use crate::audit::evidence::Accusation;
use crate::audit::evidence::Anchor;
use crate::audit::evidence::Case;
use crate::audit::evidence::CosignedHead;
use crate::audit::evidence::Evidence;
use crate::audit::evidence::EvidenceFlaw;
use crate::audit::evidence::FORMAT;
use crate::audit::evidence::IdReused;
use crate::audit::evidence::LogFork;
use crate::audit::evidence::NumberReused;
use crate::audit::evidence::ReceiptFork;
use crate::audit::evidence::Side;
use crate::audit::evidence::SignedHead;
use crate::audit::evidence::Which;
use crate::audit::evidence::WitnessFork;
use crate::audit::evidence::misfit;
use crate::audit::evidence::misfit::Misfit;
use crate::audit::evidence::misfit::NoMisfit;
use crate::audit::evidence::misfit::Shape;
use crate::audit::evidence::outlived;
use crate::audit::evidence::rivals;
use crate::audit::evidence::sentence;
use crate::codec;
use crate::codec::Encoded;
use crate::crypto::cose::Sign1;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::signature::VerifyingKey;
use crate::envelope::header;
use crate::envelope::header::Header;
use crate::identity::charter::Member;
use crate::identity::charter::chain;
use crate::identity::charter::chain::Chain;
use crate::identity::credential::Credential;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::limits::CHAIN_DOCUMENTS_MAX;
use crate::limits::MEMBERS_MAX;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::cosignature;
use crate::log::cosignature::Seconds;
use crate::log::hash;
use crate::log::leaf::Leaf;
use crate::log::proof;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;

/// Credentials that two signed things need: one for each.
const CREDENTIALS_MAX: usize = 2;

/// Credentials that a succession with the approvals of many members can need.
const CREDENTIALS_OF_MANY_MAX: usize = 2 * MEMBERS_MAX;

/// The format of a file that cannot be read otherwise.
#[derive(Deserialize)]
struct Stamp {
    format: u64,
}

/// Judges a file from nothing but itself and, where one is given, the digest of the charter. Source: spec evd-2.
///
/// # Errors
/// The first thing for which it proves nothing.
pub fn verify(bytes: &[u8], pin: Option<Digest>) -> Result<Accusation, EvidenceFlaw> {
    // spec: evd-26
    let evidence = read(bytes)?;
    if evidence.charters.is_empty() || evidence.charters.len() > CHAIN_DOCUMENTS_MAX {
        return Err(EvidenceFlaw::Charters { found: evidence.charters.len() });
    }
    let most = match &evidence.case {
        Case::LogOutlived(_) => CREDENTIALS_OF_MANY_MAX,
        Case::LogFork(_)
        | Case::ReceiptFork(_)
        | Case::WitnessFork(_)
        | Case::NumberReused(_)
        | Case::IdReused(_) => CREDENTIALS_MAX,
        // A root needs no credential to sign with, and everything else does.
        Case::CharterRivals(_) => 0,
    };
    if evidence.credentials.is_empty() != (most == 0) || evidence.credentials.len() > most {
        return Err(EvidenceFlaw::Credentials { accused: evidence.accused.clone() });
    }
    // spec: evd-2
    let chain = chain::verify(&evidence.charters, pin).map_err(EvidenceFlaw::Charter)?;
    let charter = chain.first().digest();
    let mut keys = Keys::read(&evidence, chain)?;
    let judged = match &evidence.case {
        Case::LogFork(fork) => log_fork(&mut keys, fork)?,
        Case::ReceiptFork(receipt) => receipt_fork(&mut keys, receipt)?,
        Case::WitnessFork(fork) => witness_fork(&mut keys, fork)?,
        Case::NumberReused(reused) => number_reused(&mut keys, reused)?,
        Case::IdReused(reused) => id_reused(&mut keys, reused)?,
        Case::LogOutlived(outlived) => outlived::judge(&mut keys, outlived)?,
        Case::CharterRivals(double) => rivals::judge(&mut keys, double)?,
    };
    keys.all_used()?;
    let Judged { sentence, named, notes, log } = judged;
    Ok(Accusation {
        bytes: bytes.to_vec(),
        digest: digest::sha256(bytes),
        charter,
        anchor: if pin.is_some() { Anchor::Pinned } else { Anchor::SelfConsistent },
        sentence,
        named,
        notes,
        log,
        outdated: keys.outdated,
        evidence,
    })
}

/// Judges a file that somebody brings to a node: each credential inside is one that the node holds, or one that it
/// would take now. Source: spec evd-28.
///
/// Whoever stole a root that was replaced can make credentials that nobody ever held, and accuse with their keys.
///
/// # Errors
/// The first thing for which it proves nothing to this node.
pub fn verify_for(bytes: &[u8], directory: &Directory) -> Result<Accusation, EvidenceFlaw> {
    let accusation = verify(bytes, Some(directory.chain().first().digest()))?;
    // spec: evd-28
    for credential in &accusation.evidence.credentials {
        if !directory.credentials().any(|held| held.bytes() == credential.as_slice()) {
            directory.verify(credential).map_err(EvidenceFlaw::Credential)?;
        }
    }
    Ok(accusation)
}

/// Reads the one form of a file of this format.
fn read(bytes: &[u8]) -> Result<Evidence, EvidenceFlaw> {
    // spec: evd-1
    if bytes.len() <= Evidence::BYTES_MAX
        && let Some(Stamp { format }) = codec::peek(bytes)
        && format != u64::from(FORMAT)
    {
        return Err(EvidenceFlaw::Format { found: format });
    }
    codec::decode(bytes).map_err(EvidenceFlaw::Form)
}

/// What a case says to people, whom it names, and which log it is about.
pub(super) struct Judged {
    pub(super) sentence: String,
    pub(super) named: BTreeSet<AgencyId>,
    pub(super) notes: Vec<Vec<u8>>,
    pub(super) log: Option<LogNumber>,
}

/// The credentials inside, and which of them were needed.
pub(super) struct Keys<'a> {
    accused: &'a AgencyId,
    directory: Directory,
    used: BTreeSet<(AgencyId, Serial)>,
    /// Whose root is another one in the newest version inside, or who left.
    outdated: BTreeSet<AgencyId>,
}

impl<'a> Keys<'a> {
    fn read(evidence: &'a Evidence, chain: Chain) -> Result<Self, EvidenceFlaw> {
        let accused = &evidence.accused;
        member(&chain, accused)?;
        let of_many = matches!(evidence.case, Case::LogOutlived(_));
        let others = || EvidenceFlaw::Credentials { accused: accused.clone() };
        let mut directory = Directory::under(chain);
        let mut last: Option<(AgencyId, Serial)> = None;
        for bytes in &evidence.credentials {
            let verified = directory.verify_ever(bytes).map_err(EvidenceFlaw::Credential)?;
            let place = (verified.agency().clone(), verified.serial());
            // spec: evd-3
            if !(of_many || place.0 == *accused) || last.as_ref() >= Some(&place) {
                return Err(others());
            }
            directory.admit(verified).map_err(|_| others())?;
            last = Some(place);
        }
        let old = directory.credentials().filter(|held| !directory.counts(held));
        let outdated = old.map(|held| held.agency().clone()).collect();
        Ok(Self { accused, directory, used: BTreeSet::new(), outdated })
    }

    /// Notes that everything rests on a root of the accused that is not its root any more.
    pub(super) fn rests_on_old_root(&mut self) {
        self.outdated.insert(self.accused.clone());
    }

    pub(super) const fn accused(&self) -> &'a AgencyId {
        self.accused
    }

    pub(super) const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// A credential of the accused.
    pub(super) fn credential(&mut self, serial: Serial) -> Result<&Credential, EvidenceFlaw> {
        let lacking = || EvidenceFlaw::Credentials { accused: self.accused.clone() };
        let verified = self.directory.with_serial(self.accused, serial).ok_or_else(lacking)?;
        self.used.insert((self.accused.clone(), serial));
        Ok(verified.credential())
    }

    /// Counts credentials as needed that something inside named.
    pub(super) fn use_all(&mut self, named: BTreeSet<(AgencyId, Serial)>) {
        self.used.extend(named);
    }

    /// A checkpoint as its owner would sign it.
    pub(super) fn checkpoint_of(
        &self,
        owner: &AgencyId,
        log: LogNumber,
        shape: Shape,
    ) -> Checkpoint {
        let origin = self.directory.origin(owner, log);
        Checkpoint { origin, size: shape.size, root: shape.root }
    }

    // spec: evd-3
    fn all_used(&self) -> Result<(), EvidenceFlaw> {
        let inside = self.directory.credentials();
        let mut named = inside.map(|held| (held.agency().clone(), held.serial()));
        if named.all(|held| self.used.contains(&held)) {
            Ok(())
        } else {
            Err(EvidenceFlaw::Credentials { accused: self.accused.clone() })
        }
    }
}

fn member(chain: &Chain, agency: &AgencyId) -> Result<(), EvidenceFlaw> {
    match chain.member_ever(agency) {
        Some(_) => Ok(()),
        None => Err(EvidenceFlaw::NotAMember { agency: agency.clone() }),
    }
}

fn log_fork(keys: &mut Keys<'_>, fork: &LogFork) -> Result<Judged, EvidenceFlaw> {
    let notes = judge_fork(keys, fork)?;
    let sentence = sentence::log_fork(keys.accused, fork);
    let (named, log) = (BTreeSet::from([keys.accused.clone()]), Some(fork.log));
    Ok(Judged { sentence, named, notes, log })
}

/// Judges the two checkpoints, and gives them as notes.
fn judge_fork(keys: &mut Keys<'_>, fork: &LogFork) -> Result<Vec<Vec<u8>>, EvidenceFlaw> {
    let (older, newer) = (shape(&fork.older), shape(&fork.newer));
    judge_misfit(&older, &newer, &fork.misfit)?;
    let mut notes = Vec::new();
    for (which, head) in [(Which::First, &fork.older), (Which::Second, &fork.newer)] {
        let checkpoint = keys.checkpoint_of(keys.accused, fork.log, shape(head));
        let credential = keys.credential(head.serial)?;
        // The key of another log of the same agency says nothing about this one.
        if credential.log_number != fork.log {
            return Err(EvidenceFlaw::Statement { which });
        }
        signed(&credential.log, &checkpoint::text(&checkpoint), head, which)?;
        let note = checkpoint::assemble(&checkpoint, &credential.log, &head.signature);
        notes.push(note.map_err(|_| EvidenceFlaw::Statement { which })?);
    }
    Ok(notes)
}

pub(super) fn signed(
    key: &VerifyingKey,
    text: &str,
    head: &SignedHead,
    which: Which,
) -> Result<(), EvidenceFlaw> {
    key.verify(text.as_bytes(), &head.signature).map_err(|_| EvidenceFlaw::Signature { which })
}

pub(super) const fn shape(head: &SignedHead) -> Shape {
    Shape { size: head.size, root: head.root }
}

fn judge_misfit(older: &Shape, newer: &Shape, misfit: &Misfit) -> Result<(), EvidenceFlaw> {
    misfit::check(older, newer, misfit).map_err(|none| match none {
        NoMisfit::Order => EvidenceFlaw::Order,
        NoMisfit::Fits => EvidenceFlaw::Fits,
        NoMisfit::Proof(error) => EvidenceFlaw::Proof(error),
    })
}

fn receipt_fork(keys: &mut Keys<'_>, receipt: &ReceiptFork) -> Result<Judged, EvidenceFlaw> {
    let notes = judge_fork(keys, &receipt.fork)?;
    let (head, which) = match receipt.under {
        Side::Older => (&receipt.fork.older, Which::First),
        Side::Newer => (&receipt.fork.newer, Which::Second),
    };
    // spec: evd-7
    let hash = hash::leaf_hash(&receipt.leaf);
    proof::verify_inclusion(&hash, receipt.index, head.size, &receipt.path, &head.root)
        .map_err(EvidenceFlaw::Proof)?;
    let leaf: Leaf = codec::decode(&receipt.leaf).map_err(|_| EvidenceFlaw::Statement { which })?;
    let (Leaf::Received { from, .. } | Leaf::Refused { from, .. }) = &leaf else {
        return Err(EvidenceFlaw::Statement { which });
    };
    let sentence = sentence::receipt_fork(keys.accused, receipt, &leaf);
    let named = BTreeSet::from([keys.accused.clone(), from.clone()]);
    Ok(Judged { sentence, named, notes, log: Some(receipt.fork.log) })
}

fn witness_fork(keys: &mut Keys<'_>, fork: &WitnessFork) -> Result<Judged, EvidenceFlaw> {
    let chain = keys.directory.chain();
    member(chain, &fork.owner)?;
    // spec: evd-8
    let accepts = |owner: &Member| owner.logs.contains(fork.log);
    if fork.owner == *keys.accused || !chain.member_ever(&fork.owner).is_some_and(accepts) {
        return Err(EvidenceFlaw::Statement { which: Which::First });
    }
    let of = |head: &CosignedHead| Shape { size: head.size, root: head.root };
    judge_misfit(&of(&fork.older), &of(&fork.newer), &fork.misfit)?;
    for (which, head) in [(Which::First, &fork.older), (Which::Second, &fork.newer)] {
        let text = checkpoint::text(&keys.checkpoint_of(&fork.owner, fork.log, of(head)));
        let at = Seconds::new(head.time).map_err(|_| EvidenceFlaw::Statement { which })?;
        let cosigned = cosignature::said(&text, at);
        let credential = keys.credential(head.serial)?;
        credential
            .witness
            .verify(cosigned.as_bytes(), &head.signature)
            .map_err(|_| EvidenceFlaw::Signature { which })?;
    }
    let sentence = sentence::witness_fork(keys.accused, fork);
    let named = BTreeSet::from([keys.accused.clone(), fork.owner.clone()]);
    Ok(Judged { sentence, named, notes: Vec::new(), log: Some(fork.log) })
}

/// Two signed structures are in their order when the digest of the first is the smaller.
fn in_order(first: &[u8], second: &[u8]) -> Result<(), EvidenceFlaw> {
    // spec: evd-4
    if digest::sha256(first) < digest::sha256(second) { Ok(()) } else { Err(EvidenceFlaw::Order) }
}

fn number_reused(keys: &mut Keys<'_>, reused: &NumberReused) -> Result<Judged, EvidenceFlaw> {
    in_order(&reused.first, &reused.second)?;
    let first = dispatch_of(keys, &reused.first, Which::First)?;
    let second = dispatch_of(keys, &reused.second, Which::Second)?;
    if first.to != second.to || first.epoch != second.epoch {
        return Err(EvidenceFlaw::Statement { which: Which::Second });
    }
    // spec: evd-9
    if differs_first(&first, &second) != Some(reused.number) {
        return Err(EvidenceFlaw::Fits);
    }
    let sentence = sentence::number_reused(reused.number, &first, &second);
    let named = BTreeSet::from([first.from, first.to]);
    Ok(Judged { sentence, named, notes: Vec::new(), log: None })
}

fn dispatch_of(keys: &mut Keys<'_>, bytes: &[u8], which: Which) -> Result<Dispatch, EvidenceFlaw> {
    let (dispatch, signed) =
        dispatch::read(bytes).map_err(|_| EvidenceFlaw::Statement { which })?;
    member(keys.directory.chain(), &dispatch.to)?;
    if dispatch.charter != *keys.directory.charter().name() || dispatch.from != *keys.accused {
        return Err(EvidenceFlaw::Statement { which });
    }
    holds(keys, dispatch.serial, &signed, which)?;
    Ok(dispatch)
}

fn holds(
    keys: &mut Keys<'_>,
    serial: Serial,
    signed: &Sign1,
    which: Which,
) -> Result<(), EvidenceFlaw> {
    let credential = keys.credential(serial)?;
    signed.verify(&credential.signing).map_err(|_| EvidenceFlaw::Signature { which })
}

/// The lowest number under which two dispatches of one link name different messages.
pub(super) fn differs_first(first: &Dispatch, second: &Dispatch) -> Option<LinkNumber> {
    let numbered = |dispatch: &Dispatch| -> BTreeMap<u64, Digest> {
        (dispatch.first.get()..).zip(dispatch.items.iter().map(|item| item.message)).collect()
    };
    let second = numbered(second);
    numbered(first)
        .into_iter()
        .find(|(number, message)| second.get(number).is_some_and(|other| other != message))
        .map(|(number, _)| LinkNumber::new(number))
}

fn id_reused(keys: &mut Keys<'_>, reused: &IdReused) -> Result<Judged, EvidenceFlaw> {
    in_order(&reused.first, &reused.second)?;
    let first = header_of(keys, &reused.first, Which::First)?;
    let second = header_of(keys, &reused.second, Which::Second)?;
    // spec: evd-9
    if first.id != second.id || first == second {
        return Err(EvidenceFlaw::Fits);
    }
    let recipients = first.to.iter().chain(&second.to).map(|recipient| recipient.agency.clone());
    let named = recipients.chain([keys.accused.clone()]).collect();
    let digests = (digest::sha256(&reused.first), digest::sha256(&reused.second));
    let sentence = sentence::id_reused(keys.accused, &first, digests);
    Ok(Judged { sentence, named, notes: Vec::new(), log: None })
}

fn header_of(keys: &mut Keys<'_>, bytes: &[u8], which: Which) -> Result<Header, EvidenceFlaw> {
    let (header, signed) = header::parse(bytes).map_err(|_| EvidenceFlaw::Statement { which })?;
    if header.from.agency != *keys.accused {
        return Err(EvidenceFlaw::Statement { which });
    }
    holds(keys, header.serial, &signed, which)?;
    Ok(header)
}
