//! What the clauses of a charter mean, and what a message states against them.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use serde_json::json;

use crate::codec::value::Value;
use crate::identity::charter::clause::Clause;
use crate::ids::Party;
use crate::message::kind::Kind;
use crate::message::refusal_ground::GroundClass;
use crate::message::refusal_ground::RefusalGround;
use crate::message::retention;
use crate::message::submission::Submission;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;
use crate::procedure::deadline::profile::CLASSES;
use crate::procedure::deadline::profile::Fixed;
use crate::procedure::deadline::profile::Term;
use crate::procedure::profile;
use crate::procedure::profile::Profile;
use crate::procedure::profile::article::Article;
use crate::procedure::profile::article::Waiver;
use crate::procedure::profile::judge;
use crate::registry::RefusalCode;

/// Units: milliseconds.
const HOUR: u64 = 3_600_000;

fn clause(article: &str, party: &str, about: &str, value: &str) -> Clause {
    Clause {
        article: article.into(),
        party: Party::parse(party).ok(),
        about: about.into(),
        value: value.into(),
    }
}

fn read(clauses: &[Clause]) -> Profile {
    let (profile, unread) = profile::read(clauses);
    assert_eq!(unread, []);
    profile
}

/// Why a clause is not read.
fn unread(clause: Clause) -> String {
    let (profile, mut unread) = profile::read(core::slice::from_ref(&clause));
    assert_eq!(profile, Profile::default(), "{clause}");
    assert_eq!(unread.len(), 1, "{clause}");
    unread.remove(0).why
}

fn laos() -> Party {
    Party::parse("LA").unwrap()
}

/// The example of a kind, changed.
fn said(kind: Kind, change: impl FnOnce(&mut Json)) -> Submission {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../spec/examples/{kind}.json"));
    let mut json: Json = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    change(&mut json);
    let tree: Value = serde_json::from_value(json).unwrap();
    Submission::read(&tree).unwrap()
}

fn judged(profile: &Profile, submission: &Submission) -> Option<&'static str> {
    let judged = judge::judge(profile, &laos(), submission.legal_basis(), submission.body());
    judged.err().map(|refusal| {
        assert_eq!(refusal.code, RefusalCode::Safeguard);
        refusal.rule
    })
}

/// A decision of which a ground is stated so, under a treaty and a law.
fn decision(ground: &str, class: &str) -> Submission {
    said(Kind::HandoverDecision, |json| {
        json["body"]["grounds"] = json!([{"ground": ground, "class": class, "law": "Article 9", "reasons": {"withheld": "essential-interest"}}]);
        json["body"]["domestic_prosecution_case"] = json!("LA-2026-CR-000001");
        json["legal_basis"] = json!([
            {"kind": "treaty", "instrument": "Treaty on extradition, LA and CN"},
            {"kind": "domestic-law", "instrument": "Law on Extradition"},
        ]);
    })
}

#[test]
fn every_term_of_the_chapter_can_be_settled_and_every_article_is_read() {
    // shows: prf-3
    let mut clauses: Vec<Clause> =
        Fixed::ALL.iter().map(|term| clause("term", "", term.text(), "1 hour")).collect();
    for class in Urgency::ALL {
        clauses.push(clause("term", "", &format!("{class} acknowledge"), "10 minutes"));
        clauses.push(clause("term", "", &format!("{class} answer"), "2 hours"));
    }
    clauses.extend(
        retention::TERMS.iter().map(|term| clause("retention", "", term.matter, "1 month")),
    );
    clauses.push(clause("rest", "LA", "friday", "weekly"));
    clauses.push(clause("rest", "LA", "2026-04-14", "holiday"));
    clauses.push(clause("ground", "LA", "own-national under treaty", "mandatory"));
    clauses.push(clause("waiver", "LA", "death-penalty", "never"));

    let profile = read(&clauses);

    assert!(Fixed::ALL.iter().all(|term| profile.deadlines.fixed(*term) == Term::Hours(1)));
    assert!(
        CLASSES.iter().all(|(class, _)| profile.deadlines.class(*class).answer == Term::Hours(2))
    );
    assert_eq!(profile.months(Kind::Notice), 1);
    assert_eq!(profile.waiver(&laos()), Waiver::Never);
    let used = |article: &Article| clauses.iter().any(|clause| clause.article == article.text());
    assert!(Article::ALL.iter().all(used));
}

