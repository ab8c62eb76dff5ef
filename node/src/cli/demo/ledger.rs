//! What the story submitted, and how each delivery stands at its sender.

use crate::api::client::Client;
use crate::api::shape::message::DeliveryDocument;
use crate::api::shape::message::Status;
use crate::api::shape::message::SubmittedMessage;
use crate::cli::demo::letter::Thread;
use crate::host::view::Grade;
use crate::report::Report;

/// One message of the story.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// The station that submitted it.
    pub(crate) from: usize,
    /// Its id.
    pub(crate) id: String,
    /// Its digest.
    pub(crate) digest: String,
    /// Its procedure.
    pub(crate) procedure: String,
    /// Its recipients.
    pub(crate) to: Vec<String>,
}

impl Sent {
    /// What the node answered to a submission.
    pub(crate) fn new(from: usize, submitted: &SubmittedMessage) -> Self {
        Self {
            from,
            id: submitted.id.clone(),
            digest: submitted.digest.clone(),
            procedure: submitted.procedure.clone(),
            to: submitted.deliveries.iter().map(|delivery| delivery.agency.clone()).collect(),
        }
    }

    /// The thread of whoever answers it.
    pub(crate) fn thread(&self) -> Thread {
        Thread {
            procedure: self.procedure.clone(),
            parents: vec![self.digest.clone()],
            of: self.id.clone(),
        }
    }

    /// How it stands with each recipient.
    pub(crate) fn deliveries(&self, client: &Client) -> Result<Vec<DeliveryDocument>, Report> {
        Ok(client.message(&self.id)?.deliveries)
    }
}

/// Whether a delivery is over: the recipient proved that its log holds the message, or a refusal of it.
pub(crate) const fn is_settled(delivery: &DeliveryDocument) -> bool {
    match delivery.status {
        Status::Receipted | Status::Refused => true,
        Status::Queued | Status::Offered | Status::Superseded | Status::Undeliverable => false,
    }
}

/// Whether a quorum of witnesses has cosigned a tree that holds the recipient's leaf.
pub(crate) fn is_witnessed(delivery: &DeliveryDocument) -> bool {
    is_settled(delivery) && delivery.grade.as_deref() == Some(Grade::L2.text())
}

/// How many deliveries ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Messages.
    pub(crate) messages: u64,
    /// Recipients over all messages.
    pub(crate) deliveries: u64,
    /// Deliveries with a receipt.
    pub(crate) receipts: u64,
    /// Deliveries that the recipient's node refused.
    pub(crate) refusals: u64,
    /// Receipts that a quorum of witnesses stands behind.
    pub(crate) receipts_l2: u64,
    /// Refusals that a quorum of witnesses stands behind.
    pub(crate) refusals_l2: u64,
}

impl Tally {
    /// Counts the deliveries of one message.
    pub(crate) fn count(&mut self, deliveries: &[DeliveryDocument]) {
        self.messages = self.messages.saturating_add(1);
        for delivery in deliveries {
            self.deliveries = self.deliveries.saturating_add(1);
            let witnessed = u64::from(is_witnessed(delivery));
            match delivery.status {
                Status::Receipted => {
                    self.receipts = self.receipts.saturating_add(1);
                    self.receipts_l2 = self.receipts_l2.saturating_add(witnessed);
                }
                Status::Refused => {
                    self.refusals = self.refusals.saturating_add(1);
                    self.refusals_l2 = self.refusals_l2.saturating_add(witnessed);
                }
                Status::Queued | Status::Offered | Status::Superseded | Status::Undeliverable => {}
            }
        }
    }

    /// Adds what was counted elsewhere.
    pub(crate) const fn add(&mut self, other: Self) {
        self.messages = self.messages.saturating_add(other.messages);
        self.deliveries = self.deliveries.saturating_add(other.deliveries);
        self.receipts = self.receipts.saturating_add(other.receipts);
        self.refusals = self.refusals.saturating_add(other.refusals);
        self.receipts_l2 = self.receipts_l2.saturating_add(other.receipts_l2);
        self.refusals_l2 = self.refusals_l2.saturating_add(other.refusals_l2);
    }

    /// Whether every delivery is over.
    pub(crate) const fn is_complete(&self) -> bool {
        self.receipts.saturating_add(self.refusals) == self.deliveries
    }

    /// Whether a quorum of witnesses stands behind the end of every delivery.
    pub(crate) const fn is_witnessed(&self) -> bool {
        self.receipts_l2.saturating_add(self.refusals_l2) == self.deliveries
    }
}
