//! A node that answers from memory: one message each way, a log with real proofs, and whatever refusal is asked for.

use core::time::Duration;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use concord_protocol::audit::bundle::BodyUse;
use concord_protocol::audit::cose_receipt;
use concord_protocol::audit::cose_receipt::Inclusion;
use concord_protocol::audit::watch::Bounds;
use concord_protocol::audit::watch::Observation;
use concord_protocol::audit::watch::Presence;
use concord_protocol::audit::watch::Watch;
use concord_protocol::audit::watch::Witnessed;
use concord_protocol::codec;
use concord_protocol::codec::value::Map;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::cose;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::oprf::DigestPublic;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::crypto::stream::FileKey;
use concord_protocol::crypto::suite::Suite;
use concord_protocol::engine::accused::Charge;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::KeyBackupRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::witness::Cosigned;
use concord_protocol::envelope::header::HEADER_VERSION;
use concord_protocol::envelope::header::Header;
use concord_protocol::envelope::header::SealedRef;
use concord_protocol::envelope::header::Sender;
use concord_protocol::feed::sort::Sorter;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::ApprovalProfile;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::charter::LogRange;
use concord_protocol::identity::charter::Member;
use concord_protocol::identity::charter::MemberName;
use concord_protocol::identity::charter::Profiles;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::identity::charter::papers::Taken;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::Party;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::log::hash;
use concord_protocol::log::leaf::Doubt;
use concord_protocol::log::leaf::EvidenceKind;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::leaf::Outcome;
use concord_protocol::log::leaf::ReceiptItem;
use concord_protocol::log::note::NoteKey;
use concord_protocol::log::policy::Policy;
use concord_protocol::log::proof;
use concord_protocol::log::tile;
use concord_protocol::log::tile::MissingTile;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tile::Tiles;
use concord_protocol::log::tlog_proof;
use concord_protocol::log::tlog_proof::TlogProof;
use concord_protocol::message::handling::Classification;
use concord_protocol::message::handling::EvidentialUse;
use concord_protocol::message::handling::HandlingCode;
use concord_protocol::message::handling::HandlingCodes;
use concord_protocol::message::handling::Onward;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::identifier::canonical;
use concord_protocol::message::intelligence::feed_entry::FeedClass;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::legal_basis::LegalBasisKind;
use concord_protocol::message::legal_basis::LegalBasisRef;
use concord_protocol::message::purpose::PurposeKind;
use concord_protocol::message::recipient::Recipient;
use concord_protocol::message::recipient::Role;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::text::HeaderText;
use concord_protocol::message::text::StaffNumber as Officer;
use concord_protocol::message::time::CivilDate;
use concord_protocol::message::urgency::Urgency;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::refusal::Refusal;
use concord_protocol::registry::RefusalCode;
use serde_bytes::ByteBuf;
use tokio::sync::OwnedMutexGuard;

use crate::api::ask::Answer;
use crate::api::ask::Ask;
use crate::api::ask::deconfliction::AskDeconfliction;
use crate::api::ask::feeds::AskFeeds;
use crate::api::ask::reviews::AskReviews;
use crate::api::tests::procedures;
use crate::api::tests::reviews;
use crate::api::tests::wire::NOON;
use crate::host::crew::Crew;
use crate::host::deconfliction::look::Proposal;
use crate::host::deconfliction::register::NewHolding;
use crate::host::deconfliction::register::Register;
use crate::host::deconfliction::register::holding::Holding;
use crate::host::deconfliction::register::query::Alert;
use crate::host::evidence::Extent;
use crate::host::feeds::Known;
use crate::host::feeds::author;
use crate::host::feeds::author::PrepareError;
use crate::host::feeds::author::PreparedChange;
use crate::host::feeds::author::PreparedList;
use crate::host::feeds::order::Given;
use crate::host::feeds::orders::OptIn;
use crate::host::feeds::orders::OrderError;
use crate::host::feeds::orders::Standing as StandingOrder;
use crate::host::handle::AdmitError;
use crate::host::handle::Admitted;
use crate::host::handle::Aim;
use crate::host::handle::Direction;
use crate::host::handle::Entry;
use crate::host::handle::Filter;
use crate::host::handle::FoundEvidence;
use crate::host::handle::Growth;
use crate::host::handle::InclusionProof;
use crate::host::handle::MessageName;
use crate::host::handle::MessageView;
use crate::host::handle::Namesake;
use crate::host::handle::OpenedBody;
use crate::host::handle::Parties;
use crate::host::handle::PingError;
use crate::host::handle::ReadError;
use crate::host::handle::RequestKey;
use crate::host::handle::SharedView;
use crate::host::handle::SubmitError;
use crate::host::handle::SubmitResult;
use crate::host::handle::charters::CharterError;
use crate::host::handle::deconfliction::DeconflictionError;
use crate::host::handle::deconfliction::MadeDigests;
use crate::host::handle::erasure::Demand;
use crate::host::handle::feeds::LookUp;
use crate::host::handle::feeds::Reading;
use crate::host::handle::files::FileError;
use crate::host::handle::files::FileStanding;
use crate::host::handle::files::OpenedFile;
use crate::host::handle::papers::OfficeView;
use crate::host::handle::procedures::ProcedureView;
use crate::host::handle::reviews::KeepError;
use crate::host::handle::reviews::Needed;
use crate::host::handle::reviews::ReviewPlace;
use crate::host::handle::reviews::Reviews;
use crate::host::handle::specialty::ReceivedView;
use crate::host::handle::succession::ApproveError;
use crate::host::handle::succession::SuccessionView;
use crate::host::handle::transcript::Forbidden;
use crate::host::handle::transcript::Wanted;
use crate::host::kept::Kept;
use crate::host::view::Agreement;
use crate::host::view::CredentialView;
use crate::host::view::Delivery;
use crate::host::view::DeliveryStatus;
use crate::host::view::EvidenceView;
use crate::host::view::Grade;
use crate::host::view::HeadView;
use crate::host::view::HealingView;
use crate::host::view::HeardView;
use crate::host::view::Made;
use crate::host::view::Mode;
use crate::host::view::PeerView;
use crate::host::view::Phase;
use crate::host::view::QuorateView;
use crate::host::view::ShownCharter;
use crate::host::view::Standing;
use crate::host::view::Submitted;
use crate::host::view::Unwitnessed;
use crate::host::view::View;
use crate::host::view::WatchView;
use crate::store::disk::RealDisk;
use crate::store::files::Files;
use crate::store::files::FilesSettings;

