//! What a recipient is about to do with a message of another agency: pass it on, or use it.

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::purpose::PurposeKind;
use crate::moment::Timestamp;
use crate::procedure::control::OnwardRecipient;
use crate::procedure::control::OnwardUse;

/// Something that is about to be passed on.
#[derive(Clone, Copy, Debug)]
pub struct Passing<'p> {
    /// By whom.
    pub by: &'p AgencyId,
    /// Which message.
    pub item: &'p MessageId,
    /// To whom.
    pub to: &'p OnwardRecipient,
    /// For what.
    pub to_use: OnwardUse,
    /// When.
    pub at: Timestamp,
}

/// For what a recipient uses a message.
#[derive(Clone, Copy, Debug)]
pub struct Purposed<'u> {
    /// For which kind of purpose.
    pub purpose: PurposeKind,
    /// In which of its own cases; absent where every case will do.
    pub case: Option<&'u Digest>,
}
