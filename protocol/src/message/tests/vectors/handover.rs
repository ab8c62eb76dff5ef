//! Cases of the way from an arrest over the line to what came of it.

use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use super::Case;
use super::Edit;
use super::Edit::Cut;
use super::Edit::Put;
use super::case;
use super::said;
use crate::message::kind::Kind;

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    use Kind::CaseOutcomeNotice;
    use Kind::CertificateCountersignature;
    use Kind::ConsultationViews;
    use Kind::CustodyEvent;
    use Kind::HandoverCertificate;
    use Kind::HandoverDecision;
    use Kind::PostHandoverIncident;
    use Kind::ScheduleAnswer;
    use Kind::SpecialtyConsentDecision;
    use Kind::SpecialtyConsentRequest;
    Vec::from([
        case("arrived-with-a-batch", CustodyEvent, ("msgk-61", "accepted"),
            "whoever received the person names the certificate of the batch and the entry",
            Vec::from([Put("/body/kind", json!("transferred")),
                Put("/body/by_batch", json!({"certificate": "0195a1c4-2f00-7d11-8b02-3c4d5e6f7201", "entry": 3}))])),
        case("released-by-a-court", CustodyEvent, ("msgk-61", "accepted"),
            "a release says that a court ordered it, and no clock runs",
            Vec::from([Put("/body/kind", json!("released")), Put("/body/released_by_court", json!(true)), Cut("/body/detention")])),
        case("views-in-words-alone", ConsultationViews, ("msgk-62", "accepted"),
            "views alone are an answer", Vec::from([Cut("/body/assurances"), Cut("/body/evidence")])),
        case("evidence-without-views", ConsultationViews, ("msgk-62", "accepted"),
            "evidence alone is an answer", Vec::from([Cut("/body/views"), Cut("/body/assurances")])),
        case("schedule-accepted", ScheduleAnswer, ("msgk-65", "accepted"),
            "whoever accepts gives no reason", Vec::from([Put("/body/answer", json!("accepted")), Cut("/body/reason")])),
        case("one-person-travels-alone", HandoverCertificate, ("msgk-67", "accepted"),
            "one person needs no manifest",
            Vec::from([Cut("/body/manifest_root"), Cut("/body/results/2"), Cut("/body/results/1"), Put("/body/count_transferred", json!(1))])),
        case("nobody-transferred", HandoverCertificate, ("msgk-67", "accepted"),
            "a count of nobody agrees with results that transfer nobody",
            Vec::from([Put("/body/results", json!([{"n": 1, "outcome": "no-show"}])), Put("/body/count_transferred", json!(0))])),
        case("countersigned-with-a-network", CertificateCountersignature, ("msgk-68", "accepted"),
            "with a network nothing is declared", Vec::from([Put("/body/made_offline", json!(false)), Cut("/body/declaration")])),
        case("onward-surrender", SpecialtyConsentRequest, ("msgk-69", "accepted"),
            "consent is asked for giving the person on",
            Vec::from([Put("/body/matter", json!({"onward_surrender": {"to": "ZZ", "offences": [{
                "narrative": said("A later transfer."), "local_law_ref": "Penal Code, article 1", "max_penalty": {"kind": "fine"},
                "penalty_includes_death": false, "committed": {"from": "2025-02-01", "to": "2025-02-02"},
                "places": [{"name": "Exercise Town", "country": "ZZ"}]}]}}))])),
        case("consent-refused", SpecialtyConsentDecision, ("msgk-69", "accepted"),
            "a refusal refuses every offence and needs no assessment",
            Vec::from([Put("/body/consent", json!("refused")), Put("/body/per_offence/0/consent", json!("refused")),
                Cut("/body/conditions"), Cut("/body/risk_assessment_ref")])),
        case("consent-to-every-offence", SpecialtyConsentDecision, ("msgk-69", "accepted"),
            "a consent to every offence has no grounds",
            Vec::from([Put("/body/consent", json!("given")), Put("/body/per_offence", json!([{"offence": 1, "consent": "given"}])),
                Cut("/body/conditions"), Cut("/body/grounds")])),
        case("consent-with-a-waiver", SpecialtyConsentDecision, ("msgk-135", "accepted"),
            "a consent says why the law allows to do without the promise to spare the life",
            Vec::from([Put("/body/death_penalty_waiver", said("The law allows it in this case."))])),
        case("charged", CaseOutcomeNotice, ("msgk-71", "accepted"),
            "charges have no sentence, and another notice follows",
            Vec::from([Put("/body/outcome", json!("charged")), Put("/body/last_notice", json!(false)), Cut("/body/sentence")])),
        case("death-after-a-handover", PostHandoverIncident, ("msgk-72", "accepted"),
            "a death breaks no assurance that would have to be named",
            Vec::from([Put("/body/kind", json!("death")), Cut("/body/assurance")])),
        case("outcome-by-consent-alone", CaseOutcomeNotice, ("spc-1", "accepted"),
            "a case is about an offence for which consent was given afterwards", Vec::from([Cut("/body/offences")])),
        case("stayed-though-free", PostHandoverIncident, ("spc-2", "accepted"),
            "whoever says that a person stayed says since when the person was free, and proves it", stayed("2026-02-18T10:00:00+08:00")),
        case("left-and-returned", PostHandoverIncident, ("spc-2", "accepted"),
            "whoever says that a person left and came back proves it",
            Vec::from([Put("/body/kind", json!("left-and-returned")), Cut("/body/assurance"), Put("/body/proof", proof())])),
        case("grounds-met", HandoverDecision, ("ho-54", "accepted"),
            "a grant says why a ground that was named stands in the way no longer", Vec::from([Put("/body/grounds_met", json!([met("ne-bis-in-idem")]))])),
        case("ground-against-one-offence", HandoverDecision, ("ho-54", "accepted"),
            "a mandatory ground stands against the offence that is refused",
            Vec::from([Put("/body/grounds/0/class", json!("mandatory")), Put("/body/grounds/0/offences", json!([2]))])),
    ])
}