#[test]
fn where_nothing_is_settled_everything_is_as_by_default() {
    // shows: prf-3, prf-11
    let profile = read(&[]);

    assert_eq!(profile, Profile::default());
    assert!(CLASSES.iter().all(|(class, terms)| profile.deadlines.class(*class) == *terms));
    assert!(Fixed::ALL.iter().all(|term| profile.deadlines.fixed(*term) == term.by_default()));
    let same = |kind: &Kind| profile.months(*kind) == retention::term(*kind).months;
    assert!(Kind::all().iter().all(same));
    assert_eq!(profile.waiver(&laos()), Waiver::Lawful);
}

#[test]
fn a_clause_that_is_not_known_changes_nothing_and_is_given_back_with_a_reason() {
    // shows: prf-4
    for (bad, reason) in [
        (clause("tariff", "", "per page", "1"), "no article"),
        (clause("term", "", "U5 answer", "1 day"), "no term"),
        (clause("term", "", "U3 reply", "1 day"), "no term"),
        (clause("term", "", "U3 answer", "soon"), "is no term"),
        (clause("term", "", "U3 answer", "05 days"), "is no term"),
        (clause("term", "", "U3 answer", "1 days"), "is no term"),
        (clause("term", "LA", "U3 answer", "5 days"), "for all Parties"),
        (clause("rest", "", "sunday", "weekly"), "for one Party"),
        (clause("rest", "LA", "sabbath", "weekly"), "neither a weekday"),
        (clause("rest", "LA", "sunday", "holiday"), "`weekly`"),
        (clause("rest", "LA", "2026-02-30", "holiday"), "neither a weekday"),
        (clause("rest", "LA", "2026-04-14", "weekly"), "`holiday`"),
        (clause("ground", "LA", "bad-weather", "mandatory"), "no ground"),
        (clause("ground", "LA", "minor", "strict"), "no class"),
        (clause("waiver", "LA", "torture", "lawful"), "one waiver"),
        (clause("waiver", "LA", "death-penalty", "always"), "`lawful` or `never`"),
        (clause("retention", "", "gossip", "1 month"), "no row"),
    ] {
        let why = unread(bad.clone());
        assert!(why.contains(reason), "{bad}: {why}");
    }
    let good = clause("term", "", "recall report", "12 hours");
    let (profile, left) = profile::read(&[clause("tariff", "", "a", "b"), good]);
    assert_eq!(left.len(), 1);
    assert_eq!(profile.deadlines.fixed(Fixed::RecallReport), Term::Hours(12));
}

#[test]
fn hours_stay_hours_and_every_term_has_a_bound() {
    // shows: prf-5
    for about in [
        "U1 acknowledge",
        "U1 answer",
        "U2 acknowledge",
        "emergency freeze",
        "decision before a release is due",
    ] {
        assert!(unread(clause("term", "", about, "1 day")).contains("by the clock"), "{about}");
    }
    for value in ["0 hours", "721 hours", "1441 minutes", "367 days", "4294967296 days"] {
        unread(clause("term", "", "U4 answer", value));
    }
    let most = read(&[clause("term", "", "U4 answer", "366 days")]);
    assert_eq!(most.deadlines.class(Urgency::U4).answer, Term::Days(366));
    let stricter = read(&[clause("term", "", "U4 answer", "40 hours")]);
    assert_eq!(stricter.deadlines.class(Urgency::U4).answer, Term::Hours(40));
}

#[test]
fn no_clause_makes_a_child_an_adult() {
    // shows: prf-7
    for article in ["age", "minor", "minority"] {
        assert!(unread(clause(article, "LA", "minor below", "16 years")).contains("no article"));
    }
    assert!(Article::ALL.iter().all(|article| !article.text().contains("age")));
}

#[test]
fn the_most_particular_clause_counts_and_of_several_instruments_the_one_that_binds_most() {
    // shows: prf-8
    let bases = decision("own-national", "mandatory");
    let class = |clauses: &[Clause]| {
        read(clauses).class(&laos(), RefusalGround::OwnNational, bases.legal_basis())
    };
    let any = clause("ground", "LA", "own-national", "procedural");
    let kind = clause("ground", "LA", "own-national under treaty", "discretionary");
    let named =
        clause("ground", "LA", "own-national under Treaty on extradition, LA and CN", "mandatory");
    let other = clause("ground", "LA", "own-national under Another treaty", "mandatory");

    assert_eq!(class(&[]), None);
    assert_eq!(class(core::slice::from_ref(&any)), Some(GroundClass::Procedural));
    assert_eq!(class(&[any.clone(), kind.clone()]), Some(GroundClass::Discretionary));
    assert_eq!(class(&[any, kind, named]), Some(GroundClass::Mandatory));
    assert_eq!(class(&[other]), None);
}

