//! Assets that are frozen for another Party: held, frozen, extended, released, confiscated, given back.
//!
//! Each asset is a region of its own: messages about different ones do not contradict each other. Where the freeze stands as
//! a whole follows from them.

pub mod fact;
pub mod stage;

mod guard;
mod weight;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::assets::disposition::Disposition;
use crate::message::assets::freezing_report::FreezingStatus;
use crate::message::assets::freezing_report::ReleaseCause;
use crate::message::text::RecordRef;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::freezing::fact::Claim;
use crate::procedure::freezing::fact::FreezingFact;
use crate::procedure::freezing::fact::Line;
use crate::procedure::freezing::stage::ASSET_ROWS;
use crate::procedure::freezing::stage::AssetStage;
use crate::procedure::freezing::stage::Move;
use crate::procedure::freezing::stage::ROWS;
use crate::procedure::freezing::stage::Stage;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;
use crate::procedure::table;

/// Where a freeze stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freezing {
    requesting: AgencyId,
    requested: BTreeSet<AgencyId>,
    request: MessageId,
    count: u64,
    by_order: bool,
    formal_request_by: Timestamp,
    taken: bool,
    withdrawn: bool,
    assets: BTreeMap<u64, Asset>,
    claims: BTreeMap<RecordRef, u64>,
}

/// Where one asset stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asset {
    stage: AssetStage,
    whole: bool,
    converted: bool,
    rank: Option<u64>,
    term: Option<Term>,
    extension: Option<Timestamp>,
}

/// When a freeze ends, and which message said so.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    set_by: MessageId,
    valid_until: Timestamp,
    renew_by: Timestamp,
}

/// What a message moves: the freeze as a whole, or assets.
enum Steps {
    Whole(Move),
    Assets(Vec<(u64, Move)>),
}

impl Freezing {
    /// Where it stands as a whole.
    pub fn stage(&self) -> Stage {
        let any = |stage: AssetStage| self.assets.values().any(|asset| asset.stage == stage);
        let settled = self.assets.values().any(|asset| asset.stage.is_settled());
        // The first that holds, from what is furthest from its end.
        let whole = [
            (any(AssetStage::Confiscated), Stage::Confiscated),
            (self.withdrawn && (self.is_kept() || !settled), self.stage_withdrawn()),
            (!self.taken, Stage::Submitted),
            (any(AssetStage::ConfiscationPending), Stage::ConfiscationPending),
            (any(AssetStage::Held), Stage::EmergencyHold),
            (any(AssetStage::Frozen) && self.is_whole(), Stage::Frozen),
            (any(AssetStage::Frozen), Stage::PartlyFrozen),
            (any(AssetStage::Asked), Stage::Reviewing),
            (any(AssetStage::Queued), Stage::Queued),
            (settled, Stage::Settled),
            (any(AssetStage::Released), Stage::Released),
            (any(AssetStage::Expired), Stage::Expired),
            (any(AssetStage::Refused), Stage::Refused),
        ];
        let first = whole.into_iter().find(|(holds, _)| *holds);
        first.map_or(Stage::NothingFound, |(_, stage)| stage)
    }

    /// Withdrawn as long as something is to be released; released once it was.
    fn stage_withdrawn(&self) -> Stage {
        let released = self.assets.values().any(|asset| asset.stage == AssetStage::Released);
        if released && !self.is_kept() { Stage::Released } else { Stage::Withdrawn }
    }

    /// Whether anything is kept from moving.
    fn is_kept(&self) -> bool {
        self.assets.values().any(|asset| asset.stage.is_kept())
    }

    /// Whether every asset is frozen as a whole.
    fn is_whole(&self) -> bool {
        self.assets.values().all(|asset| asset.stage == AssetStage::Frozen && asset.whole)
    }

    /// Where an asset stands, by its number in the request.
    pub fn asset(&self, number: u64) -> Option<AssetStage> {
        self.assets.get(&number).map(|asset| asset.stage)
    }

