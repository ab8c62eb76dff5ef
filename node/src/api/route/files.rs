//! Files beside messages: add one, see how one stands, open one.

use axum::Json;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header as http;
use axum::response::IntoResponse;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::shape::Binary;
use crate::api::shape::file::AddedFile;
use crate::api::shape::file::FileDocument;
use crate::api::transfer;
use crate::report::code::Code;

/// Says where the reading stands in the log.
const LOG_INDEX: HeaderName = HeaderName::from_static("concord-log-index");

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(show)).routes(routes!(open))
}

/// Seals a file and keeps it for a message that will name it. Twice is two files, under two keys; one that no message
/// names is removed after a day.
#[utoipa::path(post, operation_id = "file_add", path = "/api/v1/files", tag = "files", security(("token" = [])),
    request_body(content = Binary, content_type = "application/octet-stream", description = "the file"),
    responses(
        (status = 201, description = "the file is sealed and on the disk", body = AddedFile),
        (status = 413, description = "the file is longer than this node takes", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 507, description = "there is no room for the file", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: fil-50
async fn add(
    State(api): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<Response, Problem> {
    query.among(&[])?;
    let _place = transfer::place(&api)?;
    request::expect_file(request.headers())?;
    let added = transfer::take(&api.node, request).await?;
    let location = [(http::LOCATION, format!("/api/v1/files/{}", added.digest))];
    Ok((StatusCode::CREATED, location, Json(AddedFile::from(&added))).into_response())
}

/// Shows how a file stands. Opens nothing.
#[utoipa::path(get, operation_id = "file_show", path = "/api/v1/files/{digest}", tag = "files", security(("token" = [])),
    params(("digest" = String, Path, description = "SHA-256 of the sealed file, as the header names it")),
    responses(
        (status = 200, description = "how it stands", body = FileDocument),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: fil-51
async fn show(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<FileDocument>, Problem> {
    query.among(&[])?;
    let digest = segments.digest()?;
    let standing = api.read(Code::NoSuchFile, move |node| node.file(&digest)).await?;
    Ok(Json(FileDocument::new(&digest, standing)))
}

/// Opens a file beside a message. Who opened it, and for which purpose, is in the log before its first byte is answered.
#[utoipa::path(get, operation_id = "file_open", path = "/api/v1/messages/{id}/files/{digest}", tag = "files", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the message's id or digest"),
        ("digest" = String, Path, description = "SHA-256 of the sealed file, as the header names it"),
        ("officer" = String, Query, description = "staff number of the officer who reads: 1 to 32 of `A-Z a-z 0-9 -`"),
        ("purpose" = String, Query, description = "the kind of purpose for which it is read"),
        ("case" = Option<String>, Query, description = "the case of the own agency for which it is read, as its messages name it: 1 to 128 of `A-Z a-z 0-9 . _ : / -`; when absent no case is compared"),
        ("suspended" = Option<String>, Query, description = "`known`: whoever reads knows that the notice is challenged, and acts on nothing in it"),
    ),
    responses(
        (status = 200, description = "the file as it was before it was sealed; `Concord-Log-Index` says where the reading stands",
            body = Binary, content_type = "application/octet-stream"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: fil-52
async fn open(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Response, Problem> {
    let query = query.among(&["officer", "purpose", "case", "suspended"])?;
    let (name, digest) = (segments.message()?, segments.digest()?);
    let reader = request::opener(&query)?;
    let place = transfer::place(&api)?;
    let opened = api.node.read_file(name, digest, reader).await;
    let opened = opened.map_err(|error| refusal::of_file(&error, &api.node.view()))?;
    let headers = [
        // What it holds is its sender's word: nothing here may run in a browser.
        (http::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (http::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (http::CONTENT_LENGTH, HeaderValue::from(opened.file.plain_len())),
        (LOG_INDEX, HeaderValue::from(opened.leaf.get())),
    ];
    Ok((headers, transfer::give(&api.node, opened.file, place)).into_response())
}
