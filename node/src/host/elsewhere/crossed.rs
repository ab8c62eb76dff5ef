//! Whether somebody still has what came beside the withdrawal of the question.

use concord_protocol::engine::record::BodyForm;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::information::Information;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// The replies that crossed the withdrawal of this agency's request, and whose bodies it keeps without leave.
// spec: rfi-26
pub(super) fn alerts(
    shared: &Shared,
    book: &Book,
    now: Timestamp,
) -> Result<Vec<Alert>, ReadError> {
    let Some(Machine::Information(folded)) = book.machine() else { return Ok(Vec::new()) };
    if *folded.state.requesting() != shared.me {
        return Ok(Vec::new());
    }
    let control = folded.common.control();
    let mut alerts = Vec::new();
    for act in Information::to_erase(folded, book.transcript()) {
        if !control.may_keep(&shared.me, &act.id, now) && holds(shared, act)? {
            alerts.push(alert(act));
        }
    }
    Ok(alerts)
}

fn holds(shared: &Shared, act: &Act) -> Result<bool, ReadError> {
    let record = shared.reader.message(&act.digest)?;
    Ok(record.is_some_and(|record| record.body == BodyForm::Held))
}

fn alert(act: &Act) -> Alert {
    let author = act.author.as_str();
    let refusal = Refusal::safeguard(
        "rfi-26",
        "the reply came beside the withdrawal of the request, and its body is still here",
        format!(
            "erase it with `concord message erase {}`, or ask {author} with an `onward-transfer-request` that names this agency \
             as the recipient whether it may stay",
            act.id
        ),
    );
    Alert { refusal, message: Some(act.id), procedure: None }
}
