//! The cases of `spec/vectors/procedure` and `spec/vectors/fact`: their form, and the fold that was written from the
//! chapter alone against ours, over the cases and over transcripts that were changed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;

use cddl_cat::context::BasicContext;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::message::coordination::cycle::CycleStanding;
use concord_protocol::message::coordination::outcome::OutcomeStage;
use concord_protocol::message::coordination::outcome::OutcomeStanding;
use concord_protocol::message::custody::CustodyStatus;
use concord_protocol::message::handover::decision::Outcome as DecisionOutcome;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::operation::participation::ParticipationAnswer;
use concord_protocol::message::operation::signal::Signal;
use concord_protocol::message::operation::status::DeclaredStatus;
use concord_protocol::message::rescue::screening::ScreeningOutcome;
use concord_protocol::message::rescue::update::RescueState;
use concord_protocol::message::urgency::Urgency;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::batch::Batch;
use concord_protocol::procedure::cycle::Cycle;
use concord_protocol::procedure::exchange::deconfliction::Deconfliction;
use concord_protocol::procedure::exchange::feed::Feed;
use concord_protocol::procedure::exchange::notice::Notice;
use concord_protocol::procedure::exchange::report::Report;
use concord_protocol::procedure::exchange::rights::Rights;
use concord_protocol::procedure::fold::Fate;
use concord_protocol::procedure::fold::Rules;
use concord_protocol::procedure::freezing::Freezing;
use concord_protocol::procedure::handover::Handover;
use concord_protocol::procedure::information::Information;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::operation::Operation;
use concord_protocol::procedure::outcome::Outcome;
use concord_protocol::procedure::plain::Plain;
use concord_protocol::procedure::rank::Meeting;
use concord_protocol::procedure::rank::Rank;
use concord_protocol::procedure::rescue::Rescue;
use concord_protocol::procedure::transcript::Places;
use concord_protocol::procedure::transcript::Transcript;
use harness::chance::Chance;
use harness::second::Second;
use harness::top;
use serde_json::Value;
use serde_json::json;

use crate::grammar;

/// How often each case is changed.
const CHANGES: usize = 40;

/// How many messages are judged at the end of each changed case.
const TRIES: usize = 3;

/// The procedures that the second fold computes whole; of the others it takes from a case whether a message has a row.
const WHOLE: [&str; 4] = ["batch", "handover", "information", "rescue"];

/// A case, and where it stands.
struct Case {
    place: String,
    json: Value,
}

impl Case {
    fn procedure(&self) -> &str {
        self.json["procedure"].as_str().unwrap()
    }

    fn messages(&self) -> &[Value] {
        self.json["messages"].as_array().unwrap()
    }

    /// What could not be said, with why.
    fn refused(&self) -> &[Value] {
        self.json["refused"].as_array().map_or(&[], Vec::as_slice)
    }

    /// What both folds have to give.
    fn expect(&self) -> Value {
        let mut expect = self.json["expect"].clone();
        let said = |one: &Value| Value::from(text_of(one, "code") + " " + &text_of(one, "rule"));
        expect["refused"] = self.refused().iter().map(said).collect();
        // Whoever told a message of a story could say it.
        expect["judged"] = self.messages().iter().skip(1).map(|_| "accepted").collect();
        expect
    }
}

#[test]
fn every_message_of_a_case_has_the_form_that_the_grammar_gives_it() {
    // shows: pro-6
    let grammar = grammar::grammar();
    let mut checked = 0;
    for case in cases("procedure") {
        let refused = case.refused().iter().map(|refused| &refused["message"]);
        for message in case.messages().iter().chain(refused) {
            has_form(&grammar, "told-message", message, &case.place);
            checked += 1;
        }
    }
    for case in cases("fact") {
        has_form(&grammar, "stated-fact", &case.json["fact"], &case.place);
        checked += 1;
    }
    assert!(checked > 1_000, "only {checked} messages were checked against the grammar");
}

