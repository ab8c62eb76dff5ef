//! The table says DOMAIN's numbers, and a wrong number is noticed.

use crate::cli::demo::heron::acceptance::Acceptance;
use crate::cli::demo::heron::acceptance::Agreement;
use crate::cli::demo::heron::acceptance::Held;
use crate::cli::demo::heron::acceptance::wanted;
use crate::cli::demo::heron::numbers::FULL;
use crate::cli::demo::heron::numbers::Numbers;
use crate::cli::demo::heron::numbers::SMALL;

const AGREED: Agreement = Agreement { shared: 9, differing: 0, in_conflict: 0 };

#[test]
fn the_table_says_the_numbers_of_the_domain() {
    let sums: Vec<(u64, Vec<u64>)> = wanted(&FULL)
        .into_iter()
        .map(|(_, _, sum)| (sum.total, sum.parts.iter().map(|part| part.count).collect()))
        .collect();

    assert_eq!(
        sums,
        [
            (600, vec![397, 78, 74, 3, 7, 5, 36]),
            (149, vec![131, 11, 7]),
            (2_141, vec![1_742, 187, 212]),
            (5_764, vec![5_500, 118, 61, 47, 38]),
            (5_500, vec![10 * 500, 499, 1]),
            (838_000, vec![800_000, 38_000]),
        ]
    );
}

#[test]
fn the_nationalities_of_the_site_are_those_of_the_domain() {
    let site = &FULL.site;
    let victims =
        |country| site.victims.iter().find(|(of, _)| *of == country).map_or(0, |(_, count)| *count);

    assert_eq!(site.to_cn + site.deferred + site.unproven + victims("CN"), 372);
    assert_eq!(site.returned + victims("MM"), 96);
    assert_eq!(site.to_vn + site.minors + victims("VN"), 58);
    assert_eq!(site.domestic + victims("LA"), 41);
    assert_eq!(site.to_th + victims("TH"), 21);
    assert_eq!(victims("KH"), 12);
}

#[test]
fn what_the_nodes_hold_is_accepted_when_it_is_the_table() {
    for numbers in [&FULL, &SMALL] {
        let acceptance = Acceptance::new(numbers, "full", held(numbers), AGREED);

        assert!(acceptance.ok, "{acceptance:?}");
    }
}

#[test]
fn any_single_number_that_is_wrong_is_noticed() {
    for (at, (_, _, right)) in wanted(&FULL).into_iter().enumerate() {
        for part in 0..=right.parts.len() {
            let mut wrong = held(&FULL);
            let sum = match at {
                0 => &mut wrong.site,
                1 => &mut wrong.raid,
                2 => &mut wrong.weeks,
                3 => &mut wrong.chain,
                4 => &mut wrong.manifests,
                _ => &mut wrong.indicators,
            };
            match sum.parts.get_mut(part) {
                Some(part) => part.count += 1,
                None => sum.total += 1,
            }

            let acceptance = Acceptance::new(&FULL, "full", wrong, AGREED);

            assert!(!acceptance.ok, "sum {at}, part {part}");
            assert_eq!(acceptance.sums.iter().filter(|check| !check.ok).count(), 1);
        }
    }
}

#[test]
fn nodes_that_do_not_agree_are_noticed() {
    for agreement in [
        Agreement { differing: 1, ..AGREED },
        Agreement { in_conflict: 1, ..AGREED },
        Agreement::default(),
    ] {
        assert!(!Acceptance::new(&FULL, "full", held(&FULL), agreement).ok, "{agreement:?}");
    }
}

fn held(numbers: &Numbers) -> Held {
    let [site, raid, weeks, chain, manifests, indicators] = wanted(numbers).map(|(_, _, sum)| sum);
    Held { site, raid, weeks, chain, manifests, indicators }
}
