//! The map of the workshop: what tests share, and nothing that is shipped.
//!
//! | module | what it is |
//! |---|---|
//! | [`archive`] | a bundle taken apart, and sealed again |
//! | [`caller`] | a caller of the local API without manners |
//! | [`chaos`] | six real nodes, everything that can befall them, and what must be true afterwards |
//! | [`chance`] | all luck from one seed, printed first |
//! | [`daemon`] | a real node: a process on loopback, killed by its id |
//! | [`evidence`] | bundles of running nodes, verified and held together |
//! | [`faults`] | a disk that forgets, tears and fails under a real process |
//! | [`federation`] | agencies on the disk, ready to be run |
//! | [`forge`] | a peer that lies |
//! | [`letter`] | submissions, from the examples of the specification |
//! | [`program`] | the `concord` binary, built and fresh |
//! | [`mutant`] | lies that a log's owner can tell |
//! | [`pace`] | how fast two nodes exchange while something else happens |
//! | [`second`] | the second verifier, which was written from the specification alone |
//! | [`raw`] | whether bytes stand anywhere in a folder |
//! | [`renewal`] | a credential that follows another |
//! | [`shell`] | commands as people type them, with an end |
//! | [`skip`] | what a machine cannot check, said aloud |
//! | [`stranger`] | somebody on the network who keeps no rules |
//! | [`traffic`] | messages that flow while something else happens |
//! | [`transcript`] | texts compared whole; `CONCORD_BLESS=1` renews |
//! | [`vectors`] | the cases under `spec/vectors`: made, read, judged |
//! | [`wait`] | waiting that ends |
//!
//! Absent on purpose: anything that the shipped crates would need to know about.

pub mod archive;
pub mod caller;
pub mod chance;
pub mod chaos;
pub mod daemon;
pub mod evidence;
pub mod faults;
pub mod federation;
pub mod forge;
pub mod letter;
pub mod mass;
pub mod mutant;
pub mod pace;
pub mod program;
pub mod raw;
pub mod renewal;
pub mod second;
pub mod shell;
pub mod skip;
pub mod staff;
pub mod stranger;
pub mod traffic;
pub mod transcript;
pub mod vectors;
pub mod wait;

use std::path::Path;
use std::path::PathBuf;

/// The top of the project.
pub fn top() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests stand in a folder of the project").to_owned()
}
