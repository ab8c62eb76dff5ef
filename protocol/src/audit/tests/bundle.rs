//! Every byte of a bundle is accounted for.

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::convert::Infallible;

use proptest::prelude::any;
use proptest::prop_assert;
use proptest::proptest;

use crate::audit::bundle;
use crate::audit::bundle::sequence;
use crate::audit::bundle::sequence::BadItem;
use crate::audit::bundle::sequence::Items;
use crate::audit::export;
use crate::audit::export::ExportError;
use crate::audit::export::Sink;
use crate::audit::finding::Flaw;
use crate::audit::progress::Unwatched;
use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::Pack;
use crate::audit::verify;
use crate::audit::verify::report::Anchor;
use crate::codec;

#[test]
fn a_bundle_has_its_parts_in_their_order() {
    // shows: audit-3, audit-4
    let (la, _) = forge::morning();
    let bytes = la.bundle();

    let pack = Pack::read(&bytes);
    let paths: Vec<&str> = pack.parts.iter().map(|(path, _)| path.as_str()).collect();
    let listed = [
        "checkpoint",
        "cosignatures",
        "charter/1.cbor",
        "credentials/la.mps-1.cbor",
        "credentials/mm.mpf-1.cbor",
        "credentials/th.rtp-1.cbor",
        "peer-checkpoints",
        "peer-cosigned",
    ];
    let grown = ["tile/0/000.p/11", "tile/entries/000.p/11", "headers", "dispatches", "receipts"];
    assert_eq!(paths, [&listed[..], &grown].concat());
    let entries: Vec<String> = pack.entries().into_iter().map(|entry| entry.path).collect();
    assert_eq!(entries, listed, "what the tree fixes is not listed");
    assert_eq!(bytes[..13], *b"manifest.cbor");
}

