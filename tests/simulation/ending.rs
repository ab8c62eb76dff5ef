//! The end of a run: every log is exported and verified as an auditor would, and every two are held together.

use std::collections::BTreeMap;
use std::fmt;

use concord_node::host::evidence;
use concord_node::host::evidence::Cut;
use concord_node::host::evidence::Extent;
use concord_node::store::journal::chapters::Chapters;
use concord_node::store::stopped::Notes;
use concord_protocol::audit::progress::Unwatched;
use concord_protocol::audit::reconcile;
use concord_protocol::audit::verify;
use concord_protocol::audit::verify::report::Report;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::Settlement;
use concord_protocol::ids::ProcedureId;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::registry::RefusalCode;

use crate::life::Life;
use crate::truth::Violation;
use crate::world::World;

/// Procedures of one node that are looked at; no run has as many.
const PROCEDURES_MAX: usize = 10_000;

/// Judges the end. Gives the root of every log that counts, in order of places.
pub(crate) fn judge(world: &World) -> Result<Vec<Digest>, Violation> {
    delivered(world)?;
    agreed(world)?;
    let healthy: Vec<usize> = healthy(world).collect();
    let mut reports = Vec::new();
    for place in &healthy {
        reports.push(audited(world, *place)?);
    }
    let all: Vec<&Report> = reports.iter().collect();
    if all.len() > 1 {
        let joined = reconcile::all(&all)
            .map_err(|error| world.violation("sim-audit", format!("not comparable: {error}")))?;
        let found: Vec<_> = joined.pairs.iter().flat_map(|pair| &pair.problems).collect();
        if !joined.is_sound() && !healthy.iter().any(|place| world.plan.restores(*place)) {
            let what = format!("the logs do not agree: {found:?}, {:?}", joined.problems);
            return Err(world.violation("sim-audit", what));
        }
    }
    Ok(reports.iter().map(|report| report.head.root).collect())
}

/// Places whose node is honest, and not in doubt.
fn healthy(world: &World) -> impl Iterator<Item = usize> {
    (0..world.plan.size).filter(|place| !world.lies(*place) && !world.is_in_doubt(*place))
}

fn life(world: &World, place: usize) -> &Life {
    world.seats[place].life.as_ref().unwrap()
}

/// Every acknowledged message was taken by each recipient, or refused for a reason that the faults explain.
fn delivered(world: &World) -> Result<(), Violation> {
    for sent in world.truth.all_acknowledged() {
        if world.truth.may_have_lost(sent.author) || world.is_in_doubt(sent.author) {
            continue;
        }
        let deliveries = life(world, sent.author).reader.deliveries(&sent.message).unwrap();
        for place in &sent.to {
            if world.lies(*place) || world.is_in_doubt(*place) {
                continue;
            }
            let agency = &world.cast.agencies[*place];
            let last = deliveries.iter().rev().find(|delivery| delivery.peer == *agency);
            let settlement = last.map(|delivery| delivery.settlement.clone());
            let fine = match &settlement {
                Some(Settlement::Accepted(..)) => true,
                Some(Settlement::Refused(_, code)) => may_refuse(world, *code),
                Some(_) | None => false,
            };
            if !fine {
                let what = format!(
                    "{:?} of {} to {place} ended as {settlement:?}",
                    sent.message, sent.author
                );
                return Err(world.violation("sim-progress", what));
            }
        }
    }
    Ok(())
}

/// Whether the faults of this run explain that an honest node refused an honest message: a clock that stood wrong, by
/// more than clocks may differ.
fn may_refuse(world: &World, code: RefusalCode) -> bool {
    code == RefusalCode::FromTheFuture && world.plan.sets_clocks()
}

