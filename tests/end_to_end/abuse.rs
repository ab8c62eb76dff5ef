//! The local API under abuse: each attack ends in a problem with a code, in a bare status, or with the connection;
//! meanwhile the node exchanges with its peer, and whoever asks in order is served.

mod slow;
mod table;

use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use concord_node::clock::Stopwatch;
use harness::caller::Door;
use harness::caller::Ended;
use harness::daemon::Daemon;
use harness::federation::Federation;
use harness::pace;

const AGENCIES: [&str; 2] = ["la.mps", "mm.mpf"];

/// Silent callers at once: more than the node has places, and more than wait before its door.
const SILENT: usize = 1_000;

/// How long a siege waits for its last callers.
const SIEGE_MAX: Duration = Duration::from_secs(60);

/// Within which an honest caller is answered while silent ones come again and again. Source: spec api-25.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

/// The same once they have stopped coming.
const ANSWERED_AFTERWARDS: Duration = Duration::from_secs(10);

#[test]
fn every_abuse_of_a_request_ends_as_it_should() {
    // shows: api-4, api-24, api-26
    let world = Federation::of("abuse", &AGENCIES);
    let node = world.ready(0);
    let door = Door::of(&node);
    let before = node.client().head().unwrap().size;

    let attacks = table::attacks(&door);
    let failed: Vec<String> = attacks
        .iter()
        .filter_map(|(name, says, end)| {
            let ended = door.says(says);
            println!("{name}: {ended:?}");
            (ended != *end).then(|| format!("{name}: {end:?} was expected, {ended:?} came"))
        })
        .collect();

    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), attacks.len(), failed.join("\n"));
    assert_eq!(node.client().head().unwrap().size, before, "nothing of it is in the log");
    is_well(&node);
}

#[test]
fn requests_on_top_of_each_other_are_answered_one_after_the_other() {
    let world = Federation::of("pipeline", &AGENCIES);
    let node = world.ready(0);
    let door = Door::of(&node);
    let strangers = b"GET /api/v1/peers HTTP/1.1\r\nhost: a\r\nauthorization: Bearer wrong\r\n\r\n";
    let health = door.request("GET /healthz", &[], b"");
    let mut stream = door.knock().unwrap();

    let piled = [strangers.repeat(500).as_slice(), &health].concat();
    let sender = {
        let mut stream = stream.try_clone().unwrap();
        thread::spawn(move || stream.write_all(&piled))
    };
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    sender.join().unwrap().unwrap();

    assert_eq!(said.matches("HTTP/1.1 401 ").count(), 500);
    assert_eq!(said.matches("\"token-refused\"").count(), 500);
    assert!(said.ends_with(r#"{"status":"ok"}"#), "the last one gets the last answer");
}

#[test]
fn slow_callers_lose_their_connection_and_the_node_goes_on() {
    // shows: api-24, wire-24
    let world = Federation::of("slow", &AGENCIES);
    let (node, peer) = (world.ready(0), world.ready(1));
    let door = Door::of(&node);
    let calm = pace::of(&peer.client(), AGENCIES[0]);

    thread::scope(|scope| {
        let attacks = slow::ATTACKS.map(|attack| {
            let door = door.clone();
            (attack, scope.spawn(move || (attack.run)(&door)))
        });
        calm.is_kept(&peer.client(), AGENCIES[0]);
        for (attack, ended) in attacks {
            let ended = ended.join().unwrap();
            println!("{}: {ended:?}", attack.name);
            assert_eq!(ended, (attack.end)(), "{}", attack.name);
        }
    });

    is_well(&node);
}

#[test]
fn a_thousand_silent_callers_do_not_keep_the_operator_out() {
    // shows: api-25, wire-24
    let world = Federation::of("silent", &AGENCIES);
    let (node, peer) = (world.ready(0), world.ready(1));
    let door = Door::of(&node);
    let calm = pace::of(&peer.client(), AGENCIES[0]);
    let stop = AtomicBool::new(false);

    thread::scope(|scope| {
        let siege = scope.spawn(|| besiege(&door, &stop));
        let ends = Ends(&stop);
        calm.is_kept(&peer.client(), AGENCIES[0]);
        for _ in 0..3 {
            is_answered(&door, ANSWERED_WITHIN);
        }
        drop(ends);
        let knocked = siege.join().unwrap();
        println!("{knocked} silent connections");
        assert!(knocked >= SILENT, "{knocked}");
    });

    is_answered(&door, ANSWERED_AFTERWARDS);
    is_well(&node);
}

/// Ends a siege when the test does, however it ends.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Keeps the house and the street before it full of callers who say nothing, until told to stop and, on a machine that is
/// slow to call, until so many came as were promised; tells how many came.
fn besiege(door: &Door, stop: &AtomicBool) -> usize {
    let mut silent: Vec<TcpStream> = Vec::new();
    let mut knocked = 0;
    let watch = Stopwatch::start();
    while !stop.load(Ordering::Relaxed) || (knocked < SILENT && watch.elapsed() < SIEGE_MAX) {
        if silent.len() < SILENT
            && let Ok(stream) = TcpStream::connect_timeout(&door.address, Duration::from_millis(50))
        {
            stream.set_nonblocking(true).unwrap();
            silent.push(stream);
            knocked += 1;
            continue;
        }
        // Whoever was sent away comes again.
        silent.retain_mut(|stream| stream.read(&mut [0]).is_err_and(waits));
    }
    knocked
}

fn waits(error: std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::WouldBlock
}

fn is_answered(door: &Door, within: Duration) {
    let watch = Stopwatch::start();
    let head = door.request("GET /api/v1/log/head", &[], b"");
    let ended = loop {
        // While the street is full, the system lets a caller try again.
        match door.knock() {
            Ok(_) => break door.says(&head),
            Err(error) => assert!(watch.elapsed() < within, "{error}"),
        }
    };
    assert_eq!(ended, Ended::Answer(200));
    assert!(watch.elapsed() < within, "an honest caller waited for {:?}", watch.elapsed());
}

fn is_well(node: &Daemon) {
    let door = Door::of(node);
    for path in ["/healthz", "/readyz"] {
        let ended = door.says(&door.request(&format!("GET {path}"), &[], b""));
        assert_eq!(ended, Ended::Answer(200), "{path}\n{}", node.said());
    }
}
