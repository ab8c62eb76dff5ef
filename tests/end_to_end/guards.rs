//! What a node's own people are about to say is held against the other procedures that the node has.

mod agendas;
mod arrivals;
mod challenged;
mod crossed;
mod decoys;
mod doubles;
mod entries;
mod markings;
mod onward;
mod reviews;
mod rivals;
mod signs;
mod silence;
mod sought;
mod wanted;

use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::client::Page;
use concord_node::api::shape::message::Message;
use concord_node::api::shape::procedure::ProcedureDetail;
use concord_node::report::Report;
use concord_node::report::code::Code;
use concord_protocol::message::batch::entry::ManifestEntry;
use concord_protocol::message::batch::root;
use concord_protocol::message::batch::root::SaltSeed;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::pointer::Pointer;
use harness::federation::Federation;
use harness::letter;
use harness::wait;
use serde_json::Value;
use serde_json::json;

/// Who asks, who is asked, who reports.
const AGENCIES: [&str; 3] = ["cn.mps", "la.mps", "th.rtp"];

const WITHIN: Duration = Duration::from_secs(30);

const PLACE: &str = "Building 7, synthetic zone";

#[test]
fn nobody_is_granted_whose_rescue_is_open() {
    // shows: res-40, res-42
    let world = Federation::of("guards-rescue", &AGENCIES);
    let mut nodes = world.all_ready();
    let [asks, reports] = [0, 2].map(|place: usize| nodes[place].client());
    let request = say(&asks, begins("handover-request", &[1])).unwrap();
    let handover = procedure_of(&request);
    let asked = nodes[1].client();
    taken(&asked, &handover, &request.id);
    arrives(&asks, &handover, 2);
    assert_eq!(asked.procedure(&handover).unwrap().alerts, []);

    let mut rescue = missing();
    rescue["body"]["person"]["person_ref"] = json!("CN-P-000101");
    let rescue = procedure_of(&say(&reports, rescue).unwrap());
    arrives(&asked, &rescue, 1);
    let before = newest_own(&asked);
    let refused = say(&asked, grants(&handover)).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.why.contains(&rescue) && refused.why.contains("reported"), "{refused:?}");
    assert_eq!(newest_own(&asked), before, "nothing of it is said");
    let alerts = asked.procedure(&handover).unwrap().alerts;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!((alerts[0].rule.as_str(), &alerts[0].procedure), ("res-34", &Some(rescue.clone())));
    assert_eq!(asks.procedure(&handover).unwrap().alerts, [], "whoever was not told sees nothing");

    // The index of rescues is on the disk.
    nodes[1].kill();
    nodes[1] = world.ready(1);
    let asked = nodes[1].client();
    assert_eq!(say(&asked, grants(&handover)).unwrap_err().code, Code::Safeguard);

    let mut over = follows("rescue-update", &rescue, &[2]);
    over["body"] = json!({"state": "unfounded", "next_by": "2026-03-12T12:00:00+07:00"});
    say(&asked, over).unwrap();
    assert_eq!(asked.procedure(&handover).unwrap().alerts, []);
    say(&asked, grants(&handover)).unwrap();
}