    /// How many assets stand there.
    pub fn count(&self, stage: AssetStage) -> usize {
        self.assets.values().filter(|asset| asset.stage == stage).count()
    }

    /// The place of an asset behind the orders that came first; the order that holds it is 1.
    pub fn rank(&self, number: u64) -> Option<u64> {
        self.assets.get(&number).and_then(|asset| asset.rank)
    }

    /// Whether an asset was turned into money.
    pub fn is_converted(&self, number: u64) -> bool {
        self.assets.get(&number).is_some_and(|asset| asset.converted)
    }

    /// Until when the freeze of each asset is to last longer, where that is asked for and not answered.
    pub fn extensions_asked(&self) -> BTreeMap<u64, Timestamp> {
        let asked = |(number, asset): (&u64, &Asset)| Some((*number, asset.extension?));
        self.assets.iter().filter_map(asked).collect()
    }

    /// The claims of others that are not settled, and the asset of each.
    pub const fn claims(&self) -> &BTreeMap<RecordRef, u64> {
        &self.claims
    }

    /// By when something has to happen lest a freeze end: the request for an order, or the first renewal.
    pub fn awaited_by(&self) -> Option<Timestamp> {
        let kept = self.assets.values().filter(|asset| asset.stage.is_kept());
        let renewals = kept.filter_map(|asset| asset.term.as_ref()).map(|term| term.renew_by);
        let held = self.assets.values().any(|asset| asset.stage == AssetStage::Held);
        let formal = (held && !self.by_order).then_some(self.formal_request_by);
        renewals.chain(formal).min()
    }

    /// When the first freeze that can run out does: by its report, or because the request for an order did not come.
    pub fn ends_at(&self) -> Option<Timestamp> {
        let can_lapse =
            |asset: &&Asset| matches!(asset.stage, AssetStage::Held | AssetStage::Frozen);
        let end_of = |asset: &Asset| {
            let unasked = asset.stage == AssetStage::Held && !self.by_order;
            let formal = unasked.then_some(self.formal_request_by);
            asset.term.as_ref().map(|term| term.valid_until).into_iter().chain(formal).min()
        };
        self.assets.values().filter(can_lapse).filter_map(end_of).min()
    }

    /// What an agency may do next, by what people call it.
    pub fn open_moves(&self, agency: &AgencyId) -> Vec<Move> {
        let sides = self.sides(agency);
        let mut moves = table::open_moves(ROWS, self.stage(), &sides);
        for asset in self.assets.values().filter(|_| self.taken) {
            let more = table::open_moves(ASSET_ROWS, asset.stage, &sides);
            let new = more.into_iter().filter(|step| !moves.contains(step));
            let new: Vec<Move> = new.collect();
            moves.extend(new);
        }
        moves
    }

    /// On which sides an agency stands.
    pub fn sides(&self, agency: &AgencyId) -> Sides {
        let mut sides = Sides::new();
        if *agency == self.requesting {
            sides.insert(Side::Requesting);
        }
        if self.requested.contains(agency) {
            sides.insert(Side::Requested);
        }
        sides
    }

    /// What a message moves; `None` when it is a remark.
    fn steps_of(&self, act: &Act) -> Result<Option<Steps>, Refusal> {
        if let Fact::Freezing(fact) = &act.fact {
            return Ok(Some(steps_of_fact(fact)));
        }
        let Fact::Common(fact) = &act.fact else { return act.stray() };
        Ok(match fact {
            CommonFact::Acknowledged { of } => {
                (*of == self.request && !self.taken).then_some(Steps::Whole(Move::Acknowledge))
            }
            CommonFact::Withdrawn => Some(Steps::Whole(Move::Withdraw)),
            CommonFact::Lapsed { of, .. } => Some(Steps::Assets(self.lapsed(act, of)?)),
            CommonFact::Joined { .. }
            | CommonFact::Confirmed { .. }
            | CommonFact::Resolved { .. }
            | CommonFact::Corrected { .. }
            | CommonFact::InformationAsked { .. }
            | CommonFact::InformationGiven
            | CommonFact::Reported
            | CommonFact::Valued { .. } => None,
        })
    }

