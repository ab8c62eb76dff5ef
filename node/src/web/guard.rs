//! Around every page: the session, and what a browser may do with the answer.

use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use crate::clock;
use crate::web::Web;

/// Nothing but this node's own style sheet and forms; no script, no frame, no other site.
// spec: web-3
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What every answer says, by header.
const HARDENED: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    // Pages hold case data: no browser and no proxy keeps them.
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Lets a request through that has a session; everyone else is shown the way in.
// spec: web-2
pub(super) async fn demand(State(web): State<Web>, request: Request, next: Next) -> Response {
    if web.door.knows(cookies(request.headers()), clock::now()) {
        next.run(request).await
    } else {
        Redirect::to("/sign-in").into_response()
    }
}

/// Adds what keeps a browser in bounds.
pub(super) async fn harden(mut answer: Response) -> Response {
    for (name, value) in HARDENED {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// The `Cookie` header; empty where there is none that can be read.
pub(super) fn cookies(headers: &HeaderMap) -> &str {
    headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
