//! Every decoder against bytes that nobody meant: whatever is changed, the answer is a refusal or the very same bytes.
//!
//! The cases of the specification are the seeds; proptest changes them and shrinks what it finds.

use concord_protocol::codec::value::Value;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::submission::Submission;
use harness::top;
use harness::vectors;
use harness::vectors::judge;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_assert_eq;
use proptest::prop_oneof;
use proptest::test_runner::TestRunner;

/// Changed inputs for each case, on each run.
const CHANGES: u32 = 96;

/// One change to some bytes; places are parts of the length, so that they fit every length.
#[derive(Clone, Debug)]
enum Change {
    Set(u16, u8),
    Flip(u16, u8),
    Cut(u16, u16),
    Insert(u16, Vec<u8>),
    Repeat(u16, u16),
    Head(u16, u8, u64),
}

#[test]
fn a_changed_structure_is_refused_or_is_written_again_as_it_came() {
    for named in vectors::read().iter().filter(|named| named.case.is_good()) {
        let (good, structure) = (named.case.content(), &named.case.structure);
        let changed =
            vec(change(), 1..4).prop_map(|changes| changes.into_iter().fold(good.clone(), apply));
        run(&changed, |bytes| match judge::judge(structure, &bytes) {
            Ok(again) => {
                prop_assert_eq!(again, bytes);
                Ok(())
            }
            Err(_) => Ok(()),
        });
    }
}

#[test]
fn bytes_without_any_meaning_are_refused() {
    for structure in judge::names() {
        run(&vec(any::<u8>(), 0..200), |bytes| {
            if let Ok(again) = judge::judge(structure, &bytes) {
                prop_assert_eq!(again, bytes);
            }
            Ok(())
        });
    }
}

#[test]
fn a_changed_submission_is_read_or_refused_with_pointers_into_it() {
    for kind in Kind::all() {
        let good = std::fs::read(top().join(format!("spec/examples/{kind}.json"))).unwrap();
        let changed =
            vec(change(), 1..3).prop_map(|changes| changes.into_iter().fold(good.clone(), apply));
        run(&changed, |bytes| {
            let Ok(tree) = serde_json::from_slice::<Value>(&bytes) else { return Ok(()) };
            if let Err(faults) = Submission::read(&tree) {
                assert!(!faults.is_empty(), "a refusal names a fault");
                assert!(
                    faults
                        .iter()
                        .all(|fault| fault.pointer.is_empty() || fault.pointer.starts_with('/'))
                );
            }
            Ok(())
        });
    }
}

fn run<S: Strategy>(
    strategy: &S,
    check: impl Fn(S::Value) -> Result<(), proptest::test_runner::TestCaseError>,
) {
    let config =
        ProptestConfig { cases: CHANGES, failure_persistence: None, ..ProptestConfig::default() };
    if let Err(failure) = TestRunner::new(config).run(strategy, check) {
        panic!("{failure}");
    }
}

fn change() -> impl Strategy<Value = Change> {
    let head = prop_oneof![
        Just(0x18_u8),
        Just(0x58),
        Just(0x78),
        Just(0x98),
        Just(0xb8),
        Just(0xd8),
        Just(0xf8)
    ];
    prop_oneof![
        (any::<u16>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<u16>(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (any::<u16>(), any::<u16>()).prop_map(|(at, len)| Change::Cut(at, len)),
        (any::<u16>(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<u16>(), any::<u16>()).prop_map(|(at, len)| Change::Repeat(at, len)),
        (any::<u16>(), head, any::<u64>())
            .prop_map(|(at, head, number)| Change::Head(at, head, number)),
    ]
}

fn apply(mut bytes: Vec<u8>, change: Change) -> Vec<u8> {
    let place = |part: u16, len: usize| usize::from(part) * len / (usize::from(u16::MAX) + 1);
    let len = bytes.len();
    match change {
        Change::Set(at, byte) if len > 0 => bytes[place(at, len)] = byte,
        Change::Flip(at, bit) if len > 0 => bytes[place(at, len)] ^= 1 << bit,
        Change::Cut(at, more) => {
            let at = place(at, len);
            let end = at + place(more, len - at + 1).min(16);
            bytes.drain(at..end.min(len));
        }
        Change::Insert(at, more) => {
            let at = place(at, len + 1);
            bytes.splice(at..at, more);
        }
        Change::Repeat(at, more) if len > 0 => {
            let at = place(at, len);
            let piece = bytes[at..len.min(at + 1 + place(more, 64))].to_vec();
            bytes.splice(at..at, piece);
        }
        // A head that promises a huge length or number.
        Change::Head(at, head, number) => {
            let at = place(at, len + 1);
            let head = [&[head + 3][..], &number.to_be_bytes()].concat();
            bytes.splice(at..at, head);
        }
        Change::Set(..) | Change::Flip(..) | Change::Repeat(..) => {}
    }
    bytes
}
