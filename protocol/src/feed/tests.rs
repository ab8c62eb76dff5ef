//! Lists: their form, what is found in them, and what lies between two of them.

mod fixtures;
mod merging;
mod properties;
mod refusals;

use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use crate::feed::apply;
use crate::feed::differ;
use crate::feed::list::Form;
use crate::feed::list::List;
use crate::feed::listed;
use crate::feed::listed::Listed;
use crate::feed::normal;
use crate::feed::op::Op;
use crate::feed::tests::fixtures::domain;
use crate::feed::tests::fixtures::entry;
use crate::feed::tests::fixtures::identifier;
use crate::feed::tests::fixtures::list_of;
use crate::feed::tests::fixtures::root_of;
use crate::feed::tests::fixtures::table_of;
use crate::feed::validity;
use crate::message::identifier::Identifier;
use crate::message::identifier::Ip;
use crate::message::intelligence::feed_entry::IndicatorType;
use crate::moment::Span;
use crate::moment::Timestamp;

// shows: fed-1
#[test]
fn an_entry_has_one_form_that_reads_back_and_is_a_quarter_of_that_of_a_body() {
    for number in [0, 1, 77, 4711] {
        let listed = entry(number);
        let bytes = listed.bytes().unwrap();

        assert_eq!(Listed::read(&bytes), Ok(listed.clone()));
        let message = listed.entry().unwrap();
        assert_eq!(Listed::of(&message), Ok(listed));
        let body = crate::codec::encode(&crate::message::field::Field::write(&message)).unwrap();
        assert!(bytes.len() * 3 < body.len(), "{} against {}", bytes.len(), body.len());
    }
}

// shows: fed-1
#[test]
fn every_kind_of_identifier_of_a_feed_has_a_form_and_a_prefix_of_it() {
    for listed in fixtures::every_kind() {
        let bytes = listed.bytes().unwrap();
        let prefix = listed::prefix(&listed.identifier).unwrap();

        assert_eq!(Listed::read(&bytes), Ok(listed.clone()));
        assert!(bytes.starts_with(&prefix));
        let (key, id) = listed::key(&bytes).unwrap();
        assert_eq!(id, listed.id.as_str());
        assert!(bytes.starts_with(key) && key.starts_with(&prefix));
        assert_eq!(apply::indicator(&bytes), listed.indicator());
    }
}

// shows: fed-3, fed-4
#[test]
fn a_list_is_read_back_item_by_item_and_its_root_is_that_of_a_tree_over_them() {
    let entries: Vec<Listed> = (0..3000).map(entry).collect();
    let file = list_of(&entries);
    let list = List::open(file, Form::Entries).unwrap();

    let (mut walk, mut read) = (list.walk(), Vec::new());
    while let Some(item) = walk.next_item().unwrap() {
        read.push(item.to_vec());
    }
    assert!(read.is_sorted());
    assert_eq!(read.len(), 3000);
    assert_eq!(list.summary().root, root_of(&entries));
    let counted = list.summary().by_type();
    assert_eq!(counted, [(IndicatorType::Domain, 2250), (IndicatorType::Ip, 750)]);
}

// shows: fed-12
#[test]
fn a_look_up_finds_an_entry_and_nothing_beside_it() {
    let entries: Vec<Listed> = (0..2000).map(entry).collect();
    let table = List::open(table_of(&entries, 7), Form::Table).unwrap();

    for number in [0, 3, 4, 999, 1998, 1999] {
        let found = table.find(&identifier(number)).unwrap();
        assert_eq!(found.len(), 1, "{number}");
        assert_eq!((&found[0].listed, found[0].since), (&entry(number), 7));
    }
    for absent in [
        identifier(2000),
        Identifier::Domain(domain("a.example")),
        Identifier::Domain(domain("zzz.zz")),
    ] {
        assert_eq!(table.find(&absent), Ok(Vec::new()));
    }
}

