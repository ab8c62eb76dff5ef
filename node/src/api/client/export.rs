//! Bundles on their way to a file: of the log, of a part of it, of one procedure.

use core::time::Duration;
use std::io;
use std::io::Read;
use std::io::Write;
use ureq::Body;
use ureq::http::Response;

use crate::api::client::Client;
use crate::api::client::escaped;
use crate::api::client::query;
use crate::report::Report;
use crate::report::code::Code;

/// Longest wait for the first byte of a bundle: ten million leaves are read in minutes.
const EXPORT_TIME_MAX: Duration = Duration::from_secs(3600);

/// A part of a log: a range, a period, a procedure or a peer, one of them alone; or all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Place of the first leaf.
    pub from: Option<u64>,
    /// Place after the last leaf.
    pub to: Option<u64>,
    /// The first instant. Shape: RFC 3339.
    pub since: Option<String>,
    /// The instant after the last. Shape: RFC 3339.
    pub until: Option<String>,
    /// A procedure. Shape: UUID.
    pub procedure: Option<String>,
    /// A peer.
    pub peer: Option<String>,
}

impl Client {
    /// Writes the bundle of the node's whole log to `out`. Gives back the bytes written.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses, and when the bundle breaks off or cannot be written.
    pub fn export(&self, out: &mut dyn Write) -> Result<u64, Report> {
        self.export_part(&Part::default(), out)
    }

    /// Writes the bundle of a part of the node's log to `out`. Gives back the bytes written.
    ///
    /// # Errors
    /// As [`Self::export`], and when nothing is in that part.
    pub fn export_part(&self, part: &Part, out: &mut dyn Write) -> Result<u64, Report> {
        let (from, to) = (part.from.map(|from| from.to_string()), part.to.map(|to| to.to_string()));
        let path = query(
            "/api/v1/log/export",
            &[
                ("from", from.as_deref()),
                ("to", to.as_deref()),
                ("since", part.since.as_deref()),
                ("until", part.until.as_deref()),
                ("procedure", part.procedure.as_deref()),
                ("peer", part.peer.as_deref()),
            ],
        );
        self.download(&path, out)
    }

    /// Writes the bundle of a procedure with its bodies to `out`. Gives back the bytes written.
    ///
    /// # Errors
    /// As [`Self::export`], and when a body must not be shown for that use.
    pub fn export_procedure(
        &self,
        id: &str,
        terms: [(&str, Option<&str>); 5],
        out: &mut dyn Write,
    ) -> Result<u64, Report> {
        let path = format!("/api/v1/procedures/{}/export", escaped(id));
        self.download(&query(&path, &terms), out)
    }

    fn download(&self, path: &str, out: &mut dyn Write) -> Result<u64, Report> {
        // A node reads the whole log before the first byte of a bundle leaves it.
        let asked = self.agent.get(self.at_path(path)).header("authorization", self.bearer());
        let patient = asked.config().timeout_recv_response(Some(EXPORT_TIME_MAX)).build();
        let answer = self.accepted(patient.call())?;
        self.copied(answer, out)
    }

    /// Writes an answer to `out` as it comes.
    pub(super) fn copied(
        &self,
        answer: Response<Body>,
        out: &mut dyn Write,
    ) -> Result<u64, Report> {
        let mut reader = answer.into_body().into_with_config().limit(u64::MAX).reader();
        let mut buffer = vec![0; 64 * 1024];
        let mut written = 0_u64;
        loop {
            let len = reader.read(&mut buffer).map_err(|error| self.broken_off(&error))?;
            let Some(piece) = buffer.get(..len).filter(|piece| !piece.is_empty()) else {
                return Ok(written);
            };
            out.write_all(piece).map_err(|error| unwritable(&error))?;
            written = written.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        }
    }
}

fn unwritable(error: &io::Error) -> Report {
    Report::new(Code::FileUnwritable, "the file was not written", error.to_string())
}
