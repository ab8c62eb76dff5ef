//! Lists as they come: line by line, each judged, and every fault named by its line.
//!
//! Memory: one line, what of the list is being sorted, and at most a hundred faults. Only one list is taken at a time.

use core::future;
use core::pin::pin;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header;
use concord_protocol::codec::value::Map;
use concord_protocol::codec::value::Value;
use concord_protocol::feed::fault::ListFault;
use concord_protocol::feed::listed::Listed;
use concord_protocol::feed::normal;
use concord_protocol::feed::op::Op;
use concord_protocol::feed::sort::Sorter;
use concord_protocol::feed::validity;
use concord_protocol::limits::FEED_CHANGES_MAX;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::intelligence::feed::FeedOp;
use concord_protocol::message::intelligence::feed_entry::FeedClass;
use concord_protocol::message::intelligence::feed_entry::FeedEntry;
use concord_protocol::message::intelligence::feed_entry::IndicatorType;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::time::Instant;
use futures_core::Stream;
use tokio::sync::OwnedMutexGuard;
use tokio::sync::mpsc;
use tokio::time;

use crate::api::Api;
use crate::api::bounds::REQUEST_TIME_MAX;
use crate::api::json;
use crate::api::json::JsonError;
use crate::api::problem::Problem;
use crate::api::refusal;
use crate::api::request;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

/// Longest line, in bytes: twice the longest entry, and its names.
const LINE_BYTES_MAX: usize = 32 * 1024;

/// Longest list as it comes, in bytes: two million entries of 500.
const LINES_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// Faults that one answer lists.
const FAULTS_MAX: usize = 100;

/// Pieces that wait for whoever reads them. Beyond it: the caller waits.
const PIECES_MAX: usize = 4;

const NOT_PREPARED: &str = "nothing was prepared";

/// What becomes of an entry without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    /// It is refused.
    Demanded,
    /// It gets the proposed one of its kind.
    Proposed,
}

/// What the lines hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sort {
    /// Entries.
    Entries { class: FeedClass, expiry: Expiry },
    /// Changes.
    Changes { class: FeedClass, expiry: Expiry },
}

/// What was read.
pub(super) enum Lines {
    /// Entries.
    Entries(Box<Sorter>),
    /// Changes.
    Changes(Vec<Op>),
}

/// What `expiry` asks for.
pub(super) fn expiry(text: Option<&str>) -> Result<Expiry, Problem> {
    match text {
        None => Ok(Expiry::Demanded),
        Some("proposed") => Ok(Expiry::Proposed),
        Some(_) => Err(request::bad_parameter("`expiry` is `proposed`")),
    }
}

/// Reads every line. The place is that of the one list that is made at a time; whoever has it goes on.
// spec: fed-19
pub(super) async fn read(
    api: &Api,
    request: Request,
    sort: Sort,
) -> Result<(Lines, OwnedMutexGuard<()>), Problem> {
    request::expect_kind(request.headers(), &["application/x-ndjson"])?;
    request::expect_plain(request.headers())?;
    let declared = request.headers().get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|len| len.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|len| len > LINES_BYTES_MAX) {
        return Err(too_long());
    }
    let busy = "another list is being made";
    let place = api.node.feed_desk();
    let place = place.ok_or_else(|| Problem::new(Code::Busy, NOT_PREPARED, busy))?;
    let (pieces, coming) = mpsc::channel::<Bytes>(PIECES_MAX);
    let disk = &api.node.crew().disk;
    let reading = disk.run(move || Reader::new(sort).all(coming));
    let (sent, read) = tokio::join!(send(request, pieces), reading);
    sent?;
    let lines = read.map_err(|_| refusal::of_stopping(NOT_PREPARED))??;
    Ok((lines, place))
}

fn too_long() -> Problem {
    let why = format!("a list has at most {LINES_BYTES_MAX} bytes as it comes");
    Problem::new(Code::RequestTooLong, NOT_PREPARED, why)
}

