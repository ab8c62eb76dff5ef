//! Feeds of indicators: how far each is here, what one indicator is, and files for an originator's next message.

mod intake;

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use concord_protocol::codec::value::Map;
use concord_protocol::codec::value::Value;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field as _;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::intelligence::feed_entry::FeedClass;
use concord_protocol::message::intelligence::feed_entry::IndicatorType;
use concord_protocol::message::legal_basis::LegalBasisKind;
use concord_protocol::message::legal_basis::LegalBasisRef;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::purpose::PurposeKind;
use concord_protocol::message::text::HeaderText;
use concord_protocol::message::text::StaffNumber as Officer;
use concord_protocol::message::text::ZoneName;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::ask::Ask;
use crate::api::json;
use crate::api::json::JsonError;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::route::feeds::intake::Lines;
use crate::api::route::feeds::intake::Sort;
use crate::api::shape::feed::Feed;
use crate::api::shape::feed::FeedList;
use crate::api::shape::feed::IndicatorLookUp;
use crate::api::shape::feed::PreparedDelta;
use crate::api::shape::feed::PreparedSnapshot;
use crate::host::feeds::Known;
use crate::host::feeds::author::PrepareError;
use crate::host::feeds::author::Wanted;
use crate::host::feeds::order::Given;
use crate::host::feeds::orders::OrderError;
use crate::host::handle::feeds::Reading;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

/// Longest question about an indicator, in bytes: the longest web address, three times over.
const QUESTION_BYTES_MAX: usize = 16 * 1024;

const NOT_LOOKED_UP: &str = "nothing was looked up";

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(follow, unfollow))
        .routes(routes!(opt_in, opt_out))
        .routes(routes!(look_up))
        .routes(routes!(prepare_list))
        .routes(routes!(prepare_change))
}

