//! What lies between the nodes: a door in front of each, and a way from each of the others through it.
//!
//! Uses `plan`. Credentials name the doors, so every datagram between two nodes passes here, in both directions, and
//! this wire can lose, delay, reorder, double and cut it on any machine and for one direction of one pair. A node sees
//! each of the others at an address of its own, as on a real network.
//! Absent on purpose: what datagrams mean; they are sealed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::runtime::Builder;
use tokio::runtime::Runtime;
use tokio::time;
use tokio::time::Instant;

use crate::chance::Chance;
use crate::chaos::plan::NODES;
use crate::chaos::plan::Road;
use crate::chaos::plan::Weather;

/// Longest datagram.
const DATAGRAM_BYTES_MAX: usize = 64 * 1024;

/// How far a narrow road may fall behind before it drops.
const QUEUE_MAX: Duration = Duration::from_millis(500);

/// How much later an overtaken datagram comes.
const OVERTAKEN_BY: Duration = Duration::from_millis(40);

/// The wire of a run.
#[derive(Debug)]
pub struct Wire {
    // Dropped first: the tasks end with it.
    _runtime: Runtime,
    sky: Arc<Sky>,
}

/// The weather on all roads.
#[derive(Debug)]
struct Sky {
    fronts: Mutex<BTreeMap<usize, Front>>,
    chance: Mutex<Chance>,
    passed: AtomicU64,
    dropped: AtomicU64,
}

/// One weather on some roads.
#[derive(Debug)]
struct Front {
    roads: BTreeSet<Road>,
    weather: Weather,
    /// When a narrow road is free again.
    free_at: BTreeMap<Road, Instant>,
}

/// The sockets: a door for each node, and a way for each pair.
struct Sockets {
    nodes: [SocketAddr; NODES],
    doors: Vec<Arc<UdpSocket>>,
    ways: BTreeMap<Road, Arc<UdpSocket>>,
}

impl Wire {
    /// Opens the doors, given as bound sockets, and the ways to the nodes behind them; `seen_at` is the address under
    /// which the others see a node.
    ///
    /// # Errors
    /// When a socket cannot be had.
    pub fn open(
        nodes: [SocketAddr; NODES],
        doors: Vec<std::net::UdpSocket>,
        seen_at: impl Fn(usize) -> IpAddr,
        seed: u64,
    ) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let sky = Arc::new(Sky {
            fronts: Mutex::default(),
            chance: Mutex::new(Chance::from_seed(seed)),
            passed: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        });
        let sockets = {
            let _entered = runtime.enter();
            let doors = doors.into_iter().map(shared).collect::<io::Result<Vec<_>>>()?;
            let mut ways = BTreeMap::new();
            for from in 0..NODES {
                for to in (0..NODES).filter(|to| *to != from) {
                    let way = std::net::UdpSocket::bind((seen_at(from), 0))?;
                    ways.insert((from, to), shared(way)?);
                }
            }
            Arc::new(Sockets { nodes, doors, ways })
        };
        for to in 0..NODES {
            runtime.spawn(through_door(Arc::clone(&sky), Arc::clone(&sockets), to));
        }
        for road in sockets.ways.keys() {
            runtime.spawn(back(Arc::clone(&sky), Arc::clone(&sockets), *road));
        }
        Ok(Self { _runtime: runtime, sky })
    }

    /// Lets a weather begin.
    ///
    /// # Panics
    /// When a task of the wire has panicked.
    pub fn begin(&self, name: usize, roads: BTreeSet<Road>, weather: Weather) {
        let front = Front { roads, weather, free_at: BTreeMap::new() };
        self.sky.fronts.lock().unwrap().insert(name, front);
    }

    /// Ends a weather.
    ///
    /// # Panics
    /// When a task of the wire has panicked.
    pub fn end(&self, name: usize) {
        self.sky.fronts.lock().unwrap().remove(&name);
    }

    /// How many datagrams passed, and how many were dropped.
    pub fn counts(&self) -> (u64, u64) {
        (self.sky.passed.load(Ordering::Relaxed), self.sky.dropped.load(Ordering::Relaxed))
    }
}

