//! Whether the decisions on which a manifest rests still stand in their own procedures.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::moment::Timestamp;
use crate::procedure::amber::Amber;
use crate::procedure::batch::Batch;
use crate::procedure::elsewhere::corrected;
use crate::procedure::elsewhere::person::People;
use crate::procedure::fold::Fate;
use crate::procedure::handover::Handover;
use crate::procedure::machine::Machine;
use crate::procedure::refusal::Refusal;

/// The decisions of some entries of the manifest that stands, each with the number of its entry; none of a version that was
/// not put up for sealing, which may lack some.
pub fn of(batch: &Batch, people: &People) -> Vec<(u64, MessageId)> {
    let People::Entries(entries) = people else { return Vec::new() };
    batch.decisions().filter(|(n, _)| entries.contains(n)).collect()
}

/// A message with the id that an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its procedure.
    pub procedure: ProcedureId,
    /// Whether its author is of the Party that gives the people.
    pub by_giver: bool,
    /// Whether it took effect there.
    pub counted: bool,
}

/// The procedures that an entry means by an id: whoever gives the person decided on it, so that nobody else's message with
/// that id is meant; and of several those that counted, where any did.
// spec: bat-72
pub fn meant(candidates: &[Candidate]) -> BTreeSet<ProcedureId> {
    let of_giver = || candidates.iter().filter(|candidate| candidate.by_giver);
    let any_counted = of_giver().any(|candidate| candidate.counted);
    let meant = of_giver().filter(|candidate| candidate.counted || !any_counted);
    meant.map(|candidate| candidate.procedure).collect()
}

/// Whether a message took effect in its procedure.
pub fn has_counted(machine: &Machine, message: &Digest) -> bool {
    matches!(machine.fates().get(message), Some(Fate::Took { .. }))
}

/// What is to be done about an entry whose decision does not carry it.
const REMEDY: &str = "take the entry off with a manifest-removal, or wait until the person is granted again and list that decision";

/// Whether whoever acts for this agency has to hold the decisions: it gives the people or receives them in the end, so that
/// it decided on each of them or was told. A Party between may hold none.
// spec: bat-67
pub fn must_be_here(batch: &Batch, agency: &AgencyId) -> bool {
    [batch.way().first(), batch.way().last()].contains(&Some(agency))
}

/// Why an entry does not go whose decision is not here, where it has to be.
// spec: bat-67
pub fn not_here(entry: u64, decision: &MessageId) -> Refusal {
    let why = format!("entry {entry} rests on {decision}, which is not here");
    Refusal::safeguard(
        "bat-67",
        why,
        "name the decision that granted this person, or take the entry off with a manifest-removal",
    )
}

/// Why the decision of an entry may be about somebody else: its handover and the entry share no reference, document,
/// sample or screening. The gravest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// And by their births they are two people, if both records are right.
    Excluded,
    /// And nobody says that they were compared.
    Unconnected,
    /// And whoever made the list says that somebody compared them.
    Checked,
}

impl Doubt {
    /// What counts of several doubts about one entry, whose id several decisions have.
    pub fn gravest(doubts: impl IntoIterator<Item = Self>) -> Option<Self> {
        doubts.into_iter().min()
    }

    /// Whether the entry does not go.
    pub const fn holds_up(self) -> bool {
        match self {
            Self::Excluded | Self::Unconnected => true,
            Self::Checked => false,
        }
    }

    /// What it is, and what to do.
    // spec: bat-68, bat-71
    pub fn refusal(self, entry: u64, decision: &MessageId) -> Refusal {
        let nothing = format!(
            "nothing that identifies the person of entry {entry} stands in the handover of {decision}"
        );
        match self {
            Self::Excluded => Refusal::safeguard(
                "bat-68",
                format!("{nothing}, and by their births they are two people"),
                "name the decision about this person, or correct the birth that is wrong",
            ),
            Self::Unconnected => Refusal::safeguard(
                "bat-71",
                nothing,
                "compare the person with the handover; list the person by its reference, document or screening, or with `decision_checked` where there is none, and name another decision where it is somebody else",
            ),
            Self::Checked => Refusal::safeguard(
                "bat-71",
                format!("{nothing}; whoever made the list says that somebody compared them"),
                "compare them too, and strike the entry or take it off where it is somebody else",
            ),
        }
    }
}