    /// The assets whose term a message set, and whose term has ended by the clock of whoever says so.
    fn lapsed(&self, act: &Act, of: &MessageId) -> Result<Vec<(u64, Move)>, Refusal> {
        let unasked =
            *of == self.request && !self.by_order && self.formal_request_by <= act.created;
        let has_ended = |asset: &Asset| {
            let term = asset.term.as_ref().filter(|term| term.set_by == *of);
            let over = term.is_some_and(|term| term.valid_until <= act.created);
            let held = asset.stage == AssetStage::Held;
            (held && unasked) || ((held || asset.stage == AssetStage::Frozen) && over)
        };
        let ended = self.assets.iter().filter(|(_, asset)| has_ended(asset));
        let ended: Vec<(u64, Move)> = ended.map(|(number, _)| (*number, Move::Lapse)).collect();
        if !ended.is_empty() {
            return Ok(ended);
        }
        Err(Refusal::out_of_turn(
            "frz-14",
            "no freeze whose term that message set has ended",
            "name the report that set the term, or the request whose order did not come, once it is over",
        ))
    }

    /// The rule of the first row; every row has to be there.
    fn rows_of(&self, steps: &Steps, sides: &Sides) -> Result<Option<&'static str>, Refusal> {
        match steps {
            Steps::Whole(moved) => {
                table::find(ROWS, self.stage(), *moved, sides).map(|row| Some(row.id))
            }
            Steps::Assets(steps) => {
                let mut rule = None;
                for (number, moved) in steps {
                    let Some(asset) = self.assets.get(number) else { continue };
                    let row = table::find(ASSET_ROWS, asset.stage, *moved, sides)?;
                    rule = rule.or(Some(row.id));
                }
                Ok(rule)
            }
        }
    }

    /// Moves what a message moves; its rows were found.
    fn go(&mut self, act: &Act, steps: &Steps, sides: &Sides) {
        match steps {
            Steps::Whole(moved) => self.go_whole(act, *moved),
            Steps::Assets(steps) => {
                for (number, moved) in steps {
                    let Some(asset) = self.assets.get_mut(number) else { continue };
                    if let Ok(row) = table::find(ASSET_ROWS, asset.stage, *moved, sides) {
                        asset.stage = row.to.unwrap_or(asset.stage);
                    }
                }
            }
        }
    }

    fn go_whole(&mut self, act: &Act, moved: Move) {
        self.taken |= moved == Move::Acknowledge;
        self.withdrawn |= moved == Move::Withdraw;
        if let Fact::Freezing(FreezingFact::Requested(request)) = &act.fact {
            self.by_order = true;
            self.formal_request_by = request.formal_request_by;
        }
    }

    /// Takes note of what a message says of its assets; they have moved.
    fn note(&mut self, act: &Act) {
        let Fact::Freezing(fact) = &act.fact else { return };
        match fact {
            FreezingFact::Reported { assets, claims, settled } => {
                assets.iter().for_each(|line| self.note_line(act.id, line));
                for Claim { asset, claim } in claims {
                    self.claims.insert(claim.clone(), *asset);
                }
                for claim in settled {
                    self.claims.remove(claim);
                }
            }
            FreezingFact::ExtensionAsked { assets, until } => {
                for number in assets {
                    if let Some(asset) = self.assets.get_mut(number) {
                        asset.extension = Some(*until);
                    }
                }
            }
            FreezingFact::Converted { asset } => {
                if let Some(asset) = self.assets.get_mut(asset) {
                    asset.converted = true;
                }
            }
            FreezingFact::Requested(_)
            | FreezingFact::RecoveryAsked { .. }
            | FreezingFact::RecoveryDecided { .. }
            | FreezingFact::Disposed { .. } => {}
        }
    }

    fn note_line(&mut self, report: MessageId, line: &Line) {
        let Some(asset) = self.assets.get_mut(&line.asset) else { return };
        asset.whole = line.status == FreezingStatus::Frozen;
        asset.rank = line.rank;
        asset.extension = None;
        let term = |valid_until| Term {
            set_by: report,
            valid_until,
            renew_by: line.renew_by.unwrap_or(valid_until),
        };
        asset.term = line.valid_until.map(term);
    }
}