/// The message that the node sent.
pub(crate) const SENT: &str = "019ca884-c740-7101-8101-010101010101";

/// The message that came from a peer.
pub(crate) const RECEIVED: &str = "019ca884-cb28-7202-8202-020202020202";

/// The file of evidence that an alarmed node holds.
pub(crate) const FILE: &str = "5a1f03c25a1f03c25a1f03c25a1f03c25a1f03c25a1f03c25a1f03c25a1f03c2";

/// A node that answers from memory.
#[derive(Debug)]
pub(crate) struct Fake {
    pub(crate) view: View,
    pub(crate) messages: Vec<MessageView>,
    pub(crate) procedures: Vec<ProcedureView>,
    leaves: Vec<Vec<u8>>,
    /// What the next submission meets, if not success.
    pub(crate) refusal: Mutex<Option<SubmitError>>,
    keys: Mutex<Vec<RequestKey>>,
    register: Mutex<Register>,
    crew: Crew,
    folder: Folder,
}

/// Fakes so far: each has a folder of its own, which is made with its first file.
static FAKES: AtomicU64 = AtomicU64::new(0);

/// Gone with its fake.
#[derive(Debug)]
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

impl Fake {
    pub(crate) fn new() -> Self {
        let leaves = leaves();
        let messages = vec![sent(), received()];
        let view = view(&leaves);
        let (refusal, keys) = (Mutex::new(None), Mutex::new(Vec::new()));
        let crew = Crew::start(NonZeroUsize::MIN).unwrap();
        let number = FAKES.fetch_add(1, Ordering::Relaxed);
        let name = format!("concord-fake-{}-{number}", process::id());
        let folder = Folder(env::temp_dir().join(name));
        let register = Mutex::default();
        let procedures = procedures::views();
        Self { view, messages, procedures, leaves, refusal, keys, register, crew, folder }
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap()
    }

    /// A node that holds evidence, and on which an alarm stands.
    pub(crate) fn alarmed() -> Self {
        let mut fake = Self::new();
        let (member, log) = (agency("mm.mpf"), LogNumber::new(1));
        let digest = Digest::parse(FILE).unwrap();
        let at = Timestamp::from_millis(NOON);
        let charge = Charge {
            kind: EvidenceKind::LogFork,
            accused: member.clone(),
            log: Some(log),
            audience: Vec::new(),
            at,
            leaf: LeafIndex::new(4),
        };
        fake.view.evidence = Arc::new([EvidenceView { digest, charge }]);
        let head = Some(TreeSize::new(9));
        let evidence = Some((EvidenceKind::LogFork, digest));
        let logs = vec![Observation {
            member,
            log,
            head,
            shown: None,
            witnessed: Some(Witnessed { size: TreeSize::new(9), at }),
            presence: Presence::Here,
            evidence,
        }];
        let mut watch = Watch::new();
        watch.look(at, &Bounds::DEFAULT, &logs);
        let alarms = watch.standing().cloned().collect();
        fake.view.watch =
            Arc::new(WatchView { bounds: Bounds::DEFAULT, at: Some(at), alarms, logs });
        fake
    }

    /// A node with so many messages from a peer, and no other.
    pub(crate) fn with_messages(count: u8) -> Self {
        let one = |number: u8| {
            let mut view = received();
            view.record.id = MessageId::new(Timestamp::from_millis(NOON), [number; 10]);
            view.record.leaf = LeafIndex::new(u64::from(number));
            view
        };
        Self { messages: (0..count).map(one).collect(), ..Self::new() }
    }