/// A person who stayed, free since then.
fn stayed(free_since: &str) -> Vec<Edit> {
    Vec::from([
        Put("/body/kind", json!("stayed-free")),
        Cut("/body/assurance"),
        Put("/body/free_since", json!(free_since)),
        Put("/body/proof", proof()),
    ])
}

fn proof() -> Json {
    json!([{"exhibit_or_statement": "CN-EX-000031", "proves": said("That the person had papers and did not leave.")}])
}

/// A ground that stands in the way no longer.
fn met(ground: &str) -> Json {
    json!({"ground": ground, "law": "Law on Extradition, article 9", "reasons": said("The judgment was about another act.")})
}

pub(super) fn bad() -> Vec<Case> {
    let mut cases = bad_custody();
    cases.extend(bad_schedules());
    cases.extend(bad_certificates());
    cases.extend(bad_consents());
    cases.extend(bad_outcomes());
    cases
}

#[rustfmt::skip]
fn bad_custody() -> Vec<Case> {
    use Kind::ConditionsAccepted;
    use Kind::ConsultationViews;
    use Kind::CustodyEvent;
    use Kind::IntentToRefuse;
    use Kind::ProvisionalArrestRequest;
    Vec::from([
        case("arrest-of-a-presumed-victim", ProvisionalArrestRequest, ("msgk-60", "conflicting /body/person/category"),
            "nobody arrests a presumed victim", Vec::from([Put("/body/person/category", json!("presumed-victim"))])),
        case("arrest-of-a-victim", ProvisionalArrestRequest, ("msgk-60", "conflicting /body/person/category"),
            "nobody arrests a victim", Vec::from([Put("/body/person/category", json!("victim"))])),
        case("arrest-without-an-undertaking", ProvisionalArrestRequest, ("msgk-60", "conflicting /body/undertaking_to_request"),
            "an arrest is asked for with the promise of a full request", Vec::from([Put("/body/undertaking_to_request", json!(false))])),
        case("release-that-names-no-court", CustodyEvent, ("msgk-61", "missing /body/released_by_court"),
            "a release says whether a court ordered it", Vec::from([Put("/body/kind", json!("released")), Cut("/body/detention")])),
        case("arrival-of-somebody-who-was-not-transferred", CustodyEvent, ("msgk-61", "conflicting /body/by_batch"),
            "whoever arrived with a batch was transferred",
            Vec::from([Put("/body/by_batch", json!({"certificate": "0195a1c4-2f00-7d11-8b02-3c4d5e6f7201", "entry": 3}))])),
        case("court-without-a-release", CustodyEvent, ("msgk-61", "conflicting /body/released_by_court"),
            "only a release is ordered by a court", Vec::from([Put("/body/released_by_court", json!(false))])),
        case("event-with-a-clock-though-nobody-holds", CustodyEvent, ("msgk-61", "conflicting /body/detention"),
            "no clock runs while nobody holds the person", Vec::from([Put("/body/kind", json!("escaped"))])),
        case("event-with-the-clock-of-another-person", CustodyEvent, ("msgk-61", "conflicting /body/detention/person_ref"),
            "the clock runs for the person of the event", Vec::from([Put("/body/detention/person_ref", json!("CN-P-000999"))])),
        case("event-with-the-clock-of-another-holder", CustodyEvent, ("msgk-61", "conflicting /body/detention/holder"),
            "the clock runs for the holder of the event", Vec::from([Put("/body/detention/holder", json!("LA"))])),
        case("intent-on-a-ground-of-an-information-request", IntentToRefuse, ("msgk-62", "conflicting /body/grounds/0/ground"),
            "a ground that refuses information does not refuse a person", Vec::from([Put("/body/grounds/0/ground", json!("disproportionate"))])),
        case("views-that-bring-nothing", ConsultationViews, ("msgk-62", "missing /body/views"),
            "an answer brings views, assurances or evidence", Vec::from([Cut("/body/views"), Cut("/body/assurances"), Cut("/body/evidence")])),
        case("conditions-of-no-decision", ConditionsAccepted, ("msgk-63", "missing /body/of"),
            "the decision that has the conditions is named", Vec::from([Cut("/body/of")])),
    ])
}