/// Refuses an entry whose decision stands no longer in its own procedure, or whose person may not go by it at this time.
///
/// # Errors
/// What became of the decision, or what holds the person there.
// spec: bat-63
pub fn judge(
    entry: u64,
    decision: &MessageId,
    machine: &Machine,
    (at, amber): (Timestamp, Option<Amber>),
) -> Result<(), Refusal> {
    let refused = |why| Err(Refusal::safeguard("bat-63", why, REMEDY));
    let Machine::Handover(folded) = machine else {
        let name = machine.name();
        return refused(format!(
            "entry {entry} rests on {decision}, which is of a {name} and grants nobody"
        ));
    };
    match folded.state.standing() {
        Some(standing) if standing == decision => {
            // spec: ho-57
            if let Some(ground) = folded.state.open_ground() {
                return refused(format!(
                    "entry {entry} rests on the decision {decision}, which does not answer the ground {ground} that was named beside it"
                ));
            }
            if folded.state.is_granted() {
                return judge_person(entry, decision, &folded.state, (at, amber));
            }
            let stage = folded.state.stage();
            refused(format!(
                "entry {entry} rests on the decision {decision}, and its handover is {stage}"
            ))
        }
        Some(standing) => refused(format!(
            "entry {entry} rests on the decision {decision}, in whose place {standing} stands"
        )),
        None => refused(format!(
            "entry {entry} rests on {decision}, and no decision stands in its handover"
        )),
    }
}

/// What would hold the person in the person's own handover holds the person in a batch as well.
fn judge_person(
    entry: u64,
    decision: &MessageId,
    handover: &Handover,
    (at, amber): (Timestamp, Option<Amber>),
) -> Result<(), Refusal> {
    let whose = format!("entry {entry} rests on the decision {decision}, in whose handover");
    // spec: bat-76
    if handover.is_undetermined() {
        return Err(Refusal::safeguard(
            "bat-76",
            format!("{whose} the last screening is undetermined: the person may be a victim"),
            "take the entry off with a manifest-removal, or wait until the holder has screened the person to an end and said there what was found",
        ));
    }
    // spec: bat-77
    if !handover.spares_life(at) {
        return Err(Refusal::safeguard(
            "bat-77",
            format!(
                "{whose} an offence can cost the person's life, and no assurance binds any longer that it will not"
            ),
            "take the entry off with a manifest-removal; take the grant back there, ask for the assurance anew, grant, and list that decision",
        ));
    }
    // spec: bat-78
    if !handover.custody().is_held() || handover.is_ill() {
        let where_now = if handover.is_ill() { "ill" } else { handover.custody().text() };
        return Err(Refusal::safeguard(
            "bat-78",
            format!(
                "{whose} the person is {where_now} by the last word of whoever holds the person"
            ),
            "take the entry off with a manifest-removal, or wait for the custody-event there that says that the person is held and fit again",
        ));
    }
    // spec: bat-79
    if !handover.minds_the_child() {
        return Err(Refusal::safeguard(
            "bat-79",
            format!(
                "{whose} the person may be under 18 by what was said there, and the grant says nothing of a child"
            ),
            "take the entry off with a manifest-removal; take the grant back there, grant with what is best for the child or the assessment of age, and list that decision",
        ));
    }
    // spec: ho-89
    corrected::judge(amber)
        .map_err(|refusal| Refusal { why: format!("entry {entry}: {}", refusal.why), ..refusal })
}