    /// A node to which a peer gave a message the id of one of its own.
    pub(crate) fn with_namesakes() -> Self {
        let mut node = Self::new();
        let id = sent().record.id;
        node.messages.iter_mut().for_each(|view| view.record.id = id);
        node
    }

    /// A node whose head covers one leaf more.
    pub(crate) fn with_another_leaf() -> Self {
        let mut leaves = leaves();
        leaves.push(b"another".to_vec());
        Self { view: view(&leaves), ..Self::new() }
    }

    pub(crate) fn in_mode(mode: Mode) -> Self {
        let mut node = Self::new();
        node.view.mode = mode;
        node
    }

    pub(crate) fn refusing(error: SubmitError) -> Self {
        Self { refusal: Mutex::new(Some(error)), ..Self::new() }
    }

    fn hashes(&self) -> Hashes {
        Hashes(self.leaves.iter().map(|leaf| hash::leaf_hash(leaf)).collect())
    }

    fn proof(&self, index: LeafIndex) -> Result<InclusionProof, ReadError> {
        let leaf = usize::try_from(index.get())
            .ok()
            .and_then(|index| self.leaves.get(index))
            .ok_or(ReadError::NotFound)?;
        let path = proof::inclusion(&self.hashes(), index, self.view.head.size)
            .map_err(|_| ReadError::NotFound)?;
        Ok(InclusionProof {
            index,
            leaf: leaf.clone(),
            path,
            checkpoint: self.view.head.note.clone(),
        })
    }
}

impl Ask for Fake {
    fn view(&self) -> SharedView {
        Arc::new(self.view.clone())
    }

    fn crew(&self) -> &Crew {
        &self.crew
    }