fn steps_of_fact(fact: &FreezingFact) -> Steps {
    let all = |assets: &[u64], moved: Move| assets.iter().map(|asset| (*asset, moved)).collect();
    match fact {
        FreezingFact::Requested(_) => Steps::Whole(Move::Formalise),
        FreezingFact::Reported { assets, .. } => {
            Steps::Assets(assets.iter().map(|line| (line.asset, move_of_line(line))).collect())
        }
        FreezingFact::ExtensionAsked { assets, .. } => Steps::Assets(all(assets, Move::Extend)),
        FreezingFact::RecoveryAsked { assets } => Steps::Assets(all(assets, Move::Recover)),
        FreezingFact::RecoveryDecided { assets } => {
            let moved = |granted, confiscated| match (granted, confiscated) {
                (_, true) => Move::Confiscate,
                (true, false) => Move::Grant,
                (false, false) => Move::RefuseRecovery,
            };
            let decided = assets.iter().map(|one| (one.asset, moved(one.granted, one.confiscated)));
            Steps::Assets(decided.collect())
        }
        FreezingFact::Converted { asset } => Steps::Assets(all(&[*asset], Move::Convert)),
        FreezingFact::Disposed { assets, disposition } => {
            let moved = match disposition {
                Disposition::Returned => Move::Return,
                Disposition::Shared => Move::Share,
                Disposition::Retained => Move::Retain,
            };
            Steps::Assets(all(assets, moved))
        }
    }
}

const fn move_of_line(line: &Line) -> Move {
    match line.status {
        FreezingStatus::Held => Move::Hold,
        FreezingStatus::Frozen | FreezingStatus::Partial => Move::Freeze,
        FreezingStatus::NotFound => Move::Miss,
        FreezingStatus::AlreadyFrozen => Move::Queue,
        FreezingStatus::Refused => Move::Refuse,
        FreezingStatus::Released => match line.released {
            Some(ReleaseCause::OnWithdrawal) => Move::ReleaseOnWithdrawal,
            Some(ReleaseCause::ByCourt) | None => Move::ReleaseByCourt,
        },
    }
}

impl Rules for Freezing {
    // spec: frz-1
    fn open(act: &Act) -> Result<Self, Refusal> {
        let Fact::Freezing(FreezingFact::Requested(request)) = &act.fact else {
            return Err(Refusal::out_of_turn(
                "frz-1",
                format!("{} begins no freeze", act.kind),
                "begin with a freezing-request",
            ));
        };
        let asset = Asset {
            stage: AssetStage::Asked,
            whole: false,
            converted: false,
            rank: None,
            term: None,
            extension: None,
        };
        Ok(Self {
            requesting: act.author.clone(),
            requested: act.asked.clone(),
            request: act.id,
            count: request.assets,
            by_order: request.by_order,
            formal_request_by: request.formal_request_by,
            taken: false,
            withdrawn: false,
            assets: (1..=request.assets).map(|number| (number, asset.clone())).collect(),
            claims: BTreeMap::new(),
        })
    }

    fn rank(act: &Act) -> Rank {
        weight::rank(act)
    }

    fn meet(earlier: &Act, later: &Act) -> Meeting {
        weight::meet(earlier, later)
    }

    fn step(&mut self, act: &Act, common: &Common) -> Result<Option<&'static str>, Refusal> {
        let Some(steps) = self.steps_of(act)? else { return Ok(None) };
        let sides = self.sides(&act.author);
        let rule = self.rows_of(&steps, &sides)?;
        self.guard(act, common)?;
        self.go(act, &steps, &sides);
        self.note(act);
        Ok(rule)
    }

    fn both(&self) -> BTreeSet<AgencyId> {
        self.requested.iter().cloned().chain([self.requesting.clone()]).collect()
    }
}
