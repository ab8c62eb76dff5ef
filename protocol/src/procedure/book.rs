//! A procedure as it grows: what was accepted, what waits for its parents, and what turned out to be refused.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::limits::ASIDES_MAX;
use crate::limits::AUTHOR_ACTS_MAX;
use crate::limits::OWN_BESIDE_MAX;
use crate::limits::TRANSCRIPT_ACTS_MAX;
use crate::limits::TRANSCRIPT_PLACES_MAX;
use crate::limits::TRANSCRIPT_RESERVED;
use crate::limits::UNPLACED_ACTS_MAX;
use crate::procedure::act::Act;
use crate::procedure::amber;
use crate::procedure::amber::Amber;
use crate::procedure::common::Place;
use crate::procedure::machine::Machine;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::transcript::Places;
use crate::procedure::transcript::Transcript;
use crate::procedure::way::Way;
use crate::registry::RefusalCode;

/// About what one act takes, who is whose ancestor left out.
const ACT_BYTES: usize = 1_024;

/// About what one act takes in the states together, which share what they have in common.
const FATE_BYTES: usize = 512;

/// Whether a message that is not refused has its place already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has.
    Fits,
    /// It stands beside the transcript: not every participant has it, and nothing follows it.
    Aside,
    /// It waits for a parent that is not here yet.
    Waits,
}

/// Where an accepted message stands, as it is kept. Source: spec pro-11.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stands {
    /// In the transcript.
    Within,
    /// Beside it.
    Aside,
    /// Nowhere yet: a parent is missing, or nobody has looked.
    #[default]
    Waiting,
    /// Nowhere: it waited, and broke a rule when its parents came.
    Refused,
}

/// A message and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The message.
    pub act: Act,
    /// Where it stands.
    pub stands: Stands,
}

/// One procedure. Source: spec pro-1, pro-11.
#[derive(Clone, Debug, Default)]
pub struct Book {
    transcript: Transcript,
    machine: Option<Machine>,
    way: Way,
    /// Messages were placed since everything was folded.
    behind: bool,
    waiting: BTreeMap<Digest, Act>,
    /// Who waits, by what is waited for.
    awaited: BTreeMap<Digest, BTreeSet<Digest>>,
    refused: BTreeMap<Digest, Act>,
    asides: BTreeMap<Digest, Act>,
    authors: BTreeMap<AgencyId, Authored>,
}

/// How much of a procedure one agency wrote.
#[derive(Clone, Debug)]
struct Authored {
    placed: Places,
    asides: usize,
    /// Messages that wait, and that waited and were refused.
    unplaced: usize,
}

impl Book {
    /// From everything that was taken, in any order, each judged anew.
    pub fn of(acts: impl IntoIterator<Item = Act>) -> Self {
        Self::recalled(acts.into_iter().map(|act| Kept { act, stands: Stands::Waiting }))
    }

    /// From what is kept, in any order: what has its place keeps it, and is folded once.
    pub fn recalled(kept: impl IntoIterator<Item = Kept>) -> Self {
        let mut book = Self::default();
        let (mut placed, mut open) = (BTreeMap::new(), Vec::new());
        for Kept { act, stands } in kept {
            match stands {
                Stands::Within => drop(placed.insert(act.digest, act)),
                Stands::Aside | Stands::Refused => book.keep(act, stands),
                Stands::Waiting => open.push(act),
            }
        }
        for act in after_parents(placed) {
            if book.transcript.closure(&act.parents).is_ok() {
                book.keep(act, Stands::Within);
            } else {
                open.push(act);
            }
        }
        open.into_iter().for_each(|act| book.take(act));
        book.catch_up();
        book
    }

    /// The messages that were accepted.
    pub const fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Where it stands; `None` while its first message is not here.
    pub const fn machine(&self) -> Option<&Machine> {
        self.machine.as_ref()
    }

    /// Messages whose parents are not here, by digest.
    pub const fn waiting(&self) -> &BTreeMap<Digest, Act> {
        &self.waiting
    }