    fn submit(&self, _: Submission, key: Option<RequestKey>) -> Answer<'_, SubmitResult> {
        Box::pin(async move {
            if let Some(error) = self.refusal.lock().unwrap().take() {
                return Err(error);
            }
            let mut keys = self.keys.lock().unwrap();
            let known =
                keys.iter().find(|known| key.as_ref().is_some_and(|key| key.text == known.text));
            if known.is_some_and(|known| Some(known) != key.as_ref()) {
                return Err(SubmitError::KeyReused);
            }
            let known = known.is_some();
            keys.extend(key);
            let record = sent().record;
            let made = if known { Made::Before } else { Made::Now };
            Ok(Submitted { id: record.id, digest: record.digest, leaf: record.leaf, made })
        })
    }

    fn files(&self) -> Files {
        let settings = FilesSettings { file_bytes: 1 << 20, total_bytes: 1 << 21, low_bytes: 0 };
        Files::open(Arc::new(RealDisk), &self.folder.0, settings).unwrap().0
    }

    fn file(&self, digest: &Digest) -> Result<FileStanding, ReadError> {
        match self.files().whole(digest).map_err(|_| ReadError::Stopping)? {
            Some(length) => Ok(FileStanding::Here { length }),
            None => Err(ReadError::NotFound),
        }
    }

    fn read_file(
        &self,
        name: MessageName,
        digest: Digest,
        _: (StaffNumber, Aim),
    ) -> Answer<'_, Result<OpenedFile, FileError>> {
        Box::pin(async move {
            self.message(name)?;
            let key = Arc::new(FileKey::from_bytes([7; 32]));
            let file = self.files().plain(&digest, key)?;
            let (media_type, leaf) = ("image/jpeg".to_owned(), LeafIndex::new(1));
            Ok(OpenedFile { file, media_type, leaf })
        })
    }

    fn read_body(
        &self,
        name: MessageName,
        _: StaffNumber,
        _: Aim,
    ) -> Answer<'_, Result<OpenedBody, ReadError>> {
        Box::pin(async move {
            let message = self.message(name)?;
            if message.record.body == BodyForm::Absent {
                return Err(ReadError::NoBody);
            }
            let mut content = Map::new();
            content.put("subject_line", Value::Text("Exercise".to_owned()));
            Ok(OpenedBody {
                files: Vec::new(),
                id: message.record.id,
                content: Value::Map(content),
                approvals: None,
                leaf: LeafIndex::new(6),
            })
        })
    }

    fn erase(
        &self,
        name: MessageName,
        demand: Demand,
    ) -> Answer<'_, Result<ErasureRecord, ReadError>> {
        Box::pin(async move {
            let message = self.message(name)?;
            if message.record.body == BodyForm::Absent {
                return Err(ReadError::NoBody);
            }
            let Demand { cause, basis, officer } = demand;
            Ok(ErasureRecord {
                message: message.record.digest,
                leaf: LeafIndex::new(7),
                cause,
                basis,
                officer,
                keys_until: None,
                at: message.record.at,
            })
        })
    }

    fn key_backup(&self) -> Answer<'_, Result<KeyBackupRecord, ReadError>> {
        let (at, until) = (Timestamp::from_millis(0), Timestamp::from_millis(86_400_000));
        Box::pin(async move { Ok(KeyBackupRecord { at, until, size: TreeSize::new(7) }) })
    }

    fn charters(&self) -> Arc<Papers> {
        Arc::new(papers())
    }

    fn take_charters(&self, documents: Vec<Vec<u8>>) -> Answer<'_, Result<Taken, CharterError>> {
        Box::pin(async move {
            let taken = papers().take(&documents);
            match taken.refused.first() {
                Some(refused) => Err(CharterError::Refused(refused.why.clone())),
                None => Ok(taken),
            }
        })
    }

    fn office(&self, _agency: &AgencyId, _of: (&StaffNumber, Timestamp)) -> OfficeView {
        OfficeView { list: None, office: None }
    }

    fn admit(&self, credential: Vec<u8>) -> Answer<'_, Result<Admitted, AdmitError>> {
        Box::pin(async move {
            match credential.as_slice() {
                b"new" => Ok(Admitted::New(agency("mm.mpf"))),
                b"known" => Ok(Admitted::Known(agency("mm.mpf"))),
                _ => Err(AdmitError::Refused {
                    reason: "the signature of the root does not hold".to_owned(),
                }),
            }
        })
    }

    fn cosign(&self) -> Answer<'_, Result<(), ReadError>> {
        Box::pin(async {
            if self.view.mode == Mode::Open {
                Ok(())
            } else {
                Err(ReadError::InDoubt(Doubt::Quarantine))
            }
        })
    }

    fn ping(&self, peer: AgencyId) -> Answer<'_, Result<Duration, PingError>> {
        Box::pin(async move {
            let found = self.view.peers.iter().find(|known| known.agency == peer);
            match found.map(|known| known.connected) {
                Some(true) => Ok(Duration::from_micros(420)),
                Some(false) => Err(PingError::Away { agency: peer }),
                None => Err(PingError::Unknown { agency: peer }),
            }
        })
    }

    fn succession(&self, _: &AgencyId) -> Result<SuccessionView, ReadError> {
        Err(ReadError::NotFound)
    }

    fn approve(&self, agency: AgencyId, _: StaffNumber) -> Answer<'_, Result<(), ApproveError>> {
        Box::pin(async move { Err(ApproveError::NoProposal { agency }) })
    }

    fn messages(&self, filter: &Filter) -> Result<Vec<MessageView>, ReadError> {
        let wanted = |view: &&MessageView| {
            let own = view.record.from == self.view.agency;
            let way = filter.direction.is_none_or(|direction| own == (direction == Direction::Out));
            way && filter.before.is_none_or(|before| view.record.leaf < before)
        };
        Ok(self.messages.iter().rev().filter(wanted).take(filter.limit).cloned().collect())
    }

    fn message(&self, name: MessageName) -> Result<MessageView, ReadError> {
        let named = |view: &&MessageView| match name {
            MessageName::Id(id) => view.record.id == id,
            MessageName::Digest(digest) => view.record.digest == digest,
        };
        let mut found: Vec<MessageView> = self.messages.iter().filter(named).cloned().collect();
        if found.len() > 1 {
            let namesakes = found.iter().map(|view| Namesake::from(&view.record));
            return Err(ReadError::Ambiguous(namesakes.collect()));
        }
        found.pop().ok_or(ReadError::NotFound)
    }

    fn procedure(&self, id: ProcedureId) -> Result<ProcedureView, ReadError> {
        let mut views = self.procedures.iter().cloned();
        views.find(|view| view.id == id).ok_or(ReadError::NotFound)
    }

    fn specialty(&self, id: ProcedureId) -> Result<Vec<ReceivedView>, ReadError> {
        let ProcedureView { id: procedure, book, .. } = self.procedure(id)?;
        Ok(vec![ReceivedView { procedure, travelled: None, book }])
    }

    fn procedures(
        &self,
        after: Option<ProcedureId>,
        limit: usize,
    ) -> Result<Vec<ProcedureView>, ReadError> {
        let views = self.procedures.iter().cloned();
        Ok(views.filter(|view| after.is_none_or(|after| view.id > after)).take(limit).collect())
    }

    fn message_proof(&self, name: MessageName) -> Result<InclusionProof, ReadError> {
        self.proof(self.message(name)?.record.leaf)
    }

    fn receipt_of(&self, name: MessageName, peer: &AgencyId) -> Result<Vec<u8>, ReadError> {
        let message = self.message(name)?;
        let delivery = message
            .deliveries
            .iter()
            .find(|delivery| delivery.agency == *peer)
            .ok_or(ReadError::NotFound)?;
        match delivery.status {
            DeliveryStatus::Receipted { .. } | DeliveryStatus::Refused { .. } => {
                Ok(b"receipt".to_vec())
            }
            DeliveryStatus::Queued
            | DeliveryStatus::Offered
            | DeliveryStatus::Undeliverable
            | DeliveryStatus::Superseded { .. } => Err(ReadError::NotFound),
        }
    }

    fn leaf_proof(&self, index: LeafIndex) -> Result<InclusionProof, ReadError> {
        self.proof(index)
    }

    fn consistency(&self, growth: Growth) -> Result<Vec<Digest>, ReadError> {
        if growth.to > self.view.head.size {
            return Err(ReadError::NotFound);
        }
        proof::consistency(&self.hashes(), growth.from, growth.to).map_err(|_| ReadError::NotFound)
    }

    fn entries(&self, from: LeafIndex, limit: usize) -> Result<Vec<Entry>, ReadError> {
        let entry = |(index, leaf): (usize, &Vec<u8>)| Entry {
            index: LeafIndex::new(u64::try_from(index).unwrap()),
            leaf: leaf.clone(),
        };
        let from = usize::try_from(from.get()).unwrap_or(usize::MAX);
        Ok(self.leaves.iter().enumerate().skip(from).take(limit).map(entry).collect())
    }

    fn tile(&self, id: TileId, width: usize) -> Result<Vec<Digest>, ReadError> {
        self.hashes().hashes(id, width).map_err(|_| ReadError::NotFound)
    }

    #[expect(clippy::unwrap_in_result, reason = "a test: what cannot be is a panic")]
    fn entry_bundle(&self, index: u64, width: usize) -> Result<Vec<u8>, ReadError> {
        let leaves = self.leaves.get(..width).filter(|_| index == 0).ok_or(ReadError::NotFound)?;
        Ok(tile::write_bundle(leaves).unwrap())
    }

    fn proof_file(&self, index: LeafIndex) -> Result<Vec<u8>, ReadError> {
        let InclusionProof { index, leaf, path, checkpoint } = self.proof(index)?;
        Ok(tlog_proof::write(&TlogProof { extra: Some(leaf), index, path, checkpoint }))
    }

    #[expect(clippy::unwrap_in_result, reason = "a test: what cannot be is a panic")]
    fn cose_receipt(&self, index: LeafIndex) -> Result<Vec<u8>, ReadError> {
        if let Some(doubt) = self.view.mode.standing() {
            return Err(ReadError::InDoubt(doubt));
        }
        let InclusionProof { index, leaf, path, checkpoint } = self.proof(index)?;
        let signer = log_key();
        let origin = &self.view.head.origin;
        let signed = checkpoint::verify(&checkpoint, origin, &signer.public()).unwrap();
        let inclusion = Inclusion { index, path };
        let at = Seconds::new(NOON / 1000).unwrap();
        Ok(cose_receipt::issue(&signed, &hash::leaf_hash(&leaf), &inclusion, at, &signer).unwrap())
    }

    #[expect(clippy::unwrap_in_result, reason = "a test: what cannot be is a panic")]
    fn policy(&self) -> Result<Vec<u8>, ReadError> {
        let log = NoteKey::new(&self.view.head.origin, log_key().public()).unwrap();
        Ok(Policy::flat(log, Vec::new(), 0).unwrap().text())
    }

    fn evidence(&self, from: LeafIndex, limit: usize) -> Result<Vec<FoundEvidence>, ReadError> {
        let held = self.view.evidence.iter().filter(|held| held.charge.leaf >= from).take(limit);
        let found = held.map(|held| FoundEvidence {
            view: held.clone(),
            proves: "mm.mpf signed two checkpoints of log1 that do not fit.".to_owned(),
            proves_not: vec!["It does not prove who at mm.mpf did it, or why.".to_owned()],
        });
        Ok(found.collect())
    }

    fn evidence_file(&self, digest: &Digest) -> Result<Vec<u8>, ReadError> {
        let held = self.view.evidence.iter().any(|held| held.digest == *digest);
        if held { Ok(b"a file".to_vec()) } else { Err(ReadError::NotFound) }
    }

    fn export(&self, extent: &Extent, out: &mut dyn Write) -> Result<(), ReadError> {
        if self.view.mode != Mode::Open {
            return Err(ReadError::InDoubt(Doubt::Quarantine));
        }
        let piece = [0x5a; 1000];
        let pieces = if *extent == Extent::Whole { 200 } else { 1 };
        (0..pieces).try_for_each(|_| out.write_all(&piece)).map_err(|_| ReadError::Stopping)
    }

    fn transcript(&self, wanted: &Wanted, out: &mut dyn Write) -> Result<(), ReadError> {
        drop(self.procedure(wanted.procedure)?);
        if (wanted.to_use, wanted.forbidden) == (BodyUse::Court, Forbidden::Refuse) {
            let refusal =
                Refusal::safeguard("orc-11", "a message is not for court", "ask for leave");
            return Err(ReadError::NotForCourt(vec![refusal.clone(), refusal]));
        }
        out.write_all(&[0x5b; 512]).map_err(|_| ReadError::Stopping)
    }
}

