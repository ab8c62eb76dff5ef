//! Requests to a router without a socket, and how an exchange is written down.

use core::fmt::Write;
use core::future;
use core::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body;
use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Response;

use tokio::runtime::Builder;
use tower_service::Service;

use crate::api;
use crate::api::auth::Token;
use crate::api::exchange::RequestIds;
use crate::api::tests::fake::Fake;

/// The token of every node here.
pub(crate) const TOKEN: &str = "synthetic-token";

/// 2026-03-01T08:30:00Z.
pub(crate) const NOON: u64 = 1_772_353_800_000;

/// A submission without a fault.
pub(crate) const SUBMISSION: &str = r#"{
    "kind": "acknowledgement",
    "to": [{"agency": "mm.mpf", "role": "action"}],
    "procedure": null,
    "parents": [],
    "urgency": "U3",
    "handling": {"classification": "restricted", "codes": ["H0"], "evidential_use": "never", "onward": "none",
        "review_on": "2027-03-01", "erase_by": "2031-03-01"},
    "legal_basis": [{"kind": "treaty", "instrument": "CN-LA 2002"}],
    "purpose": {"kind": "investigation"},
    "attachments": [],
    "subject_line": "Exercise",
    "language": "en",
    "zone": "Asia/Vientiane",
    "drafted_by": "LA-0042",
    "exercise": true,
    "body": {"of": "019ca884-cb28-7202-8202-020202020202", "assigned_unit": "Desk 1"}
}"#;

/// What came back.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answered {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of the problem that was answered.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        self.json()["code"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The API of a node from memory.
pub(crate) struct World {
    router: Router,
}

impl World {
    pub(crate) fn new(node: Fake) -> Self {
        let token = Token::parse(TOKEN).unwrap();
        Self { router: api::router(Arc::new(node), token, RequestIds::new(7)) }
    }

    pub(crate) fn get(&self, path: &str) -> Answered {
        self.ask(request("GET", path, &[], Body::empty()))
    }

    pub(crate) fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answered {
        self.ask(request("POST", path, headers, body.into()))
    }

    pub(crate) fn ask(&self, request: Request) -> Answered {
        let mut router = self.router.clone();
        let runtime =
            Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async move {
            let mut router = pin!(router.as_service::<Body>());
            future::poll_fn(|cx| router.poll_ready(cx)).await.unwrap();
            let answer: Response = router.call(request).await.unwrap();
            let (parts, body) = answer.into_parts();
            let body = body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
            Answered { status: parts.status, headers: parts.headers, body }
        })
    }
}

/// A request with the token.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Request {
    let mut request = Request::builder().method(method).uri(path);
    if headers.iter().all(|(name, _)| *name != "authorization") {
        request = request.header("authorization", format!("Bearer {TOKEN}"));
    }
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    request.body(body).unwrap()
}

/// An exchange as a transcript shows it.
pub(crate) fn written(method: &str, path: &str, answered: &Answered) -> String {
    let mut text = format!("> {method} {path}\n< {}\n", answered.status);
    for (name, value) in &answered.headers {
        writeln!(text, "< {name}: {}", value.to_str().unwrap()).unwrap();
    }
    match serde_json::from_slice::<serde_json::Value>(&answered.body) {
        Ok(document) => {
            writeln!(text, "{}", serde_json::to_string_pretty(&document).unwrap()).unwrap()
        }
        Err(_) => writeln!(text, "({} bytes)", answered.body.len()).unwrap(),
    }
    text.push('\n');
    text
}
