//! In which order feeds are looked at and brought further.

use std::collections::BTreeMap;
use std::convert::Infallible;

use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Timestamp;

use crate::host::feeds::turn::Desk;
use crate::host::feeds::turn::Need;
use crate::host::feeds::turn::Turns;

/// A desk that writes down what it was asked to do.
#[derive(Default)]
struct Diary {
    called: Vec<ProcedureId>,
    /// Lists that each feed still has to take.
    lists: BTreeMap<ProcedureId, usize>,
    done: Vec<(&'static str, ProcedureId)>,
}

impl Diary {
    fn need(&self, feed: ProcedureId) -> Need {
        match self.lists.get(&feed) {
            Some(1..) => Need::Turn,
            Some(0) | None => Need::Nothing,
        }
    }
}

impl Desk for Diary {
    type Fault = Infallible;

    fn called(&mut self) -> Vec<ProcedureId> {
        std::mem::take(&mut self.called)
    }

    fn show(&mut self, feed: ProcedureId) -> Result<Need, Infallible> {
        self.done.push(("show", feed));
        Ok(self.need(feed))
    }

    fn step(&mut self, feed: ProcedureId) -> Result<Need, Infallible> {
        self.done.push(("step", feed));
        *self.lists.entry(feed).or_insert(1) -= 1;
        Ok(self.need(feed))
    }
}

// shows: fed-27
#[test]
fn a_dispute_waits_for_one_step_however_long_another_feeds_chain_is() {
    let (long, disputed) = (feed(1), feed(2));
    let mut diary = Diary::default();
    diary.lists.insert(long, 4_000);
    diary.called = vec![long];
    let mut turns = Turns::default();
    assert_eq!(turns.round(&mut diary), Ok(Need::Turn));
    diary.done.clear();
    diary.called = vec![disputed];

    assert_eq!(turns.round(&mut diary), Ok(Need::Turn));
    assert_eq!(diary.done, [("show", disputed), ("step", long)]);
}

// shows: fed-27
#[test]
fn feeds_take_turns_with_one_list_each() {
    let (long, short) = (feed(1), feed(2));
    let mut diary = Diary::default();
    diary.lists.extend([(long, 100), (short, 2)]);
    diary.called = vec![long, short];
    let mut turns = Turns::default();
    for _ in 0..4 {
        assert_eq!(turns.round(&mut diary), Ok(Need::Turn));
    }
    let steps: Vec<ProcedureId> =
        diary.done.iter().filter(|(what, _)| *what == "step").map(|(_, feed)| *feed).collect();
    assert_eq!(steps, [long, short, long, short]);
}

#[test]
fn a_feed_that_is_called_often_has_one_place() {
    let (one, other) = (feed(1), feed(2));
    let mut diary = Diary::default();
    diary.lists.extend([(one, 1), (other, 1)]);
    let mut turns = Turns::default();
    diary.called = vec![one, one, other, one];
    assert_eq!(turns.round(&mut diary), Ok(Need::Turn));
    assert_eq!(turns.round(&mut diary), Ok(Need::Nothing));
    assert_eq!(turns.round(&mut diary), Ok(Need::Nothing));
    assert_eq!(diary.done[4..], [("step", one), ("step", other)]);
}

fn feed(number: u8) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(u64::from(number)), [number; 10])
}
