//! What is kept of a body: enough for the state, and none of its words.

extern crate std;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use serde_json::json;

use super::told;
use crate::codec::value::Value;
use crate::crypto::digest;
use crate::message::assurance::AssuranceKind;
use crate::message::body::Body;
use crate::message::intelligence::information_reply::ReplyStatus;
use crate::message::kind::Kind;
use crate::moment::Timestamp;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::common::CommonFact;
use crate::procedure::control::ControlFact;
use crate::procedure::evidence::EvidenceFact;
use crate::procedure::exchange::fact::DeconflictionFact;
use crate::procedure::exchange::fact::ExchangeFact;
use crate::procedure::exchange::fact::FeedFact;
use crate::procedure::exchange::fact::NoticeFact;
use crate::procedure::exchange::fact::RightsFact;
use crate::procedure::fact::Fact;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::information::fact::InformationFact;
use crate::procedure::rescue::fact::RescueFact;

fn example(kind: Kind) -> Json {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/examples");
    let text = fs::read_to_string(folder.join(format!("{kind}.json"))).unwrap();
    let submission: Json = serde_json::from_str(&text).unwrap();
    submission["body"].clone()
}

fn fact(kind: Kind) -> Fact {
    fact_of(kind, &example(kind))
}

fn fact_of(kind: Kind, body: &Json) -> Fact {
    let tree: Value = serde_json::from_value(body.clone()).unwrap();
    Fact::of(&Body::read(kind, &tree).unwrap())
}

/// A case of `spec/vectors/fact`: what a body states.
fn case(name: &str, explains: &str, kind: Kind, body: &Json) {
    let fact = fact_of(kind, body);
    let spec = ["pro-6"];
    let case =
        json!({ "explains": explains, "spec": spec, "kind": kind, "body": body, "fact": fact });
    told::compare(&format!("fact/{name}.json"), &case);
}

#[test]
fn every_body_states_the_fact_that_the_vectors_show() {
    // shows: pro-6
    for kind in Kind::all() {
        let explains = format!("what the example of {kind} states");
        case(kind.text(), &explains, *kind, &example(*kind));
    }
    let declined = json!({ "answer": "declined" });
    varied(
        "schedule-answer-declined",
        "a declined schedule is planned anew",
        Kind::ScheduleAnswer,
        declined,
    );
    let third = example(Kind::HandoverCertificate)["results"][2].clone();
    let mut refused = json!({ "results": [third], "count_transferred": 0 });
    refused["results"][0]["outcome"] = json!("refused-by-receiver");
    let explains = "a person whom the receiving side did not take";
    varied("handover-certificate-refused", explains, Kind::HandoverCertificate, refused);
    for (word, by_court, name, explains) in [
        ("released", json!(false), "released", "a person who was released without a court"),
        ("released", json!(true), "freed", "a person whom a court set free"),
        ("escaped", Json::Null, "escaped", "a person who escaped"),
        ("deceased", Json::Null, "deceased", "a person who died"),
        ("located", Json::Null, "located", "a person who was found and is held by nobody"),
    ] {
        let change = json!({ "kind": word, "released_by_court": by_court, "detention": null });
        varied(&format!("custody-event-{name}"), explains, Kind::CustodyEvent, change);
    }
    grounds_state_what_binds();
    what_follows_a_handover_states_what_the_person_may_be_tried_for();
}