#[test]
fn whoever_may_be_in_a_rescue_is_looked_at_before_they_are_granted_or_wanted() {
    // shows: res-43, res-44
    let world = Federation::of("guards-names", &AGENCIES);
    let nodes = world.all_ready();
    let [asks, asked, reports] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let request = begins("handover-request", &[1]);
    let wanted = request["body"]["person"].clone();
    let request = say(&asks, request).unwrap();
    let handover = procedure_of(&request);
    taken(&asked, &handover, &request.id);
    arrives(&asks, &handover, 2);

    // The same name and day of birth, and no mark in common.
    let mut named = missing();
    named["to"] = json!([
        {"agency": AGENCIES[1], "role": "action"}, {"agency": AGENCIES[0], "role": "information"},
    ]);
    let person = &mut named["body"]["person"];
    for field in ["names", "birth"] {
        person[field] = wanted[field].clone();
    }
    person["person_ref"] = json!("TH-P-000009");
    for field in ["documents", "biometrics", "nationalities", "sex"] {
        person.as_object_mut().unwrap().remove(field);
    }
    let reference = person["person_ref"].clone();
    let rescue = procedure_of(&say(&reports, named).unwrap());
    for node in [&asked, &asks] {
        arrives(node, &rescue, 1);
    }
    let refused = say(&asked, grants(&handover)).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.why.contains(&format!("{rescue} (")), "{refused:?}");
    assert!(refused.remedy.contains("rescues_checked"), "{refused:?}");
    assert_eq!(asked.procedure(&handover).unwrap().alerts, [], "names alone alert nobody");

    // A notice says the same, and where the reference is that of the rescue no look helps.
    let notice = |reference: &Value, checked: &[&str]| {
        let mut notice = begins("notice", &[1]);
        let person = &mut notice["body"]["subject"]["person"];
        person["person_ref"] = reference.clone();
        // Nor one in common with the request, which has another rule.
        for field in ["documents", "biometrics"] {
            person.as_object_mut().unwrap().remove(field);
        }
        notice["rescues_checked"] = json!(checked);
        notice
    };
    let other = json!("CN-P-000777");
    let refused = say(&asks, notice(&other, &[])).unwrap_err();
    assert!(refused.why.contains(&rescue), "{refused:?}");
    say(&asks, notice(&other, &[&rescue])).unwrap();
    let refused = say(&asks, notice(&reference, &[&rescue])).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.remedy.contains("wanted notice"), "{refused:?}");

    // Who is only described may be anybody who is held in that State.
    let mut described = missing();
    described["body"].as_object_mut().unwrap().remove("person");
    described["body"]["location"]["country"] = json!("LA");
    let described = procedure_of(&say(&reports, described).unwrap());
    arrives(&asked, &described, 1);
    let refused = say(&asked, grants(&handover)).unwrap_err();
    assert!(refused.why.contains(&format!("{described} (only described)")), "{refused:?}");
    // Whoever has looked at one has not looked at the other.
    let looked_at = |rescues: &[&String]| {
        let mut grant = grants(&handover);
        grant["rescues_checked"] = json!(rescues);
        grant
    };
    let refused = say(&asked, looked_at(&[&rescue])).unwrap_err();
    assert!(refused.why.contains(&described) && !refused.why.contains(&rescue), "{refused:?}");
    let refused = say(&asked, looked_at(&[&described])).unwrap_err();
    assert!(refused.why.contains(&rescue) && !refused.why.contains(&described), "{refused:?}");
    say(&asked, looked_at(&[&rescue, &described])).unwrap();
}

