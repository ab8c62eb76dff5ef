//! Frozen assets: every row of their tables, every prescribed meeting, every safeguard.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::SALTS;
use super::TRANSIT;
use super::agency;
use super::convergence;
use crate::message::assets::disposition::Disposition;
use crate::message::assets::freezing_report::FreezingStatus;
use crate::message::assets::freezing_report::ReleaseCause;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::text::RecordRef;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::freezing::Freezing;
use crate::procedure::freezing::fact::Claim;
use crate::procedure::freezing::fact::FreezingFact;
use crate::procedure::freezing::fact::Line;
use crate::procedure::freezing::fact::Recovery;
use crate::procedure::freezing::fact::Request;
use crate::procedure::freezing::stage::ASSET_ROWS;
use crate::procedure::freezing::stage::AssetStage;
use crate::procedure::freezing::stage::ROWS;
use crate::procedure::freezing::stage::Stage;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

const DAY: u64 = 86_400_000;

const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);

fn at(day: u64) -> Timestamp {
    Timestamp::from_millis(day * DAY)
}

fn told(fact: FreezingFact) -> Fact {
    Fact::Freezing(fact)
}

fn request(assets: u64) -> Request {
    Request { by_order: true, assets, formal_request_by: at(3) }
}

fn order(assets: u64) -> Fact {
    told(FreezingFact::Requested(request(assets)))
}

fn hold(assets: u64) -> Fact {
    told(FreezingFact::Requested(Request { by_order: false, ..request(assets) }))
}

/// An asset that stands so, until the tenth day where it is kept.
fn line(asset: u64, status: FreezingStatus) -> Line {
    let kept = status.is_kept();
    Line {
        asset,
        status,
        valid_until: kept.then(|| at(10)),
        renew_by: kept.then(|| at(8)),
        rank: (status == FreezingStatus::AlreadyFrozen).then_some(2),
        released: (status == FreezingStatus::Released).then_some(ReleaseCause::ByCourt),
        claimants_told: Vec::new(),
    }
}

fn reports(assets: Vec<Line>) -> Fact {
    told(FreezingFact::Reported { assets, claims: Vec::new(), settled: Vec::new() })
}

fn report(asset: u64, status: FreezingStatus) -> Fact {
    reports(Vec::from([line(asset, status)]))
}

fn frozen(asset: u64) -> Fact {
    report(asset, FreezingStatus::Frozen)
}

fn released(asset: u64) -> Fact {
    report(asset, FreezingStatus::Released)
}

fn lifted(asset: u64, claimants_told: Vec<RecordRef>) -> Fact {
    let released = Some(ReleaseCause::OnWithdrawal);
    reports(Vec::from([Line { released, claimants_told, ..line(asset, FreezingStatus::Released) }]))
}

fn extends(asset: u64, day: u64) -> Fact {
    told(FreezingFact::ExtensionAsked { assets: Vec::from([asset]), until: at(day) })
}

fn recovers(asset: u64) -> Fact {
    told(FreezingFact::RecoveryAsked { assets: Vec::from([asset]) })
}

fn decides(decision: Recovery) -> Fact {
    told(FreezingFact::RecoveryDecided { assets: Vec::from([decision]) })
}

fn grants(asset: u64) -> Fact {
    decides(Recovery { asset, granted: true, confiscated: false })
}

fn refuses(asset: u64) -> Fact {
    decides(Recovery { asset, granted: false, confiscated: false })
}

fn confiscated(asset: u64) -> Fact {
    decides(Recovery { asset, granted: true, confiscated: true })
}

fn disposed(asset: u64, disposition: Disposition) -> Fact {
    told(FreezingFact::Disposed { assets: Vec::from([asset]), disposition })
}

fn claim(name: &str) -> RecordRef {
    RecordRef::parse(name).unwrap()
}

/// An asset that is frozen and that somebody else claims.
fn claimed(asset: u64, name: &str) -> Fact {
    told(FreezingFact::Reported {
        assets: Vec::from([line(asset, FreezingStatus::Frozen)]),
        claims: Vec::from([Claim { asset, claim: claim(name) }]),
        settled: Vec::new(),
    })
}

fn stage(play: &Play<Freezing>) -> Stage {
    play.now().state.stage()
}

fn asset(play: &Play<Freezing>, number: u64) -> AssetStage {
    play.now().state.asset(number).unwrap()
}

