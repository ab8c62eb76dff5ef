//! Files at rest that change behind everyone's back: a bit, a page, a tail, a file that is gone, one that is another's.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::chance::Chance;

/// Bytes that a disk loses together.
const PAGE: usize = 4096;

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The embedded store.
    Rows,
    /// The journal's segments and its mark.
    Journal,
    /// Segments of bodies and the keys.
    Bodies,
    /// Head.
    State,
    /// The format file.
    Format,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// One bit is another one.
    Bit,
    /// A page is zeros.
    Zeros,
    /// The end is missing.
    Tail,
    /// It is empty.
    Empty,
    /// It is not there.
    Gone,
    /// It is full of something else.
    Foreign,
    /// A file lies there that was left over, or is nobody's.
    Leftover,
}

/// One change of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Which file.
    pub part: Part,
    /// What happens to it.
    pub change: Change,
}

impl Damage {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        let parts = [Part::Rows, Part::Journal, Part::Bodies, Part::State, Part::Format];
        let changes = [
            Change::Bit,
            Change::Zeros,
            Change::Tail,
            Change::Empty,
            Change::Gone,
            Change::Foreign,
            Change::Leftover,
        ];
        parts.into_iter().flat_map(move |part| changes.map(|change| Self { part, change }))
    }

    /// Any of them.
    pub fn choose(chance: &mut Chance) -> Self {
        let all: Vec<Self> = Self::all().collect();
        all[chance.below(all.len())]
    }

    /// For a table.
    pub fn name(self) -> String {
        let part = match self.part {
            Part::Rows => "embedded store",
            Part::Journal => "journal",
            Part::Bodies => "bodies and keys",
            Part::State => "head",
            Part::Format => "format",
        };
        format!("damaged {part}")
    }

    /// Does it in a node directory; says what was done, or nothing where there was nothing to do it to.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn of(self, dir: &Path, chance: &mut Chance) -> Option<String> {
        let folder = match self.part {
            Part::Rows => dir.join("store"),
            Part::Journal => dir.join("journal"),
            Part::Bodies => dir.join("bodies"),
            Part::State => dir.join("state"),
            Part::Format => dir.to_owned(),
        };
        if self.change == Change::Leftover {
            return leave(&folder, self.part, chance);
        }
        let files = files(&folder, self.part);
        let file = files.get(chance.below(files.len()))?;
        let change = self.change(file, chance)?;
        Some(format!("{change} of {}", file.strip_prefix(dir).unwrap_or(file).display()))
    }

    fn change(self, file: &Path, chance: &mut Chance) -> Option<String> {
        let mut bytes = fs::read(file).unwrap();
        let at = chance.below(bytes.len());
        let said = match self.change {
            Change::Bit => {
                *bytes.get_mut(at)? ^= 1 << chance.below(8);
                format!("a bit of byte {at}")
            }
            Change::Zeros => {
                let from = at / PAGE * PAGE;
                let to = bytes.len().min(from + PAGE);
                bytes[from..to].fill(0);
                format!("zeros from byte {from}")
            }
            Change::Tail => {
                bytes.truncate(at);
                format!("cut at byte {at}")
            }
            Change::Empty => {
                bytes.clear();
                "nothing left".to_owned()
            }
            Change::Gone => {
                fs::remove_file(file).unwrap();
                return Some("loss".to_owned());
            }
            Change::Foreign => {
                bytes.fill_with(|| u8::try_from(chance.draw() & 0xff).unwrap());
                "other bytes in place".to_owned()
            }
            Change::Leftover => return None,
        };
        fs::write(file, bytes).unwrap();
        Some(said)
    }
}

/// Leaves a file where a process that ended might have left it, or where nobody should.
fn leave(folder: &Path, part: Part, chance: &mut Chance) -> Option<String> {
    let names: &[&str] = match part {
        Part::Rows => &[
            "snap.0000000000000000.generating",
            "snap.00000000000FFFFF.generating",
            "snap.FFFFFFFFFFFFFFFF",
            "heap",
            "blobs",
        ],
        Part::Journal => {
            &["mark.new", "0000000000000001.new", "rows-unfit", "notes.txt", "zz.journal"]
        }
        Part::Bodies => &["slots.new", "ffffffff.bodies", "notes.txt"],
        Part::State => &["head.new", "head.refused", "notes.txt"],
        Part::Format => &["format.new", "notes.txt", "core"],
    };
    if !folder.is_dir() {
        return None;
    }
    let name = names[chance.below(names.len())];
    let file = folder.join(name);
    if file.exists() {
        return None;
    }
    let bytes: Vec<u8> =
        (0..chance.below(20_000)).map(|_| u8::try_from(chance.draw() & 0xff).unwrap()).collect();
    fs::write(&file, bytes).unwrap();
    Some(format!("{name} left over"))
}

/// The files of a part, sorted.
fn files(folder: &Path, part: Part) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && (part != Part::Format || path.ends_with("format")))
        .collect();
    found.sort();
    found
}

/// Copies a folder and all that is in it.
///
/// # Panics
/// When the disk refuses.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