/// The hashes of a log with fewer than 256 leaves.
struct Hashes(Vec<Digest>);

impl Tiles for Hashes {
    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, MissingTile> {
        match (id.level, id.index) {
            (0, 0) => self.0.get(..width).map(<[Digest]>::to_vec).ok_or(MissingTile { id, width }),
            _ => Err(MissingTile { id, width }),
        }
    }
}

/// The key that signs the log's heads.
pub(crate) fn log_key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

pub(crate) fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}

fn view(leaves: &[Vec<u8>]) -> View {
    let origin = "concord/heron/la.mps/log1".to_owned();
    let size = TreeSize::new(u64::try_from(leaves.len()).unwrap());
    let hashes = Hashes(leaves.iter().map(|leaf| hash::leaf_hash(leaf)).collect());
    let root = proof::root_at(&hashes, size).unwrap();
    let head = Checkpoint { origin: origin.clone(), size, root };
    let note = checkpoint::sign(&head, &log_key()).unwrap();
    View {
        agency: agency("la.mps"),
        charter: CharterName::parse("heron").unwrap(),
        charter_version: CharterVersion::new(1),
        charter_digest: digest::sha256(b"charter"),
        phase: Phase::Started,
        mode: Mode::Open,
        healing: HealingView::Waiting,
        head: HeadView {
            origin,
            size,
            root,
            quorate: Some(QuorateView {
                size,
                note: note.clone(),
                cosignatures: 4,
                at: Some(Timestamp::from_millis(NOON)),
            }),
            note,
            quorum: 4,
            unwitnessed_since: None,
            unwitnessed: Unwitnessed::No,
        },
        peers: vec![connected("mm.mpf"), away("th.rtp")],
        evidence: Arc::new([]),
        watch: Arc::default(),
        credential: CredentialView {
            serial: Serial::new(1),
            not_after: Timestamp::from_millis(1_800_000_000_000),
            standing: Standing::InForce,
            next: None,
            soon: false,
        },
    }
}

