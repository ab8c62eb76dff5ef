//! Who gets digests, how many in a day, and which of them are believed.

use alloc::vec::Vec;

use crate::codec;
use crate::crypto::oprf::DigestKey;
use crate::crypto::oprf::Element;
use crate::crypto::oprf::PROOF_BYTES;
use crate::crypto::oprf::Proof;
use crate::limits::BLINDED_MAX;
use crate::limits::KEYED_A_DAY_MAX;
use crate::link::allowance::Allowance;
use crate::moment::Timestamp;
use crate::registry::CloseCode;
use crate::wire::frame::Frame;
use crate::wire::frame::Passage;
use crate::wire::keying;
use crate::wire::keying::Blinded;
use crate::wire::keying::Keyed;
use crate::wire::keying::KeyingRefusal;
use crate::wire::keying::NoDigests;
use crate::wire::keying::Question;

const DAY: u64 = 86_400_000;

fn key(seed: u8) -> DigestKey {
    DigestKey::from_seed(&[seed; 32]).unwrap()
}

fn at(day: u64) -> Timestamp {
    Timestamp::from_millis(day * DAY + 1)
}

fn of_length(count: usize) -> Blinded {
    let elements = (0..count).map(|_| Element::from_bytes([7; 32])).collect();
    Blinded { key: key(1).public(), elements }
}

#[test]
fn whoever_asked_finds_its_own_digests_in_the_answer() {
    // shows: dcf-7, dcf-9
    let texts = Vec::from([b"phone\0+85620000001".to_vec(), b"phone\0+85620000002".to_vec()]);
    let (question, asked) = Question::new(key(1).public(), texts.clone(), &[3; 32]).unwrap();

    keying::judge(&asked, Some(&key(1)), Allowance::default(), at(1)).unwrap();
    let answer = keying::answer(&asked, &key(1), &[4; 32]).unwrap();

    let expected: Vec<_> = texts.iter().map(|text| key(1).digest(text).unwrap()).collect();
    assert_eq!(question.digests(&answer), Ok(expected));
}

#[test]
fn digests_of_another_key_close_the_connection() {
    // shows: dcf-9
    let (question, asked) =
        Question::new(key(1).public(), Vec::from([b"imei\x001".to_vec()]), &[3; 32]).unwrap();
    let asked_of_other = Blinded { key: key(2).public(), ..asked };

    let answer = keying::answer(&asked_of_other, &key(2), &[4; 32]).unwrap();

    assert_eq!(question.digests(&answer), Err(NoDigests::Close(CloseCode::BadKeying)));
    let refused = Keyed::Refused { code: KeyingRefusal::Spent };
    assert_eq!(question.digests(&refused), Err(NoDigests::Refused(KeyingRefusal::Spent)));
}

#[test]
fn a_key_that_is_not_held_or_another_one_answers_nothing() {
    // shows: dcf-8
    let asked = of_length(1);

    for held in [None, Some(key(2))] {
        let judged = keying::judge(&asked, held.as_ref(), Allowance::default(), at(1));
        assert_eq!(judged, Err(KeyingRefusal::UnknownKey));
    }
    assert_eq!(keying::answer(&asked, &key(1), &[4; 32]), Err(CloseCode::BadFrame), "no element");
}

#[test]
fn a_member_has_so_many_digests_in_a_day_and_no_more() {
    // shows: dcf-10
    let (asked, key) = (of_length(BLINDED_MAX), key(1));
    let each = u64::try_from(BLINDED_MAX).unwrap();
    let mut used = Allowance::default();

    for _ in 0..KEYED_A_DAY_MAX / each {
        used = keying::judge(&asked, Some(&key), used, at(10)).unwrap();
    }

    assert_eq!(keying::judge(&asked, Some(&key), used, at(10)), Err(KeyingRefusal::Spent));
    assert_eq!(keying::judge(&of_length(1), Some(&key), used, at(10)), Err(KeyingRefusal::Spent));
    let gone_back = keying::judge(&of_length(1), Some(&key), used, at(3));
    assert_eq!(gone_back, Err(KeyingRefusal::Spent), "a clock that goes back gives nothing anew");
    assert_eq!(used.renews(at(10)), Timestamp::from_millis(11 * DAY));
    let next = keying::judge(&asked, Some(&key), used, at(11)).unwrap();
    assert_eq!(next.left(at(11), KEYED_A_DAY_MAX), KEYED_A_DAY_MAX - each, "a day later");
}

#[test]
fn what_does_not_fit_is_refused_whole_and_uses_nothing() {
    // shows: dcf-10
    let almost = Allowance::default().used(KEYED_A_DAY_MAX - 1, at(5), KEYED_A_DAY_MAX).unwrap();

    assert_eq!(
        keying::judge(&of_length(2), Some(&key(1)), almost, at(5)),
        Err(KeyingRefusal::Spent)
    );
    assert_eq!(almost.left(at(5), KEYED_A_DAY_MAX), 1);
    assert!(keying::judge(&of_length(1), Some(&key(1)), almost, at(5)).is_ok());
}

#[test]
fn an_answer_holds_no_more_than_one_frame_may_ask_for() {
    // shows: dcf-22
    let proof = Proof::from_bytes([0; PROOF_BYTES]);
    for (count, bounded) in [(0, false), (1, true), (BLINDED_MAX, true), (BLINDED_MAX + 1, false)] {
        let made = Keyed::Made { elements: of_length(count).elements, proof };
        assert_eq!(made.is_bounded(), bounded, "{count}");
    }
    assert!(Keyed::Refused { code: KeyingRefusal::Spent }.is_bounded());
}

#[test]
fn a_frame_asks_for_one_to_64_digests_and_passes_whole_links_only() {
    // shows: dcf-7
    for (count, bounded) in [(0, false), (1, true), (BLINDED_MAX, true), (BLINDED_MAX + 1, false)] {
        assert_eq!(of_length(count).is_bounded(), bounded, "{count}");
    }
    let refused = Keyed::Refused { code: KeyingRefusal::Unable };
    for frame in [Frame::Blinded(of_length(2)), Frame::Keyed(refused)] {
        assert!(frame.may_pass(Passage::Whole) && !frame.may_pass(Passage::Restricted));
        let bytes = codec::encode(&frame).unwrap();
        assert_eq!(codec::decode::<Frame>(&bytes), Ok(frame));
    }
}
