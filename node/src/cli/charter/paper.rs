//! A charter's file, as it travels: version 1 alone while its founders sign it, later every version with what is proposed.

use std::path::Path;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::Proposal;
use concord_protocol::identity::charter::chain;
use concord_protocol::identity::charter::chain::ChainError;
use concord_protocol::identity::charter::papers::PaperError;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::ids::CharterVersion;
use concord_protocol::limits::CHAIN_BYTES_MAX;

use crate::cli::fail;
use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::report::Report;

/// What a file holds.
#[derive(Debug)]
pub enum Paper {
    /// Version 1, which its founders sign in turn.
    Founding(Box<Proposal>),
    /// The versions so far, and what is proposed.
    Papers(Box<Papers>),
}

/// The documents in a file; nothing of them is believed.
///
/// # Errors
/// When it cannot be read, or holds no documents of a charter.
pub fn documents(path: &Path, what: &'static str) -> Result<Vec<Vec<u8>>, Report> {
    let bytes = files::read(path, CHAIN_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    chain::read(&bytes).map_err(|error| {
        let report = fail::chain(what, &error);
        if !is_text(&bytes) {
            return report;
        }
        report.with_remedy(format!(
            "{} is a text, perhaps the draft: `concord charter propose DRAFT --out FILE` makes a charter of it; name that file",
            path.display()
        ))
    })
}

/// Whether a file is for eyes; no document of a charter is.
fn is_text(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| !text.is_empty() && !text.contains('\0'))
}

/// Reads a file and checks everything in it but who has signed what is only proposed.
///
/// # Errors
/// The first document that does not hold.
pub fn read(path: &Path, what: &'static str) -> Result<Paper, Report> {
    let documents = documents(path, what)?;
    let Some((first, later)) = documents.split_first() else {
        return Err(fail::chain(what, &ChainError::Count { found: 0 }));
    };
    let proposal = charter::read(first).map_err(|error| fail::charter(what, &error))?;
    if later.is_empty() && proposal.charter().version == CharterVersion::new(1) {
        return Ok(Paper::Founding(Box::new(proposal)));
    }
    let founding = charter::verify(first, None).map_err(|error| fail::charter(what, &error))?;
    let mut papers = Papers::found(founding);
    let taken = papers.take(later);
    for refused in taken.refused {
        match (&refused.why, refused.place) {
            (PaperError::Unsigned, Some((_, digest))) => {
                lay_open(&mut papers, later, digest, what)?
            }
            (why, _) => return Err(fail::paper(what, why)),
        }
    }
    Ok(Paper::Papers(Box::new(papers)))
}

/// What is proposed is in its own file before anybody has signed it.
fn lay_open(
    papers: &mut Papers,
    documents: &[Vec<u8>],
    digest: Digest,
    what: &'static str,
) -> Result<(), Report> {
    let found = documents.iter().filter_map(|bytes| charter::read(bytes).ok());
    match found.into_iter().find(|proposal| proposal.digest() == digest) {
        Some(proposal) => papers.draft(proposal).map_err(|error| fail::paper(what, &error)),
        None => Ok(()),
    }
}

/// The same, of a file that must hold at least one version that is in force.
///
/// # Errors
/// When it holds version 1 without the signatures of all founders.
pub fn papers(path: &Path, what: &'static str) -> Result<Papers, Report> {
    match read(path, what)? {
        Paper::Papers(papers) => Ok(*papers),
        Paper::Founding(proposal) => {
            let bytes = proposal.to_bytes().map_err(|error| fail::charter(what, &error.into()))?;
            let verified =
                charter::verify(&bytes, None).map_err(|error| fail::charter(what, &error))?;
            Ok(Papers::found(verified))
        }
    }
}

/// Every document as the bytes of a file.
///
/// # Errors
/// When there are more of them than a file may hold.
pub fn bytes(papers: &Papers, what: &'static str) -> Result<Vec<u8>, Report> {
    let documents = papers.documents().map_err(|error| fail::charter(what, &error.into()))?;
    let documents: Vec<Vec<u8>> = documents.into_values().collect();
    chain::write(&documents).map_err(|error| fail::chain(what, &error))
}

/// Writes every document to a new file, or over one that is there.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, papers: &Papers, what: &'static str) -> Result<(), Report> {
    let bytes = bytes(papers, what)?;
    let made = match files::make(path, &bytes, Access::Public) {
        Err(FileError::Exists { .. }) => files::replace(path, &bytes),
        made => made,
    };
    made.map_err(|error| fail::file(what, &error))
}
