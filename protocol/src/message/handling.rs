//! The restrictions that the originator attaches to a message.
//!
//! The codes stand in the header, where a node can honour them without opening the body; words stand in the sealed part.

use alloc::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::codec::value::Value;
use crate::ids::Party;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::Field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::grammar::Grammar;
use crate::message::grammar::Rule;
use crate::message::grammar::Shape;
use crate::message::pointer::Pointer;
use crate::message::retention;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::CivilDate;

choice! {
    /// Who may see it at all. On the wire: 0 official, 1 restricted, 2 confidential.
    #[derive(Serialize, Deserialize)]
    Classification {
        /// Official use only.
        Official = "official",
        /// Restricted.
        Restricted = "restricted",
        /// Confidential.
        Confidential = "confidential",
    }
}

choice! {
    /// What it may be used for; codes combine. On the wire: 0 for H0 to 3 for H3. Source: DOMAIN 4.1.
    #[derive(Serialize, Deserialize)]
    HandlingCode {
        /// Police use against crime, within the law that applies.
        H0 = "H0",
        /// Ask the provider before any use in court.
        H1 = "H1",
        /// Ask the provider before passing it on.
        H2 = "H2",
        /// A restriction of another kind, spelled out in text.
        H3 = "H3",
    }
}

choice! {
    /// Whether it may become evidence. On the wire: 0 allowed, 1 with consent, 2 never.
    #[derive(Serialize, Deserialize)]
    EvidentialUse {
        /// It may.
        Allowed = "allowed",
        /// With the originator's consent.
        WithConsent = "with-consent",
        /// It may not.
        Never = "never",
    }
}

/// To whom a recipient may pass it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Onward {
    /// To nobody.
    None,
    /// To competent authorities of its own Party.
    OwnCompetentAuthorities,
    /// To every Party.
    AllParties,
    /// To these Parties.
    Named(BTreeSet<Party>),
}

const ONWARD: [&str; 3] = ["none", "own-competent-authorities", "all-parties"];

impl Field for Onward {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        match value {
            Value::Text(text) => match text.as_str() {
                "none" => Some(Self::None),
                "own-competent-authorities" => Some(Self::OwnCompetentAuthorities),
                "all-parties" => Some(Self::AllParties),
                _ => field::bad_choice(
                    at,
                    faults,
                    &[ONWARD.as_slice(), &["{named: [Party]}"]].concat(),
                ),
            },
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_) => {
                let (key, parties) = field::only_key(value, &["named"], at, faults)?;
                match key {
                    "named" => BTreeSet::read(parties, &at.key("named"), faults).map(Self::Named),
                    _ => field::bad_choice(at, faults, &["named"]),
                }
            }
        }
    }

    fn write(&self) -> Value {
        let [none, own, all] = ONWARD;
        match self {
            Self::None => Value::Text(none.into()),
            Self::OwnCompetentAuthorities => Value::Text(own.into()),
            Self::AllParties => Value::Text(all.into()),
            Self::Named(parties) => {
                let mut map = crate::codec::value::Map::new();
                field::put(&mut map, "named", parties);
                Value::Map(map)
            }
        }
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        grammar.rule("Onward", |grammar| {
            let bare = ONWARD.iter().map(|text| (*text, None));
            Rule::Tagged(
                bare.chain([("named", Some(BTreeSet::<Party>::grammar(grammar)))]).collect(),
            )
        })
    }
}

/// What the header says about handling. Source: DESIGN 4, spec msgk-8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandlingCodes {
    /// Who may see it.
    pub classification: Classification,
    /// What it may be used for; in order, none twice.
    pub codes: BTreeSet<HandlingCode>,
    /// To whom it may be passed on.
    pub onward: Onward,
    /// Whether it may become evidence.
    pub evidential_use: EvidentialUse,
    /// When the need to keep it is looked at again.
    pub review_on: CivilDate,
    /// When it is erased at the latest.
    pub erase_by: CivilDate,
}

record! {
    /// Handling as it is submitted: codes for the header, words for the sealed part. Source: DOMAIN 4.1, spec msgk-8.
    Handling {
        /// Who may see it.
        classification: Classification,
        /// What it may be used for.
        codes: BTreeSet<HandlingCode>,
        /// The restriction that H3 stands for.
        h3_text: Option<LocalizedText>,
        /// Whether it may become evidence.
        evidential_use: EvidentialUse,
        /// To whom it may be passed on.
        onward: Onward,
        /// The compartment it belongs to.
        compartment: Option<RecordRef>,
        /// When the need to keep it is looked at again.
        review_on: CivilDate,
        /// When it is erased at the latest.
        erase_by: CivilDate,
    }
    rules(at, faults) {
        if let Some(codes) = &codes {
            h3_agrees(codes, h3_text.as_ref(), &at.key("h3_text"), faults);
        }
        if let (Some(review_on), Some(erase_by)) = (review_on, erase_by) && review_on > erase_by {
            let reason = "the review does not come after the erasure";
            faults.add(&at.key("review_on"), FaultCode::Conflicting, reason);
        }
    }
}

/// Nobody keeps for longer what nobody has looked at: the first review comes within five years of the day of the message.
// spec: msgk-139
pub fn check_review(review_on: CivilDate, on: CivilDate, at: &Pointer<'_>, faults: &mut Faults) {
    let latest = on.plus_months(retention::MONTHS_MAX);
    if latest.is_some_and(|latest| review_on > latest) {
        let reason =
            "the first review comes within 60 months of the day on which the message is made";
        faults.add(&at.key("review_on"), FaultCode::Conflicting, reason);
    }
}

/// H3 and its text stand together or not at all.
// spec: msgk-8
pub fn h3_agrees(
    codes: &BTreeSet<HandlingCode>,
    text: Option<&Option<LocalizedText>>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if codes.contains(&HandlingCode::H3) {
        field::demand(text, at, faults, "H3 is spelled out in text");
    } else {
        field::exclude(text, at, faults, "only H3 has a text");
    }
}

impl HandlingCodes {
    /// What it lets people do that other codes forbid; `None` where it is as strict or stricter. Whether it may become
    /// evidence is left out: an originator can grant that by itself.
    // spec: orc-13
    pub fn relaxes(&self, other: &Self) -> Option<&'static str> {
        if self.classification < other.classification {
            Some("classification")
        } else if !self.codes.is_superset(&other.codes) {
            Some("codes")
        } else if !self.onward.is_within(&other.onward) {
            Some("onward")
        } else if self.review_on > other.review_on {
            Some("review_on")
        } else if self.erase_by > other.erase_by {
            Some("erase_by")
        } else {
            None
        }
    }
}

impl Onward {
    /// Whether everybody whom it reaches is reached by another one.
    fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, _) | (_, Self::AllParties) => true,
            (Self::OwnCompetentAuthorities, Self::OwnCompetentAuthorities) => true,
            (Self::Named(mine), Self::Named(theirs)) => mine.is_subset(theirs),
            (Self::OwnCompetentAuthorities, Self::None | Self::Named(_))
            | (Self::AllParties, Self::None | Self::OwnCompetentAuthorities | Self::Named(_))
            | (Self::Named(_), Self::None | Self::OwnCompetentAuthorities) => false,
        }
    }
}

impl Handling {
    /// The part that stands in the header.
    pub fn codes(&self) -> HandlingCodes {
        HandlingCodes {
            classification: self.classification,
            codes: self.codes.clone(),
            onward: self.onward.clone(),
            evidential_use: self.evidential_use,
            review_on: self.review_on,
            erase_by: self.erase_by,
        }
    }
}
