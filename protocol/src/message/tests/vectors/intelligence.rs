//! What is known, who is looked for, and what is blocked.

use alloc::vec::Vec;

use serde_json::json;

use super::Case;
use super::Cut;
use super::Edit;
use super::Json;
use super::Put;
use super::case;
use super::said;
use crate::message::kind::Kind;

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    use Kind::FeedDelta;
    use Kind::Notice;
    use Kind::Sighting;
    use Kind::ValidityConfirmation;
    let person = &super::example(Notice)["body"]["subject"]["person"];
    let asset = json!({"kind": "crypto", "identifier": {"described": "Coins on a wallet"}, "status": "identified"});
    let entry = |id: &str, identifier: Json, role: &str| json!({"add": {
        "id": id, "identifier": identifier, "role": role, "confidence": "low", "tlp": "clear", "pap": ["block"], "recommended": "block",
        "first_seen": "2026-01-10T00:00:00Z", "last_seen": "2026-01-10T00:00:00Z", "valid_until": "2026-01-10T00:00:00Z",
        "evaluation": {"scheme": "4x4", "source_code": "X", "info_code": "4"}}});
    let accounts = json!({"inline": [
        entry("CN-A-1", json!({"bank_account": {"institution": "Exercise Bank", "account": "ZZ00-DEMO-000002"}}), "mule-account"),
        entry("CN-A-2", json!({"payment_card": "999900******1235"}), "mule-account"),
        entry("CN-A-3", json!({"crypto_address": {"chain": "demo", "address": "demo1qsample000003"}}), "wallet")]});
    Vec::from([
        case("one-source-heard-by-few", Kind::IntelligenceReport, ("msgk-131", "accepted"),
            "three recipients are few", Vec::from([Put("/body/sources", json!("one"))])),
        case("one-source-that-somebody-looked-at", Kind::IntelligenceReport, ("msgk-131", "accepted"),
            "somebody has looked", Vec::from([Put("/body/sources", json!("one")), Put("/handling/onward", json!("all-parties")),
                Put("/sources_checked", json!(true))])),
        case("confidence-that-nobody-notices", Kind::IntelligenceReport, ("msgk-131", "accepted"),
            "whoever asks quietly is not noticed",
            Vec::from([Put("/handling/codes", json!(["H1"])), Cut("/handling/h3_text"), Put("/body/permitted_actions", json!(["query-quietly"]))])),
        case("confidence-in-what-is-certain", Kind::IntelligenceReport, ("msgk-131", "accepted"),
            "there is no source to protect",
            Vec::from([Put("/handling/codes", json!(["H1"])), Cut("/handling/h3_text"), Cut("/body/sources"),
                Put("/body/evaluation/info_code", json!("1")), Put("/body/body/1/evaluation/info_code", json!("1"))])),
        case("found-not-useful", Kind::UsefulnessFeedback, ("msgk-47", "accepted"),
            "whoever found no use says why", Vec::from([Put("/body/usefulness", json!("not-useful")), Cut("/body/led_to")])),
        case("hit-without-a-person", Kind::CoreData, ("msgk-48", "accepted"),
            "a case may be about nobody known", Vec::from([Cut("/body/hits/0/person")])),
        case("notice-of-somebody-missing", Notice, ("msgk-50", "accepted"),
            "nobody missing needs a warrant", notice("missing", json!({"person": person}), "missing")),
        case("notice-about-a-method", Notice, ("msgk-50", "accepted"),
            "a method has no status", notice("modus-operandi", json!({"described": said("Calls in the name of a bank.")}), "no-person")),
        case("notice-to-trace-an-asset", Notice, ("msgk-50", "accepted"),
            "something of value is to be found", notice("asset-trace", json!({"asset": asset}), "no-person")),
        case("notice-that-excludes-nothing", Notice, ("msgk-50", "accepted"),
            "an empty list says that nothing is excluded", Vec::from([Put("/body/action_not_requested", json!([]))])),
        case("sighting-of-somebody-who-walked-on", Sighting, ("msgk-52", "accepted"),
            "nobody is held, so nobody had to ask first",
            Vec::from([Put("/body/custody_status", json!("located")), Cut("/body/validity_confirmation")])),
        case("sighting-that-is-no-hit", Sighting, ("msgk-52", "accepted"),
            "a sighting need not say how the person stands",
            Vec::from([Put("/body/hit_on_wanted", json!(false)), Cut("/body/custody_status"), Cut("/body/validity_confirmation")])),
        case("notice-that-was-withdrawn", ValidityConfirmation, ("msgk-53", "accepted"),
            "what was withdrawn stands until no time", Vec::from([Put("/body/standing", json!("withdrawn")), Cut("/body/valid_until")])),
        case("notice-that-was-replaced", ValidityConfirmation, ("msgk-53", "accepted"),
            "what was replaced names what stands in its place",
            Vec::from([Put("/body/standing", json!("replaced")), Cut("/body/valid_until"),
                Put("/body/replaced_by", json!("0195a1c4-3024-7d11-8b02-3c4d5e6f3024"))])),
        case("feed-of-accounts", FeedDelta, ("msgk-55", "accepted"),
            "accounts, cards and wallets stand in a feed of their own",
            Vec::from([Put("/body/class", json!("accounts")), Put("/body/ops", accounts)])),
        case("delta-beside-the-message", FeedDelta, ("msgk-56", "accepted"),
            "many changes travel in an attachment",
            Vec::from([Put("/body/ops", json!({"attached": sealed_file()})), Put("/attachments", beside())])),
        case("snapshot-asked-for", Kind::FeedGapRequest, ("msgk-56", "accepted"),
            "a snapshot is the whole",
            Vec::from([Put("/body/wanted", json!("snapshot")), Cut("/body/from_seq"), Cut("/body/to_seq")])),
        case("effect-of-all-feeds", Kind::BlockEffectReport, ("msgk-57", "accepted"),
            "all feeds may count together", Vec::from([Cut("/body/feed_id")])),
        case("disputed-entry-withdrawn", Kind::DisputeDecision, ("msgk-58", "accepted"),
            "nothing is recommended about what is withdrawn",
            Vec::from([Put("/body/outcome", json!("withdrawn")), Cut("/body/recommended")])),
    ])
}