#[test]
fn a_case_of_every_procedure_is_folded_to_what_it_expects() {
    // shows: pro-2, pro-4, pro-14, pro-15
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases("procedure") {
        let all: Vec<usize> = (2..=case.messages().len()).collect();
        let ours = ours(case.procedure(), case.messages(), case.refused(), &all);
        assert_eq!(ours, case.expect(), "{}", case.place);
        *seen.entry(case.procedure().to_owned()).or_default() += 1;
    }
    let missing: Vec<&str> =
        PROCEDURES.iter().map(|(name, _)| *name).filter(|name| !seen.contains_key(*name)).collect();
    assert!(missing.is_empty(), "procedures without a case: {missing:?}");
}

#[test]
fn both_folds_agree_on_every_case() {
    // shows: promise-7, pro-14, pro-15, pro-18
    let Some(mut second) = Second::start("both_folds_agree_on_every_case") else { return };
    let mut differences = Vec::new();
    for case in cases("procedure") {
        let theirs = second.ask(&case.json);
        differences.extend(difference(&theirs, &case.expect(), &case));
    }
    none(&differences);
}

#[test]
fn both_folds_agree_on_changed_transcripts() {
    // shows: promise-7, pro-4, pro-14, pro-15, pro-18
    let Some(mut second) = Second::start("both_folds_agree_on_changed_transcripts") else { return };
    let mut chance = Chance::steady("both_folds_agree_on_changed_transcripts");
    let mut differences = Vec::new();
    for case in cases("procedure") {
        for _ in 0..CHANGES {
            let messages = parted(case.messages(), &mut chance);
            let tries = tries(&case, &messages, &mut chance);
            let judged = [1 + chance.below(messages.len())].into_iter().filter(|n| *n > 1);
            let judged: Vec<usize> = judged.collect();
            let expect = ours(case.procedure(), &messages, &tries, &judged);
            let changed = json!({
                "procedure": case.procedure(),
                "messages": messages,
                "refused": tries,
                "judged": judged,
                "expect": expect,
            });
            let theirs = second.ask(&changed);
            let said = difference(&theirs, &expect, &case);
            differences.extend(said.map(|said| format!("{said}\n  {changed}")));
        }
    }
    none(&differences);
}

#[test]
fn every_message_weighs_and_meets_others_as_the_chapter_says() {
    // shows: pro-16
    let Some(mut second) =
        Second::start("every_message_weighs_and_meets_others_as_the_chapter_says")
    else {
        return;
    };
    let cases = cases("procedure");
    let mut differences = Vec::new();
    for (name, kind) in PROCEDURES {
        let of_it = cases.iter().filter(|case| case.procedure() == *name);
        let opening =
            of_it.clone().next().expect("a case of every procedure").messages()[0].clone();
        let samples = samples(of_it.flat_map(Case::messages));
        let theirs = second.ask(&json!({ "weigh": name, "messages": samples }));
        let acts: Vec<Act> = samples.iter().map(|message| act(*kind, message)).collect();
        let (weights, meetings) = weighed(name, &act(*kind, &opening), &acts);
        for (place, weight) in weights.iter().enumerate() {
            if theirs["weights"][place][1] != weight.text() {
                let said = &theirs["weights"][place];
                differences
                    .push(format!("{name}: {} weighs {weight}: {said}", samples[place]["fact"]));
            }
        }
        for (one, row) in meetings.iter().enumerate() {
            for (other, together) in row.iter().enumerate() {
                let said = &theirs["meetings"][one][other];
                if !said.is_null() && said != together {
                    let (one, other) = (&theirs["weights"][one], &theirs["weights"][other]);
                    differences.push(format!("{name}: {one} and {other} together are {together}"));
                }
            }
        }
        let unused = theirs["unused"].as_array().cloned().unwrap_or_default();
        differences.extend(unused.iter().map(|line| format!("{name}: nothing comes to {line}")));
    }
    differences.sort();
    differences.dedup();
    none(&differences);
}

