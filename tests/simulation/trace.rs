//! What happened, as one number that is the same on every machine; and as lines, where somebody wants to read them.

use std::fmt;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;

/// The trace of a run.
#[derive(Clone, Debug)]
pub struct Trace {
    /// FNV-1a over every note.
    sum: u64,
    notes: u64,
    lines: Option<Vec<String>>,
}

impl Trace {
    /// An empty trace; with lines, where they are wanted.
    pub const fn new(wanted: bool) -> Self {
        let lines = if wanted { Some(Vec::new()) } else { None };
        Self { sum: 0xcbf2_9ce4_8422_2325, notes: 0, lines }
    }

    /// Notes what happened at a time: words that are the same in every run, and numbers.
    pub fn note(&mut self, at: u64, what: &'static str, numbers: &[u64]) {
        self.notes += 1;
        let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
        let bytes = at.to_be_bytes().into_iter().chain(what.bytes()).chain(numbers);
        for byte in bytes {
            self.sum = (self.sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// Adds a line for a reader; not part of the digest.
    pub fn say(&mut self, at: u64, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{at:>9} {}", line()));
        }
    }

    /// The last lines.
    pub fn last(&self, count: usize) -> &[String] {
        let lines = self.lines.as_deref().unwrap_or_default();
        &lines[lines.len().saturating_sub(count)..]
    }

    /// The digest of what was noted, and of what the logs were at the end.
    pub fn digest(&self, logs: &[Digest]) -> Digest {
        let (sum, notes) = (self.sum.to_be_bytes(), self.notes.to_be_bytes());
        let logs: Vec<&[u8]> = logs.iter().map(|log| log.as_bytes().as_slice()).collect();
        digest::sha256_of(&[&[sum.as_slice(), &notes], logs.as_slice()].concat())
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.last(usize::MAX).iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
