//! The way of a message out and in, and everything that stops it.

mod bodies;
mod grammar;
mod headers;
mod judged;
mod suites;

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use crate::codec;
use crate::codec::Encoded;
use crate::crypto::digest;
use crate::crypto::kem::PureKem;
use crate::envelope;
use crate::envelope::fixtures;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::envelope::header;
use crate::envelope::header::HeaderRule;
use crate::envelope::open;
use crate::envelope::seal;
use crate::envelope::seal::Draft;
use crate::envelope::seal::Recipients;
use crate::envelope::seal::SealError;
use crate::identity::directory::Directory;
use crate::identity::fixtures as members;
use crate::identity::revocation;
use crate::ids::Party;
use crate::message::attachment::Attachment;
use crate::message::attachment::MediaType;
use crate::message::handling::Onward;
use crate::message::kind::Kind;
use crate::message::legal_basis::LegalBasisKind;
use crate::message::legal_basis::LegalBasisRef;
use crate::message::purpose::PurposeKind;
use crate::message::recipient::Recipient;
use crate::message::recipient::Role;
use crate::message::urgency::Urgency;
use crate::moment::Span;
use crate::moment::Timestamp;

// shows: env-4
// shows: env-10
#[test]
fn every_recipient_verifies_and_opens_what_was_sealed_and_signed() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER, THIRD]));
    assert_eq!(signed.digest(), digest::sha256(signed.message()));
    for agency in [RECEIVER, THIRD] {
        let (from, me) = (members::agency(SENDER), members::agency(agency));
        let (directory, now) = (fixtures::directory(), fixtures::CREATED);
        let received = fixtures::received(&signed);
        let verified = open::verify(received, &directory, &from, &me, now, fixtures::TOLERANCE)
            .expect("holds");
        assert_eq!(verified.header(), signed.header());
        assert_eq!(verified.digest(), signed.digest());
        let opened = open::open(&verified, &members::sealing_key(agency, 1)).expect("ours");
        assert_eq!(opened.content(), &fixtures::content());
    }
}

// shows: env-15
#[test]
fn the_sender_reads_its_own_copy_back() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let read = header::read(signed.message()).expect("ours");
    assert_eq!(&read, signed.header());
    let opened = open::open_own(&read, signed.sealed(), signed.own_key()).expect("ours");
    assert_eq!(opened.content(), &fixtures::content());
    let other = fixtures::signed_with(fixtures::draft(&[RECEIVER]), 8);
    assert!(open::open_own(&read, signed.sealed(), other.own_key()).is_err());
}

// shows: env-9
#[test]
fn the_same_seed_gives_the_same_message_and_another_seed_another_body() {
    let one = fixtures::signed_with(fixtures::draft(&[RECEIVER]), 1);
    let again = fixtures::signed_with(fixtures::draft(&[RECEIVER]), 1);
    let other = fixtures::signed_with(fixtures::draft(&[RECEIVER]), 2);
    assert_eq!((one.message(), one.sealed()), (again.message(), again.sealed()));
    assert_ne!(one.sealed(), other.sealed());
    // The salt differs, so equal bodies cannot be told from their commitments.
    assert_ne!(one.header().commitment, other.header().commitment);
}

// shows: env-13
#[test]
fn one_body_can_be_shown_to_be_the_one_that_was_sent() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let opened = open::open_own(signed.header(), signed.sealed(), signed.own_key()).expect("ours");
    assert_eq!(envelope::commitment(opened.salt(), opened.bytes()), signed.header().commitment);
    assert_eq!(codec::encode(opened.content()).expect("an encoding"), opened.bytes());
}

// shows: env-5
// shows: env-16
#[test]
fn the_core_digest_covers_what_decides_and_nothing_else() {
    let header = fixtures::header();
    let core = |change: &dyn Fn(&mut header::Header)| {
        let mut changed = header.clone();
        change(&mut changed);
        envelope::core_digest(&changed).expect("an encoding")
    };
    let unchanged = core(&|_| ());
    let decisive: [&dyn Fn(&mut header::Header); 16] = [
        &|header| header.kind = Kind::HandoverRequest,
        &|header| header.procedure = crate::ids::ProcedureId::new(fixtures::CREATED, [9; 10]),
        &|header| header.parents.clear(),
        &|header| header.to.truncate(1),
        &|header| header.to[0].role = header.to[1].role,
        &|header| header.handling.onward = Onward::None,
        &|header| header.urgency = Urgency::U1,
        &|header| header.commitment = digest::sha256(b"another"),
        &|header| header.supersedes = Some(digest::sha256(b"an earlier one")),
        &|header| header.originator = Some(header.to[0].agency.clone()),
        &|header| header.respond_by = Some(fixtures::CREATED),
        &|header| header.expires = Some(fixtures::CREATED),
        &|header| header.purpose = PurposeKind::Border,
        &|header| header.legal_basis.clear(),
        &|header| header.attachments.push(fixtures::attachment()),
        &|header| header.exercise = !header.exercise,
    ];
    for change in decisive {
        assert_ne!(core(change), unchanged);
    }
    assert_eq!(core(&|header| header.created = Timestamp::from_millis(1)), unchanged);
    assert_eq!(core(&|header| header.sealed = header::SealedRef::of(b"resealed")), unchanged);
}

