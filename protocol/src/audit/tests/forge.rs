//! The workshop: agencies that log, exchange and export without a node, and may lie at every step.

extern crate std;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use std::sync::LazyLock;

use serde_bytes::ByteBuf;

use crate::audit::bundle;
use crate::audit::bundle::Manifest;
use crate::audit::bundle::Part;
use crate::audit::bundle::PartEntry;
use crate::audit::bundle::Scope;
use crate::audit::bundle::sequence;
use crate::audit::export;
use crate::audit::export::Archive;
use crate::audit::export::Contents;
use crate::audit::finding::Finding;
use crate::audit::ledger::Grown;
use crate::audit::progress::Unwatched;
use crate::audit::ustar;
use crate::audit::verify;
use crate::audit::verify::report::Report;
use crate::codec;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::envelope::header::Header;
use crate::envelope::header::SealedRef;
use crate::envelope::header::Sender;
use crate::identity::charter::chain::Chain;
use crate::identity::credential;
use crate::identity::directory::Directory;
use crate::identity::fixtures;
use crate::identity::revocation;
use crate::ids::AgencyId;
use crate::ids::BasisCode;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::ids::PurposeCode;
use crate::ids::Serial;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature;
use crate::log::cosignature::CosignerKey;
use crate::log::cosignature::Seconds;
use crate::log::leaf::EraseCause;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::leaf::Outcome;
use crate::log::leaf::ReceiptItem as HeldItem;
use crate::log::note;
use crate::log::proof;
use crate::log::tile;
use crate::log::tile::TileId;
use crate::log::tile::Tiles;
use crate::message::handling::Classification;
use crate::message::handling::EvidentialUse;
use crate::message::handling::HandlingCodes;
use crate::message::handling::Onward;
use crate::message::kind::Kind;
use crate::message::purpose::PurposeKind;
use crate::message::recipient::Recipient;
use crate::message::recipient::Role;
use crate::message::time::CivilDate;
use crate::message::urgency::Urgency;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::registry::RefusalCode;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;
use crate::wire::dispatch::DispatchItem;
use crate::wire::receipt::Receipt;
use crate::wire::receipt::ReceiptItem;

pub(super) const LA: &str = "la.mps";
pub(super) const MM: &str = "mm.mpf";
pub(super) const TH: &str = "th.rtp";

/// When everything happens: a day after the credentials begin.
pub(super) const NOW: Timestamp = fixtures::BEGIN.after(Span::from_days(1));

/// The epoch of every link, unless a test says otherwise.
pub(super) const EPOCH: Epoch = Epoch::new(1);

/// The credentials of all three, as their roots signed them; made once, for lattice signatures take their time.
fn credentials() -> Vec<(AgencyId, Serial, Vec<u8>)> {
    static SIGNED: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        let sign = |agency| {
            credential::sign(&fixtures::credential(agency, 1), &fixtures::root(agency)).unwrap()
        };
        [LA, MM, TH].into_iter().map(sign).collect()
    });
    let signed = [LA, MM, TH].into_iter().zip(SIGNED.iter());
    signed
        .map(|(agency, bytes)| (fixtures::agency(agency), Serial::new(1), bytes.clone()))
        .collect()
}

/// Everybody's credentials under the charter.
pub(super) fn directory() -> Directory {
    let mut directory = Directory::new(fixtures::verified_charter());
    for agency in [LA, MM, TH] {
        directory.admit(fixtures::verified_credential(agency, 1)).unwrap();
    }
    directory
}

fn key(agency: &str, role: &str) -> SigningKey {
    fixtures::signing_key(agency, role, 1)
}

pub(super) fn origin(agency: &str) -> String {
    format!("concord/mekong/{agency}/log1")
}

/// The digest to pin.
pub(super) fn genesis() -> Digest {
    fixtures::verified_charter().digest()
}

/// An agency with its log and what it keeps.
#[derive(Clone)]
pub(super) struct Agency {
    pub(super) name: &'static str,
    pub(super) leaves: Vec<Vec<u8>>,
    pub(super) log: Grown,
    pub(super) messages: BTreeMap<Digest, Vec<u8>>,
    pub(super) dispatches: BTreeMap<Digest, Vec<u8>>,
    pub(super) receipts: BTreeMap<Digest, Vec<u8>>,
    pub(super) peer_checkpoints: Vec<(AgencyId, Vec<u8>)>,
    pub(super) peer_cosigned: Vec<(AgencyId, Vec<u8>)>,
    pub(super) cosignatures: Vec<(TreeSize, Vec<u8>)>,
    pub(super) evidence: BTreeMap<Digest, Vec<u8>>,
    /// Salted bodies that it opens for a court.
    pub(super) bodies: BTreeMap<Digest, Vec<u8>>,
    /// The versions of the charter that its bundles bring along.
    pub(super) chain: Chain,
    /// The credential whose log key signs now: 1, or 2 after it was renewed.
    pub(super) serial: u64,
    queue: BTreeMap<&'static str, Vec<(LinkNumber, Vec<u8>)>>,
    next: BTreeMap<&'static str, u64>,
    made: u8,
}