#[test]
fn a_rescue_that_was_merged_governs_until_it_is_taken_in_and_its_papers_after_that() {
    // shows: res-52, res-53, res-26
    let world = Federation::of("guards-merger", &AGENCIES);
    let nodes = world.all_ready();
    let [asks, asked, reports] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let request = say(&asks, begins("handover-request", &[1])).unwrap();
    let handover = procedure_of(&request);
    taken(&asked, &handover, &request.id);
    let accepted = |procedure: &str, to: &[usize], more: Value| {
        let mut update = follows("rescue-update", procedure, to);
        update["body"] = json!({"state": "accepted", "next_by": "2026-03-12T12:00:00+07:00"});
        update["body"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        update
    };
    let mut unnamed = missing();
    unnamed["body"]["person"]["documents"] = json!([]);
    let first = procedure_of(&say(&reports, unnamed).unwrap());
    arrives(&asked, &first, 1);
    say(&asked, accepted(&first, &[2], json!({}))).unwrap();

    let mut named = begins("rescue-request", &[1, 0]);
    named["body"].as_object_mut().unwrap().remove("home");
    named["body"]["person"]["person_ref"] = json!("CN-P-000101");
    let second = procedure_of(&say(&reports, named).unwrap());
    arrives(&asked, &second, 1);
    arrives(&asks, &second, 1);
    let merges = accepted(&second, &[2, 0], json!({"goes_on_in": first}));
    let nowhere = say(&asked, merges.clone()).unwrap_err();
    assert_eq!(nowhere.code, Code::Safeguard, "{nowhere:?}");
    assert!(nowhere.remedy.contains("merged_procedures"), "{nowhere:?}");

    let one = json!([{"procedure": second, "reporter": AGENCIES[2]}]);
    say(&asked, accepted(&first, &[2], json!({"merged_procedures": one}))).unwrap();
    say(&asked, merges).unwrap();
    arrives(&asks, &second, 2);
    let refused = say(&asked, grants(&handover)).unwrap_err();
    assert!(refused.why.contains(&first), "the papers of one are those of the other: {refused:?}");
    let alerts = asks.procedure(&handover).unwrap().alerts;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0].procedure, Some(second), "whoever does not hold the other one");

    let mut over = follows("rescue-update", &first, &[2]);
    over["body"] = json!({"state": "unfounded", "next_by": "2026-03-12T12:00:00+07:00"});
    say(&asked, over).unwrap();
    say(&asked, grants(&handover)).unwrap();
}

#[test]
fn nobody_goes_in_where_somebody_needs_help_without_the_commanders_word() {
    // shows: res-41, res-42
    let world = Federation::of("guards-site", &AGENCIES);
    let nodes = world.all_ready();
    let [other, lead, reports] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let operation = ready(&lead, &other);
    let go = |confirmed: Option<bool>| {
        let mut letter = follows("operation-signal", &operation, &[0]);
        letter["body"]["hostages_confirmed"] = json!(confirmed);
        letter
    };
    let mut rescue = missing();
    rescue["body"]["location"] = json!({"name": PLACE.to_uppercase(), "country": "LA"});
    let rescue = procedure_of(&say(&reports, rescue).unwrap());
    arrives(&lead, &rescue, 1);

    for confirmed in [None, Some(false)] {
        let refused = say(&lead, go(confirmed)).unwrap_err();
        assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
        assert!(refused.why.contains("hostages present"), "{refused:?}");
        assert!(refused.why.contains(&rescue), "{refused:?}");
    }
    let alerts = lead.procedure(&operation).unwrap().alerts;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!((alerts[0].rule.as_str(), &alerts[0].procedure), ("res-35", &Some(rescue)));
    say(&lead, go(Some(true))).unwrap();
}