/// The example of a notice as one of another kind, that nobody has to be arrested for.
fn notice(kind: &str, subject: Json, status: &str) -> Vec<Edit> {
    Vec::from([
        Put("/body/kind", json!(kind)),
        Put("/body/subject", subject),
        Put("/body/status_of_person", json!(status)),
        Put("/body/action_requested", json!(["locate"])),
        Cut("/body/judicial_document"),
        Cut("/body/offences"),
        Cut("/body/penalty_threshold_met"),
    ])
}

pub(super) fn bad() -> Vec<Case> {
    let mut cases = bad_matches();
    cases.extend(bad_sources());
    cases.extend(bad_notices());
    cases.extend(bad_checks());
    cases.extend(bad_sightings());
    cases.extend(bad_entries());
    cases.extend(bad_feeds());
    cases.extend(bad_effects());
    cases
}

#[rustfmt::skip]
fn bad_sources() -> Vec<Case> {
    use Kind::IntelligenceReport;
    Vec::from([
        case("sources-not-said", IntelligenceReport, ("msgk-130", "missing /body/sources"),
            "what is not confirmed rests on somebody", Vec::from([Cut("/body/sources")])),
        case("sources-of-what-is-certain", IntelligenceReport, ("msgk-130", "conflicting /body/sources"),
            "what is certain rests on nobody",
            Vec::from([Put("/body/evaluation/info_code", json!("1")), Put("/body/body/1/evaluation/info_code", json!("1"))])),
        case("sources-of-another-number", IntelligenceReport, ("msgk-130", "bad-choice /body/sources"),
            "one or several", Vec::from([Put("/body/sources", json!("many"))])),
        case("one-source-heard-by-many", IntelligenceReport, ("msgk-131", "conflicting /to"),
            "four recipients are many",
            Vec::from([Put("/body/sources", json!("one")), Put("/to/-", json!({"agency": "vn.mps", "role": "information"}))])),
        case("one-source-for-every-party", IntelligenceReport, ("msgk-131", "conflicting /to"),
            "what may be passed on to everybody is heard by many",
            Vec::from([Put("/body/sources", json!("one")), Put("/handling/onward", json!("all-parties"))])),
        case("confidence-used-openly", IntelligenceReport, ("msgk-131", "conflicting /handling/codes"),
            "whoever is asked about openly looks for who told it",
            Vec::from([Put("/handling/codes", json!(["H1"])), Cut("/handling/h3_text")])),
        case("confidence-acted-on", IntelligenceReport, ("msgk-131", "conflicting /handling/codes"),
            "whoever is acted against looks for who told it",
            Vec::from([Put("/handling/codes", json!(["H1"])), Cut("/handling/h3_text"),
                Put("/body/permitted_actions", json!([])), Put("/body/requested_action", json!("act"))])),
    ])
}

