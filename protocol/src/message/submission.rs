//! What an officer's system submits: one JSON map, read whole, with every fault in one answer.
//!
//! A submission says what a message will say; it has no id, no sender and no time, because the node gives those.
//! What stands in the open goes to the header, the rest is sealed ([`Content`]).

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use crate::codec;
use crate::codec::scan;
use crate::codec::value::Value;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::limits::ATTACHMENTS_MAX;
use crate::limits::CONTENT_BYTES_MAX;
use crate::limits::ITEMS_MAX;
use crate::limits::LEGAL_BASES_MAX;
use crate::limits::PARENTS_MAX;
use crate::limits::RECIPIENTS_MAX;
use crate::message::attachment::Attachment;
use crate::message::body;
use crate::message::body::Body;
use crate::message::body::BodyPlace;
use crate::message::content;
use crate::message::content::BODY_KEY;
use crate::message::content::CONSENT_KEY;
use crate::message::content::Content;
use crate::message::content::SealedPart;
use crate::message::content::Translation;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::fault::FieldFault;
use crate::message::field::Field;
use crate::message::field::record;
use crate::message::handling;
use crate::message::handling::Handling;
use crate::message::handling::HandlingCodes;
use crate::message::kind::Kind;
use crate::message::legal_basis::LegalBasisRef;
use crate::message::list;
use crate::message::list::Bounded;
use crate::message::pointer::Pointer;
use crate::message::purpose::Purpose;
use crate::message::purpose::PurposeKind;
use crate::message::recipient::Recipient;
use crate::message::source_circle;
use crate::message::source_circle::Circle;
use crate::message::source_words;
use crate::message::subject_line;
use crate::message::text::HeaderText;
use crate::message::text::LanguageTag;
use crate::message::text::Line;
use crate::message::text::RecordRef;
use crate::message::text::StaffNumber;
use crate::message::text::ZoneName;
use crate::message::time::CivilDate;
use crate::message::urgency::Urgency;
use crate::message::vote::SubmittedApprovals;
use crate::moment::Timestamp;

record! {
    /// The fields of a submission, its body apart. Source: DESIGN 12, DOMAIN 2.0, spec msgk-27.
    SubmittedFields {
        /// What the message is.
        kind: Kind,
        /// To whom it goes; agencies differ.
        to: Bounded<Recipient, 1, RECIPIENTS_MAX>,
        /// The procedure it belongs to; absent when it begins one.
        procedure: Option<ProcedureId>,
        /// Digests of the last messages of that procedure that the author had seen.
        parents: Bounded<Digest, 0, PARENTS_MAX>,
        /// The message that it replaces.
        supersedes: Option<Digest>,
        /// The unit that sends it.
        unit: Option<HeaderText>,
        /// Whose information it is, when it is passed on.
        originator: Option<AgencyId>,
        /// The decision by which its originator let it be passed on; exactly where `originator` is there.
        consent: Option<MessageId>,
        /// How urgent it is.
        urgency: Urgency,
        /// By when an answer is asked for.
        respond_by: Option<Timestamp>,
        /// When it loses its point.
        expires: Option<Timestamp>,
        /// Restrictions on its use.
        handling: Handling,
        /// On what law it rests.
        legal_basis: Bounded<LegalBasisRef, 1, LEGAL_BASES_MAX>,
        /// What it may be used for.
        purpose: Purpose,
        /// Files beside it.
        attachments: Bounded<Attachment, 0, ATTACHMENTS_MAX>,
        /// What it is about, without personal data.
        subject_line: Line,
        /// Whether its author has looked at a name that stands in it; it goes nowhere.
        subject_line_checked: Option<bool>,
        /// Whether its author has looked at what may give a source away: a word, or how far it goes; it goes nowhere.
        sources_checked: Option<bool>,
        /// The rescues that may be about somebody here and at which its author has looked; they go nowhere.
        rescues_checked: Vec<ProcedureId>,
        /// The reference that people use for the procedure.
        procedure_ref: Option<RecordRef>,
        /// In which language it is written.
        language: LanguageTag,
        /// In which time zone its author works.
        zone: ZoneName,
        /// In which other languages it stands.
        translations: Vec<Translation>,
        /// Who drafted it.
        drafted_by: StaffNumber,
        /// Whether it is an exercise; exercise and live traffic never mix.
        exercise: bool,
        /// What people voted on it before it was sent; its procedure and parents are then exactly those that it names.
        approvals: Option<Box<SubmittedApprovals>>,
        /// The body.
        body: BodyPlace,
    }
    rules(at, faults) {
        let agencies = to.iter().flat_map(|to| to.iter()).map(|recipient| &recipient.agency);
        list::refuse_repeated(agencies, &at.key("to"), faults);
        let parents = parents.iter().flat_map(|parents| parents.iter());
        list::refuse_repeated(parents, &at.key("parents"), faults);
        let rescues = rescues_checked.iter().flatten();
        list::refuse_repeated(rescues, &at.key("rescues_checked"), faults);
        if let Some(originator) = &originator {
            content::consent_agrees(originator.as_ref(), consent.as_ref(), &at.key(CONSENT_KEY), faults);
        }
        if matches!((&approvals, &procedure), (Some(Some(_)), Some(None))) {
            let reason = "a message that was voted on names its procedure, which was voted on too";
            faults.add(&at.key("procedure"), FaultCode::Missing, reason);
        }
        if let (Some(Some(respond_by)), Some(Some(expires))) = (respond_by, expires) && respond_by > expires {
            let reason = "an answer is asked for before the message expires";
            faults.add(&at.key("respond_by"), FaultCode::Conflicting, reason);
        }
    }
}