/// Hands the body on, piece by piece; each has its time.
async fn send(request: Request, pieces: mpsc::Sender<Bytes>) -> Result<(), Problem> {
    let mut body = pin!(request.into_body().into_data_stream());
    let mut sent = 0_u64;
    loop {
        let next = future::poll_fn(|cx| body.as_mut().poll_next(cx));
        let piece = match time::timeout(REQUEST_TIME_MAX, next).await {
            Ok(None) => return Ok(()),
            Ok(Some(Ok(piece))) => piece,
            Ok(Some(Err(_))) => {
                let why = "the body ends too early, or its chunks cannot be told apart";
                return Err(Problem::new(Code::RequestBroken, NOT_PREPARED, why));
            }
            Err(_) => {
                let why = "nothing came for 30 seconds";
                return Err(Problem::new(Code::RequestTooSlow, NOT_PREPARED, why));
            }
        };
        sent = sent.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if sent > LINES_BYTES_MAX {
            return Err(too_long());
        }
        // Whoever reads has seen enough faults.
        if pieces.send(piece).await.is_err() {
            return Ok(());
        }
    }
}

/// Reads lines out of pieces.
struct Reader {
    sort: Sort,
    lines: Lines,
    line: Vec<u8>,
    number: u64,
    faults: Vec<FieldReport>,
}

impl Reader {
    fn new(sort: Sort) -> Self {
        let lines = match sort {
            Sort::Entries { class, .. } => Lines::Entries(Box::new(Sorter::new(class))),
            Sort::Changes { .. } => Lines::Changes(Vec::new()),
        };
        Self { sort, lines, line: Vec::new(), number: 1, faults: Vec::new() }
    }

    fn all(mut self, mut coming: mpsc::Receiver<Bytes>) -> Result<Lines, Problem> {
        while let Some(piece) = coming.blocking_recv() {
            for part in piece.split_inclusive(|byte| *byte == b'\n') {
                if self.line.len().saturating_add(part.len()) > LINE_BYTES_MAX {
                    self.fault(
                        "",
                        "too-long",
                        format!("a line has at most {LINE_BYTES_MAX} bytes"),
                    );
                    return Err(self.refused());
                }
                self.line.extend_from_slice(part);
                if part.ends_with(b"\n") {
                    self.end_line();
                }
            }
            if self.faults.len() >= FAULTS_MAX {
                return Err(self.refused());
            }
        }
        self.end_line();
        if self.faults.is_empty() { Ok(self.lines) } else { Err(self.refused()) }
    }

    fn end_line(&mut self) {
        let line = core::mem::take(&mut self.line);
        if !line.trim_ascii().is_empty() {
            self.take(&line);
        }
        self.number = self.number.saturating_add(1);
    }

    fn take(&mut self, line: &[u8]) {
        let value = match json::read(line) {
            Ok(value) => value,
            Err(JsonError::Syntax { column, reason, .. }) => {
                return self.fault("", "malformed", format!("column {column}: {reason}"));
            }
            Err(JsonError::Faults(faults)) => {
                for FieldReport { pointer, code, reason } in faults {
                    self.fault(&pointer, &code, reason);
                }
                return;
            }
        };
        match self.sort {
            Sort::Entries { expiry, .. } => self.take_entry(filled(value, expiry)),
            Sort::Changes { class, expiry } => self.take_change(value, class, expiry),
        }
    }

    fn take_entry(&mut self, value: Value) {
        let Some(entry) = self.field::<FeedEntry>(&value) else { return };
        let Lines::Entries(sorter) = &mut self.lines else { return };
        let taken = Listed::of(&entry).and_then(|listed| sorter.push(&listed));
        self.judge(taken);
    }

