//! The stages of a rescue, what moves it, and who may: the table of DOMAIN 3.4.

use crate::message::field::choice;
use crate::message::rescue::update::RescueState;
use crate::procedure::side::Side;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Where a rescue stands. Source: DOMAIN 3.4, spec res-1.
    Stage {
        /// It was reported.
        Reported = "reported",
        /// Somebody looked at it.
        Triaged = "triaged",
        /// The Party of the territory took it over.
        Accepted = "accepted",
        /// The person is looked for.
        Locating = "locating",
        /// It is certain where the person is.
        LocationConfirmed = "location-confirmed",
        /// The rescue is planned.
        Planned = "planned",
        /// The person is out.
        Extracted = "extracted",
        /// The person is screened for signs of a victim.
        Screening = "screening",
        /// The person is protected.
        Protected = "protected",
        /// The way home is arranged.
        ReturnArranged = "return-arranged",
        /// The person is home.
        Returned = "returned",
        /// The person was not found.
        NotFound = "not-found",
        /// The person stays where the person is protected.
        StaysWithProtection = "stays-with-protection",
        /// A grown-up does not want help, and said so freely.
        DeclinedHelp = "declined-help",
        /// There was nothing to it.
        Unfounded = "unfounded",
        /// The person is dead.
        Deceased = "deceased",
        /// The person is no victim, and a prosecutor decides.
        ReferredToJustice = "referred-to-justice",
        /// It goes on in another procedure about the same person.
        Merged = "merged",
    }
}

choice! {
    /// What moves a rescue, by what people call it.
    Move {
        /// Somebody looked at it.
        Triage = "rescue-update triaged",
        /// The Party of the territory takes it over.
        Accept = "rescue-update accepted",
        /// It goes on in another procedure.
        Merge = "rescue-update accepted that goes on elsewhere",
        /// Another procedure about the person is one with this from now on.
        Join = "rescue-update accepted that takes another one in",
        /// The person is looked for.
        Locate = "rescue-update locating",
        /// It is certain where the person is.
        ConfirmLocation = "rescue-update location-confirmed",
        /// The rescue is planned.
        Plan = "rescue-update planned",
        /// The person is out.
        Extract = "rescue-update extracted",
        /// The screening begins.
        Screen = "rescue-update screening",
        /// The screening found something.
        Report = "victim-screening-report",
        /// The person is protected; a return that was arranged falls through.
        Protect = "rescue-update protected",
        /// The territory Party arranges the return.
        Arrange = "rescue-update return-arranged",
        /// The home Party agrees to it.
        AgreeArrange = "co-signing rescue-update return-arranged",
        /// The territory Party says that the person is home.
        Return = "rescue-update returned",
        /// The home Party says it too.
        AgreeReturn = "co-signing rescue-update returned",
        /// Not found.
        GiveUp = "rescue-update not-found",
        /// The person stays.
        Stay = "rescue-update stays-with-protection",
        /// The person does not want help.
        Decline = "rescue-update declined-help",
        /// There was nothing to it.
        Dismiss = "rescue-update unfounded",
        /// The person is dead.
        Die = "rescue-update deceased",
        /// A prosecutor decides.
        Refer = "rescue-update referred-to-justice",
        /// It begins once only.
        Begin = "rescue-update reported",
    }
}

use Stage::Accepted;
use Stage::Deceased;
use Stage::DeclinedHelp;
use Stage::Extracted;
use Stage::Locating;
use Stage::LocationConfirmed;
use Stage::Merged;
use Stage::NotFound;
use Stage::Planned;
use Stage::Protected;
use Stage::ReferredToJustice;
use Stage::Reported;
use Stage::ReturnArranged;
use Stage::Returned;
use Stage::Screening;
use Stage::StaysWithProtection;
use Stage::Triaged;
use Stage::Unfounded;

/// Before anybody took it over.
const UNTAKEN: &[Stage] = &[Reported, Triaged];

/// While the person may still be where the person was held.
const INSIDE: &[Stage] = &[Accepted, Locating, LocationConfirmed, Planned];

/// From the acceptance to the end.
const TAKEN: &[Stage] = &[
    Accepted,
    Locating,
    LocationConfirmed,
    Planned,
    Extracted,
    Screening,
    Protected,
    ReturnArranged,
];

