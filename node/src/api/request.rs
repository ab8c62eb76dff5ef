//! What a request brings: parameters, a body within its bounds, headers. Each is read once, here.
//!
//! Uses `bounds`, `problem`. A parameter that a path does not know is refused, for it is a mistake of the caller.

use core::fmt;
use core::future;
use core::ops::RangeInclusive;
use core::pin::pin;
use core::str::FromStr;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header;
use axum::http::request::Parts;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::purpose::PurposeKind;
use concord_protocol::message::text::RecordRef;
use concord_protocol::procedure::act;
use concord_protocol::procedure::statistics::measure::Measure;
use concord_protocol::procedure::statistics::measure::Topic;
use futures_core::Stream;
use tokio::time;

use crate::api::bounds::IDEMPOTENCY_KEY_MAX;
use crate::api::bounds::REQUEST_TIME_MAX;
use crate::api::problem::Problem;
use crate::host::handle::Aim;
use crate::host::handle::MessageName;
use crate::report::code::Code;

const NOT_DONE: &str = "the request was not carried out";

/// The parameters of the path, as text.
pub(crate) struct Segments(Vec<(String, String)>);

/// The parameters of the query, as text.
pub(crate) struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Segments {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(_) => Err(bad_parameter("the path is not percent-encoded UTF-8")),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(pairs)) => Ok(Self(pairs)),
            Err(_) => Err(bad_parameter(
                "the query is not a list of `name=value` in percent-encoded UTF-8",
            )),
        }
    }
}

impl Segments {
    /// The message that the path names.
    pub(crate) fn message(&self) -> Result<MessageName, Problem> {
        MessageName::parse(self.text("id")).map_err(|error| bad_parameter(format!("`id`: {error}")))
    }

    /// The procedure that the path names.
    pub(crate) fn procedure(&self) -> Result<ProcedureId, Problem> {
        ProcedureId::parse(self.text("id")).map_err(|error| bad_parameter(format!("`id`: {error}")))
    }

    /// The topic of a figure that the path names.
    pub(crate) fn topic(&self) -> Result<Topic, Problem> {
        let known = || Measure::ALL.iter().map(|measure| measure.text()).collect::<Vec<_>>();
        Topic::parse(self.text("measure")).ok_or_else(|| {
            let measures = known().join(", ");
            bad_parameter(format!(
                "`measure` is one of {measures}, or handovers-refused:GROUND with a ground of handovers"
            ))
        })
    }

    /// The agency that the path names.
    pub(crate) fn agency(&self) -> Result<AgencyId, Problem> {
        AgencyId::parse(self.text("agency"))
            .map_err(|error| bad_parameter(format!("`agency`: {error}")))
    }

    /// The number that the path names.
    pub(crate) fn number(&self) -> Result<u64, Problem> {
        let number = self.text("number").parse();
        number.map_err(|_| bad_parameter("`number` is a whole number"))
    }

    /// The digest that the path names.
    pub(crate) fn digest(&self) -> Result<Digest, Problem> {
        Digest::parse(self.text("digest"))
            .map_err(|error| bad_parameter(format!("`digest`: {error}")))
    }

    fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

impl Parameters {
    /// The parameters, of which none has another name than these and none stands twice.
    // spec: api-5
    pub(crate) fn among(self, names: &[&str]) -> Result<Self, Problem> {
        for (at, (name, _)) in self.0.iter().enumerate() {
            if !names.contains(&name.as_str()) {
                let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                return Err(bad_parameter(format!(
                    "the query takes {known}, and something else was given"
                )));
            }
            if self.0.iter().skip(at.saturating_add(1)).any(|(other, _)| other == name) {
                return Err(bad_parameter(format!("`{name}` was given twice")));
            }
        }
        Ok(self)
    }

    /// A parameter as text; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        (!value.is_empty()).then_some(value)
    }

    /// A parameter that must be there.
    pub(crate) fn demanded(&self, name: &str) -> Result<&str, Problem> {
        self.text(name).ok_or_else(|| bad_parameter(format!("`{name}` is missing")))
    }

    /// A parameter that must be there and be of this form.
    pub(crate) fn parsed<T, E: fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Problem> {
        parse(self.demanded(name)?).map_err(|error| bad_parameter(format!("`{name}`: {error}")))
    }

    /// A whole number within a range.
    pub(crate) fn number<N>(
        &self,
        name: &str,
        range: RangeInclusive<N>,
    ) -> Result<Option<N>, Problem>
    where
        N: FromStr + PartialOrd + fmt::Display,
    {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let number = text
            .parse()
            .ok()
            .filter(|number| range.contains(number) && text.bytes().all(|b| b.is_ascii_digit()));
        let (first, last) = (range.start(), range.end());
        number.map(Some).ok_or_else(|| {
            bad_parameter(format!("`{name}` is a whole number from {first} to {last}"))
        })
    }
}

/// A parameter that cannot be read, is unknown, or is missing.
pub(crate) fn bad_parameter(why: impl Into<String>) -> Problem {
    Problem::new(Code::BadParameter, NOT_DONE, why)
}

