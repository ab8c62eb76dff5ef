//! The articles of a charter, and what one clause of each may say.

use alloc::format;
use alloc::string::String;

use crate::identity::charter::clause::Clause;
use crate::ids::Party;
use crate::message::field::choice;
use crate::message::legal_basis::LegalBasisKind;
use crate::message::refusal_ground::GroundClass;
use crate::message::refusal_ground::RefusalGround;
use crate::message::retention;
use crate::message::time::CivilDate;
use crate::message::urgency::Urgency;
use crate::procedure::deadline::profile;
use crate::procedure::deadline::profile::Fixed;
use crate::procedure::deadline::profile::Term;
use crate::procedure::deadline::rest::RestDay;
use crate::procedure::deadline::rest::Weekday;

// spec: prf-3, prf-7
choice! {
    /// What kind of thing a clause settles; none of them is the age of a child. Source: spec prf-3.
    Article {
        /// How long something may take.
        Term = "term",
        /// A day on which nobody is expected to work.
        Rest = "rest",
        /// How a ground for refusal binds.
        Ground = "ground",
        /// Whether the promise that a person's life is spared can be done without.
        Waiver = "waiver",
        /// How long something is kept before somebody looks at it again.
        Retention = "retention",
    }
}

choice! {
    /// Whether a Party may do without the promise that a person's life is spared. Source: DOMAIN 4.2.
    Waiver {
        /// Where its law allows it, and with reasons.
        Lawful = "lawful",
        /// Never.
        Never = "never",
    }
}

/// Under which instruments a ground binds so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Under {
    /// Under any.
    Any,
    /// Under those of a kind.
    Kind(LegalBasisKind),
    /// Under the one of this name.
    Named(String),
}

/// What one clause says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// How long a class gives to acknowledge.
    Acknowledge(Urgency, Term),
    /// How long a class gives to answer.
    Answer(Urgency, Term),
    /// How long a fixed term is.
    Fixed(Fixed, Term),
    /// A day of rest of a Party.
    Rest(Party, RestDay),
    /// How a ground binds a Party, and under what.
    Ground((Party, RefusalGround, Under), GroundClass),
    /// Whether a Party may do without that promise.
    Waiver(Party, Waiver),
    /// How long a matter is kept. Units: months.
    Retention(&'static str, u16),
}

/// What a matter of the death penalty is called in a clause.
const DEATH_PENALTY: &str = "death-penalty";

/// What stands between a ground and the instrument under which it binds.
const UNDER: &str = " under ";

/// What holds on a weekday of rest, and on a holiday.
const WEEKLY: &str = "weekly";
const HOLIDAY: &str = "holiday";

/// The longest terms that can be settled. Units: minutes, hours, days.
const MINUTES_MAX: u32 = 1_440;
const HOURS_MAX: u32 = 720;
const DAYS_MAX: u32 = 366;

/// Whether a ground binds every Party whatever is settled: nobody is sent where torture or persecution waits.
// spec: prf-8
pub const fn is_absolute(ground: RefusalGround) -> bool {
    matches!(
        ground,
        RefusalGround::TortureOrIllTreatmentRisk | RefusalGround::DiscriminatoryPurpose
    )
}

/// Reads one clause.
///
/// # Errors
/// Why it cannot be read, for a person.
// spec: prf-3
pub fn read(clause: &Clause) -> Result<Meaning, String> {
    let Clause { article, party, about, value } = clause;
    let Some(known) = Article::parse(article) else {
        return Err(format!("this program knows no article `{article}`"));
    };
    match (known, party) {
        (Article::Term, None) => term(about, value),
        (Article::Retention, None) => kept(about, value),
        (Article::Rest, Some(party)) => rest(party, about, value),
        (Article::Ground, Some(party)) => ground(party, about, value),
        (Article::Waiver, Some(party)) => waiver(party, about, value),
        (Article::Term | Article::Retention, Some(_)) => {
            Err(format!("`{article}` is settled for all Parties alike"))
        }
        (Article::Rest | Article::Ground | Article::Waiver, None) => {
            Err(format!("`{article}` is settled for one Party"))
        }
    }
}

