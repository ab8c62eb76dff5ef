//! A succession for tests: `la.mps` ends log 1 and opens log 2; its two peers approve.

use alloc::vec;
use alloc::vec::Vec;
use std::sync::LazyLock;

use serde_bytes::ByteBuf;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::identity::charter;
use crate::identity::charter::Charter;
use crate::identity::charter::LogRange;
use crate::identity::charter::chain::Chain;
use crate::identity::charter::papers::Papers;
use crate::identity::credential;
use crate::identity::credential::Credential;
use crate::identity::directory::Directory;
use crate::identity::fixtures as members;
use crate::identity::root::RootKey;
use crate::ids::CharterVersion;
use crate::ids::LeafIndex;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::succession;
use crate::log::succession::Approval;
use crate::log::succession::Lost;
use crate::log::succession::Restored;
use crate::log::succession::Statement;
use crate::log::succession::VerifiedSuccession;
use crate::log::succession::code::Cause;

extern crate std;

/// Who succeeds.
pub(crate) const AGENCY: &str = members::AGENCIES[0];

/// The federation of the fixtures, with three logs for each member and the credential of log 2 for the first.
pub(crate) fn directory() -> Directory {
    static DIRECTORY: LazyLock<Directory> =
        LazyLock::new(|| peopled(Chain::founding(charter::verify(&founding(), None).unwrap())));
    DIRECTORY.clone()
}

/// The same under a second version of the charter that was changed so; a root that it replaces signs it too.
pub(crate) fn directory_after(
    change: impl FnOnce(&mut Charter),
    signers: &[&str],
    again: Option<&RootKey>,
) -> Directory {
    let mut papers = Papers::found(charter::verify(&founding(), None).unwrap());
    let mut next = Charter {
        version: CharterVersion::new(2),
        previous: Some(papers.founding().digest()),
        ..document()
    };
    change(&mut next);
    papers.take(&[members::signed(next, signers)]);
    if let Some(again) = again {
        let waits = papers.open().next().unwrap().digest();
        papers.sign(&waits, again).unwrap();
    }
    peopled(Chain::of(&papers).unwrap())
}

fn document() -> Charter {
    let mut document = members::charter();
    for member in &mut document.members {
        member.logs = LogRange { first: log(1), last: log(3) };
    }
    document
}

fn founding() -> Vec<u8> {
    members::signed_at_once(document(), &members::AGENCIES)
}

fn peopled(chain: Chain) -> Directory {
    let mut directory = Directory::under(chain);
    let second = Credential { log_number: log(2), ..members::credential(AGENCY, 2) };
    let firsts = members::AGENCIES.iter().map(|agency| members::credential(agency, 1));
    for credential in firsts.chain([second]) {
        let root = members::root(credential.agency.as_str());
        let bytes = credential::sign(&credential, &root).unwrap();
        directory.admit(directory.verify_ever(&bytes).unwrap()).unwrap();
    }
    directory
}

pub(crate) const fn log(number: u64) -> LogNumber {
    LogNumber::new(number)
}

/// The root of a log in these tests: only its name matters.
pub(crate) fn root(size: u64) -> Digest {
    digest::sha256(&size.to_be_bytes())
}

/// A checkpoint of the log that ends, signed by its key.
pub(crate) fn note(size: u64) -> ByteBuf {
    note_of(AGENCY, size)
}

pub(crate) fn note_of(agency: &str, size: u64) -> ByteBuf {
    let origin = directory().origin(&members::agency(agency), log(1));
    let said = Checkpoint { origin, size: TreeSize::new(size), root: root(size) };
    ByteBuf::from(checkpoint::sign(&said, &members::signing_key(agency, "log", 1)).unwrap())
}

/// The succession of an agency's first log, of which everything from `lost_first` up to `end` may be lost.
pub(crate) fn succession_of(agency: &str, lost_first: u64, end: u64) -> VerifiedSuccession {
    let stated = Statement {
        agency: members::agency(agency),
        last: vec![note_of(agency, end)],
        restored: Restored { size: TreeSize::new(end), root: root(end) },
        lost: Lost { first: LeafIndex::new(lost_first), count: end - lost_first },
        ..statement()
    };
    let key = members::signing_key(agency, "signing", 1);
    let bytes = succession::sign_statement(&stated, &key).unwrap();
    let others = members::AGENCIES.iter().filter(|other| **other != agency);
    let approvals: Vec<ByteBuf> = others.map(|other| approved(&bytes, other)).collect();
    succession::verify(&bytes, &approvals, &directory()).unwrap()
}

/// 15 leaves are there, members hold checkpoints of sizes 12, 15 and 20.
pub(crate) fn statement() -> Statement {
    Statement {
        charter: directory().charter().name().clone(),
        agency: members::agency(AGENCY),
        serial: Serial::new(1),
        from_log: log(1),
        to_log: log(2),
        last: vec![note(12), note(15), note(20)],
        restored: Restored { size: TreeSize::new(15), root: root(15) },
        lost: Lost { first: LeafIndex::new(12), count: 8 },
        cause: Cause::Rollback,
        officer: StaffNumber::parse("op-7").unwrap(),
        at: members::BEGIN,
    }
}

pub(crate) fn signed(statement: &Statement) -> Vec<u8> {
    succession::sign_statement(statement, &members::signing_key(AGENCY, "signing", 1)).unwrap()
}

pub(crate) fn approval(statement: &[u8], agency: &str) -> Approval {
    Approval {
        statement: digest::sha256(statement),
        agency: members::agency(agency),
        serial: Serial::new(1),
        officer: StaffNumber::parse("op-1").unwrap(),
        at: members::BEGIN,
    }
}

pub(crate) fn approved(statement: &[u8], agency: &str) -> ByteBuf {
    let key = members::signing_key(agency, "witness", 1);
    ByteBuf::from(succession::sign_approval(&approval(statement, agency), &key).unwrap())
}

/// Approvals of both peers.
pub(crate) fn approvals(statement: &[u8]) -> Vec<ByteBuf> {
    members::AGENCIES.iter().skip(1).map(|agency| approved(statement, agency)).collect()
}
