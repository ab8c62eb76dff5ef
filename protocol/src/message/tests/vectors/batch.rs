//! Cases of people who travel together.

use alloc::vec::Vec;

use serde_json::json;

use super::Case;
use super::Edit::Cut;
use super::Edit::Put;
use super::case;
use super::said;
use crate::message::kind::Kind;

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    use Kind::BatchManifest;
    use Kind::ManifestRemoval;
    use Kind::ManifestReview;
    use Kind::ReceptionGuarantee;
    Vec::from([
        case("proposal-before-the-decisions", BatchManifest, ("msgk-76", "accepted"),
            "a proposal may have entries without a decision or a screening, and people who are unfit",
            Vec::from([Put("/body/stage", json!("proposal")), Cut("/body/entries/0/decision_message"), Cut("/body/entries/0/screening_ref"),
                Put("/body/entries/0/fitness", json!("unfit")), Put("/body/entry_root", json!("9fd5b15a7c257050a1c96f356917c4fe137a2d7fb358c51710ae5add0e3b4bfb"))])),
        case("child-with-an-officer", BatchManifest, ("msgk-78", "accepted"),
            "a child without a guardian travels with an officer",
            Vec::from([Cut("/body/entries/1/guardian_entry"), Put("/body/entries/1/travels_with_officer", json!(true)),
                Put("/body/entry_root", json!("1d3a77435f06a4ea9d57d7fc16830172c2a010916d57ed83c5441a9afbf00402"))])),
        case("review-that-confirms", ManifestReview, ("msgk-79", "accepted"),
            "a review that confirms strikes nobody", Vec::from([Cut("/body/strikes")])),
        case("review-that-does-not-confirm", ManifestReview, ("msgk-79", "accepted"),
            "a review that does not confirm says whom it strikes", Vec::from([Put("/body/confirms", json!(false))])),
        case("removal-for-another-reason", ManifestRemoval, ("msgk-80", "accepted"),
            "another reason is written out", Vec::from([Put("/body/reason", json!("other"))])),
        case("guarantee-for-nationals-unconfirmed", ReceptionGuarantee, ("msgk-81", "accepted"),
            "people are taken whatever happens, though their nationality is not confirmed",
            Vec::from([Put("/body/confirms_nationality", json!(false))])),
    ])
}

pub(super) fn bad() -> Vec<Case> {
    let mut cases = bad_manifests();
    cases.extend(bad_entries());
    cases.extend(bad_seals());
    cases.extend(bad_legs());
    cases
}

#[rustfmt::skip]
fn bad_manifests() -> Vec<Case> {
    use Kind::BatchManifest;
    Vec::from([
        case("entries-with-a-gap", BatchManifest, ("msgk-75", "conflicting /body/entries/3/n"),
            "entries are numbered from 1 without a gap", Vec::from([Put("/body/entries/3/n", json!(5))])),
        case("batch-to-its-own-party", BatchManifest, ("msgk-75", "conflicting /body/to"),
            "a batch goes from one Party to another", Vec::from([Put("/body/to/party", json!("MM"))])),
        case("transit-through-the-last-party", BatchManifest, ("msgk-75", "conflicting /body/transit/0"),
            "a transit Party is neither the first nor the last", Vec::from([Put("/body/transit/0/party", json!("CN"))])),
        case("transit-named-twice", BatchManifest, ("msgk-75", "repeated /body/transit/1"),
            "each transit Party is named once", Vec::from([Put("/body/transit/-", json!({"party": "TH", "agency": "th.rtp"}))])),
        case("agency-of-two-parties", BatchManifest, ("msgk-75", "conflicting /body/to/agency"),
            "each Party has an agency of its own", Vec::from([Put("/body/to/agency", json!("mm.mpf"))])),
        case("transit-agency-of-two-parties", BatchManifest, ("msgk-75", "conflicting /body/transit/0/agency"),
            "each Party has an agency of its own", Vec::from([Put("/body/transit/0/agency", json!("cn.mps"))])),
        case("root-over-other-entries", BatchManifest, ("bat-34", "conflicting /body/entry_root"),
            "the root is the one over the entries", Vec::from([Put("/body/entries/0/risk", json!("medium"))])),
        case("root-with-other-salts", BatchManifest, ("bat-34", "conflicting /body/entry_root"),
            "the salts come from the seed",
            Vec::from([Put("/body/salt_seed", json!("0000000000000000000000000000000000000000000000000000000000000000"))])),
        case("sexes-that-do-not-add-up", BatchManifest, ("msgk-75", "conflicting /body/counts/by_sex"),
            "the counts by sex make the total", Vec::from([Put("/body/counts/by_sex/other", json!(1))])),
        case("total-that-differs", BatchManifest, ("msgk-75", "conflicting /body/counts/total"),
            "the total is that of the entries", Vec::from([Put("/body/counts/total", json!(5)), Put("/body/counts/by_sex/other", json!(1))])),
        case("minors-that-differ", BatchManifest, ("msgk-75", "conflicting /body/counts/minors"),
            "somebody who may be a child counts as one", Vec::from([Put("/body/counts/minors", json!(1))])),
        case("high-risk-that-differs", BatchManifest, ("msgk-75", "conflicting /body/counts/high_risk"),
            "the count of high risk is that of the entries", Vec::from([Put("/body/counts/high_risk", json!(0))])),
    ])
}

