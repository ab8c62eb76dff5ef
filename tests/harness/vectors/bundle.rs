//! Bundles of very short logs, whole and with one fault.

use concord_protocol::audit::bundle::BodyUse;
use concord_protocol::audit::bundle::Scope;
use concord_protocol::audit::export;
use concord_protocol::audit::export::Archive;
use concord_protocol::audit::export::Contents;
use concord_protocol::audit::progress::Unwatched;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::envelope::open;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::identity::charter::chain::Chain;
use concord_protocol::identity::revocation;
use concord_protocol::identity::revocation::LastGood;
use concord_protocol::identity::revocation::Revocation;
use concord_protocol::identity::witness_name;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::cosignature;
use concord_protocol::log::cosignature::CosignerKey;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::log::hash;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::note;
use concord_protocol::log::tile::TileId;
use concord_protocol::message::handling::EvidentialUse;
use serde_bytes::ByteBuf;

use super::Named;
use super::Sheet;
use super::envelope;
use super::federation;
use super::federation::AGENCIES;
use super::federation::Federation;
use super::federation::NOW;
use super::federation::RECEIVER;
use super::federation::SENDER;
use super::identity;
use super::mutate;

pub(super) fn cases(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("audit", "bundle");
    let leaf = started();
    let good = written(world, core::slice::from_ref(&leaf), None, &[]);
    sheet.good("good", "the bundle of a log of one leaf", &["audit-2"], &good);
    let at = good.windows(leaf.len()).position(|window| window == leaf).unwrap();
    sheet.bad(
        "flipped",
        "one bit of the leaf is another",
        &["audit-11"],
        "leaf-differs",
        &mutate::flipped(&good, at),
    );
    sheet.bad(
        "longer",
        "one byte after the end",
        &["audit-2"],
        "archive",
        &[&good[..], &[0]].concat(),
    );
    sheet.bad(
        "cut",
        "the last block is missing",
        &["audit-2"],
        "archive",
        &good[..good.len() - 512],
    );
    sheet.bad(
        "other-root",
        "a checkpoint that signs another root than that of the leaf",
        &["audit-11"],
        "root-differs",
        &written(world, &[leaf], Some(digest::sha256(b"another root")), &[]),
    );
    ends(world, &mut sheet);
    bodies(world, &mut sheet);
    sheet.cases
}

/// What checkpoints and cosignatures are worth before and after a key has ended.
fn ends(world: &Federation, sheet: &mut Sheet) {
    let others = &[RECEIVER, AGENCIES[2]];
    sheet.good(
        "cosigned",
        "the head with the cosignatures of a quorum",
        &["audit-34", "audit-48"],
        &written(world, &[started()], None, &[(1, others)]),
    );
    sheet.good(
        "witness-ended",
        "two checkpoints that the same two cosigned, one of whom had ended by the second: witnessed up to 1",
        &["audit-47", "audit-48"],
        &written(world, &[started(), ended(RECEIVER, 0)], None, &[(1, others), (2, others)]),
    );
    sheet.bad(
        "revoked-checkpoint",
        "the log key ended with one good leaf, and signs two",
        &["audit-47"],
        "revoked-checkpoint",
        &written(world, &[started(), ended(SENDER, 1)], None, &[(1, others), (2, others)]),
    );
}

/// The bundle of a procedure of one message, with its body.
fn bodies(world: &Federation, sheet: &mut Sheet) {
    let signed = envelope::signed(world, envelope::draft());
    let opened = open::open_own(signed.header(), signed.sealed(), signed.own_key()).unwrap();
    let body = [&opened.salt()[..], opened.bytes()].concat();
    let good = told(world, &signed, &body);
    let spec = &["audit-49", "audit-50"];
    sheet.good(
        "body",
        "the bundle of a procedure of one message, with its body for use in court",
        spec,
        &good,
    );
    sheet.good(
        "body-sealed",
        "the same, where the body stays sealed",
        spec,
        &told(world, &signed, &[]),
    );
    let salted = mutate::flipped(&body, 0);
    sheet.bad(
        "body-salt",
        "one bit of the salt is another",
        &["audit-50"],
        "body-differs",
        &told(world, &signed, &salted),
    );
    let other = mutate::flipped(&body, 40);
    sheet.bad(
        "body-other",
        "one bit of the body is another",
        &["audit-50"],
        "body-differs",
        &told(world, &signed, &other),
    );
    let short = &body[..31];
    sheet.bad(
        "body-short",
        "fewer bytes than a salt",
        &["audit-50"],
        "body-differs",
        &told(world, &signed, short),
    );
    let mut draft = envelope::draft();
    draft.handling.evidential_use = EvidentialUse::Never;
    let never = envelope::signed(world, draft);
    let opened = open::open_own(never.header(), never.sealed(), never.own_key()).unwrap();
    let body = [&opened.salt()[..], opened.bytes()].concat();
    sheet.bad(
        "body-use",
        "a message that is never to be used as evidence, shown for use in court",
        &["audit-51"],
        "body-use",
        &told(world, &never, &body),
    );
}

/// The bundle of the procedure of a message, with what is shown of its body in court.
fn told(world: &Federation, signed: &Signed, body: &[u8]) -> Vec<u8> {
    let message = Leaf::Message { header: ByteBuf::from(signed.message()) };
    let leaves = [started(), codec::encode(&message).unwrap()];
    let scope = Some(Scope::Procedure { procedure: signed.header().procedure });
    bundled(world, &Leaves { leaves: &leaves, body }, None, &[], scope)
}

