//! Cases of freezing and recovery.

use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use super::Case;
use super::Cut;
use super::Put;
use super::case;
use super::said;
use crate::message::kind::Kind;

fn grounds() -> Json {
    json!([{"ground": "no-legal-basis", "class": "procedural", "law": "Anti-Money Laundering Act, section 48",
        "reasons": {"given": said("The order does not name it.")}}])
}

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    use Kind::AssetDispositionNotice;
    use Kind::AssetRecoveryDecision;
    use Kind::AssetRecoveryRequest;
    use Kind::FreezingReport;
    use Kind::FreezingRequest;
    use Kind::InterimDisposal;
    Vec::from([
        case("emergency-hold", FreezingRequest, ("msgk-100", "accepted"),
            "an emergency hold comes before any order",
            Vec::from([Put("/body/measure", json!("emergency-hold")), Cut("/body/order_ref")])),
        case("asset-held", FreezingReport, ("msgk-101", "accepted"),
            "what is held goes free at some time",
            Vec::from([Put("/body/per_asset/0/status", json!("held")), Cut("/body/per_asset/0/balance")])),
        case("asset-not-found", FreezingReport, ("msgk-101", "accepted"),
            "what was not found has nothing beside it",
            Vec::from([Put("/body/per_asset", json!([{"asset": 1, "status": "not-found"}]))])),
        case("asset-released-on-withdrawal", FreezingReport, ("msgk-101", "accepted"),
            "a withdrawal sets an asset free",
            Vec::from([Put("/body/per_asset/3/released", json!("on-withdrawal"))])),
        case("shares-proposed", AssetRecoveryRequest, ("msgk-103", "accepted"),
            "shares add up to a hundred",
            Vec::from([Put("/body/basis", json!("sharing")), Cut("/body/victim_list_ref"),
                Put("/body/proposal_share", json!([{"party": "LA", "percent": 60}, {"party": "TH", "percent": 40}]))])),
        case("asset-confiscated", AssetRecoveryDecision, ("msgk-104", "accepted"),
            "without a claim that pauses it an asset is confiscated",
            Vec::from([Cut("/body/per_asset/0/paused_by_claim"), Put("/body/per_asset/0/confiscated", json!(true))])),
        case("disposal-with-consent", InterimDisposal, ("msgk-105", "accepted"),
            "the owner's consent allows it", Vec::from([Put("/body/authority", json!({"consent": "TH-CS-2026-0001"}))])),
        case("assets-retained", AssetDispositionNotice, ("msgk-106", "accepted"),
            "all of it stays, less what it cost",
            Vec::from([Put("/body/disposition", json!("retained")), Cut("/body/returned"), Cut("/body/shared"),
                Put("/body/retained/amount", json!("1230000.5"))])),
    ])
}

pub(super) fn bad() -> Vec<Case> {
    [bad_freezing(), bad_recovery(), bad_dispositions()].into_iter().flatten().collect()
}

