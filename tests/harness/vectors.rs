//! The cases under `spec/vectors`: one file, one case, one fault.
//!
//! [`made`] makes all of them from one fixed seed; [`read`] reads them as they are checked in, unknown keys refused;
//! [`judge`] lets the protocol decide over the bytes of a case.
//! Absent on purpose: cases published by others; those are read where the primitive is tested.

mod approvals;
mod bundle;
mod chain;
mod codec;
mod content;
mod disk;
mod envelope;
mod evidence;
pub mod federation;
mod feed;
mod file;
mod identity;
pub mod judge;
mod log;
mod mutate;
mod proofs;
mod succession;
mod wire;

use std::fs;
use std::sync::Once;

use serde::Deserialize;
use serde::Serialize;

use crate::top;
use crate::transcript;

/// Where the cases stand, from the top.
pub const FOLDER: &str = "spec/vectors";

/// What `expect` says of a good case.
pub const ACCEPTED: &str = "accepted";

/// One case, as its file says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// One sentence: what is shown, or what is wrong.
    pub explains: String,
    /// The promises that it bears on.
    pub spec: Vec<String>,
    /// What the bytes are to be read as.
    pub structure: String,
    /// `accepted`, or `refused: ` and the class.
    pub expect: String,
    /// The bytes in lower-case hexadecimal.
    pub bytes: String,
}

/// A case and its place below the folder: `wire/greeting.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The place.
    pub place: String,
    /// The case.
    pub case: Case,
}

/// Every case, made anew: the same bytes on every machine.
pub fn made() -> Vec<Named> {
    let world = federation::Federation::fixed();
    let mut cases = Vec::new();
    cases.extend(codec::cases());
    cases.extend(identity::cases(world));
    cases.extend(chain::cases(world));
    cases.extend(envelope::cases(world));
    cases.extend(approvals::cases());
    cases.extend(log::cases(world));
    cases.extend(proofs::cases());
    cases.extend(wire::cases(world));
    cases.extend(file::cases());
    cases.extend(bundle::cases(world));
    cases.extend(evidence::cases(world));
    cases.extend(succession::cases(world));
    cases.extend(content::cases());
    cases.extend(feed::cases());
    cases.extend(disk::cases(world));
    cases.sort_by(|a: &Named, b| a.place.cmp(&b.place));
    cases
}

/// Every case, as it is checked in; renewed before, when files are renewed.
///
/// # Panics
/// When a file is not a case.
pub fn read() -> Vec<Named> {
    static RENEWED: Once = Once::new();
    RENEWED.call_once(|| {
        if transcript::blessing() {
            write();
        }
    });
    let mut cases = Vec::new();
    for area in AREAS {
        for entry in fs::read_dir(top().join(FOLDER).join(area)).into_iter().flatten() {
            let file = entry.unwrap().path();
            let place = format!("{area}/{}", file.file_name().unwrap().to_str().unwrap());
            let text = fs::read_to_string(&file).unwrap();
            let case = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{place} is not a case: {error}"));
            cases.push(Named { place, case });
        }
    }
    cases.sort_by(|a, b| a.place.cmp(&b.place));
    cases
}

/// Folders with cases.
pub const AREAS: [&str; 9] =
    ["audit", "codec", "identity", "envelope", "content", "feed", "log", "wire", "disk"];

/// Writes every case anew, and removes files that are none any more.
///
/// # Panics
/// When the disk refuses.
pub fn write() {
    for area in AREAS {
        let folder = top().join(FOLDER).join(area);
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).unwrap();
    }
    for named in made() {
        fs::write(top().join(FOLDER).join(&named.place), named.case.text()).unwrap();
    }
}

impl Case {
    /// The file of a case.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap();
        text.push('\n');
        text
    }

    /// The bytes.
    ///
    /// # Panics
    /// When they are not lower-case hexadecimal.
    pub fn content(&self) -> Vec<u8> {
        assert!(
            self.bytes.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')),
            "lower-case hexadecimal"
        );
        let pairs = self.bytes.as_bytes().chunks(2);
        pairs
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// Whether the bytes are to be taken.
    pub fn is_good(&self) -> bool {
        self.expect == ACCEPTED
    }
}

/// Gathers the cases of one structure.
struct Sheet {
    area: &'static str,
    structure: &'static str,
    cases: Vec<Named>,
}

impl Sheet {
    fn new(area: &'static str, structure: &'static str) -> Self {
        Self { area, structure, cases: Vec::new() }
    }

    /// A case that is taken.
    fn good(&mut self, name: &str, explains: &str, spec: &[&str], bytes: &[u8]) {
        self.put(name, explains, spec, ACCEPTED.to_owned(), bytes);
    }

    /// A case with one fault, and the class of its refusal.
    fn bad(&mut self, name: &str, explains: &str, spec: &[&str], class: &str, bytes: &[u8]) {
        self.put(name, explains, spec, format!("refused: {class}"), bytes);
    }

    fn put(&mut self, name: &str, explains: &str, spec: &[&str], expect: String, bytes: &[u8]) {
        let case = Case {
            explains: explains.to_owned(),
            spec: spec.iter().map(|id| (*id).to_owned()).collect(),
            structure: self.structure.to_owned(),
            expect,
            bytes: hex(bytes),
        };
        self.cases
            .push(Named { place: format!("{}/{}-{name}.json", self.area, self.structure), case });
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
