//! The six nodes of a run with all that can befall them, and one act after the other begun and ended on them.
//!
//! Uses `station`, `wire`, `space`, `disk`, `federation`. What the machine forbids is left out, and said aloud when a
//! plan asks for it.

use std::fs;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::UdpSocket;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::MutexGuard;

use concord_node::api::client::Client;
use rustix::process::Signal;

use crate::chaos;
use crate::chaos::disk;
use crate::chaos::disk::SmallDisk;
use crate::chaos::plan::Cast;
use crate::chaos::plan::NODES;
use crate::chaos::plan::Nemesis;
use crate::chaos::plan::Onset;
use crate::chaos::plan::Plan;
use crate::chaos::plan::Trouble;
use crate::chaos::plan::Weather;
use crate::chaos::space;
use crate::chaos::space::Space;
use crate::chaos::station::Station;
use crate::chaos::station::Strain;
use crate::chaos::tally::Count;
use crate::chaos::tally::Tally;
use crate::chaos::wire::Wire;
use crate::federation::Federation;
use crate::federation::Place;
use crate::skip;

/// The agencies: with six, one may be dishonest, and four of five cosign.
pub const AGENCIES: [&str; NODES] = ["kh.gcnp", "la.mps", "mm.mpf", "ph.pnp", "th.rtp", "vn.mps"];

/// Dishonest members that the charter bears.
const DISHONEST_MAX: usize = 1;

/// Where peers listen inside of a namespace.
const PORT: u16 = 7400;

/// Where Debian and others keep the library that steps clocks.
const CLOCK_LIBRARIES: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];

/// Everything that a run takes place on. Dropped from the top: processes first, what they stand on last.
#[derive(Debug)]
pub struct Stage {
    stations: Vec<Mutex<Station>>,
    wire: Wire,
    disks: Vec<(usize, Result<SmallDisk, String>)>,
    clocks: Vec<(usize, Result<PathBuf, String>)>,
    space: Result<Space, String>,
    world: Federation,
    /// Where strangers come from.
    pub strangers: IpAddr,
    /// Where each node listens, past the wire.
    pub nodes: [SocketAddr; NODES],
}

impl Stage {
    /// Sets the stage and starts all nodes; does not wait for them.
    ///
    /// # Panics
    /// When loopback, the disk or the program cannot be had.
    pub fn set(plan: &Plan) -> Self {
        disk::sweep();
        let space = Space::make();
        let (places, doors) = places(space.as_ref().ok());
        let named: Vec<(&str, Place)> = AGENCIES.into_iter().zip(places).collect();
        let world = Federation::placed(DISHONEST_MAX, "chaos", &named);
        let nodes = places.map(|place| place.listen);
        let seen = |node: usize| {
            let node = u8::try_from(node).unwrap();
            space
                .as_ref()
                .map_or_else(|_| space::on_loopback(node), |space| space.seen(node).into())
        };
        let wire = Wire::open(nodes, doors, seen, plan.seed).expect("the wire can be laid");
        for agency in &world.agencies {
            agency.set("greeting_wait_ms", 200);
            // The least that the settings allow: small disks are nearly full later.
            agency.set("disk_reserve_mib", 16);
            agency.set("witness_interval_ms", 500);
        }
        let Cast { small_disks, own_clocks } = plan.cast;
        let disks = small_disks.map(|node| (node, SmallDisk::under(world.folder(node)))).into();
        let clocks = own_clocks.map(|node| (node, clock_of(world.folder(node))));
        let stations = (0..NODES).map(|node| {
            let before = before(node, space.as_ref().ok(), &clocks);
            Mutex::new(Station::new(world.folder(node), before))
        });
        let stations: Vec<Mutex<Station>> = stations.collect();
        let strangers = match &space {
            Ok(space) => space.stranger().into(),
            Err(_) => IpAddr::V4(Ipv4Addr::new(127, 0, 2, 1)),
        };
        let stage =
            Self { stations, wire, disks, clocks: clocks.into(), space, world, strangers, nodes };
        (0..NODES).for_each(|node| stage.station(node).start());
        stage
    }

    /// The agencies.
    pub const fn world(&self) -> &Federation {
        &self.world
    }