/// A request that a human of the other side has taken.
fn taken(salt: u8, opening: Fact) -> Play<Freezing> {
    let mut play = Play::begin(salt, opening);
    let of = play.transcript.act(0).unwrap().id;
    play.say(ASKED, Fact::Common(CommonFact::Acknowledged { of }));
    play
}

/// An order for two assets, of which the first one is frozen.
fn one_frozen(salt: u8) -> Play<Freezing> {
    let mut play = taken(salt, order(2));
    play.say(ASKED, frozen(1));
    play
}

/// One asset is to be confiscated.
fn recovery(salt: u8) -> Play<Freezing> {
    let mut play = taken(salt, order(1));
    play.say(ASKED, frozen(1));
    play.say(ASKS, recovers(1));
    play
}

fn stories() -> Vec<BTreeSet<&'static str>> {
    Vec::from([
        from_a_hold_to_the_money_of_the_victims(),
        released_extended_and_expired(),
        behind_another_order(),
        withdrawn_and_lifted(),
        shared_and_retained(),
    ])
}

fn from_a_hold_to_the_money_of_the_victims() -> BTreeSet<&'static str> {
    let mut play = Play::<Freezing>::begin(0, hold(2));
    assert_eq!(stage(&play), Stage::Submitted);
    let of = play.transcript.act(0).unwrap().id;
    play.say(ASKED, Fact::Common(CommonFact::Acknowledged { of }));
    assert_eq!(stage(&play), Stage::Reviewing);
    play.say(ASKED, report(1, FreezingStatus::Held));
    assert_eq!(stage(&play), Stage::EmergencyHold);
    assert_eq!(play.now().state.awaited_by(), Some(at(3)));
    play.say(ASKS, order(2));
    assert_eq!(play.now().state.awaited_by(), Some(at(8)));
    play.say(ASKED, frozen(1));
    assert_eq!(stage(&play), Stage::PartlyFrozen);
    play.say(ASKED, frozen(2));
    assert_eq!(stage(&play), Stage::Frozen);
    play.say(ASKS, recovers(1));
    assert_eq!(stage(&play), Stage::ConfiscationPending);
    play.say(ASKED, frozen(1));
    play.say(ASKED, told(FreezingFact::Converted { asset: 1 }));
    assert!(play.now().state.is_converted(1));
    play.say(ASKED, grants(1));
    play.say(ASKED, confiscated(1));
    assert_eq!(stage(&play), Stage::Confiscated);
    play.say(ASKED, disposed(1, Disposition::Returned));
    assert_eq!(asset(&play, 1), AssetStage::Returned);
    assert_eq!(stage(&play), Stage::PartlyFrozen, "the other asset is still frozen");
    play.told("from a hold to the money of the victims", &[]);
    play.rules()
}

fn released_extended_and_expired() -> BTreeSet<&'static str> {
    let mut play = taken(0, order(3));
    let report =
        play.say(ASKED, reports((1..=3).map(|n| line(n, FreezingStatus::Frozen)).collect()));
    play.say(ASKS, extends(1, 20));
    assert_eq!(play.now().state.extensions_asked().get(&1), Some(&at(20)));
    play.say(ASKED, frozen(1));
    assert!(play.now().state.extensions_asked().is_empty(), "a report answers");
    play.say(ASKED, released(2));
    assert_eq!(asset(&play, 2), AssetStage::Released);

    let lapse =
        Fact::Common(CommonFact::Lapsed { of: play.id(&report), claimants_told: Vec::new() });
    assert_eq!(play.refused(ASKED, lapse.clone()).rule, "frz-14", "its term has not ended");
    play.wait(10 * DAY);
    play.say(ASKED, lapse);
    assert_eq!(asset(&play, 3), AssetStage::Expired);
    assert_eq!(asset(&play, 1), AssetStage::Frozen, "another report set its term");
    play.told("released extended and expired", &[]);
    play.rules()
}

fn behind_another_order() -> BTreeSet<&'static str> {
    let mut play = taken(0, order(3));
    play.say(ASKED, report(1, FreezingStatus::AlreadyFrozen));
    play.say(ASKED, report(2, FreezingStatus::NotFound));
    play.say(ASKED, report(3, FreezingStatus::Refused));
    assert_eq!((stage(&play), play.now().state.rank(1)), (Stage::Queued, Some(2)));
    play.say(ASKED, frozen(1));
    assert_eq!((asset(&play, 1), play.now().state.rank(1)), (AssetStage::Frozen, None));
    play.say(ASKED, released(1));
    assert_eq!(stage(&play), Stage::Released);
    play.told("behind another order", &[]);
    play.rules()
}