/// Every node that kept its data computes of every procedure the same: what its messages say, each after all that its
/// author had before its eyes. That is known here without the parents that messages name.
fn agreed(world: &World) -> Result<(), Violation> {
    let mut held: BTreeMap<ProcedureId, Vec<(usize, Vec<Act>)>> = BTreeMap::new();
    for place in healthy(world).filter(|place| !world.truth.may_have_lost(*place)) {
        let reader = &life(world, place).reader;
        for procedure in reader.procedures(None, PROCEDURES_MAX).unwrap() {
            let acts = reader.acts(&procedure).unwrap();
            held.entry(procedure).or_default().push((place, acts));
        }
    }
    for (procedure, holders) in held {
        let said = holders.iter().flat_map(|(_, acts)| acts).map(|act| (act.digest, act.clone()));
        let mut said: BTreeMap<Digest, Act> = said.collect();
        let lied = |act: &Act| world.truth.may_have_lost(world.cast.place(&act.author));
        let differ = holders.iter().any(|(_, acts)| acts.len() != said.len());
        // A liar says different things to different members, a clock that stands wrong has a message refused.
        if said.values().any(lied) || differ && world.plan.sets_clocks() {
            continue;
        }
        for act in said.values_mut() {
            if let Some(seen) = world.truth.seen_by(&act.digest) {
                act.parents.clone_from(seen);
            }
        }
        let truth = Book::of(said.into_values());
        for (place, mut acts) in holders {
            if let Some(bug) = world.bug {
                bug.misread(&mut acts);
            }
            let book = Book::of(acts);
            if outline(&book) != outline(&truth) {
                let what = format!(
                    "{place} computes of {procedure} {:?}, and not {:?}",
                    outline(&book),
                    outline(&truth)
                );
                return Err(world.violation("sim-agree", what));
            }
        }
    }
    Ok(())
}

/// What people see of a procedure.
fn outline(book: &Book) -> impl PartialEq + fmt::Debug {
    let machine = book.machine();
    let stage = machine.map(Machine::stage);
    let fates = machine.map(|machine| machine.fates().clone());
    let kept_apart: Vec<Digest> =
        book.refused().keys().chain(book.waiting().keys()).copied().collect();
    (stage, fates, kept_apart)
}

fn audited(world: &World, place: usize) -> Result<Report, Violation> {
    let life = life(world, place);
    let notes = Notes::of(&life.reader).unwrap();
    let head = life.engine.head().unwrap();
    let cut = Cut {
        log: Chapters::of(life.reader.journal()),
        notes: &notes,
        tree: life.engine.tree(),
        note: &head.note,
        directory: &life.directory,
        agency: &world.cast.agencies[place],
        bodies: None,
    };
    let mut bundle = Vec::new();
    let broken = |what: String| world.violation("sim-audit", what);
    evidence::export(&cut, &Extent::Whole, &mut bundle, &Unwatched)
        .map_err(|error| broken(format!("{place} has no bundle: {error}")))?;
    verify::verify(&bundle, Some(world.cast.genesis()))
        .map_err(|finding| broken(format!("the log of {place} does not verify: {finding}")))
}

/// Whether a quorum vouched for the whole log of every healthy node, where there are witnesses enough.
pub(crate) fn is_vouched_for(world: &World) -> bool {
    let places: Vec<usize> = healthy(world).collect();
    places.iter().all(|place| {
        let life = life(world, *place);
        let quorum = usize::from(life.engine.persona().witness_quorum);
        let size = life.engine.head().map(|head| head.size);
        let quorate = life.engine.quorate().map(|quorate| quorate.size);
        places.len() - 1 < quorum || quorate >= size
    })
}

/// How every node stands with its witnesses, for a reader.
pub(crate) fn vouching(world: &World) -> String {
    let one = |(place, seat): (usize, &crate::world::seat::Seat)| {
        let Some(life) = &seat.life else { return format!("{place} is away") };
        let size = life.engine.head().map(|head| head.size.get());
        let quorate = life.engine.quorate().map(|quorate| quorate.size.get());
        let peers = life.engine.peers().map(|peer| {
            let (cosigned, declined) =
                (life.engine.cosigned_by(peer), life.engine.declined_by(peer));
            format!("{peer} {:?} {cosigned:?} {declined:?}", life.engine.connected(peer))
        });
        let peers: Vec<String> = peers.collect();
        format!("{place}: head {size:?}, quorate {quorate:?}, {}", peers.join("; "))
    };
    let all: Vec<String> = world.seats.iter().enumerate().map(one).collect();
    all.join("\n")
}
