//! Speed and memory, as ratios with their parts, all measured in one run on one machine.
//!
//! `cargo run --release -p concord-tests --bin bench`, or `cargo bench`. With `--short` it only shows that it runs.

mod disk;
mod exchange;
mod primitives;

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
}

const FULL: Size = Size { alone: 300, crowd: 6_400, primitives: 2_000, commits: 300 };
const SHORT: Size = Size { alone: 10, crowd: 128, primitives: 50, commits: 10 };

fn main() {
    let size = if env::args().any(|argument| argument == "--short") { SHORT } else { FULL };
    if cfg!(debug_assertions) {
        println!("built without --release: the figures say nothing\n");
    }
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

    let disk = disk::measure(size.commits);
    println!("leaves appended durably, 64 in each commit");
    println!(
        "  (e) store {:.0} / s, bare append and fdatasync of the same bytes {:.0} / s, ratio {:.3}",
        disk.store_rate,
        disk.bare_rate,
        disk.store_rate / disk.bare_rate
    );
}
