//! Errors of the host as problems: one total function for each, so that a new error must choose its code.

use concord_protocol::log::leaf::Doubt;
use concord_protocol::message::fault::FieldFault;
use concord_protocol::procedure::refusal::Refusal;
use concord_protocol::registry::RefusalCode;

use crate::api::problem::Problem;
use crate::api::shape::node::why;
use crate::host::deconfliction::register::DigestsError;
use crate::host::deconfliction::register::HoldingError;
use crate::host::feeds::author::PrepareError;
use crate::host::feeds::orders::OrderError;
use crate::host::handle::AdmitError;
use crate::host::handle::PingError;
use crate::host::handle::ReadError;
use crate::host::handle::SubmitError;
use crate::host::handle::charters::CharterError;
use crate::host::handle::deconfliction::DeconflictionError;
use crate::host::handle::files::FileError;
use crate::host::handle::reviews::KeepError;
use crate::host::handle::succession::ApproveError;
use crate::host::view::Mode;
use crate::host::view::Phase;
use crate::host::view::View;
use crate::report;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;
use crate::store::files::FileFault;

/// Why a submission was not taken.
pub(crate) fn of_submission(error: &SubmitError, view: &View) -> Problem {
    let code = match error {
        SubmitError::UnknownRecipient { .. } => Code::UnknownRecipient,
        SubmitError::NoCredential { .. } => Code::NoCredential,
        SubmitError::NotInForce { .. } => Code::CredentialEnds,
        SubmitError::ToOneself => Code::ToOneself,
        SubmitError::NoFile { .. } => Code::AttachmentNotHere,
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
        SubmitError::NoRegister => Code::RegisterUnwritable,
        SubmitError::Unwitnessed { .. } => Code::Unwitnessed,
        SubmitError::InDoubt(doubt) => {
            return in_doubt(*doubt, "the message was not taken", view);
        }
        SubmitError::OutOfPlace(refusal) => return by_rule(of_rule(refusal.code), error, refusal),
        SubmitError::OtherPurpose(refusal) => return by_rule(Code::OtherPurpose, error, refusal),
        SubmitError::OtherCase(refusal) => return by_rule(Code::OtherCase, error, refusal),
        SubmitError::KeyAway => Code::KeyAway,
        SubmitError::PinRefused => Code::PinRefused,
        SubmitError::Stopping => Code::Stopping,
    };
    Problem::new(code, "the message was not taken", error.to_string())
}

/// What an officer hears of a rule that refused a message.
fn by_rule(code: Code, error: &SubmitError, refusal: &Refusal) -> Problem {
    Report::new(code, "the message was not taken", error.to_string())
        .with_remedy(refusal.remedy.clone())
        .into()
}

