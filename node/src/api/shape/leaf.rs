//! A leaf of the log in JSON: its kind and its fields.

use concord_protocol::codec;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::leaf::Outcome;
use concord_protocol::log::leaf::ReceiptItem;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::shape;

/// What a leaf says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Leaf)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum LeafDocument {
    /// The node started.
    Started {
        /// When, by the node's clock.
        at: String,
        /// Charter version in force.
        charter_version: u64,
        /// Serial of the node's credential in force.
        credential: u64,
        /// Whether a peer had confirmed the newest checkpoint before.
        probed: bool,
    },
    /// A message of one's own.
    Message {
        /// The signed header.
        header: String,
    },
    /// A message of one's own got its number on the link to a recipient.
    Sent {
        /// The message.
        message: String,
        /// The recipient.
        to: String,
        /// Epoch of the link.
        epoch: u64,
        /// Number on the link.
        number: u64,
    },
    /// A peer's message was taken.
    Received {
        /// The message.
        message: String,
        /// The peer.
        from: String,
        /// Epoch of the link.
        epoch: u64,
        /// Number on the link.
        number: u64,
        /// Digest of the signed dispatch that covered it.
        dispatch: String,
        /// When, by the node's clock.
        at: String,
        /// `whole` with its body, `tombstone` without.
        form: String,
    },
    /// A peer's message was refused.
    Refused {
        /// The message.
        message: String,
        /// The peer.
        from: String,
        /// Epoch of the link.
        epoch: u64,
        /// Number on the link.
        number: u64,
        /// Digest of the signed dispatch that covered it.
        dispatch: String,
        /// When, by the node's clock.
        at: String,
        /// Why, as a registered code.
        code: String,
    },
    /// A peer's receipt was checked and taken.
    ReceiptHeld {
        /// The peer.
        from: String,
        /// Epoch of the link to the peer.
        epoch: u64,
        /// What it settles.
        items: Vec<SettledNumber>,
        /// Digest of the receipt.
        receipt: String,
        /// Size of the peer's log in the receipt's checkpoint.
        size: u64,
        /// Root of the peer's log in the receipt's checkpoint.
        root: String,
    },
    /// An officer opened a body.
    Read {
        /// The message.
        message: String,
        /// Who, by pseudonymous number.
        officer: String,
        /// For which purpose.
        purpose: String,
        /// When, by the node's clock.
        at: String,
    },
    /// A bundle of this log was handed out.
    Exported {
        /// Digest of the bundle.
        bundle: String,
        /// Leaves that it covers.
        size: u64,
        /// When, by the node's clock.
        at: String,
    },
    /// The body of a message was erased.
    Erased {
        /// The message.
        message: String,
        /// Place of its leaf.
        leaf: u64,
        /// Digest of the sealed body.
        sealed: String,
        /// `retention`, `recall` or `order`.
        cause: String,
        /// The instrument that it rests on.
        basis: String,
        /// Who, by pseudonymous number.
        officer: String,
        /// When the last backup of the key dies; absent when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keys_until: Option<String>,
        /// When, by the node's clock.
        at: String,
    },
    /// Somebody signed two things that do not fit.
    Evidence {
        /// Digest of the evidence file.
        evidence: String,
        /// `log-fork`, `receipt-fork`, `witness-fork`, `number-reused`, `id-reused` or `log-outlived`.
        shows: String,
        /// Whose key signed both.
        accused: String,
        /// When, by the node's clock.
        at: String,
    },
    /// Why the log before this one ended, and who approved.
    Succession {
        /// The signed statement.
        statement: String,
        /// The approvals of other members.
        approvals: Vec<String>,
    },
    /// The node signs again after a doubt about its own log.
    Resumed {
        /// When, by the node's clock.
        at: String,
        /// `probing` or `quarantine`.
        after: String,
        /// `probed`, `overridden` or `healed`.
        how: String,
        /// Leaves that the node had when the doubt began.
        from: u64,
        /// Who decided, where a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        officer: Option<String>,
    },
    /// A message that an earlier log of this agency holds.
    Carried {
        /// The message.
        message: String,
        /// Number of the earlier log.
        log: u64,
        /// Place of its leaf there.
        index: u64,
    },
    /// Credentials of a member, or of this agency, ended before their time.
    Revocation {
        /// The signed revocation, in hexadecimal.
        revocation: String,
        /// When this node knew it, by its clock.
        at: String,
    },
}

