//! What a play tells whoever writes a fold of their own: one case of `spec/vectors/procedure`.
//!
//! The stories of these tests are the cases, so that nothing is told twice: a case holds what a fold looks at of each
//! message, and what everything together gives. Renewed with `CONCORD_BLESS=1`.

extern crate std;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value as Json;
use serde_json::json;

use super::Play;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::fold::Rules;
use crate::procedure::machine::Machine;
use crate::procedure::refusal::Refusal;
use crate::procedure::transcript::Places;
use crate::procedure::transcript::Transcript;

/// A file of `spec/vectors/procedure`. Messages are named by their numbers in it, from 1.
#[derive(Serialize)]
struct Case<'p> {
    explains: &'p str,
    spec: Vec<String>,
    procedure: &'static str,
    messages: Vec<Message<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<Refused<'p>>,
    expect: Expect,
}

/// What a fold looks at of a message.
#[derive(Serialize)]
struct Message<'p> {
    digest: Digest,
    id: MessageId,
    parents: &'p [Digest],
    #[serde(skip_serializing_if = "Option::is_none")]
    supersedes: Option<Digest>,
    author: &'p AgencyId,
    asked: &'p BTreeSet<AgencyId>,
    told: &'p BTreeSet<AgencyId>,
    created: Timestamp,
    fact: &'p Fact,
}

/// What its author could not say where it stood.
#[derive(Serialize)]
struct Refused<'p> {
    message: Message<'p>,
    code: &'static str,
    rule: &'static str,
}

/// What everything together gives.
#[derive(Serialize)]
struct Expect {
    order: Vec<usize>,
    fates: Vec<String>,
    stage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    custody: Option<&'static str>,
    conflicts: Vec<[usize; 2]>,
    heads: Vec<usize>,
    next: BTreeMap<AgencyId, Vec<&'static str>>,
}

impl<R: Rules> Play<R> {
    /// Tells what was played, once for all salts. The sentence names the case.
    pub(super) fn told(&self, explains: &str, spec: &[&str]) {
        if self.salt == 0 {
            self.tell(explains, spec);
        }
    }

    /// Tells what comes about with this salt.
    pub(super) fn tell(&self, explains: &str, spec: &[&str]) {
        let machine = self.machine();
        let mut ids: BTreeSet<&str> = spec.iter().copied().collect();
        ids.extend(self.rules());
        let case = Case {
            explains,
            spec: ids.into_iter().map(ToString::to_string).collect(),
            procedure: machine.name(),
            messages: acts(&self.transcript).map(Message::of).collect(),
            refused: self.refusals.iter().map(Refused::of).collect(),
            expect: self.expect(&machine),
        };
        let folder = machine.name().replace(' ', "-");
        let name = explains.replace([',', ':'], "").replace(' ', "-");
        compare(&format!("procedure/{folder}/{name}.json"), &json!(case));
    }

    fn machine(&self) -> Machine {
        Machine::of(&self.transcript, &self.transcript.all()).expect("a play begins a procedure")
    }

    fn expect(&self, machine: &Machine) -> Expect {
        let number = |digest: &Digest| self.transcript.place(digest).unwrap() + 1;
        let first = Places::up_to(1);
        let after = Folded::<R>::order(&self.transcript, &self.transcript.all(), &first);
        let fate = |act: &Act| match machine.fates().get(&act.digest).unwrap() {
            Fate::Took { rule } => format!("took {rule}"),
            Fate::Noted => "noted".to_string(),
            Fate::Outranked { by } => format!("outranked by {}", number(by)),
            Fate::Clashes { with } => format!("clashes with {}", number(with)),
            Fate::SetAside => "set aside".to_string(),
            Fate::Overtaken(refusal) => format!("overtaken {}", refusal.rule),
        };
        let mut conflicts: Vec<[usize; 2]> = Vec::new();
        for (one, other) in machine.common().conflicts() {
            let (one, other) = (number(one), number(other));
            conflicts.push([one.min(other), one.max(other)]);
        }
        conflicts.sort_unstable();
        let mut heads: Vec<usize> = self.transcript.heads().iter().map(number).collect();
        heads.sort_unstable();
        let agencies = machine.common().participants().keys();
        Expect {
            order: first.iter().chain(after).map(|place| place + 1).collect(),
            fates: acts(&self.transcript).map(fate).collect(),
            stage: machine.stage(),
            custody: custody(machine),
            conflicts,
            heads,
            next: agencies.map(|agency| (agency.clone(), machine.open_moves(agency))).collect(),
        }
    }
}

/// Where the person is, in the handover of one.
const fn custody(machine: &Machine) -> Option<&'static str> {
    let Machine::Handover(folded) = machine else { return None };
    Some(folded.state.custody().text())
}

impl<'p> Message<'p> {
    fn of(act: &'p Act) -> Self {
        Self {
            digest: act.digest,
            id: act.id,
            parents: &act.parents,
            supersedes: act.supersedes,
            author: &act.author,
            asked: &act.asked,
            told: &act.told,
            created: act.created,
            fact: &act.fact,
        }
    }
}

impl<'p> Refused<'p> {
    fn of((act, refusal): &'p (Act, Refusal)) -> Self {
        Self { message: Message::of(act), code: refusal.code.text(), rule: refusal.rule }
    }
}

fn acts(transcript: &Transcript) -> impl Iterator<Item = &Act> {
    transcript.acts()
}

/// How deep each member of a case stands on a line of its own; so a message is one line.
const DEPTH: usize = 2;

fn laid_out(value: &Json, depth: usize) -> String {
    let inner = |value: &Json| laid_out(value, depth.saturating_sub(1));
    let (open, lines, close): (char, Vec<String>, char) = if let Json::Object(members) = value {
        let line = |(name, value): (&String, &Json)| format!("{}: {}", json!(name), inner(value));
        ('{', members.iter().map(line).collect(), '}')
    } else if let Json::Array(items) = value {
        ('[', items.iter().map(inner).collect(), ']')
    } else {
        return value.to_string();
    };
    if depth == 0 || lines.is_empty() {
        return value.to_string();
    }
    let indent = "  ".repeat(DEPTH.saturating_sub(depth));
    let lines = lines.join(&format!(",\n{indent}  "));
    format!("{open}\n{indent}  {lines}\n{indent}{close}")
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors")
}

/// Compares a case with what is played now, or writes it.
pub(super) fn compare(place: &str, case: &Json) {
    let (file, text) = (vectors().join(place), laid_out(case, DEPTH) + "\n");
    if env::var_os("CONCORD_BLESS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        return;
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "{place} differs from what is played: renew it with CONCORD_BLESS=1");
}

#[test]
fn every_case_is_one_that_a_story_tells() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/procedure/tests");
    let mut sources = String::new();
    let mut folders = Vec::from([tests]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut cases = 0;
    for folder in fs::read_dir(vectors().join("procedure")).unwrap() {
        for case in fs::read_dir(folder.unwrap().path()).unwrap() {
            let text = fs::read_to_string(case.unwrap().path()).unwrap();
            let json: Json = serde_json::from_str(&text).unwrap();
            let sentence = json["explains"].as_str().unwrap();
            let begins = sentence.split(':').next().unwrap_or_default();
            assert!(sources.contains(&format!("\"{begins}")), "nobody tells: {sentence}");
            cases += 1;
        }
    }
    assert!(cases > 100, "only {cases} cases: renew them with CONCORD_BLESS=1");
}
