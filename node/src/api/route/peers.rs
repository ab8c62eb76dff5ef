//! Peers: list, show, admit a credential, ping.

use axum::Json;
use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use concord_protocol::identity::staff::Office;
use concord_protocol::ids::StaffNumber;
use concord_protocol::limits::STAFF_LIST_BYTES_MAX;
use concord_protocol::message::time::Instant;
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
use crate::api::shape::peer::AdmittedPeer;
use crate::api::shape::peer::Peer;
use crate::api::shape::peer::PeerList;
use crate::api::shape::peer::Pong;
use crate::api::shape::peer::StaffOffice;
use crate::host::handle::Admitted;
use crate::host::handle::PingError;
use crate::report::code::Code;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, admit))
        .routes(routes!(show))
        .routes(routes!(ping))
        .routes(routes!(office))
}

/// Lists the other members of the charter and the links with them.
#[utoipa::path(get, operation_id = "peer_list", path = "/api/v1/peers", tag = "peers", security(("token" = [])),
    responses(
        (status = 200, description = "every peer, by agency", body = PeerList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn list(State(api): State<Api>, query: Parameters) -> Result<Json<PeerList>, Problem> {
    query.among(&[])?;
    Ok(Json(PeerList { items: api.node.view().peers.iter().map(Peer::from).collect() }))
}

/// Takes a paper of a member, as it was signed: a credential, a revocation, an address notice, or a staff list.
/// Taking it twice changes nothing.
#[utoipa::path(post, operation_id = "peer_admit", path = "/api/v1/peers", tag = "peers", security(("token" = [])),
    request_body(content = Binary, content_type = "application/octet-stream", description = "the signed paper"),
    responses(
        (status = 201, description = "the paper is new", body = AdmittedPeer),
        (status = 200, description = "the paper was known, or changes nothing", body = AdmittedPeer),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn admit(
    State(api): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<Response, Problem> {
    query.among(&[])?;
    let credential = request::body(
        request,
        &["application/octet-stream", "application/cose"],
        STAFF_LIST_BYTES_MAX,
    )
    .await?;
    let admitted =
        api.node.admit(credential).await.map_err(|error| refusal::of_admission(&error))?;
    let (status, agency, known) = match admitted {
        Admitted::New(agency) => (StatusCode::CREATED, agency, false),
        Admitted::Known(agency) => (StatusCode::OK, agency, true),
    };
    let location = [(header::LOCATION, format!("/api/v1/peers/{agency}"))];
    Ok((status, location, Json(AdmittedPeer { agency: agency.to_string(), known })).into_response())
}

/// Shows one peer and the link with it.
#[utoipa::path(get, operation_id = "peer_show", path = "/api/v1/peers/{agency}", tag = "peers", security(("token" = [])),
    params(("agency" = String, Path, description = "the peer's agency, for example `mm.mpf`")),
    responses(
        (status = 200, description = "the peer", body = Peer),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn show(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<Peer>, Problem> {
    query.among(&[])?;
    let agency = segments.agency()?;
    let view = api.node.view();
    match view.peers.iter().find(|peer| peer.agency == agency) {
        Some(peer) => Ok(Json(Peer::from(peer))),
        None => Err(Problem::new(
            Code::NoSuchPeer,
            "nothing was found",
            format!("the charter has no peer {agency}"),
        )),
    }
}

/// Asks a peer over the live connection whether it is there.
#[utoipa::path(post, operation_id = "peer_ping", path = "/api/v1/peers/{agency}/ping", tag = "peers", security(("token" = [])),
    params(("agency" = String, Path, description = "the peer's agency")),
    responses(
        (status = 200, description = "it answered", body = Pong),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn ping(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<Pong>, Problem> {
    query.among(&[])?;
    let agency = segments.agency()?;
    let waited =
        api.node.ping(agency.clone()).await.map_err(|error: PingError| refusal::of_ping(&error))?;
    let round_trip_us = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
    Ok(Json(Pong { agency: agency.to_string(), round_trip_us }))
}

/// Shows which office one person of an agency has at a time, by the staff list that the node holds.
// spec: cer-8
#[utoipa::path(get, operation_id = "staff_office", path = "/api/v1/staff/{agency}", tag = "peers", security(("token" = [])),
    params(
        ("agency" = String, Path, description = "the agency"),
        ("officer" = String, Query, description = "staff number of the person"),
        ("at" = String, Query, description = "when; RFC 3339"),
    ),
    responses(
        (status = 200, description = "the office, or that there is no list or no office", body = StaffOffice),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn office(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<StaffOffice>, Problem> {
    let query = query.among(&["officer", "at"])?;
    let agency = segments.agency()?;
    let officer = query.parsed("officer", StaffNumber::parse)?;
    let at = query.parsed("at", Instant::parse)?;
    let found = api.node.office(&agency, (&officer, at.at()));
    let key = |office: &Office| {
        office.key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    Ok(Json(StaffOffice {
        agency: agency.to_string(),
        officer: officer.to_string(),
        list: found.list,
        role: found.office.as_ref().map(|office| office.role.text().to_owned()),
        key: found.office.as_ref().map(key),
    }))
}
