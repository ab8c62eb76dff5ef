//! Errors of the host as problems: one total function for each, so that a new error must choose its code.

use concord_protocol::message::fault::FieldFault;

use crate::api::problem::Problem;
use crate::api::shape::node::why;
use crate::host::handle::AdmitError;
use crate::host::handle::PingError;
use crate::host::handle::ReadError;
use crate::host::handle::SubmitError;
use crate::host::view::Mode;
use crate::host::view::Phase;
use crate::host::view::View;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

/// Why a submission was not taken.
pub(crate) fn of_submission(error: &SubmitError, view: &View) -> Problem {
    let code = match error {
        SubmitError::UnknownRecipient { .. } => Code::UnknownRecipient,
        SubmitError::NoCredential { .. } => Code::NoCredential,
        SubmitError::ToOneself => Code::ToOneself,
        SubmitError::KeyReused => Code::IdempotencyKeyReused,
        SubmitError::NotToday { faults } => {
            let why = "fields do not hold on the day of submission";
            return Report::new(Code::BadSubmission, "the message was not taken", why)
                .with_fields(fields(faults))
                .into();
        }
        SubmitError::TooLarge { .. } => Code::ContentTooLarge,
        SubmitError::Busy if view.phase == Phase::Waiting => Code::Starting,
        SubmitError::Busy => Code::Busy,
        SubmitError::Full => Code::DiskFull,
        SubmitError::Quarantined => return quarantined("the message was not taken", view),
        SubmitError::Stopping => Code::Stopping,
    };
    Problem::new(code, "the message was not taken", error.to_string())
}

/// Faults of a submission as the report lists them.
pub(crate) fn fields(faults: &[FieldFault]) -> Vec<FieldReport> {
    let field = |fault: &FieldFault| FieldReport {
        pointer: fault.pointer.clone(),
        code: fault.code.text().to_owned(),
        reason: fault.reason.clone(),
    };
    faults.iter().map(field).collect()
}

/// Why something could not be read; `missing` is the code where nothing has the name that was asked for.
pub(crate) fn of_reading(error: &ReadError, missing: Code, view: &View) -> Problem {
    let code = match error {
        ReadError::NotFound => {
            return Problem::new(missing, "nothing was found", clause(missing));
        }
        ReadError::NoBody => Code::NoBody,
        ReadError::Unopenable => Code::Unopenable,
        ReadError::Quarantined => return quarantined("it was not read", view),
        ReadError::Busy => Code::Busy,
        ReadError::Stopping => Code::Stopping,
    };
    Problem::new(code, "it was not read", error.to_string())
}

/// Why a credential was not taken.
pub(crate) fn of_admission(error: &AdmitError) -> Problem {
    let code = match error {
        AdmitError::Refused { .. } => Code::CredentialRefused,
        AdmitError::Busy => Code::Busy,
        AdmitError::Stopping => Code::Stopping,
    };
    Problem::new(code, "the credential was not taken", error.to_string())
}

/// Why a peer did not answer.
pub(crate) fn of_ping(error: &PingError) -> Problem {
    let code = match error {
        PingError::Unknown { .. } => Code::NoSuchPeer,
        PingError::Away { .. } => Code::PeerAway,
        PingError::Silent { .. } => Code::PeerSilent,
        PingError::Busy => Code::Busy,
        PingError::Stopping => Code::Stopping,
    };
    Problem::new(code, "the peer was not reached", error.to_string())
}

/// Names the peer that showed the other checkpoint, as far as the snapshot knows it already.
fn quarantined(what: &'static str, view: &View) -> Problem {
    let reason = match &view.mode {
        Mode::Quarantined { .. } => why(&view.mode),
        Mode::Open | Mode::Full => "the node is in quarantine".to_owned(),
    };
    Problem::new(Code::Quarantined, what, reason)
}

/// What a code means, as a clause: an answer's reason begins in lower case and has no full stop.
fn clause(code: Code) -> String {
    let meaning = code.meaning().trim_end_matches('.');
    let (first, rest) = meaning.split_at_checked(1).unwrap_or(("", meaning));
    format!("{}{rest}", first.to_ascii_lowercase())
}
