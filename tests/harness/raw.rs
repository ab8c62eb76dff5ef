//! Raw files: whether any part of given bytes stands anywhere in a folder, whatever the files mean.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Length of the pieces that are looked for; shorter secrets are looked for whole.
const PIECE: usize = 16;

/// Bytes that must not stand anywhere.
#[derive(Debug, Default)]
pub struct Needles {
    pieces: BTreeMap<[u8; PIECE], &'static str>,
    /// Whether a piece begins with these two bytes.
    begins: Vec<bool>,
}

impl Needles {
    /// Adds bytes under a name; at least one piece long. Pieces of one repeated byte say nothing and are left out.
    ///
    /// # Panics
    /// When they are shorter than a piece.
    pub fn add(&mut self, name: &'static str, bytes: &[u8]) {
        assert!(bytes.len() >= PIECE, "{name} is too short to be looked for");
        self.begins.resize(usize::from(u16::MAX) + 1, false);
        for piece in bytes.chunks_exact(PIECE) {
            let piece: [u8; PIECE] = piece.try_into().unwrap();
            if piece.iter().any(|byte| *byte != piece[0]) {
                self.begins[usize::from(u16::from_be_bytes([piece[0], piece[1]]))] = true;
                self.pieces.insert(piece, name);
            }
        }
    }

    /// What was found, each with the file and the place.
    pub fn found_in(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for path in files(folder) {
            let bytes = fs::read(&path).unwrap();
            for (at, piece) in bytes.windows(PIECE).enumerate() {
                if !self.begins[usize::from(u16::from_be_bytes([piece[0], piece[1]]))] {
                    continue;
                }
                if let Some(name) = self.pieces.get(piece) {
                    found.push(format!("{name} in {} at {at}", path.display()));
                }
            }
        }
        found
    }
}

/// Every file in a folder and below it.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