/// What goes over a link: numbers with messages, and the dispatch that covers them.
#[derive(Clone)]
pub(super) struct Offered {
    pub(super) dispatch: Vec<u8>,
    pub(super) messages: Vec<(LinkNumber, Vec<u8>)>,
}

impl Agency {
    /// An agency whose node has started.
    pub(super) fn new(name: &'static str) -> Self {
        let mut agency = Self::blank(name);
        agency.push(&started());
        agency
    }

    /// An agency with an empty log.
    pub(super) fn blank(name: &'static str) -> Self {
        Self {
            name,
            leaves: Vec::new(),
            log: Grown::default(),
            messages: BTreeMap::new(),
            dispatches: BTreeMap::new(),
            receipts: BTreeMap::new(),
            peer_checkpoints: Vec::new(),
            peer_cosigned: Vec::new(),
            cosignatures: Vec::new(),
            evidence: BTreeMap::new(),
            bodies: BTreeMap::new(),
            chain: Chain::founding(fixtures::verified_charter()),
            serial: 1,
            queue: BTreeMap::new(),
            next: BTreeMap::new(),
            made: 0,
        }
    }

    pub(super) fn push(&mut self, leaf: &Leaf) -> LeafIndex {
        self.push_bytes(codec::encode(leaf).unwrap())
    }

    pub(super) fn push_bytes(&mut self, leaf: Vec<u8>) -> LeafIndex {
        self.log.append(&leaf);
        self.leaves.push(leaf);
        LeafIndex::new(u64::try_from(self.leaves.len() - 1).unwrap())
    }

    /// A header from this agency, with an id of its own.
    pub(super) fn header(&mut self, to: &[&str]) -> Header {
        self.made += 1;
        header(self.name, to, self.made)
    }

    pub(super) fn sign(&self, header: &Header) -> Vec<u8> {
        let encoded = codec::encode(header).unwrap();
        cose::sign1(&key(self.name, "signing"), ContentType::Message, &encoded).unwrap()
    }

