//! From the graph to the state.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::common::Place;
use crate::procedure::common::Weight;
use crate::procedure::fact::Fact;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::shared::SharedMap;
use crate::procedure::transcript::Places;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

/// What one kind of procedure says about its messages. A value is the state.
pub trait Rules: Clone + fmt::Debug + PartialEq + Sized {
    /// Begins with the first message.
    ///
    /// # Errors
    /// When this message begins no such procedure.
    fn open(act: &Act) -> Result<Self, Refusal>;

    /// What a message weighs among concurrent ones.
    // spec: pro-16
    fn rank(act: &Act) -> Rank;

    /// Whether a message that took effect can count against a concurrent one: whether it can [`meet`](Rules::meet) any as
    /// something else than [`Meeting::Both`].
    fn contends(_act: &Act) -> bool {
        true
    }

    /// What two concurrent messages are to each other.
    // spec: pro-16
    fn meet(earlier: &Act, later: &Act) -> Meeting;

    /// What they are to each other where the procedure stands; the state may note what is prescribed only once.
    fn meet_here(&mut self, earlier: &Act, later: &Act) -> Meeting {
        Self::meet(earlier, later)
    }

    /// Looks at a message that a concurrent one outranks.
    fn gave_way(&mut self, _act: &Act) {}

    /// Looks at a remark, which serves every procedure and contradicts nothing.
    fn remark(&mut self, _act: &Act) {}

    /// Takes one message and says by which rule, or that it is a remark; refused, the state stays as it was.
    ///
    /// # Errors
    /// Why the message has no place here.
    fn step(&mut self, act: &Act, common: &Common) -> Result<Option<&'static str>, Refusal>;

    /// Who has to agree where only both sides together can: to settle a conflict, to confirm.
    fn both(&self) -> BTreeSet<AgencyId>;
}

/// What became of a message in the fold. Source: spec pro-2, pro-5, pro-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It took effect.
    Took {
        /// By this rule.
        rule: &'static str,
    },
    /// It is read and kept; no state rests on it.
    Noted,
    /// A concurrent message outranks it.
    Outranked {
        /// That one.
        by: Digest,
    },
    /// It contradicts a concurrent message, and nobody can say which one counts.
    Clashes {
        /// With this one.
        with: Digest,
    },
    /// Both sides agreed that it does not count.
    SetAside,
    /// It had its place where its author stood, and has none where the procedure stands.
    Overtaken(Refusal),
}

/// A procedure as a set of messages says it stands.
#[derive(Clone, Debug)]
pub struct Folded<R> {
    /// What every procedure has.
    pub common: Common,
    /// What this kind has.
    pub state: R,
    fates: SharedMap<Digest, Fate>,
    effective: Places,
    contending: Places,
}

/// What two agencies compare. Which places are effective is left out: places come from the order of arrival.
impl<R: PartialEq> PartialEq for Folded<R> {
    fn eq(&self, other: &Self) -> bool {
        (&self.common, &self.state, &self.fates) == (&other.common, &other.state, &other.fates)
    }
}

impl<R: Rules> Folded<R> {
    /// Folds a set of messages that holds the ancestors of each; `None` when it is empty or begins no such procedure.
    // spec: pro-2
    // spec: promise-7
    pub fn of(transcript: &Transcript, within: &Places) -> Option<Self> {
        let mut folded = Self::begin(transcript.act(0).filter(|_| within.has(0))?).ok()?;
        let aside = Self::aside(transcript, within);
        let order = Self::order(transcript, within, &Places::up_to(1));
        order.into_iter().for_each(|place| folded.advance(transcript, &aside, place));
        Some(folded)
    }

    /// The messages of a set that both sides agreed not to count.
    // spec: pro-8
    pub fn aside(transcript: &Transcript, within: &Places) -> BTreeSet<Digest> {
        let settling = transcript.settling().iter().filter(|place| within.has(**place));
        let settling: Vec<&Act> = settling.filter_map(|place| transcript.act(*place)).collect();
        match transcript.act(0).map(R::open) {
            Some(Ok(begun)) if !settling.is_empty() => set_aside(&settling, &begun.both()),
            Some(_) | None => BTreeSet::new(),
        }
    }

    /// The order in which the messages of a set are folded after those that are placed, which each of them has seen.
    // spec: pro-5
    pub fn order(transcript: &Transcript, within: &Places, placed: &Places) -> Vec<usize> {
        order::<R>(transcript, within, placed.clone())
    }

    /// Takes the next message in the order of the fold, unless both sides agreed not to count it.
    pub fn advance(&mut self, transcript: &Transcript, aside: &BTreeSet<Digest>, place: usize) {
        let Some(act) = transcript.act(place) else { return };
        let fate = if aside.contains(&act.digest) {
            self.common.saw(act);
            Fate::SetAside
        } else {
            self.take(transcript, place, act)
        };
        self.fates.insert(act.digest, fate);
    }