fn withdrawn_and_lifted() -> BTreeSet<&'static str> {
    let mut play = one_frozen(0);
    play.say(ASKS, WITHDRAWN);
    assert_eq!(stage(&play), Stage::Withdrawn);
    play.confirm(IrreversibleAct::LiftFreeze);
    play.say(ASKED, lifted(1, Vec::new()));
    assert_eq!(stage(&play), Stage::Released);
    play.told("withdrawn and lifted", &[]);
    play.rules()
}

fn shared_and_retained() -> BTreeSet<&'static str> {
    let mut rules = BTreeSet::new();
    for (disposition, end) in
        [(Disposition::Shared, AssetStage::Shared), (Disposition::Retained, AssetStage::Retained)]
    {
        let mut play = recovery(0);
        play.say(ASKED, refuses(1));
        assert_eq!(asset(&play, 1), AssetStage::Frozen, "what is not recovered stays frozen");
        play.say(ASKS, recovers(1));
        play.say(ASKED, confiscated(1));
        play.say(ASKED, disposed(1, disposition));
        assert_eq!((asset(&play, 1), stage(&play)), (end, Stage::Settled));
        play.told(&format!("what is confiscated goes where it goes: {end}"), &[]);
        rules.extend(play.rules());
    }
    rules
}

#[test]
fn the_chapter_prints_the_tables_of_a_freeze() {
    // shows: pro-3
    super::printed_lines("frz", &[super::lines(ROWS), super::lines(ASSET_ROWS)].concat());
}

#[test]
fn every_row_of_the_tables_of_a_freeze_is_walked() {
    // shows: frz-1, frz-2, frz-3, frz-4, frz-5, frz-6, frz-7, frz-8, frz-9, frz-10, frz-11, frz-12, frz-13, frz-14
    // shows: frz-15, frz-16, frz-17, frz-18, frz-19, frz-20, frz-21, frz-22
    let walked: BTreeSet<&str> = stories().into_iter().flatten().collect();
    super::all_walked(ROWS, &walked);
    super::all_walked(ASSET_ROWS, &walked);
}

#[test]
fn nothing_is_reported_of_a_request_that_nobody_took_or_of_an_asset_that_it_does_not_name() {
    // shows: frz-23
    let mut play = Play::<Freezing>::begin(0, order(1));
    assert_eq!(play.refused(ASKED, frozen(1)).rule, "frz-23");
    play.told(
        "nothing is reported of a request that nobody took or of an asset that it does not name 1",
        &["frz-23"],
    );
    let mut play = taken(0, order(1));
    assert_eq!(play.refused(ASKED, frozen(2)).rule, "frz-23");
    assert_eq!(play.refused(ASKS, frozen(1)).code, RefusalCode::NotEntitled);
    play.told(
        "nothing is reported of a request that nobody took or of an asset that it does not name 2",
        &["frz-23"],
    );
}

#[test]
fn what_follows_a_hold_is_a_request_for_an_order_on_the_same_assets() {
    // shows: frz-24
    let mut play = taken(0, hold(2));
    assert_eq!(play.refused(ASKS, hold(2)).rule, "frz-24");
    assert_eq!(play.refused(ASKS, order(3)).rule, "frz-24");
    play.say(ASKS, order(2));
    play.told("what follows a hold is a request for an order on the same assets", &["frz-24"]);
}

#[test]
fn a_hold_ends_when_the_request_for_an_order_does_not_come() {
    // shows: frz-14
    let mut play = taken(0, hold(1));
    play.say(ASKED, report(1, FreezingStatus::Held));
    let lapse = Fact::Common(CommonFact::Lapsed {
        of: play.transcript.act(0).unwrap().id,
        claimants_told: Vec::new(),
    });
    assert_eq!(play.refused(ASKED, lapse.clone()).rule, "frz-14");
    play.wait(3 * DAY);
    let mut asked = taken(1, hold(1));
    asked.say(ASKED, report(1, FreezingStatus::Held));
    asked.say(ASKS, order(1));
    asked.wait(3 * DAY);
    let other = Fact::Common(CommonFact::Lapsed {
        of: asked.transcript.act(0).unwrap().id,
        claimants_told: Vec::new(),
    });
    assert_eq!(asked.refused(ASKED, other).rule, "frz-14", "it came");

    assert_eq!(play.refused(ASKS, lapse.clone()).code, RefusalCode::NotEntitled);
    play.say(ASKED, lapse);
    assert_eq!(stage(&play), Stage::Expired);
    play.told("a hold ends when the request for an order does not come", &["frz-14"]);
}

