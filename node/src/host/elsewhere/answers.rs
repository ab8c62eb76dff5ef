//! Whether what was answered to a deconfliction query names what was asked about.
//!
//! The state counts identifiers and does not name them, so the fold cannot tell (xch-26). Whoever holds both bodies can:
//! they are opened for it and dropped at once.

use concord_protocol::message::body::Body;
use concord_protocol::message::content::Content;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::exchange::fact::DeconflictionFact;
use concord_protocol::procedure::exchange::fact::ExchangeFact;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// The replies of a procedure that do not answer for what their query asks about.
// spec: xch-54
pub(super) fn alerts(shared: &Shared, book: &Book) -> Result<Vec<Alert>, ReadError> {
    let transcript = book.transcript();
    let mut alerts = Vec::new();
    for reply in transcript.acts() {
        let Fact::Exchange(ExchangeFact::Deconfliction(fact)) = &reply.fact else { continue };
        let DeconflictionFact::Answered { of, .. } = fact else { continue };
        let Some(query) = transcript.acts().find(|act| act.id == *of) else { continue };
        if !fits(shared, query, reply)? {
            alerts.push(Alert {
                refusal: other_digests(),
                message: Some(reply.id),
                procedure: None,
            });
        }
    }
    Ok(alerts)
}

/// Whether a reply is about what its query asks; where a body is not here nothing speaks against it.
fn fits(shared: &Shared, query: &Act, reply: &Act) -> Result<bool, ReadError> {
    let asked = opened(shared, query)?;
    let Some(Body::DeconflictionQuery(asked)) = asked else { return Ok(true) };
    let Some(Body::DeconflictionReply(said)) = opened(shared, reply)? else { return Ok(true) };
    Ok(said.is_about(&asked))
}

fn opened(shared: &Shared, act: &Act) -> Result<Option<Body>, ReadError> {
    let opened = people::opened(shared, &[act.digest])?.into_iter().next();
    let content = opened.and_then(|opened| Content::read(act.kind, opened.content()).ok());
    Ok(content.map(|content| content.body))
}

fn other_digests() -> Refusal {
    Refusal::safeguard(
        "xch-54",
        "the reply does not answer for the digests of the query, each of them and no other",
        "believe no `no-hit` of it: ask its author what it was about, and ask again",
    )
}