#[test]
fn the_chapter_says_what_each_word_of_its_tables_is() {
    // shows: pro-17
    let chapter = fs::read_to_string(top().join("spec/22-procedures.md")).unwrap();
    for (family, name) in [
        ("ho", "handover"),
        ("rfi", "request for information"),
        ("xch", "simple procedures"),
        ("out", "outcome document"),
        ("frz", "freezing"),
        ("opn", "operation"),
        ("cyc", "cycle"),
        ("bat", "batch"),
        ("res", "rescue"),
    ] {
        let row = format!("| **[{family}-");
        let rows = chapter.lines().filter(|line| line.starts_with(&row));
        let rows = rows.filter(|line| line.matches('|').count() == 6);
        let used: BTreeSet<&str> = rows.filter_map(|line| line.split(" | ").nth(2)).collect();
        let head = format!("| {name} | is |");
        let lines = chapter.lines().skip_while(|line| *line != head).skip(2);
        let lines = lines.take_while(|line| line.starts_with('|'));
        let said: Vec<&str> =
            lines.filter_map(|line| line.trim_start_matches("| ").split(" | ").next()).collect();
        assert_eq!(said.iter().copied().collect::<BTreeSet<&str>>(), used, "{name}");
        assert_eq!(said.len(), used.len(), "a word of {name} is explained twice");
    }
}

/// The procedures by what people call them, each with a kind that begins it.
const PROCEDURES: &[(&str, Kind)] = &[
    ("handover", Kind::HandoverRequest),
    ("information", Kind::RequestForInformation),
    ("report", Kind::IntelligenceReport),
    ("notice", Kind::Notice),
    ("deconfliction", Kind::DeconflictionQuery),
    ("feed", Kind::FeedSnapshot),
    ("subject-rights", Kind::SubjectRightsNotice),
    ("outcome document", Kind::OutcomeDocument),
    ("freezing", Kind::FreezingRequest),
    ("operation", Kind::JointOperationProposal),
    ("coordination cycle", Kind::CycleStatus),
    ("batch", Kind::BatchManifest),
    ("rescue", Kind::RescueRequest),
    ("plain", Kind::SituationReport),
];

/// What our rules say of acts of one procedure: what each weighs, and what a later one is to an earlier one.
fn weighed(name: &str, opening: &Act, acts: &[Act]) -> (Vec<Rank>, Vec<Vec<&'static str>>) {
    match name {
        "handover" => weighed_by::<Handover>(opening, acts),
        "information" => weighed_by::<Information>(opening, acts),
        "report" => weighed_by::<Report>(opening, acts),
        "notice" => weighed_by::<Notice>(opening, acts),
        "deconfliction" => weighed_by::<Deconfliction>(opening, acts),
        "feed" => weighed_by::<Feed>(opening, acts),
        "subject-rights" => weighed_by::<Rights>(opening, acts),
        "outcome document" => weighed_by::<Outcome>(opening, acts),
        "freezing" => weighed_by::<Freezing>(opening, acts),
        "operation" => weighed_by::<Operation>(opening, acts),
        "coordination cycle" => weighed_by::<Cycle>(opening, acts),
        "batch" => weighed_by::<Batch>(opening, acts),
        "rescue" => weighed_by::<Rescue>(opening, acts),
        "plain" => weighed_by::<Plain>(opening, acts),
        other => panic!("no procedure is called {other}"),
    }
}

fn weighed_by<R: Rules>(opening: &Act, acts: &[Act]) -> (Vec<Rank>, Vec<Vec<&'static str>>) {
    let state = R::open(opening).unwrap();
    let meet = |earlier: &Act, later: &Act| match state.clone().meet_here(earlier, later) {
        Meeting::Both => "both",
        Meeting::EarlierCounts => "the earlier",
        Meeting::Conflict => "conflict",
    };
    let row = |earlier: &Act| acts.iter().map(|later| meet(earlier, later)).collect();
    (acts.iter().map(R::rank).collect(), acts.iter().map(row).collect())
}

/// Different messages among these, and each again with every other word where one of several stands.
fn samples<'c>(messages: impl Iterator<Item = &'c Value>) -> Vec<Value> {
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for message in messages {
        for fact in variants(&message["fact"]) {
            let key = format!("{} {fact}", message["author"]);
            let mut sample = message.clone();
            sample["fact"] = fact;
            found.entry(key).or_insert(sample);
        }
    }
    found.into_values().collect()
}

