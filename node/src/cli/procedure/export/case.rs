//! What is said of a procedure: from the verified file, and from the node what became of each message.

use std::collections::BTreeSet;

use concord_protocol::audit::bundle::BodyUse;
use concord_protocol::audit::verify::report::Report;
use concord_protocol::audit::verify::transcript::Entry as Shown;
use concord_protocol::audit::verify::transcript::Plain;
use concord_protocol::audit::verify::transcript::Receipted;
use concord_protocol::codec;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::log::leaf::Outcome;

use crate::api::shape::header::HeaderDocument;
use crate::api::shape::procedure::Entry;
use crate::api::shape::procedure::ProcedureDetail;
use crate::api::shape::procedure::RefusedEntry;
use crate::cli::words;
use crate::cli::words::Line;

/// A procedure to be read.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) head: Head,
    pub(super) messages: Vec<Said>,
}

/// What it is, and by what it is verified.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) procedure: String,
    pub(super) kind: String,
    pub(super) stage: String,
    pub(super) participants: Vec<String>,
    /// For what bodies are shown.
    pub(super) to_use: BodyUse,
    pub(super) shown: u64,
    pub(super) withheld: u64,
    /// Whose log it is from.
    pub(super) agency: String,
    pub(super) origin: String,
    pub(super) size: u64,
    pub(super) root: String,
    pub(super) made_at: String,
    /// The digest that names the file.
    pub(super) bundle: String,
    pub(super) charter: String,
    pub(super) charter_digest: String,
    pub(super) witnessed: u64,
}

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) id: String,
    pub(super) digest: String,
    pub(super) kind: String,
    pub(super) from: String,
    pub(super) created: String,
    pub(super) leaf: Option<u64>,
    /// What became of it, by which rule.
    pub(super) became: String,
    pub(super) receipts: Vec<String>,
    /// What its author signed.
    pub(super) header: Vec<Line>,
    pub(super) body: Body,
}

/// What is shown of a body.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// It, and what ties it to the header.
    Shown { lines: Vec<Line>, salt: String, commitment: String },
    /// It stays sealed.
    Sealed,
    /// It was erased, as this leaf says.
    Erased(u64),
    /// The file does not show the message.
    Elsewhere,
}

impl Case {
    /// A procedure as the file shows it, in the order in which the node took its messages.
    pub(super) fn of(report: &Report, detail: &ProcedureDetail) -> Self {
        let entry = |digest: &str| {
            let transcript = report.transcript.as_ref()?;
            transcript.entry(&Digest::parse(digest).ok()?)
        };
        let mut told = BTreeSet::new();
        let mut messages = Vec::new();
        for one in detail.transcript.iter().chain(&detail.asides) {
            told.insert(one.digest.clone());
            messages.push(Said::known(one, entry(&one.digest)));
        }
        for refused in &detail.refused {
            told.insert(refused.digest.clone());
            messages.extend(entry(&refused.digest).map(|shown| Said::refused(refused, shown)));
        }
        let entries = report.transcript.as_ref().map_or(&[][..], |all| all.entries());
        let others = entries.iter().filter(|shown| !told.contains(&shown.digest.to_string()));
        messages
            .extend(others.map(|shown| Said::of(shown, "waits for what it follows".to_owned())));
        Self { head: Head::of(report, detail), messages }
    }
}

impl Head {
    fn of(report: &Report, detail: &ProcedureDetail) -> Self {
        let stage = detail.summary.stage.clone().unwrap_or_default();
        let conflict = if detail.summary.in_conflict { ", in conflict" } else { "" };
        let participants = detail.participants.iter();
        Self {
            procedure: detail.summary.id.clone(),
            kind: detail.summary.procedure.clone().unwrap_or_default(),
            stage: format!("{stage}{conflict}"),
            participants: participants
                .map(|one| format!("{} ({})", one.agency, one.role))
                .collect(),
            to_use: report.bodies.unwrap_or(BodyUse::Work),
            shown: report.counts.bodies,
            withheld: report.counts.withheld,
            agency: report.agency.to_string(),
            origin: report.origin.clone(),
            size: report.head.size.get(),
            root: report.head.root.to_string(),
            made_at: report.made_at.to_string(),
            bundle: report.digest.to_string(),
            charter: format!("{} version {}", report.charter.name, report.charter.version),
            charter_digest: report.charter.digest.to_string(),
            witnessed: report.witnessed.size.get(),
        }
    }