#[rustfmt::skip]
fn bad_matches() -> Vec<Case> {
    use Kind::CoreData;
    use Kind::DeconflictionQuery;
    use Kind::DeconflictionReply;
    use Kind::UsefulnessFeedback;
    let same = |kind: Kind, pointer: &str| super::example(kind).pointer(pointer).unwrap().clone();
    Vec::from([
        case("found-not-useful-without-a-reason", UsefulnessFeedback, ("msgk-47", "missing /body/detail"),
            "whoever found no use says why",
            Vec::from([Put("/body/usefulness", json!("not-useful")), Cut("/body/led_to"), Cut("/body/detail")])),
        case("found-not-useful-for-an-arrest", UsefulnessFeedback, ("msgk-47", "conflicting /body/led_to"),
            "what was not useful led to nothing", Vec::from([Put("/body/usefulness", json!("not-useful"))])),
        case("query-in-the-clear", DeconflictionQuery, ("msgk-48", "malformed /body/keyed_digests/0"),
            "identifiers are asked for as digests only", Vec::from([Put("/body/keyed_digests", json!(["+999000123456"]))])),
        case("digest-asked-for-twice", DeconflictionQuery, ("msgk-48", "repeated /body/keyed_digests/3"),
            "each identifier is asked for once",
            Vec::from([Put("/body/keyed_digests/-", same(DeconflictionQuery, "/body/keyed_digests/0"))])),
        case("digest-answered-twice", DeconflictionReply, ("msgk-48", "repeated /body/answers/1"),
            "each identifier is answered once",
            Vec::from([Put("/body/answers/1/keyed_digest", same(DeconflictionReply, "/body/answers/0/keyed_digest"))])),
        case("hit-that-says-more", DeconflictionReply, ("msgk-48", "unknown-field /body/answers/0/case_ref"),
            "a reply says hit or no hit and nothing else", Vec::from([Put("/body/answers/0/case_ref", json!("CN-2026-EX-0042"))])),
        case("hit-told-of-twice", CoreData, ("msgk-48", "repeated /body/hits/1"),
            "each hit is told of once",
            Vec::from([Put("/body/hits/1/keyed_digest", same(CoreData, "/body/hits/0/keyed_digest"))])),
        case("core-data-with-papers", CoreData, ("msgk-48", "unknown-field /body/hits/0/person/documents"),
            "papers are asked for, not sent with a hit",
            Vec::from([Put("/body/hits/0/person/documents", same(Kind::Notice, "/body/subject/person/documents"))])),
    ])
}