#[rustfmt::skip]
fn bad_freezing() -> Vec<Case> {
    use Kind::FreezingExtensionRequest;
    use Kind::FreezingReport;
    use Kind::FreezingRequest;
    Vec::from([
        case("order-not-named", FreezingRequest, ("msgk-100", "missing /body/order_ref"),
            "whoever asks for an order's execution names it", Vec::from([Cut("/body/order_ref")])),
        case("emergency-hold-with-an-order", FreezingRequest, ("msgk-100", "conflicting /body/order_ref"),
            "with an order it is no emergency hold", Vec::from([Put("/body/measure", json!("emergency-hold"))])),
        case("formal-request-after-the-hold", FreezingRequest, ("msgk-100", "conflicting /body/formal_request_by"),
            "the formal request arrives before the hold ends", Vec::from([Put("/body/formal_request_by", json!("2026-03-18T05:00:01+07:00"))])),
        case("asset-reported-twice", FreezingReport, ("msgk-101", "repeated /body/per_asset/1"),
            "each asset stands once", Vec::from([Put("/body/per_asset/1/asset", json!(1))])),
        case("frozen-without-an-end", FreezingReport, ("msgk-101", "missing /body/per_asset/0/valid_until"),
            "what is frozen goes free at some time", Vec::from([Cut("/body/per_asset/0/valid_until")])),
        case("frozen-without-a-renewal", FreezingReport, ("msgk-101", "missing /body/per_asset/0/renew_by"),
            "what is frozen can be renewed by some time", Vec::from([Cut("/body/per_asset/0/renew_by")])),
        case("renewed-after-the-end", FreezingReport, ("msgk-101", "conflicting /body/per_asset/0/renew_by"),
            "a renewal comes before the end", Vec::from([Put("/body/per_asset/0/renew_by", json!("2026-04-15T00:00:01+07:00"))])),
        case("end-of-what-is-not-frozen", FreezingReport, ("msgk-101", "conflicting /body/per_asset/1/valid_until"),
            "only what is held or frozen has an end", Vec::from([Put("/body/per_asset/1/valid_until", json!("2026-04-15T00:00:00+07:00"))])),
        case("renewal-of-what-is-not-frozen", FreezingReport, ("msgk-101", "conflicting /body/per_asset/3/renew_by"),
            "only what is held or frozen is renewed", Vec::from([Put("/body/per_asset/3/renew_by", json!("2026-04-15T00:00:00+07:00"))])),
        case("part-without-a-balance", FreezingReport, ("msgk-101", "missing /body/per_asset/0/balance"),
            "a part says how much it is", Vec::from([Cut("/body/per_asset/0/balance")])),
        case("already-frozen-without-a-rank", FreezingReport, ("msgk-101", "missing /body/per_asset/1/rank"),
            "behind another order there is a rank", Vec::from([Cut("/body/per_asset/1/rank")])),
        case("rank-without-another-order", FreezingReport, ("msgk-101", "conflicting /body/per_asset/0/rank"),
            "only behind another order there is a rank", Vec::from([Put("/body/per_asset/0/rank", json!(2))])),
        case("freezing-refused-without-grounds", FreezingReport, ("msgk-101", "missing /body/per_asset/2/grounds"),
            "a refusal names its grounds", Vec::from([Cut("/body/per_asset/2/grounds")])),
        case("frozen-with-grounds", FreezingReport, ("msgk-101", "conflicting /body/per_asset/0/grounds"),
            "only a refusal has grounds", Vec::from([Put("/body/per_asset/0/grounds", grounds())])),
        case("released-without-a-cause", FreezingReport, ("msgk-101", "missing /body/per_asset/3/released"),
            "a release says by whom", Vec::from([Cut("/body/per_asset/3/released")])),
        case("cause-without-a-release", FreezingReport, ("msgk-101", "conflicting /body/per_asset/0/released"),
            "only a released asset says why it is free", Vec::from([Put("/body/per_asset/0/released", json!("by-court"))])),
        case("claim-twice", FreezingReport, ("msgk-101", "repeated /body/third_party_claims/1"),
            "each claim stands once",
            Vec::from([Put("/body/third_party_claims/-", json!({"asset": 2, "claim_ref": "TH-CL-2026-0003", "claimant": "Somebody else",
                "what": said("It is ours.")}))])),
        case("nothing-to-extend", FreezingExtensionRequest, ("msgk-102", "too-few /body/assets"),
            "an extension is that of an asset", Vec::from([Put("/body/assets", json!([]))])),
        case("extended-twice", FreezingExtensionRequest, ("msgk-102", "repeated /body/assets/1"),
            "each asset stands once", Vec::from([Put("/body/assets", json!([1, 1]))])),
        case("claimants-told-of-what-is-not-released", FreezingReport, ("msgk-101", "conflicting /body/per_asset/0/claimants_told"),
            "claimants are told of a release", Vec::from([Put("/body/per_asset/0/claimants_told", json!(["TH-CL-2026-0003"]))])),
        case("claimant-told-twice", FreezingReport, ("msgk-101", "repeated /body/per_asset/3/claimants_told/1"),
            "each claim stands once", Vec::from([Put("/body/per_asset/3/claimants_told/-", json!("TH-CL-2026-0001"))])),
        case("claim-settled-twice", FreezingReport, ("msgk-101", "repeated /body/settled_claims/1"),
            "each claim is settled once", Vec::from([Put("/body/settled_claims/-", json!({"claim_ref": "TH-CL-2026-0001", "outcome": "upheld"}))])),
        case("claim-raised-and-settled", FreezingReport, ("msgk-101", "conflicting /body/settled_claims/0"),
            "a claim is settled after it was raised", Vec::from([Put("/body/settled_claims/0/claim_ref", json!("TH-CL-2026-0003"))])),
    ])
}