    /// Begins with the first message.
    ///
    /// # Errors
    /// When this message begins no such procedure.
    pub fn begin(opening: &Act) -> Result<Self, Refusal> {
        let state = R::open(opening)?;
        let effective = Places::up_to(1);
        let fates = SharedMap::from_iter([(opening.digest, Fate::Took { rule: "pro-1" })]);
        let common = Common::begin(opening);
        Ok(Self { common, state, fates, contending: effective.clone(), effective })
    }

    /// Whether its author could say this message when this was all that the author had seen.
    ///
    /// # Errors
    /// The rule that it breaks.
    // spec: pro-4, pro-18, pro-23
    pub fn judge(&self, act: &Act) -> Result<Place, Refusal> {
        self.common.check_author(act)?;
        self.common.control().check(act)?;
        let weight = self.judge_fact(act)?;
        let place = self.common.check_recipients(act, weight)?;
        // What it would answer may stand aside too, where nobody can look it up.
        if place == Place::Within {
            self.common.evidence().check(act)?;
        }
        Ok(place)
    }

    /// Whether what it states could be stated, and whether it moves anything.
    fn judge_fact(&self, act: &Act) -> Result<Weight, Refusal> {
        match Sort::of(&act.fact) {
            Sort::Remark => Ok(Weight::Remark),
            Sort::AnyTime => {
                if let Fact::Common(CommonFact::Resolved { between, .. }) = &act.fact {
                    self.judge_resolution(act, between)?;
                }
                Ok(Weight::Moves)
            }
            Sort::Told | Sort::Step => {
                let stepped = self.state.clone().step(act, &self.common);
                if stepped != Ok(None) {
                    self.refuse_in_conflict(act)?;
                }
                Ok(if stepped?.is_some() { Weight::Moves } else { Weight::Remark })
            }
        }
    }

    /// What became of a message.
    pub fn fate(&self, message: &Digest) -> Option<&Fate> {
        self.fates.get(message)
    }

    /// What became of each message, by digest.
    pub const fn fates(&self) -> &SharedMap<Digest, Fate> {
        &self.fates
    }

    /// Takes the next message in the order of the fold.
    // spec: pro-15
    fn take(&mut self, transcript: &Transcript, place: usize, act: &Act) -> Fate {
        self.common.saw(act);
        let past = transcript.past(place);
        let had_seen = |digest: &Digest| {
            let before = transcript.place(digest);
            before.is_some_and(|before| past.is_some_and(|past| past.has(before)))
        };
        if let Fact::Control(fact) = &act.fact {
            self.common.control_mut().take(act, fact, had_seen);
        } else if let Fact::Common(CommonFact::Joined { add }) = &act.fact {
            self.common.join(add);
        } else if let Fact::Common(CommonFact::Confirmed { act: what, heads }) = &act.fact {
            // spec: pro-9
            let covers = transcript.closure(heads);
            let all = |covered: &Places| self.effective.beyond(covered).next().is_none();
            if heads.iter().all(had_seen) && covers.is_ok_and(|covered| all(&covered)) {
                self.common.confirm(&act.author, *what, heads);
            }
        }
        match Sort::of(&act.fact) {
            Sort::Step => self.weigh(transcript, place, act),
            Sort::Remark | Sort::AnyTime | Sort::Told => {
                self.state.remark(act);
                Fate::Noted
            }
        }
    }

    /// Weighs a message against the concurrent ones that took effect, then lets the table decide.
    // spec: pro-5
    fn weigh(&mut self, transcript: &Transcript, place: usize, act: &Act) -> Fate {
        let past = transcript.past(place).cloned().unwrap_or(Places::none());
        let beside = self.contending.beyond(&past).filter_map(|beside| transcript.act(beside));
        let (mut heavier, mut equal) = (Vec::new(), Vec::new());
        for earlier in beside {
            match self.state.meet_here(earlier, act) {
                Meeting::Both => {}
                Meeting::EarlierCounts => heavier.push((R::rank(earlier), earlier.digest)),
                Meeting::Conflict => equal.push(earlier.digest),
            }
        }
        // A remark contradicts nothing.
        let crossed = !heavier.is_empty() || !equal.is_empty();
        if crossed && self.state.clone().step(act, &self.common) == Ok(None) {
            return Fate::Noted;
        }
        if let Some((_, by)) = heavier.into_iter().min() {
            self.state.gave_way(act);
            return Fate::Outranked { by };
        }
        // spec: pro-8
        equal.iter().for_each(|earlier| self.common.clash(*earlier, act.digest));
        if let Some(with) = equal.into_iter().min() {
            return Fate::Clashes { with };
        }
        match self.state.step(act, &self.common) {
            Ok(Some(rule)) => {
                self.effective.put(place);
                if R::contends(act) {
                    self.contending.put(place);
                }
                self.common.moved();
                Fate::Took { rule }
            }
            Ok(None) => Fate::Noted,
            Err(refusal) => Fate::Overtaken(refusal),
        }
    }

