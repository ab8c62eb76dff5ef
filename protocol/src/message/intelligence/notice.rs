//! Who or what every agency should look out for, and what it should do then.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::handover::child;
use crate::message::handover::child::AgeAssessment;
use crate::message::handover::child::ChildCare;
use crate::message::handover::request::JudicialDocument;
use crate::message::handover::request::Minority;
use crate::message::identifier::Asset;
use crate::message::list::Stated;
use crate::message::offence::Offence;
use crate::message::person::PersonRecord;
use crate::message::person::SubjectCategory;
use crate::message::pointer::Pointer;
use crate::message::text::LocalizedText;
use crate::message::text::StaffNumber;
use crate::message::time::CivilDate;
use crate::message::time::Instant;

choice! {
    /// What kind of notice. Source: DOMAIN 2.2, after the notices of INTERPOL.
    NoticeKind {
        /// Somebody is to be arrested.
        Wanted = "wanted",
        /// Where or who somebody is.
        LocateOrIdentify = "locate-or-identify",
        /// Somebody is missing.
        Missing = "missing",
        /// Somebody may offend again.
        Warning = "warning",
        /// A method of crime.
        ModusOperandi = "modus-operandi",
        /// A danger: a thing, an event, a device.
        Threat = "threat",
        /// Something of value is to be found.
        AssetTrace = "asset-trace",
        /// Who a dead person was.
        UnidentifiedBody = "unidentified-body",
    }
}

impl NoticeKind {
    /// What can be the subject, by key.
    const fn subjects(self) -> &'static [&'static str] {
        match self {
            Self::Wanted | Self::Missing | Self::Warning => &["person"],
            Self::LocateOrIdentify => &["person", "described"],
            Self::ModusOperandi | Self::Threat | Self::UnidentifiedBody => &["described"],
            Self::AssetTrace => &["asset"],
        }
    }

    /// How the person can stand.
    const fn statuses(self) -> &'static [StatusOfPerson] {
        match self {
            Self::Wanted => {
                &[StatusOfPerson::WantedForProsecution, StatusOfPerson::WantedForSentence]
            }
            Self::LocateOrIdentify => &[
                StatusOfPerson::Suspected,
                StatusOfPerson::Convicted,
                StatusOfPerson::Witness,
                StatusOfPerson::Unknown,
            ],
            Self::Missing => &[StatusOfPerson::Missing],
            Self::Warning => &[StatusOfPerson::Suspected, StatusOfPerson::Convicted],
            Self::ModusOperandi | Self::Threat | Self::AssetTrace => &[StatusOfPerson::NoPerson],
            Self::UnidentifiedBody => &[StatusOfPerson::Deceased],
        }
    }
}

choice! {
    /// How the person of a notice stands.
    StatusOfPerson {
        /// Wanted to be tried.
        WantedForProsecution = "wanted-for-prosecution",
        /// Wanted to serve a sentence.
        WantedForSentence = "wanted-for-sentence",
        /// Suspected.
        Suspected = "suspected",
        /// Convicted.
        Convicted = "convicted",
        /// A witness.
        Witness = "witness",
        /// Missing.
        Missing = "missing",
        /// Dead.
        Deceased = "deceased",
        /// Not known.
        Unknown = "unknown",
        /// The notice is about no person.
        NoPerson = "no-person",
    }
}

tagged! {
    /// Who or what a notice is about.
    NoticeSubject {
        /// A person.
        Person(Box<PersonRecord>) = "person",
        /// Something of value.
        Asset(Asset) = "asset",
        /// Whatever has no record of its own: a method, a danger, a body.
        Described(LocalizedText) = "described",
    }
}

impl NoticeSubject {
    /// The key it stands under.
    const fn key(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Asset(_) => "asset",
            Self::Described(_) => "described",
        }
    }
}

choice! {
    /// What a notice asks for, or says that it does not ask for.
    NoticeAction {
        /// Say where somebody or something is.
        Locate = "locate",
        /// Say who somebody is.
        Identify = "identify",
        /// Watch, and do not stop.
        Watch = "watch",
        /// Put questions.
        Question = "question",
        /// Arrest.
        Arrest = "arrest",
        /// Protect.
        Protect = "protect",
        /// Keep from leaving the country.
        PreventDeparture = "prevent-departure",
        /// Take papers or things away.
        Seize = "seize",
        /// Warn those in danger.
        Warn = "warn",
    }
}

record! {
    /// What somebody checked before the notice went out. Source: DOMAIN 4.2, neutrality.
    ComplianceCheck {
        /// It is not political.
        non_political: bool,
        /// It is not military.
        non_military: bool,
        /// It is not religious.
        non_religious: bool,
        /// It is not racial.
        non_racial: bool,
        /// It is no dispute between private people.
        not_private_dispute: bool,
        /// Who checked.
        reviewer: StaffNumber,
    }
    rules(at, faults) {
        // spec: msgk-51
        let held = [
            ("non_political", non_political),
            ("non_military", non_military),
            ("non_religious", non_religious),
            ("non_racial", non_racial),
            ("not_private_dispute", not_private_dispute),
        ];
        for (key, held) in held {
            if held == Some(false) {
                let reason = "true: a notice goes out after this was checked and found to hold";
                faults.add(&at.key(key), FaultCode::BadChoice, reason);
            }
        }
    }
}