    /// Logs a message and its numbers.
    pub(super) fn send(&mut self, to: &[&'static str]) -> Digest {
        let header = self.header(to);
        let message = self.sign(&header);
        let digest = self.log_message(&message);
        for peer in to {
            self.number(&message, digest, peer);
        }
        digest
    }

    /// Logs a message that was signed, and its number.
    pub(super) fn send_message(&mut self, message: &[u8], to: &'static str) -> Digest {
        let digest = self.log_message(message);
        self.number(message, digest, to);
        digest
    }

    fn number(&mut self, message: &[u8], digest: Digest, peer: &'static str) {
        let number = self.next.entry(peer).or_insert(0);
        *number += 1;
        let number = LinkNumber::new(*number);
        self.push(&Leaf::Sent {
            message: digest,
            to: fixtures::agency(peer),
            epoch: EPOCH,
            number,
        });
        self.queue.entry(peer).or_default().push((number, message.to_vec()));
    }

    pub(super) fn log_message(&mut self, message: &[u8]) -> Digest {
        self.push(&Leaf::Message { header: ByteBuf::from(message) });
        digest::sha256(message)
    }

    /// Everything that waits for a peer, under one dispatch.
    pub(super) fn offer(&mut self, to: &'static str) -> Offered {
        let messages = self.queue.remove(to).unwrap_or_default();
        let dispatch = self.dispatch(to, &messages);
        Offered { dispatch, messages }
    }

    pub(super) fn dispatch(&self, to: &str, messages: &[(LinkNumber, Vec<u8>)]) -> Vec<u8> {
        let item =
            |message: &[u8]| DispatchItem { message: digest::sha256(message), form: Form::Whole };
        let dispatch = Dispatch {
            charter: fixtures::charter().name,
            from: fixtures::agency(self.name),
            to: fixtures::agency(to),
            serial: Serial::new(1),
            epoch: EPOCH,
            first: messages[0].0,
            items: messages.iter().map(|(_, message)| item(message)).collect(),
        };
        dispatch::sign(&dispatch, &key(self.name, "signing")).unwrap()
    }

    /// Logs what was offered; numbers in `refused` are refused. Gives the places.
    pub(super) fn take(
        &mut self,
        from: &str,
        offered: &Offered,
        refused: &[u64],
    ) -> Vec<(LinkNumber, LeafIndex)> {
        let (from, dispatch) = (fixtures::agency(from), digest::sha256(&offered.dispatch));
        let mut places = Vec::new();
        for (number, message) in &offered.messages {
            let (number, digest) = (*number, digest::sha256(message));
            self.dispatches.insert(dispatch, offered.dispatch.clone());
            let place = Arrival { message: digest, from: &from, number, dispatch };
            let leaf = if refused.contains(&number.get()) {
                place.refused()
            } else {
                self.messages.insert(digest, message.clone());
                place.received()
            };
            places.push((number, self.push(&leaf)));
        }
        places
    }

    /// This agency's signed head.
    pub(super) fn checkpoint(&self) -> SignedCheckpoint {
        let head = self.log.head();
        let checkpoint = Checkpoint { origin: origin(self.name), size: head.size, root: head.root };
        let key = fixtures::signing_key(self.name, "log", self.serial);
        let note = checkpoint::sign(&checkpoint, &key).unwrap();
        checkpoint::verify(&note, &checkpoint.origin, &key.public()).unwrap()
    }

    /// A receipt for what stands at these places, continuing from an older size.
    pub(super) fn receipt(&self, places: &[(LinkNumber, LeafIndex)], from: u64) -> Receipt {
        let (from, size) = (TreeSize::new(from), self.log.head().size);
        let item = |(number, index): &(LinkNumber, LeafIndex)| ReceiptItem {
            number: *number,
            index: *index,
            leaf: ByteBuf::from(self.leaves[usize::try_from(index.get()).unwrap()].clone()),
            path: proof::inclusion(&self.log, *index, size).unwrap(),
        };
        Receipt {
            epoch: EPOCH,
            checkpoint: ByteBuf::from(self.checkpoint().note()),
            from,
            consistency: proof::consistency(&self.log, from, size).unwrap(),
            items: places.iter().map(item).collect(),
        }
    }

    /// Logs a receipt of a peer as held, with all its items.
    pub(super) fn hold(&mut self, peer: &str, receipt: &Receipt) {
        let leaf = held(peer, receipt);
        self.keep_receipt(receipt);
        self.push(&leaf);
    }

    pub(super) fn keep_receipt(&mut self, receipt: &Receipt) {
        let bytes = codec::encode(receipt).unwrap();
        self.receipts.insert(digest::sha256(&bytes), bytes);
    }

    pub(super) fn contents(&self) -> Contents {
        Contents {
            agency: fixtures::agency(self.name),
            charter: fixtures::charter().name,
            checkpoint: self.checkpoint(),
            made_at: NOW,
            charters: self.chain.clone(),
            credentials: self.credentials(),
            scope: None,
            bodies: None,
            seed: [7; 16],
            cosignatures: self.cosignatures.clone(),
            peer_checkpoints: self.peer_checkpoints.clone(),
            peer_cosigned: self.peer_cosigned.clone(),
        }
    }

    /// Everybody's first credential, and its own second one where it has one.
    fn credentials(&self) -> Vec<(AgencyId, Serial, Vec<u8>)> {
        let mut held = credentials();
        if self.serial > 1 {
            let renewed = fixtures::credential(self.name, self.serial);
            let bytes = credential::sign(&renewed, &fixtures::root(self.name)).unwrap();
            held.push((renewed.agency, renewed.serial, bytes));
            held.sort();
        }
        held
    }

    pub(super) fn bundle(&self) -> Vec<u8> {
        self.scoped(None)
    }

    /// The bundle of a part of the log.
    pub(super) fn scoped(&self, scope: Option<Scope>) -> Vec<u8> {
        let mut bundle = Vec::new();
        let contents = Contents { scope, ..self.contents() };
        export::write(self, &contents, &mut bundle, &Unwatched).unwrap();
        bundle
    }

    /// What an auditor with the pin says of this agency's bundle.
    pub(super) fn audited(&self) -> Result<Report, Finding> {
        verify::verify(&self.bundle(), Some(genesis()))
    }
}

impl Archive for Agency {
    type Error = &'static str;

    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, Self::Error> {
        Tiles::hashes(&self.log, id, width).map_err(|_| "no such tile")
    }

