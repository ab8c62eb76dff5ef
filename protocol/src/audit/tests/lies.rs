//! Forgeries, each with the code that it has to be found by.

pub(super) mod later;
pub(super) mod own;
pub(super) mod peers;
pub(super) mod taken;

use alloc::vec::Vec;

use crate::audit::finding::Finding;
use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::Pack;
use crate::codec;
use crate::crypto::digest;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::log::leaf::Leaf;
use crate::wire::receipt::Receipt;

/// Forgeries, and what was found.
#[derive(Default)]
pub(super) struct Lies(pub(super) Vec<(&'static str, Finding)>);

impl Lies {
    pub(super) fn found(&mut self, code: &'static str, finding: Finding) {
        self.0.push((code, finding));
    }

    /// An honest bundle, changed and packed again.
    fn pack(&mut self, code: &'static str, pack: &Pack, change: impl FnOnce(&mut Pack)) {
        let mut pack = pack.clone();
        change(&mut pack);
        self.found(code, pack.finding());
    }

    /// The items of a list, changed.
    fn items(
        &mut self,
        code: &'static str,
        (pack, path): (&Pack, &str),
        change: impl FnOnce(&mut Vec<Vec<u8>>),
    ) {
        self.pack(code, pack, |pack| {
            let mut items = pack.items(path);
            change(&mut items);
            pack.put_items(path, &items);
        });
    }

    /// An agency that tells this of itself.
    fn own(&mut self, code: &'static str, tell: impl FnOnce(&mut Agency)) {
        let mut la = Agency::new(LA);
        tell(&mut la);
        self.found(code, la.audited().unwrap_err());
    }

    /// The second agency tells this of what the first one sent.
    fn taken(&mut self, code: &'static str, tell: impl FnOnce(&mut Agency, &mut Agency)) {
        let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
        la.send(&[MM]);
        tell(&mut la, &mut mm);
        self.found(code, mm.audited().unwrap_err());
    }

    /// The first agency sent two messages that the second one took; it tells this of the receipt.
    fn held(
        &mut self,
        code: &'static str,
        tell: impl FnOnce(&mut Agency, &mut Agency, &[(LinkNumber, LeafIndex)]),
    ) {
        let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
        la.send(&[MM]);
        la.send(&[MM]);
        let places = mm.take(LA, &la.offer(MM), &[]);
        tell(&mut la, &mut mm, &places);
        self.found(code, la.audited().unwrap_err());
    }

    /// A receipt with another leaf than it deserves.
    fn leaf(&mut self, code: &'static str, change: impl FnOnce(&mut Leaf)) {
        self.held(code, |la, mm, places| {
            let receipt = mm.receipt(places, 0);
            let mut leaf = forge::held(MM, &receipt);
            change(&mut leaf);
            la.keep_receipt(&receipt);
            la.push(&leaf);
        });
    }

    /// A leaf with another receipt than it deserves, under the digest of that one.
    fn receipt(&mut self, code: &'static str, change: impl FnOnce(&mut Receipt)) {
        self.held(code, |la, mm, places| {
            let honest = mm.receipt(places, 0);
            let mut forged = honest.clone();
            change(&mut forged);
            let mut leaf = forge::held(MM, &honest);
            if let Leaf::ReceiptHeld { receipt, .. } = &mut leaf {
                *receipt = digest::sha256(&codec::encode(&forged).unwrap());
            }
            la.keep_receipt(&forged);
            la.push(&leaf);
        });
    }
}
