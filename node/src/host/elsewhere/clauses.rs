//! Whether what a message states agrees with what the charter in force settles for the Party of its author.
//!
//! Charters in force differ from node to node while a version is adopted, so this is no part of a state either.

use concord_protocol::envelope::header;
use concord_protocol::message::submission::Submission;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::profile::judge;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::ledger;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Bodies that are opened for it in one procedure, the newest first: a decision is said once or twice.
const OPENED_MAX: usize = 64;

/// Refuses what the charter settles otherwise for the node's own Party.
// spec: prf-9
pub(super) fn judge(shared: &Shared, submission: &Submission) -> Result<(), Objection> {
    let Some(party) = ledger::party(shared, &shared.me) else { return Ok(()) };
    let bases = submission.legal_basis();
    Ok(judge::judge(&shared.profile, &party, bases, submission.body())?)
}

/// The messages of a procedure that state what the charter of this node settles otherwise for the Party of their author, as
/// far as their bodies are here.
// spec: prf-9
pub(super) fn alerts(shared: &Shared, book: &Book) -> Result<Vec<Alert>, ReadError> {
    let transcript = book.transcript();
    let acts = transcript.acts().rev();
    let stating = acts.filter(|act| judge::STATING.contains(&act.kind));
    let mut alerts = Vec::new();
    for act in stating.take(OPENED_MAX) {
        let Some(party) = ledger::party(shared, &act.author) else { continue };
        let Some(record) = shared.reader.message(&act.digest)? else { continue };
        let Ok(header) = header::read(&record.message) else { continue };
        for opened in people::opened(shared, &[act.digest])? {
            let judged = judge::judge(&shared.profile, &party, &header.legal_basis, opened.body());
            alerts.extend(judged.err().map(|refusal| Alert {
                refusal,
                message: Some(act.id),
                procedure: None,
            }));
        }
    }
    Ok(alerts)
}
