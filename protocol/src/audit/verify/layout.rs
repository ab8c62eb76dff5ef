//! Which part is which: each has its place, and none is missing or left over.

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::audit::bundle;
use crate::audit::bundle::Bundle;
use crate::audit::bundle::Part;
use crate::audit::bundle::sequence::Items;
use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::log::tile::TileId;

/// The parts of a bundle by what they are; where people come in between, by their paths.
pub(super) struct Layout<'a> {
    pub(super) checkpoint: &'a [u8],
    pub(super) tiles: Vec<(TileId, usize, &'a [u8])>,
    pub(super) entries: Vec<Entries<'a>>,
    pub(super) charters: Vec<(String, &'a [u8])>,
    pub(super) credentials: Vec<(String, &'a [u8])>,
    pub(super) headers: Items<'a>,
    pub(super) dispatches: Items<'a>,
    pub(super) receipts: Items<'a>,
    pub(super) peer_checkpoints: Items<'a>,
}

/// A bundle of leaves.
pub(super) struct Entries<'a> {
    pub(super) path: String,
    pub(super) width: usize,
    pub(super) content: &'a [u8],
}

impl<'a> Layout<'a> {
    pub(super) fn of(bundle: &Bundle<'a>) -> Result<Self, Finding> {
        let mut rest = bundle.parts().iter();
        // spec: audit-4
        let (mut checkpoint, mut tiles, mut entries): (&[u8], _, _) = (&[], Vec::new(), Vec::new());
        for part in bundle::tree_parts(bundle.manifest().size) {
            let (path, content) = take(&mut rest, &part)?;
            match part {
                Part::Tile(id, width) => tiles.push((id, width, content)),
                Part::Entries(_, width) => entries.push(Entries { path, width, content }),
                Part::Checkpoint
                | Part::Charter(_)
                | Part::Credential(..)
                | Part::Headers
                | Part::Dispatches
                | Part::Receipts
                | Part::PeerCheckpoints => checkpoint = content,
            }
        }
        let charters = run(&mut rest, "charter/");
        let credentials = run(&mut rest, "credentials/");
        let mut list = |part| take(&mut rest, &part).map(|(_, content)| Items::new(content));
        let [headers, dispatches, receipts, peer_checkpoints] = bundle::LAST_PARTS;
        let layout = Self {
            checkpoint,
            tiles,
            entries,
            charters,
            credentials,
            headers: list(headers)?,
            dispatches: list(dispatches)?,
            receipts: list(receipts)?,
            peer_checkpoints: list(peer_checkpoints)?,
        };
        match rest.next() {
            None => Ok(layout),
            Some((path, _)) => Err(Finding::of(path, Flaw::Surplus)),
        }
    }
}

type Rest<'b, 'a> = core::slice::Iter<'b, (String, &'a [u8])>;

/// The next part, which has to be this one.
fn take<'a>(rest: &mut Rest<'_, 'a>, part: &Part) -> Result<(String, &'a [u8]), Finding> {
    let expected = part.path();
    match rest.next() {
        Some((path, content)) if *path == expected => Ok((expected, content)),
        Some((path, _)) => Err(Finding::of(path, Flaw::PartPath { expected })),
        None => Err(Finding::of(bundle::MANIFEST, Flaw::PartPath { expected })),
    }
}

/// The parts that follow under one folder.
fn run<'a>(rest: &mut Rest<'_, 'a>, folder: &str) -> Vec<(String, &'a [u8])> {
    let here = rest.as_slice().iter().take_while(|(path, _)| path.starts_with(folder));
    let run: Vec<(String, &'a [u8])> =
        here.map(|(path, content)| (path.to_string(), *content)).collect();
    *rest = rest.as_slice().get(run.len()..).unwrap_or_default().iter();
    run
}
