//! What the agencies write meanwhile: each submits at a steady rate, and remembers every answer.
//!
//! Uses the API as anyone does. A submission without a clear answer is repeated under its key, now or when all is calm;
//! some are given up, and may then have become a message or not. What was acknowledged is asked for again now and then,
//! and must be the same message.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::client::Sent;
use concord_node::report::Report;
use concord_node::report::code::Code;

use crate::chance::Chance;
use crate::chaos::plan::NODES;
use crate::chaos::stage::AGENCIES;
use crate::chaos::stage::Stage;
use crate::chaos::tally::Count;
use crate::chaos::tally::Tally;
use crate::letter;
use crate::wait;

/// Most recipients of one message.
const RECIPIENTS_MAX: usize = 3;

/// One of so many acknowledged letters is submitted again.
const AGAIN_ONE_IN: usize = 12;

/// One of so many letters without an answer is given up.
const GIVEN_UP_ONE_IN: usize = 4;

/// Longest wait for one letter's answer when all is calm.
const CALM_ANSWER: Duration = Duration::from_secs(120);

/// A message that a node acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acknowledged {
    /// The author's place.
    pub author: usize,
    /// The key under which it was submitted.
    pub key: String,
    /// Its id.
    pub id: String,
    /// Its digest.
    pub digest: String,
    /// The recipients' places.
    pub to: Vec<usize>,
}

/// A letter, as it is written again in the same words.
#[derive(Clone, Debug)]
struct Letter {
    author: usize,
    key: String,
    to: Vec<usize>,
}

/// What was written so far.
#[derive(Debug, Default)]
pub struct Book {
    acknowledged: Mutex<Vec<Acknowledged>>,
    unclear: Mutex<Vec<Letter>>,
    given_up: Mutex<Vec<Letter>>,
}

/// What became of a submission.
enum Answer {
    Acknowledged(Box<Sent>),
    Declined,
    Unclear,
}

impl Book {
    /// What was acknowledged.
    ///
    /// # Panics
    /// When a writer panicked.
    pub fn acknowledged(&self) -> Vec<Acknowledged> {
        self.acknowledged.lock().unwrap().clone()
    }

    /// How many letters of an author may have become a message that nobody knows of.
    ///
    /// # Panics
    /// When a writer panicked.
    pub fn given_up(&self, author: usize) -> usize {
        let given_up = self.given_up.lock().unwrap();
        given_up.iter().filter(|letter| letter.author == author).count()
    }

    /// Writes letters of one agency, one in each `pace`, until it is told to stop.
    ///
    /// # Panics
    /// When another writer panicked.
    pub fn write(
        &self,
        (stage, tally): (&Stage, &Tally),
        (author, hand): (usize, usize),
        (mut chance, pace): (Chance, Duration),
        stop: &AtomicBool,
    ) {
        for number in 0.. {
            // Every writer waits about as long, and none in step with another.
            let spread = u32::try_from(50 + chance.below(100)).unwrap();
            wait::for_up_to(pace * spread / 100, || stop.load(Ordering::Relaxed).then_some(()));
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let key = format!("{author}-{hand}-{number}");
            let letter = Letter { author, key, to: recipients(author, &mut chance) };
            self.submit(stage, tally, &letter, &mut chance);
            self.repeat_some(stage, tally, author, &mut chance);
        }
    }

    /// When all is calm: what has no answer yet gets one.
    ///
    /// # Panics
    /// When another writer panicked.
    pub fn finish(&self, stage: &Stage, tally: &Tally) {
        let left = std::mem::take(&mut *self.unclear.lock().unwrap());
        thread::scope(|scope| {
            for author in 0..NODES {
                let own = left.iter().filter(move |letter| letter.author == author);
                scope.spawn(|| own.for_each(|letter| self.answer(stage, tally, letter)));
            }
        });
    }

    fn answer(&self, stage: &Stage, tally: &Tally, letter: &Letter) {
        let answered = wait::for_up_to(CALM_ANSWER, || {
            tally.add(Count::Retries);
            match ask(stage, letter, tally) {
                Answer::Acknowledged(sent) => Some(*sent),
                Answer::Declined | Answer::Unclear => None,
            }
        });
        match answered {
            Some(sent) => self.keep(letter, sent, tally),
            None => tally.fail(format!("letter {} is not taken when all is calm", letter.key)),
        }
    }

