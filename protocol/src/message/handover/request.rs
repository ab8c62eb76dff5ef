//! One Party asks another for one person.
//!
//! A request is about one person, always: a batch is logistics, a decision is individual.

use alloc::vec::Vec;

use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::assurance::Assurance;
use crate::message::body::BodyRules;
use crate::message::custody::CustodyStatus;
use crate::message::custody::DetentionClock;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list::OneOrMore;
use crate::message::list::Stated;
use crate::message::offence::Offence;
use crate::message::person::NationalityClaim;
use crate::message::person::PersonRecord;
use crate::message::pointer::Pointer;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::CivilDate;
use crate::message::values::Site;
use crate::message::values::TaggedDigest;

choice! {
    /// By which legal way the person moves; it selects checks and evidence. Source: DOMAIN 1.
    TransferChannel {
        /// Extradition.
        Extradition = "extradition",
        /// Extradition with the person's consent.
        SimplifiedExtradition = "simplified-extradition",
        /// Handover between police forces.
        PoliceHandover = "police-handover",
        /// Removal under immigration law.
        ImmigrationRemoval = "immigration-removal",
        /// The person returns of free will.
        VoluntaryReturn = "voluntary-return",
        /// A victim is brought home.
        VictimRepatriation = "victim-repatriation",
        /// Surrender for a time.
        TemporarySurrender = "temporary-surrender",
    }
}

choice! {
    /// How far the case has come.
    Stage {
        /// It is investigated.
        Investigation = "investigation",
        /// The person is accused.
        Accused = "accused",
        /// The person was convicted.
        Convicted = "convicted",
    }
}

choice! {
    /// Whether the person is a child; uncertainty counts as yes.
    Minority {
        /// Under 18.
        Yes = "yes",
        /// 18 or older, beyond doubt.
        No = "no",
        /// It is not certain.
        Uncertain = "uncertain",
    }
}

impl Minority {
    /// Whether the person is treated as a child.
    pub const fn may_be_child(self) -> bool {
        match self {
            Self::Yes | Self::Uncertain => true,
            Self::No => false,
        }
    }
}

choice! {
    /// What shows who the person is.
    IdentityEvidenceKind {
        /// A document.
        Document = "document",
        /// A photograph.
        Photo = "photo",
        /// Fingerprints.
        Fingerprint = "fingerprint",
        /// DNA.
        Dna = "dna",
        /// A witness.
        Witness = "witness",
        /// An entry in a register.
        Register = "register",
    }
}

record! {
    /// One piece of evidence of who the person is.
    IdentityEvidence {
        /// What it is.
        kind: IdentityEvidenceKind,
        /// The holder's reference.
        reference: RecordRef,
        /// Digest of what stands there.
        hash: Option<TaggedDigest>,
        /// What it shows.
        note: Option<LocalizedText>,
    }
}

choice! {
    /// What kind of judicial document it is.
    JudicialDocumentKind {
        /// A warrant of arrest.
        Warrant = "warrant",
        /// A judgment.
        Judgment = "judgment",
    }
}

record! {
    /// The warrant or judgment on which a request rests.
    JudicialDocument {
        /// Which of the two.
        kind: JudicialDocumentKind,
        /// Its reference.
        reference: Line,
        /// The court or authority.
        issued_by: Line,
        /// When.
        issued_on: CivilDate,
    }
}

record! {
    /// A piece of evidence and what it proves.
    EvidenceItem {
        /// The exhibit or statement.
        exhibit_or_statement: RecordRef,
        /// The element of the offence that it proves.
        proves: LocalizedText,
    }
}

record! {
    /// The wording of a law.
    LawText {
        /// Which law.
        reference: Line,
        /// Its wording.
        text: LocalizedText,
    }
}

record! {
    /// One element of an offence in both laws.
    DualCriminalityElement {
        /// The element.
        element: LocalizedText,
        /// Where the requesting Party's law has it.
        requesting_law: Line,
        /// Where the requested Party's law has it.
        requested_law: Line,
        /// How the two compare.
        comparison: Option<LocalizedText>,
    }
}

record! {
    /// Another request for the same person.
    OtherRequest {
        /// Whose.
        party: Party,
        /// Its reference.
        reference: Option<RecordRef>,
        /// What is known of it.
        note: Option<LocalizedText>,
    }
}

choice! {
    /// Signs that the person may be a victim. Source: DOMAIN 2.3.
    VictimIndicator {
        /// Deceived when recruited.
        DeceivedRecruitment = "deceived-recruitment",
        /// Papers taken away.
        PapersTaken = "papers-taken",
        /// Held by debt.
        Debt = "debt",
        /// Locked in.
        Confinement = "confinement",
        /// Beaten or threatened.
        Violence = "violence",
        /// Sold from site to site.
        SoldBetweenSites = "sold-between-sites",
        /// Quotas under threat.
        QuotasUnderThreat = "quotas-under-threat",
        /// Not paid.
        Unpaid = "unpaid",
    }
}

