//! What a root has signed, in a file beside it, so that it never signs two versions that do not fit.
//!
//! One line for each version: its number, the number of the version that it follows, its digest, and the digests that it
//! names. Whoever keeps the root without this file has to remember by other means.

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter::vow::Verdict;
use concord_protocol::identity::charter::vow::Vow;
use concord_protocol::ids::CharterVersion;

use crate::cli::fail;
use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::report::Report;
use crate::report::code::Code;

/// Longest file of vows, in bytes: four thousand versions.
const VOWS_BYTES_MAX: usize = 1024 * 1024;

/// Writes down that a root is about to sign, before it does.
///
/// # Errors
/// When it signed something against it, or the file cannot be used; nothing may be signed then.
// spec: chr-7
pub fn take(root: &Path, vow: &Vow, what: &'static str) -> Result<(), Report> {
    let path = beside(root);
    let known = read(&path, what)?;
    for before in &known {
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
        return Err(Report::new(Code::VowBroken, what, why));
    }
    if known.iter().any(|before| before.digest == vow.digest) {
        return Ok(());
    }
    let lines: String = known.iter().chain([vow]).map(line).collect();
    let written = match files::make(&path, lines.as_bytes(), Access::Private) {
        Err(FileError::Exists { .. }) => files::replace(&path, lines.as_bytes()),
        made => made,
    };
    written.map_err(|error| fail::file(what, &error))
}

fn beside(root: &Path) -> PathBuf {
    let mut name: OsString = root.as_os_str().to_owned();
    name.push(".signed");
    PathBuf::from(name)
}

fn read(path: &Path, what: &'static str) -> Result<Vec<Vow>, Report> {
    let bytes = match files::read(path, VOWS_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(FileError::Unreadable { source, .. })
            if source.kind() == std::io::ErrorKind::NotFound =>
        {
            return Ok(Vec::new());
        }
        Err(error) => return Err(fail::file(what, &error)),
    };
    let text = str::from_utf8(&bytes).unwrap_or("?");
    text.lines().map(|line| parse(line).ok_or_else(|| unreadable(path, what))).collect()
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
