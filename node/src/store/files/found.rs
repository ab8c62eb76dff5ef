//! What a start finds in the folder, by its names.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;

use crate::store::files::DRAFT;
use crate::store::files::PART;

/// What was found when the folder was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FilesFound {
    /// Whole files.
    pub whole: u64,
    /// Files of which a part is here.
    pub parts: u64,
    /// Files that were being sealed when the node ended, and parts of nobody; they were removed.
    pub drafts: u64,
    /// Bytes of all that is left.
    pub bytes: u64,
}

/// What a name in the folder says; what is none of ours has no such name, and is left alone.
pub(super) enum Named {
    /// A whole file.
    Whole,
    /// A part, and who sends it.
    Part(Digest, AgencyId),
    /// A draft, or a part that does not say who sends it.
    Unusable,
}

impl Named {
    pub(super) fn of(name: &str) -> Option<Self> {
        let Some((stem, ending)) = name.rsplit_once('.') else {
            return Digest::parse(name).ok().map(|_| Self::Whole);
        };
        match ending {
            DRAFT => Some(Self::Unusable),
            PART => {
                let (digest, author) = stem.split_once('.').unwrap_or((stem, ""));
                let digest = Digest::parse(digest).ok()?;
                let author = AgencyId::parse(author);
                Some(author.map_or(Self::Unusable, |author| Self::Part(digest, author)))
            }
            _ => None,
        }
    }
}
