//! The messages of one procedure and how they follow each other.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::limits::TRANSCRIPT_PLACES_MAX;
use crate::procedure::act::Act;

/// A set of acts, by their places in a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    words: Vec<u64>,
    len: usize,
}

const WORD: usize = 64;

impl Places {
    /// No place.
    pub const fn none() -> Self {
        Self { words: Vec::new(), len: 0 }
    }

    /// The first so many places.
    pub fn up_to(end: usize) -> Self {
        let mut words = vec![u64::MAX; end / WORD];
        if !end.is_multiple_of(WORD) {
            words.push(split(end).1.wrapping_sub(1));
        }
        Self { words, len: end }
    }

    /// Whether a place is in it.
    pub fn has(&self, place: usize) -> bool {
        let (word, bit) = split(place);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// How many places are in it.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether no place is in it.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts a place in.
    pub fn put(&mut self, place: usize) {
        let (word, bit) = split(place);
        if self.words.len() <= word {
            self.words.resize(word.saturating_add(1), 0);
        }
        if let Some(word) = self.words.get_mut(word)
            && *word & bit == 0
        {
            *word |= bit;
            self.len = self.len.saturating_add(1);
        }
    }

    /// Puts every place of another set in.
    pub fn join(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine |= theirs;
        }
        let ones = self.words.iter().map(|word| usize::try_from(word.count_ones()).unwrap_or(0));
        self.len = ones.fold(0, usize::saturating_add);
    }

    /// Whether another set has all of these places.
    pub fn is_within(&self, other: &Self) -> bool {
        self.beyond(other).next().is_none()
    }

    /// The places, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(index, word)| bits(index, *word))
    }

    /// The places that are not in another set, ascending.
    pub fn beyond<'p>(&'p self, other: &'p Self) -> impl Iterator<Item = usize> + 'p {
        let theirs = other.words.iter().copied().chain(core::iter::repeat(0));
        let words = self.words.iter().zip(theirs).enumerate();
        words.flat_map(|(index, (mine, theirs))| bits(index, mine & !theirs))
    }
}

/// The places that one word holds.
fn bits(index: usize, word: u64) -> impl Iterator<Item = usize> {
    let base = index.saturating_mul(WORD);
    let mut rest = word;
    core::iter::from_fn(move || {
        let bit = usize::try_from(rest.trailing_zeros()).ok().filter(|bit| *bit < WORD)?;
        rest &= rest.wrapping_sub(1);
        Some(base.saturating_add(bit))
    })
}

const fn split(place: usize) -> (usize, u64) {
    (place / WORD, 1 << (place % WORD))
}

/// Why an act cannot be put into a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplaced {
    /// It stands there already.
    Known,
    /// Parents that are not there: it waits for them.
    Missing(Vec<Digest>),
    /// It begins a procedure, and this one has begun; or this one has not begun, and it follows something.
    OtherBeginning,
    /// The transcript is full.
    Full,
}

/// The acts of one procedure, each after its parents; the first one, and no other, follows nothing.
///
/// Shape: a directed acyclic graph with one root, which names the procedure. Source: spec pro-1.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    acts: Vec<Act>,
    places: BTreeMap<Digest, usize>,
    pasts: Vec<Places>,
    settling: Vec<usize>,
}

impl Transcript {
    /// No act yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an act after its parents.
    ///
    /// # Errors
    /// When it is known, when a parent is not, when it begins another procedure, or when there are as many acts as one may
    /// have.
    // spec: pro-1
    pub fn put(&mut self, act: Act) -> Result<usize, Unplaced> {
        if self.places.contains_key(&act.digest) {
            return Err(Unplaced::Known);
        }
        if act.parents.is_empty() != self.acts.is_empty() {
            return Err(Unplaced::OtherBeginning);
        }
        if self.acts.len() >= TRANSCRIPT_PLACES_MAX {
            return Err(Unplaced::Full);
        }
        let past = self.closure(&act.parents).map_err(Unplaced::Missing)?;
        let place = self.acts.len();
        self.places.insert(act.digest, place);
        if act.settles() {
            self.settling.push(place);
        }
        self.acts.push(act);
        self.pasts.push(past);
        Ok(place)
    }

    /// The acts with these digests and all their ancestors.
    ///
    /// # Errors
    /// The digests that are not there.
    pub fn closure(&self, digests: &[Digest]) -> Result<Places, Vec<Digest>> {
        let mut closed = Places::none();
        let mut missing = Vec::new();
        for digest in digests {
            match self.places.get(digest) {
                Some(place) => {
                    if let Some(past) = self.pasts.get(*place) {
                        closed.join(past);
                    }
                    closed.put(*place);
                }
                None => missing.push(*digest),
            }
        }
        if missing.is_empty() { Ok(closed) } else { Err(missing) }
    }

    /// Every act.
    pub fn all(&self) -> Places {
        Places::up_to(self.acts.len())
    }

    /// The acts, in the order of their places.
    pub fn acts(&self) -> impl DoubleEndedIterator<Item = &Act> {
        self.acts.iter()
    }

    /// The act at a place.
    pub fn act(&self, place: usize) -> Option<&Act> {
        self.acts.get(place)
    }

    /// Where an act stands.
    pub fn place(&self, digest: &Digest) -> Option<usize> {
        self.places.get(digest).copied()
    }

    /// The ancestors of the act at a place.
    pub fn past(&self, place: usize) -> Option<&Places> {
        self.pasts.get(place)
    }

    /// The places of the acts that settle a conflict, ascending.
    pub fn settling(&self) -> &[usize] {
        &self.settling
    }

    /// Whether neither of two acts is an ancestor of the other.
    // spec: pro-2
    pub fn concurrent(&self, one: usize, other: usize) -> bool {
        let saw = |later: usize, earlier: usize| {
            self.pasts.get(later).is_some_and(|past| past.has(earlier))
        };
        one != other && !saw(one, other) && !saw(other, one)
    }

    /// The acts that no other act names as a parent, ascending by digest: what the next message names as its parents.
    pub fn heads(&self) -> Vec<Digest> {
        let mut followed = vec![false; self.acts.len()];
        for parent in self.acts.iter().flat_map(|act| act.parents.iter()) {
            if let Some(seen) = self.place(parent).and_then(|place| followed.get_mut(place)) {
                *seen = true;
            }
        }
        let unfollowed = self.acts.iter().zip(followed).filter(|(_, followed)| !followed);
        let mut heads: Vec<Digest> = unfollowed.map(|(act, _)| act.digest).collect();
        heads.sort_unstable();
        heads
    }

    /// How many acts there are.
    pub const fn len(&self) -> usize {
        self.acts.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.acts.is_empty()
    }
}
