//! People, counted several ways; each way counts the same people.

use crate::message::fault::FaultCode;
use crate::message::field::record;
use crate::message::handover::request::Minority;
use crate::message::list;
use crate::message::list::Stated;
use crate::message::person::Sex;
use crate::message::person::SubjectCategory;
use crate::message::values::Country;

record! {
    /// How many appear in one role.
    CategoryCount {
        /// The role.
        category: SubjectCategory,
        /// How many.
        count: u64,
    }
}

record! {
    /// How many are of one sex.
    SexCount {
        /// The sex.
        sex: Sex,
        /// How many.
        count: u64,
    }
}

record! {
    /// How many are children, or may be.
    MinorityCount {
        /// Whether they are children.
        minor: Minority,
        /// How many.
        count: u64,
    }
}

record! {
    /// How many are of one nationality.
    NationalityCount {
        /// Of which State; absent for all others, and for those of whom it is not known.
        country: Option<Country>,
        /// How many.
        count: u64,
    }
}

record! {
    /// People, counted by role, sex, age and nationality; each adds up to the total. Source: DOMAIN 2.4, spec msgk-96.
    PersonCounts {
        /// How many.
        total: u64,
        /// By role; each role once.
        by_category: Stated<CategoryCount>,
        /// By sex; each sex once.
        by_sex: Stated<SexCount>,
        /// By whether they are children; each answer once.
        minors: Stated<MinorityCount>,
        /// By nationality; each once.
        by_nationality: Stated<NationalityCount>,
    }
    rules(at, faults) {
        let each = || by_category.iter().flat_map(|counts| counts.as_slice());
        list::refuse_repeated(each().map(|entry| entry.category), &at.key("by_category"), faults);
        let categories = by_category.as_ref().map(|_| sum(each().map(|entry| entry.count)));

        let each = || by_sex.iter().flat_map(|counts| counts.as_slice());
        list::refuse_repeated(each().map(|entry| entry.sex), &at.key("by_sex"), faults);
        let sexes = by_sex.as_ref().map(|_| sum(each().map(|entry| entry.count)));

        let each = || minors.iter().flat_map(|counts| counts.as_slice());
        list::refuse_repeated(each().map(|entry| entry.minor), &at.key("minors"), faults);
        let ages = minors.as_ref().map(|_| sum(each().map(|entry| entry.count)));

        let each = || by_nationality.iter().flat_map(|counts| counts.as_slice());
        list::refuse_repeated(each().map(|entry| &entry.country), &at.key("by_nationality"), faults);
        let nationalities = by_nationality.as_ref().map(|_| sum(each().map(|entry| entry.count)));

        // spec: msgk-96
        let sums =
            [("by_category", categories), ("by_sex", sexes), ("minors", ages), ("by_nationality", nationalities)];
        for (key, found) in sums {
            if let (Some(found), Some(total)) = (found, total) && found != Some(total) {
                faults.add(&at.key(key), FaultCode::Conflicting, "these counts add up to the total");
            }
        }
    }
}

/// What the counts add up to; `None` beyond every total.
fn sum(mut counts: impl Iterator<Item = u64>) -> Option<u64> {
    counts.try_fold(0_u64, u64::checked_add)
}
