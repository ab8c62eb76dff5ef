//! What happened to a person in custody: only the holder says it.

use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::custody::DetentionClock;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::pointer::Pointer;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::message::values::Ordinal;
use crate::message::values::Site;

choice! {
    /// What happened. Source: DOMAIN 1.1.
    CustodyEventKind {
        /// Held.
        Held = "held",
        /// Held on a provisional request.
        ProvisionallyHeld = "provisionally-held",
        /// Found, not held.
        Located = "located",
        /// Brought to a hospital, still held.
        Hospitalised = "hospitalised",
        /// Given to another holder.
        Transferred = "transferred",
        /// Set free.
        Released = "released",
        /// Escaped.
        Escaped = "escaped",
        /// Dead.
        Deceased = "deceased",
    }
}

impl CustodyEventKind {
    /// Whether somebody holds the person afterwards, so that a detention clock runs.
    pub const fn is_held(self) -> bool {
        match self {
            Self::Held | Self::ProvisionallyHeld | Self::Hospitalised | Self::Transferred => true,
            Self::Located | Self::Released | Self::Escaped | Self::Deceased => false,
        }
    }
}

record! {
    /// How a person arrived who travelled with others. Source: DOMAIN 3.2, spec ho-77.
    BatchArrival {
        /// The message with the certificate of the last leg, which both sides signed.
        certificate: MessageId,
        /// The person's number on the manifest.
        entry: Ordinal,
    }
}

record! {
    /// An event in the custody of one person. Source: DOMAIN 1.1, spec msgk-61.
    CustodyEvent {
        /// Whom it happened to.
        person_ref: RecordRef,
        /// What happened.
        kind: CustodyEventKind,
        /// When.
        at: Instant,
        /// Where.
        place: Site,
        /// Which Party holds the person afterwards; the last one that held or found the person, where nobody does.
        holder: Party,
        /// Until when the law allows it; only while somebody holds the person.
        detention: Option<DetentionClock>,
        /// Whether a court set the person free; required with a release, and only there.
        released_by_court: Option<bool>,
        /// With which batch the person arrived; only with `transferred`, by whoever received the person in the end.
        by_batch: Option<BatchArrival>,
    }
    rules(here, faults) {
        // spec: msgk-61
        let court_at = here.key("released_by_court");
        match kind {
            Some(CustodyEventKind::Released) => {
                let reason = "a release says whether a court ordered it";
                field::demand(released_by_court.as_ref(), &court_at, faults, reason);
            }
            Some(_) => {
                let reason = "only a release is ordered by a court";
                field::exclude(released_by_court.as_ref(), &court_at, faults, reason);
            }
            None => {}
        }
        if kind.is_some_and(|kind| kind != CustodyEventKind::Transferred) {
            let reason = "whoever arrived with a batch was transferred";
            field::exclude(by_batch.as_ref(), &here.key("by_batch"), faults, reason);
        }
        let detention_at = here.key("detention");
        if kind.is_some_and(|kind| !kind.is_held()) {
            let reason = "no detention clock runs while nobody holds the person";
            field::exclude(detention.as_ref(), &detention_at, faults, reason);
        }
        if let Some(Some(clock)) = &detention {
            clock_agrees(clock, person_ref.as_ref(), holder.as_ref(), (&detention_at, faults));
        }
    }
}

/// A detention clock runs for the person and the holder that the event names.
fn clock_agrees(
    clock: &DetentionClock,
    person_ref: Option<&RecordRef>,
    holder: Option<&Party>,
    (at, faults): (&Pointer<'_>, &mut Faults),
) {
    if person_ref.is_some_and(|person_ref| *person_ref != clock.person_ref) {
        let reason = "the detention clock runs for the person of the event";
        faults.add(&at.key("person_ref"), FaultCode::Conflicting, reason);
    }
    if holder.is_some_and(|holder| *holder != clock.holder) {
        let reason = "the detention clock runs for the holder of the event";
        faults.add(&at.key("holder"), FaultCode::Conflicting, reason);
    }
}

impl BodyRules for CustodyEvent {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