/// Of the grounds that a Party names only those count by which it must refuse.
fn grounds_state_what_binds() {
    let stated = |ground: &str, class: &str| {
        let mut stated = example(Kind::IntentToRefuse)["grounds"][0].clone();
        (stated["ground"], stated["class"]) = (json!(ground), json!(class));
        stated
    };
    let (free, bound) = ("own-national", "political-offence");
    let torture = stated("torture-or-ill-treatment-risk", "discretionary");
    let mut political = stated(bound, "mandatory");
    political["offences"] = json!([2]);
    let grounds = json!({ "grounds": [stated(free, "discretionary"), political, torture] });
    varied(
        "intent-to-refuse-mandatory",
        "an intent to refuse by grounds that bind and one that does not",
        Kind::IntentToRefuse,
        grounds,
    );
    let mut offences = example(Kind::HandoverRequest)["offences"].clone();
    offences[0]["max_penalty"] = json!({ "kind": "fine" });
    offences[0].as_object_mut().unwrap().remove("equivalent_law_in_requested");
    let fields = json!({ "limitation_not_expired": false, "offences": offences });
    varied(
        "handover-request-grounds",
        "a request that opens grounds by what it says and leaves out",
        Kind::HandoverRequest,
        fields,
    );
    let met = json!([{
        "ground": bound,
        "law": "Law on Extradition, article 9",
        "reasons": { "lang": "en", "text": "The act was aimed at nobody's opinion." },
    }]);
    varied(
        "handover-decision-met",
        "a grant that says which ground is met",
        Kind::HandoverDecision,
        json!({ "grounds_met": met }),
    );
}

fn what_follows_a_handover_states_what_the_person_may_be_tried_for() {
    let batch = json!({ "certificate": "0195a1c4-2f00-7d11-8b02-3c4d5e6f7081", "entry": 3 });
    varied(
        "custody-event-by-batch",
        "a person who arrived with a batch",
        Kind::CustodyEvent,
        json!({ "kind": "transferred", "by_batch": batch }),
    );
    for (word, explains) in
        [("death", "a person who died after a handover"), ("other", "something else")]
    {
        varied(
            &format!("post-handover-incident-{word}"),
            explains,
            Kind::PostHandoverIncident,
            json!({ "kind": word, "assurance": null }),
        );
    }
    let offences = example(Kind::SpecialtyConsentRequest)["matter"]["new_offences"].clone();
    let matter = json!({ "onward_surrender": { "to": "VN", "offences": offences } });
    varied(
        "specialty-consent-request-onward",
        "a request to give a person on",
        Kind::SpecialtyConsentRequest,
        json!({ "matter": matter }),
    );
    varied(
        "case-outcome-notice-freed",
        "a person who was set free",
        Kind::CaseOutcomeNotice,
        json!({ "outcome": "released", "sentence": null }),
    );
}

/// A case of an example with other fields; null takes one away.
fn varied(name: &str, explains: &str, kind: Kind, fields: Json) {
    let mut body = example(kind);
    for (field, value) in fields.as_object().unwrap() {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(field);
        } else {
            body[field.as_str()] = value.clone();
        }
    }
    case(name, explains, kind, &body);
}

/// Every text in a value.
fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::String(text) => Vec::from([text.clone()]),
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::Object(map) => map.values().flat_map(texts).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => Vec::new(),
    }
}

#[test]
fn a_fact_has_none_of_the_words_of_its_body() {
    // shows: pro-6
    for kind in Kind::all() {
        let kept = format!("{:?}", fact(*kind));
        for text in texts(&example(*kind)) {
            let is_prose = text.contains(' ') || !text.is_ascii();
            assert!(!is_prose || !kept.contains(&text), "{kind} keeps {text:?}");
        }
    }
}

#[test]
fn questions_and_answers_are_kept_by_the_digest_of_their_ids() {
    // shows: pro-6
    let Fact::Information(InformationFact::Requested(request)) = fact(Kind::RequestForInformation)
    else {
        panic!("another fact");
    };
    assert_eq!(request.questions[0], digest::sha256(b"q1"));
    let Fact::Information(InformationFact::Replied(reply)) = fact(Kind::InformationReply) else {
        panic!("another fact");
    };
    let answers = [ReplyStatus::Partial, ReplyStatus::Refused, ReplyStatus::Pending];
    let said: Vec<ReplyStatus> = reply.answers.iter().map(|(_, status)| *status).collect();
    assert_eq!(said, answers);
    assert_eq!(reply.answers[0].0, digest::sha256(b"q1"));
    assert!(reply.court_refused && reply.names_route && reply.redirects);
    assert!(reply.next_update_by.is_some() && reply.closes_at > reply.next_update_by);
}

