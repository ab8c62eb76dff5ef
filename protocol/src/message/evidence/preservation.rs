//! Data that would be deleted are kept until a formal request arrives.

use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list::OneOrMore;
use crate::message::offence::Offence;
use crate::message::refusal_ground::StatedGround;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;
use crate::message::time::TimeRange;

record! {
    /// Asks that data be kept. Source: DOMAIN 2.5, spec msgk-97.
    DataPreservationRequest {
        /// Who holds them.
        holder: Line,
        /// Which data.
        data_described: LocalizedText,
        /// From and to when they were made.
        from_to: TimeRange,
        /// For which offence.
        offence: Offence,
        /// Whether a formal request follows.
        formal_request_to_follow: bool,
        /// Until when they are to be kept.
        keep_until: Instant,
    }
}

choice! {
    /// What became of a request to keep data.
    PreservationOutcome {
        /// They are kept.
        Preserved = "preserved",
        /// There are none.
        NothingFound = "nothing-found",
        /// It is refused.
        Refused = "refused",
    }
}

record! {
    /// As much of the traffic data as shows who else has to keep some.
    PartialTrafficData {
        /// The providers through which it went.
        providers: OneOrMore<Line>,
        /// The way it took.
        path: Option<LocalizedText>,
    }
}

record! {
    /// Says whether data are kept. Source: DOMAIN 2.5, spec msgk-97.
    DataPreservationReply {
        /// What became of the request.
        outcome: PreservationOutcome,
        /// Until when they are kept; required when preserved, and only there.
        keep_until: Option<Instant>,
        /// Who else has to keep some; only when preserved.
        partial_traffic_data: Option<PartialTrafficData>,
        /// Why not; required when refused, and only there.
        grounds: Vec<StatedGround>,
    }
    rules(at, faults) {
        // spec: msgk-97
        let (keep_at, traffic_at, grounds_at) =
            (at.key("keep_until"), at.key("partial_traffic_data"), at.key("grounds"));
        if outcome == Some(PreservationOutcome::Preserved) {
            field::demand(keep_until.as_ref(), &keep_at, faults, "data that are preserved are kept until a time");
        } else if outcome.is_some() {
            field::exclude(keep_until.as_ref(), &keep_at, faults, "only data that are preserved are kept");
            let reason = "traffic data come with data that are preserved";
            field::exclude(partial_traffic_data.as_ref(), &traffic_at, faults, reason);
        }
        if outcome == Some(PreservationOutcome::Refused) {
            field::demand(grounds.as_ref(), &grounds_at, faults, "a refusal names its grounds");
        } else if outcome.is_some() {
            field::exclude(grounds.as_ref(), &grounds_at, faults, "only a refusal has grounds");
        }
    }
}

impl BodyRules for DataPreservationRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for DataPreservationReply {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
