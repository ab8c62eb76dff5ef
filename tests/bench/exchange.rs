//! Two node processes: rate, latency, bytes on disk, memory.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::message::Status;
use concord_node::clock::Stopwatch;
use concord_node::report::code::Code;
use harness::daemon::Daemon;
use harness::federation::Federation;
use harness::letter;
use harness::wait;

use crate::Size;
use crate::primitives::BODY_BYTES;

/// Messages in flight at the most.
const CROWD: usize = 64;

const WITHIN: Duration = Duration::from_secs(120);

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) alone_rate: f64,
    pub(crate) crowd_rate: f64,
    pub(crate) alone_p50_ms: f64,
    pub(crate) alone_p99_ms: f64,
    pub(crate) crowd_p50_ms: f64,
    pub(crate) crowd_p99_ms: f64,
    pub(crate) bytes: [f64; 2],
    pub(crate) memory_mib: [f64; 2],
}

pub(crate) fn measure(size: Size) -> Run {
    let world = Federation::of("bench", &["la.mps", "mm.mpf"]);
    let nodes = world.all_ready();
    let client = nodes[0].client();
    wait::for_up_to(WITHIN, || client.peer("mm.mpf").ok()?.connected.then_some(()))
        .expect("the link comes up");
    let text = body_text();
    one_by_one(&client, &text, size.alone / 10);
    let before = [0, 1].map(|which| bytes_below(world.folder(which)));

    let (alone_rate, alone) = one_by_one(&client, &text, size.alone);
    let crowd_rate = all_at_once(&nodes[0], &text, size.crowd);
    let crowd = among_others(&nodes[0], &text, size.crowd / 4);

    let sent = size.alone + size.crowd + size.crowd / 4 + crowd.len();
    let memory_mib = [0, 1].map(|which| resident_mib(nodes[which].id()));
    let bytes =
        [0, 1].map(|which| (bytes_below(world.folder(which)) - before[which]) as f64 / sent as f64);
    Run {
        alone_rate,
        crowd_rate,
        alone_p50_ms: part(&alone, 0.5),
        alone_p99_ms: part(&alone, 0.99),
        crowd_p50_ms: part(&crowd, 0.5),
        crowd_p99_ms: part(&crowd, 0.99),
        bytes,
        memory_mib,
    }
}

/// A submission whose body has about 2 KiB.
fn body_text() -> String {
    let mut report = letter::report(&["mm.mpf"], "benchmark");
    let short = report["body"].to_string().len();
    let filler = "x".repeat(BODY_BYTES.saturating_sub(short).max(1));
    report["body"]["summary"]["text"] = filler.into();
    report.to_string()
}

/// One message after the other, each until its receipt is held. Gives the rate and each latency in milliseconds.
fn one_by_one(client: &Client, text: &str, count: usize) -> (f64, Vec<f64>) {
    let watch = Stopwatch::start();
    let times: Vec<f64> = (0..count).map(|_| exchange(client, text)).collect();
    (count as f64 / watch.elapsed().as_secs_f64(), times)
}

fn exchange(client: &Client, text: &str) -> f64 {
    let watch = Stopwatch::start();
    let id = submit(client, text);
    let held =
        || client.message(&id).ok().filter(|found| found.deliveries[0].status == Status::Receipted);
    wait::for_up_to(WITHIN, held).expect("a receipt comes");
    watch.elapsed().as_secs_f64() * 1e3
}

fn submit(client: &Client, text: &str) -> String {
    loop {
        match client.submit(text.as_bytes(), None) {
            Ok(sent) => return sent.message.id,
            Err(report) if report.code == Code::Busy => thread::yield_now(),
            Err(report) => panic!("{report:?}"),
        }
    }
}

/// Callers that always have a message each on its way to the log, until the outbox is empty again.
fn all_at_once(node: &Daemon, text: &str, count: usize) -> f64 {
    let left = AtomicUsize::new(count);
    let watch = Stopwatch::start();
    thread::scope(|scope| {
        for _ in 0..CROWD {
            let (client, left) = (node.client(), &left);
            scope.spawn(move || {
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                    .is_ok()
                {
                    submit(&client, text);
                }
            });
        }
    });
    let client = node.client();
    wait::for_up_to(WITHIN, || (client.peer("mm.mpf").ok()?.waiting == 0).then_some(()))
        .expect("the outbox empties");
    count as f64 / watch.elapsed().as_secs_f64()
}

/// Latencies of one caller while the others keep the node busy.
fn among_others(node: &Daemon, text: &str, count: usize) -> Vec<f64> {
    let left = AtomicUsize::new(count);
    thread::scope(|scope| {
        for _ in 1..CROWD {
            let (client, left) = (node.client(), &left);
            scope.spawn(move || {
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                    .is_ok()
                {
                    submit(&client, text);
                }
            });
        }
        let client = node.client();
        let mut times = Vec::new();
        while times.is_empty() || left.load(Ordering::Relaxed) > 0 {
            times.push(exchange(&client, text));
        }
        times
    })
}

fn part(times: &[f64], part: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = ((sorted.len() as f64 * part).ceil().max(1.0)) as usize;
    sorted[at.min(sorted.len()) - 1]
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes_below(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    };
    entries.map(size).sum()
}

/// Resident memory of a process.
pub(crate) fn resident_mib(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line
        .and_then(|line| line.split_whitespace().next())
        .and_then(|kib| kib.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}