#[test]
fn of_several_promises_of_one_kind_the_one_that_binds_longest_is_kept() {
    // shows: ho-81
    let endless = |kind: &str| {
        let text = json!({"lang": "en", "text": "As agreed."});
        json!({"kind": kind, "given_by": "Ministry of Justice", "text": text})
    };
    let promise = |kind: &str, until: &str| {
        let mut promise = endless(kind);
        promise["valid_until"] = json!(until);
        promise
    };
    let (early, late) = ("2026-06-01T12:00:00+08:00", "2027-06-01T12:00:00+08:00");
    let mut body = example(Kind::ConsultationViews);
    body["assurances"] = json!([
        promise("no-death-penalty", late),
        promise("no-death-penalty", early),
        promise("retrial", early),
        endless("retrial"),
    ]);
    case(
        "consultation-views-until",
        "what views promise for a time only",
        Kind::ConsultationViews,
        &body,
    );
    varied(
        "handover-request-until",
        "a request that spares the life for a time only",
        Kind::HandoverRequest,
        json!({
            "assurances": [promise("no-death-penalty", late), promise("no-death-penalty", early)],
        }),
    );
    let Fact::Handover(HandoverFact::Viewed { promises, until }) =
        fact_of(Kind::ConsultationViews, &body)
    else {
        panic!("another fact");
    };
    let kinds = [AssuranceKind::NoDeathPenalty, AssuranceKind::Retrial];
    assert_eq!(promises, BTreeSet::from(kinds));
    let end = Timestamp::from_millis(1_811_822_400_000);
    assert_eq!(until, BTreeSet::from([(kinds[0], end)]), "one promise of a new trial has no end");
}

