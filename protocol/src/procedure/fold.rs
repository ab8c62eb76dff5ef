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
    fates: BTreeMap<Digest, Fate>,
    effective: Places,
}

/// What two agencies compare. Which places are effective is left out: places come from the order of arrival.
impl<R: PartialEq> PartialEq for Folded<R> {
    fn eq(&self, other: &Self) -> bool {
        (&self.common, &self.state, &self.fates) == (&other.common, &other.state, &other.fates)
    }
}

/// In which order a set of messages is folded, and which of them both sides agreed not to count. Two courses that begin
/// alike give the same state as far as they do. Source: spec pro-5, pro-8.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    order: Vec<usize>,
    aside: BTreeSet<Digest>,
}

impl Course {
    /// How many messages it has.
    pub const fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The places of its messages, in the order of the fold.
    pub fn places(&self) -> &[usize] {
        &self.order
    }

    /// How many messages two courses begin with alike.
    pub fn shared(&self, other: &Self) -> usize {
        if self.aside != other.aside {
            return 0;
        }
        self.order.iter().zip(&other.order).take_while(|(one, other)| one == other).count()
    }

    /// Goes on with a message whose author had seen everything else.
    pub(super) fn go_on(&mut self, place: usize) {
        self.order.push(place);
    }
}

impl<R: Rules> Folded<R> {
    /// Folds a set of messages that holds the ancestors of each; `None` when it is empty or begins no such procedure.
    // spec: pro-2
    // spec: promise-7
    pub fn of(transcript: &Transcript, within: &Places) -> Option<Self> {
        let course = Self::course(transcript, within)?;
        let mut folded = Self::begin(transcript.act(0)?).ok()?;
        (1..course.len()).for_each(|step| folded.advance(transcript, &course, step));
        Some(folded)
    }

    /// How a set of messages that holds the ancestors of each is folded; `None` when it is empty or begins no such
    /// procedure.
    // spec: pro-2
    pub fn course(transcript: &Transcript, within: &Places) -> Option<Course> {
        let opening = transcript.act(0).filter(|_| within.has(0))?;
        let both = R::open(opening).ok()?.both();
        let aside = set_aside(transcript, within, &both);
        Some(Course { order: order::<R>(transcript, within), aside })
    }

    /// Takes the message at one step of a course, after all those before it.
    pub fn advance(&mut self, transcript: &Transcript, course: &Course, step: usize) {
        let Some(place) = course.order.get(step) else { return };
        let Some(act) = transcript.act(*place) else { return };
        let fate = if course.aside.contains(&act.digest) {
            self.common.control_mut().saw(act);
            Fate::SetAside
        } else {
            self.take(transcript, *place, act)
        };
        self.fates.insert(act.digest, fate);
    }

    /// Takes a message whose author had seen everything else: it is the last one in the order of the fold, so that what
    /// was folded stays. What two sides settle works backwards, and is not taken so.
    pub fn extend(&mut self, transcript: &Transcript, place: usize) {
        let Some(act) = transcript.act(place) else { return };
        let fate = self.take(transcript, place, act);
        self.fates.insert(act.digest, fate);
    }

    /// Begins with the first message.
    ///
    /// # Errors
    /// When this message begins no such procedure.
    pub fn begin(opening: &Act) -> Result<Self, Refusal> {
        let state = R::open(opening)?;
        let mut effective = Places::none();
        effective.put(0);
        let fates = BTreeMap::from([(opening.digest, Fate::Took { rule: "pro-1" })]);
        Ok(Self { common: Common::begin(opening), state, fates, effective })
    }

    /// Whether its author could say this message when this was all that the author had seen.
    ///
    /// # Errors
    /// The rule that it breaks.
    // spec: pro-4
    pub fn judge(&self, act: &Act) -> Result<Place, Refusal> {
        self.common.check_author(act)?;
        self.common.control().check(act)?;
        let weight = self.judge_fact(act)?;
        self.common.check_recipients(act, weight)
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
    pub const fn fates(&self) -> &BTreeMap<Digest, Fate> {
        &self.fates
    }

    /// Takes the next message in the order of the fold.
    // spec: pro-15
    fn take(&mut self, transcript: &Transcript, place: usize, act: &Act) -> Fate {
        self.common.control_mut().saw(act);
        if let Fact::Control(fact) = &act.fact {
            self.common.control_mut().take(act, fact);
        } else if let Fact::Common(CommonFact::Joined { add }) = &act.fact {
            self.common.join(add);
        } else if let Fact::Common(CommonFact::Confirmed { act: what, heads }) = &act.fact {
            // spec: pro-9
            let covers = transcript.closure(heads);
            if covers.is_ok_and(|covered| self.effective.beyond(&covered).next().is_none()) {
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
        let beside = self.effective.beyond(&past).filter_map(|beside| transcript.act(beside));
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
        let named = |digest: &Digest| between.contains(digest);
        if self.common.conflicts().iter().any(|(one, other)| named(one) && named(other)) {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "pro-8",
            "the messages it names are in no conflict",
            "name two messages that contradict each other",
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
        if matches!(fact, Fact::Note | Fact::Gone) {
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
fn set_aside(
    transcript: &Transcript,
    within: &Places,
    both: &BTreeSet<AgencyId>,
) -> BTreeSet<Digest> {
    let mut said: BTreeMap<(&[Digest], Option<Digest>), BTreeSet<&AgencyId>> = BTreeMap::new();
    for act in within.iter().filter_map(|place| transcript.act(place)) {
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
fn order<R: Rules>(transcript: &Transcript, within: &Places) -> Vec<usize> {
    let heaviest = by_weight::<R>(transcript, within);
    let mut placed = Places::none();
    let mut order = Vec::with_capacity(within.len());
    // Whose ancestors come first, and up to where in the list they do already.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for wanted in &heaviest {
        if !placed.has(*wanted) {
            open.push((*wanted, 0));
        }
        while let Some((place, looked)) = open.last_mut() {
            let Some(past) = transcript.past(*place) else { break };
            let missing = |(_, at): &(usize, &usize)| past.has(**at) && !placed.has(**at);
            let next = if past.beyond(&placed).next().is_none() {
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

/// Places from the heaviest to the lightest; among equals the digest decides, which everybody has.
fn by_weight<R: Rules>(transcript: &Transcript, within: &Places) -> Vec<usize> {
    let mut places: Vec<usize> = within.iter().collect();
    places.sort_by_cached_key(|place| transcript.act(*place).map(|act| (R::rank(act), act.digest)));
    places
}
