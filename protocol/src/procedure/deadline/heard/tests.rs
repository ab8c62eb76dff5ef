//! What is kept to say who spoke after what is as much for ten messages as for a thousand.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::kind::Kind;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::deadline::heard::Heard;
use crate::procedure::fact::Fact;
use crate::procedure::transcript::Transcript;

fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}

fn act(number: usize, author: &str, kind: Kind, parents: Vec<Digest>) -> Act {
    let name = u64::try_from(number).unwrap().to_be_bytes();
    let created = Timestamp::from_millis(0);
    let mut tail = [0; 10];
    tail[..8].copy_from_slice(&name);
    Act {
        digest: digest::sha256(&name),
        id: MessageId::new(created, tail),
        parents,
        supersedes: None,
        author: agency(author),
        asked: BTreeSet::new(),
        told: BTreeSet::new(),
        created,
        urgency: Urgency::U3,
        respond_by: None,
        kind,
        fact: Fact::Note,
        case: None,
        passed_on: None,
    }
}

/// One message, so many beside each other after it, and two words on it and on the first half of the others.
fn crowd(size: usize) -> Transcript {
    let mut transcript = Transcript::new();
    let opening = act(0, "cn.mps", Kind::EvidenceTransfer, Vec::new());
    let mut all = Vec::from([opening.digest]);
    transcript.put(opening).unwrap();
    for number in 1..=size {
        let next = act(number, "cn.mps", Kind::EvidenceTransfer, Vec::from([all[0]]));
        all.push(next.digest);
        transcript.put(next).unwrap();
    }
    let half = all[..=size / 2].to_vec();
    let receipt = act(size + 1, "la.mps", Kind::EvidenceReceipt, half.clone());
    transcript.put(receipt).unwrap();
    transcript.put(act(size + 2, "la.mps", Kind::CustodyEvent, half)).unwrap();
    transcript
}

#[test]
fn what_is_kept_grows_with_authors_and_kinds_and_not_with_messages() {
    let kept = |size| -> usize { Heard::of(&crowd(size)).seen.values().map(BTreeMap::len).sum() };

    assert_eq!(kept(10), 3);
    assert_eq!(kept(1_000), 3);
}

#[test]
fn a_word_counts_for_what_its_author_had_seen_and_for_nothing_beside_it() {
    // shows: due-5, due-6
    let transcript = crowd(10);
    let heard = Heard::of(&transcript);
    let receipts = [Kind::EvidenceReceipt];

    assert!(heard.has(0, &agency("la.mps"), &receipts));
    assert!(heard.has(5, &agency("la.mps"), &[]));
    assert!(!heard.has(6, &agency("la.mps"), &[]), "said beside it");
    assert!(!heard.has(5, &agency("la.mps"), &[Kind::HandoverDecision]));
    assert!(!heard.has(5, &agency("cn.mps"), &[]), "its own author has not answered it");
    assert!(heard.has(0, &agency("cn.mps"), &[Kind::EvidenceTransfer]));
    assert!(!heard.has(0, &agency("th.rtp"), &[]));
}
