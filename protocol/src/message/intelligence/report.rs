//! What an agency knows and tells others, sanitised.
//!
//! Absent on purpose: a field for who the source is. Such a thing stays at home, and the type does not exist.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::body::BodyRules;
use crate::message::evaluation;
use crate::message::evaluation::Evaluation;
use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::identifier::Asset;
use crate::message::identifier::Identifier;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::person::AssertionKind;
use crate::message::person::PersonRecord;
use crate::message::text::ItemId;
use crate::message::text::Line;
use crate::message::text::ListCode;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::DateRange;
use crate::message::values::Country;
use crate::message::values::Geo;
use crate::message::values::Site;

choice! {
    /// What kind of report.
    ReportKind {
        /// For operations.
        Operational = "operational",
        /// For the long view.
        Strategic = "strategic",
        /// For one situation.
        Tactical = "tactical",
        /// A warning.
        Warning = "warning",
    }
}

record! {
    /// A paragraph, with an evaluation where it differs from the report's.
    Paragraph {
        /// What it says; names no source.
        text: LocalizedText,
        /// How far it can be relied on, if not like the report as a whole.
        evaluation: Option<Evaluation>,
    }
}

record! {
    /// An organisation.
    Organisation {
        /// Its name.
        name: Line,
        /// Where it is registered or at home.
        country: Option<Country>,
        /// Its number in a register.
        registration: Option<RecordRef>,
    }
}

tagged! {
    /// Who or what a report is about.
    Entity {
        /// A person.
        Person(Box<PersonRecord>) = "person",
        /// An organisation.
        Organisation(Organisation) = "organisation",
        /// A place.
        Site(Site) = "site",
        /// A number or address.
        Identifier(Identifier) = "identifier",
        /// Something of value.
        Asset(Asset) = "asset",
    }
}

record! {
    /// An entity of a report.
    ReportedEntity {
        /// By which links name it.
        id: ItemId,
        /// Who or what.
        entity: Entity,
        /// How far it can be relied on, if not like the report as a whole.
        evaluation: Option<Evaluation>,
    }
}

choice! {
    /// How sure the author is.
    Confidence {
        /// Hardly.
        Low = "low",
        /// Rather.
        Medium = "medium",
        /// Very.
        High = "high",
    }
}

record! {
    /// A relation between two entities of the report.
    Link {
        /// From.
        a: ItemId,
        /// How.
        relation: Line,
        /// To.
        b: ItemId,
        /// How sure that is.
        confidence: Confidence,
    }
}

record! {
    /// A site as intelligence sees it.
    ReportedSite {
        /// What it is called.
        name: Line,
        /// Where on the Earth.
        geo: Option<Geo>,
        /// What is dangerous there.
        hazards: Vec<LocalizedText>,
        /// How many people are believed to be there.
        estimated_people: Option<u64>,
    }
}

choice! {
    /// What the author asks for.
    RequestedAction {
        /// Nothing.
        None = "none",
        /// To consider it.
        Consider = "consider",
        /// To act.
        Act = "act",
    }
}

choice! {
    /// What a recipient may do with it. Source: DOMAIN annex.
    PermittedAction {
        /// Look it up where nobody notices.
        QueryQuietly = "query-quietly",
        /// Look it up where it may be noticed.
        QueryOpenly = "query-openly",
        /// Warn people.
        Warn = "warn",
        /// Block.
        Block = "block",
        /// Approach.
        Approach = "approach",
        /// Arrest.
        Arrest = "arrest",
    }
}

choice! {
    /// On how many a report rests that do not draw on each other. Source: DOMAIN 4.2, spec msgk-130.
    Sources {
        /// On one: what it tells can point at whoever could tell it.
        One = "one",
        /// On more than one.
        Several = "several",
    }
}

record! {
    /// Tells what is known, unasked. Source: DOMAIN 2.2, spec msgk-24, msgk-130.
    IntelligenceReport {
        /// Its title.
        title: Line,
        /// What kind.
        kind: ReportKind,
        /// In short.
        summary: LocalizedText,
        /// In full, sanitised.
        body: OneOrMore<Paragraph>,
        /// When it was observed.
        observed: Option<DateRange>,
        /// How far it can be relied on, unless a paragraph or an entity says otherwise.
        evaluation: Evaluation,
        /// On how many sources it rests; exactly where an evaluation leaves it to its sources.
        sources: Option<Sources>,
        /// Who and what it is about; ids differ.
        entities: Vec<ReportedEntity>,
        /// How they hang together; both ends are entities of this report.
        links: Vec<Link>,
        /// The site it is about.
        site: Option<ReportedSite>,
        /// Methods of fraud, from the shared list.
        mo_codes: Vec<ListCode>,
        /// An opaque reference that only the author can resolve.
        source_ref: Option<RecordRef>,
        /// Whether it is asserted as fact.
        assertion_kind: AssertionKind,
        /// What the author asks for.
        requested_action: Option<RequestedAction>,
        /// What a recipient may do with it.
        permitted_actions: Vec<PermittedAction>,
    }
    rules(at, faults) {
        let ids = entities.iter().flatten().map(|entity| &entity.id);
        list::refuse_repeated(ids, &at.key("entities"), faults);
        // spec: msgk-130
        if let (Some(own), Some(paragraphs), Some(entities)) = (&evaluation, &body, &entities) {
            let paragraphs = paragraphs.as_slice().iter().flat_map(|paragraph| &paragraph.evaluation);
            let entities = entities.iter().flat_map(|entity| &entity.evaluation);
            let mut all = core::iter::once(own).chain(paragraphs).chain(entities);
            let at = at.key("sources");
            if all.any(evaluation::rests_on_its_source) {
                let reason = "what is neither certain nor confirmed rests on `one` source or on `several`";
                field::demand(sources.as_ref(), &at, faults, reason);
            } else {
                let reason = "what is certain or confirmed by others rests on no source";
                field::exclude(sources.as_ref(), &at, faults, reason);
            }
        }
        // spec: msgk-24
        if let (Some(entities), Some(links)) = (&entities, &links) {
            let known = |id: &ItemId| entities.iter().any(|entity| entity.id == *id);
            let links_at = at.key("links");
            for (index, link) in links.iter().enumerate() {
                for (key, end) in [("a", &link.a), ("b", &link.b)] {
                    if !known(end) {
                        let reason = "both ends of a link are ids of entities of this report";
                        faults.add(&links_at.item(index).key(key), FaultCode::Conflicting, reason);
                    }
                }
            }
        }
    }
}

impl BodyRules for IntelligenceReport {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;

    fn approval(&self, said: &Said<'_>) -> Approval {
        if said.is_restricted() || self.source_ref.is_some() { Approval::A2 } else { Approval::A1 }
    }
}
