//! Whether the request on which a grant rests was corrected since.
//!
//! What was corrected turns what rests on it amber, at every agency (orc-8); here the agency's own people are kept from letting
//! somebody go on it. That is no part of a state: whoever holds fewer messages sees less amber.

use concord_protocol::message::body::Body;
use concord_protocol::message::submission::Submission;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::corrected;
use concord_protocol::procedure::machine::Machine;

use crate::host::elsewhere::Objection;

/// Refuses to release a person on a grant whose author had not seen how the request should have been.
// spec: ho-89
pub(super) fn judge(
    book: &Book,
    machine: &Machine,
    submission: &Submission,
) -> Result<(), Objection> {
    let (Machine::Handover(folded), Body::LegRelease(_)) = (machine, submission.body()) else {
        return Ok(());
    };
    Ok(corrected::judge(corrected::of(book.transcript(), &folded.state))?)
}