/// Lists every feed that the node has messages of.
#[utoipa::path(get, operation_id = "feed_list", path = "/api/v1/feeds", tag = "feeds", security(("token" = [])),
    responses(
        (status = 200, description = "every feed, by procedure", body = FeedList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn list(State(api): State<Api>, query: Parameters) -> Result<Json<FeedList>, Problem> {
    query.among(&[])?;
    let own = api.node.view().agency.to_string();
    let feeds = api.read(Code::NoSuchProcedure, |node| node.feeds()).await?;
    Ok(Json(FeedList { items: feeds.iter().map(|feed| shown(&api, feed, &own)).collect() }))
}

/// A feed with what officers said about it.
fn shown(api: &Api, feed: &Known, own: &str) -> Feed {
    let (order, opt_in) = (api.node.order(&feed.procedure), api.node.opted_in(&feed.procedure));
    Feed::new(feed, own, (order.as_ref(), opt_in.as_ref()))
}

/// Shows one feed: how far it is here, what is disputed, what it waits for.
// spec: fed-22
#[utoipa::path(get, operation_id = "feed_show", path = "/api/v1/feeds/{id}", tag = "feeds", security(("token" = [])),
    params(("id" = String, Path, description = "the id of the feed's procedure")),
    responses(
        (status = 200, description = "the feed", body = Feed),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn show(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<Feed>, Problem> {
    query.among(&[])?;
    let id = segments.procedure()?;
    let own = api.node.view().agency.to_string();
    let feed = api.read(Code::NoSuchProcedure, move |node| node.feed(&id)).await?;
    Ok(Json(shown(&api, &feed, &own)))
}

/// Takes an officer's standing order: the node asks for what it misses of the feed, in that officer's name.
// spec: fed-23
#[utoipa::path(post, operation_id = "feed_follow", path = "/api/v1/feeds/{id}/order", tag = "feeds", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the id of the feed's procedure"),
        ("officer" = String, Query, description = "staff number of the officer, who answers for each request"),
        ("zone" = Option<String>, Query, description = "the time zone in which the officer works; UTC when absent"),
        ("legal_basis_kind" = Option<String>, Query, description = "on what kind of instrument the requests rest: `treaty`, `mou`, `reciprocity`, `domestic-law` or `outcome-document`; with `legal_basis`"),
        ("legal_basis" = Option<String>, Query, description = "the name of that instrument; when absent the requests rest on what the feed's newest list rests on"),
        ("legal_basis_article" = Option<String>, Query, description = "the article relied on, where one is"),
    ),
    responses(
        (status = 204, description = "the feed is followed"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn follow(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<StatusCode, Problem> {
    let known = ["officer", "zone", "legal_basis_kind", "legal_basis", "legal_basis_article"];
    let query = query.among(&known)?;
    let id = segments.procedure()?;
    let officer = query.parsed("officer", Officer::parse)?;
    let zone = ZoneName::parse(query.text("zone").unwrap_or("UTC"))
        .map_err(|error| request::bad_parameter(format!("`zone`: {error}")))?;
    let given = Given { officer, zone, legal_basis: legal_basis(&query)? };
    ordered(&api, move |node| node.follow(id, given)).await
}

/// The law on which an officer lets requests rest; nothing where none is stated.
fn legal_basis(query: &Parameters) -> Result<Option<LegalBasisRef>, Problem> {
    let (kind, instrument) = (query.text("legal_basis_kind"), query.text("legal_basis"));
    let article = query.text("legal_basis_article");
    if kind.is_none() && instrument.is_none() && article.is_none() {
        return Ok(None);
    }
    let wrong = |which: &str, why: String| request::bad_parameter(format!("`{which}`: {why}"));
    let kind = kind.and_then(LegalBasisKind::parse).ok_or_else(|| {
        let kinds: Vec<&str> = LegalBasisKind::ALL.iter().map(|kind| kind.text()).collect();
        wrong("legal_basis_kind", format!("one of {}", kinds.join(", ")))
    })?;
    let instrument = HeaderText::parse(query.demanded("legal_basis")?)
        .map_err(|error| wrong("legal_basis", error.to_string()))?;
    let article = article.map(HeaderText::parse).transpose();
    let article = article.map_err(|error| wrong("legal_basis_article", error.to_string()))?;
    Ok(Some(LegalBasisRef { kind, instrument, article }))
}

/// Ends the standing order about a feed.
// spec: fed-23
#[utoipa::path(delete, operation_id = "feed_unfollow", path = "/api/v1/feeds/{id}/order", tag = "feeds", security(("token" = [])),
    params(("id" = String, Path, description = "the id of the feed's procedure")),
    responses(
        (status = 204, description = "the feed is not followed any more"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn unfollow(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<StatusCode, Problem> {
    query.among(&[])?;
    let id = segments.procedure()?;
    ordered(&api, move |node| node.unfollow(&id)).await
}

/// Has the own Party take part in what a feed recommends to block: look-ups say so from then on.
// spec: fed-24
#[utoipa::path(post, operation_id = "feed_opt_in", path = "/api/v1/feeds/{id}/opt-in", tag = "feeds", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the id of the feed's procedure"),
        ("officer" = String, Query, description = "staff number of the officer who decided that"),
    ),
    responses(
        (status = 204, description = "the own Party takes part"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn opt_in(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<StatusCode, Problem> {
    let query = query.among(&["officer"])?;
    let id = segments.procedure()?;
    let officer = query.parsed("officer", Officer::parse)?;
    ordered(&api, move |node| node.opt_in(id, officer)).await
}

/// Ends that: look-ups answer that an entry is listed, and recommend nobody to block it.
// spec: fed-24
#[utoipa::path(delete, operation_id = "feed_opt_out", path = "/api/v1/feeds/{id}/opt-in", tag = "feeds", security(("token" = [])),
    params(("id" = String, Path, description = "the id of the feed's procedure")),
    responses(
        (status = 204, description = "the own Party does not take part any more"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn opt_out(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<StatusCode, Problem> {
    query.among(&[])?;
    let id = segments.procedure()?;
    ordered(&api, move |node| node.opt_out(&id)).await
}

/// Changes the orders on a thread that may wait for a disk.
async fn ordered(
    api: &Api,
    order: impl FnOnce(&dyn Ask) -> Result<(), OrderError> + Send + 'static,
) -> Result<StatusCode, Problem> {
    let node = Arc::clone(&api.node);
    match api.node.crew().disk.run(move || order(&*node)).await {
        Ok(Ok(())) => Ok(StatusCode::NO_CONTENT),
        Ok(Err(error)) => Err(refusal::of_order(&error, &api.node.view())),
        Err(_) => Err(refusal::of_stopping("nothing was ordered")),
    }
}

/// Looks one indicator up in every feed. It stands in the body, because a URL is written down on its way.
///
/// Accounts, cards and wallets are personal data: `officer` and `purpose` are required for them, and logged before the answer.
// spec: fed-17, fed-18
#[utoipa::path(post, operation_id = "indicator_look_up", path = "/api/v1/indicators/look-up", tag = "feeds", security(("token" = [])),
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "`identifier`, as in a message; for accounts also `officer` and `purpose`"),
    responses(
        (status = 200, description = "what is listed", body = IndicatorLookUp),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn look_up(
    State(api): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<Json<IndicatorLookUp>, Problem> {
    query.among(&[])?;
    let text = request::body(request, &["application/json"], QUESTION_BYTES_MAX).await?;
    let (identifier, reading) = question(&text)?;
    let shown = serde_json::to_value(identifier.write()).unwrap_or_default();
    let found = api.node.look_up(identifier, reading).await;
    let found = found
        .map_err(|error| refusal::of_reading(&error, Code::NoSuchProcedure, &api.node.view()))?;
    Ok(Json(IndicatorLookUp::new(shown, &found)))
}

/// The identifier that is asked about, in its one form, and who asks.
fn question(text: &[u8]) -> Result<(Identifier, Option<Reading>), Problem> {
    let value = json::read(text).map_err(|error| match error {
        JsonError::Syntax { line, column, reason } => Problem::new(
            Code::BadJson,
            NOT_LOOKED_UP,
            format!("line {line}, column {column}: {reason}"),
        ),
        JsonError::Faults(faults) => bad(faults),
    })?;
    let Value::Map(map) = value else {
        return Err(fault("", "wrong-type", "a map stands here"));
    };
    if map.iter().any(|(key, _)| !["identifier", "officer", "purpose"].contains(&key)) {
        return Err(fault("", "unknown-field", "the fields are identifier, officer and purpose"));
    }
    let given = intake::normalised(map.get("identifier").cloned().unwrap_or(Value::Null));
    let mut faults = Faults::new();
    let at = Pointer::Root.key("identifier");
    let identifier = Identifier::read(&given, &at, &mut faults);
    let identifier = faults.judge(identifier).map_err(|faults| bad(refusal::fields(&faults)))?;
    let reading = reading(&map)?;
    match IndicatorType::of(&identifier).map(IndicatorType::class) {
        None => Err(fault("/identifier", "bad-choice", "no feed lists identifiers of this kind")),
        Some(FeedClass::Accounts) if reading.is_none() => Err(fault(
            "/officer",
            "missing",
            "accounts are personal data: `officer` and `purpose` say who reads and why",
        )),
        Some(FeedClass::Accounts | FeedClass::Infrastructure) => Ok((identifier, reading)),
    }
}

fn reading(map: &Map) -> Result<Option<Reading>, Problem> {
    let text = |key: &str| match map.get(key) {
        Some(Value::Text(text)) => Some(text.as_str()),
        Some(Value::Null | Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_))
        | None => None,
    };
    let (Some(officer), Some(purpose)) = (text("officer"), text("purpose")) else {
        return Ok(None);
    };
    let officer = StaffNumber::parse(officer)
        .map_err(|error| fault("/officer", "malformed", &error.to_string()))?;
    let purpose = PurposeKind::parse(purpose)
        .and_then(|kind| PurposeCode::parse(kind.text()).ok())
        .ok_or_else(|| fault("/purpose", "bad-choice", "a kind of purpose, as in a message"))?;
    Ok(Some((officer, purpose)))
}

fn fault(pointer: &str, code: &str, reason: &str) -> Problem {
    bad(vec![FieldReport {
        pointer: pointer.to_owned(),
        code: code.to_owned(),
        reason: reason.to_owned(),
    }])
}

fn bad(faults: Vec<FieldReport>) -> Problem {
    Report::new(Code::BadIndicator, NOT_LOOKED_UP, "the question has fields that are wrong")
        .with_fields(faults)
        .into()
}

/// Makes the file of a snapshot from entries, one in each line, in any order.
// spec: fed-19
#[utoipa::path(post, operation_id = "feed_list_prepare", path = "/api/v1/feeds/lists", tag = "feeds", security(("token" = [])),
    params(
        ("class" = String, Query, description = "`infrastructure` or `accounts`"),
        ("procedure" = Option<String>, Query, description = "the feed that goes on with it; a new one when absent"),
        ("expiry" = Option<String>, Query, description = "`proposed`: an entry without `valid_until` gets the proposed one of its kind; without it such an entry is refused"),
    ),
    request_body(content = String, content_type = "application/x-ndjson", description = "one entry in each line"),
    responses(
        (status = 200, description = "what the body of a `feed-snapshot` needs", body = PreparedSnapshot),
        (status = 422, description = "lines are wrong; a pointer begins with the number of the line, from 1", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn prepare_list(
    State(api): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<Json<PreparedSnapshot>, Problem> {
    let query = query.among(&["class", "procedure", "expiry"])?;
    let class = FeedClass::parse(query.demanded("class")?)
        .ok_or_else(|| request::bad_parameter("`class` is `infrastructure` or `accounts`"))?;
    let procedure = query.text("procedure").map(concord_protocol::ids::ProcedureId::parse);
    let procedure = procedure
        .transpose()
        .map_err(|error| request::bad_parameter(format!("`procedure`: {error}")))?;
    let sort = Sort::Entries { class, expiry: intake::expiry(query.text("expiry"))? };
    let (lines, place) = intake::read(&api, request, sort).await?;
    let Lines::Entries(entries) = lines else { return Err(not_ours()) };
    let node = api.node.clone();
    let made = api.node.crew().disk.run(move || {
        let made = node.prepare_list(*entries, (class, procedure));
        drop(place);
        made
    });
    let made = made.await.unwrap_or(Err(PrepareError::Stopping));
    let list = made.map_err(|error| refusal::of_preparing(&error, &api.node.view()))?;
    Ok(Json(PreparedSnapshot::from(&list)))
}

/// Makes the file of a change of the node's own feed: from changes, one in each line, or from the whole list as it is to be.
// spec: fed-20
#[utoipa::path(post, operation_id = "feed_change_prepare", path = "/api/v1/feeds/{id}/changes", tag = "feeds", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the id of the feed's procedure"),
        ("from" = String, Query, description = "`ops`: each line is a change, as in a `feed-delta`; `list`: each line is an entry, and the changes are found"),
        ("expiry" = Option<String>, Query, description = "`proposed`, as for a list"),
    ),
    request_body(content = String, content_type = "application/x-ndjson", description = "one change or entry in each line"),
    responses(
        (status = 200, description = "what the body of a `feed-delta` needs", body = PreparedDelta),
        (status = 422, description = "lines are wrong; a pointer begins with the number of the line, from 1", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn prepare_change(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
    request: Request,
) -> Result<Json<PreparedDelta>, Problem> {
    let query = query.among(&["from", "expiry"])?;
    let id = segments.procedure()?;
    let feed = api.read(Code::NoSuchProcedure, move |node| node.feed(&id)).await?;
    let class = feed.class.unwrap_or(FeedClass::Infrastructure);
    let expiry = intake::expiry(query.text("expiry"))?;
    let sort = match query.demanded("from")? {
        "ops" => Sort::Changes { class, expiry },
        "list" => Sort::Entries { class, expiry },
        _ => return Err(request::bad_parameter("`from` is `ops` or `list`")),
    };
    let (lines, place) = intake::read(&api, request, sort).await?;
    let wanted = match lines {
        Lines::Entries(entries) => Wanted::List(*entries),
        Lines::Changes(ops) => Wanted::Ops(ops),
    };
    let node = api.node.clone();
    let made = api.node.crew().disk.run(move || {
        let made = node.prepare_change(id, wanted);
        drop(place);
        made
    });
    let made = made.await.unwrap_or(Err(PrepareError::Stopping));
    let change = made.map_err(|error| refusal::of_preparing(&error, &api.node.view()))?;
    Ok(Json(PreparedDelta::from(&change)))
}

fn not_ours() -> Problem {
    refusal::of_stopping("nothing was prepared")
}
