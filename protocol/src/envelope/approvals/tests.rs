//! Approvals: who may vote on what, whether it suffices, and how votes travel.

extern crate std;

mod victims;

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use std::sync::LazyLock;

use super::Approvals;
use super::Ballot;
use super::Deed;
use super::Vote;
use super::Voter;
use super::judge;
use super::judge::Approved;
use super::judge::NotApproved;
use crate::codec;
use crate::codec::value::Value;
use crate::crypto::digest;
use crate::crypto::kem::PureKem;
use crate::crypto::signature::Signature;
use crate::envelope;
use crate::envelope::fixtures;
use crate::envelope::fixtures::CREATED;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::TOLERANCE;
use crate::envelope::open;
use crate::envelope::open::OpenError;
use crate::envelope::seal;
use crate::envelope::seal::Draft;
use crate::envelope::seal::Fixed;
use crate::envelope::seal::Recipients;
use crate::envelope::seal::SealError;
use crate::envelope::seal::Sealed;
use crate::identity::charter;
use crate::identity::charter::ApprovalProfile;
use crate::identity::charter::Profiles;
use crate::identity::directory::Directory;
use crate::identity::fixtures as members;
use crate::identity::fixtures::AGENCIES;
use crate::identity::staff::StaffList;
use crate::limits::VOTE_DAYS_MAX;
use crate::message::approval::Approval;
use crate::message::purpose::PurposeKind;
use crate::message::submission::Submission;
use crate::message::urgency::Urgency;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::registry::RefusalCode;
use crate::registry::StaffRole;

/// The salt of every body here.
const SALT: [u8; 32] = [3; 32];

/// A message that needs A1, A2, A3 or A4.
const MESSAGES: [&str; 4] = [
    include_str!("../../../../spec/examples/deconfliction-query.json"),
    include_str!("../../../../spec/examples/operation-signal.json"),
    include_str!("../../../../spec/examples/handover-request.json"),
    include_str!("../../../../spec/examples/outcome-document.json"),
];