/// The code under which an officer hears what a peer would answer.
// spec: pro-4
const fn of_rule(code: RefusalCode) -> Code {
    match code {
        RefusalCode::NotEntitled => Code::NotEntitled,
        RefusalCode::Safeguard => Code::Safeguard,
        RefusalCode::ParticipantLeftOut => Code::ParticipantLeftOut,
        RefusalCode::InConflict => Code::InConflict,
        RefusalCode::Unconfirmed => Code::Unconfirmed,
        RefusalCode::ParentRefused => Code::ParentRefused,
        RefusalCode::ProcedureFull => Code::ProcedureFull,
        RefusalCode::Unapproved => Code::Unapproved,
        RefusalCode::BadApproval => Code::BadApproval,
        // A procedure refuses with no other code.
        RefusalCode::OutOfTurn
        | RefusalCode::NotCanonical
        | RefusalCode::BadSignature
        | RefusalCode::UnknownAgency
        | RefusalCode::UnknownCredential
        | RefusalCode::ExpiredCredential
        | RefusalCode::NotForUs
        | RefusalCode::BodyMismatch
        | RefusalCode::UnknownKind
        | RefusalCode::Expired
        | RefusalCode::Equivocation
        | RefusalCode::Duplicate
        | RefusalCode::Unopenable
        | RefusalCode::BadBody
        | RefusalCode::HandlingUnsupported
        | RefusalCode::FromTheFuture
        | RefusalCode::SupersededCredential
        | RefusalCode::RevokedCredential
        | RefusalCode::UnlistedSuite
        | RefusalCode::TooManyQueries => Code::OutOfTurn,
    }
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

/// Why documents of the charter were not taken.
pub(crate) fn of_charter(error: &CharterError) -> Problem {
    let code = match error {
        CharterError::Refused(error) => report::charter::of_paper(error),
        CharterError::Stopping => Code::Stopping,
    };
    Problem::new(code, "nothing was taken", error.to_string())
}

/// Why the file of a list was not made.
pub(crate) fn of_preparing(error: &PrepareError, view: &View) -> Problem {
    let what = "nothing was prepared";
    let code = match error {
        PrepareError::Feed(error) => return of_reading(error, Code::NoSuchProcedure, view),
        PrepareError::Fault(fault) => {
            let field = FieldReport {
                pointer: fault.entry.clone().map_or_else(String::new, |id| format!("/{id}")),
                code: fault.code.text().to_owned(),
                reason: fault.rule.to_owned(),
            };
            return Report::new(Code::ListRefused, what, error.to_string())
                .with_fields(vec![field])
                .into();
        }
        PrepareError::NotOurs => Code::NotYourFeed,
        PrepareError::Behind => Code::FeedBehind,
        PrepareError::Unchanged => Code::NothingChanged,
        PrepareError::File(_) => Code::ListUnwritten,
        PrepareError::Stopping => Code::Stopping,
    };
    Problem::new(code, what, error.to_string())
}

/// Why a standing order was not taken or not ended.
pub(crate) fn of_order(error: &OrderError, view: &View) -> Problem {
    let code = match error {
        OrderError::Feed(error) => return of_reading(error, Code::NoSuchProcedure, view),
        OrderError::Ours
        | OrderError::Closed
        | OrderError::Full
        | OrderError::NotFollowed
        | OrderError::NotIn => Code::NotFollowed,
        OrderError::File(_) => Code::OrderUnwritten,
    };
    Problem::new(code, "nothing was ordered", error.to_string())
}

/// The node stops.
pub(crate) fn of_stopping(what: &'static str) -> Problem {
    Problem::new(Code::Stopping, what, "the node is stopping after a fault")
}

/// Why something could not be read; `missing` is the code where nothing has the name that was asked for.
pub(crate) fn of_reading(error: &ReadError, missing: Code, view: &View) -> Problem {
    let code = match error {
        ReadError::NotFound => {
            return Problem::new(missing, "nothing was found", clause(missing));
        }
        ReadError::Ambiguous(_) => Code::AmbiguousId,
        ReadError::NoBody => Code::NoBody,
        ReadError::Erased(_) => Code::Erased,
        ReadError::Unopenable => Code::Unopenable,
        ReadError::OtherPurpose(_) => Code::OtherPurpose,
        ReadError::Suspended => Code::Suspended,
        ReadError::OtherCase(refusal) => {
            return Report::new(Code::OtherCase, "it was not read", error.to_string())
                .with_remedy(refusal.remedy.clone())
                .into();
        }
        ReadError::NotForCourt(refusals) => return not_for_court(error, refusals),
        ReadError::InDoubt(doubt) => return in_doubt(*doubt, "it was not read", view),
        ReadError::Busy => Code::Busy,
        ReadError::Stopping => Code::Stopping,
    };
    Problem::new(code, "it was not read", error.to_string())
}

/// Why a file was not opened.
pub(crate) fn of_file(error: &FileError, view: &View) -> Problem {
    let code = match error {
        FileError::Read(error) => return of_reading(error, Code::NoSuchMessage, view),
        FileError::NotNamed | FileError::NoKey => Code::NoSuchFile,
        FileError::NotHere(_) => Code::FileNotHere,
        FileError::Fault(fault) => return of_fault(fault, "it was not read"),
    };
    Problem::new(code, "it was not read", error.to_string())
}

/// Why a file was not taken or read.
pub(crate) fn of_fault(fault: &FileFault, what: &'static str) -> Problem {
    let code = match fault {
        FileFault::Absent | FileFault::Busy => Code::FileNotHere,
        FileFault::TooLong { .. } => {
            return Report::new(Code::RequestTooLong, what, fault.to_string())
                .with_remedy(fault.remedy().unwrap_or_default().to_owned())
                .into();
        }
        FileFault::NoRoom { .. } | FileFault::NoShare { .. } => Code::NoRoomForFile,
        FileFault::BadLength(_)
        | FileFault::Unopenable { .. }
        | FileFault::Longer
        | FileFault::Shorter
        | FileFault::OtherDigest => Code::FileDamaged,
        FileFault::Unsealable | FileFault::Entropy(_) | FileFault::Disk(_) => Code::Stopping,
    };
    Problem::new(code, what, fault.to_string())
}

/// Names each message, and what would make it acceptable, once.
// spec: orc-11
fn not_for_court(error: &ReadError, refusals: &[Refusal]) -> Problem {
    let mut remedies: Vec<&str> = refusals.iter().map(|refusal| refusal.remedy.as_str()).collect();
    remedies.sort_unstable();
    remedies.dedup();
    Report::new(Code::NotForCourt, "nothing was exported", error.to_string())
        .with_remedy(remedies.join("; "))
        .into()
}

/// Why a body was not erased, or why that its keys are copied was not remembered.
pub(crate) fn of_erasing(error: &ReadError, view: &View) -> Problem {
    let what = "nothing was erased or copied";
    let code = match error {
        ReadError::NotFound => {
            let missing = Code::NoSuchMessage;
            return Problem::new(missing, what, clause(missing));
        }
        ReadError::InDoubt(doubt) => return in_doubt(*doubt, what, view),
        ReadError::Busy if view.phase == Phase::Waiting => Code::Starting,
        ReadError::Busy => Code::Busy,
        ReadError::Ambiguous(_) => Code::AmbiguousId,
        ReadError::NoBody => Code::NoBody,
        ReadError::Erased(_) => Code::Erased,
        ReadError::NotForCourt(_)
        | ReadError::Unopenable
        | ReadError::OtherPurpose(_)
        | ReadError::OtherCase(_)
        | ReadError::Suspended
        | ReadError::Stopping => Code::Stopping,
    };
    Problem::new(code, what, error.to_string())
}

/// Why a message was not kept beyond its review.
pub(crate) fn of_keeping(error: &KeepError, view: &View) -> Problem {
    let code = match error {
        KeepError::Read(error) => return of_reading(error, Code::NoSuchMessage, view),
        KeepError::Over(_) | KeepError::NotYet(_) | KeepError::NextReview(_) => Code::NotKept,
        KeepError::File(_) => Code::ReasonUnwritten,
    };
    Problem::new(code, "the message stays on the list", error.to_string())
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

/// Why something about deconfliction was not done.
pub(crate) fn of_deconfliction(error: &DeconflictionError) -> Problem {
    let code = match error {
        DeconflictionError::Holding(HoldingError::Full) => Code::RegisterFull,
        DeconflictionError::Holding(HoldingError::NotFound) => Code::NoSuchHolding,
        DeconflictionError::NoQuery => Code::NoQuery,
        DeconflictionError::Digests(DigestsError::Spent { .. }) => Code::DigestsSpent,
        DeconflictionError::Holding(HoldingError::File(_))
        | DeconflictionError::Digests(DigestsError::File(_))
        | DeconflictionError::File(_) => {
            tracing::error!(%error, "the files of deconfliction cannot be used");
            Code::RegisterUnwritable
        }
        DeconflictionError::Store(_) => Code::Stopping,
    };
    Problem::new(code, "nothing was done", error.to_string())
}

/// Why the end of a log was not shown.
pub(crate) fn of_succession(error: &ReadError) -> Problem {
    let code = match error {
        ReadError::NotFound => Code::NoSuccession,
        ReadError::Ambiguous(_)
        | ReadError::NoBody
        | ReadError::Erased(_)
        | ReadError::Unopenable
        | ReadError::OtherPurpose(_)
        | ReadError::OtherCase(_)
        | ReadError::Suspended
        | ReadError::NotForCourt(_)
        | ReadError::InDoubt(_)
        | ReadError::Busy
        | ReadError::Stopping => Code::Stopping,
    };
    Problem::new(code, "nothing was found", error.to_string())
}

/// Why the end of a log was not approved.
pub(crate) fn of_approval(error: &ApproveError, view: &View) -> Problem {
    let what = "the succession was not approved";
    let code = match error {
        ApproveError::NoProposal { .. } => Code::NoSuccession,
        ApproveError::Objection(_) => Code::SuccessionObjected,
        ApproveError::InDoubt(doubt) => return in_doubt(*doubt, what, view),
        ApproveError::Busy => Code::Busy,
        ApproveError::Stopping => Code::Stopping,
    };
    Problem::new(code, what, error.to_string())
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

/// Names the peer that showed the other checkpoint, or how many are awaited, as far as the snapshot knows it already.
// spec: rst-2
fn in_doubt(doubt: Doubt, what: &'static str, view: &View) -> Problem {
    let (code, plain) = match doubt {
        Doubt::Quarantine => (Code::Quarantined, "the node is in quarantine"),
        Doubt::Probing => (Code::Probing, "the node asks its peers what they hold of its log"),
    };
    let reason = match &view.mode {
        Mode::Quarantined { .. } | Mode::Probing { .. } => why(&view.mode),
        Mode::Open | Mode::Full | Mode::KeyAway | Mode::PinRefused => plain.to_owned(),
    };
    Problem::new(code, what, reason)
}

/// What a code means, as a clause: an answer's reason begins in lower case and has no full stop.
fn clause(code: Code) -> String {
    let meaning = code.meaning().trim_end_matches('.');
    let (first, rest) = meaning.split_at_checked(1).unwrap_or(("", meaning));
    format!("{}{rest}", first.to_ascii_lowercase())
}