record! {
    /// Asks agencies to look out. Source: DOMAIN 2.2, spec msgk-49, msgk-50, msgk-51.
    Notice {
        /// What kind.
        kind: NoticeKind,
        /// Who or what.
        subject: NoticeSubject,
        /// How the person stands.
        status_of_person: StatusOfPerson,
        /// The warrant or judgment; required when wanted.
        judicial_document: Option<JudicialDocument>,
        /// For which offences; required when wanted.
        offences: Vec<Offence>,
        /// Whether the penalty is high enough for such a notice; required and true when wanted.
        penalty_threshold_met: Option<bool>,
        /// What is asked for.
        action_requested: BTreeSet<NoticeAction>,
        /// What is not asked for.
        action_not_requested: Stated<NoticeAction>,
        /// What was checked before it went out.
        compliance_check: ComplianceCheck,
        /// What may be told to the public.
        public_extract: Option<LocalizedText>,
        /// Always true: whoever acts asks first whether the notice still stands.
        verify_before_action: bool,
        /// When it ends.
        expires: Instant,
        /// Whether the person is a child; required of somebody wanted who by the latest day of birth may be one.
        minor: Option<Minority>,
        /// What was determined for the child; required of a wanted child, and only there.
        child: Option<ChildCare>,
        /// Who found that the person is a grown-up, where the birth leaves it open; only of somebody wanted.
        age_assessment: Option<AgeAssessment>,
    }
    rules(at, faults) {
        // spec: msgk-51
        if verify_before_action == Some(false) {
            let reason = "true: whoever acts asks first whether the notice still stands";
            faults.add(&at.key("verify_before_action"), FaultCode::BadChoice, reason);
        }
        if let Some(kind) = kind {
            kind_agrees(kind, subject.as_ref(), status_of_person, at, faults);
            actions_agree(kind, action_requested.as_ref(), action_not_requested.as_ref(), at, faults);
        }
        // spec: msgk-49
        if kind == Some(NoticeKind::Wanted) {
            let reason = "a wanted notice names the warrant or judgment";
            field::demand(judicial_document.as_ref(), &at.key("judicial_document"), faults, reason);
            field::demand(offences.as_ref(), &at.key("offences"), faults, "a wanted notice names the offences");
            let threshold_at = at.key("penalty_threshold_met");
            let reason = "a wanted notice says that the penalty is high enough";
            field::demand(penalty_threshold_met.as_ref(), &threshold_at, faults, reason);
            if penalty_threshold_met == Some(Some(false)) {
                let reason = "nobody is wanted for offences below the threshold; locate-or-identify asks for less";
                faults.add(&threshold_at, FaultCode::Conflicting, reason);
            }
            refuse_victim(subject.as_ref(), at, faults);
            // spec: msgk-141
            let said = (child.as_ref(), age_assessment.as_ref());
            child::agrees(minor.flatten(), said, at, faults);
        } else if kind.is_some() {
            let reason = "only a wanted notice asks for an arrest, and says what becomes of a child then";
            field::exclude(child.as_ref(), &at.key("child"), faults, reason);
            field::exclude(age_assessment.as_ref(), &at.key("age_assessment"), faults, reason);
        }
    }
}

/// The subject and the status of the person are those of the kind.
// spec: msgk-50
fn kind_agrees(
    kind: NoticeKind,
    subject: Option<&NoticeSubject>,
    status: Option<StatusOfPerson>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if subject.is_some_and(|subject| !kind.subjects().contains(&subject.key())) {
        let reason = format!("the subject of {kind} is one of: {}", kind.subjects().join(", "));
        faults.add(&at.key("subject"), FaultCode::Conflicting, reason);
    }
    if status.is_some_and(|status| !kind.statuses().contains(&status)) {
        let texts: Vec<&str> = kind.statuses().iter().map(|status| status.text()).collect();
        let reason = format!("with {kind} one of: {}", texts.join(", "));
        faults.add(&at.key("status_of_person"), FaultCode::Conflicting, reason);
    }
}

/// What is asked for is not excluded, and an arrest is asked for of a wanted person only.
// spec: msgk-50
fn actions_agree(
    kind: NoticeKind,
    requested: Option<&BTreeSet<NoticeAction>>,
    excluded: Option<&Stated<NoticeAction>>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let asks = |action| requested.is_some_and(|requested| requested.contains(&action));
    if kind != NoticeKind::Wanted && asks(NoticeAction::Arrest) {
        let reason = "only a wanted notice asks for an arrest";
        faults.add(&at.key("action_requested"), FaultCode::Conflicting, reason);
    }
    let excluded_at = at.key("action_not_requested");
    for (index, action) in excluded.into_iter().flat_map(Stated::as_slice).enumerate() {
        if asks(*action) {
            let reason = "an action is asked for or excluded, not both";
            faults.add(&excluded_at.item(index), FaultCode::Conflicting, reason);
        }
    }
}

/// Whoever may be a victim is not wanted.
// spec: msgk-49
fn refuse_victim(subject: Option<&NoticeSubject>, at: &Pointer<'_>, faults: &mut Faults) {
    if let Some(NoticeSubject::Person(person)) = subject
        && matches!(person.category, SubjectCategory::PresumedVictim | SubjectCategory::Victim)
    {
        let reason = "a victim, presumed or identified, is never wanted";
        let subject_at = at.key("subject");
        faults.add(&subject_at.key("person").key("category"), FaultCode::Conflicting, reason);
    }
}

impl BodyRules for Notice {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;

    fn approval(&self, _said: &Said<'_>) -> Approval {
        if self.kind == NoticeKind::Wanted { Approval::A3 } else { Approval::A2 }
    }

    // spec: msgk-141
    fn check_on(&self, on: CivilDate, at: &Pointer<'_>, faults: &mut Faults) {
        if let (NoticeKind::Wanted, NoticeSubject::Person(person)) = (self.kind, &self.subject) {
            let said = (self.minor, self.age_assessment.as_ref());
            child::agrees_on(person.birth.as_ref(), said, (on, at), faults);
        }
    }

    // spec: apr-7
    fn saves_lives(&self) -> bool {
        matches!(self.kind, NoticeKind::Missing | NoticeKind::Threat)
    }
}
