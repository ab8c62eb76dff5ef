//! The sums that the story has to come to: DOMAIN's numbers as a table, held against what was read from the nodes.

use serde::Serialize;

use crate::cli::demo::heron::numbers::Numbers;

/// A sum: a whole and its parts, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Sum {
    /// The whole.
    pub(crate) total: u64,
    /// What it is made of, in the order in which it is told.
    pub(crate) parts: Vec<Part>,
}

/// A part of a sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Part {
    /// What it counts.
    pub(crate) name: &'static str,
    /// How many.
    pub(crate) count: u64,
}

/// A sum of the story beside what the nodes hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    /// Who is counted.
    pub(crate) of: &'static str,
    /// Whose node was read.
    pub(crate) read_at: &'static str,
    /// What it has to be.
    pub(crate) wanted: Sum,
    /// What the node's procedures add up to.
    pub(crate) held: Sum,
    /// Whether they are the same, and the whole is its parts.
    pub(crate) ok: bool,
}

/// Whether all agencies that take part in a procedure see it alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Agreement {
    /// Procedures that two or more nodes hold.
    pub(crate) shared: u64,
    /// How many of them stand elsewhere at one node than at another.
    pub(crate) differing: u64,
    /// How many of them are in conflict.
    pub(crate) in_conflict: u64,
}

/// What was checked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Acceptance {
    /// Whether everything came out.
    pub(crate) ok: bool,
    /// Whether this is the whole story or the small one for tests.
    pub(crate) scale: &'static str,
    /// The sums.
    pub(crate) sums: Vec<Check>,
    /// Whether the nodes agree.
    pub(crate) agreement: Agreement,
    /// What is stated in messages and carried out by nothing here.
    pub(crate) played_only: Vec<&'static str>,
}

/// The sums that were read from the nodes, in the order of [`wanted`].
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Found at the site.
    pub(crate) site: Sum,
    /// Captured in the raid.
    pub(crate) raid: Sum,
    /// Reported of the four weeks.
    pub(crate) weeks: Sum,
    /// Asked for in the chain.
    pub(crate) chain: Sum,
    /// Arrived with the manifests of the chain.
    pub(crate) manifests: Sum,
    /// Entries of the feed, at the node that has fewest.
    pub(crate) indicators: Sum,
}

/// What the software does not do yet, and the story only says.
pub(crate) const PLAYED_ONLY: &[&str] = &[
    "block effects: twelve monthly reports state 2.1 billion calls and 2.42 billion messages; nothing was blocked",
    "face-to-face signature: both officers sign in ink; the nine hours until the network is back are not waited for",
    "arrivals: of the chain only whoever travels alone has the arrival in the own handover; the certificates say it of the others",
    "approvals: the charter of the demonstration demands none",
    "policy: the charter has the clauses of three annexes from the first day on, and not only once the document is signed; the observer has no node",
    "audit: no line of a log is tampered with; at the end all logs are verified and held against each other",
];