/// The request's body, whose media type is one of `kinds` and which is not longer than `max` bytes.
///
/// A declared length is judged before a byte is read, an undeclared one while reading.
// spec: api-6, api-24, api-26
pub(crate) async fn body(request: Request, kinds: &[&str], max: usize) -> Result<Vec<u8>, Problem> {
    expect_kind(request.headers(), kinds)?;
    expect_plain(request.headers())?;
    let too_long = || {
        Problem::new(
            Code::RequestTooLong,
            NOT_DONE,
            format!("a request to this path has at most {max} bytes"),
        )
    };
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|len| len.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|len| usize::try_from(len).map_or(true, |len| len > max)) {
        return Err(too_long());
    }
    match time::timeout(REQUEST_TIME_MAX, collected(request.into_body(), max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(Unread::TooLong)) => Err(too_long()),
        Ok(Err(Unread::Broken)) => Err(Problem::new(
            Code::RequestBroken,
            NOT_DONE,
            "the body ends too early, or its chunks cannot be told apart",
        )),
        Err(_) => {
            let seconds = REQUEST_TIME_MAX.as_secs();
            Err(Problem::new(
                Code::RequestTooSlow,
                NOT_DONE,
                format!("a request arrives within {seconds} seconds"),
            ))
        }
    }
}

/// Why there is no body.
enum Unread {
    /// It goes on beyond the bound.
    TooLong,
    /// It cannot be told where it ends, or it ended before.
    Broken,
}

/// The bytes, of which there are no more than `max`.
async fn collected(body: Body, max: usize) -> Result<Vec<u8>, Unread> {
    let mut body = pin!(body.into_data_stream());
    let mut bytes = Vec::new();
    while let Some(piece) = future::poll_fn(|cx| body.as_mut().poll_next(cx)).await {
        let piece = piece.map_err(|_| Unread::Broken)?;
        if piece.len() > max.saturating_sub(bytes.len()) {
            return Err(Unread::TooLong);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// The request's body is a file, as it is.
// spec: fil-50
pub(crate) fn expect_file(headers: &HeaderMap) -> Result<(), Problem> {
    expect_kind(headers, &["application/octet-stream"])?;
    expect_plain(headers)
}

/// Whether the body has one of these media types.
pub(crate) fn expect_kind(headers: &HeaderMap, kinds: &[&str]) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let given = given.split(';').next().unwrap_or("").trim_ascii();
    if kinds.iter().any(|kind| kind.eq_ignore_ascii_case(given)) {
        return Ok(());
    }
    Err(Problem::new(Code::MediaType, NOT_DONE, format!("the path takes {}", kinds.join(" or "))))
}

/// A body that is compressed would have another length than the one that is bounded, so none is taken.
// spec: api-26
pub(crate) fn expect_plain(headers: &HeaderMap) -> Result<(), Problem> {
    let plain = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(plain) {
        return Ok(());
    }
    Err(Problem::new(Code::MediaType, NOT_DONE, "the path takes no `Content-Encoding`"))
}

/// The request's idempotency key.
// spec: api-9
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut given = headers.get_all("idempotency-key").iter();
    let (first, second) = (given.next(), given.next());
    let Some(key) = first else {
        return Ok(None);
    };
    let bytes = key.as_bytes();
    let fits =
        (1..=IDEMPOTENCY_KEY_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    match key.to_str() {
        Ok(key) if fits && second.is_none() => Ok(Some(key.to_owned())),
        _ => {
            let rule = format!(
                "one `Idempotency-Key` has 1 to {IDEMPOTENCY_KEY_MAX} visible ASCII characters"
            );
            Err(Problem::new(Code::BadIdempotencyKey, NOT_DONE, rule))
        }
    }
}

/// Who has a body opened, for which purpose of the registered kinds, and in which case, where one is named.
pub(crate) fn opener(query: &Parameters) -> Result<(StaffNumber, Aim), Problem> {
    let (officer, purpose) = reader(query)?;
    let case = query.text("case").map(RecordRef::parse).transpose();
    let case = case.map_err(|error| bad_parameter(format!("`case`: {error}")))?;
    let suspended = match query.text("suspended") {
        None => false,
        Some("known") => true,
        Some(_) => return Err(bad_parameter("`suspended` is `known`, or left out")),
    };
    Ok((officer, Aim { purpose, case: case.as_ref().map(act::case_of), suspended }))
}

/// Who has a body opened, and for which purpose of the registered kinds.
pub(crate) fn reader(query: &Parameters) -> Result<(StaffNumber, PurposeCode), Problem> {
    let officer = query.parsed("officer", StaffNumber::parse)?;
    let purpose = PurposeKind::parse(query.demanded("purpose")?);
    let known = purpose.and_then(|kind| PurposeCode::parse(kind.text()).ok());
    let purpose = known.ok_or_else(|| {
        let kinds: Vec<&str> = PurposeKind::ALL.iter().map(|kind| kind.text()).collect();
        bad_parameter(format!("`purpose` is one of {}", kinds.join(", ")))
    })?;
    Ok((officer, purpose))
}
