//! Which messages name a file, when a member names it as often as it likes.

use std::collections::BTreeSet;

use concord_protocol::codec;
use concord_protocol::crypto::cose;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::envelope::header::HEADER_VERSION;
use concord_protocol::envelope::header::Header;
use concord_protocol::envelope::header::SealedRef;
use concord_protocol::envelope::header::Sender;
use concord_protocol::ids::BasisCode;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::log::leaf::EraseCause;
use concord_protocol::message::attachment::Attachment;
use concord_protocol::message::attachment::MediaType;
use concord_protocol::message::handling::Classification;
use concord_protocol::message::handling::EvidentialUse;
use concord_protocol::message::handling::HandlingCode;
use concord_protocol::message::handling::HandlingCodes;
use concord_protocol::message::handling::Onward;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::legal_basis::LegalBasisKind;
use concord_protocol::message::legal_basis::LegalBasisRef;
use concord_protocol::message::purpose::PurposeKind;
use concord_protocol::message::recipient::Recipient;
use concord_protocol::message::recipient::Role;
use concord_protocol::message::text::HeaderText;
use concord_protocol::message::time::CivilDate;
use concord_protocol::message::urgency::Urgency;
use concord_protocol::moment::Timestamp;
use serde_bytes::ByteBuf;

use crate::store::Batch;
use crate::store::Store;
use crate::store::tests::fake::FakeDisk;
use crate::store::tests::fake::FakeShelf;
use crate::store::tests::fixture;

/// How often a liar names what is not its own: more than are read at once.
const OFTEN: u64 = 1_100;

#[test]
fn a_member_that_names_a_file_often_hides_no_message_of_anybody_else() {
    // shows: fil-21, fil-34
    let (mut store, file) = store_with_file();
    let mut records: Vec<Record> =
        (0..OFTEN).map(|number| named("mm.mpf", number, (file, BodyForm::Held))).collect();
    records.push(named("la.mps", OFTEN, (file, BodyForm::Held)));
    store.commit(Batch { records, bodies: Vec::new() }).unwrap();
    let reader = store.reader();

    let mut read = 0;
    let own = reader.beside_of(&file, &fixture::agency("la.mps"), |record| {
        read += 1;
        Some(record.digest)
    });
    assert_eq!((own.unwrap(), read), (Some(low(OFTEN)), 1), "no other one's is even read");
    let of_all = reader.beside(&file, |record| {
        (record.from == fixture::agency("la.mps")).then_some(record.digest)
    });
    assert_eq!(of_all.unwrap(), Some(low(OFTEN)));
    assert_eq!(reader.beside_of(&file, &fixture::agency("th.rtp"), |_| Some(())).unwrap(), None);
}

#[test]
fn a_file_ends_only_when_the_last_of_its_messages_is_erased_however_many_there_are() {
    // shows: fil-21, fil-40
    for (last, is_kept) in [(BodyForm::Held, true), (BodyForm::Erased, false)] {
        let (mut store, file) = store_with_file();
        let mut records: Vec<Record> =
            (1..OFTEN).map(|number| named("mm.mpf", number, (file, BodyForm::Erased))).collect();
        records.push(named("la.mps", 0, (file, BodyForm::Erased)));
        records.push(named("th.rtp", OFTEN, (file, last)));
        records.push(erasure(low(0)));
        store.commit(Batch { records, bodies: Vec::new() }).unwrap();

        store.destroy(&[low(0)]).unwrap();

        assert_eq!(store.files().whole(&file).unwrap().is_some(), is_kept, "{last:?}");
    }
}

fn store_with_file() -> (Store, Digest) {
    let (store, _) = fixture::open(&FakeDisk::default(), &FakeShelf::default()).unwrap();
    let mut draft = store.files().draft().unwrap();
    draft.write(b"a list").unwrap();
    let file = draft.finish().unwrap().digest;
    (store, file)
}

/// A message of an author that names a file. The digests of messages grow with their numbers.
fn named(from: &str, number: u64, (file, body): (Digest, BodyForm)) -> Record {
    let at = Timestamp::from_millis(1_800_000_000_000 + number);
    let id = MessageId::new(at, [1; 10]);
    let header = header((id, at), from, file);
    let payload = codec::encode(&header).unwrap();
    let message =
        cose::sign1(&SigningKey::from_seed(&[7; 32]), ContentType::Message, &payload).unwrap();
    Record::Message(MessageRecord {
        digest: low(number),
        id,
        from: fixture::agency(from),
        at,
        leaf: LeafIndex::new(number),
        message: ByteBuf::from(message),
        body,
    })
}

fn low(number: u64) -> Digest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Digest::from_bytes(bytes)
}

fn header((id, created): (MessageId, Timestamp), from: &str, file: Digest) -> Header {
    Header {
        version: HEADER_VERSION,
        id,
        kind: Kind::IntelligenceReport,
        procedure: ProcedureId::new(created, [9; 10]),
        participants_version: 1,
        parents: Vec::new(),
        supersedes: None,
        from: Sender { agency: fixture::agency(from), unit: None },
        originator: None,
        to: vec![Recipient { agency: fixture::agency("vn.mps"), role: Role::Action }],
        created,
        respond_by: None,
        expires: None,
        urgency: Urgency::U4,
        handling: HandlingCodes {
            classification: Classification::Restricted,
            codes: BTreeSet::from([HandlingCode::H0]),
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
        attachments: vec![Attachment {
            digest: file,
            length: 22,
            media_type: MediaType::parse("application/octet-stream").unwrap(),
        }],
        serial: Serial::new(1),
        exercise: true,
    }
}

fn erasure(message: Digest) -> Record {
    Record::Erasure(ErasureRecord {
        message,
        leaf: LeafIndex::new(OFTEN + 1),
        cause: EraseCause::Order,
        basis: BasisCode::parse("EX-1").unwrap(),
        officer: StaffNumber::parse("A-1").unwrap(),
        keys_until: None,
        at: Timestamp::from_millis(1),
    })
}
