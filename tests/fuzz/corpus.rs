//! Where the bytes begin: what is in the specification, good and bad, so that a find can be said in its terms.

mod made;

use std::fs;
use std::sync::OnceLock;

use harness::top;
use harness::vectors;
use harness::vectors::Named;

use crate::play::script;
use crate::targets::Target;

/// Longest input, in bytes.
pub const INPUT_MAX: usize = 64 * 1024;

/// Where the bytes of a target begin.
#[derive(Clone, Copy, Debug)]
pub enum Start {
    /// The cases of a structure, made anew from their seed.
    Cases(&'static str),
    /// The examples of submissions.
    Submissions,
    /// The settings file that documents every key.
    Settings,
    /// Key files.
    KeyFiles,
    /// The one segment of a short journal.
    Segment,
    /// What the records of that journal hold.
    Contents,
    /// Witness files.
    WitnessFiles,
    /// Backups of a small folder.
    Backups,
    /// Shares of a root, in bytes, in words and as a line.
    Shares,
    /// Short texts.
    Texts(&'static [&'static str]),
    /// Programs for a small federation.
    Programs,
}

/// Where checked-in inputs stand, from the top: a folder for each target.
pub const FOLDER: &str = "tests/fuzz/corpus";

/// Everything that a target begins with: what is made, and what earlier runs found worth keeping.
pub fn of(target: &Target) -> Vec<Vec<u8>> {
    let mut found = target.start.bytes();
    found.extend(kept(target.name));
    found
}

/// The checked-in inputs of a target, in the order of their names.
pub fn kept(target: &str) -> Vec<Vec<u8>> {
    let folder = format!("{FOLDER}/{target}");
    if top().join(&folder).is_dir() { files(&folder, "") } else { Vec::new() }
}

impl Start {
    /// The bytes, each within [`INPUT_MAX`].
    ///
    /// # Panics
    /// When the specification cannot be read.
    pub fn bytes(self) -> Vec<Vec<u8>> {
        let mut found = match self {
            Self::Cases(structure) => cases()
                .iter()
                .filter(|named| named.case.structure == structure)
                .map(|named| named.case.content())
                .collect(),
            Self::Submissions => files("spec/examples", ".json"),
            Self::Settings => files("config", ".toml"),
            Self::KeyFiles => made::key_files(),
            Self::Segment => vec![made::segment()],
            Self::Contents => made::contents(&made::segment()),
            Self::WitnessFiles => made::witness_files(),
            Self::Backups => made::backups(),
            Self::Shares => made::shares(),
            Self::Texts(texts) => texts.iter().map(|text| text.as_bytes().to_vec()).collect(),
            Self::Programs => script::all(),
        };
        found.retain(|bytes: &Vec<u8>| bytes.len() <= INPUT_MAX);
        assert!(!found.is_empty(), "{self:?} has no bytes to begin with");
        found
    }
}

/// Every case of the specification; made once, for lattice signatures take their time.
fn cases() -> &'static [Named] {
    static CASES: OnceLock<Vec<Named>> = OnceLock::new();
    CASES.get_or_init(vectors::made)
}

fn files(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(top().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}