fn connected(name: &str) -> PeerView {
    PeerView {
        agency: agency(name),
        serial: Some(Serial::new(3)),
        not_after: Some(Timestamp::from_millis(NOON + 86_400_000)),
        ends_soon: true,
        charter: Some(ShownCharter {
            version: CharterVersion::new(2),
            digest: digest::sha256(b"next charter"),
            at: Timestamp::from_millis(NOON),
            agreement: Agreement::Other,
        }),
        credential: Some(Standing::InForce),
        addresses: vec!["198.18.0.2:7411".to_owned()],
        connected: true,
        standing: None,
        heard: Some(HeardView { shown: Some(TreeSize::new(3)), mirrored: None }),
        mirrored: None,
        trouble: None,
        waiting: 0,
        epoch: Epoch::new(1),
        next: LinkNumber::new(2),
        offered: Some(LinkNumber::new(1)),
        cursor: LinkNumber::new(1),
        held: Some(TreeSize::new(9)),
        held_root: None,
        log: LogNumber::new(1),
        quorate: Some(TreeSize::new(9)),
        cosigned: Some(Cosigned { size: TreeSize::new(6), at: Timestamp::from_millis(NOON) }),
        declined: None,
        condemned: false,
    }
}

fn away(name: &str) -> PeerView {
    PeerView {
        agency: agency(name),
        serial: None,
        not_after: None,
        ends_soon: false,
        charter: None,
        credential: None,
        addresses: Vec::new(),
        connected: false,
        standing: None,
        heard: None,
        mirrored: None,
        trouble: Some("no credential of th.rtp is held".to_owned()),
        waiting: 1,
        epoch: Epoch::new(1),
        next: LinkNumber::new(2),
        offered: None,
        cursor: LinkNumber::new(0),
        held: None,
        held_root: None,
        log: LogNumber::new(1),
        quorate: None,
        cosigned: None,
        declined: None,
        condemned: false,
    }
}

fn sent() -> MessageView {
    let at = |name: &str, status: DeliveryStatus| Delivery {
        agency: agency(name),
        epoch: Epoch::new(1),
        number: LinkNumber::new(1),
        grade: match status {
            DeliveryStatus::Receipted { .. } => Some(Grade::L2),
            DeliveryStatus::Refused { .. } => Some(Grade::L1),
            DeliveryStatus::Queued
            | DeliveryStatus::Offered
            | DeliveryStatus::Undeliverable
            | DeliveryStatus::Superseded { .. } => None,
        },
        status,
    };
    let receipted = DeliveryStatus::Receipted { leaf: LeafIndex::new(8), size: TreeSize::new(9) };
    let refused =
        DeliveryStatus::Refused { leaf: LeafIndex::new(4), code: RefusalCode::HandlingUnsupported };
    let deliveries = vec![
        at("cn.mps", DeliveryStatus::Offered),
        at("mm.mpf", receipted),
        at("th.rtp", DeliveryStatus::Queued),
        at("vn.mps", refused),
    ];
    MessageView {
        record: record("la.mps", 1, 1),
        deliveries,
        erasure: None,
        kept: None,
        standing: None,
        parties: parties("LA"),
    }
}

fn received() -> MessageView {
    MessageView {
        record: MessageRecord { body: BodyForm::Absent, ..record("mm.mpf", 2, 4) },
        deliveries: Vec::new(),
        erasure: None,
        kept: None,
        standing: None,
        parties: parties("MM"),
    }
}

fn parties(sender: &str) -> Parties {
    Parties { sender: Party::parse(sender).ok(), own: Party::parse("LA").ok() }
}

