//! Around every request: its id, the document of its problem, and one line in the log.
//!
//! Uses `problem`, `telemetry`. Absent on purpose: the path and the query as they were asked for; an officer's number
//! or a case reference may stand there, so the log gets the template only.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::MatchedPath;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;

use crate::api::problem;
use crate::api::problem::Problem;
use crate::report::Blame;
use crate::report::code::Code;
use crate::telemetry;

/// Names the request in the answer and in the node's log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers requests. An id is the run's random part and a count, so that ids of two runs differ.
#[derive(Clone, Debug)]
pub struct RequestIds {
    run: u32,
    count: Arc<AtomicU64>,
}

impl RequestIds {
    /// Ids of one run of the node; `run` is drawn at random when it starts.
    pub fn new(run: u32) -> Self {
        Self { run, count: Arc::new(AtomicU64::new(0)) }
    }

    fn next(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        format!("{:08x}-{count}", self.run)
    }
}

/// Runs a request and finishes its answer.
pub(crate) async fn run(State(ids): State<RequestIds>, request: Request, next: Next) -> Response {
    let id = ids.next();
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let path = matched.as_ref().map_or("(none)", MatchedPath::as_str);

    let answer = next.run(request).await;
    let refusal = problem_of(&answer);
    let status = answer.status().as_u16();
    match &refusal {
        Some(problem) => log_refused(&id, (method.as_str(), path, status), problem.report().code),
        None => tracing::debug!(
            request = id,
            method = method.as_str(),
            path,
            status,
            "request answered"
        ),
    }
    finish(answer, refusal.as_ref(), &id)
}

/// The problem that the answer carries. What refuses without naming one, a guest of ours, gets one all the same.
fn problem_of(answer: &Response) -> Option<Problem> {
    let status = answer.status();
    if let Some(problem) = answer.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let written =
        answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if written || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    let code = match status {
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::NOT_FOUND => Code::NoSuchPath,
        StatusCode::PAYLOAD_TOO_LARGE => Code::RequestTooLong,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::MediaType,
        status if status.is_client_error() => Code::BadParameter,
        _ => Code::Stopping,
    };
    Some(Problem::new(code, "the request was not answered", code.meaning()))
}

fn finish(mut answer: Response, refusal: Option<&Problem>, id: &str) -> Response {
    if let Some(problem) = refusal {
        // spec: api-4
        let mut text = serde_json::to_vec(&problem.document(id)).unwrap_or_default();
        text.push(b'\n');
        let length = HeaderValue::from(text.len());
        *answer.body_mut() = Body::from(text);
        answer
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
        answer.headers_mut().insert(header::CONTENT_LENGTH, length);
    }
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    // Answers hold case data: no browser and no proxy keeps them.
    // spec: api-3
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

fn log_refused(request: &str, (method, path, status): (&str, &str, u16), code: Code) {
    let shown = telemetry::shown(&code);
    match code.blame() {
        Blame::Caller => {
            tracing::debug!(request, method, path, status, code = shown, "request refused")
        }
        Blame::Peer => {
            tracing::info!(request, method, path, status, code = shown, "request refused")
        }
        Blame::Operator => {
            tracing::warn!(request, method, path, status, code = shown, "request refused")
        }
        Blame::Ourselves => {
            tracing::error!(request, method, path, status, code = shown, "request refused")
        }
    }
}