#[rustfmt::skip]
fn bad_schedules() -> Vec<Case> {
    use Kind::CustodyTransferSchedule;
    use Kind::LegRelease;
    use Kind::LegReturn;
    use Kind::ScheduleAnswer;
    Vec::from([
        case("schedule-of-version-zero", CustodyTransferSchedule, ("msgk-64", "out-of-range /body/version"),
            "versions are counted from 1", Vec::from([Put("/body/version", json!(0))])),
        case("leg-to-the-same-party", CustodyTransferSchedule, ("msgk-64", "conflicting /body/legs/1/receiving"),
            "a leg leads from one Party to another",
            Vec::from([Put("/body/legs/1/receiving", json!("th.rtp")), Put("/body/hold_points/0/go_from", json!(["mm.mpf"]))])),
        case("leg-that-carries-nobody", CustodyTransferSchedule, ("msgk-64", "out-of-range /body/legs/0/capacity"),
            "a leg carries at least one person", Vec::from([Put("/body/legs/0/capacity", json!(0))])),
        case("legs-with-a-gap", CustodyTransferSchedule, ("msgk-64", "conflicting /body/legs/1/n"),
            "legs are numbered from 1 without a gap", Vec::from([Put("/body/legs/1/n", json!(3))])),
        case("legs-that-do-not-join", CustodyTransferSchedule, ("msgk-64", "conflicting /body/legs/1/releasing"),
            "the Party that receives on one leg releases on the next",
            Vec::from([Put("/body/legs/1/releasing", json!("la.mps")), Put("/body/contacts_24h/-", json!({"agency": "la.mps", "desk": "Desk", "phone": "+999000210001"}))])),
        case("legs-out-of-order", CustodyTransferSchedule, ("msgk-64", "conflicting /body/legs/1/window"),
            "a leg does not begin before the one before it, whatever the offsets",
            Vec::from([Put("/body/legs/1/window/from", json!("2026-03-16T06:59:59+07:00"))])),
        case("hold-point-on-no-leg", CustodyTransferSchedule, ("msgk-64", "conflicting /body/hold_points/0/leg"),
            "a hold point stands on a leg of the schedule", Vec::from([Put("/body/hold_points/0/leg", json!(3))])),
        case("go-from-a-stranger", CustodyTransferSchedule, ("msgk-64", "conflicting /body/hold_points/0/go_from"),
            "the go comes from agencies of the legs", Vec::from([Put("/body/hold_points/0/go_from", json!(["la.mps", "mm.mpf"]))])),
        case("party-without-a-desk", CustodyTransferSchedule, ("msgk-64", "missing /body/contacts_24h"),
            "every agency of a leg is reached day and night", Vec::from([Cut("/body/contacts_24h/2")])),
        case("cutoff-after-the-window", CustodyTransferSchedule, ("msgk-64", "conflicting /body/cancel_cutoff"),
            "a cutoff comes before the window of the first leg ends", Vec::from([Put("/body/cancel_cutoff", json!("2026-03-16T11:30:01+06:30"))])),
        case("declined-without-a-reason", ScheduleAnswer, ("msgk-65", "missing /body/reason"),
            "whoever does not accept says why", Vec::from([Put("/body/answer", json!("declined")), Cut("/body/reason")])),
        case("rescheduled-without-a-reason", ScheduleAnswer, ("msgk-65", "missing /body/reason"),
            "whoever wants another time says why", Vec::from([Cut("/body/reason")])),
        case("answer-to-a-schedule-without-its-digest", ScheduleAnswer, ("msgk-65", "missing /body/schedule_digest"),
            "an answer binds to one schedule", Vec::from([Cut("/body/schedule_digest")])),
        case("release-on-leg-zero", LegRelease, ("msgk-66", "out-of-range /body/leg"),
            "legs are counted from 1", Vec::from([Put("/body/leg", json!(0))])),
        case("return-on-leg-zero", LegReturn, ("msgk-66", "out-of-range /body/leg"),
            "legs are counted from 1", Vec::from([Put("/body/leg", json!(0))])),
    ])
}

