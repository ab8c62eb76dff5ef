//! Structures of the specification, judged as its cases are: whatever is taken is written again as it came.

use concord_protocol::codec::scan;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::Sign1;
use concord_protocol::crypto::cose::encrypt::Encrypt;
use concord_protocol::crypto::cose::hybrid::HybridSigned;
use harness::vectors::judge;

use crate::corpus::Start;
use crate::targets::Target;
use crate::targets::of;

/// A target for each structure that the cases name, under the same name.
macro_rules! judged {
    ($($name:literal),* $(,)?) => {
        [$(of($name, Start::Cases($name), |bytes| judged($name, bytes)),)*]
    };
}

/// The encoding law, and the frames of what is signed and sealed.
pub(super) const ENCODING: &[Target] = &[
    of("value", Start::Cases("value"), |bytes| judged("value", bytes)),
    of("scan", Start::Cases("value"), scanned),
    of("cose-sign1", Start::Cases("dispatch"), sign1),
    of("cose-sign", Start::Cases("credential"), hybrid),
    of("cose-encrypt", Start::Cases("message"), encrypted),
];

/// Who belongs, and by which keys.
pub(super) const IDENTITY: &[Target] = &judged!(
    "charter-payload",
    "charter",
    "charter-chain",
    "credential-payload",
    "credential",
    "credential-request",
    "revocation-payload",
    "revocation",
    "notice-payload",
    "address-notice",
    "staff-list-payload",
    "staff-list",
    "root-announcement",
    "transcript",
    "introduction",
);

/// Headers, messages, and every kind of body.
pub(super) const MESSAGES: &[Target] = &judged!(
    "header",
    "message",
    "approvals",
    "handover-request",
    "acknowledgement",
    "additional-information-request",
    "additional-information-reply",
    "handover-decision",
    "intelligence-report",
    "request-for-information",
    "information-reply",
    "rejection",
    "onward-transfer-request",
    "onward-transfer-decision",
    "recall",
    "recall-report",
    "correction",
    "withdrawal",
    "subject-rights-notice",
    "subject-rights-answer",
    "lapse-notice",
    "state-confirm",
    "conflict-resolution",
    "participants",
    "usefulness-feedback",
    "deconfliction-query",
    "deconfliction-reply",
    "core-data",
    "notice",
    "sighting",
    "validity-query",
    "validity-confirmation",
    "notice-challenge",
    "feed-snapshot",
    "feed-delta",
    "feed-gap-request",
    "feed-row",
    "feed-change",
    "feed-list",
    "block-effect-report",
    "indicator-dispute",
    "dispute-decision",
    "provisional-arrest-request",
    "custody-event",
    "intent-to-refuse",
    "consultation-views",
    "conditions-accepted",
    "custody-transfer-schedule",
    "schedule-answer",
    "leg-release",
    "leg-return",
    "handover-certificate",
    "certificate-countersignature",
    "specialty-consent-request",
    "specialty-consent-decision",
    "concurrent-requests",
    "case-outcome-notice",
    "post-handover-incident",
    "batch-manifest",
    "manifest-review",
    "manifest-seal",
    "manifest-removal",
    "reception-guarantee",
    "transit-authorisation",
    "batch-reconciliation",
    "rescue-request",
    "rescue-update",
    "victim-screening-report",
    "joint-operation-proposal",
    "participation-reply",
    "operation-plan",
    "plan-signature",
    "operation-tasking",
    "task-report",
    "operation-signal",
    "operation-status",
    "operation-result",
    "data-preservation-request",
    "data-preservation-reply",
    "evidence-transfer",
    "evidence-receipt",
    "freezing-request",
    "freezing-report",
    "freezing-extension-request",
    "asset-recovery-request",
    "asset-recovery-decision",
    "interim-disposal",
    "asset-disposition-notice",
    "meeting-agenda",
    "agenda-item",
    "agenda-objection",
    "cycle-status",
    "meeting-minutes",
    "minutes-adoption",
    "action-report",
    "outcome-document",
    "outcome-reopening",
    "signature-statement",
    "signature-confirmation",
    "signature-retraction",
    "signing-record",
    "outcome-status",
    "situation-report",
);

/// Leaves, checkpoints, tiles and proofs.
pub(super) const LOG: &[Target] = &judged!(
    "leaf",
    "checkpoint",
    "cosigned-checkpoint",
    "vkey",
    "policy",
    "tlog-proof",
    "cose-receipt",
    "entries-tile",
    "hash-tile",
    "succession",
    "succession-approval",
);

/// What an auditor is handed.
pub(super) const AUDIT: &[Target] = &judged!("bundle", "evidence");

/// What goes between nodes.
pub(super) const WIRE: &[Target] = &judged!(
    "dispatch-payload",
    "dispatch",
    "frame",
    "greeting",
    "file-request",
    "file-answer",
    "sealed-file",
);

/// What the journal holds.
pub(super) const RECORDS: &[Target] = &judged!("record");

fn judged(structure: &str, bytes: &[u8]) {
    match judge::judge(structure, bytes) {
        Ok(again) => assert!(again == bytes, "what was taken is written again with other bytes"),
        Err(class) => assert!(!class.is_empty(), "a refusal says why"),
    }
}

/// The scanner agrees with a reader of others about what CBOR is: what it lets through, that one can read and writes
/// again with the same bytes.
fn scanned(bytes: &[u8]) {
    if scan::check(bytes).is_ok() {
        let tree: ciborium::Value =
            ciborium::from_reader(bytes).expect("what was let through is CBOR");
        let mut again = Vec::new();
        ciborium::into_writer(&tree, &mut again).expect("a tree can be written");
        assert_eq!(again, bytes, "what was let through was not in its one form");
    }
}

fn sign1(bytes: &[u8]) {
    for content in [ContentType::Message, ContentType::Dispatch] {
        if let Ok(signed) = Sign1::parse(bytes, content) {
            assert!(signed.payload().len() < bytes.len());
        }
    }
}

fn hybrid(bytes: &[u8]) {
    for content in [ContentType::Charter, ContentType::Credential] {
        if let Ok(signed) = HybridSigned::parse(bytes, content) {
            assert_eq!(signed.to_bytes().expect("it can be written"), bytes);
        }
    }
}

fn encrypted(bytes: &[u8]) {
    if let Ok(sealed) = Encrypt::parse(bytes) {
        assert!(!sealed.key_ids().is_empty(), "a sealed body has recipients");
    }
}
