//! What the engine must be told from the store, and what a peer is told first. Pure look-ups; nothing is changed.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::Engine;
use concord_protocol::engine::effects;
use concord_protocol::engine::input::MetPeer;
use concord_protocol::engine::input::Recalled;
use concord_protocol::engine::procedures::History;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::notice::VerifiedNotice;
use concord_protocol::identity::staff::VerifiedStaffList;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::log::proof;
use concord_protocol::wire::greeting::Cursor;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Known;
use concord_protocol::wire::greeting::KnownNotice;
use concord_protocol::wire::greeting::KnownStaff;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::greeting::VERSION;
use concord_protocol::wire::offer::VerifiedOffer;
use concord_protocol::wire::receipt::Held;

use crate::store::Batch;
use crate::store::bodies::BodyIn;
use crate::store::read::ReadError;
use crate::store::read::Reader;

/// Our greeting, and what it says we hold of the peer's log.
#[derive(Debug)]
pub struct Opening {
    /// The greeting.
    pub greeting: Greeting,
    /// What is held; `None` when nothing is.
    pub held: Option<HeldNote>,
}

/// The newest checkpoint held of a peer's log, with its signed note.
#[derive(Clone, Debug)]
pub struct HeldNote {
    /// Size and root.
    pub held: Held,
    /// The note.
    pub note: Vec<u8>,
}

/// What to say first to a peer. Source: spec wire-31.
pub fn opening(engine: &Engine, directory: &Directory, peer: &AgencyId) -> Opening {
    let persona = engine.persona();
    let held = engine.held(peer);
    let cursor = engine
        .links(peer)
        .map(|(_, inbound)| Cursor { epoch: inbound.epoch(), number: inbound.cursor() });
    let known = directory.known().into_iter().map(|(agency, serial)| Known { agency, serial });
    let standing = engine.mode().standing();
    let head = engine.head().filter(|_| standing.is_none());
    // spec: wire-31
    let greeting = Greeting {
        versions: vec![VERSION],
        agency: persona.agency.clone(),
        charter: persona.charter.clone(),
        charter_version: directory.charter().charter().version,
        charter_digest: directory.charter().digest(),
        serial: persona.serial,
        cursor: cursor.unwrap_or(Cursor::FIRST),
        known: known.collect(),
        // spec: rst-4
        own_head: head.map(|head| head.note.clone()),
        your_head: held.map(|held| held.note.clone()),
        standing,
        mirrored: None,
        log: persona.log_number,
        your_log: directory.log_of(peer),
        // spec: wire-81
        revocations: directory.revocations().map(|known| known.digest()).collect(),
        notices: directory.notices().map(known_notice).collect(),
        // spec: stf-6
        staff: directory.staff_lists().map(known_staff).collect(),
    };
    let held = held.map(|held| HeldNote {
        held: Held { size: held.size, root: held.root },
        note: held.note.to_vec(),
    });
    Opening { greeting, held }
}

/// A greeting with what our own tree says about the checkpoints that it shows.
///
/// # Errors
/// When the store cannot be read.
pub fn met(engine: &Engine, reader: &Reader, met: Met) -> Result<MetPeer, ReadError> {
    let root_then = root_at(engine, reader, met.shown())?;
    let root_mirrored = root_at(engine, reader, met.mirrored().map(|(_, mirrored)| mirrored))?;
    Ok(MetPeer { met, root_then, root_mirrored })
}

/// The root of our own tree at the size of a checkpoint that is shown; `None` when it never had that size.
///
/// # Errors
/// When the store cannot be read: a root that cannot be read is a broken disk, and no proof of another past.
pub fn root_at(
    engine: &Engine,
    reader: &Reader,
    shown: Option<&SignedCheckpoint>,
) -> Result<Option<Digest>, ReadError> {
    let size = shown.map(|shown| shown.checkpoint().size);
    let size = size.filter(|size| *size <= engine.tree().size());
    let tiles = engine.tree().over(reader);
    let root = size.map(|size| proof::root_at(&tiles, size)).transpose();
    root.map_err(|_| ReadError::Row)
}

/// What is known of each message of an offer as of the last commit.
///
/// # Errors
/// When the store cannot be read.
pub fn offer(
    engine: &Engine,
    reader: &Reader,
    peer: &AgencyId,
    offer: &VerifiedOffer,
) -> Result<Vec<Recalled>, ReadError> {
    let dispatch = offer.dispatch().dispatch();
    let mut number = dispatch.first;
    let mut recalled = Vec::with_capacity(offer.arrivals().len());
    let mut told = BTreeSet::new();
    for arrival in offer.arrivals() {
        let (by_id, history) = match &arrival.judged {
            Ok(verified) => {
                let procedure = verified.header().procedure;
                let by_id = reader.message_by_id(&verified.header().id, peer)?;
                let first = told.insert(procedure);
                (by_id, if first { history(engine, reader, &procedure)? } else { None })
            }
            Err(_) => (None, None),
        };
        let by_number = reader.inbound(peer, dispatch.epoch, number)?;
        let by_number = by_number.map(|record| (record.message, record.leaf));
        recalled.push(Recalled { by_id, by_number, history });
        number = number.next();
    }
    Ok(recalled)
}

/// What the store has of a procedure, unless the engine holds it.
///
/// # Errors
/// When the store cannot be read.
// spec: pro-12
pub fn history(
    engine: &Engine,
    reader: &Reader,
    procedure: &ProcedureId,
) -> Result<Option<History>, ReadError> {
    if engine.knows_procedure(procedure) {
        return Ok(None);
    }
    reader.kept(procedure).map(Some)
}

/// The engine's batch in the store's words.
pub fn to_store(batch: effects::Batch) -> Batch {
    let effects::Batch { records, bodies } = batch;
    let bodies = bodies.into_iter().map(|body| BodyIn {
        message: body.message,
        sealed: body.sealed,
        own_key: body.own_key,
    });
    Batch { records, bodies: bodies.collect() }
}

fn known_staff(known: &VerifiedStaffList) -> KnownStaff {
    KnownStaff { agency: known.agency().clone(), number: known.list().number }
}

fn known_notice(known: &VerifiedNotice) -> KnownNotice {
    let said = known.notice();
    KnownNotice { agency: said.agency.clone(), serial: said.serial, sequence: said.sequence }
}