    /// One node.
    ///
    /// # Panics
    /// When another thread panicked with it in hand.
    pub fn station(&self, node: usize) -> MutexGuard<'_, Station> {
        self.stations[node].lock().unwrap()
    }

    /// A node's API, if the node has told where it is.
    pub fn client(&self, node: usize) -> Option<Client> {
        Client::in_directory(self.world.folder(node)).ok()
    }

    /// Says aloud what this machine lacks.
    pub fn say_what_lacks(&self) {
        match &self.space {
            Ok(space) => {
                if let Some(why) = space.netem() {
                    skip::aloud("netem", why);
                }
            }
            Err(why) => skip::aloud("network namespaces", why),
        }
        if let Some(why) = self.disks.iter().find_map(|(_, disk)| disk.as_ref().err()) {
            skip::aloud("small disks", why);
        }
        if let Some(why) = self.clocks.iter().find_map(|(_, clock)| clock.as_ref().err()) {
            skip::aloud("clock steps", why);
        }
    }

    /// Begins an act.
    pub fn begin(&self, name: usize, nemesis: &Nemesis, tally: &Tally) {
        match nemesis {
            Nemesis::Kill(nodes) => {
                for node in nodes {
                    self.station(*node).kill();
                    tally.add(Count::Kills);
                }
            }
            Nemesis::Freeze(node) => {
                self.station(*node).signal(Signal::STOP);
                tally.add(Count::Freezes);
            }
            Nemesis::Disk(node, room) => match self.disk(*node) {
                Ok(disk) => {
                    self.station(*node).strain_disk();
                    noted(tally, Count::DiskFaults, disk.begin(*room));
                }
                Err(why) => tally.skip("small disks", why),
            },
            Nemesis::Files(node, onset) => {
                self.station(*node).limit_files(*onset);
                tally.add(Count::FileFaults);
                if *onset == Onset::Starting {
                    tally.add(Count::Kills);
                }
            }
            Nemesis::Memory(node) => {
                self.station(*node).limit_memory();
                tally.add(Count::MemoryFaults);
            }
            Nemesis::Clock(node, seconds) => {
                self.set_clock(*node, &format!("{seconds:+}"), tally);
            }
            Nemesis::Wire(roads, weather) => {
                self.wire.begin(name, roads.clone(), *weather);
                tally.add(counted(*weather));
            }
            Nemesis::Link(node, trouble) => self.trouble(*node, *trouble, tally),
        }
    }

    /// Ends an act.
    pub fn end(&self, name: usize, nemesis: &Nemesis, tally: &Tally) {
        match nemesis {
            Nemesis::Kill(nodes) => nodes.iter().for_each(|node| self.station(*node).release()),
            Nemesis::Freeze(node) => self.station(*node).signal(Signal::CONT),
            Nemesis::Disk(node, _) => {
                if let Ok(disk) = self.disk(*node) {
                    if let Err(why) = disk.end() {
                        tally.fail(format!("the disk does not heal: {why}"));
                    }
                    self.station(*node).relieve(Strain::Disk);
                }
            }
            Nemesis::Files(node, _) => self.station(*node).relieve(Strain::Files),
            Nemesis::Memory(node) => self.station(*node).relieve(Strain::Memory),
            Nemesis::Clock(node, _) => self.set_clock(*node, "+0", tally),
            Nemesis::Wire(..) => self.wire.end(name),
            Nemesis::Link(node, trouble) => {
                if let Ok(space) = &self.space
                    && (*trouble != Trouble::Netem || space.netem().is_none())
                    && let Err(why) = space.end(*node, *trouble)
                {
                    tally.fail(format!("the link does not heal: {why}"));
                }
            }
        }
    }

    /// Counts what passed on the wire.
    pub fn count_datagrams(&self, tally: &Tally) {
        let (passed, lost) = self.wire.counts();
        tally.add_many(Count::Datagrams, passed);
        tally.add_many(Count::DatagramsLost, lost);
    }

    /// Ends every process and keeps what is on the disk; tells where.
    pub fn keep(self) -> PathBuf {
        let Self { stations, wire, disks, clocks, space, world, .. } = self;
        drop((stations, wire));
        disks.iter().filter_map(|(_, disk)| disk.as_ref().ok()).for_each(SmallDisk::keep);
        drop((disks, clocks, space));
        world.keep()
    }

    fn disk(&self, node: usize) -> Result<&SmallDisk, &str> {
        let found = self.disks.iter().find(|(whose, _)| *whose == node);
        found.map_or(Err("the node has none"), |(_, disk)| disk.as_ref().map_err(String::as_str))
    }

    fn set_clock(&self, node: usize, offset: &str, tally: &Tally) {
        match self.clocks.iter().find(|(whose, _)| *whose == node) {
            Some((_, Ok(file))) => {
                fs::write(file, offset).unwrap();
                tally.add(Count::ClockSteps);
            }
            Some((_, Err(why))) => tally.skip("clock steps", why),
            None => {}
        }
    }

    fn trouble(&self, node: usize, trouble: Trouble, tally: &Tally) {
        let space = match &self.space {
            Ok(space) => space,
            Err(why) => return tally.skip("network namespaces", why),
        };
        if let (Trouble::Netem, Some(why)) = (trouble, space.netem()) {
            return tally.skip("netem", why);
        }
        let count = match trouble {
            Trouble::Down => Count::Partitions,
            Trouble::Narrow(_) | Trouble::Short(_) | Trouble::Netem => Count::Weathers,
        };
        noted(tally, count, space.begin(node, trouble));
    }
}

