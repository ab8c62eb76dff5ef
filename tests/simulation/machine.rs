//! What stays of a node when it does not run, and how a life begins with it.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use concord_node::host::accuse::Desk;
use concord_node::host::start;
use concord_node::host::start::engine as recovery;
use concord_node::host::witness::Witness;
use concord_node::store::Store;
use concord_node::store::head::HeadFinding;
use concord_node::store::stopped::Notes;
use concord_node::store::witness::WitnessFile;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::engine::Persona;
use concord_protocol::identity;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;

use crate::cast::Cast;
use crate::cast::Generation;
use crate::disk::Disk;
use crate::life::DIR;
use crate::life::Died;
use crate::life::Life;
use crate::life::SETTINGS;
use crate::life::died;
use crate::planted::Bug;
use crate::shelf::Shelf;

/// What stays of a node when it does not run: its disk, and the papers in its folder.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its agency's place in the cast.
    pub place: usize,
    /// The federation.
    pub cast: &'static Cast,
    /// Its disk.
    pub disk: Disk,
    /// Its embedded store.
    pub shelf: Shelf,
    /// Versions of the charter in its folder.
    pub versions: usize,
    /// Generations of its own keys in its folder.
    pub generations: usize,
}

impl Machine {
    /// A new machine.
    pub fn new(cast: &'static Cast, place: usize) -> Self {
        let (disk, shelf) = (Disk::default(), Shelf::default());
        Self { place, cast, disk, shelf, versions: 1, generations: 1 }
    }

    /// A copy of everything as a process sees it now. Trouble is of the machine, and not of its copy.
    pub fn copied(&self) -> Self {
        let (disk, shelf) = (self.disk.after_death(), self.shelf.after_death());
        disk.repair();
        Self { disk, shelf, ..self.clone() }
    }

    /// The agency.
    pub fn agency(&self) -> &'static AgencyId {
        &self.cast.agencies[self.place]
    }

    /// The newest keys that it holds.
    pub fn keys(&self) -> &'static Generation {
        &self.cast.papers[self.place].generations[self.generations - 1]
    }

    /// Starts; starting is recovering.
    ///
    /// # Errors
    /// Why it cannot, in the words of the node.
    pub fn start(&self, bug: Option<Bug>) -> Result<Life, Died> {
        let disk = Arc::new(self.disk.clone());
        let storage = ContentKey::from_bytes([5; 32]);
        let (mut store, recovered) =
            Store::open_on(disk, &self.shelf, (Path::new(DIR), SETTINGS), storage)
                .map_err(|error| died("open", &error))?;
        let reader = store.reader();
        let notes = Notes::of(&reader).map_err(|error| died("read", &error))?;
        let directory = start::directory(&self.known(), &notes);
        let volatile = bug == Some(Bug::ForgetsWhatItWitnessed);
        let written = if volatile { Disk::default() } else { self.disk.clone() };
        let (file, _) = WitnessFile::open_on(Arc::new(written), Path::new(DIR), self.agency())
            .map_err(|error| died("witness", &error))?;
        let mut head = recovered.head;
        if bug == Some(Bug::BelievesOldData) && !head.may_sign() {
            store.accept_head().map_err(|error| died("head", &error))?;
            head = HeadFinding::Same;
        }
        let found = recovery::Found { reader: &reader, head, witness: &file };
        let engine = recovery::recover(self.persona(&directory), &directory, &found)
            .map_err(|error| died("recover", &error))?;
        let keys = self.keys();
        let name = identity::witness_name(directory.charter().name(), self.agency());
        let witness = Witness { file, key: Arc::clone(&keys.witness), name };
        let (desk, _) = Desk::new();
        Ok(Life {
            engine,
            store,
            reader,
            witness,
            directory,
            desk,
            keys,
            head: recovered.head,
            jobs: VecDeque::new(),
            tickets: BTreeMap::new(),
            given: 0,
            late: None,
            bug,
        })
    }

    /// What the folder says of the members.
    fn known(&self) -> Directory {
        let mut known = self.cast.directory(self.versions).clone();
        for own in &self.cast.papers[self.place].generations[1..self.generations] {
            let verified = known.verify(&own.credential).unwrap();
            known.admit(verified).unwrap();
        }
        known
    }

    fn persona(&self, directory: &Directory) -> Persona {
        let (agency, keys) = (self.agency().clone(), self.keys());
        let charter = directory.charter().charter();
        let log_number = directory.log_of(&agency);
        Persona {
            charter: charter.name.clone(),
            serial: keys.serial,
            log_number,
            origin: directory.origin(&agency, log_number),
            witness_quorum: charter.witness_quorum,
            dishonest_max: charter.dishonest_max,
            signing: Arc::clone(&keys.signing),
            log: Arc::clone(&keys.log),
            agency,
        }
    }
}
