//! What leaves name and others signed: headers, dispatches, receipts, each taken from its list when a leaf names it.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::audit::bundle::sequence::Items;
use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::ledger::Head;
use crate::audit::ledger::Line;
use crate::audit::ledger::Receipted;
use crate::audit::verify::layout::Layout;
use crate::audit::verify::people::LogKey;
use crate::audit::verify::people::People;
use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::envelope::header;
use crate::envelope::header::Header;
use crate::ids::AgencyId;
use crate::ids::LinkNumber;
use crate::ids::TreeSize;
use crate::log::leaf::Form;
use crate::log::leaf::ReceiptItem;
use crate::moment::Span;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;
use crate::wire::receipt;
use crate::wire::receipt::Expected;
use crate::wire::receipt::Held;
use crate::wire::receipt::Receipt;
use crate::wire::receipt::ReceiptError;
use crate::wire::receipt::VerifiedReceipt;

/// How far the clocks of two nodes may have differed: wider than any node's setting, for an auditor was not there.
const TOLERANCE: Span = Span::from_days(1);

/// Where a message arrived, as its leaf says.
pub(super) struct Place {
    pub(super) line: Line,
    pub(super) number: LinkNumber,
    pub(super) message: Digest,
    pub(super) dispatch: Digest,
}

/// The lists of a bundle, and what was taken from them.
pub(super) struct Evidence<'a> {
    headers: Items<'a>,
    dispatches: Items<'a>,
    receipts: Items<'a>,
    peer_checkpoints: Items<'a>,
    /// The dispatch that the last leaf of a link named.
    current: BTreeMap<Line, (Digest, Dispatch)>,
    /// Heads that receipts and checkpoints showed, by origin.
    heads: BTreeMap<String, BTreeMap<TreeSize, Digest>>,
}

/// A receipt that holds.
pub(super) struct Settled(VerifiedReceipt);

impl People {
    /// The header of a message that this agency signed while the credential it names counted.
    pub(super) fn author(&self, message: &[u8], agency: &AgencyId) -> Result<Header, Flaw> {
        let (header, signed) = header::parse(message).map_err(Flaw::Message)?;
        if header.from.agency != *agency {
            return Err(Flaw::MessageAuthor { found: header.from.agency });
        }
        let serial = header.serial;
        let credential = self
            .directory
            .with_serial(agency, serial)
            .ok_or_else(|| Flaw::UnknownCredential { agency: agency.clone(), serial })?;
        signed.verify(&credential.credential().signing).map_err(|_| Flaw::MessageSignature)?;
        credential.valid_at(header.created, TOLERANCE).map_err(Flaw::MessageTime)?;
        Ok(header)
    }
}

impl<'a> Evidence<'a> {
    pub(super) fn new(layout: &Layout<'a>) -> Self {
        Self {
            headers: layout.headers.clone(),
            dispatches: layout.dispatches.clone(),
            receipts: layout.receipts.clone(),
            peer_checkpoints: layout.peer_checkpoints.clone(),
            current: BTreeMap::new(),
            heads: BTreeMap::new(),
        }
    }

    /// The header of a received message.
    pub(super) fn header(&mut self, people: &People, place: &Place) -> Result<Header, Flaw> {
        // spec: audit-16
        let bytes = self.headers.next_item()?.ok_or(Flaw::HeaderMissing)?;
        if digest::sha256(bytes) != place.message {
            return Err(Flaw::HeaderDiffers);
        }
        people.author(bytes, &place.line.peer)
    }

    /// The dispatch that covered a number: the next in its list, unless the link's last leaf named the same.
    pub(super) fn dispatch(
        &mut self,
        people: &People,
        place: &Place,
        form: Option<Form>,
    ) -> Result<(), Flaw> {
        if self.current.get(&place.line).is_none_or(|(digest, _)| *digest != place.dispatch) {
            let bytes = self.dispatches.next_item()?.ok_or(Flaw::DispatchMissing)?;
            if digest::sha256(bytes) != place.dispatch {
                return Err(Flaw::DispatchDiffers);
            }
            let verified =
                dispatch::verify(bytes, &people.directory, &place.line.peer, &people.own)
                    .map_err(Flaw::Dispatch)?;
            self.current.insert(place.line.clone(), (place.dispatch, verified.dispatch().clone()));
        }
        // spec: audit-16
        let covers = self.current.get(&place.line).is_some_and(|(_, dispatch)| {
            dispatch.epoch == place.line.epoch
                && item_at(dispatch, place.number).is_some_and(|item| {
                    item.message == place.message && form.is_none_or(|form| form == item.form)
                })
        });
        if covers { Ok(()) } else { Err(Flaw::DispatchCover) }
    }

    /// The receipt that a leaf names, verified against the peer's log key and whatever is known of the peer's log.
    pub(super) fn receipt(
        &mut self,
        people: &People,
        line: &Line,
        named: Digest,
        head: (TreeSize, Digest),
    ) -> Result<Settled, Flaw> {
        // spec: audit-17
        let bytes = self.receipts.next_item()?.ok_or(Flaw::ReceiptMissing)?;
        if digest::sha256(bytes) != named {
            return Err(Flaw::ReceiptDiffers);
        }
        let receipt: Receipt = codec::decode(bytes).map_err(Flaw::ReceiptForm)?;
        let verified = self.verify_receipt(people, &line.peer, receipt)?;
        let checkpoint = verified.checkpoint().checkpoint();
        if verified.epoch() != line.epoch || head != (checkpoint.size, checkpoint.root) {
            return Err(Flaw::ReceiptLeaf);
        }
        let (origin, size, root) = (checkpoint.origin.clone(), checkpoint.size, checkpoint.root);
        self.see(origin, size, root)?;
        Ok(Settled(verified))
    }

