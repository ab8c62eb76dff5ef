//! Whatever the order in which messages arrive, and however agencies were parted, the same set gives the same state.

use alloc::string::String;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::SALTS;
use super::TRANSIT;
use crate::procedure::act::Act;
use crate::procedure::book::Book;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Folded;
use crate::procedure::fold::Rules;
use crate::procedure::machine::Machine;
use crate::procedure::transcript::Transcript;

/// One attempt to say something: who, what, and how much of the transcript the author has not seen yet.
pub(in crate::procedure) type Attempt = (u8, u8, u8);

/// Plays attempts; whatever its author may say there goes into the transcript.
///
/// `menu` gives the fact for a number, in view of what its author has seen.
pub(in crate::procedure) fn play<R: Rules>(
    opening: Fact,
    attempts: &[Attempt],
    menu: impl Fn(u8, &Folded<R>, &Transcript) -> Fact,
) -> Play<R> {
    play_on(Play::begin(7, opening), attempts, menu)
}

/// Plays attempts on a play that has begun.
pub(in crate::procedure) fn play_on<R: Rules>(
    mut play: Play<R>,
    attempts: &[Attempt],
    menu: impl Fn(u8, &Folded<R>, &Transcript) -> Fact,
) -> Play<R> {
    for (who, what, unseen) in attempts {
        let authors = [ASKS, ASKED, TRANSIT];
        let author = authors[usize::from(*who) % authors.len()];
        let known = play.transcript.len().saturating_sub(usize::from(*unseen) % 4).max(1);
        let view = first(&play.transcript, known);
        let seen = Folded::<R>::of(&view, &view.all()).unwrap();
        let fact = menu(*what, &seen, &view);
        let act = play.act(author, &view.heads(), fact);
        drop(play.put(act));
    }
    play
}

/// Checks that which of two digests is the lower one decides nothing between two agencies that know nothing of each other.
///
/// Everybody has seen all but the last two attempts; those are said beside each other. `view` says what is compared.
pub(in crate::procedure) fn no_digest_decides<R: Rules>(
    begin: impl Fn(u8) -> Play<R>,
    attempts: &[Attempt],
    menu: impl Fn(u8, &Folded<R>, &Transcript) -> Fact + Copy,
    view: impl Fn(&Folded<R>) -> String,
) {
    let [story @ .., one, other] = attempts else { return };
    let story: Vec<Attempt> = story.iter().map(|(who, what, _)| (*who, *what, 0)).collect();
    let author = |who: u8| [ASKS, ASKED, TRANSIT][usize::from(who) % 3];
    if author(one.0) == author(other.0) {
        return;
    }
    let views = SALTS.map(|salt| {
        let mut play = play_on(begin(salt), &story, menu);
        let (heads, now) = (play.transcript.heads(), play.now());
        for (who, what, _) in [one, other] {
            let fact = menu(*what, &now, &play.transcript);
            let act = play.act(author(*who), &heads, fact);
            drop(play.put(act));
        }
        let now = play.now();
        // What both sides have to settle may look either way until they do.
        if now.common.conflicts().is_empty() { view(&now) } else { String::from("in conflict") }
    });
    assert!(views.iter().all(|view| *view == views[0]), "{views:?}");
}

/// The first so many acts of a transcript: ancestors come first, so it is closed.
fn first(transcript: &Transcript, count: usize) -> Transcript {
    let mut view = Transcript::new();
    acts(transcript).into_iter().take(count).for_each(|act| drop(view.put(act)));
    view
}

fn acts(transcript: &Transcript) -> Vec<Act> {
    transcript.acts().cloned().collect()
}

/// Checks that arrival decides nothing: the acts come in the order that `picks` says, repeated and with gaps.
pub(in crate::procedure) fn converges<R: Rules>(play: &Play<R>, picks: &[u8]) {
    let expected = play.now();
    let mut waiting = acts(&play.transcript);
    let mut other = Transcript::new();
    let mut picks = picks.iter().cycle();
    while !waiting.is_empty() {
        let pick = usize::from(*picks.next().unwrap()) % waiting.len();
        let ready = (0..waiting.len())
            .map(|step| (pick + step) % waiting.len())
            .find(|index| other.clone().put(waiting[*index].clone()).is_ok());
        let act = waiting.remove(ready.expect("an act whose parents are all there"));
        other.put(act.clone()).unwrap();
        assert!(other.put(act).is_err(), "a repetition changes nothing");
    }
    assert_eq!(&Folded::<R>::of(&other, &other.all()).unwrap(), &expected);
    assert_eq!(other.heads(), play.transcript.heads());
    let book = Book::of(acts(&other).into_iter().rev());
    let machine = Machine::of(&other, &other.all());
    if let Some(machine) = machine {
        assert_eq!(
            book.machine(),
            Some(&machine),
            "what grows message by message is what is folded at once"
        );
    }
}

/// Checks that what an author had seen stays what it was, whatever came beside it.
pub(in crate::procedure) fn the_past_stays<R: Rules>(play: &Play<R>) {
    for act in acts(&play.transcript) {
        let seen = play.transcript.closure(&act.parents).unwrap();
        let mut alone = Transcript::new();
        for place in seen.iter() {
            alone.put(play.transcript.act(place).unwrap().clone()).unwrap();
        }
        let here = Folded::<R>::of(&play.transcript, &seen);
        assert_eq!(here, Folded::<R>::of(&alone, &alone.all()));
    }
}

/// Checks that a refused step leaves the state as it was.
pub(in crate::procedure) fn refused_changes_nothing<R: Rules>(play: &mut Play<R>, facts: &[Fact]) {
    let now = play.now();
    for fact in facts {
        for author in [ASKS, ASKED, TRANSIT] {
            let act = play.act(author, &play.transcript.heads(), fact.clone());
            let mut state = now.state.clone();
            if state.step(&act, &now.common).is_err() {
                assert_eq!(&state, &now.state);
            }
        }
    }
}
