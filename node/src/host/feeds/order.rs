//! When a standing order to follow a feed has something to ask for. Pure: how the feed stands is handed in.
//!
//! What was asked is read from the feed's own messages, so there is nothing to remember, and nothing is asked twice after a
//! crash: a request stands in the transcript from the commit that sends it.

use concord_protocol::ids::ProcedureId;
use concord_protocol::message::legal_basis::LegalBasisRef;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::message::text::ZoneName;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;

/// How long a list may be on its way before it is asked for again, and the least time between two requests about one feed.
pub(crate) const PATIENCE: Span = Span::from_days(1);

/// An officer's word that the node may ask for what is missing of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The feed.
    pub procedure: ProcedureId,
    /// Who answers for what is sent.
    pub officer: StaffNumber,
    /// In which time zone the officer works.
    pub zone: ZoneName,
    /// On which law the requests rest; on that of the feed where the officer stated none.
    pub legal_basis: Option<LegalBasisRef>,
    /// Since when.
    pub since: Timestamp,
}

/// What an officer says with an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Who answers for what is sent.
    pub officer: StaffNumber,
    /// In which time zone the officer works.
    pub zone: ZoneName,
    /// On which law the requests rest, where that is stated.
    pub legal_basis: Option<LegalBasisRef>,
}

/// What keeps the entries of a feed from its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hindrance {
    /// A list that was told then has not come; the node fetches it by itself.
    OnItsWay {
        /// When its message was made.
        told: Timestamp,
    },
    /// A list does not hold, or its message is gone: only its author can help.
    Lost,
    /// The disk of this node, or what it searches of one originator: nobody else can help.
    OurOwn,
}

/// A request of this node about the feed, the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// When it was made.
    pub(crate) at: Timestamp,
    /// Up to which number; absent where it asked for the whole.
    pub(crate) to_seq: Option<u64>,
    /// Whether it still waits for its answer.
    pub(crate) is_open: bool,
}

/// How a feed that is behind stands here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Behind {
    /// The number of the entries that are here.
    pub(crate) here: Option<u64>,
    /// The number of the feed.
    pub(crate) head: u64,
    /// Why.
    pub(crate) hindrance: Hindrance,
    /// The last request.
    pub(crate) last: Option<Request>,
}

/// What is to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The changes from one number to another.
    Changes {
        /// The last number that is here.
        from: u64,
        /// The number that has to be reached.
        to: u64,
    },
    /// A snapshot.
    Whole,
}

/// What to ask for now: the gap first, the whole where that did not help, and nothing while the whole is asked for.
// spec: fed-23
pub(crate) fn due(behind: &Behind, now: Timestamp) -> Option<Wanted> {
    let Behind { here, head, hindrance, last } = *behind;
    match hindrance {
        Hindrance::OurOwn => return None,
        Hindrance::OnItsWay { told } if now < told.after(PATIENCE) => return None,
        Hindrance::OnItsWay { .. } | Hindrance::Lost => {}
    }
    if last.is_some_and(|last| now < last.at.after(PATIENCE)) {
        return None;
    }
    let gap = here.filter(|from| *from < head).map(|from| Wanted::Changes { from, to: head });
    match last {
        Some(Request { to_seq: None, is_open: true, .. }) => None,
        // What was asked for lies beyond what is here: it came as it was before, or not at all.
        Some(Request { to_seq: Some(to), .. }) if here.is_none_or(|here| to > here) => {
            Some(Wanted::Whole)
        }
        Some(_) | None => Some(gap.unwrap_or(Wanted::Whole)),
    }
}

#[cfg(test)]
mod tests;