#[test]
fn a_request_that_was_taken_back_asks_for_nothing_more() {
    // shows: frz-25
    let mut play = one_frozen(0);
    play.say(ASKS, WITHDRAWN);
    for (who, fact) in
        [(ASKS, extends(1, 20)), (ASKS, recovers(1)), (ASKED, frozen(2)), (ASKED, frozen(1))]
    {
        assert_eq!(play.refused(who, fact).rule, "frz-25");
    }
    play.told("a request that was taken back asks for nothing more", &["frz-25"]);
}

#[test]
fn nothing_goes_free_before_every_claimant_was_told() {
    // shows: frz-26
    let mut play = one_frozen(0);
    play.say(ASKED, claimed(1, "C-1"));
    let refusal = play.refused(ASKED, released(1));
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "frz-26"));

    let told =
        Line { claimants_told: Vec::from([claim("C-1")]), ..line(1, FreezingStatus::Released) };
    play.say(ASKED, reports(Vec::from([told])));
    assert_eq!(asset(&play, 1), AssetStage::Released);
    play.told("nothing goes free before every claimant was told", &["frz-26"]);
}

#[test]
fn no_freeze_runs_out_before_every_claimant_was_told() {
    // shows: frz-34
    let mut play = one_frozen(0);
    let report = play.say(ASKED, claimed(1, "C-1"));
    play.say(ASKED, frozen(2));
    let lapses = |told: &[&str]| {
        let claimants_told = told.iter().map(|name| claim(name)).collect();
        Fact::Common(CommonFact::Lapsed { of: play.id(&report), claimants_told })
    };
    let (silent, other, whole) = (lapses(&[]), lapses(&["C-2"]), lapses(&["C-1"]));
    play.wait(10 * DAY);
    for lapse in [silent, other] {
        let refusal = play.refused(ASKED, lapse);
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "frz-34"));
    }
    play.say(ASKED, whole);
    assert_eq!((asset(&play, 1), asset(&play, 2)), (AssetStage::Expired, AssetStage::Frozen));
    play.told("no freeze runs out before every claimant was told", &["frz-34"]);

    // What nobody claims any more runs out without a word.
    let mut play = one_frozen(1);
    play.say(ASKED, claimed(1, "C-1"));
    let settled = FreezingFact::Reported {
        assets: Vec::from([line(1, FreezingStatus::Frozen)]),
        claims: Vec::new(),
        settled: Vec::from([claim("C-1")]),
    };
    let of = play.say(ASKED, told(settled));
    play.wait(10 * DAY);
    let of = play.id(&of);
    play.say(ASKED, Fact::Common(CommonFact::Lapsed { of, claimants_told: Vec::new() }));
    assert_eq!(asset(&play, 1), AssetStage::Expired);
}

#[test]
fn a_freeze_is_lifted_after_a_withdrawal_on_confirmed_heads() {
    // shows: frz-27
    let mut play = one_frozen(0);
    assert_eq!(play.refused(ASKED, lifted(1, Vec::new())).rule, "frz-27");
    play.say(ASKED, claimed(1, "C-1"));
    play.say(ASKS, WITHDRAWN);
    let told = Vec::from([claim("C-1")]);
    assert_eq!(play.refused(ASKED, lifted(1, told.clone())).code, RefusalCode::Unconfirmed);
    play.confirm(IrreversibleAct::LiftFreeze);
    assert_eq!(play.refused(ASKED, lifted(1, Vec::new())).rule, "frz-26");
    play.say(ASKED, lifted(1, told));
    play.told("a freeze is lifted after a withdrawal on confirmed heads", &["frz-27"]);
}

