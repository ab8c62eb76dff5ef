//! What is counted, and what is not.

use std::time::Duration;

use concord_protocol::crypto::digest;
use concord_protocol::engine::record::InboundRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Settlement;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Form;
use concord_protocol::registry::RefusalCode;

use crate::host::tally::Counting;
use crate::host::tally::Happened;
use crate::host::tally::RefusedBy;
use crate::host::view::Grade;

const TOOK: Duration = Duration::from_millis(7);

#[test]
fn a_receipt_counts_once_for_each_grade_that_it_reaches() {
    let counting = Counting::default();
    let receipts = [3, 4].map(|leaf| out(Settlement::Accepted(LeafIndex::new(leaf), size(5))));
    counting.count(Happened::of(&receipts), TOOK);

    counting.witnessed([(&peer(), Some(size(4)))].into_iter());
    counting.witnessed([(&peer(), Some(size(4)))].into_iter());

    let found = counting.so_far().receipts;
    assert_eq!((found[&(peer(), Grade::L1)], found[&(peer(), Grade::L2)]), (2, 1));
    counting.witnessed([(&peer(), Some(size(9)))].into_iter());
    assert_eq!(counting.so_far().receipts[&(peer(), Grade::L2)], 2);
}

#[test]
fn what_is_queued_is_no_receipt_and_refusals_say_by_whom() {
    let counting = Counting::default();
    let code = RefusalCode::Duplicate;
    let records = [
        out(Settlement::Open),
        out(Settlement::Refused(LeafIndex::new(1), code)),
        inbound(None),
        inbound(Some(code)),
        inbound(Some(code)),
    ];

    counting.count(Happened::of(&records), TOOK);

    let found = counting.so_far();
    assert!(found.receipts.is_empty());
    assert_eq!(found.refusals[&(peer(), RefusedBy::Peer, code)], 1);
    assert_eq!(found.refusals[&(peer(), RefusedBy::Node, code)], 2);
}

#[test]
fn a_commit_falls_into_the_class_of_its_time() {
    let counting = Counting::default();
    for took in [TOOK, TOOK, Duration::from_secs(60)] {
        counting.count(Happened::default(), took);
    }

    let commits = counting.so_far().commits;
    assert_eq!((commits.count, commits.spent), (3, Duration::from_millis(60_014)));
    assert_eq!(commits.classes[3], 2, "between 5 and 10 ms");
    assert_eq!(commits.classes.iter().sum::<u64>(), 2, "a minute is in no class");
}

fn peer() -> AgencyId {
    AgencyId::parse("th.rtp").unwrap()
}

fn size(leaves: u64) -> TreeSize {
    TreeSize::new(leaves)
}

fn out(settlement: Settlement) -> Record {
    Record::Outbound(OutboundRecord {
        peer: peer(),
        epoch: Epoch::new(1),
        number: LinkNumber::new(1),
        message: digest::sha256(b"message"),
        bytes: 1,
        expires: None,
        leaf: LeafIndex::new(1),
        settlement,
        receipt: None,
        form: Form::Whole,
    })
}

fn inbound(refused: Option<RefusalCode>) -> Record {
    Record::Inbound(InboundRecord {
        peer: peer(),
        epoch: Epoch::new(1),
        number: LinkNumber::new(1),
        message: digest::sha256(b"message"),
        leaf: LeafIndex::new(1),
        refused,
    })
}
