//! The end of a log: a statement, an approval of it, and each with one fault.

use concord_protocol::crypto::digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::succession;
use concord_protocol::log::succession::Approval;
use concord_protocol::log::succession::Lost;
use concord_protocol::log::succession::Restored;
use concord_protocol::log::succession::Statement;
use concord_protocol::log::succession::code::Cause;
use serde_bytes::ByteBuf;

use super::Named;
use super::Sheet;
use super::evidence;
use super::federation;
use super::federation::AGENCIES;
use super::federation::Federation;
use super::federation::NOW;
use super::federation::RECEIVER;
use super::federation::SENDER;
use super::mutate;
use crate::forge::branch::Branch;

/// Name, explanation, class of the refusal, and what spoils a statement so.
type Fault<'a> = (&'static str, &'static str, &'static str, &'a dyn Fn(&mut Statement));

/// The cases of statements and approvals.
pub(super) fn cases(world: &Federation) -> Vec<Named> {
    let mut cases = statements(world);
    cases.extend(approvals(world));
    cases
}

/// Log 1 of the sender ends with 9 leaves, of which it has 5; 4 to 8 may be lost.
pub(super) fn statement(world: &Federation) -> Vec<u8> {
    signed(&document(&history(world)))
}

/// The approvals of everybody else.
pub(super) fn approved(statement: &[u8]) -> Vec<ByteBuf> {
    let others = AGENCIES.iter().filter(|name| **name != SENDER);
    others.map(|name| ByteBuf::from(approval(&said(statement, name), name))).collect()
}

fn statements(world: &Federation) -> Vec<Named> {
    let truth = history(world);
    let mut sheet = Sheet::new("log", "succession");
    let good = statement(world);
    let spec = &["suc-2", "suc-3", "suc-4"];
    sheet.good("good", "log 1 ends with 9 leaves, log 2 follows", spec, &good);
    let nothing = Statement {
        restored: Restored {
            size: TreeSize::new(0),
            root: concord_protocol::log::hash::EMPTY_ROOT,
        },
        lost: Lost { first: LeafIndex::new(0), count: 9 },
        ..document(&truth)
    };
    sheet.good("nothing-left", "nothing was restored", &["suc-4"], &signed(&nothing));

    let edited = |edit: &dyn Fn(&mut Statement)| {
        let mut document = document(&truth);
        edit(&mut document);
        signed(&document)
    };
    let bad: [Fault<'_>; 11] = [
        ("other-charter", "another charter", "other-charter", &|said| {
            said.charter = CharterName::parse("elbe").unwrap();
        }),
        ("no-member", "of an agency that the charter does not name", "not-a-member", &|said| {
            said.agency = federation::agency("vn.mps");
        }),
        ("skips-a-log", "log 3 does not follow log 1", "numbers", &|said| {
            said.to_log = LogNumber::new(3);
        }),
        ("beyond-the-charter", "the charter accepts no log 4", "numbers", &|said| {
            (said.from_log, said.to_log) = (LogNumber::new(3), LogNumber::new(4));
        }),
        ("no-credential", "under a credential that is not there", "unknown-credential", &|said| {
            said.serial = Serial::new(7);
        }),
        ("no-checkpoint", "no checkpoint is named", "checkpoints", &|said| said.last.clear()),
        ("foreign-checkpoint", "a checkpoint that another key signed", "checkpoint", &|said| {
            said.last[0][60] ^= 1;
        }),
        ("order", "checkpoints out of order", "order", &|said| said.last.swap(0, 1)),
        ("twice", "a checkpoint twice", "order", &|said| said.last.push(said.last[1].clone())),
        ("restored", "what was restored is none of the checkpoints", "restored", &|said| {
            said.restored.size = TreeSize::new(4);
        }),
        ("lost", "the range does not reach the end", "lost", &|said| said.lost.count = 4),
    ];
    for (name, explains, class, edit) in bad {
        sheet.bad(name, explains, spec, class, &edited(edit));
    }
    let begins = edited(&|said| (said.lost.first, said.lost.count) = (LeafIndex::new(6), 3));
    sheet.bad("lost-later", "the range begins beyond what was restored", spec, "lost", &begins);
    let key = federation::key(SENDER, "log");
    let by_log_key = succession::sign_statement(&document(&truth), &key).unwrap();
    sheet.bad("log-key", "signed with the log key", spec, "bad-signature", &by_log_key);
    sheet.bad(
        "longer",
        "one byte too many",
        spec,
        "form: form: scan: trailing",
        &mutate::longer(&good),
    );
    sheet.cases
}

fn approvals(world: &Federation) -> Vec<Named> {
    let statement = statement(world);
    let mut sheet = Sheet::new("log", "succession-approval");
    let good = approval(&said(&statement, RECEIVER), RECEIVER);
    let spec = &["suc-5"];
    sheet.good("good", "of the statement in succession-good", spec, &good);
    let other = Approval { statement: digest::sha256(b"other"), ..said(&statement, RECEIVER) };
    let other = approval(&other, RECEIVER);
    sheet.bad("other-statement", "of another statement", spec, "other-statement", &other);
    let own = approval(&said(&statement, SENDER), SENDER);
    sheet.bad("own", "of the agency itself", spec, "own", &own);
    let unknown = Approval { serial: Serial::new(7), ..said(&statement, RECEIVER) };
    let unknown = approval(&unknown, RECEIVER);
    let class = "unknown-credential";
    sheet.bad("no-credential", "under a credential that is not there", spec, class, &unknown);
    let stranger = approval(&said(&statement, "vn.mps"), RECEIVER);
    sheet.bad("stranger", "of an agency that the charter does not name", spec, class, &stranger);
    let key = federation::key(RECEIVER, "signing");
    let signing = succession::sign_approval(&said(&statement, RECEIVER), &key).unwrap();
    sheet.bad("signing-key", "signed with the signing key", spec, "bad-signature", &signing);
    sheet.bad(
        "longer",
        "one byte too many",
        spec,
        "form: form: scan: trailing",
        &mutate::longer(&good),
    );
    sheet.cases
}

fn history(world: &Federation) -> Branch {
    let [truth, _] = evidence::branches(world, &federation::agency(SENDER));
    truth
}

fn document(truth: &Branch) -> Statement {
    let restored = truth.checkpoint(5);
    Statement {
        charter: CharterName::parse("mekong").unwrap(),
        agency: federation::agency(SENDER),
        serial: Serial::new(1),
        from_log: LogNumber::new(1),
        to_log: LogNumber::new(2),
        last: vec![ByteBuf::from(truth.note(5)), ByteBuf::from(truth.note(9))],
        restored: Restored { size: restored.size, root: restored.root },
        lost: Lost { first: LeafIndex::new(4), count: 5 },
        cause: Cause::Rollback,
        officer: StaffNumber::parse("op-7").unwrap(),
        at: NOW,
    }
}

fn signed(document: &Statement) -> Vec<u8> {
    succession::sign_statement(document, &federation::key(SENDER, "signing")).unwrap()
}

fn said(statement: &[u8], by: &str) -> Approval {
    Approval {
        statement: digest::sha256(statement),
        agency: federation::agency(by),
        serial: Serial::new(1),
        officer: StaffNumber::parse("op-1").unwrap(),
        at: NOW,
    }
}

fn approval(said: &Approval, by: &str) -> Vec<u8> {
    let key = federation::key(by, "witness");
    let signer: &dyn Signer = &key;
    succession::sign_approval(said, signer).unwrap()
}
