//! The command line's side of the local API.
//!
//! Uses `shape`, `report`. Every failure is a [`Report`]: what the node refused ends with exit code 5, a node that
//! cannot be reached with 4. Absent on purpose: retries; a person or a script decides on those.

mod deconfliction;
mod evidence;
pub mod export;
mod feeds;
mod files;
mod peers;
mod proofs;
mod reviews;
mod statistics;

use core::fmt;
use core::time::Duration;
use std::fs;
use std::io;
use std::path::Path;

use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::Body;
use ureq::http::Response;

use crate::api::address;
use crate::api::address::AddressError;
use crate::api::auth;
use crate::api::problem::ProblemDocument;
use crate::api::shape::charter::CharterPapers;
use crate::api::shape::erasure::Erasure;
use crate::api::shape::erasure::KeyBackup;
use crate::api::shape::log::EntryList;
use crate::api::shape::log::Head;
use crate::api::shape::log::Inclusion;
use crate::api::shape::message::Message;
use crate::api::shape::message::MessageList;
use crate::api::shape::message::OpenedMessage;
use crate::api::shape::message::SubmittedMessage;
use crate::api::shape::node::Charter;
use crate::api::shape::node::Readiness;
use crate::api::shape::procedure::ProcedureDetail;
use crate::api::shape::procedure::ProcedureList;
use crate::api::shape::specialty::SpecialtyLedger;
use crate::report;
use crate::report::Exit;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

/// Longest document that the node answers with, in bytes; a page of the longest leaves stays below half of it.
const DOCUMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Time for a connection to stand.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);

/// Time for an answer to begin. A commit or a ping may take some seconds on a loaded machine.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);

/// Time for one document to arrive.
const DOCUMENT_TIME_MAX: Duration = Duration::from_secs(120);

/// One node's API, and the token for it.
pub struct Client {
    url: String,
    token: String,
    agent: Agent,
}

/// Keeps the token silent.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.url)
    }
}

/// What a submission became, and whether an earlier one under the same key had made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The message.
    pub message: SubmittedMessage,
    /// Whether an earlier submission made it.
    pub replayed: bool,
}

/// Which page of the messages.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// `in` or `out`; both when absent.
    pub direction: Option<String>,
    /// At most this many; the node's own number when absent.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

impl Client {
    /// The API of the node in a directory.
    ///
    /// # Errors
    /// When the directory does not say where the API is, or with which token.
    pub fn in_directory(dir: &Path) -> Result<Self, Report> {
        let what = "the node was not asked";
        let url = address::read(dir).map_err(|error| match error {
            // A node's directory without an address is one whose node does not run.
            AddressError::Unreadable(_) if dir.join("concord.toml").exists() => {
                let why = format!(
                    "{} has no {}: no node runs there",
                    dir.display(),
                    address::ADDRESS_FILE
                );
                Report::new(Code::NodeUnreachable, what, why)
            }
            AddressError::Unreadable(_) | AddressError::Malformed => {
                let why = format!("{}: {}", dir.display(), report::chain(&error));
                Report::new(Code::NotANodeDirectory, what, why)
            }
        })?;
        Self::at(&url, &dir.join(address::TOKEN_FILE))
    }

    /// The API at an address, for example `http://127.0.0.1:40123`.
    ///
    /// # Errors
    /// When the address is not one, or the token file does not hold a token.
    pub fn at(url: &str, token_file: &Path) -> Result<Self, Report> {
        let what = "the node was not asked";
        let url = url.trim_end_matches('/');
        if !url.starts_with("http://") {
            let why = "an API address begins with `http://`; the API speaks without TLS, on a local address";
            return Err(Report::new(Code::Usage, what, why));
        }
        let file = token_file.display();
        let text = fs::read_to_string(token_file).map_err(|error| {
            Report::new(Code::FileUnreadable, what, format!("read the token file {file}: {error}"))
        })?;
        let token = auth::trimmed(&text).map_err(|error| {
            Report::new(Code::FileUnreadable, what, format!("the token file {file}: {error}"))
        })?;
        Ok(Self { url: url.to_owned(), token: token.to_owned(), agent: agent() })
    }

    /// Submits a message, as the file holds it.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn submit(&self, submission: &[u8], key: Option<&str>) -> Result<Sent, Report> {
        let mut request =
            self.agent.post(self.at_path("/api/v1/messages")).content_type("application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = request.header("authorization", self.bearer()).send(submission);
        let answer = self.accepted(answer)?;
        let replayed = answer.headers().contains_key("idempotency-replayed");
        Ok(Sent { message: self.document(answer)?, replayed })
    }

