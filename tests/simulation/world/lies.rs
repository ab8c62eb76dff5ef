//! A member that lies: it has its own keys, and does with them what it likes.

use concord_protocol::codec;
use concord_protocol::wire::frame::Frame;

use crate::life::Errand;
use crate::life::Job;
use crate::plan::Habit;
use crate::world::Event;
use crate::world::World;
use crate::world::seat::Seat;

/// Frames that a liar remembers.
const RECORDED_MAX: usize = 64;

impl World {
    /// A client of a liar asks: the message goes out as the liar means it. Nobody waits for an answer.
    pub(super) fn ask_a_liar(&mut self, errand: Errand, to: &[usize]) {
        let Some(liar) = self.plan.liar else { return };
        // It answers nothing: what it says begins with a lie.
        if self.errands[errand].tries > 2 || to.is_empty() {
            return;
        }
        let seats: Vec<usize> =
            (0..self.seats.len()).filter(|seat| self.seats[*seat].place() == liar.place).collect();
        let name = self.name();
        for seat in seats {
            match liar.habit {
                Habit::TwoBodies => {
                    for place in to {
                        self.submit(seat, &[*place], name);
                    }
                    let others: Vec<usize> =
                        (0..self.plan.size).filter(|p| *p != liar.place).collect();
                    self.submit(seat, &others[..1], name);
                }
                Habit::Repeats => self.repeat(seat, (errand, to), name),
                Habit::Forks => {
                    let name = self.name();
                    self.submit(seat, to, name);
                    self.fork(seat);
                }
                Habit::Replays | Habit::Skips | Habit::Withholds | Habit::Garbles => {
                    self.submit(seat, to, name);
                }
            }
        }
    }

    fn submit(&mut self, seat: usize, to: &[usize], name: [u8; 10]) {
        if !self.has_started(seat) {
            return;
        }
        if let Some(signed) = self.sealed(seat, to, name) {
            self.post(seat, Job::Submit { errand: None, signed: Box::new(signed) });
        }
    }

    /// The first time a client asks, the message is made twice, with the same luck and therefore the same bytes; the
    /// second one goes out when the client asks again.
    fn repeat(&mut self, seat: usize, (errand, to): (Errand, &[usize]), name: [u8; 10]) {
        let kept = self.repeats.remove(&errand);
        if let Some(signed) = kept.filter(|_| self.has_started(seat)) {
            self.post(seat, Job::Submit { errand: None, signed });
            return;
        }
        let luck = self.chance.clone();
        self.submit(seat, to, name);
        self.chance = luck;
        if let Some(again) = self.sealed(seat, to, name) {
            self.repeats.insert(errand, Box::new(again));
        }
    }

    fn has_started(&self, seat: usize) -> bool {
        self.seats[seat].life.as_ref().is_some_and(|life| life.engine.started())
    }

    /// The log gets a second branch: a twin with the same keys and the same past sits down, and some peers talk to it.
    fn fork(&mut self, seat: usize) {
        let Some(liar) = self.plan.liar else { return };
        let twin = self.plan.size;
        if self.seats.len() == twin {
            let copy = self.seats[seat].machine.copied();
            self.seats.push(Seat::of(copy));
            self.soon(10, Event::Start { seat: twin });
            self.trace.say(self.now, || format!("the log of {} forks", liar.place));
        }
        for peer in (0..self.plan.size).filter(|peer| *peer != liar.place) {
            if self.chance.one_in(2) {
                let before = self.seat_for(liar.place, peer);
                let face = if before == twin { liar.place } else { twin };
                self.faces.insert(peer, face);
                let pair = (peer.min(liar.place), peer.max(liar.place));
                self.lose(pair, None);
                self.again_later(pair);
            }
        }
    }

    /// What becomes of a frame on its way out: nothing, where its speaker is honest.
    pub(super) fn distorted(&mut self, seat: usize, frame: Vec<u8>) -> Vec<Vec<u8>> {
        let Some(liar) = self.plan.liar.filter(|liar| liar.place == self.seats[seat].place())
        else {
            return vec![frame];
        };
        if self.calm {
            return vec![frame];
        }
        match liar.habit {
            Habit::Replays => {
                if self.recorded.len() < RECORDED_MAX {
                    self.recorded.push(frame.clone());
                }
                if self.chance.one_in(6) {
                    let again = self.recorded[self.chance.below(self.recorded.len())].clone();
                    return vec![frame, again];
                }
                vec![frame]
            }
            Habit::Skips => match codec::decode::<Frame>(&frame) {
                Ok(Frame::Offer(_)) if self.chance.one_in(3) => Vec::new(),
                _ => vec![frame],
            },
            Habit::Withholds => match codec::decode::<Frame>(&frame) {
                Ok(Frame::Receipt(_)) => Vec::new(),
                _ => vec![frame],
            },
            Habit::Garbles => {
                let mut frame = frame;
                if self.chance.one_in(8) {
                    let at = self.chance.below(frame.len());
                    frame[at] ^= 1 << self.chance.below(8);
                }
                vec![frame]
            }
            Habit::Forks | Habit::TwoBodies | Habit::Repeats => vec![frame],
        }
    }
}
