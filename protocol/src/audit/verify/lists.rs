//! What leaves name and others signed, each item taken from its list when it is a leaf's turn.

use alloc::vec;
use alloc::vec::Vec;

use crate::audit::bundle::Part;
use crate::audit::bundle::sequence::ItemError;
use crate::audit::bundle::sequence::List;
use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::ustar::Place;
use crate::audit::verify::layout::Layout;
use crate::audit::verify::people::People;
use crate::audit::verify::problems::Problems;
use crate::codec::source::Source;
use crate::codec::source::Unreadable;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::log::leaf::Leaf;

/// An item that a leaf took from a list.
#[derive(Clone, Debug)]
pub(super) enum Taken {
    /// The leaf takes none.
    None,
    /// This one.
    Item(Vec<u8>),
    /// The list has no more.
    Missing,
    /// The list cannot be read that far, which is a problem of the list.
    Unjudged,
}

/// What one leaf took.
#[derive(Clone, Debug)]
pub(super) struct Items {
    pub(super) header: Taken,
    pub(super) dispatch: Taken,
    pub(super) receipt: Taken,
    pub(super) body: Taken,
}

/// The lists of a bundle.
pub(super) struct Lists<'a> {
    headers: Stream<'a>,
    dispatches: Stream<'a>,
    receipts: Stream<'a>,
    /// Where bodies were opened.
    bodies: Option<Stream<'a>>,
    /// The dispatch that the last leaf from each member named.
    named: Vec<Option<Digest>>,
}

struct Stream<'a> {
    part: Part,
    list: List<'a>,
    broken: bool,
}

impl<'a> Lists<'a> {
    pub(super) fn new(source: &'a dyn Source, layout: &Layout, members: usize) -> Self {
        let stream =
            |part, place: Place| Stream { part, list: List::new(source, place), broken: false };
        Self {
            headers: stream(Part::Headers, layout.headers),
            dispatches: stream(Part::Dispatches, layout.dispatches),
            receipts: stream(Part::Receipts, layout.receipts),
            bodies: layout.bodies.map(|place| stream(Part::Bodies, place)),
            named: vec![None; members],
        }
    }

    /// Takes what it is this leaf's turn to take. A leaf about somebody who is no member takes nothing.
    pub(super) fn take(
        &mut self,
        leaf: &Leaf,
        people: &People,
        problems: &mut Problems,
    ) -> Result<Items, Unreadable> {
        let mut items = Items::none();
        match leaf {
            Leaf::Message { .. } => items.body = self.body(problems)?,
            Leaf::Received { from, dispatch, .. } if people.place(from).is_some() => {
                items.header = self.headers.take(problems)?;
                items.dispatch = self.dispatch(people, from, dispatch, problems)?;
                items.body = self.body(problems)?;
            }
            Leaf::Refused { from, dispatch, .. } if people.place(from).is_some() => {
                items.dispatch = self.dispatch(people, from, dispatch, problems)?;
            }
            Leaf::ReceiptHeld { from, .. } if people.place(from).is_some() => {
                items.receipt = self.receipts.take(problems)?;
            }
            Leaf::Started { .. }
            | Leaf::Sent { .. }
            | Leaf::Received { .. }
            | Leaf::Refused { .. }
            | Leaf::ReceiptHeld { .. }
            | Leaf::Read { .. }
            | Leaf::Exported { .. }
            | Leaf::Erased { .. }
            | Leaf::Evidence { .. }
            | Leaf::Succession { .. }
            | Leaf::Resumed { .. }
            | Leaf::Carried { .. }
            | Leaf::Revocation { .. } => {}
        }
        Ok(items)
    }

    fn body(&mut self, problems: &mut Problems) -> Result<Taken, Unreadable> {
        self.bodies.as_mut().map_or(Ok(Taken::None), |bodies| bodies.take(problems))
    }

    /// A dispatch stands in its list once for all the leaves in a row that name it.
    fn dispatch(
        &mut self,
        people: &People,
        from: &AgencyId,
        dispatch: &Digest,
        problems: &mut Problems,
    ) -> Result<Taken, Unreadable> {
        let named = people.place(from).and_then(|place| self.named.get_mut(place));
        let before = named.and_then(|named| named.replace(*dispatch));
        if before == Some(*dispatch) { Ok(Taken::None) } else { self.dispatches.take(problems) }
    }

    /// Sees to it that no list has an item left.
    pub(super) fn finish(&mut self, problems: &mut Problems) -> Result<(), Unreadable> {
        let streams = [&mut self.headers, &mut self.dispatches, &mut self.receipts];
        for stream in streams.into_iter().chain(&mut self.bodies) {
            let item = stream.list.items_taken();
            match stream.take(problems)? {
                Taken::Item(_) => {
                    problems.add(Finding::of(&stream.part.path(), Flaw::SurplusItem { item }));
                }
                Taken::None | Taken::Missing | Taken::Unjudged => {}
            }
        }
        Ok(())
    }
}

impl Stream<'_> {
    fn take(&mut self, problems: &mut Problems) -> Result<Taken, Unreadable> {
        if self.broken {
            return Ok(Taken::Unjudged);
        }
        match self.list.next_item() {
            Ok(Some(item)) => Ok(Taken::Item(item)),
            Ok(None) => Ok(Taken::Missing),
            Err(ItemError::Unreadable(unreadable)) => Err(unreadable),
            Err(ItemError::Bad(bad)) => {
                self.broken = true;
                problems.add(Finding::of(&self.part.path(), Flaw::Item(bad)));
                Ok(Taken::Unjudged)
            }
        }
    }
}

impl Items {
    /// What a leaf takes that takes nothing.
    pub(super) const fn none() -> Self {
        let none = Taken::None;
        Self { header: Taken::None, dispatch: Taken::None, receipt: Taken::None, body: none }
    }

    /// How much memory they take.
    pub(super) fn bytes(&self) -> usize {
        [&self.header, &self.dispatch, &self.receipt, &self.body]
            .map(Taken::bytes)
            .into_iter()
            .sum()
    }
}

impl Items {
    /// Whether it was the leaf's turn to take a dispatch that cannot be read.
    pub(super) const fn lacks_dispatch(&self) -> bool {
        matches!(self.dispatch, Taken::Unjudged)
    }

    /// Forgets the bytes; whether an item was taken stays known.
    pub(super) fn let_go(&mut self) {
        for taken in [&mut self.header, &mut self.dispatch, &mut self.receipt, &mut self.body] {
            if let Taken::Item(bytes) = taken {
                *bytes = Vec::new();
            }
        }
    }
}

impl Taken {
    fn bytes(&self) -> usize {
        match self {
            Self::Item(item) => item.len(),
            Self::None | Self::Missing | Self::Unjudged => 0,
        }
    }
}
