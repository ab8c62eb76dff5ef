//! The API's description for machines: OpenAPI 3.1, generated from the routes, served at `/openapi.json`, and kept as
//! `spec/openapi.json`. Source: spec api-11.

use axum::http::HeaderValue;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use utoipa::openapi::ComponentsBuilder;
use utoipa::openapi::InfoBuilder;
use utoipa::openapi::LicenseBuilder;
use utoipa::openapi::OpenApi;
use utoipa::openapi::OpenApiBuilder;
use utoipa::openapi::security::Http;
use utoipa::openapi::security::HttpAuthScheme;
use utoipa::openapi::security::SecurityScheme;

/// The document before any path stands in it.
pub(crate) fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Concord local API")
        .version("1")
        .description(Some(
            "What one agency's programs and people ask of their own node. \
             Every refusal is a problem document (RFC 9457) with a code, what happened, why, and what to do.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").build()));
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    OpenApiBuilder::new()
        .info(info)
        .components(Some(ComponentsBuilder::new().security_scheme("token", token).build()))
        .build()
}

/// The description as text, the same on every run.
// spec: api-11
pub fn document() -> String {
    text(&crate::api::described().into_openapi())
}

pub(crate) fn text(document: &OpenApi) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

pub(crate) fn answer(document: String) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], document).into_response()
}
