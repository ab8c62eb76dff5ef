//! Where the bytes begin: what is in the specification, good and bad, so that a find can be said in its terms.

use std::fs;

use concord_node::keystore::container;
use concord_node::keystore::container::KeyKind;
use harness::top;
use harness::vectors;
use harness::vectors::federation;

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
}

impl Start {
    /// The bytes, each within [`INPUT_MAX`].
    ///
    /// # Panics
    /// When the specification cannot be read.
    pub fn bytes(self) -> Vec<Vec<u8>> {
        let mut found = match self {
            Self::Cases(structure) => vectors::made()
                .iter()
                .filter(|named| named.case.structure == structure)
                .map(|named| named.case.content())
                .collect(),
            Self::Submissions => files("spec/examples", ".json"),
            Self::Settings => files("config", ".toml"),
            Self::KeyFiles => key_files(),
        };
        found.retain(|bytes: &Vec<u8>| bytes.len() <= INPUT_MAX);
        assert!(!found.is_empty(), "{self:?} has no bytes to begin with");
        found
    }
}

fn files(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(top().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn key_files() -> Vec<Vec<u8>> {
    let kinds = KeyKind::OF_A_NODE.into_iter().chain([KeyKind::Root]);
    kinds
        .map(|kind| {
            let seed = federation::seed(federation::SENDER, kind.text(), 1);
            let agency = federation::agency(federation::SENDER);
            container::write(kind, &agency, &seed, None).unwrap().to_vec()
        })
        .collect()
}