#[test]
fn a_claim_of_somebody_else_pauses_the_confiscation_and_nothing_else() {
    // shows: frz-28
    let mut play = recovery(0);
    play.say(ASKED, claimed(1, "C-1"));
    assert_eq!(play.now().state.claims().len(), 1);
    let refusal = play.refused(ASKED, confiscated(1));
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "frz-28"));
    play.say(ASKED, told(FreezingFact::Converted { asset: 1 }));
    play.say(ASKED, grants(1));

    play.say(
        ASKED,
        told(FreezingFact::Reported {
            assets: Vec::from([line(1, FreezingStatus::Frozen)]),
            claims: Vec::new(),
            settled: Vec::from([claim("C-1")]),
        }),
    );
    play.say(ASKED, confiscated(1));

    let mut two = one_frozen(0);
    two.say(ASKED, claimed(1, "C-1"));
    assert_eq!(two.refused(ASKED, claimed(2, "C-1")).rule, "frz-28", "of another asset");
    play.told("a claim of somebody else pauses the confiscation and nothing else", &["frz-28"]);
}

#[test]
fn an_extension_is_asked_for_a_later_end() {
    // shows: frz-13
    let mut play = one_frozen(0);
    assert_eq!(play.refused(ASKS, extends(1, 10)).rule, "frz-13");
    play.say(ASKS, extends(1, 11));
    play.told("an extension is asked for a later end", &["frz-13"]);
}

#[test]
fn a_release_by_a_court_beside_an_extension_or_a_recovery_is_a_fact() {
    // shows: frz-29
    for (salt, (what, asks)) in SALTS
        .into_iter()
        .flat_map(|salt| [(salt, ("extension", extends(1, 20))), (salt, ("recovery", recovers(1)))])
    {
        let mut play = one_frozen(salt);
        let seen = play.transcript.heads();
        let asked = play.say_after(ASKS, &seen, asks.clone());
        play.say_after(ASKED, &seen, released(1));

        assert_eq!(asset(&play, 1), AssetStage::Released);
        assert!(matches!(play.fate(&asked), Fate::Overtaken(_)));
        assert_eq!(
            play.refused(ASKS, asks).code,
            RefusalCode::OutOfTurn,
            "apply anew, in another procedure"
        );
        play.told(
            &format!("a release by a court is a fact beside what was asked: {what}"),
            &["frz-29"],
        );
    }
}

#[test]
fn a_withdrawal_beside_a_freeze_or_a_confiscation_finds_what_happened() {
    // shows: frz-30
    for salt in SALTS {
        let mut play = one_frozen(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, frozen(2));
        play.say_after(ASKS, &seen, WITHDRAWN);
        assert_eq!((asset(&play, 2), stage(&play)), (AssetStage::Frozen, Stage::Withdrawn));
        play.confirm(IrreversibleAct::LiftFreeze);
        play.say(ASKED, lifted(2, Vec::new()));
        play.told(
            "a withdrawal beside a freeze or a confiscation finds what happened 1",
            &["frz-30"],
        );

        let mut play = recovery(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, confiscated(1));
        play.say_after(ASKS, &seen, WITHDRAWN);
        assert_eq!((asset(&play, 1), stage(&play)), (AssetStage::Confiscated, Stage::Confiscated));
        play.say(ASKED, disposed(1, Disposition::Retained));
        assert_eq!(stage(&play), Stage::Settled);
        play.told(
            "a withdrawal beside a freeze or a confiscation finds what happened 2",
            &["frz-30"],
        );
    }
}

#[test]
fn a_renewal_beside_a_lapse_keeps_the_asset_frozen() {
    // shows: frz-31
    for salt in SALTS {
        let mut play = taken(salt, order(1));
        let report = play.say(ASKED, frozen(1));
        play.wait(10 * DAY);
        let seen = play.transcript.heads();
        let of = play.id(&report);
        play.say_after(
            ASKED,
            &seen,
            Fact::Common(CommonFact::Lapsed { of, claimants_told: Vec::new() }),
        );
        play.say_after(ASKED, &seen, frozen(1));

        assert_eq!(asset(&play, 1), AssetStage::Frozen);
        play.told("a renewal beside a lapse keeps the asset frozen", &["frz-31"]);
    }
}

