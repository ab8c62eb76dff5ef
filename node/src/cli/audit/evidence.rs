//! `concord audit verify --evidence FILE`: one file of evidence, judged offline.

use std::path::Path;

use concord_protocol::audit::evidence::Accusation;
use concord_protocol::audit::evidence::Anchor;
use concord_protocol::audit::evidence::EvidenceFlaw;
use concord_protocol::audit::evidence::judge;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::limits::EVIDENCE_BYTES_MAX;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::files;
use crate::report;
use crate::report::Report;
use crate::report::code::Code;

/// Judges one file, and says what it proves and what not.
///
/// # Errors
/// The first thing for which it proves nothing.
// spec: evd-11
pub fn verify(path: &Path, genesis: Option<Digest>) -> Result<Answer, Report> {
    let bytes = files::read(path, EVIDENCE_BYTES_MAX)
        .map_err(|error| fail::file("the evidence was not read", &error))?;
    let accusation = judge::verify(&bytes, genesis).map_err(|flaw| refused(path, &flaw))?;
    let mut text = format!("{}\n", accusation.sentence());
    for limit in accusation.limits() {
        text.push_str(&format!("{limit}\n"));
    }
    text.push_str(&format!(
        "  file     {}\n  kind     {}\n  charter  {} ({})\n",
        accusation.digest(),
        accusation.kind().code(),
        accusation.charter(),
        anchor(&accusation)
    ));
    for note in accusation.notes() {
        text.push_str(&format!("\n{}", String::from_utf8_lossy(note)));
    }
    let answer = Answer::new(text, facts(&accusation));
    Ok(match accusation.anchor() {
        Anchor::Pinned => answer,
        Anchor::SelfConsistent => answer.say(
            "Give `--genesis DIGEST` to anchor it: without the pin, all of it could be invented.",
        ),
    })
}

fn facts(accusation: &Accusation) -> serde_json::Value {
    let notes: Vec<String> =
        accusation.notes().iter().map(|note| String::from_utf8_lossy(note).into_owned()).collect();
    json!({
        "holds": true,
        "digest": accusation.digest().to_string(),
        "kind": accusation.kind().code(),
        "accused": accusation.accused().as_str(),
        "log": accusation.log().map(|log| log.get()),
        "proves": accusation.sentence(),
        "proves_not": accusation.limits(),
        "charter": accusation.charter().to_string(),
        "anchor": anchor(accusation),
        "checkpoints": notes,
    })
}

const fn anchor(accusation: &Accusation) -> &'static str {
    match accusation.anchor() {
        Anchor::Pinned => "anchored",
        Anchor::SelfConsistent => "self-consistent, unanchored",
    }
}

/// Names the flaw.
// spec: evd-10
fn refused(path: &Path, flaw: &EvidenceFlaw) -> Report {
    let why = format!("{}: [{}] {}", path.display(), flaw.code(), report::chain(flaw));
    Report::new(Code::VerificationFailed, "the file proves nothing", why)
        .with_remedy("do not accuse anybody with it; ask whoever made it for another one")
}