    fn verify_receipt(
        &self,
        people: &People,
        peer: &AgencyId,
        receipt: Receipt,
    ) -> Result<VerifiedReceipt, Flaw> {
        let mut first = None;
        for log in people.log_keys(peer) {
            match self.verify_under(people, &log, receipt.clone()) {
                Ok(verified) => return Ok(verified),
                Err(ReceiptError::Checkpoint) => first = first.or(Some(ReceiptError::Checkpoint)),
                // The checkpoint is of this key: no other key can make the rest hold.
                Err(error) => return Err(Flaw::Receipt(error)),
            }
        }
        Err(first.map_or_else(|| Flaw::NoLogKey { origin: peer.to_string() }, Flaw::Receipt))
    }

    /// Consistency is checked from the size that the receipt begins at, where an older receipt showed that head.
    ///
    /// Where none did (the sender held it from a greeting), the path cannot be judged; the leaves still are.
    fn verify_under(
        &self,
        people: &People,
        log: &LogKey,
        mut receipt: Receipt,
    ) -> Result<VerifiedReceipt, ReceiptError> {
        let seen = self.heads.get(&log.origin).and_then(|heads| heads.get(&receipt.from));
        let held = seen.map(|root| Held { size: receipt.from, root: *root });
        if held.is_none() && receipt.from.get() > 0 {
            receipt.from = TreeSize::new(0);
            receipt.consistency = Vec::new();
        }
        let expected = Expected { origin: &log.origin, log_key: &log.key, me: &people.own, held };
        receipt::verify(&receipt, &expected)
    }

    /// A log has one root at each size.
    fn see(&mut self, origin: String, size: TreeSize, root: Digest) -> Result<(), Flaw> {
        // spec: audit-19
        match self.heads.entry(origin.clone()).or_default().insert(size, root) {
            Some(before) if before != root => Err(Flaw::PeerFork { origin, size }),
            Some(_) | None => Ok(()),
        }
    }

    /// Reads the peers' checkpoints, and sees to it that no list has an item left.
    pub(super) fn finish(
        mut self,
        people: &People,
    ) -> Result<BTreeMap<String, BTreeMap<TreeSize, Digest>>, Finding> {
        for (path, items) in [
            ("headers", &mut self.headers),
            ("dispatches", &mut self.dispatches),
            ("receipts", &mut self.receipts),
        ] {
            let item = items.taken();
            match items.next_item() {
                Ok(None) => {}
                Ok(Some(_)) => return Err(Finding::of(path, Flaw::SurplusItem { item })),
                Err(bad) => return Err(Finding::of(path, Flaw::Item(bad))),
            }
        }
        self.read_peer_checkpoints(people).map_err(|flaw| Finding::of("peer-checkpoints", flaw))?;
        Ok(self.heads)
    }

    fn read_peer_checkpoints(&mut self, people: &People) -> Result<(), Flaw> {
        // spec: audit-19
        let mut peers = people
            .directory
            .members()
            .map(|member| &member.agency)
            .filter(|peer| **peer != people.own);
        while let Some(note) = self.peer_checkpoints.next_item()? {
            let checkpoint = loop {
                let peer = peers.next().ok_or(Flaw::Order)?;
                match people.checkpoint_of(peer, note) {
                    Ok(checkpoint) => break checkpoint,
                    Err(flaw) if is_of(people, peer, note) => return Err(flaw),
                    Err(_) => {}
                }
            };
            self.see(checkpoint.origin, checkpoint.size, checkpoint.root)?;
        }
        Ok(())
    }
}

/// Whether the note says that it is of a log of this agency.
fn is_of(people: &People, peer: &AgencyId, note: &[u8]) -> bool {
    people.log_keys(peer).iter().any(|log| {
        note.strip_prefix(log.origin.as_bytes()).is_some_and(|rest| rest.starts_with(b"\n"))
    })
}

fn item_at(dispatch: &Dispatch, number: LinkNumber) -> Option<&dispatch::DispatchItem> {
    let at = number.get().checked_sub(dispatch.first.get())?;
    dispatch.items.get(usize::try_from(at).ok()?)
}

impl Settled {
    /// What the receipt proves of this item; `None` where it says otherwise.
    pub(super) fn of(&self, item: &ReceiptItem) -> Option<Receipted> {
        let settled = self.0.items().iter().find(|settled| settled.number == item.number)?;
        let same = settled.message == item.message
            && settled.index == item.index
            && settled.outcome == item.outcome;
        let checkpoint = self.0.checkpoint().checkpoint();
        same.then_some(Receipted {
            message: item.message,
            index: item.index,
            outcome: item.outcome,
            head: Head { size: checkpoint.size, root: checkpoint.root },
        })
    }
}
