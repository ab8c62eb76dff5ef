//! What was run: one line for each family and run, in a table that only grows.
//!
//! Time is what the processor spent on it, so that runs on a shared machine may be added up.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::time::Duration;

use harness::top;

/// Where the table stands, from the top.
pub const FILE: &str = "tests/fuzz/LEDGER.tsv";

/// The first line.
pub const HEAD: &str = "family\tdriver\tcommit\tseed\tseconds\tinputs\tresult";

/// One run of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The family.
    pub family: String,
    /// `changes` of ours, or `guided` by coverage.
    pub driver: String,
    /// What was run, by its commit.
    pub commit: String,
    /// The seed.
    pub seed: u64,
    /// Time of the processor, in whole seconds.
    pub seconds: u64,
    /// Inputs.
    pub inputs: u64,
    /// `none`, or the name of a find.
    pub result: String,
}

impl Entry {
    fn line(&self) -> String {
        let Self { family, driver, commit, seed, seconds, inputs, result } = self;
        format!("{family}\t{driver}\t{commit}\t{seed}\t{seconds}\t{inputs}\t{result}\n")
    }

    fn read(line: &str) -> Option<Self> {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut next = || fields.next();
        let entry = Self {
            family: next()?,
            driver: next()?,
            commit: next()?,
            seed: next()?.parse().ok()?,
            seconds: next()?.parse().ok()?,
            inputs: next()?.parse().ok()?,
            result: next()?,
        };
        fields.next().is_none().then_some(entry)
    }
}

/// Adds a run.
///
/// # Panics
/// When the disk refuses.
pub fn add(entry: &Entry) {
    let mut file = fs::OpenOptions::new().append(true).open(top().join(FILE)).unwrap();
    file.write_all(entry.line().as_bytes()).unwrap();
}

/// Every run.
///
/// # Panics
/// When a line is none.
pub fn entries() -> Vec<Entry> {
    let text = fs::read_to_string(top().join(FILE)).unwrap();
    let (head, lines) = text.split_once('\n').expect("a first line");
    assert_eq!(head, HEAD);
    lines.lines().map(|line| Entry::read(line).unwrap_or_else(|| panic!("{line:?}"))).collect()
}

/// Time and inputs of each family over all runs.
pub fn totals() -> BTreeMap<String, (Duration, u64)> {
    let mut totals: BTreeMap<String, (Duration, u64)> = BTreeMap::new();
    for entry in entries() {
        let (time, inputs) = totals.entry(entry.family).or_default();
        *time += Duration::from_secs(entry.seconds);
        *inputs += entry.inputs;
    }
    totals
}
