//! A thing that proves something, and the chain of those who had it.

use crate::message::fault::FaultCode;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::Stated;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::text::StaffNumber;
use crate::message::time::Instant;
use crate::message::values::Ordinal;
use crate::message::values::Site;
use crate::message::values::TaggedDigest;

choice! {
    /// What kind of exhibit.
    ExhibitKind {
        /// A computer, a phone or another device.
        Device = "device",
        /// A disk, a stick or a card that holds data.
        StorageMedium = "storage-medium",
        /// An image of a medium, bit by bit.
        ForensicImage = "forensic-image",
        /// Files and records of a system.
        DataFile = "data-file",
        /// A SIM card or a bank card.
        Card = "card",
        /// A paper.
        Document = "document",
        /// Cash and valuables.
        Valuables = "valuables",
        /// Another thing.
        Other = "other",
    }
}

impl ExhibitKind {
    /// Whether it is data, which only a hash tells from other data.
    pub const fn is_data(self) -> bool {
        match self {
            Self::ForensicImage | Self::DataFile => true,
            Self::Device
            | Self::StorageMedium
            | Self::Card
            | Self::Document
            | Self::Valuables
            | Self::Other => false,
        }
    }
}

record! {
    /// How a thing was seized.
    SeizedCircumstances {
        /// When.
        at: Instant,
        /// Where.
        place: Site,
        /// By whom.
        by: StaffNumber,
        /// On which warrant, order or consent.
        authorization: RecordRef,
    }
}

record! {
    /// A program that made an image.
    ImagingTool {
        /// Which.
        name: Line,
        /// Its version.
        version: Line,
    }
}

record! {
    /// One exhibit. Source: DOMAIN 2.5, ISO/IEC 27037, spec msgk-98.
    Exhibit {
        /// Its number.
        exhibit_number: RecordRef,
        /// The number that the thing was given first; copies keep it.
        root_exhibit_number: RecordRef,
        /// What kind.
        kind: ExhibitKind,
        /// What it is.
        description: LocalizedText,
        /// How it was seized.
        seized: SeizedCircumstances,
        /// In which state it is.
        state: Option<LocalizedText>,
        /// How it is packed.
        packaging: Option<LocalizedText>,
        /// The number of its seal now.
        seal_no: RecordRef,
        /// Digests, at most one of each algorithm; an empty list states that a thing has none, which data cannot.
        hashes: Stated<TaggedDigest>,
        /// The format of an image.
        image_format: Option<Line>,
        /// What made it.
        tool: Option<ImagingTool>,
    }
    rules(at, faults) {
        // spec: msgk-98
        let each = || hashes.iter().flat_map(|hashes| hashes.as_slice());
        let algorithms = each().map(|hash| hash.as_str().split(':').next());
        list::refuse_repeated(algorithms, &at.key("hashes"), faults);
        if kind.is_some_and(ExhibitKind::is_data) && hashes.is_some() && each().next().is_none() {
            faults.add(&at.key("hashes"), FaultCode::TooFew, "an image and a file of data have at least one hash");
        }
    }
}

record! {
    /// One change of hands of one exhibit. Source: DOMAIN 2.5, spec msgk-98.
    CustodyEntry {
        /// Which exhibit.
        exhibit_number: RecordRef,
        /// Which change of hands of this exhibit, from 1.
        seq: Ordinal,
        /// Who gave it: a place of seizure, an officer, a store.
        from: Line,
        /// Who took it.
        to: Line,
        /// When.
        at: Instant,
        /// Where.
        place: Site,
        /// What for.
        purpose: LocalizedText,
        /// The seal it came with; absent when it had none.
        seal_before: Option<RecordRef>,
        /// The seal it went on with.
        seal_after: RecordRef,
        /// In which state it was.
        condition: LocalizedText,
        /// Digest of what the giver signed.
        sig_from: TaggedDigest,
        /// Digest of what the taker signed.
        sig_to: TaggedDigest,
    }
}

/// How one change of hands follows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainFault {
    /// Its number is not the next.
    Number,
    /// Its giver is not the one who took it before.
    Giver,
    /// It is earlier than the one before.
    Time,
}

/// What is wrong with a change of hands that stands after `before`; the first has nobody before it.
// spec: msgk-98
pub fn chain_fault(before: Option<&CustodyEntry>, entry: &CustodyEntry) -> Option<ChainFault> {
    let next = before.map_or(0, |before| before.seq.get()).saturating_add(1);
    if entry.seq.get() != next {
        return Some(ChainFault::Number);
    }
    let before = before?;
    if before.to != entry.from {
        return Some(ChainFault::Giver);
    }
    before.at.cmp_time(&entry.at).is_gt().then_some(ChainFault::Time)
}
