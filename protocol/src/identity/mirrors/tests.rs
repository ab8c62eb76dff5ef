//! Who mirrors whom.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;

use crate::identity::charter::Charter;
use crate::identity::fixtures;
use crate::identity::mirrors;
use crate::identity::quorum;
use crate::ids::AgencyId;

proptest! {
    #[test]
    fn enough_others_mirror_each_log_and_every_member_agrees_who(
        members in 2_u16..=40, line in 0_usize..8, turn in 0_usize..40
    ) {
        // shows: rst-20
        let table = quorum::useful(members);
        let f = table[line % table.len()].quorum.dishonest_max;
        let charter = charter(usize::from(members), f, 0);
        let told_otherwise = charter_of(&charter, turn);

        for member in &charter.members {
            let chosen = mirrors::of(&charter, &member.agency);
            let different: BTreeSet<&AgencyId> = chosen.iter().collect();
            prop_assert_eq!(different.len(), chosen.len(), "nobody mirrors twice");
            prop_assert!(!different.contains(&member.agency), "never oneself");
            let wanted = (2 * usize::from(f) + 1).min(usize::from(members) - 1);
            prop_assert_eq!(chosen.len(), wanted);
            prop_assert!(chosen.len() > usize::from(f), "one at least is honest");
            prop_assert_eq!(
                &chosen,
                &mirrors::of(&told_otherwise, &member.agency),
                "whatever the order in which the charter lists the members"
            );
        }
    }

    #[test]
    fn the_load_is_even(members in 2_u16..=40, line in 0_usize..8) {
        let table = quorum::useful(members);
        let f = table[line % table.len()].quorum.dishonest_max;
        let charter = charter(usize::from(members), f, 0);
        let each = mirrors::of(&charter, &charter.members[0].agency).len();

        for member in &charter.members {
            let owners = charter.members.iter();
            let load = owners.filter(|owner| mirrors::mirrors(&charter, &member.agency, &owner.agency));
            prop_assert_eq!(load.count(), each);
        }
    }
}

#[test]
fn an_agency_outside_the_charter_has_no_mirrors() {
    let stranger = AgencyId::parse("zz.none").unwrap();

    assert!(mirrors::of(&charter(4, 1, 0), &stranger).is_empty());
}

fn charter(members: usize, dishonest_max: u16, turn: usize) -> Charter {
    let model = fixtures::charter();
    let one = model.members.first().unwrap().clone();
    let mut listed: Vec<_> = (0..members)
        .map(|number| {
            let agency = AgencyId::parse(&alloc::format!("aa.m{number:03}")).unwrap();
            crate::identity::charter::Member { agency, ..one.clone() }
        })
        .collect();
    listed.rotate_left(turn % members);
    Charter { members: listed, dishonest_max, ..model }
}

fn charter_of(charter: &Charter, turn: usize) -> Charter {
    let mut other = charter.clone();
    let places = other.members.len();
    other.members.rotate_left(turn % places);
    other
}
