//! Erasing a body, and announcing that the keys of the bodies are copied.

use axum::Json;
use axum::extract::State;
use concord_protocol::ids::BasisCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::log::leaf::EraseCause;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::shape::erasure::Erasure;
use crate::api::shape::erasure::KeyBackup;
use crate::host::handle::erasure::Demand;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(erase)).routes(routes!(key_backup))
}

/// Erases the body of a message for good; header and proofs remain. A second demand gets the answer of the first.
#[utoipa::path(post, operation_id = "message_erase", path = "/api/v1/messages/{id}/erasure", tag = "messages", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the message's id or digest"),
        ("cause" = String, Query, description = "`recall` by the originator, or `order` of an authority"),
        ("basis" = String, Query, description = "the instrument that it rests on: 1 to 64 of `A-Z a-z 0-9 . / -`"),
        ("officer" = String, Query, description = "staff number of the officer who decided: 1 to 32 of `A-Z a-z 0-9 -`"),
    ),
    responses(
        (status = 200, description = "keys and bytes are gone from the node's disk", body = Erasure),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: era-3, api-20
async fn erase(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<Erasure>, Problem> {
    let query = query.among(&["cause", "basis", "officer"])?;
    let name = segments.message()?;
    let cause = match query.demanded("cause")? {
        "recall" => EraseCause::Recall,
        "order" => EraseCause::Order,
        _ => return Err(request::bad_parameter("`cause` is `recall` or `order`")),
    };
    let basis = query.parsed("basis", BasisCode::parse)?;
    let officer = query.parsed("officer", StaffNumber::parse)?;
    let erased = api.node.erase(name, Demand { cause, basis, officer }).await;
    let erased = erased.map_err(|error| refusal::of_erasing(&error, &api.node.view()))?;
    Ok(Json(Erasure::from(&erased)))
}

/// Remembers that the keys of the bodies are copied now, and answers until when the copy may be kept.
#[utoipa::path(post, operation_id = "key_backup", path = "/api/v1/key-backups", tag = "node", security(("token" = [])),
    responses(
        (status = 200, description = "it is remembered; now they may be copied", body = KeyBackup),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: bak-5
async fn key_backup(State(api): State<Api>, query: Parameters) -> Result<Json<KeyBackup>, Problem> {
    query.among(&[])?;
    let record = api.node.key_backup().await;
    let record = record.map_err(|error| refusal::of_erasing(&error, &api.node.view()))?;
    Ok(Json(KeyBackup::from(&record)))
}
