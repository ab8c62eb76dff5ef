//! Somebody asks what is kept about them, and those whose information it is answer.

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::Instant;

choice! {
    /// What the person asks for. Source: DOMAIN 2.1.
    RightsRequest {
        /// To know what is kept.
        Access = "access",
        /// That it is put right.
        Correction = "correction",
        /// That it is erased.
        Erasure = "erasure",
    }
}

record! {
    /// Tells an originator that somebody asks about its information. Source: DOMAIN 2.1, spec msgk-44.
    SubjectRightsNotice {
        /// Who asks.
        person_ref: RecordRef,
        /// For what.
        request: RightsRequest,
        /// What should be put right, and how; required with a correction.
        detail: Option<LocalizedText>,
        /// The messages that it is about; none twice.
        items: OneOrMore<MessageId>,
        /// By when the person has to have an answer.
        due: Instant,
    }
    rules(at, faults) {
        // spec: msgk-44
        let ids = items.iter().flat_map(|items| items.iter());
        list::refuse_repeated(ids, &at.key("items"), faults);
        if request == Some(RightsRequest::Correction) {
            let reason = "whoever asks for a correction says of what";
            field::demand(detail.as_ref(), &at.key("detail"), faults, reason);
        }
    }
}

choice! {
    /// In which role a Party answers.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    RightsRole {
        /// It decides, because the information is its own.
        Controller = "controller",
        /// It gives its views to the one that decides.
        Views = "views",
    }
}

choice! {
    /// What was decided, or should be in the view of a Party that gives views.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    RightsOutcome {
        /// What was asked for is done.
        Granted = "granted",
        /// A part of it is done.
        GrantedInPart = "granted-in-part",
        /// It is not done.
        Refused = "refused",
        /// The person is told neither that something is kept nor that nothing is.
        NeitherConfirmNorDeny = "neither-confirm-nor-deny",
        /// Nothing is kept.
        NothingHeld = "nothing-held",
    }
}

record! {
    /// Answers a notice of subject rights. Source: DOMAIN 2.1 and 4.2, spec msgk-44.
    SubjectRightsAnswer {
        /// The notice.
        of: MessageId,
        /// In which role.
        role: RightsRole,
        /// What was decided.
        outcome: RightsOutcome,
        /// Why, for the record of the agencies; required unless all was granted or nothing is kept.
        reason: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-44
        match outcome {
            Some(
                RightsOutcome::GrantedInPart | RightsOutcome::Refused | RightsOutcome::NeitherConfirmNorDeny,
            ) => {
                let rule = "whoever does not do all that was asked for records why";
                field::demand(reason.as_ref(), &at.key("reason"), faults, rule);
            }
            Some(RightsOutcome::Granted | RightsOutcome::NothingHeld) | None => {}
        }
    }
}

impl BodyRules for SubjectRightsNotice {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for SubjectRightsAnswer {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
