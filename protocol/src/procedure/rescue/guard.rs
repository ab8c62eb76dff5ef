//! What has to hold beside a row of the table: what the person agrees to, what a child needs, and what was found.

use crate::ids::AgencyId;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::message::rescue::update::PersonConsents;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::fact::Fact;
use crate::procedure::refusal::Refusal;
use crate::procedure::rescue::Rescue;
use crate::procedure::rescue::fact::RescueFact;
use crate::procedure::rescue::fact::Update;
use crate::procedure::rescue::stage::Move;
use crate::registry::RefusalCode;

impl Rescue {
    /// What a row alone does not say.
    pub(super) fn guard(&self, act: &Act, moved: Move, common: &Common) -> Result<(), Refusal> {
        let Fact::Rescue(RescueFact::Updated(update)) = &act.fact else { return Ok(()) };
        let takes_part = |agency: &AgencyId| common.participants().contains_key(agency);
        home_takes_part(update.home.as_ref(), takes_part)?;
        self.guard_age(act, update, moved)?;
        match moved {
            Move::Accept | Move::Join => reporters_take_part(update, takes_part),
            Move::Protect => self.guard_protection(),
            Move::Arrange | Move::AgreeArrange | Move::Return | Move::AgreeReturn => {
                self.guard_return(update)
            }
            Move::GiveUp => self.guard_review(act),
            Move::Decline => self.guard_declining(update),
            Move::Refer => self.guard_referral(update),
            Move::Triage
            | Move::Merge
            | Move::Locate
            | Move::ConfirmLocation
            | Move::Plan
            | Move::Extract
            | Move::Screen
            | Move::Report
            | Move::Stay
            | Move::Dismiss
            | Move::Die
            | Move::Begin => Ok(()),
        }
    }

    /// Whoever may be a child is one until somebody found out.
    // spec: res-61
    fn guard_age(&self, act: &Act, update: &Update, moved: Move) -> Result<(), Refusal> {
        let assessed = self.assesses_age(act, update, moved);
        if !self.may_be_child || assessed || update.child != Some(false) {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "res-61",
            "by what was told of the birth the person may be a child, and no assessment says otherwise",
            "treat the person as a child; the territory side names the assessment of age or the paper under `age_assessment_ref`",
        ))
    }

    // spec: res-28
    fn guard_protection(&self) -> Result<(), Refusal> {
        if self.screening.is_some() {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "res-28",
            "nobody has said what the screening found",
            "send the victim-screening-report first",
        ))
    }

    /// A grown-up goes home who agrees to it, a child whose best interests were determined; both sides say the same.
    // spec: res-29
    fn guard_return(&self, update: &Update) -> Result<(), Refusal> {
        let may_go = match update.child {
            Some(true) => update.best_interests,
            Some(false) => update.consents == Some(PersonConsents::Yes),
            None => false,
        };
        if !may_go {
            return Err(Refusal::safeguard(
                "res-29",
                "a grown-up returns who agrees to it, a child after its best interests were determined",
                "ask the person, or let the child's best interests be determined",
            ));
        }
        match &self.proposed {
            Some(said) if said.child != update.child => Err(Refusal::safeguard(
                "res-29",
                "the two sides do not say the same of whether the person is a child",
                "treat the person as a child until both sides are sure",
            )),
            Some(_) | None => Ok(()),
        }
    }

    // spec: res-30
    fn guard_review(&self, act: &Act) -> Result<(), Refusal> {
        match self.next_by {
            Some(review) if act.created < review => Err(Refusal::out_of_turn(
                "res-30",
                "the date of the review has not come",
                "look for the person until then",
            )),
            Some(_) | None => Ok(()),
        }
    }

    // spec: res-31
    fn guard_declining(&self, update: &Update) -> Result<(), Refusal> {
        let freely = self.screening.is_some_and(|screening| screening.freely);
        let declined = update.consents == Some(PersonConsents::No);
        if freely && declined && update.child == Some(false) {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "res-31",
            "only a grown-up declines help, and only somebody who could speak freely",
            "screen the person in private first, with somebody trained and an independent interpreter",
        ))
    }

    // spec: res-32, res-63
    fn guard_referral(&self, update: &Update) -> Result<(), Refusal> {
        if self.screened() != Some(ScreeningOutcome::NoIndication) || !update.prosecutor {
            return Err(Refusal::safeguard(
                "res-32",
                "nobody is referred to justice who may be a victim, or without a prosecutor",
                "let the screening end without an indication, and let a prosecutor decide",
            ));
        }
        if self.awaits_review() {
            return Err(Refusal::safeguard(
                "res-63",
                "a prosecutor has not said yet how to look at what the person did under coercion",
                "send a victim-screening-report with `non_punishment_review` `applies` or `not-applicable` first",
            ));
        }
        Ok(())
    }
}

/// Whoever agrees to a return has the messages.
// spec: res-27
pub(super) fn home_takes_part(
    home: Option<&AgencyId>,
    takes_part: impl Fn(&AgencyId) -> bool,
) -> Result<(), Refusal> {
    match home {
        Some(home) if !takes_part(home) => Err(left_out("res-27", home)),
        Some(_) | None => Ok(()),
    }
}

/// Whoever reported the person has the messages of the procedure in which the rescue goes on.
// spec: res-26
fn reporters_take_part(
    update: &Update,
    takes_part: impl Fn(&AgencyId) -> bool,
) -> Result<(), Refusal> {
    match update.merged.values().find(|reporter| !takes_part(reporter)) {
        None => Ok(()),
        Some(reporter) => Err(left_out("res-26", reporter)),
    }
}

fn left_out(rule: &'static str, agency: &AgencyId) -> Refusal {
    Refusal::new(
        RefusalCode::ParticipantLeftOut,
        rule,
        alloc::format!("{} takes no part in this procedure", agency.as_str()),
        "let it join with a message of the kind participants first",
    )
}
