//! Leaves, tiles and checkpoints.

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::ids::BasisCode;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::hash;
use concord_protocol::log::leaf::Doubt;
use concord_protocol::log::leaf::EraseCause;
use concord_protocol::log::leaf::EvidenceKind;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::leaf::Outcome;
use concord_protocol::log::leaf::ReceiptItem;
use concord_protocol::log::leaf::Resumption;
use concord_protocol::log::note;
use concord_protocol::log::tile;
use concord_protocol::registry::RefusalCode;
use serde_bytes::ByteBuf;

use super::Named;
use super::Sheet;
use super::federation;
use super::federation::Federation;
use super::federation::NOW;
use super::federation::RECEIVER;
use super::federation::SENDER;
use super::identity;
use super::mutate;

/// The cases of the log.
pub(super) fn cases(world: &Federation) -> Vec<Named> {
    let mut cases = leaf_cases();
    cases.extend(tiles());
    cases.extend(checkpoints(world));
    cases
}

/// One leaf of each kind, with its name.
#[expect(clippy::too_many_lines, reason = "a table: one entry after the other")]
pub(super) fn leaves() -> Vec<(&'static str, &'static str, Leaf)> {
    let message = digest::sha256(b"a message");
    let dispatch = digest::sha256(b"a dispatch");
    let (epoch, number, at) = (Epoch::new(1), LinkNumber::new(7), NOW);
    let peer = || federation::agency(SENDER);
    let refused = Outcome::Refused { code: RefusalCode::NotForUs };
    let item = |number, outcome| ReceiptItem {
        number: LinkNumber::new(number),
        message,
        index: LeafIndex::new(40),
        outcome,
    };
    vec![
        (
            "started",
            "the first leaf of every log",
            Leaf::Started {
                at,
                charter_version: CharterVersion::new(1),
                credential: Serial::new(1),
                probed: false,
            },
        ),
        (
            "message",
            "an own message",
            Leaf::Message { header: ByteBuf::from(b"a signed header".to_vec()) },
        ),
        (
            "sent",
            "an own message got its number on a link",
            Leaf::Sent { message, to: federation::agency(RECEIVER), epoch, number },
        ),
        (
            "received",
            "a message of a peer was taken",
            Leaf::Received {
                message,
                from: peer(),
                epoch,
                number,
                dispatch,
                at,
                form: Form::Whole,
            },
        ),
        (
            "tombstone",
            "a message of a peer was taken without its body",
            Leaf::Received {
                message,
                from: peer(),
                epoch,
                number,
                dispatch,
                at,
                form: Form::Tombstone,
            },
        ),
        (
            "refused",
            "a message of a peer was refused",
            Leaf::Refused {
                message,
                from: peer(),
                epoch,
                number,
                dispatch,
                at,
                code: RefusalCode::BadSignature,
            },
        ),
        (
            "receipt-held",
            "a receipt of a peer was taken",
            Leaf::ReceiptHeld {
                from: peer(),
                epoch,
                items: vec![item(7, Outcome::Accepted), item(8, refused)],
                receipt: digest::sha256(b"a receipt"),
                size: TreeSize::new(42),
                root: digest::sha256(b"a root"),
            },
        ),
        (
            "read",
            "an officer opened a body",
            Leaf::Read {
                message,
                officer: StaffNumber::parse("mps-4711").unwrap(),
                purpose: PurposeCode::parse("investigation").unwrap(),
                at,
            },
        ),
        (
            "exported",
            "a bundle was handed out",
            Leaf::Exported { bundle: digest::sha256(b"a bundle"), size: TreeSize::new(42), at },
        ),
        (
            "erased",
            "a body was erased by order, and a backup of its key lives on for a while",
            Leaf::Erased {
                message,
                leaf: LeafIndex::new(40),
                sealed: digest::sha256(b"a sealed body"),
                cause: EraseCause::Order,
                basis: BasisCode::parse("MPS/2026/77-b").unwrap(),
                officer: StaffNumber::parse("mps-4711").unwrap(),
                keys_until: Some(at),
                at,
            },
        ),
        (
            "evidence",
            "a log signed two checkpoints that do not fit",
            Leaf::Evidence {
                evidence: digest::sha256(b"an evidence file"),
                kind: EvidenceKind::LogFork,
                accused: peer(),
                at,
            },
        ),
        (
            "succession",
            "the first leaf of a second log",
            Leaf::Succession {
                statement: ByteBuf::from(b"a signed statement".to_vec()),
                approvals: vec![ByteBuf::from(b"a signed approval".to_vec())],
            },
        ),
        (
            "resumed",
            "the node signs again, healed by its mirrors",
            Leaf::Resumed {
                at,
                after: Doubt::Quarantine,
                how: Resumption::Healed,
                from: TreeSize::new(42),
                officer: None,
            },
        ),
        (
            "carried",
            "a message that the log before holds",
            Leaf::Carried { message, log: LogNumber::new(1), index: LeafIndex::new(40) },
        ),
        (
            "revocation",
            "a credential of the sender ended before its time",
            Leaf::Revocation { revocation: ByteBuf::from(identity::ends::signed_revocation()), at },
        ),
    ]
}