/// Who votes: the last digits of a staff number, the office, the deed.
type Votes<'a> = &'a [(&'a str, StaffRole, Deed)];

const DRAFTER: (&str, StaffRole, Deed) = ("4711", StaffRole::Officer, Deed::Drafted);
const SUPERVISOR: (&str, StaffRole, Deed) = ("4712", StaffRole::Supervisor, Deed::Approved);
const PROSECUTOR: (&str, StaffRole, Deed) = ("4713", StaffRole::Prosecutor, Deed::Approved);
const HEAD: (&str, StaffRole, Deed) = ("4714", StaffRole::HeadOfAgency, Deed::Approved);
const SECOND: (&str, StaffRole, Deed) = ("4715", StaffRole::Supervisor, Deed::Approved);
const CENTRAL: (&str, StaffRole, Deed) = ("4716", StaffRole::CentralAuthority, Deed::Approved);

/// Every member under a charter that demands approvals, or one that does not, without staff lists.
fn members_under(approvals: ApprovalProfile) -> Directory {
    static DEMANDING: LazyLock<Directory> = LazyLock::new(|| {
        let profiles =
            Profiles { approvals: ApprovalProfile::Demanded, ..members::charter().profiles };
        let charter = charter::Charter { profiles, ..members::charter() };
        let signed = members::signed(charter, &AGENCIES);
        Directory::new(charter::verify(&signed, None).unwrap())
    });
    match approvals {
        ApprovalProfile::Demanded => DEMANDING.clone(),
        ApprovalProfile::NoneDemanded => fixtures::directory(),
    }
}

fn demanding() -> Directory {
    with_staff(&members::staff_list(SENDER, 1))
}

fn with_staff(list: &StaffList) -> Directory {
    let mut directory = members_under(ApprovalProfile::Demanded);
    directory.list_staff(&members::signed_staff(list)).unwrap();
    directory
}

/// An example as a draft of the sender's, drafted by somebody.
fn draft(example: &str, drafter: &str) -> Draft {
    let mut value: Value = serde_json::from_str(example).unwrap();
    let Value::Map(map) = &mut value else { panic!("a map") };
    map.put("drafted_by", Value::Text(format!("mps-{drafter}")));
    let submission = Submission::read(&value).unwrap();
    Draft {
        kind: submission.kind(),
        urgency: submission.urgency(),
        handling: submission.handling_codes(),
        content: submission.content().write(),
        ..fixtures::draft(&[RECEIVER])
    }
}

/// What somebody says of a message: at the time of the message, under its own core digest.
fn vote(core: digest::Digest, (number, role, deed): (&str, StaffRole, Deed)) -> Vote {
    let (charter, agency) = (members::charter().name, members::agency(SENDER));
    let ballot = Ballot { charter: &charter, agency: &agency, core };
    let voter = Voter { staff: members::staff(SENDER, number), role, at: CREATED };
    ballot.vote(voter, deed, &members::staff_key(SENDER, number)).unwrap()
}

fn approvals(core: digest::Digest, votes: Votes<'_>) -> Approvals {
    let (drafted, approved) = votes.split_first().unwrap();
    Approvals {
        list: 1,
        drafted: vote(core, *drafted),
        approved: approved.iter().map(|one| vote(core, *one)).collect(),
        break_glass: drafted.2 == Deed::BrokeGlass,
    }
}

fn recipients(draft: &Draft) -> Recipients {
    Recipients::find(&draft.to, &fixtures::directory(), draft.created).unwrap()
}

fn seal_with(draft: Draft, approvals: Approvals) -> Result<Sealed, SealError> {
    let recipients = recipients(&draft);
    let draft = Draft { approved: Some(Fixed { salt: SALT, approvals }), ..draft };
    seal::seal(draft, &recipients, &PureKem, &[9; 32])
}

fn core_of(draft: Draft) -> digest::Digest {
    let sealed = seal_with(draft, approvals(digest::sha256(b"not yet"), &[DRAFTER])).unwrap();
    envelope::core_digest(sealed.header()).unwrap()
}

/// A message with these votes, and what may be changed of them before it is sealed.
fn voted(draft: &dyn Fn() -> Draft, votes: Votes<'_>, change: &dyn Fn(&mut Approvals)) -> Sealed {
    let mut approvals = approvals(core_of(draft()), votes);
    change(&mut approvals);
    seal_with(draft(), approvals).unwrap()
}

/// How the message of a level fares with these votes.
fn judged(level: Approval, votes: Votes<'_>) -> Result<Approved, NotApproved> {
    judged_by(&demanding(), level, votes, &|_| ())
}

fn judged_by(
    directory: &Directory,
    level: Approval,
    votes: Votes<'_>,
    change: &dyn Fn(&mut Approvals),
) -> Result<Approved, NotApproved> {
    let message = MESSAGES[level as usize];
    let sealed = voted(&|| draft(message, votes[0].0), votes, change);
    judge::judge(&sealed.question(), directory, TOLERANCE)
}

#[test]
fn each_level_has_those_who_suffice_and_every_one_of_them_is_needed() {
    // shows: apr-6
    // shows: apr-1
    let cases: [(Approval, Votes<'_>); 8] = [
        (Approval::A1, &[DRAFTER]),
        (Approval::A2, &[DRAFTER, SUPERVISOR]),
        (Approval::A2, &[("4712", StaffRole::Supervisor, Deed::Drafted), SECOND]),
        (Approval::A2, &[DRAFTER, HEAD]),
        (Approval::A3, &[DRAFTER, SUPERVISOR, PROSECUTOR]),
        (Approval::A3, &[DRAFTER, SUPERVISOR, CENTRAL]),
        (Approval::A3, &[DRAFTER, PROSECUTOR, HEAD]),
        (Approval::A4, &[DRAFTER, HEAD]),
    ];
    for (level, votes) in cases {
        assert_eq!(judged(level, votes), Ok(Approved::ByAll), "{level} {votes:?}");
        for left_out in 1..votes.len() {
            let mut fewer = votes.to_vec();
            fewer.remove(left_out);
            let refused = judged(level, &fewer).unwrap_err();
            assert!(matches!(refused, NotApproved::TooFew { .. }), "{level} {fewer:?}: {refused}");
            assert_eq!(refused.code(), RefusalCode::Unapproved);
        }
    }
}

#[test]
fn what_is_missing_is_said_to_people() {
    // shows: apr-9
    let refused = judged(Approval::A3, &[DRAFTER, SUPERVISOR]).unwrap_err();
    let said = format!("{refused}");
    assert_eq!(said, "A3 needs the approval of a prosecutor or central-authority");
    assert_eq!(refused.rule(), "apr-6");
    assert!(refused.remedy().contains("concord message approve"));
}

#[test]
fn two_supervisors_are_no_prosecutor_and_a_head_alone_is_no_prosecutor_either() {
    // shows: apr-6
    for votes in [[DRAFTER, SUPERVISOR, SECOND], [DRAFTER, SUPERVISOR, HEAD]] {
        assert!(matches!(judged(Approval::A3, &votes), Err(NotApproved::TooFew { .. })));
    }
    let below: Votes<'_> = &[DRAFTER, SUPERVISOR, PROSECUTOR];
    assert!(matches!(judged(Approval::A4, below), Err(NotApproved::TooFew { .. })));
}

#[test]
fn nobody_approves_what_they_drafted() {
    // shows: apr-5
    let own: Votes<'_> = &[("4712", StaffRole::Supervisor, Deed::Drafted), SUPERVISOR];
    assert!(matches!(judged(Approval::A2, own), Err(NotApproved::SamePerson { .. })));
    let twice = judged_by(&demanding(), Approval::A2, &[DRAFTER, SUPERVISOR], &|approvals| {
        // Whoever drafts cannot put another's name there: the signature is the drafter's own.
        approvals.drafted.staff = members::staff(SENDER, "4715");
    });
    assert!(matches!(twice, Err(NotApproved::OtherDrafter { .. })));
}

#[test]
fn the_drafter_who_signs_is_the_one_that_the_content_names() {
    // shows: apr-5
    let sealed = voted(&|| draft(MESSAGES[1], "4715"), &[DRAFTER, SUPERVISOR], &|_| ());
    let refused = judge::judge(&sealed.question(), &demanding(), TOLERANCE);
    assert!(matches!(refused, Err(NotApproved::OtherDrafter { .. })));
}

#[test]
fn a_vote_is_for_one_deed_one_message_one_agency_and_one_federation() {
    // shows: apr-2
    let forged = |change: &dyn Fn(&mut Approvals)| {
        let judged = judged_by(&demanding(), Approval::A2, &[DRAFTER, SUPERVISOR], change);
        assert!(matches!(judged, Err(NotApproved::Forged { .. })), "{judged:?}");
        assert_eq!(judged.unwrap_err().code(), RefusalCode::BadApproval);
    };
    let core = core_of(draft(MESSAGES[1], "4711"));
    let with = |charter: &str, agency: &str, deed: Deed, core| {
        let (charter, agency) =
            (crate::ids::CharterName::parse(charter).unwrap(), members::agency(agency));
        let ballot = Ballot { charter: &charter, agency: &agency, core };
        let (staff, role) = (members::staff(SENDER, "4712"), StaffRole::Supervisor);
        let voter = Voter { staff, role, at: CREATED };
        ballot.vote(voter, deed, &members::staff_key(SENDER, "4712")).unwrap()
    };
    let put = |vote: Vote| move |approvals: &mut Approvals| approvals.approved[0] = vote.clone();
    forged(&put(with("mekong", SENDER, Deed::Drafted, core)));
    forged(&put(with("mekong", RECEIVER, Deed::Approved, core)));
    forged(&put(with("danube", SENDER, Deed::Approved, core)));
    forged(&put(with("mekong", SENDER, Deed::Approved, digest::sha256(b"another message"))));
    forged(&|approvals| approvals.approved[0].at = CREATED.before(Span::from_millis(1)));
    forged(&|approvals| approvals.approved[0].signature = Signature::from_bytes([0; 64]));
    forged(&|approvals| approvals.drafted.signature = approvals.approved[0].signature);
    forged(&|approvals| approvals.break_glass = true);
    assert!(judged(Approval::A2, &[DRAFTER, SUPERVISOR]).is_ok(), "unchanged it holds");
}

#[test]
fn whoever_changes_what_decides_has_it_approved_again() {
    // shows: apr-2
    let votes: Votes<'_> = &[DRAFTER, SUPERVISOR];
    let base = || draft(MESSAGES[1], "4711");
    let approvals = approvals(core_of(base()), votes);
    let live = base().exercise;
    let changed: [&dyn Fn(Draft) -> Draft; 12] = [
        &|draft| Draft { parents: Vec::new(), ..draft },
        &|draft| Draft { to: fixtures::draft(&[AGENCIES[2]]).to, ..draft },
        &|draft| Draft { urgency: Urgency::U3, ..draft },
        &|draft| Draft { procedure: crate::ids::ProcedureId::new(CREATED, [7; 10]), ..draft },
        &|draft| Draft { exercise: !live, ..draft },
        &|draft| Draft { purpose: PurposeKind::Border, ..draft },
        &|draft| Draft { attachments: vec![fixtures::attachment()], ..draft },
        &|draft| Draft { supersedes: Some(digest::sha256(b"an earlier one")), ..draft },
        &|draft| fixtures::passed_on(draft, AGENCIES[2]),
        &|draft| Draft { legal_basis: Vec::new(), ..draft },
        &|draft| Draft { expires: Some(CREATED.after(Span::from_days(1))), ..draft },
        &|draft| Draft { respond_by: Some(CREATED.after(Span::from_days(1))), ..draft },
    ];
    for change in changed {
        let sealed = seal_with(change(base()), approvals.clone()).unwrap();
        let refused = judge::judge(&sealed.question(), &demanding(), TOLERANCE);
        assert!(matches!(refused, Err(NotApproved::Forged { .. })), "{refused:?}");
    }
}

#[test]
fn a_vote_counts_in_the_office_that_the_list_gives_at_that_time() {
    // shows: apr-1
    // shows: stf-5
    let mut list = members::staff_list(SENDER, 1);
    list.offices[1].until = CREATED.before(Span::from_millis(1));
    let votes: Votes<'_> = &[DRAFTER, SUPERVISOR];
    let ended = judged_by(&with_staff(&list), Approval::A2, votes, &|_| ());
    assert!(matches!(ended, Err(NotApproved::NoOffice { .. })), "{ended:?}");
    list.offices.remove(1);
    let gone = judged_by(&with_staff(&list), Approval::A2, votes, &|_| ());
    assert!(matches!(gone, Err(NotApproved::NoOffice { .. })));
    let other = ("4713", StaffRole::Supervisor, Deed::Approved);
    let boast = judged(Approval::A2, &[DRAFTER, other]);
    assert!(matches!(boast, Err(NotApproved::NoOffice { .. })), "{boast:?}");
}

#[test]
fn nobody_votes_after_the_message_was_made_or_long_before_it() {
    // shows: apr-1
    let voted_at = |at: Timestamp| {
        let core = core_of(draft(MESSAGES[1], "4711"));
        let (charter, agency) = (members::charter().name, members::agency(SENDER));
        let ballot = Ballot { charter: &charter, agency: &agency, core };
        let (staff, role) = (members::staff(SENDER, "4712"), StaffRole::Supervisor);
        let voter = Voter { staff, role, at };
        let vote = ballot.vote(voter, Deed::Approved, &members::staff_key(SENDER, "4712")).unwrap();
        judged_by(&demanding(), Approval::A2, &[DRAFTER, SUPERVISOR], &|approvals| {
            approvals.approved[0] = vote.clone();
        })
    };
    assert_eq!(voted_at(CREATED.after(TOLERANCE)), Ok(Approved::ByAll), "clocks differ");
    let refused = voted_at(CREATED.after(Span::from_millis(TOLERANCE.millis() + 1)));
    assert!(matches!(refused, Err(NotApproved::Late { .. })));

    let oldest = CREATED.before(Span::from_days(VOTE_DAYS_MAX));
    let aged = voted_at(oldest.before(Span::from_millis(1))).unwrap_err();
    assert!(matches!(aged, NotApproved::Aged { .. }), "{aged}");
    assert_eq!(aged.code(), RefusalCode::BadApproval);
    assert!(!matches!(voted_at(oldest), Err(NotApproved::Aged { .. })));
}

#[test]
fn a_list_that_is_not_held_is_waited_for_and_one_that_ended_says_nothing() {
    // shows: stf-5
    let votes: Votes<'_> = &[DRAFTER];
    let nobody = members_under(ApprovalProfile::Demanded);
    let waits = judged_by(&nobody, Approval::A1, votes, &|_| ());
    assert!(matches!(waits, Err(NotApproved::ListNotHeld { named: 1, .. })));
    let newer = judged_by(&demanding(), Approval::A1, votes, &|approvals| approvals.list = 2);
    assert!(matches!(newer, Err(NotApproved::ListNotHeld { named: 2, .. })));
    let older = with_staff(&members::staff_list(SENDER, 2));
    assert_eq!(judged_by(&older, Approval::A1, votes, &|_| ()), Ok(Approved::ByAll));
    let ended = CREATED.before(Span::from_millis(1));
    let ended = with_staff(&StaffList { until: ended, ..members::staff_list(SENDER, 1) });
    let refused = judged_by(&ended, Approval::A1, votes, &|_| ());
    assert!(matches!(refused, Err(NotApproved::NotCovered { .. })), "{refused:?}");
}

#[test]
fn break_glass_saves_lives_at_once_and_nothing_else() {
    // shows: apr-7
    let alone = |kind: &str, urgency: Urgency| {
        let base = || Draft { urgency, ..draft(kind, "4711") };
        let glass = [("4711", StaffRole::Officer, Deed::BrokeGlass)];
        let sealed = voted(&base, &glass, &|_| ());
        judge::judge(&sealed.question(), &demanding(), TOLERANCE)
    };
    let hold = MESSAGES[1]
        .replace("\"go\"", "\"hold\"")
        .replace(",\n    \"hostages_confirmed\": true", "");
    let rescue = include_str!("../../../../spec/examples/rescue-request.json");
    assert_eq!(alone(rescue, Urgency::U1), Ok(Approved::BrokeGlass));
    let update = include_str!("../../../../spec/examples/rescue-update.json");
    assert_eq!(alone(update, Urgency::U1), Ok(Approved::BrokeGlass), "it protects still");
    let ends = [
        ("declined-help", "yes", "no"),
        ("referred-to-justice", "\"home\"", "\"prosecutor_decision_ref\": \"LA-P-1\", \"home\""),
        ("unfounded", "", ""),
        ("not-found", "", ""),
        ("returned", "", ""),
    ];
    for (state, said, instead) in ends {
        let ended = update.replace("return-arranged", state).replace(said, instead);
        assert_eq!(alone(&ended, Urgency::U1), Err(NotApproved::NoGlass), "{state}");
    }
    assert_eq!(alone(rescue, Urgency::U2), Err(NotApproved::NoGlass));
    assert_eq!(alone(&hold, Urgency::U1), Ok(Approved::BrokeGlass), "it would need A2");
    assert_eq!(alone(MESSAGES[1], Urgency::U1), Err(NotApproved::NoGlass), "go can wait");
    assert_eq!(alone(MESSAGES[0], Urgency::U3), Err(NotApproved::NoGlass));
}

#[test]
fn a_charter_demands_approvals_or_not_and_those_that_came_hold_under_either() {
    // shows: apr-8
    let bare = || fixtures::signed(draft(MESSAGES[2], "4711"));
    let open = |directory: &Directory| {
        let signed = bare();
        let opened = open::open_own(signed.header(), signed.sealed(), signed.own_key()).unwrap();
        judge::judge(&opened.question(signed.header()), directory, TOLERANCE)
    };
    let free = members_under(ApprovalProfile::NoneDemanded);
    assert_eq!(open(&free), Ok(Approved::NotAsked));
    let missing = open(&demanding()).unwrap_err();
    assert_eq!(missing, NotApproved::Missing { level: Approval::A3 });
    assert_eq!(missing.code(), RefusalCode::Unapproved);

    let mut free = free;
    free.list_staff(&members::signed_staff(&members::staff_list(SENDER, 1))).unwrap();
    let votes: Votes<'_> = &[DRAFTER, SUPERVISOR, PROSECUTOR];
    assert_eq!(judged_by(&free, Approval::A3, votes, &|_| ()), Ok(Approved::ByAll));
    assert!(judged_by(&free, Approval::A3, &votes[..2], &|_| ()).is_err());
}

#[test]
fn approvals_travel_sealed_beside_the_content_and_the_header_commits_to_them() {
    // shows: apr-3
    // shows: apr-4
    let votes: Votes<'_> = &[DRAFTER, SUPERVISOR, PROSECUTOR];
    let sealed = voted(&|| draft(MESSAGES[2], "4711"), votes, &|_| ());
    let signed = seal::sign(sealed, &members::signing_key(SENDER, "signing", 1)).expect("signed");
    let verified = fixtures::verify(fixtures::received(&signed)).expect("holds");
    let opened = open::open(&verified, &members::sealing_key(RECEIVER, 1)).expect("ours");

    let found = opened.approvals().expect("approvals");
    assert_eq!(found.votes().count(), 3);
    let part = codec::encode(found).expect("an encoding");
    assert_eq!(verified.header().approvals, Some(super::commitment(opened.salt(), &part)));
    // The commitment of the body is over the body alone.
    let body = envelope::commitment(opened.salt(), opened.bytes());
    assert_eq!(body, verified.header().commitment);
    let number = b"mps-4713";
    let shown = |bytes: &[u8]| bytes.windows(number.len()).any(|window| window == number);
    assert!(shown(&part) && !shown(signed.message()) && !shown(signed.sealed()));
}

#[test]
fn other_approvals_than_the_committed_ones_do_not_open() {
    // shows: apr-4
    let sealed = voted(&|| draft(MESSAGES[0], "4711"), &[DRAFTER], &|_| ());
    let signed = seal::sign(sealed, &members::signing_key(SENDER, "signing", 1)).expect("signed");
    for named in [None, Some(digest::sha256(b"others"))] {
        let mut header = signed.header().clone();
        header.approvals = named;
        let opened = open::open_own(&header, signed.sealed(), signed.own_key());
        let refused = opened.expect_err("other approvals");
        assert_eq!(refused, OpenError::CommitmentMismatch);
        assert_eq!(refused.code(), RefusalCode::Unopenable);
    }
}

#[test]
fn votes_out_of_order_or_too_many_are_not_sealed() {
    // shows: apr-3
    let core = digest::sha256(b"whatever");
    let refused =
        |votes: Votes<'_>| seal_with(draft(MESSAGES[0], "4711"), approvals(core, votes)).err();
    let form = Some(SealError::Approvals(super::BadForm));
    assert_eq!(refused(&[DRAFTER, PROSECUTOR, SUPERVISOR]), form);
    assert_eq!(refused(&[DRAFTER, SUPERVISOR, SUPERVISOR]), form);
    let many: Vec<_> = vec!["1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let many: Vec<_> =
        many.into_iter().map(|one| (one, StaffRole::Supervisor, Deed::Approved)).collect();
    assert_eq!(refused(&[&[DRAFTER], many.as_slice()].concat()), form);
}

#[test]
fn a_persons_own_machine_computes_what_the_header_will_hold() {
    // shows: apr-2
    let mut value: Value = serde_json::from_str(MESSAGES[2]).unwrap();
    let Value::Map(map) = &mut value else { panic!("a map") };
    let text = |text: &str| Value::Text(text.into());
    map.put("drafted_by", text("mps-4711"));
    map.put("exercise", Value::Bool(true));
    map.put("supersedes", text(&format!("{}", digest::sha256(b"an earlier one"))));
    map.put("originator", text(AGENCIES[2]));
    map.put("consent", text("0195a1c4-2f00-7d11-8b02-3c4d5e6f7301"));
    map.put("respond_by", text(&format!("{}", CREATED.after(Span::from_days(1)))));
    map.put("expires", text(&format!("{}", CREATED.after(Span::from_days(2)))));
    let submission = Submission::read(&value).unwrap();
    let base = draft(MESSAGES[2], "4711");
    let (procedure, to) = (base.procedure, submission.to().to_vec());
    let base = Draft {
        parents: submission.parents().to_vec(),
        supersedes: submission.supersedes(),
        originator: submission.originator().cloned(),
        content: submission.content().write(),
        to,
        respond_by: submission.respond_by(),
        expires: submission.expires(),
        purpose: submission.purpose(),
        legal_basis: submission.legal_basis().to_vec(),
        attachments: submission.attachments().to_vec(),
        exercise: submission.exercise(),
        ..base
    };
    let computed = envelope::core_digest_of(&submission, procedure, &SALT, CREATED).unwrap();
    let header_to = base.to.clone();
    let sealed = seal_with(
        Draft { to: fixtures::draft(&[RECEIVER]).to, ..base },
        approvals(computed, &[DRAFTER]),
    )
    .unwrap();
    let mut header = sealed.header().clone();
    header.to = header_to;
    assert_eq!(envelope::core_digest(&header).unwrap(), computed);
}