    /// What the whole may be used for.
    // spec: audit-51
    pub(super) const fn warning(&self) -> &'static str {
        match self.to_use {
            BodyUse::Work => "INTELLIGENCE, NOT EVIDENCE",
            BodyUse::Court => "FOR USE IN COURT",
        }
    }

    /// What that means.
    pub(super) const fn meaning(&self) -> &'static str {
        match self.to_use {
            BodyUse::Work => {
                "Made for the work on a case. Nothing in it may be shown in court; for that, it is exported for use in court."
            }
            BodyUse::Court => {
                "Each body that is shown may be used as evidence by its marking, or with the consent of its originator. What may not be stays sealed."
            }
        }
    }
}

impl Said {
    fn known(entry: &Entry, shown: Option<&Shown>) -> Self {
        let became = became(entry);
        match shown {
            Some(shown) => Self::of(shown, became),
            // It came in an older log of this node, or after the file was cut.
            None => Self {
                id: entry.id.clone(),
                digest: entry.digest.clone(),
                kind: entry.kind.clone(),
                from: entry.from.clone(),
                created: entry.created.clone(),
                leaf: None,
                became,
                receipts: Vec::new(),
                header: Vec::new(),
                body: Body::Elsewhere,
            },
        }
    }

    fn refused(refused: &RefusedEntry, shown: &Shown) -> Self {
        let RefusedEntry { code, rule, why, .. } = refused;
        Self::of(shown, format!("refused by rule {rule} [{code}]: {why}"))
    }

    fn of(shown: &Shown, became: String) -> Self {
        let header = &shown.header;
        let document = HeaderDocument::from(header.clone());
        Self {
            id: header.id.to_string(),
            digest: shown.digest.to_string(),
            kind: header.kind.to_string(),
            from: header.from.agency.to_string(),
            created: header.created.to_string(),
            leaf: Some(shown.leaf.get()),
            became,
            receipts: shown.receipts.iter().map(receipt).collect(),
            header: words::lines(&serde_json::to_value(document).unwrap_or_default()),
            body: body(shown),
        }
    }
}

fn body(shown: &Shown) -> Body {
    match (&shown.body, shown.erased) {
        (Some(plain), _) => Body::Shown {
            lines: said(plain),
            salt: plain.salt().iter().map(|byte| format!("{byte:02x}")).collect(),
            commitment: shown.header.commitment.to_string(),
        },
        (None, Some(leaf)) => Body::Erased(leaf.get()),
        (None, None) => Body::Sealed,
    }
}

/// The fields of a body. What cannot be read as one is said to be so: that it is what was sent still holds.
fn said(plain: &Plain) -> Vec<Line> {
    let content: Result<Value, _> = codec::decode(plain.content());
    let value = content.map(|content| serde_json::to_value(content).unwrap_or_default());
    words::lines(&value.unwrap_or_else(|_| serde_json::json!({"unreadable": true})))
}

fn became(entry: &Entry) -> String {
    let mut text = entry.fate.replace('-', " ");
    if let Some(rule) = &entry.rule {
        text.push_str(&format!(" by rule {rule}"));
    }
    if let Some(by) = &entry.by {
        text.push_str(&format!(", because of the message {by}"));
    }
    if let Some(why) = &entry.why {
        text.push_str(&format!(": {why}"));
    }
    text
}

fn receipt(receipt: &Receipted) -> String {
    let grade = receipt.grade.text();
    match receipt.outcome {
        Outcome::Accepted => format!("{} took it ({grade})", receipt.by),
        Outcome::Refused { code } => format!("{} refused it with {code} ({grade})", receipt.by),
    }
}
