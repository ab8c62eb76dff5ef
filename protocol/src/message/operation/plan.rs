//! The plan of an operation, and the signature of a participant under one version of it.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::operation::version::Version;
use crate::message::pointer::Pointer;
use crate::message::text::ItemId;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::StaffNumber;
use crate::message::time::Instant;
use crate::message::time::TimeRange;
use crate::message::values::Site;

record! {
    /// Who commands on one territory, and alone can say go there.
    TerritoryCommander {
        /// On whose territory.
        territory: Party,
        /// Of which agency.
        agency: AgencyId,
        /// Who.
        commander: StaffNumber,
    }
}

record! {
    /// Who commands.
    OperationCommand {
        /// The agency that leads the operation as a whole.
        lead: AgencyId,
        /// Who commands on each territory; territories differ.
        per_territory_commander: OneOrMore<TerritoryCommander>,
        /// Where it is coordinated.
        coordination_centre: Option<Site>,
    }
    rules(at, faults) {
        let territories = per_territory_commander.iter().flat_map(|commanders| commanders.iter());
        let territories = territories.map(|commander| &commander.territory);
        list::refuse_repeated(territories, &at.key("per_territory_commander"), faults);
    }
}

record! {
    /// A phase.
    OperationPhase {
        /// By which it is named.
        id: ItemId,
        /// What happens in it.
        what: LocalizedText,
        /// When.
        window: Option<TimeRange>,
    }
}

record! {
    /// The power of law for one measure.
    MeasurePower {
        /// What is done.
        measure: LocalizedText,
        /// On which law.
        power: Line,
    }
}

record! {
    /// The powers that are used on one territory.
    TerritoryPowers {
        /// On whose.
        territory: Party,
        /// Which.
        powers: OneOrMore<MeasurePower>,
    }
}

record! {
    /// The rules that everybody follows.
    OperationRules {
        /// On arrest.
        arrest: LocalizedText,
        /// On force.
        force: LocalizedText,
        /// On search.
        search: LocalizedText,
    }
}

record! {
    /// How many can be held.
    DetentionCapacity {
        /// On whose territory.
        territory: Party,
        /// How many people.
        places: u64,
        /// Where.
        site: Option<Site>,
    }
}

record! {
    /// What the public is told, and when.
    MediaPlan {
        /// When all tell it together.
        joint_release_at: Instant,
        /// What, and by whom.
        what: LocalizedText,
    }
}

record! {
    /// When the operation is given up.
    AbortCriterion {
        /// By which it is named.
        id: ItemId,
        /// What would have to happen.
        what: LocalizedText,
    }
}

record! {
    /// The plan of an operation, one version of it. Source: DOMAIN 2.4, spec msgk-92.
    OperationPlan {
        /// Which version.
        version: Version,
        /// Whether it is frozen: open for signature, and changed by a later version only.
        frozen: bool,
        /// Who commands.
        command: OperationCommand,
        /// What happens in which order; ids differ.
        phases: OneOrMore<OperationPhase>,
        /// By which power each measure is taken, for every territory that has a commander.
        legal_powers_per_territory: OneOrMore<TerritoryPowers>,
        /// Whether it was checked that nobody else works the same targets.
        deconfliction_done: bool,
        /// What everybody follows.
        rules: Option<OperationRules>,
        /// What is done for victims.
        victim_plan: LocalizedText,
        /// What is done for children.
        minors_plan: LocalizedText,
        /// How evidence is secured.
        evidence_plan: LocalizedText,
        /// How assets are secured.
        asset_plan: LocalizedText,
        /// How many can be held, and where.
        detention_capacity: OneOrMore<DetentionCapacity>,
        /// How people are handed over afterwards.
        transfer_plan: Option<LocalizedText>,
        /// How everybody stays in touch.
        comms_plan: Option<LocalizedText>,
        /// What the public is told.
        media_plan: MediaPlan,
        /// When it is given up; ids differ.
        abort_criteria: OneOrMore<AbortCriterion>,
        /// What can go wrong.
        risk_assessment: LocalizedText,
    }
    rules(at, faults) {
        // spec: msgk-92
        let ids = phases.iter().flat_map(|phases| phases.iter()).map(|phase| &phase.id);
        list::refuse_repeated(ids, &at.key("phases"), faults);
        let ids = abort_criteria.iter().flat_map(|criteria| criteria.iter()).map(|criterion| &criterion.id);
        list::refuse_repeated(ids, &at.key("abort_criteria"), faults);
        if frozen == Some(true) && deconfliction_done == Some(false) {
            let reason = "a plan is frozen after deconfliction: say frozen false until it is done";
            faults.add(&at.key("deconfliction_done"), FaultCode::Conflicting, reason);
        }
        if let (Some(command), Some(powers)) = (&command, &legal_powers_per_territory) {
            powers_agree(command, powers, &at.key("legal_powers_per_territory"), faults);
        }
    }
}

/// The territories with powers are those with a commander.
// spec: msgk-92
fn powers_agree(
    command: &OperationCommand,
    powers: &OneOrMore<TerritoryPowers>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    list::refuse_repeated(powers.iter().map(|powers| &powers.territory), at, faults);
    let commanded: Vec<&Party> =
        command.per_territory_commander.iter().map(|commander| &commander.territory).collect();
    for (index, powers) in powers.iter().enumerate() {
        if !commanded.contains(&&powers.territory) {
            let reason = "powers are used on a territory that has a commander";
            faults.add(&at.item(index).key("territory"), FaultCode::Conflicting, reason);
        }
    }
    let has_powers = |territory: &Party| powers.iter().any(|powers| powers.territory == *territory);
    if !commanded.into_iter().all(has_powers) {
        let reason = "every territory that has a commander has its powers of law";
        faults.add(at, FaultCode::Missing, reason);
    }
}

record! {
    /// Signs a plan for the sender's Party. Source: DOMAIN 2.4, spec msgk-92.
    PlanSignature {
        /// Which version.
        version: Version,
        /// The message that holds it.
        plan_digest: Digest,
    }
}

impl BodyRules for OperationPlan {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}

impl BodyRules for PlanSignature {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}