#[test]
fn a_delta_is_kept_as_two_points_of_its_feed() {
    // shows: pro-6
    let Fact::Exchange(ExchangeFact::Feed(FeedFact::Changed { feed, from, to })) =
        fact(Kind::FeedDelta)
    else {
        panic!("another fact");
    };
    assert_eq!((from.seq, to.seq), (1, 9));
    assert_ne!(from.root, to.root);
    let Fact::Exchange(ExchangeFact::Feed(FeedFact::Whole { feed: opened, .. })) =
        fact(Kind::FeedSnapshot)
    else {
        panic!("another fact");
    };
    assert_eq!((feed, feed), (opened, digest::sha256(b"CN-FEED-INFRA-1")));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: one line for each kind")]
fn every_body_bears_on_the_procedure_that_it_is_for() {
    // shows: pro-6
    use ExchangeFact::Deconfliction;
    use ExchangeFact::Feed;
    use ExchangeFact::Notice;
    use ExchangeFact::Rights;
    let fits = |kind: Kind| match (kind, fact(kind)) {
        (kind, Fact::Common(fact)) => match fact {
            CommonFact::Reported => kind == Kind::IntelligenceReport,
            CommonFact::InformationGiven => kind == Kind::AdditionalInformationReply,
            CommonFact::Valued { .. } => kind == Kind::UsefulnessFeedback,
            CommonFact::Acknowledged { .. }
            | CommonFact::Withdrawn
            | CommonFact::Lapsed { .. }
            | CommonFact::InformationAsked { .. }
            | CommonFact::Joined { .. }
            | CommonFact::Confirmed { .. }
            | CommonFact::Resolved { .. }
            | CommonFact::Corrected { .. } => true,
        },
        (Kind::OnwardTransferRequest, Fact::Control(ControlFact::TransferAsked(asked))) => {
            !asked.recipients.is_empty()
        }
        (Kind::OnwardTransferDecision, Fact::Control(fact)) => {
            matches!(fact, ControlFact::TransferDecided { granted: true, .. })
        }
        (Kind::Recall, Fact::Control(ControlFact::Recalled { targets, .. })) => !targets.is_empty(),
        (Kind::RecallReport, Fact::Control(ControlFact::RecallReported { report, .. })) => {
            report.passed_on <= report.onward_copies
        }
        (
            Kind::RequestForInformation | Kind::InformationReply | Kind::Notice | Kind::Sighting,
            Fact::Handover(_) | Fact::Note,
        ) => false,
        (
            _,
            Fact::Handover(_)
            | Fact::Outcome(_)
            | Fact::Freezing(_)
            | Fact::Operation(_)
            | Fact::Cycle(_)
            | Fact::Note,
        ) => true,
        (Kind::RequestForInformation | Kind::InformationReply, Fact::Information(_)) => true,
        (kind, Fact::Batch(fact)) => match fact {
            BatchFact::Listed(manifest) => {
                kind == Kind::BatchManifest && manifest.ready && manifest.way.len() == 3
            }
            BatchFact::Reviewed { strikes, .. } => {
                kind == Kind::ManifestReview && strikes == BTreeSet::from([4])
            }
            BatchFact::Sealed { .. } => kind == Kind::ManifestSeal,
            BatchFact::TakenOff(removal) => {
                kind == Kind::ManifestRemoval && removal.entries == BTreeSet::from([311])
            }
            BatchFact::Guaranteed { entries, .. } => {
                kind == Kind::ReceptionGuarantee && entries.len() == 4
            }
            BatchFact::LetThrough { daily } => kind == Kind::TransitAuthorisation && daily == 500,
            BatchFact::Reconciled { account, .. } => {
                kind == Kind::BatchReconciliation && account.balances()
            }
        },
        (kind, Fact::Rescue(fact)) => match fact {
            RescueFact::Reported { home, .. } => kind == Kind::RescueRequest && home.is_some(),
            RescueFact::Updated(update) => {
                kind == Kind::RescueUpdate && update.child == Some(false)
            }
        },
        (kind, Fact::Evidence(fact)) => match fact {
            EvidenceFact::Transferred => kind == Kind::EvidenceTransfer,
            EvidenceFact::Receipted => kind == Kind::EvidenceReceipt,
            EvidenceFact::PreservationAsked => kind == Kind::DataPreservationRequest,
            EvidenceFact::PreservationAnswered => kind == Kind::DataPreservationReply,
        },
        (kind, Fact::Exchange(fact)) => match fact {
            Notice(NoticeFact::Published { .. }) => kind == Kind::Notice,
            Notice(NoticeFact::Seen { .. }) => kind == Kind::Sighting,
            Notice(NoticeFact::Challenged { .. }) => kind == Kind::NoticeChallenge,
            Notice(NoticeFact::Asked { .. }) => kind == Kind::ValidityQuery,
            Notice(NoticeFact::Confirmed { .. }) => kind == Kind::ValidityConfirmation,
            Deconfliction(DeconflictionFact::Asked { identifiers }) => {
                kind == Kind::DeconflictionQuery && identifiers > 0
            }
            Deconfliction(DeconflictionFact::Answered { answers, hits, .. }) => {
                kind == Kind::DeconflictionReply && (1..=answers).contains(&hits)
            }
            Deconfliction(DeconflictionFact::Told { hits, .. }) => {
                kind == Kind::CoreData && hits > 0
            }
            Feed(FeedFact::Whole { .. }) => kind == Kind::FeedSnapshot,
            Feed(FeedFact::Changed { .. }) => kind == Kind::FeedDelta,
            Feed(FeedFact::Missed { .. }) => kind == Kind::FeedGapRequest,
            Feed(FeedFact::Blocked(effect)) => {
                kind == Kind::BlockEffectReport && effect.from < effect.until
            }
            Feed(FeedFact::Disputed { .. }) => kind == Kind::IndicatorDispute,
            Feed(FeedFact::Decided { .. }) => kind == Kind::DisputeDecision,
            Rights(RightsFact::Asked { items, .. }) => {
                kind == Kind::SubjectRightsNotice && !items.is_empty()
            }
            Rights(RightsFact::Answered { .. }) => kind == Kind::SubjectRightsAnswer,
        },
        _ => false,
    };
    for kind in Kind::all() {
        assert!(fits(*kind), "{kind}: {:?}", fact(*kind));
    }
}