#[rustfmt::skip]
fn bad_entries() -> Vec<Case> {
    use Kind::BatchManifest;
    Vec::from([
        case("sealed-without-a-decision", BatchManifest, ("msgk-76", "missing /body/entries/2/decision_message"),
            "an entry is sealed with the decision that granted it", Vec::from([Cut("/body/entries/2/decision_message")])),
        case("two-people-on-one-decision", BatchManifest, ("bat-66", "repeated /body/entries/2/decision_message"),
            "a decision grants one person",
            Vec::from([Put("/body/entries/2/decision_message", json!("0195a1c4-2f00-7d11-8b02-3c4d5e6f7201"))])),
        case("one-person-twice", BatchManifest, ("bat-66", "repeated /body/entries/2/person_ref"),
            "each person stands on a manifest once", Vec::from([Put("/body/entries/2/person_ref", json!("MM-P-000701"))])),
        case("sealed-without-a-screening", BatchManifest, ("msgk-76", "missing /body/entries/2/screening_ref"),
            "an entry is sealed with its screening", Vec::from([Cut("/body/entries/2/screening_ref")])),
        case("sealed-though-unfit", BatchManifest, ("msgk-76", "conflicting /body/entries/2/fitness"),
            "nobody who is unfit to travel is sealed", Vec::from([Put("/body/entries/2/fitness", json!("unfit"))])),
        case("presumed-victim-on-a-manifest", BatchManifest, ("msgk-77", "conflicting /body/entries/0/category"),
            "a presumed victim stands on no manifest", Vec::from([Put("/body/entries/0/category", json!("presumed-victim"))])),
        case("victim-on-a-proposal", BatchManifest, ("msgk-77", "conflicting /body/entries/0/category"),
            "a victim is not even proposed",
            Vec::from([Put("/body/stage", json!("proposal")), Put("/body/entries/0/category", json!("victim"))])),
        case("child-beside-strangers", BatchManifest, ("msgk-78", "missing /body/entries/1/guardian_entry"),
            "a child travels with its guardian or with an officer", Vec::from([Cut("/body/entries/1/guardian_entry")])),
        case("guardian-who-is-a-child", BatchManifest, ("msgk-78", "conflicting /body/entries/1/guardian_entry"),
            "a guardian is certainly no child", Vec::from([Put("/body/entries/1/guardian_entry", json!(4))])),
        case("guardian-who-is-not-there", BatchManifest, ("msgk-78", "conflicting /body/entries/1/guardian_entry"),
            "a guardian is an entry of the manifest", Vec::from([Put("/body/entries/1/guardian_entry", json!(9))])),
        case("guardian-of-a-grown-up", BatchManifest, ("msgk-78", "conflicting /body/entries/2/guardian_entry"),
            "only a child has a guardian", Vec::from([Put("/body/entries/2/guardian_entry", json!(1))])),
    ])
}

