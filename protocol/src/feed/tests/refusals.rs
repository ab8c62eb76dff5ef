//! Files that do not hold, each with one fault.

use alloc::vec::Vec;

use crate::feed::block;
use crate::feed::check;
use crate::feed::fault::ListFault;
use crate::feed::list::Form;
use crate::feed::list::List;
use crate::feed::listed::Listed;
use crate::feed::sink::Discard;
use crate::feed::tests::fixtures::entry;
use crate::feed::tests::fixtures::every_kind;
use crate::feed::tests::fixtures::list_of;
use crate::feed::tests::fixtures::sorted;
use crate::feed::write::Writer;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::registry::FeedCode;

fn judged(file: &[u8]) -> Result<(), ListFault> {
    check::entries(&List::open(file, Form::Entries)?, &mut |_, _| Ok(()))
}

/// A file whose items nobody compared.
fn forged(items: &[Vec<u8>], class: FeedClass) -> Vec<u8> {
    let mut file = Vec::new();
    let mut list = Writer::new(Form::Entries, class, &mut file);
    for item in items {
        let kind = crate::feed::apply::indicator(item).unwrap();
        list.forge(item, kind);
    }
    list.finish().unwrap();
    file
}

// shows: fed-2, fed-9
#[test]
fn items_out_of_order_or_twice_are_refused() {
    let bytes: Vec<Vec<u8>> = sorted(&(0..8).map(entry).collect::<Vec<_>>())
        .iter()
        .map(|one| one.bytes().unwrap())
        .collect();
    let class = FeedClass::Infrastructure;
    assert_eq!(judged(&forged(&bytes, class)), Ok(()));

    let mut swapped = bytes.clone();
    swapped.swap(3, 4);
    let fault = judged(&forged(&swapped, class)).unwrap_err();
    assert_eq!((fault.code, fault.number), (FeedCode::OutOfOrder, Some(5)));
    assert!(fault.entry.is_some());

    let twice = [bytes[0].clone(), bytes[0].clone()];
    assert_eq!(judged(&forged(&twice, class)).unwrap_err().code, FeedCode::OutOfOrder);

    let mut same_id = entry(1);
    same_id.id = entry(0).id;
    let mut two = [entry(0).bytes().unwrap(), same_id.bytes().unwrap()];
    two.sort();
    let fault = judged(&forged(&two, class)).unwrap_err();
    assert_eq!((fault.code, fault.entry.as_deref()), (FeedCode::RepeatedId, Some("cn-000000")));
}

// shows: fed-6
#[test]
fn an_account_in_a_feed_of_infrastructure_is_refused() {
    let account = every_kind().remove(6).bytes().unwrap();
    let fault =
        judged(&forged(core::slice::from_ref(&account), FeedClass::Infrastructure)).unwrap_err();
    assert_eq!(fault.code, FeedCode::WrongClass);
    assert_eq!(judged(&forged(&[account], FeedClass::Accounts)), Ok(()));
}

// shows: fed-2
#[test]
fn an_entry_that_breaks_a_rule_of_messages_breaks_it_in_a_list() {
    let broken: [fn(&mut Listed); 5] = [
        |listed| listed.first_seen = listed.valid_until.after(crate::moment::Span::from_days(1)),
        |listed| listed.valid_until = listed.first_seen,
        |listed| listed.pap.clear(),
        |listed| listed.role = crate::message::intelligence::feed_entry::IndicatorRole::Wallet,
        |listed| {
            listed.evaluation.source_code = crate::message::text::ListCode::parse("X").unwrap();
        },
    ];
    for breaks in broken {
        let mut listed = entry(1);
        breaks(&mut listed);
        let fault = Listed::read(&listed.bytes().unwrap()).unwrap_err();
        assert_eq!((fault.code, fault.entry.as_deref()), (FeedCode::BadEntry, Some("cn-000001")));
    }
}

// shows: fed-3
#[test]
fn a_file_with_any_byte_cut_or_changed_is_refused_or_reads_as_before() {
    let file = list_of(&(0..600).map(entry).collect::<Vec<_>>());
    for len in 0..file.len() {
        assert!(List::open(&file[..len], Form::Entries).is_err(), "cut at {len}");
    }
    for place in (0..file.len()).step_by(7) {
        let mut changed = file.clone();
        changed[place] ^= 0x10;
        assert!(judged(&changed).is_err(), "changed at {place}");
    }
    assert!(List::open(file.as_slice(), Form::Table).is_err(), "of another form");
}

// shows: fed-3
#[test]
fn a_block_inflates_to_what_was_said_and_no_further() {
    let stored = block::deflate(&[0; 16 * 1024]);
    assert!(stored.len() < 100);
    assert_eq!(block::inflate(&stored, 16 * 1024).map(|run| run.len()), Ok(16 * 1024));
    for said in [0, 100, 16 * 1024 - 1, 16 * 1024 + 1] {
        assert!(block::inflate(&stored, said).is_err());
    }
}

// shows: fed-10
#[test]
fn an_entry_longer_than_one_of_a_list_is_refused() {
    let mut listed = entry(1);
    let long = "long ".repeat(2000);
    let why = crate::message::text::LocalizedText::new("en", &long).unwrap();
    listed.evaluation.rationale = Some(why);
    assert_eq!(listed.bytes().unwrap_err().code, FeedCode::TooLarge);
}

#[test]
fn counting_needs_no_place_for_the_bytes() {
    let list = List::open(list_of(&[entry(1)]), Form::Entries).unwrap();
    let summary = crate::feed::apply::from_list(&list, 1, &mut Discard).unwrap();
    assert_eq!(summary.root, list.summary().root);
    assert!(!list.source().is_empty() && list.index_bytes() > 0);
}