#[rustfmt::skip]
fn bad_notices() -> Vec<Case> {
    use Kind::Notice;
    let person = &super::example(Notice)["body"]["subject"]["person"];
    let but = |mut edits: Vec<Edit>, edit: Edit| { edits.push(edit); edits };
    Vec::from([
        case("wanted-without-a-warrant", Notice, ("msgk-49", "missing /body/judicial_document"),
            "whoever is wanted is so by a warrant or judgment", Vec::from([Cut("/body/judicial_document")])),
        case("wanted-for-no-offence", Notice, ("msgk-49", "missing /body/offences"),
            "whoever is wanted is so for an offence", Vec::from([Cut("/body/offences")])),
        case("wanted-without-a-threshold", Notice, ("msgk-49", "missing /body/penalty_threshold_met"),
            "it is said that the penalty is high enough", Vec::from([Cut("/body/penalty_threshold_met")])),
        case("wanted-below-the-threshold", Notice, ("msgk-49", "conflicting /body/penalty_threshold_met"),
            "nobody is wanted for less", Vec::from([Put("/body/penalty_threshold_met", json!(false))])),
        case("presumed-victim-wanted", Notice, ("msgk-49", "conflicting /body/subject/person/category"),
            "a presumed victim is never wanted", Vec::from([Put("/body/subject/person/category", json!("presumed-victim"))])),
        case("victim-wanted", Notice, ("msgk-49", "conflicting /body/subject/person/category"),
            "a victim is never wanted", Vec::from([Put("/body/subject/person/category", json!("victim"))])),
        case("wanted-but-described", Notice, ("msgk-50", "conflicting /body/subject"),
            "a person is wanted", Vec::from([Put("/body/subject", json!({"described": said("A man of about forty.")}))])),
        case("wanted-as-missing", Notice, ("msgk-50", "conflicting /body/status_of_person"),
            "whoever is wanted is so to be tried or to serve", Vec::from([Put("/body/status_of_person", json!("missing"))])),
        case("arrest-of-somebody-missing", Notice, ("msgk-50", "conflicting /body/action_requested"),
            "only a wanted notice asks for an arrest",
            but(notice("missing", json!({"person": person}), "missing"), Put("/body/action_requested", json!(["arrest"])))),
        case("action-asked-for-and-excluded", Notice, ("msgk-50", "conflicting /body/action_not_requested/1"),
            "an action is asked for or excluded", Vec::from([Put("/body/action_not_requested/-", json!("arrest"))])),
        case("action-asked-for-twice", Notice, ("msgk-50", "repeated /body/action_requested/1"),
            "each action stands once", Vec::from([Put("/body/action_requested", json!(["locate", "locate"]))])),
        case("excluded-actions-not-stated", Notice, ("msgk-50", "missing /body/action_not_requested"),
            "what is not asked for is always said", Vec::from([Cut("/body/action_not_requested")])),
    ])
}

#[rustfmt::skip]
fn bad_checks() -> Vec<Case> {
    use Kind::Notice;
    use Kind::NoticeChallenge;
    let no = |pointer| Vec::from([Put(pointer, json!(false))]);
    Vec::from([
        case("notice-not-to-be-verified", Notice, ("msgk-51", "bad-choice /body/verify_before_action"),
            "whoever acts asks first", no("/body/verify_before_action")),
        case("notice-that-is-political", Notice, ("msgk-51", "bad-choice /body/compliance_check/non_political"),
            "a political notice does not go out", no("/body/compliance_check/non_political")),
        case("notice-that-is-military", Notice, ("msgk-51", "bad-choice /body/compliance_check/non_military"),
            "a military notice does not go out", no("/body/compliance_check/non_military")),
        case("notice-that-is-religious", Notice, ("msgk-51", "bad-choice /body/compliance_check/non_religious"),
            "a religious notice does not go out", no("/body/compliance_check/non_religious")),
        case("notice-that-is-racial", Notice, ("msgk-51", "bad-choice /body/compliance_check/non_racial"),
            "a racial notice does not go out", no("/body/compliance_check/non_racial")),
        case("notice-in-a-private-dispute", Notice, ("msgk-51", "bad-choice /body/compliance_check/not_private_dispute"),
            "a dispute between private people is no matter of a notice", no("/body/compliance_check/not_private_dispute")),
        case("notice-without-a-reviewer", Notice, ("msgk-51", "missing /body/compliance_check/reviewer"),
            "somebody checked", Vec::from([Cut("/body/compliance_check/reviewer")])),
        case("challenge-on-no-ground", NoticeChallenge, ("msgk-54", "too-few /body/grounds"),
            "a challenge has a ground", Vec::from([Put("/body/grounds", json!([]))])),
        case("challenge-ground-twice", NoticeChallenge, ("msgk-54", "repeated /body/grounds/1"),
            "each ground stands once", Vec::from([Put("/body/grounds", json!(["racial", "racial"]))])),
        case("challenge-ground-unknown", NoticeChallenge, ("msgk-54", "bad-choice /body/grounds/0"),
            "a closed set", Vec::from([Put("/body/grounds/0", json!("inconvenient"))])),
    ])
}

