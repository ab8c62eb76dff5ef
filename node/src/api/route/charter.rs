//! The versions of the charter: show, hand out, take in.

use axum::Json;
use axum::extract::Request;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use concord_protocol::identity::charter::chain;
use concord_protocol::limits::CHAIN_BYTES_MAX;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::shape::Binary;
use crate::api::shape::charter::CharterPapers;
use crate::api::shape::charter::CharterTaken;
use crate::report::code::Code;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(versions)).routes(routes!(file)).routes(routes!(take))
}

/// Shows every version of the charter: what each changes, who signed it, and what those that wait lack.
#[utoipa::path(get, operation_id = "charter_versions", path = "/api/v1/charter/versions", tag = "node", security(("token" = [])),
    responses(
        (status = 200, description = "versions in force, then proposals", body = CharterPapers),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn versions(
    State(api): State<Api>,
    query: Parameters,
) -> Result<Json<CharterPapers>, Problem> {
    query.among(&[])?;
    Ok(Json(CharterPapers::from(&*api.node.charters())))
}

/// Hands out every version in one file, to sign or to propose after them.
#[utoipa::path(get, operation_id = "charter_file", path = "/api/v1/charter/file", tag = "node", security(("token" = [])),
    responses(
        (status = 200, description = "the documents", body = Binary, content_type = "application/octet-stream"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn file(State(api): State<Api>, query: Parameters) -> Result<Response, Problem> {
    query.among(&[])?;
    let unwritable =
        |reason: String| Problem::new(Code::Stopping, "the charter was not handed out", reason);
    let documents =
        api.node.charters().documents().map_err(|error| unwritable(error.to_string()))?;
    let documents: Vec<Vec<u8>> = documents.into_values().collect();
    let bytes = chain::write(&documents).map_err(|error| unwritable(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// Takes in a proposal, or one with more signatures, and tells the peers. Taking it twice changes nothing.
///
/// When everybody who must has signed, the version comes into force, and the node starts again within its process.
#[utoipa::path(post, operation_id = "charter_take", path = "/api/v1/charter/proposals", tag = "node", security(("token" = [])),
    request_body(content = Binary, content_type = "application/octet-stream", description = "a file of `concord charter sign`"),
    responses(
        (status = 200, description = "what was learned", body = CharterTaken),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: chr-11
async fn take(
    State(api): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<Json<CharterTaken>, Problem> {
    query.among(&[])?;
    let types = ["application/octet-stream", "application/cose"];
    let bytes = request::body(request, &types, CHAIN_BYTES_MAX).await?;
    let documents = chain::read(&bytes).map_err(|error| {
        Problem::new(Code::CharterRefused, "nothing was taken", error.to_string())
    })?;
    let taken = api.node.take_charters(documents).await;
    let taken = taken.map_err(|error| refusal::of_charter(&error))?;
    Ok(Json(CharterTaken::of(&taken, &api.node.charters())))
}
