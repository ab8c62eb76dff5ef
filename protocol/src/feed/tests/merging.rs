//! Tables and changes: what they come to, and which changes do not fit.

use alloc::vec::Vec;

use crate::feed::apply;
use crate::feed::fault::ListFault;
use crate::feed::list::Form;
use crate::feed::list::List;
use crate::feed::list::Summary;
use crate::feed::listed::Listed;
use crate::feed::op::Op;
use crate::feed::tests::fixtures::domain;
use crate::feed::tests::fixtures::entry;
use crate::feed::tests::fixtures::id;
use crate::feed::tests::fixtures::root_of;
use crate::feed::tests::fixtures::table_of;
use crate::message::identifier::Identifier;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::message::intelligence::feed_entry::Recommended;
use crate::registry::FeedCode;

fn applied(table: &[u8], ops: &[Op]) -> Result<(Summary, Vec<u8>), ListFault> {
    let table = List::open(table, Form::Table)?;
    let file = apply::file_of(FeedClass::Infrastructure, ops)?;
    let changes = List::open(file, Form::Changes)?;
    let mut next = Vec::new();
    let summary = apply::apply(&table, &changes, 2, &mut next)?;
    Ok((summary, next))
}

// shows: fed-8
#[test]
fn changes_lead_from_one_table_to_the_next_with_the_same_root() {
    let old: Vec<Listed> = (0..1000).map(entry).collect();
    let mut other = entry(10);
    other.recommended = Recommended::Warn;
    let mut moved = entry(20);
    moved.identifier = Identifier::Domain(domain("moved.fraud.example"));
    let ops = [
        Op::Add(entry(2000)),
        Op::Update(other.clone()),
        Op::Update(moved.clone()),
        Op::Withdraw(entry(30).id),
        Op::Expire(entry(40).id),
    ];
    let (summary, next) = applied(&table_of(&old, 1), &ops).unwrap();

    let gone = [10, 20, 30, 40].map(|number| entry(number).id);
    let mut new: Vec<Listed> =
        old.into_iter().filter(|listed| !gone.contains(&listed.id)).collect();
    new.extend([entry(2000), other, moved.clone()]);
    assert_eq!(summary.root, root_of(&new));
    assert_eq!(summary.items, 999);

    let next = List::open(next, Form::Table).unwrap();
    let found = next.find(&moved.identifier).unwrap();
    assert_eq!((&found[0].listed, found[0].since), (&moved, 2));
    assert_eq!(next.find(&entry(20).identifier), Ok(Vec::new()));
    assert_eq!(next.find(&entry(50).identifier).unwrap()[0].since, 1);
}

// shows: fed-8, fed-9
#[test]
fn changes_that_do_not_fit_the_table_are_refused_with_the_entry() {
    let table = table_of(&(0..100).map(entry).collect::<Vec<_>>(), 1);
    let code = |ops: &[Op]| {
        let fault = applied(&table, ops).unwrap_err();
        (fault.code, fault.entry.unwrap())
    };
    let name = |text: &str| alloc::string::String::from(text);

    let there = Op::Add(entry(5));
    assert_eq!(code(&[there]), (FeedCode::AlreadyListed, name("cn-000005")));
    let absent = entry(500);
    for op in
        [Op::Update(absent.clone()), Op::Withdraw(absent.id.clone()), Op::Expire(absent.id.clone())]
    {
        assert_eq!(code(&[op]), (FeedCode::NotListed, name("cn-000500")));
    }
    let twice = [Op::Withdraw(entry(5).id), Op::Expire(entry(5).id)];
    assert_eq!(code(&twice), (FeedCode::RepeatedId, name("cn-000005")));
    let mut same_id = entry(500);
    same_id.id = id("cn-000007");
    assert_eq!(code(&[Op::Add(same_id)]), (FeedCode::AlreadyListed, name("cn-000007")));
    let account = crate::feed::tests::fixtures::every_kind().remove(6);
    assert_eq!(code(&[Op::Add(account)]).0, FeedCode::WrongClass);
}
