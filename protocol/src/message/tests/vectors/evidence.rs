//! Cases of evidence.

use alloc::format;
use alloc::vec::Vec;

use serde_json::json;

use super::Case;
use super::Cut;
use super::Put;
use super::case;
use super::said;
use crate::message::kind::Kind;

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    use Kind::DataPreservationReply;
    use Kind::EvidenceReceipt;
    use Kind::EvidenceTransfer;
    Vec::from([
        case("no-data-found", DataPreservationReply, ("msgk-97", "accepted"),
            "where nothing was found nothing is kept",
            Vec::from([Put("/body/outcome", json!("nothing-found")), Cut("/body/keep_until"), Cut("/body/partial_traffic_data")])),
        case("preservation-refused", DataPreservationReply, ("msgk-97", "accepted"),
            "a refusal has grounds",
            Vec::from([Put("/body/outcome", json!("refused")), Cut("/body/keep_until"), Cut("/body/partial_traffic_data"),
                Put("/body/grounds", json!([{"ground": "disproportionate", "class": "discretionary", "law": "Computer Crime Act, section 18",
                    "reasons": {"given": said("The period is too long.")}}]))])),
        case("exhibit-with-a-chain-of-one", EvidenceTransfer, ("msgk-98", "accepted"),
            "who seized a thing still has it",
            Vec::from([Cut("/body/exhibits/1"), Cut("/body/chain/3"), Cut("/body/chain/2"), Cut("/body/chain/1"),
                Put("/body/exhibits/0/seal_no", json!("SYN-SEAL-4401"))])),
        case("exhibits-arrived-whole", EvidenceReceipt, ("msgk-99", "accepted"),
            "whole exhibits have no discrepancy, with or without hashes",
            Vec::from([Put("/body/per_exhibit/0/seal_ok", json!(true)), Cut("/body/per_exhibit/0/discrepancy"),
                Put("/body/per_exhibit/1/hash_ok", json!(true)), Cut("/body/per_exhibit/1/discrepancy")])),
    ])
}

pub(super) fn bad() -> Vec<Case> {
    [bad_preservation(), bad_exhibits(), bad_chains()].into_iter().flatten().collect()
}

#[rustfmt::skip]
fn bad_preservation() -> Vec<Case> {
    use Kind::DataPreservationReply;
    let grounds = json!([{"ground": "disproportionate", "class": "discretionary", "law": "Computer Crime Act, section 18",
        "reasons": {"given": said("The period is too long.")}}]);
    Vec::from([
        case("preserved-without-a-date", DataPreservationReply, ("msgk-97", "missing /body/keep_until"),
            "data are kept until a time", Vec::from([Cut("/body/keep_until")])),
        case("nothing-found-and-kept", DataPreservationReply, ("msgk-97", "conflicting /body/keep_until"),
            "nothing is not kept", Vec::from([Put("/body/outcome", json!("nothing-found")), Cut("/body/partial_traffic_data")])),
        case("traffic-data-of-nothing", DataPreservationReply, ("msgk-97", "conflicting /body/partial_traffic_data"),
            "traffic data come with data that are preserved",
            Vec::from([Put("/body/outcome", json!("nothing-found")), Cut("/body/keep_until")])),
        case("preservation-refused-without-grounds", DataPreservationReply, ("msgk-97", "missing /body/grounds"),
            "a refusal names its grounds",
            Vec::from([Put("/body/outcome", json!("refused")), Cut("/body/keep_until"), Cut("/body/partial_traffic_data")])),
        case("preserved-with-grounds", DataPreservationReply, ("msgk-97", "conflicting /body/grounds"),
            "only a refusal has grounds", Vec::from([Put("/body/grounds", grounds)])),
    ])
}

