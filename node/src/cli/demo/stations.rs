//! The nodes as the story sees them: each one a process, a folder and an API.
//!
//! Uses `children`, `federation`, `api::client`. Every wait is bounded, and a node that ended by itself is named at once.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use crate::api::address::ADDRESS_FILE;
use crate::api::client::Client;
use crate::cli::demo::agencies::Agency;
use crate::cli::demo::children::Children;
use crate::cli::demo::children::LOG_FILE;
use crate::cli::demo::federation::Place;
use crate::cli::demo::trouble;
use crate::cli::demo::wait;
use crate::report::Report;

/// How long a node may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// How long all links may take until they are up.
const LINKS_WITHIN: Duration = Duration::from_secs(30);

/// Lines of a node's log that are repeated when it ended by itself.
const LOG_LINES_SHOWN: usize = 6;

/// Every node of the federation, by its place in the order of agencies.
#[derive(Debug)]
pub(crate) struct Stations {
    children: Arc<Children>,
    stations: Vec<Station>,
}

/// One node.
#[derive(Debug)]
struct Station {
    place: Place,
    client: Option<Client>,
}

impl Stations {
    /// Nodes that do not run yet.
    pub(crate) fn new(places: Vec<Place>, children: Arc<Children>) -> Self {
        let stations = places.into_iter().map(|place| Station { place, client: None }).collect();
        Self { children, stations }
    }

    /// How many there are.
    pub(crate) const fn count(&self) -> usize {
        self.stations.len()
    }

    /// Starts every node and waits until each one is ready and every link is up.
    pub(crate) fn start_all(&mut self) -> Result<(), Report> {
        for at in 0..self.count() {
            self.launch(at)?;
        }
        for at in 0..self.count() {
            self.await_ready(at)?;
        }
        (0..self.count()).try_for_each(|at| self.await_links(at))
    }

    /// Starts one node and waits until it is ready.
    pub(crate) fn start(&mut self, at: usize) -> Result<(), Report> {
        self.launch(at)?;
        self.await_ready(at)
    }

    /// Kills one node.
    pub(crate) fn kill(&mut self, at: usize) -> Result<(), Report> {
        let place = &self.station(at)?.place;
        self.children.kill(&place.id).map_err(|error| trouble::child(&error))?;
        self.station_mut(at)?.client = None;
        Ok(())
    }

    /// Lets a node do nothing until it is resumed.
    pub(crate) fn pause(&self, at: usize) -> Result<(), Report> {
        self.children.pause(&self.station(at)?.place.id).map_err(|error| trouble::child(&error))
    }

    /// Lets a node go on.
    pub(crate) fn resume(&self, at: usize) -> Result<(), Report> {
        self.children.resume(&self.station(at)?.place.id).map_err(|error| trouble::child(&error))
    }

    /// The API of a node that runs.
    pub(crate) fn client(&self, at: usize) -> Result<&Client, Report> {
        let station = self.station(at)?;
        station
            .client
            .as_ref()
            .ok_or_else(|| trouble::broken(format!("{} does not run", station.place.id)))
    }

    /// What is known of an agency.
    pub(crate) fn agency(&self, at: usize) -> Result<&'static Agency, Report> {
        Ok(self.station(at)?.place.agency)
    }

    /// Where a node's folder and keys are.
    pub(crate) fn place(&self, at: usize) -> Result<&Place, Report> {
        Ok(&self.station(at)?.place)
    }

    /// Checks that the node's process is there.
    pub(crate) fn check(&self, at: usize) -> Result<(), Report> {
        let place = &self.station(at)?.place;
        self.children.check(&place.id).map_err(|error| {
            let report = trouble::child(&error);
            let said = last_words(place);
            let why = if said.is_empty() {
                report.why.to_string()
            } else {
                format!("{}; it said: {said}", report.why)
            };
            trouble::broken(why)
        })
    }

    /// Waits until every link of a node is up.
    pub(crate) fn await_links(&self, at: usize) -> Result<(), Report> {
        let awaited = format!("the links of {} come up", self.agency(at)?.id);
        self.until(at, LINKS_WITHIN, &awaited, |client| {
            let peers = client.peers().ok()?;
            peers.items.iter().all(|peer| peer.connected).then_some(())
        })
    }

    /// Asks a node again and again until there is an answer, as long as its process lives.
    pub(crate) fn until<T>(
        &self,
        at: usize,
        within: Duration,
        awaited: &str,
        mut ask: impl FnMut(&Client) -> Option<T>,
    ) -> Result<T, Report> {
        let client = self.client(at)?;
        let answered = wait::for_up_to(within, || match self.check(at) {
            Ok(()) => ask(client).map(Ok),
            Err(report) => Some(Err(report)),
        });
        answered.unwrap_or_else(|late| Err(trouble::late(awaited, late)))
    }

    fn launch(&mut self, at: usize) -> Result<(), Report> {
        let station = self.station_mut(at)?;
        station.client = None;
        // An address of an earlier run would lead nowhere, or to somebody else. There may be none.
        drop(fs::remove_file(station.place.folder.path().join(ADDRESS_FILE)));
        station.place.release_port();
        let place = &self.station(at)?.place;
        self.children.start(&place.id, place.folder.path()).map_err(|error| trouble::child(&error))
    }

    fn await_ready(&mut self, at: usize) -> Result<(), Report> {
        let folder = self.station(at)?.place.folder.path().to_owned();
        let ready = wait::for_up_to(READY_WITHIN, || {
            if let Err(report) = self.check(at) {
                return Some(Err(report));
            }
            let client = Client::in_directory(&folder).ok()?;
            client.readiness().ok()?.ready.then_some(Ok(client))
        });
        let awaited = format!("the node of {} becomes ready", self.agency(at)?.id);
        let client = ready.unwrap_or_else(|late| Err(trouble::late(&awaited, late)))?;
        self.station_mut(at)?.client = Some(client);
        Ok(())
    }

    fn station(&self, at: usize) -> Result<&Station, Report> {
        self.stations.get(at).ok_or_else(|| trouble::broken(format!("there is no station {at}")))
    }

    fn station_mut(&mut self, at: usize) -> Result<&mut Station, Report> {
        self.stations
            .get_mut(at)
            .ok_or_else(|| trouble::broken(format!("there is no station {at}")))
    }
}

/// The end of what a node said before it ended.
fn last_words(place: &Place) -> String {
    let log = fs::read_to_string(place.folder.path().join(LOG_FILE)).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let from = lines.len().saturating_sub(LOG_LINES_SHOWN);
    lines.get(from..).unwrap_or_default().join(" | ")
}