#[rustfmt::skip]
fn bad_sightings() -> Vec<Case> {
    use Kind::Sighting;
    use Kind::ValidityConfirmation;
    let other = json!("0195a1c4-3024-7d11-8b02-3c4d5e6f3024");
    Vec::from([
        case("hit-that-does-not-say-who-holds", Sighting, ("msgk-52", "missing /body/custody_status"),
            "a hit on a wanted notice says how the person stands",
            Vec::from([Cut("/body/custody_status"), Cut("/body/validity_confirmation")])),
        case("held-without-asking-first", Sighting, ("msgk-52", "missing /body/validity_confirmation"),
            "whoever holds a person asked first whether the notice stood", Vec::from([Cut("/body/validity_confirmation")])),
        case("valid-until-no-time", ValidityConfirmation, ("msgk-53", "missing /body/valid_until"),
            "a notice that stands does so until a time", Vec::from([Cut("/body/valid_until")])),
        case("withdrawn-until-a-time", ValidityConfirmation, ("msgk-53", "conflicting /body/valid_until"),
            "only a notice that stands does so until a time", Vec::from([Put("/body/standing", json!("withdrawn"))])),
        case("valid-until-before", ValidityConfirmation, ("msgk-53", "conflicting /body/valid_until"),
            "an answer does not end before it begins", Vec::from([Put("/body/valid_until", json!("2026-03-21T15:17:59+08:00"))])),
        case("valid-and-replaced", ValidityConfirmation, ("msgk-53", "conflicting /body/replaced_by"),
            "only what was replaced names another one", Vec::from([Put("/body/replaced_by", other)])),
        case("replaced-by-nothing", ValidityConfirmation, ("msgk-53", "missing /body/replaced_by"),
            "what was replaced names what stands in its place",
            Vec::from([Put("/body/standing", json!("replaced")), Cut("/body/valid_until")])),
    ])
}

fn sealed_file() -> Json {
    json!({"digest": "ab".repeat(32), "length": 17, "key": "cd".repeat(32)})
}

fn beside() -> Json {
    json!([{"digest": "ab".repeat(32), "length": 17, "media_type": "application/octet-stream"}])
}

#[rustfmt::skip]
fn bad_entries() -> Vec<Case> {
    use Kind::FeedDelta;
    Vec::from([
        case("entry-without-an-end", FeedDelta, ("msgk-55", "missing /body/ops/inline/0/add/valid_until"),
            "numbers and addresses are given to others", Vec::from([Cut("/body/ops/inline/0/add/valid_until")])),
        case("entry-last-seen-before-first", FeedDelta, ("msgk-55", "conflicting /body/ops/inline/0/add/last_seen"),
            "nothing is last seen before it is first seen",
            Vec::from([Put("/body/ops/inline/0/add/last_seen", json!("2026-01-09T23:59:59+08:00"))])),
        case("entry-dead-before-it-was-seen", FeedDelta, ("msgk-55", "conflicting /body/ops/inline/0/add/valid_until"),
            "an entry does not die before it was last seen",
            Vec::from([Put("/body/ops/inline/0/add/valid_until", json!("2026-01-24T07:59:59+08:00"))])),
        case("site-that-calls", FeedDelta, ("msgk-55", "conflicting /body/ops/inline/0/add/role"),
            "a domain does not call", Vec::from([Put("/body/ops/inline/0/add/role", json!("caller"))])),
        case("device-in-a-feed", FeedDelta, ("msgk-55", "conflicting /body/ops/inline/1/add/role"),
            "a device is in no feed", Vec::from([Put("/body/ops/inline/1/add/identifier", json!({"imei": "000000000000001"}))])),
        case("block-recommended-but-not-permitted", FeedDelta, ("msgk-55", "conflicting /body/ops/inline/0/add/recommended"),
            "what is to be blocked may be blocked", Vec::from([Put("/body/ops/inline/0/add/pap", json!(["query-quietly", "warn"]))])),
        case("warning-recommended-but-not-permitted", FeedDelta, ("msgk-55", "conflicting /body/ops/inline/1/add/recommended"),
            "what is warned of may be warned of", Vec::from([Put("/body/ops/inline/1/add/pap", json!(["block"]))])),
        case("left-alone-yet-blocked", FeedDelta, ("msgk-55", "conflicting /body/ops/inline/4/update/recommended"),
            "what the police control is queried quietly at most",
            Vec::from([Put("/body/ops/inline/4/update/pap", json!(["query-quietly", "block"]))])),
    ])
}

