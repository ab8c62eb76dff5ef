//! One instant on several clocks: UTC, the sender's, the reader's own, and the place's as the author wrote it.

use concord_protocol::message::instants::Stated;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::deadline::zone::Zone;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

/// Whose clocks are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zones {
    /// That of the sender's Party.
    pub sender: Zone,
    /// That of the Party of the agency that looks.
    pub own: Zone,
}

/// An instant on the clocks of its sender and of whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Clocks {
    /// In UTC.
    pub utc: String,
    /// On the sender's clock.
    pub sender: String,
    /// On the reader's own.
    pub own: String,
}

/// An instant that a content states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatedTime {
    /// Where it stands in the content, as a JSON pointer.
    pub pointer: String,
    /// As it was written: on the clock of the place that it is about.
    pub place: String,
    /// The same on the other clocks.
    #[serde(flatten)]
    pub clocks: Clocks,
}

impl Clocks {
    /// Shows an instant.
    // spec: tim-1
    pub fn of(at: Timestamp, zones: Zones) -> Self {
        Self { utc: at.to_string(), sender: zones.sender.clock(at), own: zones.own.clock(at) }
    }

    /// In one line, for people: `15:30:00+07:00 there, 16:30:00+08:00 here`, each with its day.
    pub fn line(&self) -> String {
        format!("{} sender, {} own, {}", self.sender, self.own, self.utc)
    }
}

impl StatedTime {
    /// Shows an instant of a content.
    // spec: tim-2
    pub fn of(stated: &Stated, zones: Zones) -> Self {
        Self {
            pointer: stated.pointer.clone(),
            place: stated.instant.as_str().to_owned(),
            clocks: Clocks::of(stated.instant.at(), zones),
        }
    }
}