fn leaf_cases() -> Vec<Named> {
    let mut sheet = Sheet::new("log", "leaf");
    for (name, explains, leaf) in leaves() {
        sheet.good(name, explains, &["log-15"], &codec::encode(&leaf).unwrap());
    }
    let good = codec::encode(&leaves().remove(2).2).unwrap();
    sheet.bad(
        "trailing",
        "a byte after the leaf",
        &["env-1"],
        "scan: trailing",
        &mutate::longer(&good),
    );
    let other = mutate::edit(&good, |tree| mutate::items(tree)[0] = Value::from(13));
    sheet.bad(
        "unknown-kind",
        "a kind of leaf that is not registered",
        &["log-15"],
        "shape",
        &other,
    );
    let more = mutate::edit(&good, |tree| {
        let fields = &mut mutate::items(tree)[1];
        mutate::entries(fields).push((Value::from(4), Value::from(0)));
    });
    sheet.bad(
        "unknown-field",
        "a field that this kind of leaf does not have",
        &["env-1"],
        "shape",
        &more,
    );
    let code = codec::encode(&leaves().remove(5).2).unwrap();
    let code = mutate::edit(&code, |tree| {
        *mutate::field(&mut mutate::items(tree)[1], 6) = Value::from("no-reason");
    });
    sheet.bad(
        "unknown-code",
        "a refusal with a code that is not registered",
        &["reg-1"],
        "shape",
        &code,
    );
    let officer = codec::encode(&leaves().remove(7).2).unwrap();
    let officer = mutate::edit(&officer, |tree| {
        *mutate::field(&mut mutate::items(tree)[1], 1) = Value::from("Officer Somchai");
    });
    sheet.bad(
        "name-for-number",
        "a person's name where a staff number belongs",
        &["log-16"],
        "shape",
        &officer,
    );
    sheet.cases
}

fn tiles() -> Vec<Named> {
    let leaves: Vec<Vec<u8>> =
        leaves().into_iter().take(3).map(|(_, _, leaf)| codec::encode(&leaf).unwrap()).collect();
    let mut entries = Sheet::new("log", "entries-tile");
    let good = tile::write_bundle(&leaves).unwrap();
    entries.good("good", "three leaves, each with its length in front", &["log-6"], &good);
    entries.bad(
        "trailing",
        "a byte after the last leaf",
        &["log-6"],
        "trailing",
        &mutate::longer(&good),
    );
    entries.bad(
        "truncated",
        "the last leaf lacks a byte",
        &["log-6"],
        "truncated",
        &mutate::shorter(&good),
    );
    let mut hashes = Sheet::new("log", "hash-tile");
    let good =
        tile::hash_bytes(&leaves.iter().map(|leaf| hash::leaf_hash(leaf)).collect::<Vec<_>>());
    hashes.good("good", "three hashes of leaves", &["log-5"], &good);
    hashes.bad(
        "length",
        "not a multiple of 32 bytes",
        &["log-5"],
        "length",
        &mutate::shorter(&good),
    );
    entries.cases.extend(hashes.cases);
    entries.cases
}

/// A signed checkpoint of the sender's log over three leaves.
pub(super) fn checkpoint_note(world: &Federation) -> Vec<u8> {
    let origin = world.directory.origin(&federation::agency(SENDER), LogNumber::new(1));
    let root = digest::sha256(b"a root");
    let document = Checkpoint { origin, size: TreeSize::new(3), root };
    checkpoint::sign(&document, &federation::key(SENDER, "log")).unwrap()
}

fn checkpoints(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("log", "checkpoint");
    let good = checkpoint_note(world);
    let text = String::from_utf8(good.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (origin, root) = (lines[0], lines[2]);
    let key = federation::key(SENDER, "log");
    let signed = |text: &str, name: &str| note::sign(text, name, &key).unwrap();
    sheet.good("good", "the head of a log of three leaves", &["log-13"], &good);
    let other = "concord/danube/la.mps/log1";
    sheet.bad(
        "other-origin",
        "a head of another log, signed with the right key and name",
        &["log-13"],
        "origin",
        &signed(&format!("{other}\n3\n{root}\n"), origin),
    );
    sheet.bad(
        "leading-zero",
        "the size with a zero in front",
        &["log-13"],
        "size",
        &signed(&format!("{origin}\n03\n{root}\n"), origin),
    );
    sheet.bad(
        "short-root",
        "a root of 31 bytes",
        &["log-13"],
        "root",
        &signed(&format!("{origin}\n3\n{}\n", "AA".repeat(20) + "AA=="), origin),
    );
    sheet.bad(
        "extension",
        "a fourth line",
        &["log-13"],
        "extension",
        &signed(&format!("{origin}\n3\n{root}\nmore\n"), origin),
    );
    sheet.bad(
        "two-lines",
        "no root",
        &["log-13"],
        "too-short",
        &signed(&format!("{origin}\n3\n"), origin),
    );
    let forged = text.replacen("\n3\n", "\n4\n", 1).into_bytes();
    sheet.bad(
        "forged",
        "another size than the one signed",
        &["log-13"],
        "note: bad-signature",
        &forged,
    );
    let stranger = federation::key(RECEIVER, "log");
    let stranger = note::sign(&format!("{origin}\n3\n{root}\n"), origin, &stranger).unwrap();
    sheet.bad(
        "stranger",
        "signed with another agency's log key",
        &["log-13"],
        "note: stranger",
        &stranger,
    );
    let unsigned = format!("{origin}\n3\n{root}\n").into_bytes();
    sheet.bad("unsigned", "no signature line", &["log-13"], "note: unsigned", &unsigned);
    sheet.cases
}
