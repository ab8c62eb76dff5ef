//! What Parties agree on: drafted, negotiated, frozen, opened for signature, and what becomes of it.

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Party;
use crate::limits::LIST_MAX;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::body::BodyRules;
use crate::message::coordination::package;
use crate::message::coordination::package::OutcomeAnnex;
use crate::message::coordination::package::OutcomeText;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::Bounded;
use crate::message::list::OneOrMore;
use crate::message::list::Stated;
use crate::message::operation::version::Version;
use crate::message::pointer::Pointer;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::time::CivilDate;

choice! {
    /// How far a text has come. Source: DOMAIN 3.7.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    OutcomeStage {
        /// A first text.
        Draft = "draft",
        /// It is negotiated.
        Negotiating = "negotiating",
        /// It stands, word for word.
        Frozen = "frozen",
        /// It can be signed.
        OpenForSignature = "open-for-signature",
    }
}

impl OutcomeStage {
    /// Whether the text stands, so that one digest names it.
    pub const fn is_frozen(self) -> bool {
        match self {
            Self::Frozen | Self::OpenForSignature => true,
            Self::Draft | Self::Negotiating => false,
        }
    }
}

choice! {
    /// When it takes effect. Source: DOMAIN 2.6.
    OutcomeEffect {
        /// Once every signatory has signed.
        OnAllSigned = "on-all-signed",
        /// On a day.
        OnDate = "on-date",
        /// Once so many have signed.
        OnQuorum = "on-quorum",
    }
}

/// An agreement has two sides at least.
const SIGNATORIES_MIN: u64 = 2;

/// Those who have to sign.
pub type Signatories = Bounded<RequiredSignatory, 2, LIST_MAX>;

record! {
    /// A Party whose signature is asked for.
    RequiredSignatory {
        /// Which.
        party: Party,
        /// The agency that signs for it.
        agency: AgencyId,
    }
}

record! {
    /// One version of a document that Parties sign. Source: DOMAIN 2.6, spec msgk-112, msgk-113.
    OutcomeDocument {
        /// How far it has come.
        stage: OutcomeStage,
        /// What it is called.
        title: Line,
        /// Which version.
        version: Version,
        /// Its texts; languages differ, and one at least counts.
        texts: OneOrMore<OutcomeText>,
        /// The digest of texts and annexes together; required once it is frozen.
        package_digest: Option<Digest>,
        /// Who has to sign: two at least, Parties and agencies differ.
        signatories_required: Signatories,
        /// When it takes effect.
        effect: OutcomeEffect,
        /// On which day; required with on-date, and only there.
        effect_on: Option<CivilDate>,
        /// How many signatures; required with on-quorum, and only there; from 2 to all.
        quorum: Option<u64>,
        /// Its annexes; kinds differ; an empty list states that it has none.
        annexes: Stated<OutcomeAnnex>,
        /// How it is amended.
        amendment_rule: LocalizedText,
        /// How a Party leaves it.
        withdrawal_rule: LocalizedText,
    }
    rules(at, faults) {
        texts_agree(texts.as_ref(), &at.key("texts"), faults);
        signatories_agree(signatories_required.as_ref(), &at.key("signatories_required"), faults);
        let kinds = annexes.iter().flat_map(|annexes| annexes.as_slice()).map(|annex| annex.kind);
        list::refuse_repeated(kinds, &at.key("annexes"), faults);
        // spec: msgk-112
        let digest_at = at.key("package_digest");
        if stage.is_some_and(OutcomeStage::is_frozen) {
            let reason = "a frozen text is named by the digest of its package";
            field::demand(package_digest.as_ref(), &digest_at, faults, reason);
        }
        if let (Some(texts), Some(annexes), Some(Some(stated))) = (&texts, &annexes, package_digest)
            && package::package_digest(texts.as_slice(), annexes.as_slice()) != Some(stated)
        {
            let reason = "the digest is that of these texts and annexes, as spec msgk-112 computes it";
            faults.add(&digest_at, FaultCode::Conflicting, reason);
        }
        if let Some(effect) = effect {
            effect_agrees(effect, effect_on.as_ref(), &at.key("effect_on"), faults);
            let quorum = (quorum.as_ref(), signatories_required.as_ref());
            quorum_agrees(effect, quorum, &at.key("quorum"), faults);
        }
    }
}

