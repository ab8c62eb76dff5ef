//! What people of an agency and its host do, as inputs.

use std::sync::OnceLock;

use concord_protocol::codec;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::kem::PureKem;
use concord_protocol::engine::input::Approve;
use concord_protocol::engine::input::Erase;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Key;
use concord_protocol::engine::input::Read;
use concord_protocol::engine::input::Renew;
use concord_protocol::engine::input::Rest;
use concord_protocol::engine::input::Submit;
use concord_protocol::engine::input::Ticket;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::SuccessionRecord;
use concord_protocol::envelope::header::Sender;
use concord_protocol::envelope::seal;
use concord_protocol::envelope::seal::Draft;
use concord_protocol::envelope::seal::Recipients;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::notice;
use concord_protocol::identity::notice::Notice;
use concord_protocol::identity::revocation;
use concord_protocol::identity::revocation::Reason;
use concord_protocol::identity::revocation::Revocation;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::BasisCode;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::hash;
use concord_protocol::log::leaf::EraseCause;
use concord_protocol::log::succession;
use concord_protocol::log::succession::Approval;
use concord_protocol::log::succession::Lost;
use concord_protocol::log::succession::Restored;
use concord_protocol::log::succession::Statement;
use concord_protocol::log::succession::code::Cause;
use concord_protocol::message::recipient::Recipient;
use concord_protocol::message::recipient::Role;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Span;
use concord_protocol::wire::frame::Frame;
use harness::letter;
use harness::vectors::federation;
use harness::vectors::federation::AGENCIES;
use harness::vectors::federation::BEGIN;
use harness::vectors::federation::NOW;
use serde_bytes::ByteBuf;

use crate::play::node::Node;
use crate::play::tape::Tape;

/// A message to one or both of the others. Ids, keys and contents come from few, so that they meet again.
pub(super) fn submit(node: &Node, tape: &mut Tape<'_>) -> Option<Input> {
    let (ordinal, both, content) = (tape.byte() % 24, tape.below(4) == 0, tape.byte());
    let others: Vec<AgencyId> = node.engine.peers().cloned().collect();
    let first = tape.below(others.len());
    let to = others.iter().enumerate().filter(|(at, _)| both || *at == first);
    let to: Vec<Recipient> =
        to.map(|(_, agency)| Recipient { agency: agency.clone(), role: Role::Action }).collect();
    let expires = (content % 8 == 7).then(|| node.now.after(Span::from_days(1)));
    // Each begins a procedure of its own: what follows what is played by tests of procedures.
    let mut name = [ordinal; 10];
    (name[0], name[1]) = (content, node.name.as_bytes().first().copied().unwrap_or(0));
    let procedure = ProcedureId::new(NOW, name);
    let draft = Draft { to, expires, procedure, ..draft(node, ordinal) };
    let recipients = Recipients::find(&draft.to, &node.directory, draft.created).ok()?;
    let sealed = seal::seal(draft, &recipients, &PureKem, &[content; 32]).ok()?;
    let signed = seal::sign(sealed, &federation::key(node.name, "signing")).ok()?;
    let key = (tape.below(3) == 0).then(|| key(node, tape));
    Some(Input::Submit(Box::new(Submit { ticket: Ticket(1), signed, key, history: None })))
}

fn key(node: &Node, tape: &mut Tape<'_>) -> Key {
    let text = format!("key {}", tape.below(3));
    let request = digest::sha256(&[tape.byte() % 3]);
    let earlier = node.memory.keys.get(&text).copied();
    Key { text, request, earlier }
}