#[test]
fn parents_are_put_in_order_and_stand_once() {
    let parents = vec![digest::sha256(b"b"), digest::sha256(b"a"), digest::sha256(b"b")];
    let signed =
        fixtures::signed(Draft { parents: parents.clone(), ..fixtures::draft(&[RECEIVER]) });
    let mut expected: Vec<digest::Digest> = parents[..2].to_vec();
    expected.sort_unstable();
    assert_eq!(signed.header().parents, expected);
}

#[test]
fn a_draft_is_sealed_to_its_own_recipients_only() {
    let others =
        Recipients::find(&fixtures::draft(&[THIRD]).to, &fixtures::directory(), fixtures::CREATED)
            .expect("known");
    let refused = seal::seal(fixtures::draft(&[RECEIVER]), &others, &PureKem, &[0; 32]);
    assert_eq!(refused.expect_err("other recipients"), SealError::OtherRecipients);
    let nobody = Directory::new(members::verified_charter());
    // shows: id-46
    let said = members::revocation(THIRD, 1, 0);
    let said = revocation::sign(&said, &members::root(THIRD)).expect("signed");
    let mut ended = fixtures::directory();
    let said = ended.verify_revocation(&said).expect("holds");
    ended.revoke(said).expect("new");
    let to = fixtures::draft(&[THIRD]).to;
    assert!(
        Recipients::find(&to, &ended, fixtures::CREATED).is_err(),
        "whoever has its keys could read"
    );
    let unknown = Recipients::find(&fixtures::draft(&[RECEIVER]).to, &nobody, fixtures::CREATED)
        .expect_err("unknown");
    assert_eq!(unknown.agency, members::agency(RECEIVER));
}

#[test]
fn a_draft_that_breaks_a_rule_is_not_sealed() {
    let expires = Some(fixtures::CREATED);
    let refused = refusal(Draft { expires, ..fixtures::draft(&[RECEIVER]) });
    assert_eq!(refused, SealError::Rule(HeaderRule::Times));
    let refused = refusal(fixtures::draft(&[RECEIVER, SENDER]));
    assert_eq!(refused, SealError::Rule(HeaderRule::RecipientTwice));
}

// shows: env-3
#[test]
fn the_longest_header_that_the_rules_allow_has_room_for_its_signature() {
    let line = fixtures::text(&"x".repeat(200));
    let agency = |number: usize| members::agency(&format!("{number:02}{}", "a".repeat(62)));
    let later = fixtures::CREATED.after(Span::from_days(1));
    let file = Attachment {
        digest: digest::sha256(b"file"),
        length: u64::MAX,
        media_type: MediaType::parse(&format!("a/{}", "x".repeat(125))).expect("a media type"),
    };
    let basis = LegalBasisRef {
        kind: LegalBasisKind::Treaty,
        instrument: line.clone(),
        article: Some(line.clone()),
    };
    let parties = ('A'..='Z').flat_map(|a| ('A'..='Z').map(move |b| format!("{a}{b}")));
    let mut header = fixtures::header();
    header.parents = (0..64_u8).map(|number| digest::sha256(&[number])).collect();
    header.parents.sort_unstable();
    header.supersedes = Some(header.commitment);
    header.approvals = Some(header.commitment);
    header.from = header::Sender { agency: agency(99), unit: Some(line) };
    header.originator = Some(agency(98));
    header.to =
        (0..32).map(|number| Recipient { agency: agency(number), role: Role::Action }).collect();
    (header.respond_by, header.expires) = (Some(later), Some(later));
    header.handling.onward =
        Onward::Named(parties.map(|party| Party::parse(&party).expect("two letters")).collect());
    header.legal_basis = vec![basis; 16];
    header.attachments = vec![file; 64];
    assert_eq!(header.check(), Ok(()));
    let len = codec::encode(&header).expect("an encoding").len();
    assert!(len <= <header::Header as Encoded>::BYTES_MAX, "{len}");
}

#[test]
fn nothing_on_the_way_shows_content() {
    let draft = fixtures::draft(&[RECEIVER]);
    let shown = format!("{draft:?}");
    let signed = fixtures::signed(draft);
    let verified = fixtures::verify(fixtures::received(&signed)).expect("holds");
    let opened = open::open(&verified, &members::sealing_key(RECEIVER, 1)).expect("ours");
    let all =
        format!("{shown} {signed:?} {:?} {verified:?} {opened:?}", fixtures::received(&signed));
    assert!(!all.contains("front desk"), "{all}");
    assert!(!all.contains("subject_line"), "{all}");
}

fn refusal(draft: Draft) -> SealError {
    let keys = Recipients::find(&draft.to, &fixtures::directory(), draft.created).expect("known");
    seal::seal(draft, &keys, &PureKem, &[0; 32]).expect_err("refused")
}
