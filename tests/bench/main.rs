//! Speed and memory, as ratios with their parts, all measured in one run on one machine.
//!
//! `cargo run --release -p concord-tests --bin bench`, or `cargo bench`. With `--short` it only shows that it runs;
//! `--leaves N` says how large the logs are, and `--only` chooses `exchanges`, `procedures`, `feeds` or `logs`.

mod bundle;
mod disk;
mod exchange;
mod feeds;
mod own_log;
mod peer_log;
mod primitives;
mod procedures;

use std::env;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Messages with one in flight.
    pub(crate) alone: usize,
    /// Messages with 64 in flight.
    pub(crate) crowd: usize,
    /// Repetitions of each primitive.
    pub(crate) primitives: u32,
    /// Commits of the store.
    pub(crate) commits: u64,
    /// Leaves of the large logs.
    pub(crate) leaves: u64,
    /// Messages of the long transcripts.
    pub(crate) acts: usize,
    /// Manifests.
    pub(crate) manifests: u32,
    /// Entries of a feed.
    pub(crate) feed: feeds::Load,
}

const FULL: Size = Size {
    alone: 300,
    crowd: 6_400,
    primitives: 2_000,
    commits: 300,
    leaves: 1_000_000,
    acts: 10_000,
    manifests: 20,
    feed: feeds::Load { domains: 800_000, ips: 38_000, changes: 26_000 },
};
const SHORT: Size = Size {
    alone: 10,
    crowd: 128,
    primitives: 50,
    commits: 10,
    leaves: 10_000,
    acts: 300,
    manifests: 1,
    feed: feeds::Load { domains: 4_000, ips: 200, changes: 130 },
};

fn main() {
    let mut size = if env::args().any(|argument| argument == "--short") { SHORT } else { FULL };
    if let Some(leaves) = value_of("--leaves") {
        size.leaves = leaves.parse().expect("--leaves takes a number");
    }
    if cfg!(debug_assertions) {
        println!("built without --release: the figures say nothing\n");
    }
    let only = value_of("--only");
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if wanted("exchanges") {
        exchanges(size);
    }
    if wanted("procedures") {
        mechanism(size);
    }
    if wanted("feeds") {
        feed(size);
    }
    if wanted("logs") {
        logs(size);
    }
}

/// What stands behind an option of the command line.
fn value_of(option: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != option).nth(1)
}

fn exchanges(size: Size) {
    let parts = primitives::measure(size.primitives);
    println!("primitives that one exchange cannot do without, microseconds of one core");
    for (name, micros) in parts.named() {
        println!("  {name:<42} {micros:>9.1}");
    }
    println!("  {:<42} {:>9.1}", "together", parts.exchange_micros());
    let cores =
        2.0_f64.min(std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64));
    let allowed = cores * 1e6 / parts.exchange_micros();
    println!("  two cores allow {allowed:.0} exchanges a second\n");

    let run = exchange::measure(size);
    println!(
        "two node processes, bodies of 2 KiB, from submission over the API to the receipt held"
    );
    println!(
        "  (a) 1 in flight    {:>8.1} / s   ratio {:.3}",
        run.alone_rate,
        run.alone_rate / allowed
    );
    println!(
        "  (a) 64 in flight   {:>8.1} / s   ratio {:.3}   (aim: 0.25)",
        run.crowd_rate,
        run.crowd_rate / allowed
    );
    println!(
        "  (b) 1 in flight    p50 {:>8.2} ms   p99 {:>8.2} ms",
        run.alone_p50_ms, run.alone_p99_ms
    );
    println!(
        "  (b) 64 in flight   p50 {:>8.2} ms   p99 {:>8.2} ms",
        run.crowd_p50_ms, run.crowd_p99_ms
    );
    println!(
        "  (c) bytes on disk for each message: sender {:.0}, receiver {:.0}",
        run.bytes[0], run.bytes[1]
    );
    println!(
        "  (d) resident memory, MiB: sender {:.0}, receiver {:.0}   (aim: below 150)\n",
        run.memory_mib[0], run.memory_mib[1]
    );
}

