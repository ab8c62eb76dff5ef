//! Peers: who they are, whether they are there, and the ends of their logs.

use crate::api::client::Client;
use crate::api::client::escaped;
use crate::api::client::query;
use crate::api::shape::charter::CharterTaken;
use crate::api::shape::peer::AdmittedPeer;
use crate::api::shape::peer::Peer;
use crate::api::shape::peer::PeerList;
use crate::api::shape::peer::Pong;
use crate::api::shape::peer::StaffOffice;
use crate::api::shape::succession::Succession;
use crate::report::Report;

impl Client {
    /// Every peer.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn peers(&self) -> Result<PeerList, Report> {
        self.get("/api/v1/peers")
    }

    /// One peer.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn peer(&self, agency: &str) -> Result<Peer, Report> {
        self.get(&format!("/api/v1/peers/{}", escaped(agency)))
    }

    /// Which office a person of an agency has at a time. Shape of the time: RFC 3339.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn office(&self, agency: &str, (officer, at): (&str, &str)) -> Result<StaffOffice, Report> {
        let path = format!("/api/v1/staff/{}", escaped(agency));
        self.get(&query(&path, &[("officer", Some(officer)), ("at", Some(at))]))
    }

    /// What an agency states about the end of its log.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn succession(&self, agency: &str) -> Result<Succession, Report> {
        self.get(&format!("/api/v1/peers/{}/succession", escaped(agency)))
    }

    /// Approves what a peer states about the end of its log.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn approve(&self, agency: &str, officer: &str) -> Result<Succession, Report> {
        let (agency, officer) = (escaped(agency), escaped(officer));
        let path = format!("/api/v1/peers/{agency}/succession?officer={officer}");
        let request = self.agent.post(self.at_path(&path)).header("authorization", self.bearer());
        let answer = self.accepted(request.send_empty())?;
        self.document(answer)
    }

    /// Hands the node a credential file.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn admit(&self, credential: &[u8]) -> Result<AdmittedPeer, Report> {
        let request =
            self.agent.post(self.at_path("/api/v1/peers")).content_type("application/octet-stream");
        let answer =
            self.accepted(request.header("authorization", self.bearer()).send(credential))?;
        self.document(answer)
    }

    /// Hands the node documents of the charter.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn take_charters(&self, file: &[u8]) -> Result<CharterTaken, Report> {
        let path = self.at_path("/api/v1/charter/proposals");
        let request = self.agent.post(path).content_type("application/octet-stream");
        let answer = self.accepted(request.header("authorization", self.bearer()).send(file))?;
        self.document(answer)
    }

    /// Lets the node ask a peer whether it is there.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn ping(&self, agency: &str) -> Result<Pong, Report> {
        let path = format!("/api/v1/peers/{}/ping", escaped(agency));
        let answer = self
            .agent
            .post(self.at_path(&path))
            .header("authorization", self.bearer())
            .send_empty();
        let answer = self.accepted(answer)?;
        self.document(answer)
    }
}