// shows: fed-12
#[test]
fn an_identifier_with_more_entries_than_a_block_holds_is_found_with_all_of_them() {
    let mut entries: Vec<Listed> = (0..500).map(entry).collect();
    for number in 0..60 {
        let mut more = entry(8);
        more.id = fixtures::id(&format!("more-{number:04}-{}", "x".repeat(100)));
        more.evidence_ref = Some(fixtures::id(&"e".repeat(128)));
        entries.push(more);
    }
    let table = List::open(table_of(&entries, 1), Form::Table).unwrap();

    assert_eq!(table.find(&identifier(8)).unwrap().len(), 61);
    assert_eq!(table.find(&identifier(9)).unwrap().len(), 1);
}

// shows: fed-8
#[test]
fn the_changes_between_two_lists_lead_from_one_to_the_other() {
    let old: Vec<Listed> = (0..1200).map(entry).collect();
    let mut new: Vec<Listed> = (100..1300).map(entry).collect();
    // One entry gets another identifier, one another recommendation.
    new[5].identifier = Identifier::Domain(domain("moved.fraud.example"));
    new[6].confidence = crate::message::intelligence::report::Confidence::Low;
    let table = List::open(table_of(&old, 1), Form::Table).unwrap();
    let wanted = List::open(list_of(&new), Form::Entries).unwrap();

    let until = entry(50).valid_until;
    let ops = differ::changes(&table, &wanted, until).unwrap();
    let count = |does: &str| ops.iter().filter(|op| op.does().text() == does).count();
    assert_eq!((count("add"), count("update")), (100, 2));
    assert_eq!(count("withdraw") + count("expire"), 100);
    assert!(count("expire") >= 1 && count("withdraw") >= 1);

    let file = apply::file_of(table.summary().class, &ops).unwrap();
    let changes = List::open(file, Form::Changes).unwrap();
    let summary = apply::apply(&table, &changes, 2, &mut Vec::new()).unwrap();
    assert_eq!(summary.root, wanted.summary().root);
}

// shows: fed-7
#[test]
fn what_is_given_to_others_soonest_dies_soonest() {
    assert_eq!(validity::proposed(IndicatorType::Ip), Span::from_days(30));
    assert_eq!(validity::proposed(IndicatorType::Phone), Span::from_days(90));
    assert_eq!(validity::proposed(IndicatorType::Domain), Span::from_days(180));
}

// shows: fed-5
#[test]
fn what_people_write_is_brought_to_the_one_form() {
    let same = [
        ("phone", " +999 (000) 12-34.567 ", "+9990001234567"),
        ("phone", "00999 000 1234567", "+9990001234567"),
        ("domain", "D000123.Fraud.EXAMPLE.", "d000123.fraud.example"),
        ("ip", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("ip", "::ffff:198.18.0.1", "198.18.0.1"),
        ("url", "HTTPS://D1.Fraud.Example:443", "https://d1.fraud.example/"),
        ("url", "http://a@D1.fraud.example:80/P?q#part", "http://a@d1.fraud.example/P?q"),
        ("url", "http://d1.fraud.example?q=1", "http://d1.fraud.example/?q=1"),
        ("email", "Some.One@Fraud.Example", "Some.One@fraud.example"),
        ("ip", "no address", "no address"),
    ];
    for (kind, written, wanted) in same {
        assert_eq!(normal::text(kind, written), wanted);
        assert_eq!(normal::text(kind, wanted), wanted, "the form of a form is itself");
    }
}

// shows: fed-5
#[test]
fn an_address_is_no_domain_and_one_of_version_four_is_written_as_one() {
    assert!(normal::check(&Identifier::Domain(domain("198.18.0.1"))).is_err());
    let mapped = Ip::parse("::ffff:198.18.0.1").unwrap();
    assert!(normal::check(&Identifier::Ip(mapped)).is_err());
    assert!(normal::check(&identifier(1)).is_ok());
}

#[test]
fn nothing_of_an_entry_is_shown_while_debugging() {
    let listed = entry(1);
    assert_eq!(format!("{listed:?} {:?}", Op::Add(listed.clone())), "Listed Op");
    let time = Timestamp::from_millis(0);
    assert_eq!(time.to_string().len(), 24);
}