// spec: prf-5
fn term(about: &str, value: &str) -> Result<Meaning, String> {
    let term = Term::parse(value).ok_or_else(|| {
        format!("`{value}` is no term such as `30 minutes`, `8 hours` or `5 days`")
    })?;
    let bound = match term {
        Term::Minutes(_) => MINUTES_MAX,
        Term::Hours(_) => HOURS_MAX,
        Term::Days(_) => DAYS_MAX,
    };
    if !(1..=bound).contains(&term.count()) {
        return Err(format!(
            "a term has 1 to {MINUTES_MAX} minutes, {HOURS_MAX} hours or {DAYS_MAX} days"
        ));
    }
    let (meaning, by_default) = named(about, term)
        .ok_or_else(|| format!("chapter 24 of the specification has no term `{about}`"))?;
    if by_default.is_by_the_clock() && !term.is_by_the_clock() {
        return Err(format!("`{about}` is counted by the clock: state hours or minutes"));
    }
    Ok(meaning)
}

/// The term of that name, and how long it is by default.
fn named(about: &str, term: Term) -> Option<(Meaning, Term)> {
    if let Some(which) = Fixed::parse(about) {
        return Some((Meaning::Fixed(which, term), which.by_default()));
    }
    let (class, what) = about.split_once(' ')?;
    let class = Urgency::parse(class)?;
    let by_default = profile::class_by_default(class);
    match what {
        "acknowledge" => Some((Meaning::Acknowledge(class, term), by_default.acknowledge)),
        "answer" => Some((Meaning::Answer(class, term), by_default.answer)),
        _ => None,
    }
}

fn rest(party: &Party, about: &str, value: &str) -> Result<Meaning, String> {
    if let Some(weekday) = Weekday::parse(about) {
        return if value == WEEKLY {
            Ok(Meaning::Rest(party.clone(), RestDay::Weekly(weekday)))
        } else {
            Err(format!("what holds on a `{about}` of rest is `{WEEKLY}`"))
        };
    }
    let date = CivilDate::parse(about)
        .map_err(|_| format!("`{about}` is neither a weekday nor a day such as 2026-04-14"))?;
    if value != HOLIDAY {
        return Err(format!("what holds on a day such as {about} is `{HOLIDAY}`"));
    }
    Ok(Meaning::Rest(party.clone(), RestDay::Holiday(date)))
}

// spec: prf-8
fn ground(party: &Party, about: &str, value: &str) -> Result<Meaning, String> {
    let (name, under) = match about.split_once(UNDER) {
        None => (about, Under::Any),
        Some((name, instrument)) => {
            let named = || Under::Named(String::from(instrument));
            (name, LegalBasisKind::parse(instrument).map_or_else(named, Under::Kind))
        }
    };
    let ground = RefusalGround::parse(name)
        .ok_or_else(|| format!("chapter 10 of the specification has no ground `{name}`"))?;
    let class = GroundClass::parse(value)
        .ok_or_else(|| format!("`{value}` is no class: mandatory, discretionary or procedural"))?;
    if is_absolute(ground) && class != GroundClass::Mandatory {
        return Err(format!("`{name}` binds every Party, and nothing can be settled about it"));
    }
    Ok(Meaning::Ground((party.clone(), ground, under), class))
}

fn waiver(party: &Party, about: &str, value: &str) -> Result<Meaning, String> {
    if about != DEATH_PENALTY {
        return Err(format!("the one waiver that is settled is `{DEATH_PENALTY}`"));
    }
    let waiver = Waiver::parse(value)
        .ok_or_else(|| format!("a waiver is `lawful` or `never`, not `{value}`"))?;
    Ok(Meaning::Waiver(party.clone(), waiver))
}

// spec: prf-11
fn kept(about: &str, value: &str) -> Result<Meaning, String> {
    let term = retention::TERMS
        .iter()
        .find(|term| term.matter == about)
        .ok_or_else(|| format!("chapter 15 of the specification has no row `{about}`"))?;
    let most = retention::MONTHS_MAX;
    let months = (1..=most).find(|months| {
        let plural = if *months == 1 { "" } else { "s" };
        value == format!("{months} month{plural}")
    });
    let months = months.ok_or_else(|| format!("`{value}` is not `1 month` to `{most} months`"))?;
    Ok(Meaning::Retention(term.matter, months))
}
