//! One target for each decoder, in families that share the time of a campaign.
//!
//! A target panics when something does not hold. What is taken must be written again with the same bytes; what is
//! refused must be refused in words. Time and memory are watched by [`crate::drive`].

mod engine;
mod federation;
mod files;
mod journals;
mod names;
mod notes;
mod structures;

use crate::corpus::Start;

/// A decoder, and where its bytes begin.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// As the command line names it.
    pub name: &'static str,
    /// Where the bytes begin.
    pub start: Start,
    /// Decodes, and panics when something does not hold.
    pub run: fn(&[u8]),
}

/// Targets of one subject.
#[derive(Clone, Debug)]
pub struct Family {
    /// As the command line names it.
    pub name: &'static str,
    /// Its targets, in order.
    pub targets: Vec<Target>,
}

/// Every family, in the order of the areas of the specification.
pub fn families() -> Vec<Family> {
    let family = |name, parts: &[&[Target]]| Family { name, targets: parts.concat() };
    vec![
        family("encoding", &[structures::ENCODING]),
        family("identity", &[structures::IDENTITY, federation::PAPERS]),
        family("messages", &[structures::MESSAGES, files::SUBMISSIONS]),
        family("log", &[structures::LOG, notes::TARGETS]),
        family("audit", &[structures::AUDIT]),
        family("wire", &[structures::WIRE, federation::MIRRORS]),
        family("journal", &[structures::RECORDS, journals::TARGETS]),
        family("folder", &[files::FOLDER]),
        family("names", &[names::TARGETS]),
        family("engine", &[engine::TARGETS]),
    ]
}

/// Every target.
pub fn all() -> Vec<Target> {
    families().into_iter().flat_map(|family| family.targets).collect()
}

/// The families that a name of the command line means: one, the one of a target with that target alone, or none.
pub fn named(name: &str) -> Vec<Family> {
    let mut found = families();
    if found.iter().any(|family| family.name == name && family.targets.len() > 1) {
        found.retain(|family| family.name == name);
    } else {
        found.iter_mut().for_each(|family| family.targets.retain(|target| target.name == name));
        found.retain(|family| !family.targets.is_empty());
    }
    found
}

impl Family {
    /// Feeds the rest to the target that the first byte chooses.
    pub fn run(&self, bytes: &[u8]) {
        let Some((first, rest)) = bytes.split_first() else { return };
        if let Some(target) = self.target(*first) {
            (target.run)(rest);
        }
    }

    /// The target that a first byte chooses.
    pub fn target(&self, first: u8) -> Option<&Target> {
        self.targets.get(usize::from(first).checked_rem(self.targets.len())?)
    }
}

const fn of(name: &'static str, start: Start, run: fn(&[u8])) -> Target {
    Target { name, start, run }
}