#[test]
fn nothing_is_passed_on_without_the_decision_of_its_originator() {
    // shows: orc-13, orc-14
    let world = Federation::of("guards-copy", &AGENCIES);
    let nodes = world.all_ready();
    let [owner, passes, gets] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let report = say(&owner, begins("intelligence-report", &[1])).unwrap();
    let told = procedure_of(&report);
    arrives(&passes, &told, 1);
    let mut ask = follows("onward-transfer-request", &told, &[0]);
    ask["body"]["items"] = json!([report.id]);
    ask["body"]["proposed_recipients"] =
        json!([{"party": "TH", "agency": AGENCIES[2], "name": "Liaison desk"}]);
    ask["body"]["purpose"] = json!({"kind": "investigation"});
    ask["body"]["for_evidence"] = json!(false);
    let ask = say(&passes, ask).unwrap();
    let copy = |consent: &str, to: &[usize]| {
        let mut copy = begins("intelligence-report", to);
        copy["originator"] = json!(AGENCIES[0]);
        copy["consent"] = json!(consent);
        copy["handling"]["evidential_use"] = json!("never");
        copy
    };
    let early = say(&passes, copy(&ask.id, &[2])).unwrap_err();
    assert_eq!(early.code, Code::Safeguard, "silence is refusal: {early:?}");
    assert!(early.remedy.contains("onward-transfer-request"), "{early:?}");

    arrives(&owner, &told, 2);
    let mut grant = follows("onward-transfer-decision", &told, &[1]);
    grant["body"] = json!({"of": ask.id, "granted": true});
    let grant = say(&owner, grant).unwrap();
    arrives(&passes, &told, 3);
    let mut weaker = copy(&grant.id, &[2]);
    weaker["handling"]["evidential_use"] = json!("with-consent");
    assert_eq!(say(&passes, weaker).unwrap_err().code, Code::Safeguard);
    let sent = say(&passes, copy(&grant.id, &[2, 0])).unwrap();
    let passed = procedure_of(&sent);
    for node in [&owner, &passes, &gets] {
        assert_eq!(arrives(node, &passed, 1).alerts, []);
    }

    // A recall ends the grant; what went before it is shown where it can be seen, and nothing more goes.
    let mut recall = follows("recall", &told, &[1]);
    recall["body"]["targets"] = json!([report.id]);
    say(&owner, recall).unwrap();
    arrives(&passes, &told, 4);
    assert_eq!(say(&passes, copy(&grant.id, &[2])).unwrap_err().code, Code::Safeguard);
    for (node, rules) in [(&owner, &["orc-13"][..]), (&passes, &["orc-13", "orc-23"])] {
        let alerts = node.procedure(&passed).unwrap().alerts;
        assert!(alerts.iter().map(|alert| alert.rule.as_str()).eq(rules.iter().copied()));
        assert!(alerts.iter().all(|alert| alert.message.as_ref() == Some(&sent.id)), "{alerts:?}");
    }
    assert_eq!(gets.procedure(&passed).unwrap().alerts, [], "it does not hold the decision");
}

#[test]
fn nobody_is_sealed_whose_decision_stands_no_longer() {
    // shows: bat-63, bat-64
    let world = Federation::of("guards-manifest", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let (handover, decision) = granted(&asks, &asked);
    let manifest = listing(&[(decision.as_str(), "CN-P-000101")]);
    let batch = procedure_of(&say(&asked, manifest.clone()).unwrap());
    arrives(&asks, &batch, 1);
    let seal = |to: usize| {
        let mut seal = follows("manifest-seal", &batch, &[to]);
        let root = &manifest["body"]["entry_root"];
        seal["body"] = json!({"version": 1, "entry_root": root, "count": 1});
        seal
    };
    say(&asks, seal(1)).unwrap();
    arrives(&asked, &batch, 2);
    assert_eq!(asked.procedure(&batch).unwrap().alerts, []);

    say(&asks, follows("withdrawal", &handover, &[1])).unwrap();
    arrives(&asked, &handover, 4);
    let refused = say(&asked, seal(0)).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.why.contains("entry 1") && refused.why.contains("withdrawn"), "{refused:?}");
    for node in [&asks, &asked] {
        let alerts = node.procedure(&batch).unwrap().alerts;
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        assert_eq!(alerts[0].rule, "bat-63");
    }
}