#[rustfmt::skip]
fn bad_feeds() -> Vec<Case> {
    use Kind::FeedDelta;
    use Kind::FeedGapRequest;
    use Kind::FeedSnapshot;
    let account = json!({"bank_account": {"institution": "Exercise Bank", "account": "ZZ00-DEMO-000002"}});
    let attached = sealed_file();
    Vec::from([
        case("kind-counted-twice", FeedSnapshot, ("msgk-56", "repeated /body/count_by_type/1"),
            "each kind is counted once", Vec::from([Put("/body/count_by_type/1/indicator", json!("domain"))])),
        case("accounts-counted-as-infrastructure", FeedSnapshot, ("msgk-56", "conflicting /body/count_by_type/1/indicator"),
            "accounts stand in a feed of their own", Vec::from([Put("/body/count_by_type/1/indicator", json!("bank-account"))])),
        case("snapshot-without-its-entries", FeedSnapshot, ("msgk-56", "missing /body/entries"),
            "a snapshot names the attachment that holds the entries", Vec::from([Cut("/body/entries")])),
        case("snapshot-without-the-key-of-its-entries", FeedSnapshot, ("fil-4", "missing /body/entries/key"),
            "a file without its key cannot be read", Vec::from([Cut("/body/entries/key")])),
        case("snapshot-with-half-a-key", FeedSnapshot, ("fil-4", "malformed /body/entries/key"),
            "a key has 32 bytes", Vec::from([Put("/body/entries/key", json!("ab".repeat(16)))])),
        case("snapshot-whose-file-is-not-beside-it", FeedSnapshot, ("fil-5", "conflicting /body/entries"),
            "a file that a body names is an attachment", Vec::from([Put("/attachments", json!([]))])),
        case("snapshot-whose-file-has-another-length", FeedSnapshot, ("fil-5", "conflicting /body/entries"),
            "header and body say the same of a file", Vec::from([Put("/body/entries/length", json!(412_345_679))])),
        case("delta-whose-file-is-another", FeedDelta, ("fil-5", "conflicting /body/ops/attached"),
            "header and body say the same of a file",
            Vec::from([Put("/body/ops", json!({"attached": sealed_file()})), Put("/attachments", json!([]))])),
        case("delta-that-leads-nowhere", FeedDelta, ("msgk-56", "conflicting /body/to_seq"),
            "a change leads to a greater number", Vec::from([Put("/body/to_seq", json!(1))])),
        case("delta-without-what-it-follows", FeedDelta, ("msgk-56", "missing /body/prev_hash"),
            "a delta follows a state", Vec::from([Cut("/body/prev_hash")])),
        case("delta-without-what-it-leads-to", FeedDelta, ("msgk-56", "missing /body/root_hash"),
            "whoever follows compares the entries", Vec::from([Cut("/body/root_hash")])),
        case("entry-changed-twice", FeedDelta, ("msgk-56", "repeated /body/ops/inline/7"),
            "each entry changes once", Vec::from([Put("/body/ops/inline/7/expire", json!("CN-IND-0000017"))])),
        case("account-added-to-infrastructure", FeedDelta, ("msgk-56", "conflicting /body/ops/inline/0/add/identifier"),
            "accounts stand in a feed of their own",
            Vec::from([Put("/body/ops/inline/0/add/identifier", account.clone()), Put("/body/ops/inline/0/add/role", json!("mule-account"))])),
        case("account-updated-in-infrastructure", FeedDelta, ("msgk-56", "conflicting /body/ops/inline/5/update/identifier"),
            "accounts stand in a feed of their own",
            Vec::from([Put("/body/ops/inline/5/update/identifier", account), Put("/body/ops/inline/5/update/role", json!("mule-account"))])),
        case("delta-of-nothing", FeedDelta, ("msgk-56", "missing /body/ops"),
            "changes are here or in an attachment", Vec::from([Put("/body/ops", json!({}))])),
        case("delta-here-and-beside", FeedDelta, ("msgk-56", "conflicting /body/ops"),
            "changes are here or in an attachment, not both", Vec::from([Put("/body/ops/attached", attached)])),
        case("deltas-from-nowhere", FeedGapRequest, ("msgk-56", "missing /body/from_seq"),
            "whoever asks for deltas says from where", Vec::from([Cut("/body/from_seq")])),
        case("deltas-to-nowhere", FeedGapRequest, ("msgk-56", "missing /body/to_seq"),
            "whoever asks for deltas says to where", Vec::from([Cut("/body/to_seq")])),
        case("deltas-backwards", FeedGapRequest, ("msgk-56", "conflicting /body/to_seq"),
            "changes lead to a greater number", Vec::from([Put("/body/to_seq", json!(8))])),
        case("snapshot-from-a-number", FeedGapRequest, ("msgk-56", "conflicting /body/from_seq"),
            "a snapshot is the whole", Vec::from([Put("/body/wanted", json!("snapshot")), Cut("/body/to_seq")])),
        case("snapshot-to-a-number", FeedGapRequest, ("msgk-56", "conflicting /body/to_seq"),
            "a snapshot is the whole", Vec::from([Put("/body/wanted", json!("snapshot")), Cut("/body/from_seq")])),
    ])
}

