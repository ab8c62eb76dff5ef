//! What the demonstration says at its end: one object for programs, one table for people.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comfy_table::Attribute;
use comfy_table::Cell;
use comfy_table::CellAlignment;
use comfy_table::Color;
use comfy_table::ContentArrangement;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use concord_protocol::audit::reconcile::NotComparable;
use concord_protocol::audit::reconcile::Reconciliation;
use concord_protocol::audit::verify::report::Counts;
use concord_protocol::audit::verify::report::Report;
use serde::Serialize;

use crate::api::shape;
use crate::api::shape::log::Head;
use crate::cli::demo::evidence::Findings;
use crate::cli::demo::heron::acceptance::Acceptance;
use crate::cli::demo::ledger::Tally;

/// Characters of a root that a person compares.
const ROOT_SHOWN: usize = 12;

/// The whole, as `--json` prints it. The order of the fields is the order of the keys.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    ok: bool,
    agencies: usize,
    messages: u64,
    deliveries: u64,
    receipts: u64,
    receipts_l2: u64,
    refusals: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    acceptance: Option<Acceptance>,
    logs: Vec<LogLine>,
    reconciliations: Vec<Pair>,
    elapsed_ms: u64,
    dir: String,
}

/// One log.
#[derive(Debug, Serialize)]
pub(crate) struct LogLine {
    agency: String,
    size: u64,
    root: String,
    verified: bool,
    /// On the newest head that has a quorum of them.
    cosignatures: u64,
    #[serde(skip)]
    counts: Counts,
    #[serde(skip)]
    finding: Option<String>,
}

/// Two logs held together.
#[derive(Debug, Serialize)]
pub(crate) struct Pair {
    a: String,
    b: String,
    matched: u64,
    problems: Vec<String>,
}

/// Where and how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    /// The federation's folder.
    pub(crate) dir: &'a Path,
    /// How long it took, in milliseconds.
    pub(crate) elapsed_ms: u64,
}

impl LogLine {
    /// A log that verified.
    pub(crate) fn verified(report: &Report, head: &Head) -> Self {
        Self {
            agency: report.agency.to_string(),
            size: report.head.size.get(),
            root: STANDARD.encode(report.head.root.as_bytes()),
            verified: true,
            cosignatures: cosignatures(head),
            counts: report.counts,
            finding: None,
        }
    }

    /// A log that did not; size and root are what its node says.
    pub(crate) fn failed(agency: &str, head: &Head, finding: String) -> Self {
        Self {
            agency: agency.to_owned(),
            size: head.size,
            root: STANDARD.encode(shape::unhex(&head.root).unwrap_or_default()),
            verified: false,
            cosignatures: cosignatures(head),
            counts: Counts::default(),
            finding: Some(finding),
        }
    }
}

fn cosignatures(head: &Head) -> u64 {
    head.witnessed.as_ref().map_or(0, |witnessed| witnessed.cosignatures)
}

impl Pair {
    /// What holding two logs together found.
    pub(crate) fn new(
        a: &Report,
        b: &Report,
        result: Result<Reconciliation, NotComparable>,
    ) -> Self {
        let (matched, problems) = match result {
            Ok(result) => {
                (result.matched, result.problems.iter().map(ToString::to_string).collect())
            }
            Err(error) => (0, vec![error.to_string()]),
        };
        Self { a: a.agency.to_string(), b: b.agency.to_string(), matched, problems }
    }
}

impl Summary {
    /// Puts together what the story and the audit found.
    pub(crate) fn new(tally: Tally, findings: Findings, setting: Setting<'_>) -> Self {
        let Findings { logs, pairs } = findings;
        let agencies = logs.len();
        let every_pair = agencies.saturating_mul(agencies.saturating_sub(1)) / 2;
        let ok = tally.is_complete()
            && tally.is_witnessed()
            && logs.iter().all(|log| log.verified)
            && pairs.len() == every_pair
            && pairs.iter().all(|pair| pair.problems.is_empty());
        Self {
            ok,
            agencies,
            messages: tally.messages,
            deliveries: tally.deliveries,
            receipts: tally.receipts,
            receipts_l2: tally.receipts_l2,
            refusals: tally.refusals,
            acceptance: None,
            logs,
            reconciliations: pairs,
            elapsed_ms: setting.elapsed_ms,
            dir: setting.dir.display().to_string(),
        }
    }

    /// The same with the sums of a scenario, which have to come out too.
    pub(crate) fn with_acceptance(self, acceptance: Acceptance) -> Self {
        Self { ok: self.ok && acceptance.ok, acceptance: Some(acceptance), ..self }
    }

    /// Whether every delivery is over, every log verified, and no two logs contradict each other.
    pub(crate) const fn is_ok(&self) -> bool {
        self.ok
    }

    /// The same for people.
    pub(crate) fn text(&self) -> String {
        let matched: u64 = self.reconciliations.iter().map(|pair| pair.matched).sum();
        let problems: Vec<&String> =
            self.reconciliations.iter().flat_map(|pair| &pair.problems).collect();
        let mut text = format!("{}\n", self.table());
        text.push_str(&format!(
            "{} messages, {} deliveries: {} receipts, {} of them at L2 (witnessed by a quorum), {} refusals\n",
            self.messages, self.deliveries, self.receipts, self.receipts_l2, self.refusals
        ));
        text.push_str(&self.acceptance.as_ref().map(Acceptance::text).unwrap_or_default());
        text.push_str(&format!(
            "{} pairs of logs reconciled: {matched} numbers agree, {} problems\n",
            self.reconciliations.len(),
            problems.len()
        ));
        let findings = self
            .logs
            .iter()
            .filter_map(|log| log.finding.as_ref().map(|found| (&log.agency, found)));
        for (agency, finding) in findings {
            text.push_str(&format!("  {agency}: {finding}\n"));
        }
        for problem in problems {
            text.push_str(&format!("  {problem}\n"));
        }
        text.push_str(&format!("everything lies in {}\n", self.dir));
        text
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
        let titles = [
            "agency",
            "sent",
            "received",
            "receipts",
            "log size",
            "root",
            "cosignatures",
            "verdict",
        ];
        table.set_header(titles.map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
        for log in &self.logs {
            table.add_row(self.row(log));
        }
        table
    }

    fn row(&self, log: &LogLine) -> [Cell; 8] {
        let number = |number: u64| Cell::new(number).set_alignment(CellAlignment::Right);
        let troubled =
            |pair: &&Pair| [&pair.a, &pair.b].contains(&&log.agency) && !pair.problems.is_empty();
        let verdict = match (log.verified, self.reconciliations.iter().any(|pair| troubled(&pair)))
        {
            (true, false) => Cell::new("verified, agrees with all").fg(Color::Green),
            (true, true) => Cell::new("verified, contradicted").fg(Color::Yellow),
            (false, _) => Cell::new("does not verify").fg(Color::Red),
        };
        let root: String = log.root.chars().take(ROOT_SHOWN).collect();
        [
            Cell::new(&log.agency),
            number(log.counts.sent),
            number(log.counts.received),
            number(log.counts.settled_accepted.saturating_add(log.counts.settled_refused)),
            number(log.size),
            Cell::new(format!("{root}…")),
            number(log.cosignatures),
            verdict,
        ]
    }
}

#[cfg(test)]
mod tests;
