//! libFuzzer over the same families, led by coverage, on stable Rust.
//!
//! The flags are those of cargo-fuzz without a sanitizer: our crates have no `unsafe` for one to look at.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitCode;
use std::time::Duration;

use fuzz::corpus;
use fuzz::targets::Family;

use super::Options;

/// What the compiler is to count, and where libFuzzer looks for it.
const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebuginfo=line-tables-only",
];

/// Longest slice in seconds on the wall: between slices the time of the processor is looked at.
const SLICE: u64 = 60;

/// Builds, and runs each family until the processor has spent its share on it.
pub(super) fn run(options: &Options, families: &[Family], share: Duration) -> ExitCode {
    let Some(program) = build() else { return ExitCode::FAILURE };
    for family in families {
        let seeds = sow(family);
        let (began, mut inputs, mut slice) = (children_time(), 0, 0);
        loop {
            let (more, held) = run_slice(&program, family, (&seeds, options.seed + slice));
            (inputs, slice) = (inputs + more, slice + 1);
            let time = children_time().saturating_sub(began);
            if !held {
                options.note(family, (inputs, time), "find");
                println!("look into target/fuzz/{}-*", family.name);
                return ExitCode::FAILURE;
            }
            if time >= share {
                options.note(family, (inputs, time), "none");
                break;
            }
        }
    }
    super::totals(options)
}

/// The program; `None` when it cannot be built.
fn build() -> Option<PathBuf> {
    let host = Command::new("rustc").arg("-vV").output().ok()?.stdout;
    let host = String::from_utf8(host).ok()?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: "))?.to_owned();
    let folder = harness::top().join("target/guided");
    let built = Command::new("cargo")
        .args(["build", "--release", "--manifest-path"])
        .arg(harness::top().join("tests/fuzz/libfuzzer/Cargo.toml"))
        // With a target the flags are not for build scripts and macros.
        .args(["--target", &host, "--target-dir"])
        .arg(&folder)
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"))
        .status();
    built.ok()?.success().then(|| folder.join(host).join("release/any"))
}

/// What the bytes of each target begin with, as inputs of the family: the first byte chooses the target.
fn sow(family: &Family) -> PathBuf {
    let folder = harness::top().join("target/fuzz/seeds").join(family.name);
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).unwrap();
    for (first, target) in (0_u8..).zip(&family.targets) {
        for (at, bytes) in corpus::of(target).into_iter().enumerate() {
            let input = [&[first][..], &bytes].concat();
            fs::write(folder.join(format!("{}-{at}", target.name)), input).unwrap();
        }
    }
    folder
}

/// Runs for a slice. Gives back how many inputs there were, and whether everything held.
fn run_slice(program: &Path, family: &Family, (seeds, seed): (&Path, u64)) -> (u64, bool) {
    let folder = harness::top().join("target/fuzz");
    let found = folder.join("corpus").join(family.name);
    fs::create_dir_all(&found).unwrap();
    let ran = Command::new(program)
        .env("CONCORD_FAMILY", family.name)
        .args(["-max_len=65537", "-timeout=20", "-rss_limit_mb=1536", "-print_final_stats=1"])
        .args([format!("-max_total_time={SLICE}"), format!("-seed={}", seed % (1 << 31))])
        .arg(format!("-artifact_prefix={}/{}-", folder.display(), family.name))
        .arg(&found)
        .arg(seeds)
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    let inputs = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    if !ran.status.success() {
        eprintln!("{said}");
    }
    (inputs.and_then(|inputs| inputs.trim().parse().ok()).unwrap_or_default(), ran.status.success())
}

/// What the processor spent on programs that were run and ended.
fn children_time() -> Duration {
    /// Ticks of a second; every Linux says so to programs.
    const TICKS: u32 = 100;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // The sixteenth and seventeenth field of the line, of which two stand before the bracket.
    let ticks: u64 = fields.skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / u64::from(TICKS))
}
