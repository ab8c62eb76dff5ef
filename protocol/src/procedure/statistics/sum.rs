//! Addition that refuses: populations overlap, so figures are added only where they say that they can be.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::value::Value;
use crate::message::assets::sum;
use crate::message::coordination::situation::Overlaps;
use crate::message::coordination::situation::StatItem;
use crate::message::fault::Faults;
use crate::message::fault::FieldFault;
use crate::message::field::Field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list::Bounded;
use crate::message::pointer::Pointer;
use crate::message::text::RecordRef;
use crate::message::time::TimeRange;

choice! {
    /// Why figures are not added. Source: DOMAIN 0 fact 9, spec sta-4.
    Because {
        /// There is no figure.
        Nothing = "there is no figure",
        /// One stands there twice.
        Twice = "the same figure stands there twice",
        /// They measure different things.
        Measure = "they measure different things",
        /// They have different units.
        Unit = "they have different units",
        /// They count among different people or things.
        Population = "they count among different people or things",
        /// What is counted once differs.
        CountingRule = "what is counted once differs",
        /// They are of different times.
        Period = "they are of different times",
        /// It is not known whether they count some of the same.
        OverlapUnknown = "it is not known whether they count some of the same",
        /// They count some of the same.
        Overlap = "they count some of the same",
        /// A number is too fine, or the sum too large.
        NoRoom = "a number is too fine or the sum is too large",
    }
}

impl Because {
    /// What would make the figures fit to be added.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Nothing => "name a figure",
            Self::Twice => "name each figure once",
            Self::Measure | Self::Unit | Self::Population | Self::CountingRule | Self::Period => {
                "show them apart, or ask for figures that count alike"
            }
            Self::OverlapUnknown => "show them apart, or ask their authors to state what overlaps",
            Self::Overlap => "show them apart",
            Self::NoRoom => "state numbers with at most 18 digits after the point",
        }
    }
}

/// The refusal of a sum: there is no total.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{because}; {}", because.remedy())]
pub struct NoSum {
    /// Why.
    pub because: Because,
    /// The figures that do not go together; one alone where it is its own fault.
    pub between: Vec<RecordRef>,
}

record! {
    /// A figure of a situation report, named for adding. Source: spec sta-10.
    NamedFigure {
        /// The message with the report, by its id or digest.
        report: RecordRef,
        /// The figure's reference in it.
        figure: RecordRef,
    }
}

record! {
    /// Figures that somebody wants to add.
    NamedFigures {
        /// Each by its report and its reference.
        figures: Bounded<NamedFigure, 1, NAMED_MAX>,
    }
}

/// Most figures that are added at once: each may stand in a report of its own, which is opened for it.
const NAMED_MAX: usize = 32;

impl NamedFigures {
    /// Reads them.
    ///
    /// # Errors
    /// Every fault, with pointers that start at the whole.
    pub fn of(value: &Value) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Faults::new();
        let read = Self::read(value, &Pointer::Root, &mut faults);
        faults.judge(read)
    }
}

/// A sum, and what went into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The total. Units: 10 to the -18 of the figures' unit.
    pub total: i128,
    /// The figures that were added.
    pub of: Vec<RecordRef>,
    /// The figures that others among them replace; they are not in the total.
    pub replaced: Vec<RecordRef>,
}

impl Sum {
    /// The total as people write it: `12.5`.
    pub fn text(&self) -> String {
        let sign = if self.total < 0 { "-" } else { "" };
        let units = self.total.unsigned_abs();
        let (whole, rest) = (units / UNITS_OF_ONE, units % UNITS_OF_ONE);
        let text = format!("{sign}{whole}.{rest:018}");
        text.trim_end_matches('0').trim_end_matches('.').into()
    }
}

/// How many units one is.
const UNITS_OF_ONE: u128 = 1_000_000_000_000_000_000;

/// Adds figures that say of themselves that they can be added.
///
/// # Errors
/// Why there is no total, and between which figures.
// spec: sta-4
pub fn add(items: &[StatItem]) -> Result<Sum, NoSum> {
    refuse_repeated(items)?;
    let (standing, replaced) = standing(items);
    let Some(first) = standing.first() else { return Err(no_sum(Because::Nothing, &[])) };
    let other = standing.iter().find_map(|item| differ(first, item).map(|because| (because, item)));
    if let Some((because, item)) = other {
        return Err(no_sum(because, &[first, item]));
    }
    for item in &standing {
        match &item.overlaps {
            Overlaps::None => {}
            Overlaps::Unknown if standing.len() > 1 => {
                return Err(no_sum(Because::OverlapUnknown, &[item]));
            }
            Overlaps::With(_) if standing.len() > 1 => {
                return Err(no_sum(Because::Overlap, &[item]));
            }
            // One figure alone overlaps with nothing that is added to it.
            Overlaps::Unknown | Overlaps::With(_) => {}
        }
    }
    let total = sum::sum(standing.iter().map(|item| &item.value));
    let total = total.ok_or_else(|| no_sum(Because::NoRoom, &standing))?;
    let named = |items: &[&StatItem]| items.iter().map(|item| item.stat_ref.clone()).collect();
    Ok(Sum { total, of: named(&standing), replaced: named(&replaced) })
}

/// The figures that stand, and those that another one of them replaces.
// spec: sta-5
pub fn standing(items: &[StatItem]) -> (Vec<&StatItem>, Vec<&StatItem>) {
    let revised: BTreeSet<&RecordRef> =
        items.iter().filter_map(|item| item.revises.as_ref()).collect();
    items.iter().partition(|item| !revised.contains(&item.stat_ref))
}

fn refuse_repeated(items: &[StatItem]) -> Result<(), NoSum> {
    let mut seen = BTreeSet::new();
    match items.iter().find(|item| !seen.insert(&item.stat_ref)) {
        Some(item) => Err(no_sum(Because::Twice, &[item])),
        None => Ok(()),
    }
}

/// In what two figures differ that may not differ; their territories may.
fn differ(one: &StatItem, other: &StatItem) -> Option<Because> {
    let same_time = |one: &TimeRange, other: &TimeRange| {
        one.from.at() == other.from.at() && one.to.at() == other.to.at()
    };
    let checks = [
        (one.measure == other.measure, Because::Measure),
        (one.unit == other.unit, Because::Unit),
        (one.population == other.population, Because::Population),
        (one.counting_rule == other.counting_rule, Because::CountingRule),
        (same_time(&one.period, &other.period), Because::Period),
    ];
    checks.into_iter().find(|(agree, _)| !agree).map(|(_, because)| because)
}

fn no_sum(because: Because, between: &[&StatItem]) -> NoSum {
    NoSum { because, between: between.iter().map(|item| item.stat_ref.clone()).collect() }
}
