//! What a root has signed, in a file beside it, so that it never signs two things that do not fit: two versions of a
//! charter, or two credentials of one serial.
//!
//! One line for each version: its number, the number of the version that it follows, its digest, and the digests that it
//! names. One line for each credential: the word `credential`, the charter's name, the serial, and the digest of what was
//! signed. Whoever keeps the root without this file has to remember by other means.

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter::vow::Verdict;
use concord_protocol::identity::charter::vow::Vow;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Serial;

use crate::cli::fail;
use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::report::Report;
use crate::report::code::Code;

/// Longest file of vows, in bytes: four thousand versions.
const VOWS_BYTES_MAX: usize = 1024 * 1024;

/// What the line of a credential begins with; that of a version begins with a number.
const CREDENTIAL: &str = "credential";

/// A credential that a root signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Under which charter.
    pub charter: CharterName,
    /// Its serial.
    pub serial: Serial,
    /// The digest of what was signed.
    pub digest: Digest,
}

/// Everything that a root has signed.
#[derive(Clone, Debug, Default)]
struct Signed {
    vows: Vec<Vow>,
    granted: Vec<Granted>,
}

/// Writes down that a root is about to sign, before it does.
///
/// # Errors
/// When it signed something against it, or the file cannot be used; nothing may be signed then.
// spec: chr-7
pub fn take(root: &Path, vow: &Vow, what: &'static str) -> Result<(), Report> {
    let path = beside(root);
    let mut known = read(&path, what)?;
    for before in &known.vows {
        let why = match before.beside(vow) {
            Verdict::Fit => continue,
            Verdict::SameNumber => {
                format!(
                    "this root signed another version {} already: {}",
                    before.version, before.digest
                )
            }
            Verdict::PassedBy => format!(
                "this root signed version {} with the digest {}, and one of the two passes the other by without naming it",
                before.version, before.digest
            ),
        };
        let refused = Report::new(Code::VowBroken, what, why);
        return Err(if vow.version == CharterVersion::new(1) {
            refused.with_remedy("a federation is founded once; propose what follows after the versions in force: `concord charter export`, then `concord charter propose DRAFT --after FILE`")
        } else {
            refused
        });
    }
    if known.vows.iter().any(|before| before.digest == vow.digest) {
        return Ok(());
    }
    known.vows.push(vow.clone());
    write(&path, &known, what)
}

/// Writes down that a root is about to hand out a credential, before it does.
///
/// # Errors
/// When it signed another one with the serial, or the file cannot be used; nothing may be handed out then.
// spec: id-55
pub fn grant(root: &Path, granted: &Granted, what: &'static str) -> Result<(), Report> {
    let path = beside(root);
    let mut known = read(&path, what)?;
    let same =
        |before: &&Granted| before.charter == granted.charter && before.serial == granted.serial;
    match known.granted.iter().find(same) {
        Some(before) if before.digest == granted.digest => Ok(()),
        Some(before) => {
            let Granted { serial, digest, .. } = before;
            let why = format!("this root signed another credential {serial} already: {digest}");
            Err(Report::new(Code::SerialSigned, what, why))
        }
        None => {
            known.granted.push(granted.clone());
            write(&path, &known, what)
        }
    }
}

fn write(path: &Path, signed: &Signed, what: &'static str) -> Result<(), Report> {
    let granted = signed.granted.iter().map(|granted| {
        format!("{CREDENTIAL} {} {} {}\n", granted.charter, granted.serial, granted.digest)
    });
    let lines: String = signed.vows.iter().map(line).chain(granted).collect();
    let written = match files::make(path, lines.as_bytes(), Access::Private) {
        Err(FileError::Exists { .. }) => files::replace(path, lines.as_bytes()),
        made => made,
    };
    written.map_err(|error| fail::file(what, &error))
}

fn beside(root: &Path) -> PathBuf {
    let mut name: OsString = root.as_os_str().to_owned();
    name.push(".signed");
    PathBuf::from(name)
}

fn read(path: &Path, what: &'static str) -> Result<Signed, Report> {
    let bytes = match files::read(path, VOWS_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(FileError::Unreadable { source, .. })
            if source.kind() == std::io::ErrorKind::NotFound =>
        {
            return Ok(Signed::default());
        }
        Err(error) => return Err(fail::file(what, &error)),
    };
    let text = str::from_utf8(&bytes).unwrap_or("?");
    let mut signed = Signed::default();
    for line in text.lines() {
        let read = match line.strip_prefix(CREDENTIAL) {
            Some(rest) => parse_granted(rest).map(|granted| signed.granted.push(granted)),
            None => parse(line).map(|vow| signed.vows.push(vow)),
        };
        read.ok_or_else(|| unreadable(path, what))?;
    }
    Ok(signed)
}

fn parse_granted(rest: &str) -> Option<Granted> {
    let mut words = rest.strip_prefix(' ')?.split(' ');
    let charter = CharterName::parse(words.next()?).ok()?;
    let serial = words.next()?.parse().ok().map(Serial::new)?;
    let digest = Digest::parse(words.next()?).ok()?;
    words.next().is_none().then_some(Granted { charter, serial, digest })
}

fn unreadable(path: &Path, what: &'static str) -> Report {
    let why = format!("{} does not say what this root has signed", path.display());
    Report::new(Code::VowBroken, what, why)
        .with_remedy("put back the file as it was: it keeps the root from signing against itself")
}

fn line(vow: &Vow) -> String {
    let mut line = format!("{} {} {}", vow.version, vow.since, vow.digest);
    vow.names.iter().for_each(|name| line.push_str(&format!(" {name}")));
    line.push('\n');
    line
}

fn parse(line: &str) -> Option<Vow> {
    let mut words = line.split(' ');
    let mut number = || words.next()?.parse().ok().map(CharterVersion::new);
    let (version, since) = (number()?, number()?);
    let digest = Digest::parse(words.next()?).ok()?;
    let names = words.map(|word| Digest::parse(word).ok()).collect::<Option<Vec<Digest>>>()?;
    Some(Vow { version, digest, since, names })
}
