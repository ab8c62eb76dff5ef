//! Who joins a procedure that is under way.

use crate::ids::AgencyId;
use crate::limits::RECIPIENTS_MAX;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::Bounded;
use crate::message::recipient::Role;
use crate::message::text::LocalizedText;

record! {
    /// An agency that joins.
    JoiningAgency {
        /// Which.
        agency: AgencyId,
        /// What is asked of it from now on.
        role: Role,
    }
}

record! {
    /// Adds agencies to a procedure; from then on its messages go to them too. Source: spec msgk-46.
    Participants {
        /// Who joins; agencies differ.
        add: Bounded<JoiningAgency, 1, RECIPIENTS_MAX>,
        /// Why they have to know.
        reason: LocalizedText,
    }
    rules(at, faults) {
        // spec: msgk-46
        let agencies = add.iter().flat_map(|add| add.iter()).map(|participant| &participant.agency);
        list::refuse_repeated(agencies, &at.key("add"), faults);
    }
}

impl BodyRules for Participants {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
