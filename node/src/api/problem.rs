//! A report as an answer: `application/problem+json`. Source: RFC 9457, spec api-4.
//!
//! Uses `report`. A handler only names the report; [`crate::api::exchange`] writes the document, because it knows the
//! request's id, and logs it, once.

use core::time::Duration;

use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::bounds::BUSY_RETRY;
use crate::api::bounds::STOPPING_RETRY;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A request that was refused.
#[derive(Clone, Debug)]
pub struct Problem(Report);

impl Problem {
    /// A problem under a code, with the code's own remedy.
    pub fn new(code: Code, what: &'static str, why: impl Into<String>) -> Self {
        Self(Report::new(code, what, why.into()))
    }

    /// The report that is answered.
    pub const fn report(&self) -> &Report {
        &self.0
    }

    /// The document, for the request with this id.
    pub fn document(&self, request: &str) -> ProblemDocument {
        let Report { code, what, why, remedy, fields, .. } = &self.0;
        ProblemDocument {
            kind: format!("urn:concord:problem:{code}"),
            title: what.to_string(),
            status: code.status(),
            detail: why.to_string(),
            instance: format!("urn:concord:request:{request}"),
            code: code.text().to_owned(),
            remedy: remedy.to_string(),
            faults: fields.iter().map(FieldFaultDocument::from).collect(),
        }
    }

    /// After how long the same request may succeed; `None` where waiting alone does not help.
    // spec: api-13
    fn retry_after(&self) -> Option<Duration> {
        if matches!(self.0.code, Code::Busy | Code::Starting) {
            return Some(BUSY_RETRY);
        }
        (self.0.code == Code::Stopping).then_some(STOPPING_RETRY)
    }
}

impl From<Report> for Problem {
    fn from(report: Report) -> Self {
        Self(report)
    }
}

/// Carries the problem to `exchange`, which writes the document.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        if let Some(wait) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
        if self.0.code == Code::TokenRefused {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Why a request was refused: what happened, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// `urn:concord:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Why it happened: the rule and the value found.
    pub detail: String,
    /// `urn:concord:request:` and the request's id, as the node's log has it.
    pub instance: String,
    /// The registered code.
    pub code: String,
    /// What to do now.
    pub remedy: String,
    /// The fields at fault, where a document was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FieldFaultDocument>,
}

/// One field of a document that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FieldFault)]
pub struct FieldFaultDocument {
    /// Where the field stands, as a JSON pointer.
    pub pointer: String,
    /// Which rule it breaks.
    pub code: String,
    /// The rule and what was found.
    pub reason: String,
}

impl From<&FieldReport> for FieldFaultDocument {
    fn from(field: &FieldReport) -> Self {
        Self {
            pointer: field.pointer.clone(),
            code: field.code.clone(),
            reason: field.reason.clone(),
        }
    }
}

impl From<FieldFaultDocument> for FieldReport {
    fn from(field: FieldFaultDocument) -> Self {
        Self { pointer: field.pointer, code: field.code, reason: field.reason }
    }
}
