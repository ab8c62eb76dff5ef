//! The pages against a node from memory: who may look, what is shown, and what a browser is told.

use core::future;
use core::pin::pin;
use std::sync::Arc;

use askama::Template;
use axum::body;
use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::message::intelligence::validity::NoticeStanding;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use tokio::runtime::Builder;
use tower_service::Service;

use crate::api::ask::Ask;
use crate::api::auth::Token;
use crate::api::shape::message::Message;
use crate::api::tests::fake::Fake;
use crate::api::tests::fake::RECEIVED;
use crate::api::tests::fake::SENT;
use crate::api::tests::wire::TOKEN;
use crate::host::handle::MessageName;
use crate::host::handle::MessageView;
use crate::web;
use crate::web::page::Messages;
use crate::web::page::OneMessage;
use crate::web::session::Door;
use crate::web::session::SESSION_LIFE;
use crate::web::session::SESSIONS_MAX;

#[test]
fn without_a_session_every_page_leads_to_the_way_in() {
    // shows: web-2
    let pages = Pages::new(Fake::new());

    for path in ["/", "/messages", &format!("/messages/{SENT}")] {
        let shown = pages.get(path, "");

        assert_eq!((shown.status, shown.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
        assert!(!shown.text.contains("mm.mpf"), "{path} tells a stranger who takes part");
    }
}

#[test]
fn only_the_nodes_token_opens_a_session() {
    // shows: web-2
    let pages = Pages::new(Fake::new());

    let refused = pages.sign_in("another-token");
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.headers.get("set-cookie").is_none());
    assert!(
        refused.text.contains("not the node&#39;s token")
            || refused.text.contains("not the node's token")
    );

    assert_eq!(pages.get("/", &pages.cookie()).status, StatusCode::OK);
    assert_eq!(pages.get("/", "concord-la.mps=00").status, StatusCode::SEE_OTHER);
}

#[test]
fn a_session_ends_when_its_holder_leaves() {
    // shows: web-2
    let pages = Pages::new(Fake::new());
    let cookie = pages.cookie();

    let left = pages.ask(request("POST", "/sign-out", &cookie, Body::empty()));

    assert!(left.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(pages.get("/", &cookie).status, StatusCode::SEE_OTHER);
}

#[test]
fn a_session_ends_with_the_shift_and_the_oldest_makes_room() {
    // shows: web-2
    let door = Door::new(Token::parse(TOKEN).unwrap(), &agency());
    let start = Timestamp::from_millis(1_000_000);
    let enter = |secret: u8, now| door.enter(TOKEN, [secret; 32], now).unwrap();
    let first = enter(0, start);

    assert!(door.knows(&first, start));
    assert!(!door.knows(&first, start.after(SESSION_LIFE)));
    for secret in 1..=u8::try_from(SESSIONS_MAX).unwrap() {
        enter(secret, start.after(Span::from_millis(u64::from(secret))));
    }
    assert!(!door.knows(&first, start), "the oldest session makes room");
}

#[test]
fn a_notice_that_is_challenged_is_shown_as_suspended() {
    // shows: xch-57
    let view = Fake::new().message(MessageName::Id(MessageId::parse(SENT).unwrap())).unwrap();
    let view = MessageView { standing: Some(NoticeStanding::Suspended), ..view };
    let (agency, message) = (agency().to_string(), Message::new(&agency(), &view));
    let one = OneMessage { agency: agency.clone(), message: message.clone() };
    let list = Messages { agency, items: vec![message], next: None };

    for page in [one.render().unwrap(), list.render().unwrap()] {
        assert!(page.contains("<small>suspended</small>"), "{page}");
    }
}

#[test]
fn the_cookie_is_kept_from_scripts_and_other_sites() {
    // shows: web-3
    let pages = Pages::new(Fake::new());

    let set = pages.sign_in(TOKEN).header("set-cookie").to_owned();

    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(attribute), "{set}");
    }
}