    fn submit(&self, stage: &Stage, tally: &Tally, letter: &Letter, chance: &mut Chance) {
        match ask(stage, letter, tally) {
            Answer::Acknowledged(sent) => self.keep(letter, *sent, tally),
            Answer::Declined => tally.add(Count::Declined),
            Answer::Unclear => {
                tally.add(Count::Unclear);
                let place =
                    if chance.one_in(GIVEN_UP_ONE_IN) { &self.given_up } else { &self.unclear };
                place.lock().unwrap().push(letter.clone());
            }
        }
    }

    /// Submits again: one letter without an answer, and now and then one that has its answer.
    fn repeat_some(&self, stage: &Stage, tally: &Tally, author: usize, chance: &mut Chance) {
        let unclear = {
            let mut unclear = self.unclear.lock().unwrap();
            let own = unclear.iter().position(|letter| letter.author == author);
            own.map(|place| unclear.swap_remove(place))
        };
        if let Some(letter) = unclear {
            tally.add(Count::Retries);
            match ask(stage, &letter, tally) {
                Answer::Acknowledged(sent) => self.keep(&letter, *sent, tally),
                Answer::Declined | Answer::Unclear => self.unclear.lock().unwrap().push(letter),
            }
        }
        if chance.one_in(AGAIN_ONE_IN) {
            self.repeat_known(stage, tally, author, chance);
        }
    }

    /// What was acknowledged must be the same message for ever.
    fn repeat_known(&self, stage: &Stage, tally: &Tally, author: usize, chance: &mut Chance) {
        let known = {
            let all = self.acknowledged.lock().unwrap();
            let own = || all.iter().filter(|known| known.author == author);
            own().nth(chance.below(own().count())).cloned()
        };
        let Some(known) = known else { return };
        let letter = Letter { author, key: known.key.clone(), to: known.to.clone() };
        tally.add(Count::Retries);
        if let Answer::Acknowledged(sent) = ask(stage, &letter, tally)
            && sent.message.id != known.id
        {
            tally.add(Count::Losses);
            tally.fail(format!("{} was {} and is {}", known.key, known.id, sent.message.id));
        }
    }

    fn keep(&self, letter: &Letter, sent: Sent, tally: &Tally) {
        let Letter { author, key, to } = letter.clone();
        let (id, digest) = (sent.message.id, sent.message.digest);
        tally.add(Count::Messages);
        tally.add_many(Count::Deliveries, u64::try_from(to.len()).unwrap());
        self.acknowledged.lock().unwrap().push(Acknowledged { author, key, id, digest, to });
    }
}

/// Submits a letter under its key.
fn ask(stage: &Stage, letter: &Letter, tally: &Tally) -> Answer {
    let Ok(client) = Client::in_directory(stage.world().folder(letter.author)) else {
        return Answer::Unclear;
    };
    let to: Vec<&str> = letter.to.iter().map(|node| AGENCIES[*node]).collect();
    let text = letter::report(&to, &letter.key).to_string();
    match client.submit(text.as_bytes(), Some(&letter.key)) {
        Ok(sent) => Answer::Acknowledged(Box::new(sent)),
        Err(report) => judged(stage, letter, &report, tally),
    }
}

/// A refusal in words means that nothing was done; without words it is not known.
fn judged(stage: &Stage, letter: &Letter, report: &Report, tally: &Tally) -> Answer {
    let declines = [
        Code::Busy,
        Code::Starting,
        Code::DiskFull,
        Code::Probing,
        Code::CredentialEnds,
        Code::RequestTooSlow,
    ];
    let unclear =
        [Code::NodeUnreachable, Code::AnswerUnreadable, Code::Stopping, Code::NotANodeDirectory];
    if declines.contains(&report.code) {
        return Answer::Declined;
    }
    if !unclear.contains(&report.code) {
        let said = stage.station(letter.author).said(20);
        tally.fail(format!("letter {} is refused: {report:?}\n{said}", letter.key));
    }
    Answer::Unclear
}

fn recipients(author: usize, chance: &mut Chance) -> Vec<usize> {
    let count = 1 + chance.below(RECIPIENTS_MAX);
    let mut to = BTreeSet::new();
    while to.len() < count {
        let node = chance.below(NODES);
        if node != author {
            to.insert(node);
        }
    }
    to.into_iter().collect()
}
