//! Who may ask: whoever can read the file `token` in the node's directory. Source: RFC 6750, spec api-2.
//!
//! Absent on purpose: accounts and roles. Everyone with the token may do everything that the API offers.

use core::fmt;

use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;

use crate::api::problem::Problem;
use crate::report::code::Code;

/// Paths that answer without a token: they say nothing about messages.
// spec: api-2
const OPEN: [&str; 3] = ["/healthz", "/readyz", "/openapi.json"];

/// The node's bearer token, of which only the digest is kept.
///
/// Shape of the token: 1 to 512 visible ASCII characters; white space around it is not part of it.
#[derive(Clone)]
pub struct Token(Digest);

/// Why a text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token has 1 to 512 visible ASCII characters")]
pub struct TokenError;

impl Token {
    /// Reads a token, as a token file holds it.
    ///
    /// # Errors
    /// When it is empty, too long, or holds anything but visible ASCII.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let token = trimmed(text)?;
        Ok(Self(digest::sha256(token.as_bytes())))
    }

    /// Whether `given` is this token. Takes the same time wherever the two differ.
    pub fn matches(&self, given: &str) -> bool {
        let given = digest::sha256(given.as_bytes());
        let differing =
            self.0.as_bytes().iter().zip(given.as_bytes()).fold(0, |bits, (a, b)| bits | (a ^ b));
        differing == 0
    }
}

/// Keeps silent.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// The token in a token file's text.
///
/// # Errors
/// When it is empty, too long, or holds anything but visible ASCII.
pub fn trimmed(text: &str) -> Result<&str, TokenError> {
    let token = text.trim_ascii();
    let visible = token.bytes().all(|byte| byte.is_ascii_graphic());
    if visible && (1..=512).contains(&token.len()) { Ok(token) } else { Err(TokenError) }
}

/// Lets a request through that carries the token, or that asks for an open path.
pub(crate) async fn demand(State(token): State<Token>, request: Request, next: Next) -> Response {
    if OPEN.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match bearer(request.headers()) {
        Some(given) if token.matches(given) => next.run(request).await,
        Some(_) => refused("the bearer token is not the node's").into_response(),
        None => refused("the request carries no bearer token").into_response(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim_ascii())
}

fn refused(why: &str) -> Problem {
    Problem::new(Code::TokenRefused, "the request was not looked at", why)
}