#[rustfmt::skip]
fn bad_effects() -> Vec<Case> {
    use Kind::BlockEffectReport;
    use Kind::DisputeDecision;
    use Kind::IndicatorDispute;
    Vec::from([
        case("attempts-counted-twice", BlockEffectReport, ("msgk-57", "repeated /body/attempts_blocked_by_type/1"),
            "each type is counted once", Vec::from([Put("/body/attempts_blocked_by_type/1/attempt", json!("call"))])),
        case("attempt-of-an-unknown-type", BlockEffectReport, ("msgk-57", "bad-choice /body/attempts_blocked_by_type/1/attempt"),
            "a closed set", Vec::from([Put("/body/attempts_blocked_by_type/1/attempt", json!("person"))])),
        case("dispute-ground-twice", IndicatorDispute, ("msgk-58", "repeated /body/grounds/1"),
            "each ground stands once", Vec::from([Put("/body/grounds", json!(["shared", "shared"]))])),
        case("kept-with-nothing-recommended", DisputeDecision, ("msgk-58", "missing /body/recommended"),
            "an entry that stays says what is recommended",
            Vec::from([Put("/body/outcome", json!("kept")), Cut("/body/recommended")])),
        case("changed-with-nothing-recommended", DisputeDecision, ("msgk-58", "missing /body/recommended"),
            "an entry that stays says what is recommended", Vec::from([Cut("/body/recommended")])),
        case("withdrawn-yet-recommended", DisputeDecision, ("msgk-58", "conflicting /body/recommended"),
            "nothing is recommended about what is withdrawn", Vec::from([Put("/body/outcome", json!("withdrawn"))])),
    ])
}