    /// Messages that waited, and were refused once their parents came, by digest.
    pub const fn refused(&self) -> &BTreeMap<Digest, Act> {
        &self.refused
    }

    /// The rule that a message breaks which was refused once its parents came.
    pub fn why_refused(&self, act: &Act) -> Refusal {
        let was = || {
            Refusal::out_of_turn("pro-11", "it had no place when its parents came", "say it anew")
        };
        self.judge(act).err().unwrap_or_else(was)
    }

    /// Remarks that went to some participants only, by digest.
    pub const fn asides(&self) -> &BTreeMap<Digest, Act> {
        &self.asides
    }

    /// How many messages it holds.
    pub fn len(&self) -> usize {
        let beside = [self.waiting.len(), self.refused.len(), self.asides.len()];
        beside.into_iter().fold(self.transcript.len(), usize::saturating_add)
    }

    /// About how much memory it takes: the acts, a bit for half of the pairs, and the states. Units: bytes.
    pub fn bytes(&self) -> usize {
        let acts = self.len();
        let states = acts.saturating_mul(FATE_BYTES);
        let pairs = acts.saturating_mul(acts) / 16;
        acts.saturating_mul(ACT_BYTES).saturating_add(pairs).saturating_add(states)
    }

    /// How many states it holds: the one that counts, and those from which it can be folded again. They share their parts.
    pub const fn states(&self) -> usize {
        self.way.stops().saturating_add(1)
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What has to be looked at again, where these messages of other procedures were corrected.
    // spec: orc-8, orc-9
    pub fn amber(&self, elsewhere: &BTreeSet<MessageId>) -> Vec<Amber> {
        amber::of(&self.transcript, elsewhere)
    }

    /// The messages on which nobody should rest any more: what was corrected, and what has to be looked at again.
    // spec: orc-9
    pub fn unsound(&self, elsewhere: &BTreeSet<MessageId>) -> BTreeSet<MessageId> {
        let mut unsound = amber::corrected(&self.transcript);
        unsound.extend(self.amber(elsewhere).into_iter().map(|amber| amber.id));
        unsound
    }

    /// Judges a message by what its author had seen, and whether there is room for it.
    ///
    /// # Errors
    /// The rule that it breaks.
    // spec: pro-4
    pub fn judge(&self, act: &Act) -> Result<Verdict, Refusal> {
        // The link knows what to say of a repetition; here it changes nothing.
        if self.transcript.place(&act.digest).is_some() {
            return Ok(Verdict::Fits);
        }
        if act.parents.iter().any(|parent| self.refused.contains_key(parent)) {
            return Err(Refusal::new(
                RefusalCode::ParentRefused,
                "pro-4",
                "a message that it follows was refused",
                "follow messages that were accepted",
            ));
        }
        if act.parents.is_empty() {
            return self.judge_opening(act);
        }
        let Ok(seen) = self.transcript.closure(&act.parents) else {
            return self.judge_waiting(act);
        };
        let past = if seen.len() == self.transcript.len() && !self.behind {
            None
        } else {
            self.way.fold(&self.transcript, &seen)
        };
        let Some(machine) = past.as_ref().or(self.machine.as_ref()) else {
            return self.judge_waiting(act);
        };
        match machine.judge(act)? {
            Place::Within => self.check_room(act, &seen, machine.rank(act)).map(|()| Verdict::Fits),
            Place::Aside => self.check_asides(act).map(|()| Verdict::Aside),
        }
    }

    fn judge_opening(&self, act: &Act) -> Result<Verdict, Refusal> {
        if !self.transcript.is_empty() {
            return Err(Refusal::out_of_turn(
                "pro-1",
                "the procedure has begun",
                "name the messages that it follows, or begin another procedure",
            ));
        }
        Machine::begin(act).map(|_| Verdict::Fits)
    }

    /// One agency alone cannot make others hold what nobody can judge.
    // spec: pro-22
    fn judge_waiting(&self, act: &Act) -> Result<Verdict, Refusal> {
        let unplaced = self.authors.get(&act.author).map_or(0, |authored| authored.unplaced);
        if self.waiting.contains_key(&act.digest) || unplaced < UNPLACED_ACTS_MAX {
            return Ok(Verdict::Waits);
        }
        let why =
            format!("{UNPLACED_ACTS_MAX} messages of {} have no place here", act.author.as_str());
        Err(full("pro-22", why, "let what they follow arrive first"))
    }

    fn check_asides(&self, act: &Act) -> Result<(), Refusal> {
        let asides = self.authors.get(&act.author).map_or(0, |authored| authored.asides);
        if asides < ASIDES_MAX {
            return Ok(());
        }
        let why = format!("{ASIDES_MAX} remarks of {} stand beside it", act.author.as_str());
        Err(full("pro-22", why, "send it to every participant"))
    }

    /// Whether there is room: by what the author had seen, so that every node says the same; and for few messages of one
    /// agency that know nothing of each other.
    // spec: pro-20, pro-21
    fn check_room(&self, act: &Act, seen: &Places, rank: Rank) -> Result<(), Refusal> {
        let room = match rank {
            Rank::Plan | Rank::Information => {
                TRANSCRIPT_ACTS_MAX.saturating_sub(TRANSCRIPT_RESERVED)
            }
            Rank::SignedByBoth
            | Rank::ProtectiveStop
            | Rank::Custody
            | Rank::Withdrawal
            | Rank::Decision => TRANSCRIPT_ACTS_MAX,
        };
        let remedy = "go on in a procedure of its own that names this one";
        if seen.len() >= room || self.transcript.len() >= TRANSCRIPT_PLACES_MAX {
            return Err(full(
                "pro-20",
                "the procedure has as many messages as one may have",
                remedy,
            ));
        }
        let Some(authored) = self.authors.get(&act.author) else { return Ok(()) };
        let beside = authored.placed.beyond(seen).count();
        if beside >= OWN_BESIDE_MAX {
            let why = format!("its author sent {beside} messages that it does not follow");
            return Err(full("pro-21", why, "follow what your agency said before"));
        }
        if authored.placed.len().saturating_sub(beside) >= AUTHOR_ACTS_MAX {
            let why = format!("{} has said as much as one agency may", act.author.as_str());
            return Err(full("pro-20", why, remedy));
        }
        Ok(())
    }

    /// Judges a message, and takes it and those that waited for it. What breaks a rule is kept apart.
    // spec: pro-11
    pub fn take(&mut self, act: Act) {
        match self.judge(&act) {
            Ok(verdict) => drop(self.admit(act, verdict)),
            Err(_) => self.keep(act, Stands::Refused),
        }
    }

    /// Takes a message that was judged, and those that waited for it, each judged now: where each of them stands.
    // spec: pro-11
    pub fn admit(&mut self, act: Act, verdict: Verdict) -> Vec<Kept> {
        let mut admitted = Vec::new();
        let mut next = Vec::from([(act, Ok(verdict))]);
        while let Some((act, verdict)) = next.pop() {
            let stands = match verdict {
                Ok(Verdict::Fits) => Stands::Within,
                Ok(Verdict::Aside) => Stands::Aside,
                Ok(Verdict::Waits) => Stands::Waiting,
                Err(_) => Stands::Refused,
            };
            let digest = act.digest;
            admitted.push(Kept { act: act.clone(), stands });
            self.keep(act, stands);
            for act in self.ready_after(&digest) {
                let verdict = self.judge(&act);
                next.push((act, verdict));
            }
        }
        self.catch_up();
        admitted
    }

    /// Puts a message where it stands.
    fn keep(&mut self, act: Act, stands: Stands) {
        let digest = act.digest;
        if self.transcript.place(&digest).is_some() {
            return;
        }
        self.forget_waiting(&act);
        let nothing = || Authored { placed: Places::none(), asides: 0, unplaced: 0 };
        let authored = self.authors.entry(act.author.clone()).or_insert_with(nothing);
        let count = |count: usize, known: bool| count.saturating_add(usize::from(!known));
        match stands {
            Stands::Within => self.place(act),
            Stands::Aside => {
                let known = self.asides.insert(digest, act).is_some();
                authored.asides = count(authored.asides, known);
            }
            Stands::Refused => {
                let known = self.refused.insert(digest, act).is_some();
                authored.unplaced = count(authored.unplaced, known);
            }
            Stands::Waiting => {
                for parent in
                    act.parents.iter().filter(|parent| self.transcript.place(parent).is_none())
                {
                    self.awaited.entry(*parent).or_default().insert(digest);
                }
                let known = self.waiting.insert(digest, act).is_some();
                authored.unplaced = count(authored.unplaced, known);
            }
        }
    }

    /// A message that waited has, or gets, its place.
    fn forget_waiting(&mut self, act: &Act) {
        if self.waiting.remove(&act.digest).is_some()
            && let Some(authored) = self.authors.get_mut(&act.author)
        {
            authored.unplaced = authored.unplaced.saturating_sub(1);
        }
    }

    /// Those that waited for a message alone, or for one that was refused.
    fn ready_after(&mut self, parent: &Digest) -> Vec<Act> {
        let refused = self.refused.contains_key(parent);
        if !refused && self.transcript.place(parent).is_none() {
            return Vec::new();
        }
        let waited = self.awaited.remove(parent).unwrap_or_default();
        let waited = waited.iter().filter_map(|digest| self.waiting.get(digest));
        let ready = |act: &&Act| {
            refused || act.parents.iter().all(|parent| self.transcript.place(parent).is_some())
        };
        let ready: Vec<Act> = waited.filter(ready).cloned().collect();
        ready.iter().for_each(|act| self.forget_waiting(act));
        ready
    }

    /// Puts an accepted message into the transcript, and goes on where its author had seen everything.
    fn place(&mut self, act: Act) {
        let (author, settles) = (act.author.clone(), act.settles());
        let Ok(placed) = self.transcript.put(act) else { return };
        if let Some(authored) = self.authors.get_mut(&author) {
            authored.placed.put(placed);
        }
        let saw_all = self.transcript.past(placed).is_some_and(|past| past.len() == placed);
        match &mut self.machine {
            // What two sides settle works backwards.
            Some(machine) if saw_all && !settles && !self.behind => {
                self.way.go_on(placed, machine);
                machine.advance(&self.transcript, self.way.aside(), placed);
            }
            Some(_) => self.behind = true,
            None => self.machine = self.way.settle(&self.transcript),
        }
    }

    /// Folds again where a message was placed whose author had not seen everything.
    fn catch_up(&mut self) {
        if core::mem::take(&mut self.behind) {
            self.machine = self.way.settle(&self.transcript);
        }
    }
}

fn full(rule: &'static str, why: impl Into<String>, remedy: &'static str) -> Refusal {
    Refusal::new(RefusalCode::ProcedureFull, rule, why, remedy)
}

/// Messages, each after its parents among them.
fn after_parents(mut acts: BTreeMap<Digest, Act>) -> Vec<Act> {
    let mut children: BTreeMap<Digest, Vec<Digest>> = BTreeMap::new();
    let mut missing: BTreeMap<Digest, usize> = BTreeMap::new();
    for act in acts.values() {
        let parents: BTreeSet<&Digest> =
            act.parents.iter().filter(|parent| acts.contains_key(*parent)).collect();
        missing.insert(act.digest, parents.len());
        parents
            .into_iter()
            .for_each(|parent| children.entry(*parent).or_default().push(act.digest));
    }
    let mut ready: Vec<Digest> =
        missing.iter().filter(|(_, missing)| **missing == 0).map(|(digest, _)| *digest).collect();
    let mut ordered = Vec::with_capacity(acts.len());
    while let Some(digest) = ready.pop() {
        for child in children.remove(&digest).unwrap_or_default() {
            if let Some(left) = missing.get_mut(&child) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    ready.push(child);
                }
            }
        }
        ordered.extend(acts.remove(&digest));
    }
    ordered
}
