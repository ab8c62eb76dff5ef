//! What is sealed: the words of a message and its body.
//!
//! Everything here is for the addressees alone; what a node must know without opening stands in the header.

use alloc::vec::Vec;

use crate::codec::value::Map;
use crate::codec::value::Value;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::body;
use crate::message::body::Body;
use crate::message::body::BodyPlace;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::fault::FieldFault;
use crate::message::field;
use crate::message::field::Field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::grammar::Grammar;
use crate::message::handling;
use crate::message::handling::HandlingCodes;
use crate::message::kind::Kind;
use crate::message::pointer::Pointer;
use crate::message::text::LanguageTag;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::text::StaffNumber;
use crate::message::text::ZoneName;
use crate::message::urgency::Urgency;

choice! {
    /// How a translation was made.
    TranslationMethod {
        /// By a person.
        Human = "human",
        /// By a machine; never authentic.
        Machine = "machine",
    }
}

record! {
    /// A language in which the message stands too.
    Translation {
        /// The language.
        lang: LanguageTag,
        /// How it was made.
        method: TranslationMethod,
        /// By whom.
        translator: Option<StaffNumber>,
        /// Whether it counts like the original.
        authentic: bool,
    }
    rules(at, faults) {
        if method == Some(TranslationMethod::Machine) && authentic == Some(true) {
            let reason = "a machine's translation is never authentic";
            faults.add(&at.key("authentic"), FaultCode::Conflicting, reason);
        }
    }
}

record! {
    /// The sealed part as it stands, its body apart. Source: spec msgk-17.
    SealedPart {
        /// What the message is about, without personal data.
        subject_line: Line,
        /// The reference that people use for the procedure.
        procedure_ref: Option<RecordRef>,
        /// The author's case.
        case_ref: Option<RecordRef>,
        /// The restriction that H3 stands for.
        h3_text: Option<LocalizedText>,
        /// The compartment it belongs to.
        compartment: Option<RecordRef>,
        /// The decision by which the originator let it be passed on; exactly where the header names an originator.
        consent: Option<MessageId>,
        /// Who drafted it.
        drafted_by: StaffNumber,
        /// In which language.
        language: LanguageTag,
        /// In which time zone its author works.
        zone: ZoneName,
        /// In which other languages it stands.
        translations: Vec<Translation>,
        /// The body.
        body: BodyPlace,
    }
}

/// What is sealed, read whole. `Debug` shows the kind only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The words beside the body.
    pub words: SealedPart,
    /// The body.
    pub body: Body,
}

impl Content {
    /// Reads the sealed part of a message of that kind.
    ///
    /// # Errors
    /// Every fault, with pointers that start at the sealed part.
    // spec: msgk-17
    pub fn read(kind: Kind, value: &Value) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Faults::new();
        let root = Pointer::Root;
        let words = SealedPart::read(value, &root, &mut faults);
        let body = match value {
            Value::Map(map) => read_body(kind, map, &root, &mut faults),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => None,
        };
        faults.judge(words.zip(body).map(|(words, body)| Self { words, body }))
    }

    /// The sealed part in its one form.
    pub fn write(&self) -> Value {
        match self.words.write() {
            Value::Map(mut map) => {
                drop(map.put(BODY_KEY, self.body.write()));
                Value::Map(map)
            }
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Text(_)
            | Value::List(_)) => other,
        }
    }

    /// Whether the sealed part says what the header beside it demands: H3 has its text, U1 its reason.
    ///
    /// # Errors
    /// Every fault, with pointers that start at the sealed part.
    // spec: msgk-18
    pub fn agree(&self, urgency: Urgency, codes: &HandlingCodes) -> Result<(), Vec<FieldFault>> {
        let mut faults = Faults::new();
        let root = Pointer::Root;
        handling::h3_agrees(
            &codes.codes,
            Some(&self.words.h3_text),
            &root.key("h3_text"),
            &mut faults,
        );
        if urgency == Urgency::U1 {
            body::demand_urgency_reason(
                self.body.kind(),
                &self.body.write(),
                &root.key(BODY_KEY),
                &mut faults,
            );
        }
        faults.judge(Some(()))
    }

    /// Whether the sealed part names a consent exactly where the header beside it names an originator.
    ///
    /// # Errors
    /// The fault, with a pointer that starts at the sealed part.
    // spec: orc-12
    pub fn agree_on_origin(&self, originator: Option<&AgencyId>) -> Result<(), Vec<FieldFault>> {
        let mut faults = Faults::new();
        let at = Pointer::Root;
        consent_agrees(originator, Some(&self.words.consent), &at.key(CONSENT_KEY), &mut faults);
        faults.judge(Some(()))
    }

    /// The rules of everything that is sealed.
    pub fn grammar() -> Grammar {
        let mut grammar = Grammar::new();
        drop(SealedPart::grammar(&mut grammar));
        grammar
    }
}

/// Where the body stands in the sealed part and in a submission.
pub const BODY_KEY: &str = "body";

/// Where the consent of an originator stands in the sealed part and in a submission.
pub const CONSENT_KEY: &str = "consent";

/// What is passed on names the decision that allows it, and nothing else names one.
// spec: orc-12
pub fn consent_agrees(
    originator: Option<&AgencyId>,
    consent: Option<&Option<MessageId>>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if originator.is_some() {
        let reason = "what is passed on for its originator names the decision that granted it";
        field::demand(consent, at, faults, reason);
    } else {
        let reason = "only what is passed on for an originator names a consent";
        field::exclude(consent, at, faults, reason);
    }
}

/// Reads the body of a larger map by its kind; absence was reported where the map was read.
pub fn read_body(kind: Kind, map: &Map, at: &Pointer<'_>, faults: &mut Faults) -> Option<Body> {
    match map.get(BODY_KEY) {
        Some(value @ Value::Map(_)) => Body::read_at(kind, value, &at.key(BODY_KEY), faults),
        Some(Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_))
        | None => None,
    }
}
