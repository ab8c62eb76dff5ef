//! A source is protected by who hears of it: by how far what one person told goes, and by what is done with it.
//!
//! What few could tell points at them, the more so the more people read it. What few were told points at whoever told them,
//! as soon as somebody outside can see that it was used.

use alloc::format;

use crate::message::body::Body;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::handling::Handling;
use crate::message::handling::HandlingCode;
use crate::message::handling::Onward;
use crate::message::intelligence::report::IntelligenceReport;
use crate::message::intelligence::report::PermittedAction;
use crate::message::intelligence::report::RequestedAction;
use crate::message::intelligence::report::Sources;
use crate::message::pointer::Pointer;

/// Most recipients that are a small circle. A proposal.
const FEW_MAX: usize = 3;

/// How far a report goes.
pub(super) struct Circle<'c> {
    /// To how many agencies it is sent.
    pub(super) recipients: usize,
    /// To whom it may be passed on, and what it may be used for.
    pub(super) handling: &'c Handling,
}

/// Adds a fault where a report goes so far, or is used so openly, that it may give its source away.
///
/// It is no more than a warning: whoever has looked says so in the submission.
// spec: msgk-131
pub(super) fn refuse(
    body: &Body,
    Circle { recipients, handling }: &Circle<'_>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let Body::IntelligenceReport(report) = body else { return };
    let Some(sources) = report.sources else { return };
    let is_few = *recipients <= FEW_MAX;
    if sources == Sources::One && (!is_few || handling.onward == Onward::AllParties) {
        let reason = format!(
            "it rests on one source and goes to more than {FEW_MAX} recipients or may be passed on to every Party: send it to \
             fewer, or say with `sources_checked` that somebody has looked and it gives nobody away"
        );
        faults.add(&at.key("to"), FaultCode::Conflicting, reason);
    }
    if handling.codes.contains(&HandlingCode::H1) && is_few && is_seen_to_be_used(report) {
        let reason = format!(
            "it was told in confidence (H1), at most {FEW_MAX} recipients know it, and what it lets them do is noticed: let \
             them query quietly only, or say with `sources_checked` that somebody has looked and it gives nobody away"
        );
        faults.add(&at.key("handling").key("codes"), FaultCode::Conflicting, reason);
    }
}

/// Whether the report lets its recipients do what somebody outside notices.
fn is_seen_to_be_used(report: &IntelligenceReport) -> bool {
    report.requested_action == Some(RequestedAction::Act)
        || report.permitted_actions.iter().any(|action| match action {
            PermittedAction::QueryQuietly => false,
            PermittedAction::QueryOpenly
            | PermittedAction::Warn
            | PermittedAction::Block
            | PermittedAction::Approach
            | PermittedAction::Arrest => true,
        })
}
