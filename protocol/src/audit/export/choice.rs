//! Which leaves are in the scope of a bundle. Source: spec audit-26.

use crate::audit::bundle::Scope;
use crate::audit::prints::Print;
use crate::audit::prints::Prints;
use crate::audit::prints::Seed;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::envelope::header::Header;
use crate::ids::LeafIndex;
use crate::log::leaf::Leaf;

/// Goes through a log from its first leaf and says of each whether it is disclosed.
pub(super) struct Choice<'a> {
    scope: Option<&'a Scope>,
    seed: Seed,
    /// Messages of its own that are disclosed.
    own: Prints,
    /// Messages of others that are disclosed.
    taken: Prints,
}

/// Whether a leaf is about what the scope names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Scope,
    Else,
}

impl From<bool> for About {
    fn from(about: bool) -> Self {
        if about { Self::Scope } else { Self::Else }
    }
}

impl<'a> Choice<'a> {
    pub(super) fn new(scope: Option<&'a Scope>, seed: Seed, size: u64) -> Self {
        let kept = match scope {
            None | Some(Scope::Range { .. }) => 0,
            Some(Scope::Procedure { .. } | Scope::Peer { .. }) => size,
        };
        Self { scope, seed, own: Prints::new(kept, 0), taken: Prints::new(kept, 0) }
    }

    /// Whether a leaf is disclosed. Of a `message` or `received` leaf the header is handed in.
    pub(super) fn takes(&mut self, index: LeafIndex, leaf: &Leaf, header: Option<&Header>) -> bool {
        // spec: audit-26
        match self.scope {
            None => true,
            Some(Scope::Range { from, to }) => *from <= index && index < *to,
            Some(Scope::Procedure { procedure }) => {
                let about = header.is_some_and(|header| header.procedure == *procedure);
                self.takes_about(leaf, About::from(about))
            }
            Some(Scope::Peer { peer }) => {
                let about = match leaf {
                    Leaf::Message { .. } => {
                        header.is_some_and(|header| header.to.iter().any(|to| to.agency == *peer))
                    }
                    Leaf::Sent { to, .. } => return to == peer,
                    Leaf::Received { from, .. } => from == peer,
                    Leaf::Refused { from, .. } | Leaf::ReceiptHeld { from, .. } => {
                        return from == peer;
                    }
                    Leaf::Started { .. }
                    | Leaf::Read { .. }
                    | Leaf::Exported { .. }
                    | Leaf::Erased { .. }
                    | Leaf::Evidence { .. }
                    | Leaf::Succession { .. }
                    | Leaf::Resumed { .. }
                    | Leaf::Carried { .. }
                    | Leaf::Revocation { .. } => false,
                };
                self.takes_about(leaf, About::from(about))
            }
        }
    }

    /// Remembers the messages that it is about, and takes what names one of them.
    fn takes_about(&mut self, leaf: &Leaf, about: About) -> bool {
        match leaf {
            Leaf::Message { header } => {
                let print = self.print(&digest::sha256(header));
                if about == About::Scope {
                    self.own.insert(print, &[]);
                }
                about == About::Scope
            }
            Leaf::Received { message, .. } => {
                let print = self.print(message);
                if about == About::Scope {
                    self.taken.insert(print, &[]);
                }
                about == About::Scope
            }
            Leaf::Sent { message, .. } => self.own.contains(self.print(message)),
            Leaf::ReceiptHeld { items, .. } => {
                items.iter().any(|item| self.own.contains(self.print(&item.message)))
            }
            Leaf::Read { message, .. } | Leaf::Erased { message, .. } => {
                let print = self.print(message);
                self.own.contains(print) || self.taken.contains(print)
            }
            Leaf::Refused { .. } => false,
            Leaf::Started { .. }
            | Leaf::Exported { .. }
            | Leaf::Evidence { .. }
            | Leaf::Succession { .. }
            | Leaf::Resumed { .. }
            | Leaf::Carried { .. }
            | Leaf::Revocation { .. } => true,
        }
    }

    fn print(&self, message: &Digest) -> Print {
        Print::of(&self.seed, &[message.as_bytes()])
    }
}