/// Each Party once, each by an agency of its own.
// spec: msgk-113
fn signatories_agree(signatories: Option<&Signatories>, at: &Pointer<'_>, faults: &mut Faults) {
    let each = || signatories.into_iter().flat_map(|signatories| signatories.iter());
    list::refuse_repeated(each().map(|signatory| &signatory.party), at, faults);
    list::refuse_repeated(each().map(|signatory| &signatory.agency), at, faults);
}

/// Each language once, and one text at least counts.
// spec: msgk-113
fn texts_agree(texts: Option<&OneOrMore<OutcomeText>>, at: &Pointer<'_>, faults: &mut Faults) {
    let each = || texts.into_iter().flat_map(|texts| texts.iter());
    list::refuse_repeated(each().map(|text| &text.lang), at, faults);
    if texts.is_some() && !each().any(|text| text.authentic) {
        faults.add(at, FaultCode::Conflicting, "one text at least is authentic");
    }
}

// spec: msgk-113
fn effect_agrees(
    effect: OutcomeEffect,
    effect_on: Option<&Option<CivilDate>>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if effect == OutcomeEffect::OnDate {
        field::demand(effect_on, at, faults, "what takes effect on a day names the day");
    } else {
        field::exclude(effect_on, at, faults, "only what takes effect on a day names one");
    }
}

// spec: msgk-113
fn quorum_agrees(
    effect: OutcomeEffect,
    (quorum, signatories): (Option<&Option<u64>>, Option<&Signatories>),
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if effect != OutcomeEffect::OnQuorum {
        field::exclude(quorum, at, faults, "only what takes effect by a quorum names one");
        return;
    }
    field::demand(quorum, at, faults, "what takes effect by a quorum names how many sign");
    let most = signatories.map(|signatories| list::count(signatories.iter()));
    if let (Some(Some(quorum)), Some(most)) = (quorum, most)
        && !(SIGNATORIES_MIN..=most).contains(quorum)
    {
        faults.add(at, FaultCode::OutOfRange, "from 2 to the number of signatories");
    }
}

// spec: msgk-114
record! {
    /// Opens a frozen text again, which voids every signature. Source: DOMAIN 3.7, spec msgk-114.
    OutcomeReopening {
        /// The package that was frozen.
        package_digest: Digest,
        /// Which clause.
        clause: Line,
        /// Why.
        reason: LocalizedText,
    }
}

choice! {
    /// What became of a document. Source: DOMAIN 3.7.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    OutcomeStanding {
        /// It is in effect.
        InEffect = "in-effect",
        /// A later one took its place.
        Superseded = "superseded",
        /// It ended.
        Terminated = "terminated",
        /// It is given up before it was signed.
        Abandoned = "abandoned",
    }
}

record! {
    /// Declares what became of a document, by the chair. Source: DOMAIN 3.7, spec msgk-115.
    OutcomeStatus {
        /// What became of it.
        status: OutcomeStanding,
        /// The package; required unless abandoned, because a draft has none.
        package_digest: Option<Digest>,
        /// From which day; required unless abandoned.
        effective_on: Option<CivilDate>,
        /// The package that took its place; required when superseded, and only there.
        superseded_by: Option<Digest>,
        /// Why; required when terminated or abandoned.
        reason: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-115
        if let Some(status) = status {
            if status != OutcomeStanding::Abandoned {
                let rule = "what was signed is named by its package";
                field::demand(package_digest.as_ref(), &at.key("package_digest"), faults, rule);
                field::demand(effective_on.as_ref(), &at.key("effective_on"), faults, "this holds from a day on");
            }
            let superseded_at = at.key("superseded_by");
            if status == OutcomeStanding::Superseded {
                let rule = "superseded names the package that took its place";
                field::demand(superseded_by.as_ref(), &superseded_at, faults, rule);
            } else {
                let rule = "only superseded names another package";
                field::exclude(superseded_by.as_ref(), &superseded_at, faults, rule);
            }
            if matches!(status, OutcomeStanding::Terminated | OutcomeStanding::Abandoned) {
                field::demand(reason.as_ref(), &at.key("reason"), faults, "terminated and abandoned say why");
            }
        }
    }
}

impl BodyRules for OutcomeDocument {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;

    fn approval(&self, _said: &Said<'_>) -> Approval {
        if self.stage.is_frozen() { Approval::A4 } else { Approval::A2 }
    }
}

impl BodyRules for OutcomeReopening {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A4;
}

impl BodyRules for OutcomeStatus {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