    fn take_change(&mut self, value: Value, class: FeedClass, expiry: Expiry) {
        let value = match value {
            Value::Map(map) => Value::Map(within(map, expiry)),
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Text(_)
            | Value::List(_)) => other,
        };
        let Some(op) = self.field::<FeedOp>(&value) else { return };
        let Lines::Changes(ops) = &mut self.lines else { return };
        let room = usize::try_from(FEED_CHANGES_MAX).unwrap_or(usize::MAX);
        let taken = Op::of(&op).and_then(|op| {
            op.judge_class(class)?;
            if ops.len() >= room {
                let rule = "a file of changes has at most 65,536: send the list as a snapshot";
                let code = concord_protocol::registry::FeedCode::TooLarge;
                return Err(ListFault::whole(code, rule));
            }
            ops.push(op);
            Ok(())
        });
        self.judge(taken);
    }

    fn field<T: Field>(&mut self, value: &Value) -> Option<T> {
        let mut faults = Faults::new();
        let read = T::read(value, &Pointer::Root, &mut faults);
        match faults.judge(read) {
            Ok(read) => Some(read),
            Err(found) => {
                for FieldReport { pointer, code, reason } in refusal::fields(&found) {
                    self.fault(&pointer, &code, reason);
                }
                None
            }
        }
    }

    fn judge(&mut self, taken: Result<(), ListFault>) {
        if let Err(fault) = taken {
            self.fault("", fault.code.text(), fault.rule.to_owned());
        }
    }

    fn fault(&mut self, pointer: &str, code: &str, reason: String) {
        if self.faults.len() < FAULTS_MAX {
            let pointer = format!("/{}{pointer}", self.number);
            self.faults.push(FieldReport { pointer, code: code.to_owned(), reason });
        }
    }

    fn refused(self) -> Problem {
        let why = format!("{} faults in lines, up to line {}", self.faults.len(), self.number);
        Report::new(Code::BadList, NOT_PREPARED, why).with_fields(self.faults).into()
    }
}

/// A change with its entry in its one form.
fn within(map: Map, expiry: Expiry) -> Map {
    let mut filled_map = Map::new();
    for (key, value) in map.iter() {
        let value = match key {
            "add" | "update" => filled(value.clone(), expiry),
            _ => value.clone(),
        };
        drop(filled_map.put(key, value));
    }
    filled_map
}

/// An entry with its identifier in its one form, and with an end where one is proposed.
fn filled(value: Value, expiry: Expiry) -> Value {
    let Value::Map(mut map) = value else { return value };
    if let Some(identifier) = map.get("identifier").cloned() {
        drop(map.put("identifier", normalised(identifier)));
    }
    if expiry == Expiry::Proposed
        && map.get("valid_until").is_none()
        && let Some(until) = proposed(&map)
    {
        drop(map.put("valid_until", Value::Text(until)));
    }
    Value::Map(map)
}

fn proposed(map: &Map) -> Option<String> {
    let Some(Value::Map(identifier)) = map.get("identifier") else { return None };
    let (key, _) = identifier.iter().next()?;
    let indicator = IndicatorType::parse(&key.replace('_', "-"))?;
    let Some(Value::Text(seen)) = map.get("last_seen") else { return None };
    let seen = Instant::parse(seen).ok()?;
    Some(seen.at().after(validity::proposed(indicator)).to_string())
}

/// An identifier in its one form, where it is a text: names in other scripts become those of the network.
// spec: fed-5
pub(super) fn normalised(value: Value) -> Value {
    let Value::Map(map) = value else { return value };
    let mut in_form = Map::new();
    for (key, value) in map.iter() {
        let value = match value {
            Value::Text(text) if key == "domain" && !text.is_ascii() => {
                let ascii = idna::domain_to_ascii(text.trim());
                Value::Text(ascii.unwrap_or_else(|_| text.clone()))
            }
            Value::Text(text) => Value::Text(normal::text(key, text)),
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::List(_)
            | Value::Map(_)) => other.clone(),
        };
        drop(in_form.put(key, value));
    }
    Value::Map(in_form)
}