    /// In a conflict nothing goes on but what protects somebody, happens in custody, or takes a request back.
    // spec: pro-8
    fn refuse_in_conflict(&self, act: &Act) -> Result<(), Refusal> {
        let Some((one, other)) = self.common.conflicts().first() else { return Ok(()) };
        match R::rank(act) {
            Rank::ProtectiveStop | Rank::Custody | Rank::Withdrawal | Rank::SignedByBoth => Ok(()),
            Rank::Decision | Rank::Plan | Rank::Information => Err(Refusal::new(
                RefusalCode::InConflict,
                "pro-8",
                format!("the messages {one} and {other} contradict each other"),
                "both sides send a conflict-resolution that names both and the one that counts",
            )),
        }
    }

    fn judge_resolution(&self, act: &Act, between: &[Digest]) -> Result<(), Refusal> {
        if !self.state.both().contains(&act.author) {
            return Err(Refusal::not_entitled(
                "pro-8",
                "a conflict is settled by its two sides",
                "let both sides send the resolution",
            ));
        }
        if self.common.is_one_conflict(between) {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "pro-8",
            "the messages it names are not one conflict",
            "name messages that contradict each other, and no others",
        ))
    }
}

/// Who decides what a fact does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// Nobody: it stands in the transcript and is read.
    Remark,
    /// This fold, in every procedure and at any time, also when the procedure is over.
    AnyTime,
    /// The table says whether it may be told; it moves nothing.
    Told,
    /// The table says what it moves.
    Step,
}

impl Sort {
    const fn of(fact: &Fact) -> Self {
        if matches!(fact, Fact::Note | Fact::Gone | Fact::Evidence(_)) {
            return Self::Remark;
        }
        if matches!(fact, Fact::Control(_)) {
            return Self::AnyTime;
        }
        let Fact::Common(fact) = fact else { return Self::Step };
        match fact {
            CommonFact::Joined { .. }
            | CommonFact::Confirmed { .. }
            | CommonFact::Resolved { .. }
            | CommonFact::Corrected { .. } => Self::AnyTime,
            CommonFact::Reported => Self::Told,
            CommonFact::Acknowledged { .. }
            | CommonFact::Withdrawn
            | CommonFact::Lapsed { .. }
            | CommonFact::InformationAsked { .. }
            | CommonFact::InformationGiven
            | CommonFact::Valued { .. } => Self::Step,
        }
    }
}

/// The messages that both sides agreed not to count.
// spec: pro-8
fn set_aside(settling: &[&Act], both: &BTreeSet<AgencyId>) -> BTreeSet<Digest> {
    let mut said: BTreeMap<(&[Digest], Option<Digest>), BTreeSet<&AgencyId>> = BTreeMap::new();
    for act in settling {
        if let Fact::Common(CommonFact::Resolved { between, prevails }) = &act.fact {
            said.entry((between, *prevails)).or_default().insert(&act.author);
        }
    }
    let agreed = said.iter().filter(|(_, by)| both.iter().all(|agency| by.contains(agency)));
    agreed
        .flat_map(|((between, prevails), _)| {
            between.iter().filter(move |one| Some(**one) != *prevails)
        })
        .copied()
        .collect()
}

/// The order in which messages are folded: the heaviest first, and with each all that its author had seen.
///
/// So a message comes before a lighter concurrent one, unless a still heavier one rests on that lighter one; and the
/// ancestors of a message stand in the same order in every set that holds them.
///
/// Takes a list of what was asked for and one entry for each message whose ancestors come first: no chain of messages,
/// however it was made, takes more memory.
// spec: pro-5, pro-14
fn order<R: Rules>(transcript: &Transcript, within: &Places, mut placed: Places) -> Vec<usize> {
    let heaviest = by_weight::<R>(transcript, within, &placed);
    let mut order = Vec::with_capacity(heaviest.len());
    // Whose ancestors come first, and up to where in the list they do already.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for wanted in &heaviest {
        if !placed.has(*wanted) {
            open.push((*wanted, 0));
        }
        while let Some((place, looked)) = open.last_mut() {
            let Some(past) = transcript.past(*place) else { break };
            let missing = |(_, at): &(usize, &usize)| past.has(**at) && !placed.has(**at);
            let next = if past.is_within(&placed) {
                None
            } else {
                heaviest.iter().enumerate().skip(*looked).find(missing)
            };
            if let Some((at, before)) = next {
                *looked = at;
                open.push((*before, 0));
            } else {
                placed.put(*place);
                order.push(*place);
                open.pop();
            }
        }
    }
    order
}

/// Places that are not placed yet, from the heaviest to the lightest; among equals the digest decides, which everybody has.
fn by_weight<R: Rules>(transcript: &Transcript, within: &Places, placed: &Places) -> Vec<usize> {
    let mut places: Vec<usize> = within.beyond(placed).collect();
    places.sort_by_cached_key(|place| transcript.act(*place).map(|act| (R::rank(act), act.digest)));
    places
}
