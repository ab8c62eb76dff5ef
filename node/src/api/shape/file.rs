//! Files beside messages in JSON.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::message::attachment::SealedFile;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::files::wants::FailedTry;
use crate::host::files::wants::Wanting;
use crate::host::handle::files::FileStanding;

/// A file that was added: what a submission names it by. The key opens it, and stands nowhere but in this answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddedFile {
    /// SHA-256 of the sealed file, in hexadecimal.
    pub digest: String,
    /// The length of the sealed file in bytes.
    pub length: u64,
    /// The key, in hexadecimal; it belongs into the body of the message.
    pub key: String,
}

/// How a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// All of it is here.
    Here,
    /// It is coming now.
    Fetching,
    /// It is asked for when its time has come.
    Waiting,
    /// Its author does not send it, or sends something else; or it is longer than this node takes.
    Refused,
    /// A message names it, and it is neither here nor asked for.
    Missing,
    /// The body of every message that names it was erased.
    Gone,
}

/// A file, as far as it is here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileDocument {
    /// SHA-256 of the sealed file, in hexadecimal.
    pub digest: String,
    /// How it stands.
    pub state: FileState,
    /// Sealed bytes that are here.
    pub held: u64,
    /// Sealed bytes that it has; absent where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// Why the last try brought nothing: `broken`, `wrong`, `not-taken`, `too-long`, or the author's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl FileState {
    /// The state as it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Fetching => "fetching",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Missing => "missing",
            Self::Gone => "gone",
        }
    }
}

impl From<&SealedFile> for AddedFile {
    fn from(file: &SealedFile) -> Self {
        let key = file.key.text().as_str().to_owned();
        Self { digest: file.digest.to_string(), length: file.length, key }
    }
}

impl FileDocument {
    /// From how it stands.
    pub fn new(digest: &Digest, standing: FileStanding) -> Self {
        let (state, held, length, trouble) = match standing {
            FileStanding::Here { length } => (FileState::Here, length, Some(length), None),
            FileStanding::Coming { held, length, wanting } => {
                let (state, trouble) = of_wanting(wanting);
                (state, held, Some(length), trouble)
            }
            FileStanding::Missing { length } => (FileState::Missing, 0, Some(length), None),
            FileStanding::Gone => (FileState::Gone, 0, None, None),
        };
        let trouble = trouble.map(str::to_owned);
        Self { digest: digest.to_string(), state, held, length, trouble }
    }
}

const fn of_wanting(wanting: Wanting) -> (FileState, Option<&'static str>) {
    match wanting {
        Wanting::Fetching => (FileState::Fetching, None),
        Wanting::Waiting(None) => (FileState::Waiting, None),
        Wanting::Waiting(Some(FailedTry::Refused(code))) => (FileState::Refused, Some(code.text())),
        Wanting::Waiting(Some(FailedTry::Broken)) => (FileState::Waiting, Some("broken")),
        Wanting::Waiting(Some(FailedTry::Wrong)) => (FileState::Waiting, Some("wrong")),
        Wanting::Waiting(Some(FailedTry::NotTaken)) => (FileState::Waiting, Some("not-taken")),
        Wanting::TooLong => (FileState::Refused, Some("too-long")),
        Wanting::GivenUp => (FileState::Refused, Some("wrong")),
    }
}

impl core::fmt::Debug for AddedFile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "AddedFile({})", self.digest)
    }
}
