//! The end of a log: show what is stated, approve it.

use axum::Json;
use axum::extract::State;
use concord_protocol::ids::StaffNumber;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::shape::succession::Succession;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show, approve))
}

/// Shows what an agency states about the end of its log, the node's own agency included.
#[utoipa::path(get, operation_id = "succession_show", path = "/api/v1/peers/{agency}/succession", tag = "peers", security(("token" = [])),
    params(("agency" = String, Path, description = "the agency, for example `mm.mpf`")),
    responses(
        (status = 200, description = "what is proposed, otherwise what is in force", body = Succession),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn show(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<Succession>, Problem> {
    query.among(&[])?;
    let found = api.node.succession(&segments.agency()?);
    found.map(|view| Json(Succession::from(&view))).map_err(|error| refusal::of_succession(&error))
}

/// Approves what a peer proposes. The approval is durable, and handed to the peer when it is connected.
#[utoipa::path(post, operation_id = "succession_approve", path = "/api/v1/peers/{agency}/succession", tag = "peers", security(("token" = [])),
    params(
        ("agency" = String, Path, description = "the peer's agency"),
        ("officer" = String, Query, description = "staff number of the officer who approves: 1 to 32 of `A-Z a-z 0-9 -`"),
    ),
    responses(
        (status = 200, description = "it is approved", body = Succession),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn approve(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<Succession>, Problem> {
    let query = query.among(&["officer"])?;
    let agency = segments.agency()?;
    let officer = query.parsed("officer", StaffNumber::parse)?;
    let approved = api.node.approve(agency.clone(), officer).await;
    approved.map_err(|error| refusal::of_approval(&error, &api.node.view()))?;
    let found = api.node.succession(&agency);
    found.map(|view| Json(Succession::from(&view))).map_err(|error| refusal::of_succession(&error))
}