fn draft(node: &Node, ordinal: u8) -> Draft {
    static REPORT: OnceLock<Submission> = OnceLock::new();
    let report = REPORT.get_or_init(|| {
        let text = letter::report(&[AGENCIES[1]], "a play").to_string();
        let tree: Value = serde_json::from_str(&text).unwrap();
        Submission::read(&tree).unwrap()
    });
    Draft {
        id: MessageId::new(NOW, [ordinal; 10]),
        kind: report.kind(),
        procedure: ProcedureId::new(NOW, [2; 10]),
        participants_version: 1,
        parents: Vec::new(),
        supersedes: None,
        from: Sender { agency: node.agency.clone(), unit: None },
        originator: None,
        to: Vec::new(),
        created: node.now,
        respond_by: None,
        expires: None,
        urgency: report.urgency(),
        handling: report.handling_codes(),
        purpose: report.purpose(),
        legal_basis: report.legal_basis().to_vec(),
        attachments: Vec::new(),
        serial: node.serial,
        exercise: true,
        content: report.content().write(),
        approved: None,
    }
}

fn message(node: &Node, tape: &mut Tape<'_>) -> Option<MessageRecord> {
    let all: Vec<&MessageRecord> = node.memory.messages.values().collect();
    tape.among(&all).map(|one| (*one).clone())
}

pub(super) fn officer() -> StaffNumber {
    StaffNumber::parse("LA-1").unwrap()
}

/// An officer reads, erases, exports; the host finds a body damaged, retires a day, copies the keys.
pub(super) fn office(node: &Node, tape: &mut Tape<'_>) -> Option<Input> {
    let ticket = Ticket(2);
    Some(match tape.below(7) {
        0 => Input::Read(Read {
            ticket,
            message: message(node, tape)?.digest,
            officer: officer(),
            purpose: PurposeCode::parse("investigation").unwrap(),
        }),
        1 | 2 => erase(node, message(node, tape)?, tape),
        3 => Input::BodyLost(Box::new(message(node, tape)?)),
        4 => {
            let bundle = digest::sha256(&[tape.byte()]);
            Input::Exported { ticket, bundle, size: node.engine.tree().size() }
        }
        5 => {
            let days = u32::from(tape.byte()) * 4;
            let through = CivilDate::of(BEGIN.after(Span::from_days(days)))?;
            Input::Retired { through }
        }
        _ => Input::KeyBackup { ticket, until: node.now.after(Span::from_days(30)) },
    })
}

fn erase(node: &Node, record: MessageRecord, tape: &mut Tape<'_>) -> Input {
    let causes = [EraseCause::Retention, EraseCause::Recall, EraseCause::Order];
    Input::Erase(Box::new(Erase {
        ticket: (tape.below(2) == 0).then_some(Ticket(3)),
        earlier: node.memory.erasures.get(&record.digest).cloned(),
        record,
        cause: causes[tape.below(causes.len())],
        basis: BasisCode::parse("retention").unwrap(),
        officer: officer(),
        keys_until: None,
    }))
}

/// A paper of this agency: where it listens now, the credential of its next log, or the end of its credentials.
pub(super) fn paper(node: &Node, tape: &mut Tape<'_>) -> Option<Frame> {
    match tape.below(8) {
        0..=3 => {
            let own = node.directory.newest(&node.agency)?.credential();
            let sequence = u64::from(tape.byte() % 4);
            let notice = Notice {
                charter: own.charter.clone(),
                agency: own.agency.clone(),
                serial: own.serial,
                sequence,
                addresses: vec![format!("192.0.2.{sequence}:7400")],
            };
            let signed = notice::sign(&notice, &federation::key(node.name, "signing")).ok()?;
            Some(Frame::Notice(ByteBuf::from(signed)))
        }
        4..=6 => Some(Frame::Credential(ByteBuf::from(next_credential(node.name)))),
        _ => Some(Frame::Revocation(ByteBuf::from(own_end(node.name)))),
    }
}

/// The credential of an agency's second log, under the same keys; made once, for lattice signatures take their time.
pub(super) fn next_credential(name: &str) -> Vec<u8> {
    static MADE: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let sign = |name: &&str| {
            let (serial, log_number) = (Serial::new(2), LogNumber::new(2));
            let next = Credential { serial, log_number, ..federation::credential_document(name) };
            credential::sign(&next, &federation::root(name)).unwrap()
        };
        AGENCIES.iter().map(sign).collect()
    });
    made[place(name)].clone()
}