/// A submission that was read whole. `Debug` shows the kind only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    fields: SubmittedFields,
    body: Body,
}

impl Submission {
    /// Reads a submission.
    ///
    /// # Errors
    /// Every fault, with pointers that start at the submission.
    // spec: msgk-27
    pub fn read(value: &Value) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Faults::new();
        let root = Pointer::Root;
        let fields = SubmittedFields::read(value, &root, &mut faults);
        let body = read_body(value, &root, &mut faults);
        let submission = fields.zip(body).map(|(fields, body)| Self { fields, body });
        if let Some(submission) = &submission {
            submission.refuse_too_large(&root, &mut faults);
            submission.refuse_names(&root, &mut faults);
            submission.refuse_files_elsewhere(&root, &mut faults);
            submission.refuse_source_given_away(&root, &mut faults);
        }
        faults.judge(submission)
    }

    /// Whether everything in it can be said on that day: the day on which the message is made.
    ///
    /// # Errors
    /// Every fault, with pointers that start at the submission.
    // spec: msgk-11, msgk-139
    pub fn check_on(&self, on: CivilDate) -> Result<(), Vec<FieldFault>> {
        let mut faults = Faults::new();
        let review_on = self.fields.handling.review_on;
        handling::check_review(review_on, on, &Pointer::Root.key("handling"), &mut faults);
        self.body.check_on(on, &Pointer::Root.key(BODY_KEY), &mut faults);
        faults.judge(Some(()))
    }

    /// The submission in its one form; instants of the header in UTC.
    pub fn write(&self) -> Value {
        match self.fields.write() {
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

    /// What is sealed.
    pub fn content(&self) -> Content {
        let fields = &self.fields;
        let words = SealedPart {
            subject_line: fields.subject_line.clone(),
            procedure_ref: fields.procedure_ref.clone(),
            case_ref: fields.purpose.case_ref.clone(),
            h3_text: fields.handling.h3_text.clone(),
            compartment: fields.handling.compartment.clone(),
            consent: fields.consent,
            drafted_by: fields.drafted_by.clone(),
            language: fields.language.clone(),
            zone: fields.zone.clone(),
            translations: fields.translations.clone(),
            body: BodyPlace,
        };
        Content { words, body: self.body.clone() }
    }

    /// What the message is.
    pub const fn kind(&self) -> Kind {
        self.fields.kind
    }

    /// To whom it goes, in the order given.
    pub fn to(&self) -> &[Recipient] {
        self.fields.to.as_slice()
    }

    /// The procedure it belongs to; `None` when it begins one.
    pub const fn procedure(&self) -> Option<ProcedureId> {
        self.fields.procedure
    }

    /// Digests of the messages it follows.
    pub fn parents(&self) -> &[Digest] {
        self.fields.parents.as_slice()
    }

    /// The message that it replaces.
    pub const fn supersedes(&self) -> Option<Digest> {
        self.fields.supersedes
    }

    /// The unit that sends it.
    pub const fn unit(&self) -> Option<&HeaderText> {
        self.fields.unit.as_ref()
    }

    /// Whose information it is, when it is passed on.
    pub const fn originator(&self) -> Option<&AgencyId> {
        self.fields.originator.as_ref()
    }

    /// The decision by which its originator let it be passed on.
    pub const fn consent(&self) -> Option<MessageId> {
        self.fields.consent
    }

    /// How urgent it is.
    pub const fn urgency(&self) -> Urgency {
        self.fields.urgency
    }

    /// By when an answer is asked for.
    pub const fn respond_by(&self) -> Option<Timestamp> {
        self.fields.respond_by
    }

    /// When it loses its point.
    pub const fn expires(&self) -> Option<Timestamp> {
        self.fields.expires
    }

    /// The restrictions that stand in the header.
    pub fn handling_codes(&self) -> HandlingCodes {
        self.fields.handling.codes()
    }

    /// On what law it rests.
    pub fn legal_basis(&self) -> &[LegalBasisRef] {
        self.fields.legal_basis.as_slice()
    }

    /// What it may be used for.
    pub const fn purpose(&self) -> PurposeKind {
        self.fields.purpose.kind
    }

    /// Files beside it.
    pub fn attachments(&self) -> &[Attachment] {
        self.fields.attachments.as_slice()
    }

    /// The rescues at which its author has looked.
    pub fn rescues_checked(&self) -> &[ProcedureId] {
        &self.fields.rescues_checked
    }

    /// Whether it is an exercise.
    pub const fn exercise(&self) -> bool {
        self.fields.exercise
    }

    /// The votes on it, where people voted before it was sent.
    pub fn approvals(&self) -> Option<&SubmittedApprovals> {
        self.fields.approvals.as_deref()
    }

    /// The body.
    pub const fn body(&self) -> &Body {
        &self.body
    }

    // spec: fil-5
    fn refuse_files_elsewhere(&self, at: &Pointer<'_>, faults: &mut Faults) {
        for file in self.body.files() {
            file.check_beside(self.attachments(), &at.key(BODY_KEY), faults);
        }
    }

    // spec: msgk-120
    fn refuse_names(&self, at: &Pointer<'_>, faults: &mut Faults) {
        if self.fields.subject_line_checked != Some(true) {
            let line = self.fields.subject_line.as_str();
            subject_line::refuse_names(line, &self.body.write(), at, faults);
        }
    }

    // spec: msgk-121, msgk-131
    fn refuse_source_given_away(&self, at: &Pointer<'_>, faults: &mut Faults) {
        let fields = &self.fields;
        if fields.sources_checked != Some(true) {
            source_words::refuse(&self.body, &self.body.write(), &at.key(BODY_KEY), faults);
            let circle =
                Circle { recipients: fields.to.as_slice().len(), handling: &fields.handling };
            source_circle::refuse(&self.body, &circle, at, faults);
        }
    }

    /// A receiver scans before it reads: what that scan would refuse is refused here, while its author can still act.
    // spec: msgk-28
    fn refuse_too_large(&self, at: &Pointer<'_>, faults: &mut Faults) {
        let fits = codec::encode(&self.content().write())
            .is_ok_and(|bytes| bytes.len() <= CONTENT_BYTES_MAX && scan::check(&bytes).is_ok());
        if !fits {
            let reason = format!(
                "the sealed part has at most {CONTENT_BYTES_MAX} bytes and {} items; move the rest to attachments",
                ITEMS_MAX
            );
            faults.add(&at.key(BODY_KEY), FaultCode::TooLong, reason);
        }
    }
}

/// Reads the body although other fields may be bad: by its kind, if that can be read, and with the reason U1 demands.
fn read_body(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Body> {
    let Value::Map(map) = value else { return None };
    let text_of = |key: &str| match map.get(key) {
        Some(Value::Text(text)) => Some(text.as_str()),
        Some(Value::Null | Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_))
        | None => None,
    };
    let kind = text_of("kind").and_then(Kind::parse)?;
    let read = content::read_body(kind, map, at, faults);
    if text_of("urgency").and_then(Urgency::parse) == Some(Urgency::U1)
        && let Some(body) = map.get(BODY_KEY)
    {
        body::demand_urgency_reason(kind, body, &at.key(BODY_KEY), faults);
    }
    read
}