fn record(from: &str, number: u8, leaf: u64) -> MessageRecord {
    let at = Timestamp::from_millis(NOON + 1000 * (u64::from(number) - 1));
    let id = MessageId::new(at, [number; 10]);
    let from = agency(from);
    let payload = codec::encode(&header(id, at, &from)).unwrap();
    let message =
        cose::sign1(&SigningKey::from_seed(&[number; 32]), ContentType::Message, &payload).unwrap();
    MessageRecord {
        digest: digest::sha256(&message),
        id,
        from,
        at,
        leaf: LeafIndex::new(leaf),
        message: ByteBuf::from(message),
        body: BodyForm::Held,
    }
}

fn header(id: MessageId, created: Timestamp, from: &AgencyId) -> Header {
    let recipients: &[&str] = if from.as_str() == "la.mps" {
        &["cn.mps", "mm.mpf", "th.rtp", "vn.mps"]
    } else {
        &["la.mps"]
    };
    let to = recipients
        .iter()
        .map(|name| Recipient { agency: agency(name), role: Role::Action })
        .collect();
    Header {
        version: HEADER_VERSION,
        id,
        kind: Kind::HandoverRequest,
        procedure: ProcedureId::new(created, [9; 10]),
        participants_version: 1,
        parents: Vec::new(),
        supersedes: None,
        from: Sender { agency: from.clone(), unit: None },
        originator: None,
        to,
        created,
        respond_by: Some(Timestamp::from_millis(NOON + 259_200_000)),
        expires: None,
        urgency: Urgency::U2,
        handling: HandlingCodes {
            classification: Classification::Restricted,
            codes: BTreeSet::from([HandlingCode::H0, HandlingCode::H1]),
            onward: Onward::OwnCompetentAuthorities,
            evidential_use: EvidentialUse::WithConsent,
            review_on: CivilDate::parse("2027-03-01").unwrap(),
            erase_by: CivilDate::parse("2031-03-01").unwrap(),
        },
        purpose: PurposeKind::Prosecution,
        legal_basis: vec![LegalBasisRef {
            kind: LegalBasisKind::Treaty,
            instrument: HeaderText::parse("CN-LA 2002").unwrap(),
            article: None,
        }],
        sealed: SealedRef { digest: digest::sha256(b"sealed"), length: 6 },
        commitment: digest::sha256(b"commitment"),
        approvals: None,
        attachments: Vec::new(),
        serial: Serial::new(1),
        exercise: true,
    }
}

/// One leaf of each kind.
fn leaves() -> Vec<Vec<u8>> {
    let at = Timestamp::from_millis(NOON);
    let (own, other) = (record("la.mps", 1, 1).digest, record("mm.mpf", 2, 4).digest);
    let (epoch, number, dispatch) =
        (Epoch::new(1), LinkNumber::new(1), digest::sha256(b"dispatch"));
    let items = vec![
        ReceiptItem { number, message: own, index: LeafIndex::new(8), outcome: Outcome::Accepted },
        ReceiptItem {
            number: number.next(),
            message: other,
            index: LeafIndex::new(9),
            outcome: Outcome::Refused { code: RefusalCode::BadBody },
        },
    ];
    let from = agency("mm.mpf");
    let facts = [
        Leaf::Started {
            at,
            charter_version: CharterVersion::new(1),
            credential: Serial::new(1),
            probed: false,
        },
        Leaf::Message { header: ByteBuf::from(vec![1; 8]) },
        Leaf::Sent { message: own, to: from.clone(), epoch, number },
        Leaf::ReceiptHeld {
            from: from.clone(),
            epoch,
            items,
            receipt: digest::sha256(b"receipt"),
            size: TreeSize::new(9),
            root: digest::sha256(b"root"),
        },
        Leaf::Received {
            message: other,
            from: from.clone(),
            epoch,
            number,
            dispatch,
            at,
            form: Form::Whole,
        },
        Leaf::Refused {
            message: other,
            from,
            epoch,
            number,
            dispatch,
            at,
            code: RefusalCode::Duplicate,
        },
        Leaf::Read {
            message: own,
            officer: StaffNumber::parse("LA-0042").unwrap(),
            purpose: PurposeCode::parse("prosecution").unwrap(),
            at,
        },
    ];
    facts.iter().map(|leaf| codec::encode(leaf).unwrap()).collect()
}

