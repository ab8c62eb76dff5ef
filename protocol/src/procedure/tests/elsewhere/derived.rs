//! What rests on a message of another agency inherits its marking.

use alloc::format;

use super::super::ASKED;
use super::super::ASKS;
use super::super::TRANSIT;
use super::super::agency;
use super::granted;
use super::marked;
use crate::ids::AgencyId;
use crate::message::handling::Classification;
use crate::message::handling::EvidentialUse;
use crate::message::handling::HandlingCode;
use crate::message::handling::HandlingCodes;
use crate::message::handling::Onward;
use crate::message::time::CivilDate;
use crate::moment::Timestamp;
use crate::procedure::control::OnwardUse;
use crate::procedure::elsewhere::derived;
use crate::procedure::elsewhere::derived::Basis;
use crate::procedure::elsewhere::derived::Derived;
use crate::registry::RefusalCode;

/// What China is told by Laos, and rests something on.
struct Told {
    passed: super::Passed,
    originator: AgencyId,
    handling: HandlingCodes,
}

fn told(to_use: OnwardUse) -> Told {
    let (originator, handling) = (agency(ASKED), marked(EvidentialUse::WithConsent));
    Told { passed: granted(to_use), originator, handling }
}

/// Which part of what rests on it is weaker.
fn weaker(told: &Told, by: &str, mine: &HandlingCodes, at: u64) -> Option<&'static str> {
    let now = told.passed.play.now();
    let basis = Basis {
        id: &told.passed.reply,
        originator: &told.originator,
        handling: &told.handling,
        control: Some(now.common.control()),
    };
    let by = agency(by);
    let derived = Derived { by: &by, handling: mine, at: Timestamp::from_millis(at) };
    let refusal = derived.judge(&basis).err()?;
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "orc-19"));
    assert!(refusal.why.contains(&format!("{}", told.passed.reply)), "{refusal:?}");
    assert!(refusal.remedy.contains(ASKED), "{refusal:?}");
    let parts = ["classification", "codes", "onward", "evidential_use", "review_on", "erase_by"];
    parts.into_iter().find(|part| refusal.why.ends_with(part))
}

#[test]
fn what_rests_on_a_message_is_marked_no_weaker_in_any_part() {
    // shows: orc-19
    let told = told(OnwardUse::Intelligence);
    let rests = |change: &dyn Fn(&mut HandlingCodes)| {
        let mut mine = told.handling.clone();
        change(&mut mine);
        weaker(&told, ASKS, &mine, 1_000)
    };
    let day = |text: &str| CivilDate::parse(text).unwrap();
    assert_eq!(rests(&|_| {}), None);
    assert_eq!(
        rests(&|mine| mine.classification = Classification::Official),
        Some("classification")
    );
    assert_eq!(rests(&|mine| mine.codes = [HandlingCode::H1].into()), Some("codes"));
    assert_eq!(rests(&|mine| mine.onward = Onward::AllParties), Some("onward"));
    assert_eq!(rests(&|mine| mine.evidential_use = EvidentialUse::Allowed), Some("evidential_use"));
    assert_eq!(rests(&|mine| mine.review_on = day("2026-07-01")), Some("review_on"));
    assert_eq!(rests(&|mine| mine.erase_by = day("2027-02-01")), Some("erase_by"));
    let stricter = rests(&|mine| {
        mine.classification = Classification::Confidential;
        mine.codes.insert(HandlingCode::H1);
        mine.onward = Onward::None;
        mine.evidential_use = EvidentialUse::Never;
        (mine.review_on, mine.erase_by) = (day("2026-06-29"), day("2027-01-30"));
    });
    assert_eq!(stricter, None);
}

#[test]
fn nobody_but_the_originator_relaxes_a_marking() {
    // shows: orc-19
    let told = told(OnwardUse::Intelligence);
    let open = HandlingCodes { onward: Onward::AllParties, ..told.handling.clone() };
    assert_eq!(weaker(&told, ASKED, &open, 1_000), None);
    for other in [ASKS, TRANSIT] {
        assert_eq!(weaker(&told, other, &open, 1_000), Some("onward"));
    }
}

#[test]
fn what_was_granted_as_evidence_may_become_evidence_in_what_rests_on_it() {
    // shows: orc-19
    let mut granted = told(OnwardUse::Evidence);
    let open = HandlingCodes { evidential_use: EvidentialUse::Allowed, ..granted.handling.clone() };
    assert_eq!(weaker(&granted, ASKS, &open, 1_000), None);
    assert_eq!(weaker(&granted, ASKS, &open, 9_000), Some("evidential_use"), "the grant is over");
    assert_eq!(weaker(&granted, TRANSIT, &open, 1_000), Some("evidential_use"), "whose grant");
    granted.handling.evidential_use = EvidentialUse::Never;
    assert_eq!(weaker(&granted, ASKS, &open, 1_000), Some("evidential_use"), "never is never");
}

#[test]
fn what_is_kept_apart_is_not_let_out_by_what_rests_on_it() {
    // shows: orc-19
    let told = told(OnwardUse::Intelligence);
    let basis = Basis {
        id: &told.passed.reply,
        originator: &told.originator,
        handling: &told.handling,
        control: None,
    };
    let refusal = derived::without_compartment(&basis);
    assert_eq!(refusal.rule, "orc-19");
    assert!(refusal.why.ends_with("compartment"), "{refusal:?}");
}
