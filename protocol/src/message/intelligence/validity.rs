//! Whether a notice still stands, asked by whoever is about to act on it.

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::time::Instant;

record! {
    /// Asks whether a notice still stands. Source: DOMAIN 2.2, spec msgk-53.
    ValidityQuery {
        /// The notice.
        notice: MessageId,
    }
}

choice! {
    /// How a notice stands.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    NoticeStanding {
        /// It stands.
        InForce = "in-force",
        /// It is challenged, and nobody acts on it meanwhile.
        Suspended = "suspended",
        /// Another one stands in its place.
        Replaced = "replaced",
        /// It was taken back.
        Withdrawn = "withdrawn",
        /// Its time is over.
        Expired = "expired",
    }
}

record! {
    /// Answers for a notice's originator. Source: DOMAIN 2.2, spec msgk-53.
    ValidityConfirmation {
        /// The query.
        of: MessageId,
        /// The notice.
        notice: MessageId,
        /// How it stands.
        standing: NoticeStanding,
        /// When it stood like that.
        as_of: Instant,
        /// Until when one may act on this answer; required exactly when it stands.
        valid_until: Option<Instant>,
        /// The one in its place; required exactly when it is replaced.
        replaced_by: Option<MessageId>,
    }
    rules(at, faults) {
        // spec: msgk-53
        if let Some(standing) = standing {
            let (until_at, by_at) = (at.key("valid_until"), at.key("replaced_by"));
            if standing == NoticeStanding::InForce {
                field::demand(valid_until.as_ref(), &until_at, faults, "a notice that stands does so until a time");
            } else {
                field::exclude(valid_until.as_ref(), &until_at, faults, "only a notice that stands does so until a time");
            }
            if standing == NoticeStanding::Replaced {
                field::demand(replaced_by.as_ref(), &by_at, faults, "what was replaced names what stands in its place");
            } else {
                field::exclude(replaced_by.as_ref(), &by_at, faults, "only what was replaced names another one");
            }
        }
        if let (Some(as_of), Some(Some(until))) = (&as_of, &valid_until) && as_of.cmp_time(until).is_gt() {
            let reason = "an answer does not end before it begins";
            faults.add(&at.key("valid_until"), FaultCode::Conflicting, reason);
        }
    }
}

impl BodyRules for ValidityQuery {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}

impl BodyRules for ValidityConfirmation {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
