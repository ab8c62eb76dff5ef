//! Passphrases: where one comes from, and what may be one.
//!
//! Uses `files`. The sources stand in one order, and the first that is there is the only one asked: a file that was
//! named on the command line, the file that the settings name, what systemd hands to the service, the terminal.
//! The environment holds no secret: of it only the folder is read in which systemd puts what it hands over.
//! Absent on purpose: rules about letters and digits. Length is what a guesser pays for.

use std::env;
use std::fmt;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use rustix::termios;
use rustix::termios::LocalModes;
use rustix::termios::OptionalActions;
use zeroize::Zeroizing;

use crate::files;
use crate::files::FileError;

/// Longest passphrase, in bytes.
pub const PASSPHRASE_BYTES_MAX: usize = 1024;

/// Shortest passphrase that is taken for a new file, in characters.
pub const PASSPHRASE_LEN_MIN: usize = 12;

/// The name of the credential that systemd hands over. Source: systemd.exec(5), LoadCredential.
pub const CREDENTIAL: &str = "concord-passphrase";

/// Where systemd says in which folder credentials are.
const CREDENTIALS_FOLDER: &str = "CREDENTIALS_DIRECTORY";

/// A passphrase; silent, not cloned, wiped on drop.
pub struct Passphrase(Zeroizing<Vec<u8>>);

/// Where a passphrase comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A private file with one line.
    File(PathBuf),
    /// What systemd handed over: a file with one line, whose folder systemd guards.
    Credential(PathBuf),
    /// Whoever sits at the terminal.
    Terminal,
    /// Nobody and nothing.
    Nowhere,
}

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// The file.
    #[error("read the passphrase")]
    File(#[from] FileError),
    /// The file does not hold one line.
    #[error(
        "{path} does not hold one line of 1 to {PASSPHRASE_BYTES_MAX} bytes, and nothing after it"
    )]
    Form {
        /// The file.
        path: PathBuf,
    },
    /// The terminal gave none.
    #[error("ask for the passphrase on the terminal")]
    Terminal(#[source] io::Error),
    /// An empty or an endless line.
    #[error("no passphrase was typed")]
    Nothing,
    /// Typed twice, and differently.
    #[error("the two passphrases differ")]
    Differ,
    /// Too short to be taken for a new file.
    #[error("it has {len} characters, and a new passphrase has at least {PASSPHRASE_LEN_MIN}")]
    Short {
        /// Characters found.
        len: usize,
    },
    /// There is no source.
    #[error("nothing gives a passphrase")]
    Nowhere,
}

impl Passphrase {
    /// From the bytes of one line.
    pub fn from_line(line: &[u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let one = (1..=PASSPHRASE_BYTES_MAX).contains(&line.len()) && !line.contains(&b'\n');
        one.then(|| Self(Zeroizing::new(line.to_vec())))
    }

    /// The bytes, to be stretched.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Checks that it is long enough for a new file.
    fn check_length(self) -> Result<Self, PassphraseError> {
        // spec: cus-3
        let len = String::from_utf8_lossy(&self.0).chars().count();
        if len < PASSPHRASE_LEN_MIN { Err(PassphraseError::Short { len }) } else { Ok(self) }
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

impl Source {
    /// The first source that is there: what was named on the command line, what the settings name, systemd, a terminal.
    pub fn find(named: Option<&Path>, set: Option<&Path>) -> Self {
        // spec: cus-3
        if let Some(path) = named.or(set) {
            return Self::File(path.to_owned());
        }
        let handed = env::var_os(CREDENTIALS_FOLDER).map(|dir| Path::new(&dir).join(CREDENTIAL));
        match handed.filter(|path| path.exists()) {
            Some(path) => Self::Credential(path),
            None if io::stdin().is_terminal() => Self::Terminal,
            None => Self::Nowhere,
        }
    }

    /// The passphrase of a file that is there.
    ///
    /// # Errors
    /// When the source gives none.
    pub fn ask(&self, of: &Path) -> Result<Passphrase, PassphraseError> {
        match self {
            Self::File(path) => read(path, files::read_private(path, PASSPHRASE_BYTES_MAX + 2)?),
            Self::Credential(path) => read(path, files::read(path, PASSPHRASE_BYTES_MAX + 2)?),
            Self::Terminal => prompt(&format!("passphrase of {}: ", of.display())),
            Self::Nowhere => Err(PassphraseError::Nowhere),
        }
    }

    /// A passphrase for files that are made; whoever types it types it twice.
    ///
    /// # Errors
    /// When the source gives none, it is too short, or what was typed differs.
    pub fn choose(&self, of: &Path) -> Result<Passphrase, PassphraseError> {
        if *self != Self::Terminal {
            return self.ask(of)?.check_length();
        }
        let first = prompt(&format!("new passphrase for {}: ", of.display()))?.check_length()?;
        let again = prompt("the same again: ")?;
        if first.expose() == again.expose() { Ok(first) } else { Err(PassphraseError::Differ) }
    }
}

fn read(path: &Path, bytes: Zeroizing<Vec<u8>>) -> Result<Passphrase, PassphraseError> {
    let form = || PassphraseError::Form { path: path.to_owned() };
    Passphrase::from_line(&bytes).ok_or_else(form)
}

/// Asks on the terminal; what is typed does not show, and the terminal is as before whatever happens.
fn prompt(question: &str) -> Result<Passphrase, PassphraseError> {
    let input = io::stdin();
    let before = termios::tcgetattr(&input).map_err(failed)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    silent.local_modes.insert(LocalModes::ECHONL);
    // Silent before the question: whoever answers fast must not show the answer, nor lose it.
    termios::tcsetattr(&input, OptionalActions::Flush, &silent).map_err(failed)?;
    let asked = io::stderr().write_all(question.as_bytes());
    // Read without a buffer of the library's, which nobody would wipe; a terminal gives one line at a time.
    let mut line = Zeroizing::new([0; PASSPHRASE_BYTES_MAX + 2]);
    let read = rustix::io::read(&input, line.as_mut_slice());
    termios::tcsetattr(&input, OptionalActions::Now, &before).map_err(failed)?;
    asked.map_err(PassphraseError::Terminal)?;
    let line = line.get(..read.map_err(failed)?).unwrap_or_default();
    Passphrase::from_line(line).ok_or(PassphraseError::Nothing)
}

fn failed(error: rustix::io::Errno) -> PassphraseError {
    PassphraseError::Terminal(error.into())
}

#[cfg(test)]
mod tests;
