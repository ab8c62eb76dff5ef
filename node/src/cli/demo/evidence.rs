//! The end of the story: every log exported through its API, verified offline up to the pin, held against every other.
//!
//! Uses `protocol::audit`, as `concord audit` does. What fails is a result here and no error: it belongs on the table.

use std::path::Path;
use std::path::PathBuf;

use concord_protocol::audit::reconcile;
use concord_protocol::audit::verify;
use concord_protocol::crypto::digest::Digest;

use crate::cli::demo::stations::Stations;
use crate::cli::demo::summary::LogLine;
use crate::cli::demo::summary::Pair;
use crate::cli::fail;
use crate::files;
use crate::files::Access;
use crate::report;
use crate::report::Report;

/// The folder of the bundles.
pub(crate) const BUNDLES: &str = "bundles";

/// What the audit found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// One for each log.
    pub(crate) logs: Vec<LogLine>,
    /// One for each pair.
    pub(crate) pairs: Vec<Pair>,
}

/// Where an agency's bundle goes.
pub(crate) fn bundle(dir: &Path, agency: &str) -> PathBuf {
    dir.join(BUNDLES).join(format!("{agency}.concord"))
}

/// Exports every log through its node's API, verifies the files, and reconciles all pairs.
pub(crate) fn gather(stations: &Stations, dir: &Path, genesis: Digest) -> Result<Findings, Report> {
    let mut findings = Findings::default();
    let mut verified = Vec::new();
    for at in 0..stations.count() {
        let agency = stations.agency(at)?.id;
        let path = bundle(dir, agency);
        export(stations, at, &path)?;
        let bytes = files::read(&path, usize::MAX)
            .map_err(|error| fail::file("the bundle was not read", &error))?;
        let head = stations.client(at)?.head()?;
        match verify::verify(&bytes, Some(genesis)) {
            Ok(report) => {
                findings.logs.push(LogLine::verified(&report, &head));
                verified.push(report);
            }
            Err(finding) => {
                findings.logs.push(LogLine::failed(agency, &head, report::chain(&finding)));
            }
        }
    }
    // A log that does not verify has no facts to be held against; its own line says so.
    for (place, a) in verified.iter().enumerate() {
        for b in verified.iter().skip(place.saturating_add(1)) {
            findings.pairs.push(Pair::new(a, b, reconcile::reconcile(a, b)));
        }
    }
    Ok(findings)
}

fn export(stations: &Stations, at: usize, path: &Path) -> Result<(), Report> {
    let mut bytes = Vec::new();
    stations.client(at)?.export(&mut bytes)?;
    files::make(path, &bytes, Access::Private)
        .map_err(|error| fail::file("the bundle was not written", &error))
}
