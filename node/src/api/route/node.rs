//! Charter, health and readiness.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::request::Parameters;
use crate::api::shape::node::Charter;
use crate::api::shape::node::Health;
use crate::api::shape::node::Readiness;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(charter)).routes(routes!(health)).routes(routes!(readiness))
}

/// Shows the charter in force.
#[utoipa::path(get, path = "/api/v1/charter", tag = "node", security(("token" = [])),
    responses(
        (status = 200, description = "the charter in force", body = Charter),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn charter(State(api): State<Api>, query: Parameters) -> Result<Json<Charter>, Problem> {
    query.among(&[])?;
    Ok(Json(Charter::from(&*api.node.view())))
}

/// Says that the process answers.
#[utoipa::path(get, path = "/healthz", tag = "node",
    responses((status = 200, description = "the process answers", body = Health)))]
async fn health() -> Json<Health> {
    Json(Health { status: "ok".to_owned() })
}

/// Says whether the node takes and exchanges messages, and why not.
#[utoipa::path(get, path = "/readyz", tag = "node",
    responses(
        (status = 200, description = "it does", body = Readiness),
        (status = 503, description = "it does not", body = Readiness),
    ))]
// spec: api-12
async fn readiness(State(api): State<Api>) -> (StatusCode, Json<Readiness>) {
    let readiness = Readiness::from(&*api.node.view());
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}
