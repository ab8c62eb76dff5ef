//! The rescue of one person: reported, taken over by whose territory it is, brought out, screened, protected, brought home.
//!
//! The territory side alone says how the rescue stands; the home side agrees to the return. A rescue is about a life: it
//! is not taken back, only ended.

pub mod fact;
pub mod stage;

mod across;
mod guard;
mod weight;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::ProcedureId;
use crate::message::rescue::screening::NonPunishmentReview;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::rescue::fact::RescueFact;
use crate::procedure::rescue::fact::Update;
use crate::procedure::rescue::stage::Move;
use crate::procedure::rescue::stage::ROWS;
use crate::procedure::rescue::stage::Stage;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;
use crate::procedure::table;

/// Where the rescue of one person stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rescue {
    stage: Stage,
    reporter: AgencyId,
    asked: BTreeSet<AgencyId>,
    /// Who took it over.
    territory: Option<AgencyId>,
    home: Option<AgencyId>,
    screening: Option<Screening>,
    /// The prosecutor's view on what the person did under coercion, the last one that a screening report states.
    review: Option<NonPunishmentReview>,
    /// Whether the person may be a child, by what was told and as long as no assessment says otherwise.
    may_be_child: bool,
    /// The handovers out of which it took the person over.
    rerouted_from: BTreeSet<ProcedureId>,
    next_by: Option<Timestamp>,
    /// What the territory side says of the return, until the home side agrees.
    proposed: Option<Update>,
    merged: BTreeMap<ProcedureId, AgencyId>,
    goes_on_in: Option<ProcedureId>,
    /// Where it stood when it was said to go on elsewhere.
    left: Option<Stage>,
}

/// What a screening found, the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Screening {
    outcome: ScreeningOutcome,
    freely: bool,
}

impl Rescue {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Who took it over; nobody before it is accepted.
    pub const fn territory(&self) -> Option<&AgencyId> {
        self.territory.as_ref()
    }

    /// Who agrees to the return; nobody while no home is known.
    pub const fn home(&self) -> Option<&AgencyId> {
        self.home.as_ref()
    }

    /// Everybody who reported the person: here, and in the procedures that are one with this.
    // spec: res-26
    pub fn reporters(&self) -> BTreeSet<&AgencyId> {
        self.merged.values().chain([&self.reporter]).collect()
    }

    /// The procedures that are one with this.
    pub fn merged(&self) -> Vec<ProcedureId> {
        self.merged.keys().copied().collect()
    }

    /// The procedure in which this one goes on.
    pub const fn goes_on_in(&self) -> Option<ProcedureId> {
        self.goes_on_in
    }

    /// The rescue as it stood before it was said to go on elsewhere: so it bears on others for whoever does not hold the other
    /// one, or holds it without a word of this.
    // spec: res-53
    pub fn on_its_own(&self) -> Self {
        Self { stage: self.left.unwrap_or(self.stage), ..self.clone() }
    }

    /// What the last screening found.
    pub fn screened(&self) -> Option<ScreeningOutcome> {
        self.screening.map(|screening| screening.outcome)
    }

    /// Whether a prosecutor still has to say how to look at what the person did under coercion.
    // spec: res-63
    pub fn awaits_review(&self) -> bool {
        self.review == Some(NonPunishmentReview::Pending)
    }

    /// Whether a screening can still be reported.
    pub fn can_be_screened(&self) -> bool {
        let mut reports = ROWS.iter().filter(|row| row.on == Move::Report);
        reports.any(|row| row.from.contains(&self.stage))
    }

    /// The handovers in which signs of a victim were found, and out of which it took the person over.
    // spec: res-62
    pub const fn rerouted_from(&self) -> &BTreeSet<ProcedureId> {
        &self.rerouted_from
    }

    /// By when the next step comes, or somebody looks at it again; nothing is awaited at the end.
    pub fn awaited_by(&self) -> Option<Timestamp> {
        self.next_by.filter(|_| !self.stage.is_terminal())
    }

    /// Whether the territory side waits for the home side to agree to the return.
    pub const fn awaits_home(&self) -> bool {
        self.proposed.is_some()
    }

    /// What an agency may do next, by what people call it.
    pub fn open_moves(&self, agency: &AgencyId) -> Vec<Move> {
        table::open_moves(ROWS, self.stage, &self.sides(agency))
    }

    /// On which sides an agency stands.
    pub fn sides(&self, agency: &AgencyId) -> Sides {
        let mut sides = Sides::new();
        match &self.territory {
            None if self.asked.contains(agency) => drop(sides.insert(Side::Requested)),
            Some(territory) if territory == agency => drop(sides.insert(Side::Territory)),
            Some(_) | None => {}
        }
        if self.home.as_ref() == Some(agency) {
            sides.insert(Side::Home);
        }
        sides
    }

