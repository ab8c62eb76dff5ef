//! `concord peer add | revoke FILE --dir`: takes in a credential or a revocation while the node is stopped.
//!
//! A running node gets the same file through its API; it alone writes its store. Which of the two a file is, its content
//! type says, and each command takes its own: who meant to end a key must not hear that it is known.

use std::path::Path;

use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::hybrid::HybridSigned;
use concord_protocol::identity::revocation::VerifiedRevocation;
use concord_protocol::limits::CREDENTIAL_BYTES_MAX;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::node;
use crate::files;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::enrolment::EnrolmentError;
use crate::settings::folder::NodeFolder;
use crate::settings::folder::Occupancy;

/// What a command takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// A credential, which is added.
    Credential,
    /// A revocation, which ends credentials.
    Revocation,
}

impl Paper {
    /// What it is called.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Revocation => "revocation",
        }
    }

    /// What a failure is headed by.
    pub const fn not_taken(self) -> &'static str {
        match self {
            Self::Credential => "the credential was not taken in",
            Self::Revocation => "nothing was revoked here",
        }
    }

    const fn content(self) -> ContentType {
        match self {
            Self::Credential => ContentType::Credential,
            Self::Revocation => ContentType::Revocation,
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Credential => Self::Revocation,
            Self::Revocation => Self::Credential,
        }
    }

    /// What to do where another file than this one was named.
    const fn meant(self) -> &'static str {
        match self {
            Self::Credential => {
                "a revocation is taken in by `concord peer revoke FILE`; nothing takes it back"
            }
            Self::Revocation => {
                "to end credentials, name the file that `concord root revoke` wrote; a credential is taken in by `concord peer add FILE`"
            }
        }
    }

    /// Reads a file that must be of this kind; nothing in it is believed yet.
    ///
    /// # Errors
    /// When it cannot be read, is of the other kind, or is to end credentials and does not.
    // spec: id-53
    pub fn read(self, file: &Path) -> Result<Vec<u8>, Report> {
        let what = self.not_taken();
        let bytes =
            files::read(file, CREDENTIAL_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
        let is = |paper: Self| HybridSigned::parse(&bytes, paper.content()).is_ok();
        let why = match self {
            _ if is(self.other()) => {
                format!("{} is a {}, no {}", file.display(), self.other().text(), self.text())
            }
            Self::Revocation if !is(self) => format!("{} is no revocation", file.display()),
            // What else is wrong with it, whoever verifies it says.
            Self::Credential | Self::Revocation => return Ok(bytes.to_vec()),
        };
        Err(Report::new(Code::CredentialRefused, what, why)
            .with_remedy(self.meant())
            .with_exit(Exit::VerificationFailed))
    }
}

/// Verifies a credential or a revocation up to the adopted charter and keeps it for the node's next start.
///
/// # Errors
/// When a node runs on the folder, or the file is of the other kind, does not verify or contradicts another one.
pub fn add(folder: &NodeFolder, file: &Path, paper: Paper) -> Result<Answer, Report> {
    let what = paper.not_taken();
    let settings = Settings::load(folder).map_err(|error| fail::settings(what, &error))?;
    match folder.occupancy().map_err(|error| fail::file(what, &error))? {
        Occupancy::Free => {}
        Occupancy::Taken => {
            let why = format!("a node runs on {}", folder.path().display());
            return Err(Report::new(Code::NodeRunning, what, why));
        }
    }
    // The same file is read again where it is verified.
    paper.read(file)?;
    let refused = |error: EnrolmentError| fail::enrolment(what, &error);
    match paper {
        Paper::Revocation => {
            let verified =
                enrolment::import_revocation(folder, &settings, file).map_err(refused)?;
            Ok(revoked(&verified))
        }
        Paper::Credential => {
            let (credential, admission) =
                enrolment::import_peer(folder, &settings, file).map_err(refused)?;
            Ok(node::taken(&credential, admission))
        }
    }
}

/// Answers that a revocation was taken in.
pub fn revoked(verified: &VerifiedRevocation) -> Answer {
    let said = verified.revocation();
    let logs = said.logs.iter().map(|good| format!("log {} up to {} leaves", good.log, good.size));
    let logs: Vec<String> = logs.collect();
    let good = if logs.is_empty() { "nothing".to_owned() } else { logs.join(", ") };
    let text = format!(
        "revoked    credentials 1 to {} of {} ({})\ngood       {good}\n",
        said.through, said.agency, said.reason
    );
    let json = json!({
        "agency": said.agency.as_str(),
        "through": said.through.get(),
        "reason": said.reason.text(),
        "digest": verified.digest().to_string(),
        "logs": said.logs.iter().map(|good| json!({"log": good.log.get(), "size": good.size.get()})).collect::<Vec<_>>(),
    });
    Answer::new(text, json)
}