/// Words of which one stands at some place of a fact.
fn choices() -> Vec<Vec<&'static str>> {
    macro_rules! words {
        ($($choice:ty),+) => {
            Vec::from([$(<$choice>::ALL.iter().map(|one| one.text()).collect()),+])
        };
    }
    words![
        CustodyStatus,
        DecisionOutcome,
        ScreeningOutcome,
        RescueState,
        Signal,
        ParticipationAnswer,
        DeclaredStatus,
        CycleStanding,
        OutcomeStage,
        OutcomeStanding
    ]
}

fn variants(fact: &Value) -> Vec<Value> {
    let mut all = Vec::from([fact.clone()]);
    for choice in choices() {
        let text = fact.to_string();
        for word in &choice {
            let stands = format!(":\"{word}\"");
            if text.contains(&stands) {
                let others =
                    choice.iter().map(|other| text.replace(&stands, &format!(":\"{other}\"")));
                let read = others.filter_map(|other| serde_json::from_str(&other).ok());
                all.extend(read.filter(is_fact));
            }
        }
    }
    all
}

fn is_fact(fact: &Value) -> bool {
    serde_json::from_value::<concord_protocol::procedure::fact::Fact>(fact.clone()).is_ok()
}

/// The same messages, parted otherwise: each after one or two of those before it.
fn parted(messages: &[Value], chance: &mut Chance) -> Vec<Value> {
    let mut parted = messages.to_vec();
    for place in 1..messages.len() {
        if chance.below(3) == 0 {
            continue;
        }
        let mut parents = Vec::new();
        for _ in 0..=chance.below(2) {
            // As a rule not far back: whoever writes has seen most of what there is.
            let back = 1 + chance.below(4).min(chance.below(place + 1));
            parents.push(messages[place - back.min(place)]["digest"].clone());
        }
        parents.sort_by_key(Value::to_string);
        parents.dedup();
        parted[place]["parents"] = Value::from(parents);
    }
    parted
}

/// Messages of a case, some by another author, that are judged by somebody who has seen all of these.
fn tries(case: &Case, messages: &[Value], chance: &mut Chance) -> Vec<Value> {
    let refused = case.refused().iter().map(|refused| &refused["message"]);
    let known: Vec<&Value> = case.messages().iter().skip(1).chain(refused).collect();
    let followed = |digest: &Value| {
        messages.iter().any(|one| one["parents"].as_array().unwrap().contains(digest))
    };
    let heads = messages.iter().map(|one| &one["digest"]).filter(|digest| !followed(digest));
    let heads: Vec<Value> = heads.cloned().collect();
    let tries = if known.is_empty() { 0 } else { TRIES };
    let tried = (0..tries).map(|_| {
        let mut message = known[chance.below(known.len())].clone();
        message["digest"] = json!("f".repeat(64));
        message["id"] = json!("0195a1c4-2f00-7d11-8b02-ffffffffffff");
        message["parents"] = json!(heads);
        if chance.one_in(4) {
            let author = message["author"].clone();
            let asked = message["asked"].as_array_mut().unwrap();
            if !asked.is_empty() {
                let other = chance.below(asked.len());
                message["author"] = std::mem::replace(&mut asked[other], author);
            }
        }
        json!({ "message": message })
    });
    tried.collect()
}

/// What is said to a message by what its author had seen.
fn judged(transcript: &Transcript, act: &Act) -> String {
    let seen = transcript.closure(&act.parents).unwrap();
    match Machine::of(transcript, &seen).unwrap().judge(act) {
        Ok(_) => "accepted".to_owned(),
        Err(refusal) => format!("{} {}", refusal.code.text(), refusal.rule),
    }
}

