//! Where the bytes begin: what is in the specification, good and bad, so that a find can be said in its terms.

use std::fs;

use concord_node::keystore::container;
use concord_node::keystore::container::KeyKind;
use harness::federation::Scratch;
use harness::mass;
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
    /// The one segment of a short journal.
    Segment,
    /// What the records of that journal hold.
    Contents,
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
            Self::Segment => vec![segment()],
            Self::Contents => contents(&segment()),
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

/// A journal of two exchanges.
fn segment() -> Vec<u8> {
    let scratch = Scratch::new("fuzz-journal");
    let node = scratch.path().join("node");
    mass::grow(&node, 31);
    fs::read(node.join("journal/0000000000000001.journal")).unwrap()
}

/// What stands in the frames of a segment. Shape: spec 8.2.
fn contents(segment: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut rest = &segment[40..];
    while let Some((head, after)) = rest.split_first_chunk::<16>() {
        let len = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let (content, after) = after.split_at(usize::try_from(len).unwrap());
        found.push(content.to_vec());
        rest = after;
    }
    found
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
