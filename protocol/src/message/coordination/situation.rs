//! Figures, and what they count: populations overlap, so no figure travels without its rule.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::codec::value::Map;
use crate::codec::value::Value;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::Field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::grammar::Grammar;
use crate::message::grammar::Rule;
use crate::message::grammar::Shape;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::list::Stated;
use crate::message::pointer::Pointer;
use crate::message::refusal_ground::RefusalGround;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::TimeRange;
use crate::message::values::Country;
use crate::message::values::Decimal;
use crate::message::values::TaggedDigest;

choice! {
    /// What is counted once. Source: DOMAIN annex.
    CountingRule {
        /// A person, however often.
        PersonOnce = "person-once",
        /// An event.
        Event = "event",
        /// A case.
        Case = "case",
        /// A warrant.
        Warrant = "warrant",
        /// A transfer.
        Transfer = "transfer",
    }
}

record! {
    /// A figure that was computed from records.
    DerivedFigure {
        /// Digest of the question that was asked of them.
        query_digest: TaggedDigest,
        /// How many records answered it.
        records: u64,
    }
}

record! {
    /// A figure that somebody stated.
    DeclaredFigure {
        /// Who, and where.
        source: Line,
    }
}

tagged! {
    /// Where a figure comes from. Source: DOMAIN annex.
    Derivation {
        /// Computed from records here.
        Derived(DerivedFigure) = "derived",
        /// Declared by a source that is cited.
        Declared(DeclaredFigure) = "declared",
    }
}

/// Which other figures count some of the same. Source: DOMAIN annex.
#[derive(Clone, PartialEq, Eq)]
pub enum Overlaps {
    /// None does.
    None,
    /// It is not known; then nobody may add it to another.
    Unknown,
    /// These do.
    With(BTreeSet<RecordRef>),
}

field::silent!(Overlaps);

const NONE: &str = "none";
const UNKNOWN: &str = "unknown";
const WITH: &str = "with";

impl Field for Overlaps {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        match value {
            Value::Text(text) if text == NONE => Some(Self::None),
            Value::Text(text) if text == UNKNOWN => Some(Self::Unknown),
            Value::Text(_) => {
                field::bad_choice(at, faults, &[NONE, UNKNOWN, "{with: [reference]}"])
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_) => {
                let (key, figures) = field::only_key(value, &[WITH], at, faults)?;
                match key {
                    WITH => BTreeSet::read(figures, &at.key(WITH), faults).map(Self::With),
                    _ => field::bad_choice(at, faults, &[WITH]),
                }
            }
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::None => Value::Text(NONE.into()),
            Self::Unknown => Value::Text(UNKNOWN.into()),
            Self::With(figures) => {
                let mut map = Map::new();
                field::put(&mut map, WITH, figures);
                Value::Map(map)
            }
        }
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        grammar.rule("Overlaps", |grammar| {
            let with = (WITH, Some(BTreeSet::<RecordRef>::grammar(grammar)));
            Rule::Tagged([(NONE, None), (UNKNOWN, None), with].into())
        })
    }
}

record! {
    /// One figure, with everything that says what it counts. Source: DOMAIN 2.6, spec msgk-118.
    StatItem {
        /// By which other figures name it.
        stat_ref: RecordRef,
        /// What is measured.
        measure: Line,
        /// How much.
        value: Decimal,
        /// In what unit.
        unit: Line,
        /// Among whom or what.
        population: LocalizedText,
        /// In which States.
        territory: BTreeSet<Country>,
        /// Over which time.
        period: TimeRange,
        /// What is counted once.
        counting_rule: CountingRule,
        /// Where it comes from.
        derivation: Derivation,
        /// Which other figures count some of the same; never itself.
        overlaps: Overlaps,
        /// The figure that it corrects; never itself.
        revises: Option<RecordRef>,
    }
    rules(at, faults) {
        // spec: msgk-118
        if let Some(stat_ref) = &stat_ref {
            if matches!(&overlaps, Some(Overlaps::With(figures)) if figures.contains(stat_ref)) {
                let reason = "a figure overlaps with others, not with itself";
                faults.add(&at.key("overlaps"), FaultCode::Conflicting, reason);
            }
            if matches!(&revises, Some(Some(revised)) if revised == stat_ref) {
                let reason = "a figure corrects another one, not itself";
                faults.add(&at.key("revises"), FaultCode::Conflicting, reason);
            }
        }
    }
}

record! {
    /// How often one ground stood in the way.
    Obstacle {
        /// Which ground.
        ground: RefusalGround,
        /// How often, at least once.
        count: u64,
        /// More about it.
        note: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-119
        if count == Some(0) {
            faults.add(&at.key("count"), FaultCode::OutOfRange, "at least 1: what did not happen is left out");
        }
    }
}

record! {
    /// What a Party asks of another.
    RequestToOther {
        /// Of which.
        party: Party,
        /// What.
        what: LocalizedText,
    }
}

record! {
    /// How things stand for the sender's Party. Source: DOMAIN 2.6, spec msgk-118, msgk-119.
    SituationReport {
        /// Over which time.
        period: TimeRange,
        /// The figures; references differ.
        items: OneOrMore<StatItem>,
        /// What changes.
        trends: Option<LocalizedText>,
        /// New methods of fraud.
        new_mo: Vec<LocalizedText>,
        /// What stood in the way, ground by ground, each once; an empty list states that nothing did.
        obstacles: Stated<Obstacle>,
        /// What is asked of others.
        requests_to_others: Vec<RequestToOther>,
    }
    rules(at, faults) {
        // spec: msgk-118
        let figures = items.iter().flat_map(|items| items.iter()).map(|item| &item.stat_ref);
        list::refuse_repeated(figures, &at.key("items"), faults);
        // spec: msgk-119
        let grounds = obstacles.iter().flat_map(|obstacles| obstacles.as_slice()).map(|entry| entry.ground);
        list::refuse_repeated(grounds, &at.key("obstacles"), faults);
    }
}

impl BodyRules for SituationReport {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
