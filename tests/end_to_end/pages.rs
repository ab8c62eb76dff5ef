//! The pages of a real node, over its own socket: the way in, and a receipt whose grade rises before one's eyes.

use std::fs;
use std::time::Duration;

use concord_node::api::client::Client;
use harness::daemon::Daemon;
use harness::federation::Federation;
use harness::letter;
use harness::wait;
use serde_json::Value;
use ureq::Agent;

const WITHIN: Duration = Duration::from_secs(30);

#[test]
fn whoever_has_the_token_sees_the_node_and_the_grade_of_a_receipt() {
    // shows: web-1, web-2
    let world = Federation::of("pages", &["la.mps", "mm.mpf", "th.rtp"]);
    let nodes = world.all_ready();
    let id = send(&nodes[0].client());
    let mut visitor = Visitor::at(&nodes[0]);

    assert!(visitor.page("/").contains("Sign in"));
    visitor.signs_in(&nodes[0]);

    let shown = wait::for_up_to(WITHIN, || {
        let page = visitor.page(&format!("/messages/{id}"));
        page.contains(r#"<span class="grade L2">L2</span>"#).then_some(page)
    });
    assert!(shown.is_some(), "{}", nodes[0].said());
    let overview = visitor.page("/");
    assert!(overview.contains("It takes and exchanges messages."), "{overview}");
    assert!(overview.contains("mm.mpf") && overview.contains("th.rtp"));
}

fn send(client: &Client) -> String {
    let letter = letter::report(&["mm.mpf"], "a report to look at").to_string();
    client.submit(letter.as_bytes(), None).unwrap().message.id
}

/// A person with a browser that keeps one cookie.
struct Visitor {
    agent: Agent,
    url: String,
    cookie: String,
}

impl Visitor {
    fn at(node: &Daemon) -> Self {
        let file = fs::read(node.folder().join("api.json")).unwrap();
        let address: Value = serde_json::from_slice(&file).unwrap();
        let agent = Agent::config_builder().http_status_as_error(false).build().into();
        Self { agent, url: address["url"].as_str().unwrap().to_owned(), cookie: String::new() }
    }

    fn signs_in(&mut self, node: &Daemon) {
        let token = fs::read_to_string(node.folder().join("token")).unwrap();
        let form = format!("token={}", token.trim());
        let entered = self
            .agent
            .post(format!("{}/sign-in", self.url))
            .config()
            .max_redirects(0)
            .build()
            .header("content-type", "application/x-www-form-urlencoded")
            .send(form)
            .unwrap();
        let set = entered.headers()["set-cookie"].to_str().unwrap();
        self.cookie = set.split(';').next().unwrap().to_owned();
    }

    fn page(&self, path: &str) -> String {
        let page = self.agent.get(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        page.call().unwrap().body_mut().read_to_string().unwrap()
    }
}
