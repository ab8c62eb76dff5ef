//! The node's own log in the forms of others: tiles, entry bundles, proof files, COSE receipts, the policy.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use concord_protocol::ids::LeafIndex;
use concord_protocol::limits::TILE_HASHES;
use concord_protocol::log::tile;
use concord_protocol::log::tile::TileId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::shape::Binary;
use crate::report::code::Code;

const BINARY: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(hashes))
        .routes(routes!(entry_bundle))
        .routes(routes!(proof_file))
        .routes(routes!(receipt))
        .routes(routes!(policy))
}

/// Shows the first hashes of a tile of the node's log.
#[utoipa::path(get, operation_id = "log_tile", path = "/api/v1/log/tile", tag = "log", security(("token" = [])),
    params(
        ("level" = u8, Query, description = "level, 0 at the leaves"),
        ("index" = u64, Query, description = "place in the level"),
        ("width" = Option<usize>, Query, description = "hashes, 1 to 256; 256 when absent"),
    ),
    responses(
        (status = 200, description = "the hashes, one after the other; the file of C2SP tlog-tiles", body = Binary, content_type = "application/octet-stream"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn hashes(State(api): State<Api>, query: Parameters) -> Result<Response, Problem> {
    let query = query.among(&["level", "index", "width"])?;
    let level = demanded(query.number("level", 0..=7)?, "level")?;
    let index = demanded(query.number("index", 0..=u64::MAX)?, "index")?;
    let width = query.number("width", 1..=TILE_HASHES)?.unwrap_or(TILE_HASHES);
    let id = TileId { level, index };
    let hashes = api.read(Code::NoSuchLeaf, move |node| node.tile(id, width)).await?;
    Ok(answer(BINARY, tile::hash_bytes(&hashes)))
}

/// Shows the first leaves of an entry bundle of the node's log.
#[utoipa::path(get, operation_id = "log_entry_bundle", path = "/api/v1/log/entry-bundle", tag = "log", security(("token" = [])),
    params(
        ("index" = u64, Query, description = "place of the bundle"),
        ("width" = Option<usize>, Query, description = "leaves, 1 to 256; 256 when absent"),
    ),
    responses(
        (status = 200, description = "the leaves, each after its length; the file of C2SP tlog-tiles", body = Binary, content_type = "application/octet-stream"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn entry_bundle(State(api): State<Api>, query: Parameters) -> Result<Response, Problem> {
    let query = query.among(&["index", "width"])?;
    let index = demanded(query.number("index", 0..=u64::MAX)?, "index")?;
    let width = query.number("width", 1..=TILE_HASHES)?.unwrap_or(TILE_HASHES);
    let read = move |node: &dyn Ask| node.entry_bundle(index, width);
    Ok(answer(BINARY, api.read(Code::NoSuchLeaf, read).await?))
}

/// Writes the proof file of a leaf, with the cosignatures of its checkpoint.
#[utoipa::path(get, operation_id = "log_proof_file", path = "/api/v1/log/proof-file", tag = "log", security(("token" = [])),
    params(("index" = u64, Query, description = "place of the leaf")),
    responses(
        (status = 200, description = "the file of C2SP tlog-proof", body = String, content_type = "text/plain; charset=utf-8"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn proof_file(State(api): State<Api>, query: Parameters) -> Result<Response, Problem> {
    let index = leaf(query)?;
    Ok(answer(TEXT, api.read(Code::NoSuchLeaf, move |node| node.proof_file(index)).await?))
}

/// Signs a COSE receipt of a leaf at the newest durable head.
#[utoipa::path(get, operation_id = "log_receipt", path = "/api/v1/log/receipt", tag = "log", security(("token" = [])),
    params(("index" = u64, Query, description = "place of the leaf")),
    responses(
        (status = 200, description = "a receipt of RFC 9942", body = Binary, content_type = "application/cose"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn receipt(State(api): State<Api>, query: Parameters) -> Result<Response, Problem> {
    let index = leaf(query)?;
    let receipt = api.read(Code::NoSuchLeaf, move |node| node.cose_receipt(index)).await?;
    Ok(answer("application/cose; cose-type=\"cose-sign1\"", receipt))
}

/// Shows the policy under which proofs of the node's log can be checked.
#[utoipa::path(get, operation_id = "log_policy", path = "/api/v1/log/policy", tag = "log", security(("token" = [])),
    responses(
        (status = 200, description = "the file of C2SP tlog-policy", body = String, content_type = "text/plain; charset=utf-8"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn policy(State(api): State<Api>, query: Parameters) -> Result<Response, Problem> {
    query.among(&[])?;
    Ok(answer(TEXT, api.read(Code::NoCredential, |node| node.policy()).await?))
}

fn leaf(query: Parameters) -> Result<LeafIndex, Problem> {
    let query = query.among(&["index"])?;
    demanded(query.number("index", 0..=u64::MAX)?, "index").map(LeafIndex::new)
}

fn demanded<T>(value: Option<T>, name: &str) -> Result<T, Problem> {
    value.ok_or_else(|| request::bad_parameter(format!("`{name}` is missing")))
}

fn answer(kind: &'static str, bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
}
