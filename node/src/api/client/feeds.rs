//! Feeds of indicators: what the command line asks about them.

use core::time::Duration;
use std::fs::File;

use serde_json::Value;

use crate::api::client::Client;
use crate::api::client::escaped;
use crate::api::client::query;
use crate::api::shape::feed::Feed;
use crate::api::shape::feed::FeedList;
use crate::api::shape::feed::IndicatorLookUp;
use crate::api::shape::feed::PreparedDelta;
use crate::api::shape::feed::PreparedSnapshot;
use crate::report::Report;

/// Longest wait for a list that the node reads, sorts and seals: two million entries take minutes on a small machine.
const LIST_TIME_MAX: Duration = Duration::from_secs(1800);

impl Client {
    /// Lists every feed.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn feeds(&self) -> Result<FeedList, Report> {
        self.get("/api/v1/feeds")
    }

    /// Shows one feed.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn feed(&self, procedure: &str) -> Result<Feed, Report> {
        self.get(&format!("/api/v1/feeds/{}", escaped(procedure)))
    }

    /// Gives a standing order to follow a feed, for an officer in a time zone.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn follow(&self, procedure: &str, by: (&str, &str)) -> Result<(), Report> {
        self.follow_under(procedure, by, [None; 3])
    }

    /// The same, and says on which law the requests rest: the kind of the instrument, its name, the article.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn follow_under(
        &self,
        procedure: &str,
        (officer, zone): (&str, &str),
        [kind, instrument, article]: [Option<&str>; 3],
    ) -> Result<(), Report> {
        let path = format!("/api/v1/feeds/{}/order", escaped(procedure));
        let asked = [
            ("officer", Some(officer)),
            ("zone", Some(zone)),
            ("legal_basis_kind", kind),
            ("legal_basis", instrument),
            ("legal_basis_article", article),
        ];
        let path = query(&path, &asked);
        let request = self.agent.post(self.at_path(&path)).header("authorization", self.bearer());
        self.accepted(request.send_empty()).map(drop)
    }

    /// Ends the standing order about a feed.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn unfollow(&self, procedure: &str) -> Result<(), Report> {
        let path = self.at_path(&format!("/api/v1/feeds/{}/order", escaped(procedure)));
        let answer = self.agent.delete(path).header("authorization", self.bearer()).call();
        self.accepted(answer).map(drop)
    }

    /// Has the own Party block what a feed recommends to block, by the decision of an officer.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn opt_in(&self, procedure: &str, officer: &str) -> Result<(), Report> {
        let path = format!("/api/v1/feeds/{}/opt-in", escaped(procedure));
        let path = query(&path, &[("officer", Some(officer))]);
        let request = self.agent.post(self.at_path(&path)).header("authorization", self.bearer());
        self.accepted(request.send_empty()).map(drop)
    }

    /// Ends that.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn opt_out(&self, procedure: &str) -> Result<(), Report> {
        let path = self.at_path(&format!("/api/v1/feeds/{}/opt-in", escaped(procedure)));
        let answer = self.agent.delete(path).header("authorization", self.bearer()).call();
        self.accepted(answer).map(drop)
    }

    /// Looks one indicator up in every feed.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn look_up(&self, question: &Value) -> Result<IndicatorLookUp, Report> {
        let request = self.agent.post(self.at_path("/api/v1/indicators/look-up"));
        let request =
            request.content_type("application/json").header("authorization", self.bearer());
        let answer = self.accepted(request.send(question.to_string().as_bytes()))?;
        self.document(answer)
    }

    /// Has the node make the file of a snapshot from entries, one in each line of a file.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn prepare_list(
        &self,
        entries: &File,
        (class, procedure, expiry): (&str, Option<&str>, Option<&str>),
    ) -> Result<PreparedSnapshot, Report> {
        let parameters = [("class", Some(class)), ("procedure", procedure), ("expiry", expiry)];
        self.hand_in(&query("/api/v1/feeds/lists", &parameters), entries)
    }

    /// Has the node make the file of a change; `from` says what stands in each line.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn prepare_change(
        &self,
        procedure: &str,
        lines: &File,
        (from, expiry): (&str, Option<&str>),
    ) -> Result<PreparedDelta, Report> {
        let path = format!("/api/v1/feeds/{}/changes", escaped(procedure));
        self.hand_in(&query(&path, &[("from", Some(from)), ("expiry", expiry)]), lines)
    }

    fn hand_in<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        lines: &File,
    ) -> Result<T, Report> {
        let request = self.agent.post(self.at_path(path)).config();
        let request = request.timeout_recv_response(Some(LIST_TIME_MAX)).build();
        let request = request.content_type("application/x-ndjson");
        let answer = self.accepted(request.header("authorization", self.bearer()).send(lines))?;
        self.document(answer)
    }
}