#[test]
fn a_lapse_beside_an_extension_ends_the_freeze() {
    // shows: frz-32
    for salt in SALTS {
        let mut play = taken(salt, order(1));
        let report = play.say(ASKED, frozen(1));
        play.wait(10 * DAY);
        let seen = play.transcript.heads();
        let of = play.id(&report);
        play.say_after(
            ASKED,
            &seen,
            Fact::Common(CommonFact::Lapsed { of, claimants_told: Vec::new() }),
        );
        play.say_after(ASKS, &seen, extends(1, 20));

        assert_eq!(asset(&play, 1), AssetStage::Expired);
        play.told("a lapse beside an extension ends the freeze", &["frz-32"]);
    }
}

#[test]
fn messages_about_different_assets_both_count_and_about_one_they_contradict() {
    // shows: frz-33
    for salt in SALTS {
        let mut play = taken(salt, order(2));
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, frozen(1));
        play.say_after(ASKED, &seen, report(2, FreezingStatus::NotFound));
        assert_eq!((asset(&play, 1), asset(&play, 2)), (AssetStage::Frozen, AssetStage::NotFound));
        play.told(
            "messages about different assets both count and about one they contradict 1",
            &["frz-33"],
        );

        let mut play = recovery(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, confiscated(1));
        play.say_after(ASKED, &seen, claimed(1, "C-1"));
        assert_eq!(play.now().common.conflicts().len(), 1, "both sides settle it");
        play.told(
            "messages about different assets both count and about one they contradict 2",
            &["frz-33"],
        );
    }
}

#[test]
fn what_may_come_next_is_said_of_the_freeze_and_of_its_assets() {
    // shows: pro-3
    let play = one_frozen(0);
    let moves = |name: &str| -> Vec<&str> {
        play.now().state.open_moves(&agency(name)).into_iter().map(|moved| moved.text()).collect()
    };
    assert_eq!(moves(ASKS), ["withdrawal", "freezing-extension-request", "asset-recovery-request"]);
    assert!(moves(ASKED).contains(&"freezing-report held"), "{:?}", moves(ASKED));
}

/// What somebody may try to say, by a number, about what stands in view.
fn menu(what: u8, _seen: &Folded<Freezing>, view: &Transcript) -> Fact {
    let number = u64::from(what / 22 % 2) + 1;
    let reported = (0..view.len())
        .rev()
        .filter_map(|place| view.act(place))
        .find(|act| matches!(act.fact, Fact::Freezing(FreezingFact::Reported { .. })));
    let root = view.act(0).unwrap();
    let act = IrreversibleAct::LiftFreeze;
    match what % 22 {
        0 | 1 => Fact::Common(CommonFact::Acknowledged { of: root.id }),
        2 => report(number, FreezingStatus::Held),
        3 | 4 => frozen(number),
        5 => report(number, FreezingStatus::Partial),
        6 => report(number, FreezingStatus::NotFound),
        7 => report(number, FreezingStatus::AlreadyFrozen),
        8 => report(number, FreezingStatus::Refused),
        9 => released(number),
        10 => lifted(number, Vec::from([claim("C-1")])),
        11 => claimed(number, "C-1"),
        12 => extends(number, 20),
        13 | 14 => recovers(number),
        15 => grants(number),
        16 => refuses(number),
        17 => confiscated(number),
        18 => told(FreezingFact::Converted { asset: number }),
        19 => disposed(number, Disposition::Shared),
        20 => Fact::Common(CommonFact::Confirmed { act, heads: view.heads() }),
        _ if number == 1 => WITHDRAWN,
        _ => Fact::Common(CommonFact::Lapsed {
            of: reported.unwrap_or(root).id,
            claimants_told: Vec::new(),
        }),
    }
}

proptest! {
    #[test]
    fn agencies_that_hold_the_same_messages_about_assets_agree_whatever_came_first(
        attempts in vec(any::<convergence::Attempt>(), 1..60),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2, promise-7
        let mut play = convergence::play::<Freezing>(hold(2), &attempts, menu);
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let now = play.now();
        let facts: Vec<Fact> = (0..44).map(|what| menu(what, &now, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }

    #[test]
    fn of_two_messages_about_assets_no_digest_decides(
        attempts in vec(any::<convergence::Attempt>(), 2..24),
    ) {
        // shows: pro-5
        convergence::no_digest_decides(|salt| Play::begin(salt, hold(2)), &attempts, menu, |now| {
            let moves = [ASKS, ASKED, TRANSIT].map(|who| now.state.open_moves(&agency(who)));
            format!("{:?} {moves:?}", now.state.stage())
        });
    }
}