#[rustfmt::skip]
fn bad_seals() -> Vec<Case> {
    use Kind::ManifestRemoval;
    use Kind::ManifestReview;
    use Kind::ManifestSeal;
    Vec::from([
        case("review-that-says-nothing", ManifestReview, ("msgk-79", "missing /body/strikes"),
            "a review that does not confirm names entries", Vec::from([Put("/body/confirms", json!(false)), Cut("/body/strikes")])),
        case("entry-struck-twice", ManifestReview, ("msgk-79", "repeated /body/strikes/1"),
            "each entry is struck once", Vec::from([Put("/body/strikes/-", json!({"n": 4, "reason": said("Again.")}))])),
        case("seal-of-nobody", ManifestSeal, ("msgk-80", "out-of-range /body/count"),
            "a manifest that is sealed has an entry", Vec::from([Put("/body/count", json!(0))])),
        case("seal-of-too-many", ManifestSeal, ("msgk-80", "out-of-range /body/count"),
            "a manifest has at most 500 entries", Vec::from([Put("/body/count", json!(501))])),
        case("removal-without-a-reason-in-words", ManifestRemoval, ("msgk-80", "missing /body/note"),
            "another reason is written out", Vec::from([Put("/body/reason", json!("other")), Cut("/body/note")])),
        case("removal-of-nobody", ManifestRemoval, ("msgk-80", "too-few /body/n"),
            "somebody is taken off", Vec::from([Put("/body/n", json!([]))])),
        case("entry-removed-twice", ManifestRemoval, ("msgk-80", "repeated /body/n/1"),
            "each entry is named once", Vec::from([Put("/body/n", json!([311, 311]))])),
        case("removal-that-leaves-too-many", ManifestRemoval, ("msgk-80", "out-of-range /body/remaining"),
            "those who are taken off and those who remain were on one manifest", Vec::from([Put("/body/remaining", json!(500))])),
    ])
}

#[rustfmt::skip]
fn bad_legs() -> Vec<Case> {
    use Kind::BatchReconciliation;
    use Kind::ReceptionGuarantee;
    use Kind::TransitAuthorisation;
    Vec::from([
        case("guarantee-of-nothing", ReceptionGuarantee, ("msgk-81", "conflicting /body/accepts_if_turned_back"),
            "a guarantee confirms something or takes people whatever happens",
            Vec::from([Put("/body/confirms_nationality", json!(false)), Put("/body/accepts_if_turned_back", json!(false))])),
        case("guarantee-for-nobody", ReceptionGuarantee, ("msgk-81", "too-few /body/entries"),
            "a guarantee names entries", Vec::from([Put("/body/entries", json!([]))])),
        case("transit-of-nobody", TransitAuthorisation, ("msgk-81", "out-of-range /body/daily_capacity"),
            "at least one person a day is let through", Vec::from([Put("/body/daily_capacity", json!(0))])),
        case("person-missing-on-a-leg", BatchReconciliation, ("msgk-82", "conflicting /body/legs/0/sealed"),
            "what went in is what came out", Vec::from([Put("/body/legs/0/removed/medical", json!(0))])),
        case("leg-that-begins-with-one-more", BatchReconciliation, ("msgk-82", "conflicting /body/legs/1/sealed"),
            "a leg begins with those whom the one before it transferred",
            Vec::from([Put("/body/legs/1/sealed", json!(500)), Put("/body/legs/1/transferred", json!(500))])),
        case("reconciled-legs-with-a-gap", BatchReconciliation, ("msgk-82", "conflicting /body/legs/1/leg"),
            "legs are numbered from 1 without a gap", Vec::from([Put("/body/legs/1/leg", json!(3))])),
    ])
}