fn mechanism(size: Size) {
    let folded = procedures::fold(size.acts, size.primitives);
    println!("a procedure of {} messages among six agencies, folded from nothing", size.acts);
    println!(
        "  (k) one after the other {:>7.1} us a message, ratio {:.2}; as many, six at once {:.1} us, ratio {:.2}   (an Ed25519 verification {:.1} us)",
        folded.chain,
        folded.verify / folded.chain,
        folded.crowd,
        folded.verify / folded.crowd,
        folded.verify
    );
    let manifest = procedures::manifest(size.manifests);
    println!("a manifest of 500 people, {} bytes", manifest.bytes);
    println!(
        "  (l) drawn up and sealed {:.1} ms, bare primitives {:.2} ms, ratio {:.3}",
        manifest.seal,
        manifest.bare_seal,
        manifest.bare_seal / manifest.seal
    );
    println!(
        "  (l) opened and checked {:.1} ms, bare primitives {:.2} ms, ratio {:.3}\n",
        manifest.check,
        manifest.bare_check,
        manifest.bare_check / manifest.check
    );
}

fn feed(size: Size) {
    let run = feeds::measure(size.feed);
    let feeds::Load { domains, ips, changes } = size.feed;
    println!(
        "a feed of {domains} domains and {ips} addresses, and {changes} changes, on six node processes"
    );
    println!(
        "  (m) made from lines {:.2} s; taken by all six {:.2} s, hashing the same bytes {:.3} s, ratio {:.3} for one node",
        run.prepare,
        run.snapshot,
        run.hash,
        run.hash * 6.0 / run.snapshot
    );
    println!("  (m) change taken by all six {:.2} s", run.delta);
    println!(
        "  (n) {:.1} MB of entries, {:.1} MB in the file, {:.2} MB in that of the change",
        run.bytes[0] as f64 / 1e6,
        run.bytes[1] as f64 / 1e6,
        run.bytes[2] as f64 / 1e6
    );
    println!("  (o) resident memory of the largest node {:.0} MiB", run.memory_mib);
    println!(
        "  (p) one look-up {:.0} microseconds in the table, {:.0} over the API; SHA-256 of 16 KiB {:.0}, ratio {:.2}\n",
        run.look_up,
        run.asked,
        run.sha,
        run.look_up / run.sha
    );
}

fn logs(size: Size) {
    let disk = disk::measure(size.commits);
    println!("leaves appended durably, 64 in each commit");
    println!(
        "  (e) store {:.0} / s, bare append and fdatasync of the same bytes {:.0} / s, ratio {:.3}",
        disk.store_rate,
        disk.bare_rate,
        disk.store_rate / disk.bare_rate
    );

    let own = own_log::measure(size.leaves, size.primitives * 10);
    println!("\na log of {} leaves in the store", size.leaves);
    println!(
        "  (f) inclusion proofs {:.0} / s, checks of the same {:.0} / s, ratio {:.3}",
        own.proofs,
        own.checks,
        own.proofs / own.checks
    );
    println!(
        "  (i) start {:.2} s, reading the same files once {:.2} s, ratio {:.3}; {:.0} bytes a leaf, {:.0} MiB resident",
        own.start,
        own.read,
        own.read / own.start,
        own.bytes,
        own.memory_mib
    );
    let peer = peer_log::measure(size.leaves, size.primitives);
    println!("\na peer's log of {} leaves", size.leaves);
    println!(
        "  (g) receipts {:.0} / s, Ed25519 verifications {:.0} / s, ratio {:.2}",
        peer.receipts,
        peer.verify,
        peer.receipts / peer.verify
    );
    println!(
        "  (g) messages of receipts of 512 {:.0} / s, ratio {:.1}   (aim: 10)",
        peer.covered,
        peer.covered / peer.verify
    );
    println!(
        "  (h) cosignatures {:.0} / s, a signature and a verification {:.0} / s, ratio {:.2}",
        peer.cosign,
        1.0 / (1.0 / peer.sign + 1.0 / peer.verify),
        peer.cosign * (1.0 / peer.sign + 1.0 / peer.verify)
    );
    let bundle = bundle::measure(size.leaves);
    println!("\na bundle of {} leaves, {:.0} bytes each", size.leaves, bundle.bytes_a_leaf);
    println!(
        "  (j) audit {:.2} s, hashing the same bytes {:.2} s, ratio {:.3}; with an Ed25519 verification for each message and receipt {:.2} s, ratio {:.2}",
        bundle.audit,
        bundle.hash,
        bundle.hash / bundle.audit,
        bundle.hash + bundle.signatures as f64 / peer.verify,
        (bundle.hash + bundle.signatures as f64 / peer.verify) / bundle.audit
    );
    println!(
        "  (j) export {:.2} s, hashing what it wrote over it {:.3}",
        bundle.export,
        bundle.hash / bundle.export
    );
}