#[rustfmt::skip]
fn bad_certificates() -> Vec<Case> {
    use Kind::CertificateCountersignature;
    use Kind::HandoverCertificate;
    Vec::from([
        case("transferred-without-a-check", HandoverCertificate, ("msgk-67", "missing /body/results/0/identity_check"),
            "nobody is handed over without a check of who it is", Vec::from([Cut("/body/results/0/identity_check")])),
        case("transferred-though-it-is-somebody-else", HandoverCertificate, ("msgk-67", "conflicting /body/results/0/identity_check/result"),
            "only a person whose identity was confirmed is handed over", Vec::from([Put("/body/results/0/identity_check/result", json!("refuted"))])),
        case("transferred-without-a-look-for-injuries", HandoverCertificate, ("msgk-67", "missing /body/results/0/injuries_noted"),
            "whoever is handed over was looked at", Vec::from([Cut("/body/results/0/injuries_noted")])),
        case("injuries-not-described", HandoverCertificate, ("msgk-67", "missing /body/results/1/condition_note"),
            "injuries are described", Vec::from([Cut("/body/results/1/condition_note")])),
        case("broken-seal-not-described", HandoverCertificate, ("msgk-67", "missing /body/results/0/condition_note"),
            "a broken seal is described", Vec::from([Put("/body/results/0/property_bag_seal_ok", json!(false))])),
        case("certificate-that-counts-one-more", HandoverCertificate, ("msgk-67", "conflicting /body/count_transferred"),
            "the count is that of the results", Vec::from([Put("/body/count_transferred", json!(3))])),
        case("entry-with-two-results", HandoverCertificate, ("msgk-67", "repeated /body/results/2"),
            "each entry has one result", Vec::from([Put("/body/results/2/n", json!(1))])),
        case("people-without-a-manifest", HandoverCertificate, ("msgk-67", "missing /body/manifest_root"),
            "people who travel together stand on a manifest", Vec::from([Cut("/body/manifest_root")])),
        case("offline-without-a-declaration", CertificateCountersignature, ("msgk-68", "missing /body/declaration"),
            "a certificate made offline has a declaration", Vec::from([Cut("/body/declaration")])),
        case("declaration-with-a-network", CertificateCountersignature, ("msgk-68", "conflicting /body/declaration"),
            "only a certificate made offline has a declaration", Vec::from([Put("/body/made_offline", json!(false))])),
        case("declaration-without-heads", CertificateCountersignature, ("msgk-68", "too-few /body/declaration/confirmed_heads"),
            "the last confirmed heads are named", Vec::from([Put("/body/declaration/confirmed_heads", json!([]))])),
    ])
}

