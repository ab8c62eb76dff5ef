//! Which transport key stands for which agency.
//!
//! Uses `protocol` only; used by everything in `transport`, and filled by `host` from credentials.
//! A key is a [`VerifyingKey`], so one of small order cannot be pinned.

use std::collections::BTreeMap;

use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::ids::AgencyId;
use tokio::sync::watch;

/// The pins, shared by all connections; a change is felt by live ones at once.
#[derive(Debug)]
pub struct Pins {
    table: watch::Sender<BTreeMap<[u8; 32], AgencyId>>,
}

impl Default for Pins {
    fn default() -> Self {
        Self::new()
    }
}

impl Pins {
    /// No pins: everyone is a stranger.
    pub fn new() -> Self {
        Self { table: watch::Sender::new(BTreeMap::new()) }
    }

    /// Lets a key stand for an agency; an agency may have several while credentials overlap.
    ///
    /// A key that stood for another agency stands for this one from now on.
    pub fn allow(&self, agency: AgencyId, key: VerifyingKey) {
        self.table.send_if_modified(|table| {
            table.insert(*key.as_bytes(), agency.clone()) != Some(agency)
        });
    }

    /// Takes a key back; its live connections are closed. Source: spec wire-10.
    pub fn remove(&self, key: &VerifyingKey) {
        self.table.send_if_modified(|table| table.remove(key.as_bytes()).is_some());
    }

    /// Puts these pins in the place of all others; live connections of keys that are gone are closed.
    pub fn replace(&self, pins: impl IntoIterator<Item = (AgencyId, VerifyingKey)>) {
        let table = pins.into_iter().map(|(agency, key)| (*key.as_bytes(), agency)).collect();
        self.table.send_replace(table);
    }

    /// The agency that a key stands for.
    pub fn agency_of(&self, key: &VerifyingKey) -> Option<AgencyId> {
        self.table.borrow().get(key.as_bytes()).cloned()
    }

    /// Whether the key stands for this agency.
    pub(super) fn holds(&self, agency: &AgencyId, key: &VerifyingKey) -> bool {
        self.table.borrow().get(key.as_bytes()) == Some(agency)
    }

    /// Tells when pins change.
    pub(super) fn changes(&self) -> Changes {
        Changes(self.table.subscribe())
    }
}

/// A look at changes of the pins.
#[derive(Debug)]
pub(super) struct Changes(watch::Receiver<BTreeMap<[u8; 32], AgencyId>>);

impl Changes {
    /// Waits for a change; for ever, when the pins are gone and cannot change any more.
    pub(super) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