/// One number that a receipt settles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettledNumber {
    /// Number on the link.
    pub number: u64,
    /// The message.
    pub message: String,
    /// Place of the leaf in the peer's log.
    pub index: u64,
    /// The code of a refusal; absent when the message was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl LeafDocument {
    /// Reads a leaf's bytes; `None` for a kind that this release does not know.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        codec::decode::<Leaf>(bytes).ok().map(Self::from)
    }

    /// The kind, as it is written.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Message { .. } => "message",
            Self::Sent { .. } => "sent",
            Self::Received { .. } => "received",
            Self::Refused { .. } => "refused",
            Self::ReceiptHeld { .. } => "receipt-held",
            Self::Read { .. } => "read",
            Self::Exported { .. } => "exported",
            Self::Erased { .. } => "erased",
            Self::Evidence { .. } => "evidence",
            Self::Succession { .. } => "succession",
            Self::Resumed { .. } => "resumed",
            Self::Carried { .. } => "carried",
            Self::Revocation { .. } => "revocation",
        }
    }
}

impl From<Leaf> for LeafDocument {
    #[expect(clippy::too_many_lines, reason = "a table: one arm for each kind of leaf")]
    fn from(leaf: Leaf) -> Self {
        match leaf {
            Leaf::Started { at, charter_version, credential, probed } => Self::Started {
                at: at.to_string(),
                charter_version: charter_version.get(),
                credential: credential.get(),
                probed,
            },
            Leaf::Message { header } => Self::Message { header: shape::hex(&header) },
            Leaf::Sent { message, to, epoch, number } => Self::Sent {
                message: message.to_string(),
                to: to.to_string(),
                epoch: epoch.get(),
                number: number.get(),
            },
            Leaf::Received { message, from, epoch, number, dispatch, at, form } => Self::Received {
                message: message.to_string(),
                from: from.to_string(),
                epoch: epoch.get(),
                number: number.get(),
                dispatch: dispatch.to_string(),
                at: at.to_string(),
                form: form_text(form).to_owned(),
            },
            Leaf::Refused { message, from, epoch, number, dispatch, at, code } => Self::Refused {
                message: message.to_string(),
                from: from.to_string(),
                epoch: epoch.get(),
                number: number.get(),
                dispatch: dispatch.to_string(),
                at: at.to_string(),
                code: code.to_string(),
            },
            Leaf::ReceiptHeld { from, epoch, items, receipt, size, root } => Self::ReceiptHeld {
                from: from.to_string(),
                epoch: epoch.get(),
                items: items.iter().map(SettledNumber::from).collect(),
                receipt: receipt.to_string(),
                size: size.get(),
                root: root.to_string(),
            },
            Leaf::Read { message, officer, purpose, at } => Self::Read {
                message: message.to_string(),
                officer: officer.to_string(),
                purpose: purpose.to_string(),
                at: at.to_string(),
            },
            Leaf::Exported { bundle, size, at } => {
                Self::Exported { bundle: bundle.to_string(), size: size.get(), at: at.to_string() }
            }
            Leaf::Erased { message, leaf, sealed, cause, basis, officer, keys_until, at } => {
                Self::Erased {
                    message: message.to_string(),
                    leaf: leaf.get(),
                    sealed: sealed.to_string(),
                    cause: cause.code().to_owned(),
                    basis: basis.to_string(),
                    officer: officer.to_string(),
                    keys_until: keys_until.map(|until| until.to_string()),
                    at: at.to_string(),
                }
            }
            Leaf::Evidence { evidence, kind, accused, at } => Self::Evidence {
                evidence: evidence.to_string(),
                shows: kind.code().to_owned(),
                accused: accused.to_string(),
                at: at.to_string(),
            },
            Leaf::Succession { statement, approvals } => Self::Succession {
                statement: shape::hex(&statement),
                approvals: approvals.iter().map(|approval| shape::hex(approval)).collect(),
            },
            Leaf::Resumed { at, after, how, from, officer } => Self::Resumed {
                at: at.to_string(),
                after: after.code().to_owned(),
                how: how.code().to_owned(),
                from: from.get(),
                officer: officer.map(|officer| officer.to_string()),
            },
            Leaf::Carried { message, log, index } => {
                Self::Carried { message: message.to_string(), log: log.get(), index: index.get() }
            }
            Leaf::Revocation { revocation, at } => {
                Self::Revocation { revocation: shape::hex(&revocation), at: at.to_string() }
            }
        }
    }
}

impl From<&ReceiptItem> for SettledNumber {
    fn from(item: &ReceiptItem) -> Self {
        Self {
            number: item.number.get(),
            message: item.message.to_string(),
            index: item.index.get(),
            refused: match item.outcome {
                Outcome::Accepted => None,
                Outcome::Refused { code } => Some(code.to_string()),
            },
        }
    }
}

const fn form_text(form: Form) -> &'static str {
    match form {
        Form::Whole => "whole",
        Form::Tombstone => "tombstone",
    }
}
