//! Before what cannot be undone, both sides say what they have seen.

use crate::crypto::digest::Digest;
use crate::limits::PARENTS_MAX;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::Bounded;

choice! {
    /// What cannot be undone. Source: DOMAIN 3.0.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    IrreversibleAct {
        /// A person leaves custody.
        ReleaseCustody = "release-custody",
        /// A freeze ends.
        LiftFreeze = "lift-freeze",
        /// A wanted notice goes out.
        PublishWanted = "publish-wanted",
        /// The last signature counts.
        CompleteSigning = "complete-signing",
        /// A manifest is sealed.
        SealManifest = "seal-manifest",
    }
}

record! {
    /// Confirms on which state an act rests. Source: DOMAIN 3.0, spec msgk-45.
    StateConfirm {
        /// The act.
        act: IrreversibleAct,
        /// Digests of the last messages of the procedure that the author has seen; ascending, none twice.
        heads: Bounded<Digest, 1, PARENTS_MAX>,
    }
    rules(at, faults) {
        // spec: msgk-45
        let digests = heads.as_ref().map_or(&[][..], Bounded::as_slice);
        list::demand_ascending(digests, &at.key("heads"), faults);
    }
}

impl BodyRules for StateConfirm {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