#[test]
fn no_page_allows_a_script_a_frame_or_another_site() {
    // shows: web-3
    let pages = Pages::new(Fake::new());
    let cookie = pages.cookie();

    for path in ["/", "/messages", "/sign-in", "/style.css", &format!("/messages/{SENT}")] {
        let shown = pages.get(path, &cookie);

        assert_eq!(shown.status, StatusCode::OK, "{path}");
        assert!(shown.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(shown.header("cache-control"), "no-store");
        assert!(!shown.text.contains("<script") && !shown.text.contains(" style="), "{path}");
    }
}

#[test]
fn the_overview_shows_the_log_its_witnesses_and_every_member() {
    // shows: web-1
    let pages = Pages::new(Fake::new());

    let shown = pages.get("/", &pages.cookie()).text;

    for fact in ["concord/heron/la.mps/log1", "witnesses", "mm.mpf", "th.rtp"] {
        assert!(shown.contains(fact), "{fact} is missing");
    }
}

#[test]
fn the_grade_of_every_receipt_is_shown() {
    // shows: web-1
    // shows: wit-8
    let pages = Pages::new(Fake::new());
    let cookie = pages.cookie();

    let list = pages.get("/messages", &cookie).text;
    let one = pages.get(&format!("/messages/{SENT}"), &cookie).text;

    assert!(list.contains(r#"<span class="grade L"#));
    assert!(one.contains(r#"<span class="grade L"#));
    assert!(one.contains("the recipient&#39;s log") || one.contains("the recipient's log"));
}

#[test]
fn a_body_is_never_shown() {
    // shows: web-1
    let pages = Pages::new(Fake::new());

    let shown = pages.get(&format!("/messages/{RECEIVED}"), &pages.cookie()).text;

    assert!(shown.contains("concord message show"), "the page says how a body is opened");
}

#[test]
fn a_list_leads_to_the_message_that_was_meant_even_where_another_has_its_id() {
    // shows: api-23
    let node = Fake::with_namesakes();
    let digests: Vec<String> =
        node.messages.iter().map(|view| view.record.digest.to_string()).collect();
    let pages = Pages::new(node);
    let cookie = pages.cookie();
    let list = pages.get("/messages", &cookie).text;

    for digest in &digests {
        assert!(list.contains(&format!("href=\"/messages/{digest}\"")), "{list}");
        assert_eq!(pages.get(&format!("/messages/{digest}"), &cookie).status, StatusCode::OK);
    }
    let doubtful = pages.get(&format!("/messages/{SENT}"), &cookie);
    assert_eq!(doubtful.status, StatusCode::CONFLICT);
    assert!(digests.iter().all(|digest| doubtful.text.contains(digest)), "{}", doubtful.text);
}

#[test]
fn what_is_not_there_is_answered_with_a_reason_and_a_remedy() {
    // shows: web-4
    let pages = Pages::new(Fake::new());
    let cookie = pages.cookie();

    for (path, status, code) in [
        ("/messages/no-id", StatusCode::NOT_FOUND, "no-such-message"),
        (
            "/messages/019ca884-cb28-7202-8202-0202020202ff",
            StatusCode::NOT_FOUND,
            "no-such-message",
        ),
        ("/messages?after=x", StatusCode::BAD_REQUEST, "bad-cursor"),
        ("/messages?after=x&after=y", StatusCode::BAD_REQUEST, "bad-cursor"),
    ] {
        let shown = pages.get(path, &cookie);

        assert_eq!(shown.status, status, "{path}");
        assert!(shown.text.contains(code) && shown.text.contains("What to do now"), "{path}");
    }
}

#[test]
fn a_peers_credential_that_ends_soon_is_marked() {
    // shows: id-52
    let warning = "ends soon, and none takes over: tell its operator";
    let shown = |pages: &Pages| pages.get("/", &pages.cookie()).text;
    assert!(shown(&Pages::new(Fake::new())).contains(warning));

    let mut renewed = Fake::new();
    renewed.view.peers[0].ends_soon = false;

    assert!(!shown(&Pages::new(renewed)).contains(warning));
}

#[test]
fn a_peer_that_goes_by_another_charter_is_marked() {
    // shows: chr-20
    let pages = Pages::new(Fake::new());

    let shown = pages.get("/", &pages.cookie()).text;

    assert!(shown.contains("goes by another version of the charter"), "{shown}");
}

/// The pages of a node from memory.
struct Pages {
    router: axum::Router,
}

struct Shown {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Shown {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

impl Pages {
    fn new(node: Fake) -> Self {
        let door = Door::new(Token::parse(TOKEN).unwrap(), &agency());
        Self { router: web::router(Arc::new(node), Arc::new(door)) }
    }

    fn get(&self, path: &str, cookie: &str) -> Shown {
        self.ask(request("GET", path, cookie, Body::empty()))
    }

    fn sign_in(&self, token: &str) -> Shown {
        let mut form = request("POST", "/sign-in", "", Body::from(format!("token={token}")));
        let kind = "application/x-www-form-urlencoded".parse().unwrap();
        form.headers_mut().insert("content-type", kind);
        self.ask(form)
    }

    /// The cookie of a new session.
    fn cookie(&self) -> String {
        let entered = self.sign_in(TOKEN);
        assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/"));
        entered.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    fn ask(&self, request: Request) -> Shown {
        let mut router = self.router.clone();
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async move {
            let mut router = pin!(router.as_service::<Body>());
            future::poll_fn(|cx| router.poll_ready(cx)).await.unwrap();
            let (parts, body) = router.call(request).await.unwrap().into_parts();
            let body = body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
            Shown {
                status: parts.status,
                headers: parts.headers,
                text: String::from_utf8(body).unwrap(),
            }
        })
    }
}

fn agency() -> AgencyId {
    AgencyId::parse("la.mps").unwrap()
}

fn request(method: &str, path: &str, cookie: &str, body: Body) -> Request {
    let request = Request::builder().method(method).uri(path);
    request.header("cookie", cookie).body(body).unwrap()
}
