//! Tells the records of a journal entry apart without decoding them; pure.
//!
//! Uses `protocol::codec`. Whoever reads a long journal for a few kinds of records leaves the others undecoded; what is
//! taken is decoded whole, so a wrong guess here is an error there and never a wrong answer.

use concord_protocol::codec;

/// The kinds that are looked for. The numbers are those of the variants of `Record`, which are the disk format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Leaf,
    Tile,
    Head,
    Message,
    Dispatch,
    Receipt,
    PeerHead,
    Credential,
    Succession,
    Cosigned,
    PeerCosigned,
    Evidence,
    Revocation,
    Notice,
    Staff,
}

/// The kind of an encoded record; `None` when it is none of these.
pub(crate) fn of(record: &[u8]) -> Option<Kind> {
    Some(match codec::variant(record)? {
        0 => Kind::Leaf,
        1 => Kind::Tile,
        2 => Kind::Head,
        3 => Kind::Message,
        6 => Kind::Dispatch,
        7 => Kind::Receipt,
        9 => Kind::PeerHead,
        10 => Kind::Credential,
        16 => Kind::Succession,
        22 => Kind::Cosigned,
        23 => Kind::PeerCosigned,
        24 => Kind::Evidence,
        25 => Kind::Revocation,
        26 => Kind::Notice,
        28 => Kind::Staff,
        _ => return None,
    })
}
