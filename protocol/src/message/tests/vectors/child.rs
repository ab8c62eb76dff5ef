//! Cases of what is said of somebody who may be a child.

use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use super::Case;
use super::Edit::Cut;
use super::Edit::Put;
use super::case;
use crate::message::kind::Kind;

const DIGEST: &str = "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";

/// What was determined for a child, and who is with it.
pub(in crate::message::tests) fn child() -> Json {
    json!({
        "best_interests_ref": "LA-BID-2026-0007", "best_interests_digest": DIGEST,
        "companion": {"relation": "child-protection", "reference": "LA-CP-0031"},
    })
}

/// Who found that somebody is a grown-up.
pub(in crate::message::tests) fn grown_up() -> Json {
    json!({
        "reference": "LA-AGE-2026-0003", "digest": DIGEST,
        "made_by": "Institute of forensic medicine, exercise office",
    })
}

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    use Kind::HandoverDecision;
    use Kind::Notice;
    use Kind::ProvisionalArrestRequest;
    Vec::from([
        case("child-granted", HandoverDecision, ("msgk-140", "accepted"),
            "a grant says what was determined for a child and who goes along", Vec::from([Put("/body/child", child())])),
        case("age-assessed-in-a-grant", HandoverDecision, ("msgk-140", "accepted"),
            "a grant says who found that the person is a grown-up", Vec::from([Put("/body/age_assessment", grown_up())])),
        case("arrest-of-a-child", ProvisionalArrestRequest, ("msgk-141", "accepted"),
            "an arrest request says who is with a child", Vec::from([Put("/body/minor", json!("uncertain")), Put("/body/child", child())])),
        case("arrest-of-a-grown-up-whose-age-was-assessed", ProvisionalArrestRequest, ("msgk-141", "accepted"),
            "an arrest request names the assessment of age",
            Vec::from([Put("/body/minor", json!("no")), Put("/body/age_assessment", grown_up())])),
        case("child-wanted", Notice, ("msgk-141", "accepted"),
            "a wanted notice says who is with a child", Vec::from([Put("/body/minor", json!("yes")), Put("/body/child", child())])),
    ])
}

#[rustfmt::skip]
pub(super) fn bad() -> Vec<Case> {
    use Kind::HandoverDecision;
    use Kind::Notice;
    use Kind::ProvisionalArrestRequest;
    Vec::from([
        case("child-and-grown-up", HandoverDecision, ("msgk-140", "conflicting /body/age_assessment"),
            "somebody is a child or a grown-up", Vec::from([Put("/body/child", child()), Put("/body/age_assessment", grown_up())])),
        case("child-without-a-companion", HandoverDecision, ("msgk-140", "missing /body/child/companion"),
            "a child goes with somebody", Vec::from([Put("/body/child", child()), Cut("/body/child/companion")])),
        case("companion-without-a-relation", HandoverDecision, ("msgk-140", "missing /body/child/companion/relation"),
            "a companion says what they are to the child", Vec::from([Put("/body/child", child()), Cut("/body/child/companion/relation")])),
        case("arrest-of-a-child-without-care", ProvisionalArrestRequest, ("msgk-141", "missing /body/child"),
            "no child is arrested before it is determined what is best for it", Vec::from([Put("/body/minor", json!("yes"))])),
        case("arrest-with-care-for-no-child", ProvisionalArrestRequest, ("msgk-141", "conflicting /body/child"),
            "only of a child it is said who cares for it", Vec::from([Put("/body/child", child())])),
        case("arrest-of-a-child-who-is-grown-up", ProvisionalArrestRequest, ("msgk-141", "conflicting /body/age_assessment"),
            "whose age was assessed is no child", Vec::from([
                Put("/body/minor", json!("uncertain")), Put("/body/child", child()), Put("/body/age_assessment", grown_up())])),
        case("child-wanted-without-care", Notice, ("msgk-141", "missing /body/child"),
            "nobody looks for a child to be arrested before it is determined what is best for it", Vec::from([Put("/body/minor", json!("uncertain"))])),
    ])
}