/// The end of an agency's first credential: nothing of its log counts.
fn own_end(name: &str) -> Vec<u8> {
    static MADE: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let sign = |name: &&str| {
            let from = federation::credential_document(name);
            let end = Revocation {
                charter: from.charter,
                agency: from.agency,
                through: Serial::new(1),
                logs: Vec::new(),
                at: NOW,
                reason: Reason::Lost,
            };
            revocation::sign(&end, &federation::root(name)).unwrap()
        };
        AGENCIES.iter().map(sign).collect()
    });
    made[place(name)].clone()
}

fn place(name: &str) -> usize {
    AGENCIES.iter().position(|known| *known == name).unwrap()
}

/// The statement that a node's log ends here, by everything that its peers and itself are known to hold of it.
pub(super) fn statement(node: &Node, shown: Vec<Vec<u8>>) -> Option<Vec<u8>> {
    let own = node.engine.head();
    let mut last: Vec<(u64, Vec<u8>)> = own
        .map(|head| (head.size.get(), head.note.to_vec()))
        .into_iter()
        .chain(shown.into_iter().filter_map(|note| Some((size_of(&note)?, note))))
        .collect();
    last.sort();
    last.dedup();
    let end = last.last()?.0;
    let restored = own.map_or(Restored { size: TreeSize::new(0), root: hash::EMPTY_ROOT }, |own| {
        Restored { size: own.size, root: own.root }
    });
    let first = restored.size.get().min(end);
    let document = Statement {
        charter: node.directory.charter().name().clone(),
        agency: node.agency.clone(),
        serial: node.serial,
        from_log: node.log,
        to_log: node.log.next(),
        last: last.into_iter().map(|(_, note)| ByteBuf::from(note)).collect(),
        restored,
        lost: Lost { first: LeafIndex::new(first), count: end - first },
        cause: Cause::Rollback,
        officer: officer(),
        at: node.now,
    };
    succession::sign_statement(&document, &federation::key(node.name, "signing")).ok()
}

fn size_of(note: &[u8]) -> Option<u64> {
    str::from_utf8(note).ok()?.lines().nth(1)?.parse().ok()
}

/// An officer approves what a peer stated.
pub(super) fn approve(node: &Node, tape: &mut Tape<'_>) -> Option<Input> {
    let proposed: Vec<_> =
        node.memory.proposals.values().filter(|one| one.agency != node.agency).collect();
    let proposed = tape.among(&proposed)?;
    let statement = succession::verify_statement(&proposed.statement, &node.directory).ok()?;
    let said = Approval {
        statement: statement.digest(),
        agency: node.agency.clone(),
        serial: node.serial,
        officer: officer(),
        at: node.now,
    };
    let signed = succession::sign_approval(&said, &federation::key(node.name, "witness")).ok()?;
    let approval = succession::verify_approval(&signed, &statement, &node.directory).ok()?;
    Some(Input::Approve(Box::new(Approve { ticket: Ticket(4), statement, approval })))
}

/// What a peer's succession may have lost, in one page.
pub(super) fn renew(node: &Node, succession: &SuccessionRecord) -> Option<Input> {
    let verified = succession::verify_statement(&succession.statement, &node.directory).ok()?;
    let earlier = node.memory.outbound.values();
    let earlier =
        earlier.filter(|one| one.peer == succession.agency && one.epoch < succession.epoch);
    Some(Input::Renew(Renew {
        succession: succession.clone(),
        lost_from: verified.statement().lost.first,
        records: earlier.cloned().collect(),
        rest: Rest::None,
    }))
}

/// The bytes of a frame.
pub(super) fn bytes(frame: &Frame) -> Vec<u8> {
    codec::encode(frame).expect("a frame of ours can be written")
}