    fn leaf(&self, index: LeafIndex) -> Result<Vec<u8>, Self::Error> {
        self.leaves
            .get(usize::try_from(index.get()).unwrap_or(usize::MAX))
            .cloned()
            .ok_or("no such leaf")
    }

    fn named(&self, _: LeafIndex, digest: &Digest) -> Result<Vec<u8>, Self::Error> {
        let kept = [&self.messages, &self.dispatches, &self.receipts, &self.evidence];
        kept.into_iter().find_map(|kept| kept.get(digest)).cloned().ok_or("nothing of that name")
    }

    fn body(&self, _: LeafIndex, message: &Digest) -> Result<Option<Vec<u8>>, Self::Error> {
        Ok(self.bodies.get(message).cloned())
    }
}

/// The leaf of an arrival.
pub(super) struct Arrival<'a> {
    pub(super) message: Digest,
    pub(super) from: &'a AgencyId,
    pub(super) number: LinkNumber,
    pub(super) dispatch: Digest,
}

impl Arrival<'_> {
    pub(super) fn received(&self) -> Leaf {
        let Self { message, from, number, dispatch } = *self;
        Leaf::Received {
            message,
            from: from.clone(),
            epoch: EPOCH,
            number,
            dispatch,
            at: NOW,
            form: Form::Whole,
        }
    }

    pub(super) fn refused(&self) -> Leaf {
        let Self { message, from, number, dispatch } = *self;
        let code = RefusalCode::Unopenable;
        Leaf::Refused { message, from: from.clone(), epoch: EPOCH, number, dispatch, at: NOW, code }
    }
}

pub(super) fn started() -> Leaf {
    started_under(1)
}

/// The start of a node that stands at a version of the charter.
pub(super) fn started_under(version: u64) -> Leaf {
    let (charter_version, credential) = (CharterVersion::new(version), Serial::new(1));
    Leaf::Started { at: NOW, charter_version, credential, probed: false }
}

/// The end of the first credentials of an agency, with so many leaves as good.
pub(super) fn revoked(agency: &str, through: u64, size: u64) -> Vec<u8> {
    let said = fixtures::revocation(agency, through, size);
    revocation::sign(&said, &fixtures::root(agency)).unwrap()
}

/// The leaf that says so.
pub(super) fn revocation(bytes: Vec<u8>) -> Leaf {
    Leaf::Revocation { revocation: ByteBuf::from(bytes), at: NOW }
}

pub(super) fn read(message: Digest) -> Leaf {
    let officer = StaffNumber::parse("LA-0042").unwrap();
    Leaf::Read { message, officer, purpose: PurposeCode::parse("investigation").unwrap(), at: NOW }
}

pub(super) fn erased(message: Digest, leaf: u64, sealed: Digest) -> Leaf {
    Leaf::Erased {
        message,
        leaf: LeafIndex::new(leaf),
        sealed,
        cause: EraseCause::Order,
        basis: BasisCode::parse("PDPA-33").unwrap(),
        officer: StaffNumber::parse("LA-0042").unwrap(),
        keys_until: None,
        at: NOW,
    }
}

/// The note with the cosignature of one more witness.
pub(super) fn cosigned(note: &[u8], witness: &str, at: u64) -> Vec<u8> {
    let name = format!("concord/mekong/{witness}/witness");
    let key = key(witness, "witness");
    let text = note::parse(note).unwrap().unverified_text().to_string();
    let line = cosignature::cosign(&text, Seconds::new(at).unwrap(), &name, &key).unwrap();
    note::add_line(note, &line, &CosignerKey::new(&name, key.public()).unwrap()).unwrap()
}

pub(super) fn procedure(number: u8) -> ProcedureId {
    ProcedureId::new(NOW, [number; 10])
}