impl Sum {
    /// A whole with its parts.
    pub(crate) fn new(total: u64, parts: &[(&'static str, u64)]) -> Self {
        let parts = parts.iter().map(|(name, count)| Part { name, count: *count }).collect();
        Self { total, parts }
    }

    fn adds_up(&self) -> bool {
        self.parts.iter().map(|part| part.count).sum::<u64>() == self.total
    }

    /// As people write it: `149 = 131 + 11 + 7`.
    pub(crate) fn text(&self) -> String {
        let parts: Vec<String> =
            self.parts.iter().map(|part| format!("{} {}", part.count, part.name)).collect();
        format!("{} = {}", self.total, parts.join(" + "))
    }
}

impl Acceptance {
    /// Holds what was read against what it has to be.
    pub(crate) fn new(
        numbers: &Numbers,
        scale: &'static str,
        held: Held,
        agreement: Agreement,
    ) -> Self {
        let read = [held.site, held.raid, held.weeks, held.chain, held.manifests, held.indicators];
        let sums: Vec<Check> = wanted(numbers)
            .into_iter()
            .zip(read)
            .map(|((of, read_at, wanted), held)| {
                let ok = wanted == held && held.adds_up();
                Check { of, read_at, wanted, held, ok }
            })
            .collect();
        let agreed = agreement.shared > 0 && agreement.differing == 0 && agreement.in_conflict == 0;
        let ok = agreed && sums.iter().all(|check| check.ok);
        Self { ok, scale, sums, agreement, played_only: PLAYED_ONLY.to_vec() }
    }

    /// The same for people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for check in &self.sums {
            let verdict = if check.ok { "as it must be" } else { "WRONG" };
            text.push_str(&format!(
                "{} ({}): {}, {verdict}\n",
                check.of,
                check.read_at,
                check.held.text()
            ));
            if !check.ok {
                text.push_str(&format!("  it must be {}\n", check.wanted.text()));
            }
        }
        let Agreement { shared, differing, in_conflict } = self.agreement;
        text.push_str(&format!(
            "{shared} procedures at two nodes or more: {differing} differ, {in_conflict} are in conflict\n"
        ));
        for line in &self.played_only {
            text.push_str(&format!("said only: {line}\n"));
        }
        text
    }
}

/// The table of DOMAIN 6, or of a smaller telling.
pub(crate) fn wanted(numbers: &Numbers) -> [(&'static str, &'static str, Sum); 6] {
    let Numbers { site, raid, weeks, chain, indicators } = numbers;
    let (sites, addresses) = indicators.at_the_end();
    let victims: usize = site.victims.iter().map(|(_, count)| count).sum();
    let handed_over = site.to_cn + site.to_vn + site.to_th;
    let foreign: u64 = weeks.foreign.iter().map(|(_, count)| count).sum();
    let arrived = chain.manifests * chain.people;
    let full = chain.manifests.saturating_sub(1) * chain.people;
    [
        (
            "people found at the site",
            "la.mps",
            whole(&[
                ("handed over", handed_over),
                ("returned under a guarantee", site.returned),
                ("presumed victims", victims),
                ("minors", site.minors),
                ("deferred", site.deferred),
                ("refused for insufficient evidence", site.unproven),
                ("domestic cases", site.domestic),
            ]),
        ),
        (
            "people captured in the raid",
            "vn.mps",
            whole(&[
                ("handed over", raid.handed_over),
                ("domestic cases", raid.domestic),
                ("presumed victims", raid.victims),
            ]),
        ),
        ("people in the reports of four weeks", "cn.mps", {
            let parts = [
                ("requested by others", foreign),
                ("domestic", weeks.domestic),
                ("presumed victims and others", weeks.others),
            ];
            Sum::new(parts.iter().map(|(_, count)| count).sum(), &parts)
        }),
        (
            "people asked for in the chain",
            "mm.mpf",
            whole(&[
                ("handed over", arrived),
                ("rerouted", chain.rerouted),
                ("refused", chain.refused),
                ("deferred", chain.deferred),
                ("held for medical reasons", chain.medical),
            ]),
        ),
        (
            "people who arrived with the manifests",
            "cn.mps",
            whole(&[
                ("on manifests that stayed whole", full),
                ("on the manifest that lost one", chain.people.saturating_sub(1)),
                ("alone on the last manifest", 1),
            ]),
        ),
        (
            "entries of the feed that every node holds",
            "all six",
            Sum::new(
                sites.saturating_add(addresses),
                &[("sites", sites), ("addresses", addresses)],
            ),
        ),
    ]
}

fn whole(parts: &[(&'static str, usize)]) -> Sum {
    let counted: Vec<(&'static str, u64)> = parts
        .iter()
        .map(|(name, count)| (*name, u64::try_from(*count).unwrap_or(u64::MAX)))
        .collect();
    Sum::new(counted.iter().map(|(_, count)| count).sum(), &counted)
}

#[cfg(test)]
mod tests;