#[rustfmt::skip]
fn bad_consents() -> Vec<Case> {
    use Kind::ConcurrentRequests;
    use Kind::SpecialtyConsentDecision;
    use Kind::SpecialtyConsentRequest;
    let (one, two) = ("0195a1c4-2f00-7c3e-9a51-6b1d0e5f7a61", "0195a1c4-2f00-7c3e-9a51-6b1d0e5f7a63");
    Vec::from([
        case("consent-asked-for-nothing", SpecialtyConsentRequest, ("msgk-69", "missing /body/matter"),
            "consent is asked for one of two things", Vec::from([Put("/body/matter", json!({}))])),
        case("consent-that-covers-nothing", SpecialtyConsentDecision, ("msgk-69", "conflicting /body/per_offence"),
            "a consent covers an offence", Vec::from([Put("/body/per_offence/0/consent", json!("refused"))])),
        case("refused-consent-that-covers-an-offence", SpecialtyConsentDecision, ("msgk-69", "conflicting /body/per_offence"),
            "a refusal refuses every offence", Vec::from([Put("/body/consent", json!("refused")), Cut("/body/conditions")])),
        case("consent-refused-without-grounds", SpecialtyConsentDecision, ("msgk-69", "missing /body/grounds"),
            "the refusal of one offence names its grounds", Vec::from([Cut("/body/grounds")])),
        case("consent-refused-on-a-ground-of-an-information-request", SpecialtyConsentDecision, ("msgk-69", "conflicting /body/grounds/0/ground"),
            "a ground that refuses information does not refuse consent", Vec::from([Put("/body/grounds/0/ground", json!("not-available"))])),
        case("conditional-consent-without-conditions", SpecialtyConsentDecision, ("msgk-69", "missing /body/conditions"),
            "a conditional consent names its conditions", Vec::from([Cut("/body/conditions")])),
        case("conditions-of-a-plain-consent", SpecialtyConsentDecision, ("msgk-69", "conflicting /body/conditions"),
            "only a conditional consent has conditions", Vec::from([Put("/body/consent", json!("given"))])),
        case("consent-without-risk-assessment", SpecialtyConsentDecision, ("msgk-69", "missing /body/risk_assessment_ref"),
            "no consent without an assessment of the risk of ill-treatment", Vec::from([Cut("/body/risk_assessment_ref")])),
        case("consent-to-an-offence-twice", SpecialtyConsentDecision, ("msgk-69", "repeated /body/per_offence/1"),
            "each offence is decided once", Vec::from([Put("/body/per_offence/1/offence", json!(1))])),
        case("refused-consent-with-a-waiver", SpecialtyConsentDecision, ("msgk-135", "conflicting /body/death_penalty_waiver"),
            "a refusal does without no promise",
            Vec::from([Put("/body/consent", json!("refused")), Put("/body/per_offence/0/consent", json!("refused")),
                Cut("/body/conditions"), Put("/body/death_penalty_waiver", said("The law allows it in this case."))])),
        case("one-request-is-not-concurrent", ConcurrentRequests, ("msgk-70", "too-few /body/requests"),
            "a choice is between two requests at least", Vec::from([Cut("/body/requests/0")])),
        case("same-request-twice", ConcurrentRequests, ("msgk-70", "repeated /body/requests/1"),
            "requests differ", Vec::from([Put("/body/requests", json!([one, one])), Put("/body/chosen", json!(one))])),
        case("chosen-request-not-named", ConcurrentRequests, ("msgk-70", "conflicting /body/chosen"),
            "the request chosen is one of those named", Vec::from([Put("/body/chosen", json!(two))])),
    ])
}