    /// The move that a message makes here; `None` when it is a remark.
    fn move_of(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        // spec: res-33
        if act.fact == Fact::Common(CommonFact::Withdrawn) {
            return Err(Refusal::out_of_turn(
                "res-33",
                "nobody takes back that a person needs help",
                "tell the territory side what you know: it ends the rescue",
            ));
        }
        if matches!(act.fact, Fact::Handover(HandoverFact::Screened { .. })) {
            return Ok(Some(Move::Report));
        }
        let Fact::Rescue(fact) = &act.fact else { return act.stray() };
        Ok(Some(match fact {
            RescueFact::Reported { .. } => Move::Begin,
            RescueFact::Updated(update) => self.move_of_update(act, update),
        }))
    }

    fn move_of_update(&self, act: &Act, update: &Update) -> Move {
        let proposed = self.proposed.as_ref().map(|proposed| proposed.state);
        let agrees = self.home.as_ref() == Some(&act.author) && proposed == Some(update.state);
        let moved = Move::of_state(update.state);
        if moved == Move::Accept && update.goes_on_in.is_some() {
            Move::Merge
        } else if moved == Move::Accept && self.territory.is_some() && !update.merged.is_empty() {
            Move::Join
        } else if agrees && moved == Move::Arrange {
            Move::AgreeArrange
        } else if agrees && moved == Move::Return {
            Move::AgreeReturn
        } else {
            moved
        }
    }

    /// Takes note of what a message says; the stage has moved.
    fn note(&mut self, act: &Act, moved: Move) {
        if let Fact::Rescue(RescueFact::Updated(update)) = &act.fact {
            self.note_update(act, update, moved);
        }
        self.note_screening(act);
    }

    fn note_screening(&mut self, act: &Act) {
        let Fact::Handover(HandoverFact::Screened {
            outcome,
            freely,
            review,
            may_be_child,
            rerouted_from,
        }) = act.fact
        else {
            return;
        };
        self.screening = Some(Screening { outcome, freely });
        self.review = review.or(self.review);
        self.may_be_child |= may_be_child;
        self.rerouted_from.extend(rerouted_from);
    }

    /// Whether an update names an assessment of age that counts: of the territory side, which has the person.
    // spec: res-61
    fn assesses_age(&self, act: &Act, update: &Update, moved: Move) -> bool {
        let accepts = matches!(moved, Move::Accept | Move::Merge);
        update.age_assessed && (accepts || self.territory.as_ref() == Some(&act.author))
    }

    fn note_update(&mut self, act: &Act, update: &Update, moved: Move) {
        self.next_by = Some(update.next_by);
        self.merged.extend(update.merged.clone());
        if self.assesses_age(act, update, moved) {
            self.may_be_child = false;
        }
        if moved == Move::Join {
            return;
        }
        self.proposed = matches!(moved, Move::Arrange | Move::Return).then(|| update.clone());
        if let Some(home) = &update.home {
            self.home = Some(home.clone());
        }
        if matches!(moved, Move::Accept | Move::Merge) {
            self.territory = Some(act.author.clone());
            self.goes_on_in = update.goes_on_in;
        }
    }
}

impl Rules for Rescue {
    fn open(act: &Act) -> Result<Self, Refusal> {
        // spec: res-1, res-2
        let (stage, territory, home, may_be_child) =
            if let Fact::Rescue(RescueFact::Reported { home, may_be_child }) = &act.fact {
                let home = home.clone().or_else(|| Some(act.author.clone()));
                (Stage::Reported, None, home, *may_be_child)
            } else if let Fact::Handover(HandoverFact::Screened { .. }) = act.fact {
                (Stage::Screening, Some(act.author.clone()), None, false)
            } else {
                return Err(Refusal::out_of_turn(
                    "res-1",
                    format!("{} begins no rescue", act.kind),
                    "begin with a rescue-request or a victim-screening-report",
                ));
            };
        guard::home_takes_part(home.as_ref(), |agency| act.holders().contains(agency))?;
        let mut opened = Self {
            stage,
            reporter: act.author.clone(),
            asked: act.asked.clone(),
            territory,
            home,
            screening: None,
            review: None,
            may_be_child,
            rerouted_from: BTreeSet::new(),
            next_by: None,
            proposed: None,
            merged: BTreeMap::new(),
            goes_on_in: None,
            left: None,
        };
        opened.note_screening(act);
        Ok(opened)
    }

    fn rank(act: &Act) -> Rank {
        weight::rank(act)
    }

    fn meet(earlier: &Act, later: &Act) -> Meeting {
        weight::meet(earlier, later)
    }

    fn step(&mut self, act: &Act, common: &Common) -> Result<Option<&'static str>, Refusal> {
        let Some(moved) = self.move_of(act)? else { return Ok(None) };
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        self.guard(act, moved, common)?;
        if moved == Move::Merge {
            self.left = Some(self.stage);
        }
        self.stage = row.to.unwrap_or(self.stage);
        self.note(act, moved);
        Ok(Some(row.id))
    }

    fn both(&self) -> BTreeSet<AgencyId> {
        self.asked.iter().chain([&self.reporter]).cloned().collect()
    }
}