#[test]
fn a_ground_is_stated_in_the_class_that_is_settled_for_the_party_of_its_author() {
    // shows: prf-8, prf-9
    let settled = read(&[clause("ground", "LA", "own-national", "mandatory")]);
    let elsewhere = read(&[clause("ground", "TH", "own-national", "mandatory")]);
    let (strict, mild) =
        (decision("own-national", "mandatory"), decision("own-national", "discretionary"));

    assert_eq!(judged(&settled, &strict), None);
    assert_eq!(judged(&settled, &mild), Some("prf-8"));
    assert_eq!(judged(&elsewhere, &mild), None, "its own law says it");
    assert_eq!(judged(&read(&[]), &decision("political-offence", "discretionary")), Some("prf-8"));
    let loosened = read(&[clause("ground", "LA", "political-offence", "discretionary")]);
    assert_eq!(judged(&loosened, &decision("political-offence", "discretionary")), None);
}

#[test]
fn nothing_is_settled_about_torture_and_persecution() {
    // shows: prf-8
    for ground in ["torture-or-ill-treatment-risk", "discriminatory-purpose"] {
        let why = unread(clause("ground", "LA", ground, "discretionary"));
        assert!(why.contains("binds every Party"), "{why}");
        assert_eq!(judged(&read(&[]), &decision(ground, "discretionary")), Some("prf-8"));
        assert_eq!(judged(&read(&[]), &decision(ground, "mandatory")), None);
    }
}

#[test]
fn every_kind_that_states_a_ground_is_held_against_the_charter() {
    // shows: prf-9
    let class_of = |json: &mut Json| {
        let body = &mut json["body"];
        let listed = if body["per_asset"].is_array() {
            let refused = body["per_asset"].as_array().unwrap().iter();
            let at = refused.clone().position(|asset| asset["grounds"].is_array()).unwrap();
            &mut body["per_asset"][at]["grounds"]
        } else {
            &mut body["grounds"]
        };
        listed[0]["ground"] = json!("political-offence");
        listed[0]["class"] = json!("procedural");
    };
    for kind in judge::STATING {
        let submission = said(*kind, |json| {
            if *kind == Kind::DataPreservationReply {
                let stated =
                    json!([{"law": "Article 1", "reasons": {"withheld": "essential-interest"}}]);
                json["body"] = json!({"outcome": "refused", "grounds": stated});
            }
            class_of(json);
        });
        assert_eq!(judged(&read(&[]), &submission), Some("prf-8"), "{kind}");
    }
}

#[test]
fn a_party_that_never_does_without_the_promise_is_not_let_do_so() {
    // shows: prf-10
    let never = read(&[clause("waiver", "LA", "death-penalty", "never")]);
    for kind in [Kind::HandoverDecision, Kind::SpecialtyConsentDecision] {
        let waives = said(kind, |json| {
            json["body"]["death_penalty_waiver"] = json!({"lang": "en", "text": "By article 12."});
        });

        assert_eq!(judged(&never, &waives), Some("prf-10"), "{kind}");
        assert_eq!(judged(&read(&[]), &waives), None, "{kind}");
        assert_eq!(judged(&never, &said(kind, |_| ())), None, "{kind}");
    }
}

#[test]
fn silence_closes_no_request_before_the_term_that_is_settled_for_it() {
    // shows: rfi-24
    // Laos counts its days seven hours ahead: 14 days after 1 January 1970 end at 17:00 of the 15th in UTC.
    let (made, end) = (Timestamp::from_millis(0), Timestamp::from_millis((14 * 24 + 17) * HOUR));
    let sooner = Timestamp::from_millis(end.millis() - 1);
    let rule = |profile: &Profile, closes_at| {
        let judged = judge::judge_silence(profile, &laos(), (made, closes_at));
        judged.err().map(|refusal| (refusal.code, refusal.rule))
    };
    let refused = Some((RefusalCode::Safeguard, "rfi-24"));
    assert_eq!(rule(&read(&[]), end), None);
    assert_eq!(rule(&read(&[]), sooner), refused);
    assert_eq!(rule(&read(&[]), made), refused, "the same day");

    let settled =
        |value| read(&[clause("term", "", "word on an answered request for information", value)]);
    assert_eq!(rule(&settled("15 days"), end), refused);
    assert_eq!(rule(&settled("13 days"), sooner), None);
}

#[test]
fn the_months_that_are_settled_are_those_that_are_said() {
    // shows: prf-11
    let profile = read(&[clause("retention", "", "intelligence", "9 months")]);

    assert_eq!(profile.months(Kind::IntelligenceReport), 9);
    assert_eq!(profile.months(Kind::Notice), 36);
    for value in ["0 months", "61 months", "9 month", "9"] {
        unread(clause("retention", "", "intelligence", value));
    }
}