impl Sky {
    /// When copies of a datagram arrive, from now on; none where it is lost.
    fn fate(&self, road: Road, len: usize) -> Vec<Duration> {
        let mut fronts = self.fronts.lock().unwrap();
        let mut chance = self.chance.lock().unwrap();
        let (mut wait, mut copies) = (Duration::ZERO, 1);
        for front in fronts.values_mut().filter(|front| front.roads.contains(&road)) {
            let mut hits = |of_hundred| chance.below(100) < usize::try_from(of_hundred).unwrap();
            match front.weather {
                Weather::Cut => copies = 0,
                Weather::Loss(of_hundred) if hits(of_hundred) => copies = 0,
                Weather::Reorder(of_hundred) if hits(of_hundred) => wait += OVERTAKEN_BY,
                Weather::Duplicate(of_hundred) if hits(of_hundred) => copies *= 2,
                Weather::Loss(_) | Weather::Reorder(_) | Weather::Duplicate(_) => {}
                Weather::Delay(millis) => {
                    let more = chance.below(usize::try_from(millis).unwrap());
                    wait += Duration::from_millis(u64::from(millis) + u64::try_from(more).unwrap());
                }
                Weather::Narrow(per_second) => match front.queued(road, len, per_second) {
                    Some(queued) => wait += queued,
                    None => copies = 0,
                },
                Weather::Short(most) if len > most => copies = 0,
                Weather::Short(_) => {}
            }
        }
        let counted = if copies == 0 { &self.dropped } else { &self.passed };
        counted.fetch_add(1, Ordering::Relaxed);
        vec![wait; copies]
    }
}

impl Front {
    /// How long a datagram waits for a narrow road; `None` where too many wait already.
    fn queued(&mut self, road: Road, len: usize, per_second: u32) -> Option<Duration> {
        let now = Instant::now();
        let free = self.free_at.get(&road).copied().unwrap_or(now).max(now);
        let waits = free.duration_since(now);
        if waits > QUEUE_MAX {
            return None;
        }
        let takes = u64::try_from(len).unwrap() * 1_000_000 / u64::from(per_second);
        self.free_at.insert(road, free + Duration::from_micros(takes));
        Some(waits)
    }
}

/// What comes to a node's door, from whichever of the others.
async fn through_door(sky: Arc<Sky>, sockets: Arc<Sockets>, to: usize) {
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    loop {
        // A port that is closed for a moment tells its error here; the node will be back.
        let Ok((len, source)) = sockets.doors[to].recv_from(&mut buffer).await else { continue };
        let Some(from) = sockets.nodes.iter().position(|node| *node == source) else { continue };
        if from == to {
            continue;
        }
        let way = Arc::clone(&sockets.ways[&(from, to)]);
        carry(&sky, (from, to), buffer[..len].to_vec(), (way, sockets.nodes[to]));
    }
}

/// What a node answers on the way that another one came.
async fn back(sky: Arc<Sky>, sockets: Arc<Sockets>, (from, to): Road) {
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    loop {
        let Ok((len, _)) = sockets.ways[&(from, to)].recv_from(&mut buffer).await else { continue };
        let door = Arc::clone(&sockets.doors[to]);
        carry(&sky, (to, from), buffer[..len].to_vec(), (door, sockets.nodes[from]));
    }
}

/// Sends what is not lost, when its time has come.
fn carry(sky: &Sky, road: Road, bytes: Vec<u8>, (socket, address): (Arc<UdpSocket>, SocketAddr)) {
    for wait in sky.fate(road, bytes.len()) {
        let (socket, bytes) = (Arc::clone(&socket), bytes.clone());
        if wait.is_zero() {
            // What the system does not take at once is lost, as on any network.
            drop(socket.try_send_to(&bytes, address));
        } else {
            tokio::spawn(async move {
                time::sleep(wait).await;
                drop(socket.try_send_to(&bytes, address));
            });
        }
    }
}

fn shared(socket: std::net::UdpSocket) -> io::Result<Arc<UdpSocket>> {
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket).map(Arc::new)
}