/// The leaf that says what a receipt says.
pub(super) fn held(peer: &str, receipt: &Receipt) -> Leaf {
    let checkpoint =
        checkpoint::verify(&receipt.checkpoint, &origin(peer), &key(peer, "log").public()).unwrap();
    let item = |item: &ReceiptItem| {
        let (message, outcome) = match codec::decode::<Leaf>(&item.leaf).unwrap() {
            Leaf::Received { message, .. } => (message, Outcome::Accepted),
            Leaf::Refused { message, code, .. } => (message, Outcome::Refused { code }),
            Leaf::Started { .. }
            | Leaf::Message { .. }
            | Leaf::Sent { .. }
            | Leaf::ReceiptHeld { .. }
            | Leaf::Read { .. }
            | Leaf::Exported { .. }
            | Leaf::Erased { .. }
            | Leaf::Evidence { .. }
            | Leaf::Succession { .. }
            | Leaf::Resumed { .. }
            | Leaf::Carried { .. }
            | Leaf::Revocation { .. } => {
                panic!("no receipt is about another leaf")
            }
        };
        HeldItem { number: item.number, message, index: item.index, outcome }
    };
    Leaf::ReceiptHeld {
        from: fixtures::agency(peer),
        epoch: receipt.epoch,
        items: receipt.items.iter().map(item).collect(),
        receipt: digest::sha256(&codec::encode(receipt).unwrap()),
        size: checkpoint.checkpoint().size,
        root: checkpoint.checkpoint().root,
    }
}

pub(super) fn header(from: &str, to: &[&str], id: u8) -> Header {
    let recipient = |to: &&str| Recipient { agency: fixtures::agency(to), role: Role::Action };
    Header {
        version: 1,
        id: MessageId::new(NOW, [id; 10]),
        kind: Kind::Acknowledgement,
        procedure: procedure(0),
        participants_version: 1,
        parents: Vec::new(),
        supersedes: None,
        from: Sender { agency: fixtures::agency(from), unit: None },
        originator: None,
        to: to.iter().map(recipient).collect(),
        created: NOW,
        respond_by: None,
        expires: None,
        urgency: Urgency::U3,
        handling: HandlingCodes {
            classification: Classification::Official,
            codes: Default::default(),
            onward: Onward::OwnCompetentAuthorities,
            evidential_use: EvidentialUse::WithConsent,
            review_on: CivilDate::parse("2026-06-30").unwrap(),
            erase_by: CivilDate::parse("2027-01-31").unwrap(),
        },
        purpose: PurposeKind::Investigation,
        legal_basis: Vec::new(),
        sealed: SealedRef { digest: digest::sha256(&[id]), length: 1 },
        commitment: digest::sha256(b"salt and body"),
        approvals: None,
        attachments: Vec::new(),
        serial: Serial::new(1),
        exercise: true,
    }
}

/// Offers everything that waits, and hands the receipt back. Gives the receipt.
pub(super) fn exchange(from: &mut Agency, to: &mut Agency, refused: &[u64]) -> Receipt {
    let offered = from.offer(to.name);
    let places = to.take(from.name, &offered, refused);
    let receipt = to.receipt(&places, 0);
    from.hold(to.name, &receipt);
    receipt
}

/// Two agencies after a morning's work: both sent, both took, one number was refused, a body was read.
pub(super) fn morning() -> (Agency, Agency) {
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    let first = la.send(&[MM]);
    la.send(&[MM, TH]);
    exchange(&mut la, &mut mm, &[2]);
    mm.send(&[LA]);
    exchange(&mut mm, &mut la, &[]);
    mm.push(&read(first));
    la.send(&[MM]);
    exchange(&mut la, &mut mm, &[]);
    la.peer_checkpoints = vec![(fixtures::agency(MM), mm.checkpoint().note().to_vec())];
    (la, mm)
}

/// A bundle taken apart, to be changed and packed again with digests that fit.
#[derive(Clone)]
pub(super) struct Pack {
    pub(super) manifest: Manifest,
    pub(super) parts: Vec<(String, Vec<u8>)>,
}