/// Counts a fault that was done; one that the machine did not do after all fails the run.
fn noted(tally: &Tally, count: Count, done: Result<(), String>) {
    match done {
        Ok(()) => tally.add(count),
        Err(why) => tally.fail(format!("a fault could not be made: {why}")),
    }
}

const fn counted(weather: Weather) -> Count {
    match weather {
        Weather::Cut => Count::Partitions,
        Weather::Loss(_)
        | Weather::Delay(_)
        | Weather::Reorder(_)
        | Weather::Duplicate(_)
        | Weather::Narrow(_)
        | Weather::Short(_) => Count::Weathers,
    }
}

/// Where the nodes are, and the doors in front of them.
fn places(space: Option<&Space>) -> ([Place; NODES], Vec<UdpSocket>) {
    let mut doors = Vec::new();
    let places = std::array::from_fn(|node| {
        let which = u8::try_from(node).unwrap();
        let at = space.map_or(Ipv4Addr::new(127, 0, 3, 1), Space::doors);
        let door = UdpSocket::bind((at, 0)).expect("a door can be had");
        let advertise = door.local_addr().unwrap();
        doors.push(door);
        let own = Place::on_loopback();
        match space {
            Some(space) => Place {
                listen: SocketAddr::from((space.node(which), PORT)),
                advertise,
                api: SocketAddr::from((space.api(which), 0)),
            },
            None => Place { advertise, ..own },
        }
    });
    (places, doors)
}

/// The file that holds how wrong a node's clock is, right at first.
fn clock_of(folder: &Path) -> Result<PathBuf, String> {
    library().ok_or("libfaketime is not here")?;
    let file = chaos::beside(folder, "clock");
    fs::write(&file, "+0").map_err(|error| error.to_string())?;
    Ok(file)
}

fn library() -> Option<&'static str> {
    CLOCK_LIBRARIES.iter().find(|path| Path::new(path).exists()).copied()
}

/// What stands in front of the program: its namespace, and the library that changes its clock.
fn before(
    node: usize,
    space: Option<&Space>,
    clocks: &[(usize, Result<PathBuf, String>)],
) -> Vec<String> {
    let mut before: Vec<String> = space.map(|space| space.entry(node).to_vec()).unwrap_or_default();
    let own = clocks.iter().find_map(|(whose, file)| file.as_ref().ok().filter(|_| *whose == node));
    if let (Some(file), Some(library)) = (own, library()) {
        before.push("env".to_owned());
        before.push(format!("LD_PRELOAD={library}"));
        before.push(format!("FAKETIME_TIMESTAMP_FILE={}", file.display()));
        // Only what tells the date steps, at once, as when an operator or a time server sets it.
        for fixed in ["FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1"] {
            before.push(fixed.to_owned());
        }
    }
    before
}