#[test]
fn nobody_is_sealed_on_a_decision_that_is_not_here_or_about_somebody_else() {
    // shows: bat-67, bat-68
    let world = Federation::of("guards-entries", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let (_, decision) = granted(&asks, &asked);
    let unknown = "0195a1c4-2f00-7d11-8b02-3c4d5e6f7201";
    for (decision, person, rule) in
        [(unknown, "CN-P-000101", "bat-67"), (decision.as_str(), "CN-P-000999", "bat-68")]
    {
        let listed = listing(&[(decision, person)]);
        let batch = procedure_of(&say(&asked, listed.clone()).unwrap());
        arrives(&asks, &batch, 1);
        for (node, to) in [(&asks, 1), (&asked, 0)] {
            let mut seal = follows("manifest-seal", &batch, &[to]);
            let root = &listed["body"]["entry_root"];
            seal["body"] = json!({"version": 1, "entry_root": root, "count": 1});
            let refused = say(node, seal).unwrap_err();
            assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
            assert!(refused.why.contains("entry 1"), "{refused:?}");
            let alerts = node.procedure(&batch).unwrap().alerts;
            assert_eq!(alerts.len(), 1, "{alerts:?}");
            assert_eq!(alerts[0].rule, rule);
        }
    }
}

#[test]
fn the_root_over_those_who_remain_is_computed_and_not_believed() {
    // shows: bat-69, bat-70
    let world = Federation::of("guards-roots", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let unknown = |n: u8| format!("0195a1c4-2f00-7d11-8b02-3c4d5e6f720{n}");
    let (one, two) = (unknown(1), unknown(2));
    let people = [(one.as_str(), "CN-P-000101"), (two.as_str(), "CN-P-000102")];
    let listed = listing(&people);
    let manifest = say(&asked, listed.clone()).unwrap();
    let batch = procedure_of(&manifest);
    arrives(&asks, &batch, 1);
    let remains = listing(&people[..1])["body"]["entry_root"].clone();
    let takes_off = |root: &Value| {
        let mut removal = follows("manifest-removal", &batch, &[0]);
        removal["body"] = json!({
            "version": 1, "n": [2], "reason": "removed-medical", "new_root": root, "remaining": 1,
        });
        removal
    };
    let wrong = &listed["body"]["entry_root"];
    let refused = say(&asked, takes_off(wrong)).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.why.contains(remains.as_str().unwrap()), "{refused:?}");

    // Whoever does not hold the list any more still takes an ill person off; whoever holds it sees that the root is wrong.
    let demand = [("cause", "order"), ("basis", "EX-2026/7"), ("officer", "LA-1")];
    asked.erase(&manifest.id, demand).unwrap();
    let removal = say(&asked, takes_off(wrong)).unwrap();
    arrives(&asks, &batch, 2);
    let alerts = asks.procedure(&batch).unwrap().alerts;
    let alert = alerts.iter().find(|alert| alert.rule == "bat-69").unwrap();
    assert_eq!(alert.message, Some(removal.id), "{alerts:?}");
    for (node, to) in [(&asks, 1), (&asked, 0)] {
        let mut seal = follows("manifest-seal", &batch, &[to]);
        seal["body"] = json!({"version": 1, "entry_root": wrong, "count": 1});
        let refused = say(node, seal).unwrap_err();
        assert!(refused.why.contains("root") || refused.why.contains("not here"), "{refused:?}");
    }
}

#[test]
fn nothing_rests_on_what_was_sent_for_another_purpose_without_leave() {
    // shows: orc-15, orc-16
    let world = Federation::of("guards-purpose", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [author, lead] = [0, 1].map(|place: usize| nodes[place].client());
    let report = say(&author, begins("intelligence-report", &[1])).unwrap();
    let told = procedure_of(&report);
    arrives(&lead, &told, 1);
    let proposal = |purpose: &str| {
        let mut letter = resting_on(&report.id, &[0]);
        letter["purpose"] = json!({"kind": purpose});
        letter
    };
    let refused = say(&lead, proposal("coordination")).unwrap_err();
    assert_eq!(refused.code, Code::OtherPurpose, "{refused:?}");
    assert!(refused.why.contains(&report.id) && refused.why.contains("orc-15"), "{refused:?}");
    assert!(refused.remedy.contains("onward-transfer-request"), "{refused:?}");
    say(&lead, proposal("investigation")).unwrap();

    let mut ask = follows("onward-transfer-request", &told, &[0]);
    ask["body"]["items"] = json!([report.id]);
    ask["body"]["proposed_recipients"] =
        json!([{"party": "LA", "agency": AGENCIES[1], "name": "Operations desk"}]);
    ask["body"]["purpose"] = json!({"kind": "coordination"});
    let ask = say(&lead, ask).unwrap();
    arrives(&author, &told, 2);
    let mut grant = follows("onward-transfer-decision", &told, &[1]);
    grant["body"] = json!({"of": ask.id, "granted": true});
    say(&author, grant).unwrap();
    arrives(&lead, &told, 3);
    let linked = say(&lead, proposal("coordination")).unwrap();
    let operation = procedure_of(&linked);
    assert_eq!(arrives(&author, &operation, 1).alerts, []);

    // What was allowed is taken back: it stands, and whoever can see it is told.
    let mut recall = follows("recall", &told, &[1]);
    recall["body"]["targets"] = json!([report.id]);
    say(&author, recall).unwrap();
    arrives(&lead, &told, 4);
    for node in [&author, &lead] {
        let alerts = node.procedure(&operation).unwrap().alerts;
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        assert_eq!(
            (alerts[0].rule.as_str(), &alerts[0].message),
            ("orc-15", &Some(linked.id.clone()))
        );
    }
}

/// An operation of the second agency in which the first has joined, ready to go.
fn ready(lead: &Client, other: &Client) -> String {
    let mut proposal = begins("joint-operation-proposal", &[0]);
    proposal["body"]["sites"] = json!([{"name": PLACE, "country": "LA"}]);
    let operation = procedure_of(&say(lead, proposal).unwrap());
    arrives(other, &operation, 1);
    let mut joins = follows("participation-reply", &operation, &[1]);
    joins["body"] = json!({"answer": "join"});
    say(other, joins).unwrap();
    arrives(lead, &operation, 2);
    let mut plan = follows("operation-plan", &operation, &[0]);
    let body = &mut plan["body"];
    for place in
        ["/command/per_territory_commander", "/legal_powers_per_territory", "/detention_capacity"]
    {
        let here = body.pointer_mut(place).and_then(Value::as_array_mut).unwrap();
        here.retain(|each| each["territory"] == "LA");
    }
    let plan = say(lead, plan).unwrap();
    arrives(other, &operation, 3);
    let name = json!({"version": 3, "plan_digest": plan.digest});
    let mut signs = follows("plan-signature", &operation, &[1]);
    signs["body"] = name.clone();
    say(other, signs).unwrap();
    arrives(lead, &operation, 4);
    let mut status = follows("operation-status", &operation, &[0]);
    status["body"] =
        json!({"status": "ready", "plan": name, "summary": {"lang": "en", "text": "All."}});
    say(lead, status).unwrap();
    operation
}

/// A proposal of an operation that rests on a report, marked as the report is.
fn resting_on(report: &str, to: &[usize]) -> Value {
    let mut proposal = begins("joint-operation-proposal", to);
    proposal["handling"] = begins("intelligence-report", to)["handling"].clone();
    proposal["body"]["threat_basis"] = json!([report]);
    proposal
}

/// Somebody is missed, who goes home to the State of the agency that says so.
fn missing() -> Value {
    let mut rescue = begins("rescue-request", &[1]);
    rescue["body"].as_object_mut().unwrap().remove("home");
    rescue
}

/// A grant under conditions.
fn grants(procedure: &str) -> Value {
    let mut decision = follows("handover-decision", procedure, &[0]);
    decision["body"]["per_offence"] = json!([{"offence": 1, "outcome": "granted-conditional"}]);
    decision["body"].as_object_mut().unwrap().remove("grounds");
    decision
}

/// A person whom the second agency grants to the first: the handover, and the decision.
fn granted(asks: &Client, asked: &Client) -> (String, String) {
    let request = say(asks, begins("handover-request", &[1])).unwrap();
    let handover = procedure_of(&request);
    taken(asked, &handover, &request.id);
    let mut grant = grants(&handover);
    grant["body"]["outcome"] = json!("granted");
    grant["body"]["per_offence"] = json!([{"offence": 1, "outcome": "granted"}]);
    grant["body"].as_object_mut().unwrap().remove("conditions");
    let decision = say(asked, grant).unwrap();
    arrives(asks, &handover, 3);
    (handover, decision.id)
}

/// People on a manifest from the second agency to the first, put up for sealing: each with the decision and a reference.
fn listing(people: &[(&str, &str)]) -> Value {
    listing_of(people, |_| {})
}

/// The same, and says more of each entry.
fn listing_of(people: &[(&str, &str)], more: impl Fn(&mut Value)) -> Value {
    let mut letter = begins("batch-manifest", &[0]);
    let body = &mut letter["body"];
    let entries: Vec<Value> = (1..)
        .zip(people)
        .map(|(n, (decision, person))| {
            let mut entry = body["entries"][0].clone();
            entry["n"] = json!(n);
            entry["decision_message"] = json!(decision);
            entry["person_ref"] = json!(person);
            more(&mut entry);
            entry
        })
        .collect();
    let read = |entry: &Value| {
        let value = serde_json::from_value(entry.clone()).unwrap();
        ManifestEntry::read(&value, &Pointer::Root, &mut Faults::new()).unwrap()
    };
    let seed = SaltSeed::parse(body["salt_seed"].as_str().unwrap()).unwrap();
    let read: Vec<ManifestEntry> = entries.iter().map(read).collect();
    let in_order: Vec<&ManifestEntry> = read.iter().collect();
    body["entry_root"] = json!(root::over(&in_order, &seed).unwrap().to_string());
    let total = entries.len();
    body["entries"] = json!(entries);
    body["version"] = json!(1);
    body["from"] = json!({"party": "LA", "agency": AGENCIES[1]});
    body["to"] = json!({"party": "CN", "agency": AGENCIES[0]});
    body["transit"] = json!([]);
    body["counts"] = json!({
        "total": total, "by_sex": {"female": 0, "male": total, "other": 0, "unknown": 0},
        "minors": 0, "high_risk": 0,
    });
    letter
}

/// The example of a kind as the first message of a procedure.
fn begins(kind: &str, to: &[usize]) -> Value {
    let to: Vec<&str> = to.iter().map(|place| AGENCIES[*place]).collect();
    letter::begins(kind, &to)
}

/// The example of a kind in a procedure, after all that the node holds of it.
fn follows(kind: &str, procedure: &str, to: &[usize]) -> Value {
    let mut letter = begins(kind, to);
    letter["procedure"] = json!(procedure);
    letter
}

fn say(client: &Client, letter: Value) -> Result<Message, Report> {
    let sent = client.submit(letter.to_string().as_bytes(), None)?;
    client.message(&sent.message.id)
}

/// The newest message that a node said itself. Its log grows by itself: receipts come when they come.
fn newest_own(client: &Client) -> Option<String> {
    let page = Page { direction: Some("out".to_owned()), limit: Some(1), cursor: None };
    client.messages(&page).unwrap().items.into_iter().next().map(|message| message.id)
}

fn procedure_of(message: &Message) -> String {
    message.header.as_ref().unwrap().procedure.clone()
}

/// A human of the second agency takes the request.
fn taken(client: &Client, procedure: &str, request: &str) {
    arrives(client, procedure, 1);
    let mut letter = follows("acknowledgement", procedure, &[0]);
    letter["body"]["of"] = json!(request);
    say(client, letter).unwrap();
}

/// Waits until a node holds so many messages of a procedure.
fn arrives(client: &Client, procedure: &str, messages: usize) -> ProcedureDetail {
    let held = wait::for_up_to(WITHIN, || {
        client.procedure(procedure).ok().filter(|view| view.summary.messages == messages)
    });
    held.unwrap_or_else(|| panic!("{messages} messages: {:?}", client.procedure(procedure)))
}