/// The papers of two agencies: version 1 in force, and version 2 with the signature of one of them.
pub(super) fn papers() -> Papers {
    let roots = [("la.mps", 1), ("mm.mpf", 2)]
        .map(|(name, byte)| (agency(name), RootKey::from_seed(&[byte; 32])));
    let member = |(agency, root): &(AgencyId, RootKey)| Member {
        agency: agency.clone(),
        party: Party::parse(&agency.as_str()[..2].to_uppercase()).unwrap(),
        names: vec![MemberName { language: "en".to_owned(), text: format!("Police of {agency}") }],
        root: root.public(),
        logs: LogRange { first: LogNumber::new(1), last: LogNumber::new(3) },
    };
    let founding = Charter {
        version: CharterVersion::new(1),
        name: CharterName::parse("mekong").unwrap(),
        previous: None,
        members: roots.iter().map(member).collect(),
        amendment_threshold: 2,
        dishonest_max: 0,
        witness_quorum: 1,
        profiles: Profiles {
            suites: vec![Suite::One.number()],
            approvals: ApprovalProfile::NoneDemanded,
        },
        resolves: None,
        clauses: Vec::new(),
    };
    let proposed = charter::propose(founding.clone()).unwrap();
    let signed = roots
        .iter()
        .fold(proposed, |bytes, (_, root)| charter::add_signature(&bytes, root).unwrap());
    let mut papers = Papers::found(charter::verify(&signed, None).unwrap());
    let mut next = Charter {
        version: CharterVersion::new(2),
        previous: Some(papers.founding().digest()),
        ..founding
    };
    next.members[0].names[0].text = "Ministry of Public Security".to_owned();
    let bytes = charter::propose(next).unwrap();
    let proposal = charter::read(&bytes).unwrap();
    papers.draft(proposal.clone()).unwrap();
    papers.sign(&proposal.digest(), &roots[0].1).unwrap();
    papers
}

impl AskReviews for Fake {
    fn reviews(&self, after: Option<ReviewPlace>, limit: usize) -> Result<Reviews, ReadError> {
        Ok(reviews::page(after, limit))
    }

    fn keep(&self, name: MessageName, needed: Needed) -> Answer<'_, Result<Kept, KeepError>> {
        let found = self.message(name).map_err(KeepError::from);
        Box::pin(async move { found.and_then(|_| reviews::keep(needed)) })
    }
}

impl AskFeeds for Fake {
    fn feeds(&self) -> Result<Vec<Arc<Known>>, ReadError> {
        Ok(Vec::new())
    }

    fn feed(&self, _procedure: &ProcedureId) -> Result<Arc<Known>, ReadError> {
        Err(ReadError::NotFound)
    }

    fn follow(&self, _procedure: ProcedureId, _given: Given) -> Result<(), OrderError> {
        Err(OrderError::Ours)
    }

    fn unfollow(&self, _procedure: &ProcedureId) -> Result<(), OrderError> {
        Err(OrderError::NotFollowed)
    }

    fn opt_in(&self, _procedure: ProcedureId, _officer: Officer) -> Result<(), OrderError> {
        Err(OrderError::Ours)
    }

    fn opt_out(&self, _procedure: &ProcedureId) -> Result<(), OrderError> {
        Err(OrderError::NotIn)
    }

    fn opted_in(&self, _procedure: &ProcedureId) -> Option<OptIn> {
        None
    }

    fn order(&self, _procedure: &ProcedureId) -> Option<StandingOrder> {
        None
    }

    fn look_up(
        &self,
        _identifier: Identifier,
        _reading: Option<Reading>,
    ) -> Answer<'_, Result<LookUp, ReadError>> {
        let nothing =
            LookUp { listings: Vec::new(), expired: 0, behind: Vec::new(), logged: Vec::new() };
        Box::pin(std::future::ready(Ok(nothing)))
    }

    fn feed_desk(&self) -> Option<OwnedMutexGuard<()>> {
        Arc::new(tokio::sync::Mutex::new(())).try_lock_owned().ok()
    }

    fn prepare_list(
        &self,
        _entries: Sorter,
        _of: (FeedClass, Option<ProcedureId>),
    ) -> Result<PreparedList, PrepareError> {
        Err(PrepareError::NotOurs)
    }

    fn prepare_change(
        &self,
        _procedure: ProcedureId,
        _wanted: author::Wanted,
    ) -> Result<PreparedChange, PrepareError> {
        Err(PrepareError::Unchanged)
    }
}

impl AskDeconfliction for Fake {
    fn digests(
        &self,
        identifiers: &[Identifier],
        _: &Officer,
    ) -> Result<MadeDigests, DeconflictionError> {
        let digest = |one: &Identifier| digest::sha256(&canonical::text(one));
        let key = DigestPublic::from_bytes([7; 32]);
        Ok(MadeDigests { key, digests: identifiers.iter().map(digest).collect() })
    }

    fn hold(&self, new: NewHolding) -> Result<Holding, DeconflictionError> {
        Ok(self.register().hold(new, Timestamp::from_millis(0))?)
    }

    fn let_go(&self, number: u64, owner: &Officer) -> Result<(), DeconflictionError> {
        Ok(self.register().let_go(number, owner)?)
    }

    fn holdings(&self, owner: &Officer) -> Result<Vec<Holding>, DeconflictionError> {
        let register = self.register();
        Ok(register.holdings().filter(|held| held.owner() == owner).cloned().collect())
    }

    fn alerts(&self, owner: &Officer) -> Result<Vec<Alert>, DeconflictionError> {
        Ok(self.register().alerts(owner))
    }

    fn proposal(&self, _: ProcedureId) -> Result<Proposal, DeconflictionError> {
        Err(DeconflictionError::NoQuery)
    }
}