#[rustfmt::skip]
fn bad_outcomes() -> Vec<Case> {
    use Kind::CaseOutcomeNotice;
    use Kind::HandoverDecision;
    use Kind::PostHandoverIncident;
    let consented = json!({"consent": "0195a1c4-2f00-7d11-8b02-3c4d5e6f7105", "offence": 1});
    Vec::from([
        case("sentence-not-named", CaseOutcomeNotice, ("msgk-71", "missing /body/sentence"),
            "a sentence that was passed is named", Vec::from([Cut("/body/sentence")])),
        case("sentence-of-an-acquittal", CaseOutcomeNotice, ("msgk-71", "conflicting /body/sentence"),
            "an acquittal has no sentence", Vec::from([Put("/body/outcome", json!("acquitted"))])),
        case("charges-as-the-last-notice", CaseOutcomeNotice, ("msgk-71", "conflicting /body/last_notice"),
            "a case does not end with its charges", Vec::from([Put("/body/outcome", json!("charged")), Cut("/body/sentence")])),
        case("assurance-not-kept-without-a-note", CaseOutcomeNotice, ("msgk-71", "missing /body/assurances_kept/0/note"),
            "an assurance that was not kept says why", Vec::from([Cut("/body/assurances_kept/0/note")])),
        case("assurance-told-of-twice", CaseOutcomeNotice, ("msgk-71", "repeated /body/assurances_kept/1"),
            "each kind of assurance is told of once", Vec::from([Put("/body/assurances_kept/1/kind", json!("consular"))])),
        case("death-sentence-that-keeps-its-assurance", CaseOutcomeNotice, ("msgk-71", "conflicting /body/assurances_kept/1/kept"),
            "a sentence of death does not keep the assurance that there is none",
            Vec::from([Put("/body/sentence", json!({"kind": "death"})), Put("/body/assurances_kept/1/kind", json!("no-death-penalty"))])),
        case("incident-without-its-assurance", PostHandoverIncident, ("msgk-72", "missing /body/assurance"),
            "an assurance that was not kept is named", Vec::from([Cut("/body/assurance")])),
        case("case-about-no-offence", CaseOutcomeNotice, ("spc-1", "missing /body/offences"),
            "a case is about an offence", Vec::from([Cut("/body/offences"), Cut("/body/by_consent")])),
        case("consented-offence-twice", CaseOutcomeNotice, ("spc-1", "repeated /body/by_consent/1"),
            "each offence by consent stands here once", Vec::from([Put("/body/by_consent", json!([consented, consented]))])),
        case("stayed-without-proof", PostHandoverIncident, ("spc-2", "missing /body/proof"),
            "what ends a person's protection is proven", stayed("2026-02-18T10:00:00+08:00").into_iter().chain([Cut("/body/proof")]).collect()),
        case("stayed-since-nobody-knows-when", PostHandoverIncident, ("spc-2", "missing /body/free_since"),
            "whoever stayed was free since a day", stayed("2026-02-18T10:00:00+08:00").into_iter().chain([Cut("/body/free_since")]).collect()),
        case("stayed-for-some-days-only", PostHandoverIncident, ("spc-2", "conflicting /body/free_since"),
            "nobody has stayed before 30 days are over", stayed("2026-03-05T10:00:01+08:00")),
        case("proof-of-another-incident", PostHandoverIncident, ("spc-2", "conflicting /body/proof"),
            "only what ends the specialty is proven here", Vec::from([Put("/body/proof", proof())])),
        case("free-since-of-another-incident", PostHandoverIncident, ("spc-2", "conflicting /body/free_since"),
            "only of somebody who stayed it is said since when", Vec::from([Put("/body/free_since", json!("2026-02-18T10:00:00+08:00"))])),
        case("mandatory-ground-against-what-is-granted", HandoverDecision, ("ho-54", "conflicting /body/grounds/0/offences"),
            "a Party does not grant an offence that it must refuse",
            Vec::from([Put("/body/grounds/0/class", json!("mandatory")), Put("/body/grounds/0/offences", json!([1, 2]))])),
        case("ground-met-twice", HandoverDecision, ("ho-54", "repeated /body/grounds_met/1"),
            "each ground is met once", Vec::from([Put("/body/grounds_met", json!([met("ne-bis-in-idem"), met("ne-bis-in-idem")]))])),
        case("ground-against-an-offence-twice", HandoverDecision, ("ho-54", "repeated /body/grounds/0/offences/1"),
            "each offence stands here once", Vec::from([Put("/body/grounds/0/offences", json!([2, 2]))])),
    ])
}