/// What our fold gives, as a case expects it, and what it says to other messages and to some of these by their numbers.
fn ours(name: &str, messages: &[Value], refused: &[Value], numbers: &[usize]) -> Value {
    let kind = PROCEDURES.iter().find(|(known, _)| *known == name).unwrap().1;
    let mut transcript = Transcript::new();
    for message in messages {
        transcript.put(act(kind, message)).unwrap();
    }
    let refused = refused.iter().map(|refused| act(kind, &refused["message"]));
    let refused: Vec<String> = refused.map(|act| judged(&transcript, &act)).collect();
    let acts = numbers.iter().filter_map(|number| transcript.act(number - 1));
    let of_these: Vec<String> = acts.map(|act| judged(&transcript, act)).collect();
    let machine = Machine::of(&transcript, &transcript.all()).unwrap();
    assert_eq!(machine.name(), name);
    let first = Places::up_to(1);
    let order = machine.order(&transcript, &transcript.all(), &first);
    let number = |digest: &Digest| transcript.place(digest).unwrap() + 1;
    let fates = (0..transcript.len()).filter_map(|place| transcript.act(place)).map(|act| {
        match machine.fates().get(&act.digest).unwrap() {
            Fate::Took { rule } => format!("took {rule}"),
            Fate::Noted => "noted".to_owned(),
            Fate::Outranked { by } => format!("outranked by {}", number(by)),
            Fate::Clashes { with } => format!("clashes with {}", number(with)),
            Fate::SetAside => "set aside".to_owned(),
            Fate::Overtaken(refusal) => format!("overtaken {}", refusal.rule),
        }
    });
    let pairs = machine.common().conflicts().iter();
    let mut conflicts: Vec<[usize; 2]> =
        pairs.map(|(one, other)| [number(one), number(other)]).collect();
    conflicts.iter_mut().for_each(|pair| pair.sort_unstable());
    conflicts.sort_unstable();
    let mut heads: Vec<usize> = transcript.heads().iter().map(number).collect();
    heads.sort_unstable();
    let agencies = machine.common().participants().keys();
    let next: BTreeMap<&str, Vec<&str>> =
        agencies.map(|agency| (agency.as_str(), machine.open_moves(agency))).collect();
    let mut found = json!({
        "order": first.iter().chain(order).map(|place| place + 1).collect::<Vec<usize>>(),
        "fates": fates.collect::<Vec<String>>(),
        "stage": machine.stage(),
        "conflicts": conflicts,
        "heads": heads,
        "next": next,
        "refused": refused,
        "judged": of_these,
    });
    if let Machine::Handover(folded) = &machine {
        found["custody"] = json!(folded.state.custody().text());
    }
    found
}

fn text_of(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap().to_owned()
}

fn act(kind: Kind, message: &Value) -> Act {
    let mut whole = message.clone();
    whole["kind"] = json!(kind.text());
    whole["urgency"] = serde_json::to_value(Urgency::U3).unwrap();
    serde_json::from_value(whole).unwrap()
}

/// Where they differ; of a procedure that the second fold has not whole it says no more than the first four.
fn difference(theirs: &Value, expect: &Value, case: &Case) -> Option<String> {
    let said =
        ["order", "fates", "conflicts", "heads", "stage", "custody", "next", "refused", "judged"];
    let whole = WHOLE.contains(&case.procedure());
    let mut said = said.into_iter().take(if whole { said.len() } else { 4 });
    let first = said.find(|key| expect[key] != theirs[key])?;
    let place = &case.place;
    Some(format!("{place}: {first}: ours {}, the second {}", expect[first], theirs[first]))
}

fn none(differences: &[String]) {
    let shown: Vec<&str> = differences.iter().take(20).map(String::as_str).collect();
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), shown.join("\n"));
}

fn has_form(grammar: &BasicContext, rule: &str, value: &Value, place: &str) {
    let found = cddl_cat::json::validate_json(grammar::rule_named(grammar, rule), value, grammar);
    assert!(found.is_ok(), "{place}: no {rule}: {found:?}\n{value}");
}

/// Every case below a folder of the vectors.
fn cases(area: &str) -> Vec<Case> {
    let mut found = Vec::new();
    let mut folders = Vec::from([top().join("spec/vectors").join(area)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
                found.push(Case { place: path.display().to_string(), json });
            }
        }
    }
    found.sort_by(|one, other| one.place.cmp(&other.place));
    found
}