#[rustfmt::skip]
fn bad_recovery() -> Vec<Case> {
    use Kind::AssetRecoveryDecision;
    use Kind::AssetRecoveryRequest;
    use Kind::InterimDisposal;
    let shared = |shares: Json| Vec::from([Put("/body/basis", json!("sharing")), Put("/body/proposal_share", shares)]);
    Vec::from([
        case("victims-without-a-list", AssetRecoveryRequest, ("msgk-103", "missing /body/victim_list_ref"),
            "a return to victims names them", Vec::from([Cut("/body/victim_list_ref")])),
        case("shares-of-what-is-not-shared", AssetRecoveryRequest, ("msgk-103", "conflicting /body/proposal_share"),
            "shares are proposed where assets are shared",
            Vec::from([Put("/body/proposal_share", json!([{"party": "LA", "percent": 100}]))])),
        case("shares-that-do-not-add-up", AssetRecoveryRequest, ("msgk-103", "conflicting /body/proposal_share"),
            "shares add up to a hundred", shared(json!([{"party": "LA", "percent": 60}, {"party": "TH", "percent": 30}]))),
        case("share-twice", AssetRecoveryRequest, ("msgk-103", "repeated /body/proposal_share/1"),
            "each Party has one share", shared(json!([{"party": "LA", "percent": 60}, {"party": "LA", "percent": 40}]))),
        case("recovery-refused-without-grounds", AssetRecoveryDecision, ("msgk-104", "missing /body/per_asset/1/grounds"),
            "a refusal names its grounds", Vec::from([Cut("/body/per_asset/1/grounds")])),
        case("recovery-granted-with-grounds", AssetRecoveryDecision, ("msgk-104", "conflicting /body/per_asset/0/grounds"),
            "only a refusal has grounds", Vec::from([Put("/body/per_asset/0/grounds", grounds())])),
        case("confiscated-although-refused", AssetRecoveryDecision, ("msgk-104", "conflicting /body/per_asset/1/confiscated"),
            "what is refused is not confiscated", Vec::from([Put("/body/per_asset/1/confiscated", json!(true))])),
        case("confiscated-although-paused", AssetRecoveryDecision, ("msgk-104", "conflicting /body/per_asset/0/confiscated"),
            "a claim pauses a confiscation", Vec::from([Put("/body/per_asset/0/confiscated", json!(true))])),
        case("refusal-paused-by-a-claim", AssetRecoveryDecision, ("msgk-104", "conflicting /body/per_asset/1/paused_by_claim"),
            "a claim pauses what was granted", Vec::from([Put("/body/per_asset/1/paused_by_claim", json!("TH-CL-2026-0003"))])),
        case("asset-decided-twice", AssetRecoveryDecision, ("msgk-104", "repeated /body/per_asset/1"),
            "each asset is decided once", Vec::from([Put("/body/per_asset/1/asset", json!(1))])),
        case("disposal-without-authority", InterimDisposal, ("msgk-105", "missing /body/authority"),
            "a consent or an order of a court", Vec::from([Put("/body/authority", json!({}))])),
        case("disposal-with-both-authorities", InterimDisposal, ("msgk-105", "conflicting /body/authority"),
            "one of the two", Vec::from([Put("/body/authority/consent", json!("TH-CS-2026-0001"))])),
    ])
}

#[rustfmt::skip]
fn bad_dispositions() -> Vec<Case> {
    use Kind::AssetDispositionNotice;
    let moved = |disposition: &str| Put("/body/disposition", json!(disposition));
    Vec::from([
        case("amounts-that-do-not-add-up", AssetDispositionNotice, ("msgk-106", "conflicting /body/converted/amount"),
            "the parts add up to the whole", Vec::from([Put("/body/converted/amount", json!("1250000.51"))])),
        case("amounts-without-the-costs", AssetDispositionNotice, ("msgk-106", "conflicting /body/converted/amount"),
            "costs are a part of the whole", Vec::from([Cut("/body/costs")])),
        case("amount-too-fine-to-add", AssetDispositionNotice, ("msgk-106", "conflicting /body/converted/amount"),
            "at most 18 digits after the point", Vec::from([Put("/body/costs/amount", json!("20000.0000000000000000000"))])),
        case("amounts-of-two-currencies", AssetDispositionNotice, ("msgk-106", "conflicting /body/converted/currency"),
            "all amounts are of one currency", Vec::from([Put("/body/costs/currency", json!("LAK"))])),
        case("returned-to-nobody", AssetDispositionNotice, ("msgk-106", "missing /body/returned"),
            "what is returned goes to somebody",
            Vec::from([moved("returned"), Cut("/body/returned"), Put("/body/retained/amount", json!("830000"))])),
        case("shared-with-nobody", AssetDispositionNotice, ("msgk-106", "missing /body/shared"),
            "what is shared goes to Parties", Vec::from([Cut("/body/shared"), Put("/body/retained/amount", json!("430000.5"))])),
        case("retained-without-an-amount", AssetDispositionNotice, ("msgk-106", "missing /body/retained"),
            "what is retained is an amount",
            Vec::from([moved("retained"), Cut("/body/retained"), Cut("/body/returned"), Cut("/body/shared"),
                Put("/body/costs/amount", json!("1250000.5"))])),
        case("retained-and-returned", AssetDispositionNotice, ("msgk-106", "conflicting /body/returned"),
            "what is retained is not returned",
            Vec::from([moved("retained"), Cut("/body/shared"), Put("/body/retained/amount", json!("430000.5"))])),
        case("retained-and-shared", AssetDispositionNotice, ("msgk-106", "conflicting /body/shared"),
            "what is retained is not shared",
            Vec::from([moved("retained"), Cut("/body/returned"), Put("/body/retained/amount", json!("830000"))])),
    ])
}