/// The leaf that says that the first credential of an agency ended, with so many good leaves.
fn ended(agency: &str, size: u64) -> Vec<u8> {
    let root = if size == 0 { hash::EMPTY_ROOT } else { hash::leaf_hash(&started()) };
    let good = LastGood { log: LogNumber::new(1), size: TreeSize::new(size), root };
    let said = Revocation {
        agency: federation::agency(agency),
        logs: vec![good],
        ..identity::ends::revocation_document()
    };
    let signed = revocation::sign(&said, &federation::root(agency)).unwrap();
    codec::encode(&Leaf::Revocation { revocation: ByteBuf::from(signed), at: NOW }).unwrap()
}

fn started() -> Vec<u8> {
    let leaf = Leaf::Started {
        at: NOW,
        charter_version: CharterVersion::new(1),
        credential: Serial::new(1),
        probed: false,
    };
    codec::encode(&leaf).unwrap()
}

/// The bundle of a log of these leaves, with checkpoints of some sizes as these members cosigned them.
fn written(
    world: &Federation,
    leaves: &[Vec<u8>],
    root: Option<Digest>,
    cosigned: &[(usize, &[&str])],
) -> Vec<u8> {
    bundled(world, &Leaves { leaves, body: &[] }, root, cosigned, None)
}

/// The same, of all leaves or of those in a scope, which is shown with bodies.
fn bundled(
    world: &Federation,
    log: &Leaves<'_>,
    root: Option<Digest>,
    cosigned: &[(usize, &[&str])],
    scope: Option<Scope>,
) -> Vec<u8> {
    let leaves = log.leaves;
    let agency = federation::agency(SENDER);
    let origin = world.directory.origin(&agency, LogNumber::new(1));
    let key = federation::key(SENDER, "log");
    let hashes: Vec<Digest> = leaves.iter().map(|leaf| hash::leaf_hash(leaf)).collect();
    let head_of = |width: usize| Checkpoint {
        origin: origin.clone(),
        size: TreeSize::new(u64::try_from(width).unwrap()),
        root: hash::root_over(&hashes[..width]),
    };
    let mut head = head_of(leaves.len());
    head.root = root.unwrap_or(head.root);
    let note = checkpoint::sign(&head, &key).unwrap();
    let cosignatures = cosigned.iter().map(|(width, witnesses)| {
        let head = head_of(*width);
        let note = checkpoint::sign(&head, &key).unwrap();
        let add = |note: Vec<u8>, witness: &&str| with_line(&note, &head, witness);
        (head.size, witnesses.iter().fold(note, add))
    });
    let charter = world.verified();
    let credentials = world.directory.credentials().map(|verified| {
        let credential = verified.credential();
        (credential.agency.clone(), credential.serial, verified.bytes().to_vec())
    });
    let contents = Contents {
        agency,
        charter: charter.charter().name.clone(),
        checkpoint: checkpoint::verify(&note, &origin, &key.public()).unwrap(),
        made_at: NOW,
        charters: Chain::founding(charter.clone()),
        credentials: credentials.collect(),
        bodies: scope.as_ref().map(|_| BodyUse::Court),
        scope,
        seed: [0; 16],
        cosignatures: cosignatures.collect(),
        peer_checkpoints: Vec::new(),
        peer_cosigned: Vec::new(),
    };
    let mut bundle = Vec::new();
    export::write(log, &contents, &mut bundle, &Unwatched).unwrap();
    bundle
}

/// The note with the cosignature of a member.
fn with_line(note: &[u8], head: &Checkpoint, witness: &str) -> Vec<u8> {
    let charter = federation::charter_document().name;
    let name = witness_name(&charter, &federation::agency(witness));
    let key = federation::key(witness, "witness");
    let at = Seconds::new(NOW.millis() / 1_000).unwrap();
    let line = cosignature::cosign(&checkpoint::text(head), at, &name, &key).unwrap();
    note::add_line(note, &line, &CosignerKey::new(&name, key.public()).unwrap()).unwrap()
}

/// A log of a few leaves, which name nothing else, and what is shown of each body.
struct Leaves<'a> {
    leaves: &'a [Vec<u8>],
    body: &'a [u8],
}

/// Nothing else is kept.
#[derive(Debug)]
struct NotKept;

impl Archive for Leaves<'_> {
    type Error = NotKept;

    fn hashes(&self, _: TileId, _: usize) -> Result<Vec<Digest>, NotKept> {
        Ok(self.leaves.iter().map(|leaf| hash::leaf_hash(leaf)).collect())
    }

    fn leaf(&self, index: LeafIndex) -> Result<Vec<u8>, NotKept> {
        let place = usize::try_from(index.get()).map_err(|_| NotKept)?;
        self.leaves.get(place).cloned().ok_or(NotKept)
    }

    fn named(&self, _: LeafIndex, _: &Digest) -> Result<Vec<u8>, NotKept> {
        Err(NotKept)
    }

    fn body(&self, _: LeafIndex, _: &Digest) -> Result<Option<Vec<u8>>, NotKept> {
        Ok(Some(self.body.to_vec()))
    }
}