#[test]
fn a_log_beyond_one_tile_has_full_and_partial_tiles() {
    // shows: audit-4, audit-11
    let mut la = Agency::new(LA);
    (0..599).for_each(|_| {
        la.push(&forge::started());
    });

    let report = la.audited().unwrap();
    assert_eq!(report.head.size.get(), 600);
    let pack = Pack::of(&la);
    let paths: Vec<&str> = pack.parts.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths[8..12], ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"]);
    assert_eq!(paths[12..15], ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"]);
}

#[test]
fn a_manifest_fits_the_grammar() {
    // shows: audit-3
    let grammar = [
        include_str!("../../../../spec/cddl/envelope.cddl"),
        include_str!("../../../../spec/cddl/identity.cddl"),
        include_str!("../../../../spec/cddl/audit.cddl"),
    ];
    let grammar = grammar.join("\n");
    let pack = Pack::of(&forge::morning().0);
    let manifest = codec::encode(&pack.manifest).unwrap();
    cddl_cat::validate_cbor_bytes("manifest", &grammar, &manifest).unwrap();
    for entry in pack.entries() {
        let entry = codec::encode(&entry).unwrap();
        cddl_cat::validate_cbor_bytes("part-entry", &grammar, &entry).unwrap();
    }
}

#[test]
fn the_example_of_the_chapter_on_logs_is_a_checkpoint() {
    // shows: log-13
    let mut la = Agency::new(LA);
    la.send(&[MM]);
    let note = String::from_utf8(la.checkpoint().note().to_vec()).unwrap();
    let chapter = include_str!("../../../../spec/04-log.md");
    assert!(chapter.contains(&note), "{note}");
}

#[test]
fn the_same_log_gives_the_same_bundle() {
    // shows: audit-3
    let (la, _) = forge::morning();
    assert_eq!(la.bundle(), la.bundle());
    assert_eq!(Pack::of(&la).bytes(), la.bundle(), "packed by another hand");
}

#[test]
fn a_bundle_of_an_empty_log_passes() {
    // shows: audit-4
    let report = Agency::blank(LA).audited().unwrap();
    assert_eq!(report.head.size.get(), 0);
}

#[test]
fn without_a_pin_a_bundle_is_consistent_and_nothing_more() {
    // shows: audit-8
    let (la, _) = forge::morning();
    let report = verify::verify(&la.bundle(), None).unwrap();
    assert_eq!(report.charter.anchor, Anchor::Unanchored);
    assert_eq!(report.charter.anchor.text(), "self-consistent, unanchored");
    assert_eq!(la.audited().unwrap().charter.anchor, Anchor::Pinned);
}

#[test]
fn a_list_is_byte_strings_with_shortest_lengths() {
    // shows: audit-5
    for len in [0_usize, 1, 23, 24, 255, 256, 65_535, 65_536] {
        let item = alloc::vec![7; len];
        let bytes = forge::sequence_of(&[item.clone(), item.clone()]);
        let mut items = Items::new(&bytes);
        assert_eq!(items.next_item(), Ok(Some(item.as_slice())));
        assert_eq!(items.next_item(), Ok(Some(item.as_slice())));
        assert_eq!(items.next_item(), Ok(None));
        assert_eq!(items.taken(), 2);
    }
    let mut long_head = sequence::head(5);
    long_head[0] = 0x58;
    long_head.push(5);
    for bad in [
        &[0x41][..],
        &[0x60],
        &[0x58, 0x01, 0x00],
        &[0x5f, 0xff],
        &[0x5b, 255, 255, 255, 255, 255, 255, 255, 255],
        &[0x80],
    ] {
        assert_eq!(Items::new(bad).next_item(), Err(BadItem { item: 0 }), "{bad:02x?}");
    }
}

/// A sink that fails after some bytes.
struct Full(usize);

impl Sink for Full {
    type Error = &'static str;

    fn take(&mut self, piece: &[u8]) -> Result<(), Self::Error> {
        self.0 = self.0.checked_sub(piece.len()).ok_or("full")?;
        Ok(())
    }
}

#[test]
fn a_bundle_that_cannot_be_made_says_why() {
    let (la, _) = forge::morning();
    let export =
        |agency: &Agency| export::write(agency, &agency.contents(), &mut Vec::new(), &Unwatched);

    assert_eq!(
        export::write(&la, &la.contents(), &mut Full(2000), &Unwatched),
        Err(ExportError::Sink("full"))
    );
    let mut lost = la.clone();
    lost.messages.clear();
    assert_eq!(export(&lost), Err(ExportError::Archive("nothing of that name")));
    let mut lost = la.clone();
    lost.receipts.clear();
    assert_eq!(export(&lost), Err(ExportError::Archive("nothing of that name")));
    let mut lost = la.clone();
    lost.dispatches.clear();
    assert_eq!(export(&lost), Err(ExportError::Archive("nothing of that name")));
    let mut damaged = la.clone();
    damaged.leaves[1] = Vec::from([0]);
    let index = crate::ids::LeafIndex::new(1);
    assert_eq!(export(&damaged), Err(ExportError::<&str, Infallible>::Leaf { index }));
}

/// A part of the bundle and of the fault, by path: what is wrong with the container or with the manifest.
#[test]
fn every_byte_is_stated_by_the_manifest_and_by_the_digest() {
    // shows: audit-3, audit-6, audit-7, audit-41
    let (la, _) = forge::morning();
    let pack = Pack::of(&la);
    let (manifest, entries) = (Pack::of(&la).manifest, pack.entries());
    let read = |bytes: &[u8]| verify::verify(bytes, None).unwrap_err();
    let flaw = |bytes: &[u8]| read(bytes).flaw;

    let mut changed = pack.clone();
    changed.part("peer-cosigned").push(0);
    let expected = entries[7].length;
    assert_eq!(flaw(&changed.bytes_with(&manifest, &entries)), Flaw::PartLength { expected });
    let mut changed = pack.clone();
    changed.part("checkpoint")[0] ^= 1;
    let finding = read(&changed.bytes_with(&manifest, &entries));
    assert_eq!((finding.part.as_str(), finding.flaw), ("checkpoint", Flaw::PartDigest));
    let mut changed = pack.clone();
    changed.rename("headers", "header");
    let expected = "headers".to_string();
    assert_eq!(flaw(&changed.bytes_with(&manifest, &entries)), Flaw::PartPath { expected });

    let mut short = manifest.clone();
    short.parts -= 1;
    assert_eq!(flaw(&pack.bytes_with(&short, &entries)), Flaw::ManifestCount);
    let mut later = manifest.clone();
    later.format = 3;
    assert_eq!(flaw(&pack.bytes_with(&later, &entries)), Flaw::Format { found: 3 });
    let expected = "peer-cosigned".to_string();
    let (_, fewer) = entries.split_last().unwrap();
    assert_eq!(flaw(&pack.bytes_with(&short, fewer)), Flaw::PartPath { expected });
    let mut cut = pack.clone();
    cut.remove("receipts");
    let expected = "receipts".to_string();
    assert_eq!(flaw(&cut.bytes()), Flaw::PartPath { expected });

    let only = |content: &[u8]| forge::archive(&[(bundle::MANIFEST.to_string(), content.to_vec())]);
    assert_eq!(flaw(&only(b"")), Flaw::ManifestCount);
    assert_eq!(flaw(&only(&[0x41])), Flaw::Item(BadItem { item: 0 }));
    assert!(matches!(flaw(&only(&[0x41, 0x00])), Flaw::Manifest(_)));
    // Item by item: what stands later is not looked at.
    assert!(matches!(flaw(&only(&[0x41, 0x00, 0xff])), Flaw::Manifest(_)));
    let expected = bundle::MANIFEST.to_string();
    assert_eq!(flaw(&forge::archive(&[])), Flaw::PartPath { expected });
    assert_eq!(flaw(&[0; 1024]), Flaw::Ended);
    assert!(matches!(flaw(b""), Flaw::Archive(_)));

    let mut bytes = pack.bytes();
    let digest_at = bytes.len() - 1024 - 512;
    bytes[digest_at] ^= 1;
    assert_eq!(flaw(&bytes), Flaw::BundleDigest);
    let mut bytes = pack.bytes();
    bytes.truncate(bytes.len() - 1024);
    forge::put_member(&mut bytes, "more", b"");
    bytes.extend([0; 1024]);
    assert_eq!(flaw(&bytes), Flaw::Surplus);
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(256))]

    #[test]
    fn a_bundle_with_any_byte_changed_cut_or_added_is_refused(at in any::<proptest::sample::Index>(), change in 1_u8..) {
        // shows: audit-6
        let (bytes, genesis) = good();
        let at = at.index(bytes.len());

        let mut changed = bytes.clone();
        changed[at] ^= change;
        prop_assert!(verify::verify(&changed, Some(*genesis)).is_err(), "byte {} changed", at);
        prop_assert!(verify::verify(&bytes[..at], Some(*genesis)).is_err(), "cut at {}", at);
        let mut added = bytes.clone();
        added.insert(at, change);
        prop_assert!(verify::verify(&added, Some(*genesis)).is_err(), "a byte added at {}", at);
        let mut removed = bytes.clone();
        removed.remove(at);
        prop_assert!(verify::verify(&removed, Some(*genesis)).is_err(), "byte {} removed", at);
        let mut longer = bytes.clone();
        longer.push(change);
        prop_assert!(verify::verify(&longer, Some(*genesis)).is_err(), "a byte at the end");
    }
}

/// A bundle that passes, and its pin; made once.
fn good() -> &'static (Vec<u8>, crate::crypto::digest::Digest) {
    extern crate std;
    static GOOD: std::sync::LazyLock<(Vec<u8>, crate::crypto::digest::Digest)> =
        std::sync::LazyLock::new(|| {
            let (la, _) = forge::morning();
            assert!(la.audited().is_ok());
            (la.bundle(), forge::genesis())
        });
    &GOOD
}

#[test]
fn no_bit_of_a_bundle_may_be_another() {
    // shows: audit-6
    let (bytes, genesis) = good();
    // Every byte of the manifest and of the end, and many in between; any other is drawn by the property above.
    let (manifest, end) = (3 * 1024, bytes.len() - 2 * 1024);
    for at in (0..manifest).chain((manifest..end).step_by(37)).chain(end..bytes.len()) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x80;
        // The container is cheap to judge and finds most; what it cannot find, the signatures and hashes do.
        let found = verify::container(&changed.as_slice()).is_err()
            || verify::verify(&changed, Some(*genesis)).is_err();
        assert!(found, "byte {at}");
    }
    assert!(verify::verify(bytes, Some(*genesis)).is_ok());
}