#[rustfmt::skip]
fn bad_exhibits() -> Vec<Case> {
    use Kind::EvidenceReceipt;
    use Kind::EvidenceTransfer;
    Vec::from([
        case("image-without-a-hash", EvidenceTransfer, ("msgk-98", "too-few /body/exhibits/1/hashes"),
            "only a hash tells data from other data", Vec::from([Put("/body/exhibits/1/hashes", json!([]))])),
        case("hashes-not-stated", EvidenceTransfer, ("msgk-98", "missing /body/exhibits/0/hashes"),
            "that a thing has no hash is stated", Vec::from([Cut("/body/exhibits/0/hashes")])),
        case("hash-of-an-algorithm-twice", EvidenceTransfer, ("msgk-98", "repeated /body/exhibits/1/hashes/2"),
            "one hash of each algorithm", Vec::from([Put("/body/exhibits/1/hashes/-", json!(format!("sha256:{}", "ab".repeat(32))))])),
        case("hash-weaker-than-sha-256", EvidenceTransfer, ("msgk-98", "malformed /body/exhibits/1/hashes/0"),
            "SHA-256 or SHA-512", Vec::from([Put("/body/exhibits/1/hashes/0", json!(format!("sha1:{}", "ab".repeat(33))))])),
        case("exhibit-twice", EvidenceTransfer, ("msgk-98", "repeated /body/exhibits/2"),
            "numbers of exhibits differ", twice()),
        case("broken-seal-without-a-discrepancy", EvidenceReceipt, ("msgk-99", "missing /body/per_exhibit/0/discrepancy"),
            "a broken seal is recorded", Vec::from([Cut("/body/per_exhibit/0/discrepancy")])),
        case("broken-hash-without-a-discrepancy", EvidenceReceipt, ("msgk-99", "missing /body/per_exhibit/1/discrepancy"),
            "a broken hash is recorded", Vec::from([Cut("/body/per_exhibit/1/discrepancy")])),
        case("whole-exhibit-with-a-discrepancy", EvidenceReceipt, ("msgk-99", "conflicting /body/per_exhibit/1/discrepancy"),
            "what is whole has no discrepancy", Vec::from([Put("/body/per_exhibit/1/hash_ok", json!(true))])),
        case("exhibit-received-twice", EvidenceReceipt, ("msgk-99", "repeated /body/per_exhibit/1"),
            "each exhibit stands once", Vec::from([Put("/body/per_exhibit/1/exhibit_number", json!("LA-EX-2026-0001"))])),
    ])
}

/// The first exhibit a second time, in the form in which it stands first.
fn twice() -> Vec<super::Edit> {
    let first = super::example(Kind::EvidenceTransfer);
    Vec::from([Put("/body/exhibits/-", first["body"]["exhibits"][0].clone())])
}

#[rustfmt::skip]
fn bad_chains() -> Vec<Case> {
    use Kind::EvidenceTransfer;
    Vec::from([
        case("chain-with-a-gap", EvidenceTransfer, ("msgk-98", "conflicting /body/chain/3/seq"),
            "changes of hands are numbered without a gap", Vec::from([Put("/body/chain/3/seq", json!(4))])),
        case("chain-that-begins-late", EvidenceTransfer, ("msgk-98", "conflicting /body/chain/2/seq"),
            "a chain begins with the seizure", Vec::from([Put("/body/chain/2/seq", json!(2))])),
        case("given-by-somebody-else", EvidenceTransfer, ("msgk-98", "conflicting /body/chain/3/from"),
            "who gives an exhibit is who took it before", Vec::from([Put("/body/chain/3/from", json!("LA-0999"))])),
        case("given-before-it-was-taken", EvidenceTransfer, ("msgk-98", "conflicting /body/chain/3/at"),
            "changes of hands do not run backwards", Vec::from([Put("/body/chain/3/at", json!("2026-03-16T08:59:59+07:00"))])),
        case("chain-of-another-thing", EvidenceTransfer, ("msgk-98", "conflicting /body/chain/4/exhibit_number"),
            "a change of hands is that of an exhibit of the transfer", stray()),
        case("exhibit-without-a-chain", EvidenceTransfer, ("msgk-98", "conflicting /body/chain"),
            "every exhibit has its chain", Vec::from([Cut("/body/chain/2")])),
        case("chain-that-ends-with-another-seal", EvidenceTransfer, ("msgk-98", "conflicting /body/chain"),
            "the last change of hands leaves the seal that is there", Vec::from([Put("/body/chain/3/seal_after", json!("SYN-SEAL-4499"))])),
    ])
}

/// A first change of hands of a thing that is not handed over.
fn stray() -> Vec<super::Edit> {
    let mut entry = super::example(Kind::EvidenceTransfer)["body"]["chain"][2].clone();
    super::put(&mut entry, "/exhibit_number", json!("LA-EX-2026-0777"));
    Vec::from([Put("/body/chain/-", entry)])
}
