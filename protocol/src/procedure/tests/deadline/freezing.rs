//! What is due while assets are kept, and when their term is over.

use alloc::vec::Vec;

use super::DAY;
use super::HOUR;
use super::Story;
use super::at;
use crate::message::assets::freezing_report::FreezingStatus;
use crate::message::assets::freezing_report::ReleaseCause;
use crate::message::kind::Kind;
use crate::procedure::common::CommonFact;
use crate::procedure::deadline::Flag;
use crate::procedure::deadline::rule::Duty;
use crate::procedure::fact::Fact;
use crate::procedure::freezing::fact::FreezingFact;
use crate::procedure::freezing::fact::Line;
use crate::procedure::freezing::fact::Request;
use crate::procedure::tests::ASKED;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::agency;

const ORDER: Request = Request { by_order: true, assets: 1, formal_request_by: at(3 * DAY) };

/// An emergency hold, whose order is promised for the third day.
const HOLD: Request = Request { by_order: false, ..ORDER };

/// A request for one asset, which somebody took.
fn asked(request: Request) -> Story {
    let request = Fact::Freezing(FreezingFact::Requested(request));
    let mut story = Story::begin(Kind::FreezingRequest, request);
    story.take(HOUR);
    story
}

fn reports(story: &mut Story, status: FreezingStatus, valid_until: Option<u64>, after: u64) {
    let line = Line {
        asset: 1,
        status,
        valid_until: valid_until.map(at),
        renew_by: None,
        rank: None,
        released: (status == FreezingStatus::Released).then_some(ReleaseCause::ByCourt),
        claimants_told: Vec::new(),
    };
    let assets = Vec::from([line]);
    let report = FreezingFact::Reported { assets, claims: Vec::new(), settled: Vec::new() };
    story.say(ASKED, Kind::FreezingReport, Fact::Freezing(report), after);
}

fn lapses(story: &mut Story, place: usize, after: u64) {
    let of = story.acts[place].id;
    let lapse = CommonFact::Lapsed { of, claimants_told: Vec::new() };
    story.say(ASKED, Kind::LapseNotice, Fact::Common(lapse), after);
}

#[test]
fn whoever_holds_what_nobody_renewed_in_time_lets_it_go() {
    // shows: due-21
    let mut story = asked(ORDER);
    reports(&mut story, FreezingStatus::Frozen, Some(10 * DAY), DAY);
    assert_eq!(story.one(Duty::Renewal, 9 * DAY).owed_by, agency(ASKS));
    assert!(story.all(Duty::Lapse, 10 * DAY - 1).is_empty(), "it can be renewed yet");
    let lapse = story.one(Duty::Lapse, 10 * DAY);
    assert_eq!((lapse.owed_by, lapse.due), (agency(ASKED), at(10 * DAY)));
    assert_eq!((lapse.flag, lapse.of), (Flag::Overdue, story.last().id));

    for how in 0..3 {
        let mut story = asked(ORDER);
        reports(&mut story, FreezingStatus::Frozen, Some(10 * DAY), DAY);
        match how {
            0 => reports(&mut story, FreezingStatus::Frozen, Some(20 * DAY), 11 * DAY),
            1 => reports(&mut story, FreezingStatus::Released, None, 11 * DAY),
            _ => {
                let report = story.acts.len() - 1;
                lapses(&mut story, report, 11 * DAY);
            }
        }
        assert!(story.all(Duty::Lapse, 11 * DAY).is_empty(), "{how}");
    }
}

#[test]
fn whoever_holds_an_asset_whose_order_did_not_come_lets_it_go() {
    // shows: due-21
    let mut story = asked(HOLD);
    reports(&mut story, FreezingStatus::Held, Some(10 * DAY), DAY);
    assert!(story.all(Duty::Lapse, 3 * DAY - 1).is_empty(), "the order may come yet");
    let lapse = story.one(Duty::Lapse, 3 * DAY);
    assert_eq!((lapse.owed_by, lapse.due), (agency(ASKED), at(3 * DAY)));

    let order = Fact::Freezing(FreezingFact::Requested(ORDER));
    story.say(ASKS, Kind::FreezingRequest, order, 4 * DAY);
    assert!(story.all(Duty::Lapse, 4 * DAY).is_empty(), "there is an order, and the term goes on");
    assert_eq!(story.one(Duty::Lapse, 10 * DAY).due, at(10 * DAY));
    let mut story = asked(HOLD);
    reports(&mut story, FreezingStatus::Held, Some(10 * DAY), DAY);
    lapses(&mut story, 0, 4 * DAY);
    assert!(story.all(Duty::Lapse, 4 * DAY).is_empty());
}