record! {
    /// Asks for a person. Source: DOMAIN 2.3, spec msgk-22.
    HandoverRequest {
        /// Whom.
        person: PersonRecord,
        /// What shows who the person is.
        identity_evidence: OneOrMore<IdentityEvidence>,
        /// Where the person is believed to be.
        known_location: Option<Site>,
        /// Whether the person is held.
        custody_status: CustodyStatus,
        /// Until when the law allows it, where the author knows.
        detention: Option<DetentionClock>,
        /// By which legal way.
        transfer_channel: TransferChannel,
        /// How far the case has come.
        stage: Stage,
        /// The warrant or judgment; required once the person is accused or convicted.
        warrant_or_judgment: Option<JudicialDocument>,
        /// For which offences, in the order in which a decision numbers them.
        offences: OneOrMore<Offence>,
        /// What happened.
        facts: LocalizedText,
        /// What proves it.
        evidence_pack: OneOrMore<EvidenceItem>,
        /// The laws.
        law_texts: OneOrMore<LawText>,
        /// Whether the time to prosecute still runs.
        limitation_not_expired: bool,
        /// Earlier proceedings for the same acts.
        prior_proceedings: Vec<LocalizedText>,
        /// Both laws, element by element.
        dual_criminality_analysis: OneOrMore<DualCriminalityElement>,
        /// The nationality that the request relies on.
        nationality: NationalityClaim,
        /// Whether the person is a child.
        minor: Minority,
        /// The promise to try the person for these offences only.
        specialty_undertaking: LocalizedText,
        /// Other promises.
        assurances: Vec<Assurance>,
        /// Property to be handed over too.
        property_requested: Vec<LocalizedText>,
        /// Why it is immediate; required with U1.
        urgency_reason: Option<LocalizedText>,
        /// Other requests that the author knows of.
        other_known_requests: Vec<OtherRequest>,
        /// Signs of a victim; an empty list states that none are known.
        victim_indicators_known: Stated<VictimIndicator>,
        /// The batch it belongs to.
        batch_ref: Option<RecordRef>,
    }
    rules(at, faults) {
        // spec: msgk-22
        if matches!(stage, Some(Stage::Accused | Stage::Convicted)) {
            let reason = "a request for somebody accused or convicted names the warrant or judgment";
            field::demand(warrant_or_judgment.as_ref(), &at.key("warrant_or_judgment"), faults, reason);
        }
        detention_agrees(custody_status, detention.as_ref(), person.as_ref(), &at.key("detention"), faults);
    }
}

/// A detention clock runs for the person asked for, and only while somebody holds the person.
// spec: msgk-14
fn detention_agrees(
    status: Option<CustodyStatus>,
    detention: Option<&Option<DetentionClock>>,
    person: Option<&PersonRecord>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if status.is_some_and(|status| !status.is_held()) {
        field::exclude(
            detention,
            at,
            faults,
            "no detention clock runs while nobody holds the person",
        );
    }
    if let (Some(Some(clock)), Some(person)) = (detention, person)
        && clock.person_ref != person.person_ref
    {
        let reason = "the detention clock runs for the person that the request is about";
        faults.add(&at.key("person_ref"), FaultCode::Conflicting, reason);
    }
}

impl BodyRules for HandoverRequest {
    const REASON_FOR_U1: bool = true;

    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;

    // spec: ho-94
    fn may_be_child(&self, on: CivilDate) -> bool {
        let birth = self.person.birth.as_ref();
        let by_birth = birth.is_some_and(|birth| birth.possibly_under(ADULT_YEARS, on));
        by_birth || self.minor.may_be_child()
    }

    /// What cannot be said on that day: that somebody who may be under 18 is certainly no child.
    // spec: msgk-11
    fn check_on(&self, on: CivilDate, at: &Pointer<'_>, faults: &mut Faults) {
        let may_be_child =
            self.person.birth.as_ref().is_some_and(|birth| birth.possibly_under(ADULT_YEARS, on));
        if may_be_child && self.minor == Minority::No {
            let reason =
                "by the latest date of birth the person may be under 18: say yes or uncertain";
            faults.add(&at.key("minor"), FaultCode::Conflicting, reason);
        }
    }
}

/// From this age on nobody is a child. Source: Convention on the Rights of the Child, article 1.
pub const ADULT_YEARS: i16 = 18;