    /// Lists messages, newest first.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn messages(&self, page: &Page) -> Result<MessageList, Report> {
        let limit = page.limit.map(|limit| limit.to_string());
        self.get(&query(
            "/api/v1/messages",
            &[
                ("direction", page.direction.as_deref()),
                ("limit", limit.as_deref()),
                ("cursor", page.cursor.as_deref()),
            ],
        ))
    }

    /// Shows one message.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn message(&self, id: &str) -> Result<Message, Report> {
        self.get(&format!("/api/v1/messages/{}", escaped(id)))
    }

    /// Lists procedures, oldest first.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn procedures(
        &self,
        limit: Option<usize>,
        cursor: Option<&str>,
        due: Option<&str>,
    ) -> Result<ProcedureList, Report> {
        let limit = limit.map(|limit| limit.to_string());
        let asked = [("limit", limit.as_deref()), ("cursor", cursor), ("due", due)];
        self.get(&query("/api/v1/procedures", &asked))
    }

    /// Shows one procedure.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn procedure(&self, id: &str) -> Result<ProcedureDetail, Report> {
        self.get(&format!("/api/v1/procedures/{}", escaped(id)))
    }

    /// Shows for what the person of a handover may be tried.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn specialty(&self, id: &str) -> Result<SpecialtyLedger, Report> {
        self.get(&format!("/api/v1/procedures/{}/specialty", escaped(id)))
    }

    /// Erases the body of a message for good.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn erase(&self, id: &str, demand: [(&str, &str); 3]) -> Result<Erasure, Report> {
        let path = format!("/api/v1/messages/{}/erasure", escaped(id));
        let demand = demand.map(|(name, value)| (name, Some(value)));
        self.post(&query(&path, &demand))
    }

    /// Tells the node that the keys of the bodies are copied, and learns until when the copy may be kept.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn key_backup(&self) -> Result<KeyBackup, Report> {
        self.post("/api/v1/key-backups")
    }

    /// Opens a body; the node logs who opened it and for which purpose.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn open(&self, id: &str, officer: &str, purpose: &str) -> Result<OpenedMessage, Report> {
        self.open_knowing(id, (officer, purpose), (None, false))
    }

    /// The same in a case of the node's own agency.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn open_in(
        &self,
        id: &str,
        (officer, purpose): (&str, &str),
        case: &str,
    ) -> Result<OpenedMessage, Report> {
        self.open_knowing(id, (officer, purpose), (Some(case), false))
    }

    /// The same in a case, where one is named, and for somebody who may know that the notice is suspended.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn open_knowing(
        &self,
        id: &str,
        (officer, purpose): (&str, &str),
        (case, suspended): (Option<&str>, bool),
    ) -> Result<OpenedMessage, Report> {
        let path = format!("/api/v1/messages/{}/body", escaped(id));
        let asked = [
            ("officer", Some(officer)),
            ("purpose", Some(purpose)),
            ("case", case),
            ("suspended", suspended.then_some("known")),
        ];
        self.get(&query(&path, &asked))
    }

    /// Proves that a message's leaf stands in the node's log.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn message_proof(&self, id: &str) -> Result<Inclusion, Report> {
        self.get(&format!("/api/v1/messages/{}/proof", escaped(id)))
    }

    /// The receipt of one recipient, as the node received it.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn receipt(&self, id: &str, agency: &str) -> Result<Vec<u8>, Report> {
        let answer =
            self.ask(&format!("/api/v1/messages/{}/receipts/{}", escaped(id), escaped(agency)))?;
        self.bytes(answer)
    }

    /// The newest head of the node's log.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn head(&self) -> Result<Head, Report> {
        self.get("/api/v1/log/head")
    }

    /// The newest durable head, after every peer that is there was asked to cosign it.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn cosign(&self) -> Result<Head, Report> {
        let answer = self
            .agent
            .post(self.at_path("/api/v1/log/cosign"))
            .header("authorization", self.bearer())
            .send_empty();
        let answer = self.accepted(answer)?;
        self.document(answer)
    }

    /// Leaves of the node's log in order.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn entries(&self, from: u64, limit: Option<usize>) -> Result<EntryList, Report> {
        let (from, limit) = (from.to_string(), limit.map(|limit| limit.to_string()));
        self.get(&query(
            "/api/v1/log/entries",
            &[("from", Some(&from)), ("limit", limit.as_deref())],
        ))
    }

    /// The charter in force.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn charter(&self) -> Result<Charter, Report> {
        self.get("/api/v1/charter")
    }

    /// Every version of the charter, in force and proposed.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn charter_versions(&self) -> Result<CharterPapers, Report> {
        self.get("/api/v1/charter/versions")
    }

    /// Whether the node takes and exchanges messages. A node that does not is no error here.
    ///
    /// # Errors
    /// When the node cannot be reached.
    pub fn readiness(&self) -> Result<Readiness, Report> {
        let answer = self
            .agent
            .get(self.at_path("/readyz"))
            .call()
            .map_err(|error| self.unreachable(&error))?;
        self.document(answer)
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Report> {
        let answer = self.ask(path)?;
        self.document(answer)
    }

    fn post<T: DeserializeOwned>(&self, path: &str) -> Result<T, Report> {
        let request = self.agent.post(self.at_path(path)).header("authorization", self.bearer());
        let answer = self.accepted(request.send_empty())?;
        self.document(answer)
    }

    fn post_json<T: DeserializeOwned>(
        &self,
        path: &str,
        document: &serde_json::Value,
    ) -> Result<T, Report> {
        let text = serde_json::to_vec(document).unwrap_or_default();
        let request = self.agent.post(self.at_path(path)).content_type("application/json");
        let answer =
            self.accepted(request.header("authorization", self.bearer()).send(&text[..]))?;
        self.document(answer)
    }

    fn ask(&self, path: &str) -> Result<Response<Body>, Report> {
        self.accepted(
            self.agent.get(self.at_path(path)).header("authorization", self.bearer()).call(),
        )
    }

    fn at_path(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// The answer, if the node did what was asked.
    fn accepted(
        &self,
        answer: Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>, Report> {
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status().as_u16();
        match self.document::<ProblemDocument>(answer) {
            Ok(problem) => Err(refused(problem)),
            Err(_) => Err(self.unreadable(&format!(
                "it refused with status {status} and without a problem document"
            ))),
        }
    }

    fn document<T: DeserializeOwned>(&self, answer: Response<Body>) -> Result<T, Report> {
        let text = self.bytes(answer)?;
        serde_json::from_slice(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            self.unreadable(&format!(
                "its answer is not the expected document, from line {line}, column {column} on"
            ))
        })
    }

    fn bytes(&self, answer: Response<Body>) -> Result<Vec<u8>, Report> {
        let read = answer.into_body().into_with_config().limit(DOCUMENT_BYTES_MAX).read_to_vec();
        read.map_err(|error| self.unreachable(&error))
    }

    fn unreachable(&self, error: &ureq::Error) -> Report {
        let what = "the node was not reached";
        Report::new(Code::NodeUnreachable, what, format!("{}: {}", self.url, report::chain(error)))
    }

    fn unreadable(&self, why: &str) -> Report {
        Report::new(
            Code::AnswerUnreadable,
            "the node's answer was not understood",
            format!("{}: {why}", self.url),
        )
    }

    fn broken_off(&self, error: &io::Error) -> Report {
        let what = "the file was not received whole";
        Report::new(Code::NodeUnreachable, what, format!("{}: {error}", self.url))
    }
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_connect(Some(CONNECT_TIME_MAX))
        .timeout_recv_response(Some(ANSWER_TIME_MAX))
        .timeout_per_read(Some(DOCUMENT_TIME_MAX))
        .build()
        .new_agent()
}

/// The node's problem as a report. A code of a newer node keeps the node's own words.
fn refused(problem: ProblemDocument) -> Report {
    let ProblemDocument { title, detail, code, remedy, faults, .. } = problem;
    let fields = faults.into_iter().map(FieldReport::from).collect();
    let report = match Code::parse(&code) {
        Some(code) => Report::new(code, title, detail),
        None => Report::new(Code::RefusedByNode, title, format!("{code}: {detail}")),
    };
    report.with_remedy(remedy).with_fields(fields).with_exit(Exit::Refused)
}

/// A path with the parameters that are there.
fn query(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let given: Vec<String> = parameters
        .iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name}={}", escaped(value))))
        .collect();
    if given.is_empty() { path.to_owned() } else { format!("{path}?{}", given.join("&")) }
}

/// A text as part of a path or of a query. Source: RFC 3986 section 2.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                safe.push(char::from(byte))
            }
            _ => safe.push_str(&format!("%{byte:02X}")),
        }
    }
    safe
}