/// Every edge of a rescue. Source: DOMAIN 3.4, spec res-1.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    row("res-3", &[Reported], Move::Triage, Side::Requested, Triaged),
    row("res-4", UNTAKEN, Move::Accept, Side::Requested, Accepted),
    row("res-5", UNTAKEN, Move::Merge, Side::Requested, Merged),
    row("res-6", UNTAKEN, Move::Dismiss, Side::Requested, Unfounded),
    row("res-7", UNTAKEN, Move::Die, Side::Requested, Deceased),
    row("res-8", &[Accepted, LocationConfirmed, Planned], Move::Locate, Side::Territory, Locating),
    row("res-9", &[Accepted, Locating], Move::ConfirmLocation, Side::Territory, LocationConfirmed),
    row("res-10", &[LocationConfirmed], Move::Plan, Side::Territory, Planned),
    row("res-11", INSIDE, Move::Extract, Side::Territory, Extracted),
    row("res-12", &[Extracted], Move::Screen, Side::Territory, Screening),
    row("res-13", &[Extracted, Screening], Move::Report, Side::Territory, Screening),
    stay("res-14", &[Protected, ReturnArranged, StaysWithProtection], Move::Report, Side::Territory),
    row("res-15", &[Screening, Protected, ReturnArranged], Move::Protect, Side::Territory, Protected),
    stay("res-16", &[Protected], Move::Arrange, Side::Territory),
    row("res-17", &[Protected], Move::AgreeArrange, Side::Home, ReturnArranged),
    stay("res-18", &[ReturnArranged], Move::Return, Side::Territory),
    row("res-19", &[ReturnArranged], Move::AgreeReturn, Side::Home, Returned),
    row("res-20", INSIDE, Move::GiveUp, Side::Territory, NotFound),
    row("res-21", INSIDE, Move::Dismiss, Side::Territory, Unfounded),
    row("res-22", &[Screening, Protected, ReturnArranged], Move::Stay, Side::Territory, StaysWithProtection),
    row("res-23", &[Screening, Protected, ReturnArranged], Move::Decline, Side::Territory, DeclinedHelp),
    row("res-24", &[Screening, Protected], Move::Refer, Side::Territory, ReferredToJustice),
    row("res-25", TAKEN, Move::Die, Side::Territory, Deceased),
    stay("res-50", TAKEN, Move::Join, Side::Territory),
    row("res-51", TAKEN, Move::Merge, Side::Territory, Merged),
];

impl Stage {
    /// Whether nothing but remarks and follow-up can come.
    pub const fn is_terminal(self) -> bool {
        match self {
            Returned | NotFound | StaysWithProtection | DeclinedHelp | Unfounded | Deceased
            | ReferredToJustice | Merged => true,
            Reported | Triaged | Accepted | Locating | LocationConfirmed | Planned | Extracted
            | Screening | Protected | ReturnArranged => false,
        }
    }

    /// Whether the person may still be where the person was held.
    pub const fn is_inside(self) -> bool {
        match self {
            Reported | Triaged | Accepted | Locating | LocationConfirmed | Planned => true,
            Extracted | Screening | Protected | ReturnArranged | Returned | NotFound
            | StaysWithProtection | DeclinedHelp | Unfounded | Deceased | ReferredToJustice
            | Merged => false,
        }
    }
}

impl Move {
    /// The move of an update by the side that says it first.
    pub const fn of_state(state: RescueState) -> Self {
        match state {
            RescueState::Reported => Self::Begin,
            RescueState::Triaged => Self::Triage,
            RescueState::Accepted => Self::Accept,
            RescueState::Locating => Self::Locate,
            RescueState::LocationConfirmed => Self::ConfirmLocation,
            RescueState::Planned => Self::Plan,
            RescueState::Extracted => Self::Extract,
            RescueState::Screening => Self::Screen,
            RescueState::Protected => Self::Protect,
            RescueState::ReturnArranged => Self::Arrange,
            RescueState::Returned => Self::Return,
            RescueState::NotFound => Self::GiveUp,
            RescueState::StaysWithProtection => Self::Stay,
            RescueState::DeclinedHelp => Self::Decline,
            RescueState::Unfounded => Self::Dismiss,
            RescueState::Deceased => Self::Die,
            RescueState::ReferredToJustice => Self::Refer,
        }
    }
}