impl Pack {
    pub(super) fn of(agency: &Agency) -> Self {
        Self::read(&agency.bundle())
    }

    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut reader = ustar::Reader::new(&bytes);
        let mut parts = Vec::new();
        while let Some(ustar::Member { path, place }) = reader.next_member().unwrap() {
            let (at, len) =
                (usize::try_from(place.at).unwrap(), usize::try_from(place.len).unwrap());
            parts.push((path, bytes[at..at + len].to_vec()));
        }
        let (_, manifest) = parts.remove(0);
        let (manifest, _) = bundle::read_manifest(&manifest).unwrap();
        assert_eq!(parts.pop().unwrap().0, bundle::DIGEST);
        Self { manifest, parts }
    }

    /// The content of a part, to be changed.
    pub(super) fn part(&mut self, path: &str) -> &mut Vec<u8> {
        &mut self.parts.iter_mut().find(|(known, _)| known == path).unwrap().1
    }

    pub(super) fn rename(&mut self, path: &str, to: &str) {
        self.parts.iter_mut().find(|(known, _)| known == path).unwrap().0 = to.to_string();
    }

    pub(super) fn remove(&mut self, path: &str) {
        self.parts.retain(|(known, _)| known != path);
    }

    /// The items of a list.
    pub(super) fn items(&mut self, path: &str) -> Vec<Vec<u8>> {
        let mut items = sequence::Items::new(self.part(path));
        core::iter::from_fn(|| items.next_item().unwrap().map(<[u8]>::to_vec)).collect()
    }

    pub(super) fn put_items(&mut self, path: &str, items: &[Vec<u8>]) {
        *self.part(path) = sequence_of(items);
    }

    pub(super) fn entries(&self) -> Vec<PartEntry> {
        let entry = |(path, content): &(String, Vec<u8>)| PartEntry {
            path: path.clone(),
            length: u64::try_from(content.len()).unwrap(),
            digest: digest::sha256(content),
        };
        self.parts.iter().filter(|(path, _)| is_listed(path)).map(entry).collect()
    }

    /// Packs it again: manifest and digest fit whatever the parts are now.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut manifest = self.manifest.clone();
        manifest.parts = u64::try_from(self.entries().len()).unwrap();
        self.bytes_with(&manifest, &self.entries())
    }

    pub(super) fn bytes_with(&self, manifest: &Manifest, entries: &[PartEntry]) -> Vec<u8> {
        let mut items = vec![codec::encode(manifest).unwrap()];
        items.extend(entries.iter().map(|entry| codec::encode(entry).unwrap()));
        let mut members = vec![(bundle::MANIFEST.to_string(), sequence_of(&items))];
        members.extend(self.parts.iter().cloned());
        archive(&members)
    }

    /// Puts the tree of this agency in the place of the one inside, without a look at its leaves.
    pub(super) fn regrow(&mut self, agency: &Agency) {
        let size = agency.log.head().size;
        let leaf = |index: u64| agency.leaves[usize::try_from(index).unwrap()].clone();
        let content = |part: &Part| match part {
            Part::Tile(id, width) => {
                Some(tile::hash_bytes(&Tiles::hashes(&agency.log, *id, *width).unwrap()))
            }
            Part::Entries(index, width) => {
                let first = index * 256;
                let last = first + u64::try_from(*width).unwrap();
                Some(
                    tile::write_bundle(&(first..last).map(leaf).collect::<Vec<Vec<u8>>>()).unwrap(),
                )
            }
            Part::Checkpoint
            | Part::Cosignatures
            | Part::Charter(_)
            | Part::Rival(..)
            | Part::Credential(..)
            | Part::PeerCheckpoints
            | Part::PeerCosigned
            | Part::Evidence(_)
            | Part::Leaves
            | Part::Headers
            | Part::Dispatches
            | Part::Receipts
            | Part::Bodies => None,
        };
        let is_grown = |path: &str| path.starts_with("tile/");
        let at = self.parts.iter().position(|(path, _)| is_grown(path)).unwrap();
        self.parts.retain(|(path, _)| !is_grown(path));
        let parts = bundle::grown_parts(size, None, None)
            .filter_map(|part| Some((part.path(), content(&part)?)));
        self.parts.splice(at..at, parts.collect::<Vec<(String, Vec<u8>)>>());
        *self.part("checkpoint") = agency.checkpoint().note().to_vec();
        self.manifest.size = size;
    }

    pub(super) fn finding(&self) -> Finding {
        verify::verify(&self.bytes(), Some(genesis())).unwrap_err()
    }
}

pub(super) fn sequence_of(items: &[Vec<u8>]) -> Vec<u8> {
    items.iter().flat_map(|item| [sequence::head(item.len()), item.clone()].concat()).collect()
}

fn is_listed(path: &str) -> bool {
    !path.starts_with("tile/") && !["headers", "dispatches", "receipts"].contains(&path)
}

/// Members, the first of which is the manifest; its digest, and the end.
pub(super) fn archive(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (path, content) in members {
        put_member(&mut bytes, path, content);
    }
    let manifest = members.first().map_or(&[][..], |(_, content)| content);
    put_member(&mut bytes, bundle::DIGEST, digest::sha256(manifest).as_bytes());
    bytes.extend([0; 1024]);
    bytes
}

pub(super) fn put_member(archive: &mut Vec<u8>, path: &str, content: &[u8]) {
    archive.extend(ustar::header(path, u64::try_from(content.len()).unwrap()).unwrap());
    archive.extend(content);
    archive.resize(archive.len().next_multiple_of(512), 0);
}
