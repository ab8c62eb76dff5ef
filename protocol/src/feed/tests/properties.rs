//! Lists against a model of them, whatever comes.

extern crate std;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::proptest;

use crate::feed::apply;
use crate::feed::list::Form;
use crate::feed::list::List;
use crate::feed::listed::Listed;
use crate::feed::op::Op;
use crate::feed::tests::fixtures::entry;
use crate::feed::tests::fixtures::identifier;
use crate::feed::tests::fixtures::root_of;
use crate::feed::tests::fixtures::table_of;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::message::intelligence::report::Confidence;

/// A change of the model: of entry `number`, what is possible with it now.
fn change(model: &mut BTreeMap<u32, Listed>, number: u32, choice: u8) -> Op {
    if let Some(was) = model.get(&number).cloned() {
        match choice % 3 {
            0 => {
                let mut listed = was;
                listed.confidence = match listed.confidence {
                    Confidence::High => Confidence::Low,
                    Confidence::Low | Confidence::Medium => Confidence::High,
                };
                model.insert(number, listed.clone());
                Op::Update(listed)
            }
            1 => {
                model.remove(&number);
                Op::Withdraw(was.id)
            }
            _ => {
                model.remove(&number);
                Op::Expire(was.id)
            }
        }
    } else {
        model.insert(number, entry(number));
        Op::Add(entry(number))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    // shows: fed-8, fed-12
    #[test]
    fn changes_come_to_the_snapshot_however_they_are_split_and_a_look_up_finds_what_the_model_has(
        first in 0_u32..400,
        changes in proptest::collection::btree_map(0_u32..500, any::<u8>(), 0..80),
        split in 0_usize..80,
    ) {
        let mut model: BTreeMap<u32, Listed> = (0..first).map(|number| (number, entry(number))).collect();
        let begin: Vec<Listed> = model.values().cloned().collect();
        let ops: Vec<Op> =
            changes.iter().map(|(number, choice)| change(&mut model, *number, *choice)).collect();
        let (one, two) = ops.split_at(split.min(ops.len()));

        let mut table = table_of(&begin, 1);
        for (part, seq) in [(one, 2), (two, 3)] {
            let file = apply::file_of(FeedClass::Infrastructure, part).unwrap();
            let mut next = Vec::new();
            let before = List::open(table, Form::Table).unwrap();
            apply::apply(&before, &List::open(file, Form::Changes).unwrap(), seq, &mut next).unwrap();
            table = next;
        }

        let table = List::open(table, Form::Table).unwrap();
        let whole: Vec<Listed> = model.values().cloned().collect();
        assert_eq!(table.summary().root, root_of(&whole));
        for number in 0..500 {
            let found: Vec<Listed> =
                table.find(&identifier(number)).unwrap().into_iter().map(|one| one.listed).collect();
            assert_eq!(found, model.get(&number).cloned().into_iter().collect::<Vec<_>>());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    // shows: fed-10
    #[test]
    fn a_list_is_the_same_in_whatever_order_its_entries_come(
        numbers in proptest::collection::hash_set(0_u32..5000, 0..200),
    ) {
        let mut sorter = crate::feed::sort::Sorter::new(FeedClass::Infrastructure);
        let entries: Vec<Listed> = numbers.into_iter().map(entry).collect();
        for listed in &entries {
            sorter.push(listed).unwrap();
        }
        let mut file = Vec::new();
        let summary = sorter.finish(&mut file).unwrap();
        assert_eq!(summary.root, root_of(&entries));
        assert_eq!(file, crate::feed::tests::fixtures::list_of(&entries));
    }
}
