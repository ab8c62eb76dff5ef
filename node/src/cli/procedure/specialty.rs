//! For what a person may be tried, line by line, each with the message that says so.

use crate::api::shape::specialty::Consent;
use crate::api::shape::specialty::Received;
use crate::api::shape::specialty::SpecialtyLedger;
use crate::cli::answer::Answer;
use crate::cli::table;

/// What one line says: in which procedure, what, for which offences, by which message.
type Line = [String; 4];

/// The ledger of one person.
pub(super) fn show(ledger: &SpecialtyLedger) -> Answer {
    let lines = ledger.handovers.iter().flat_map(lines);
    let text = table::table(["procedure", "what", "offences", "message"], lines);
    Answer::new(text, table::json(ledger))
}

fn lines(received: &Received) -> Vec<Line> {
    let line = |what: String, offences: String, message: &str| {
        [received.procedure.clone(), what, offences, message.to_owned()]
    };
    let none = "–";
    let mut lines = vec![line(
        format!("{}, {} to {}", received.stage, received.from.join(" and "), received.to),
        none.to_owned(),
        none,
    )];
    if let (Some(batch), Some(entry)) = (&received.batch, received.entry) {
        lines.push(line(format!("travelled in {batch}, entry {entry}"), none.to_owned(), none));
    }
    if let Some(decision) = &received.decision {
        lines.push(line("granted".to_owned(), numbers(&received.granted), decision));
    }
    for consent in &received.consents {
        lines.push(line(consented(consent), numbers(&consent.offences), &consent.decision));
    }
    for tried in &received.tried {
        let by_consent = tried.by_consent.iter();
        let by_consent = by_consent.map(|entry| format!("{} of {}", entry.offence, entry.consent));
        let all: Vec<String> =
            tried.offences.iter().map(u64::to_string).chain(by_consent).collect();
        let what = if tried.freed { "tried, set free" } else { "tried" };
        lines.push(line(what.to_owned(), all.join(", "), &tried.notice));
    }
    if let Some(ended) = &received.ended {
        lines.push(line(format!("promise ended: {}", ended.how), "any".to_owned(), &ended.message));
    }
    lines
}

fn consented(consent: &Consent) -> String {
    match &consent.to {
        Some(to) => format!("onward surrender to {to}: {}", consent.standing),
        None => format!("further offences: {}", consent.standing),
    }
}

fn numbers(numbers: &[u64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    if numbers.is_empty() { "none".to_owned() } else { numbers.join(", ") }
}
