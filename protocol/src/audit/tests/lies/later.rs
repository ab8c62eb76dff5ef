//! What an agency says of messages that are known, of itself, and of who saw its log.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::audit::bundle::Scope;
use crate::audit::evidence::make;
use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::Pack;
use crate::audit::tests::forge::TH;
use crate::audit::tests::lies::Lies;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::identity::fixtures;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::log::leaf::EvidenceKind;
use crate::log::leaf::Leaf;

/// Erasures, readings, exports, and what belongs to other logs.
pub(in crate::audit::tests) fn about_what_is_known() -> Lies {
    let mut lies = Lies::default();
    let sealed = forge::header(LA, &[MM], 1).sealed.digest;
    lies.own("unknown-charter", |la| {
        let (charter_version, credential) = (CharterVersion::new(2), Serial::new(1));
        la.push(&Leaf::Started { at: forge::NOW, charter_version, credential, probed: true });
    });
    lies.own("exported-size", |la| {
        let (bundle, size) = (digest::sha256(b"a bundle"), TreeSize::new(2));
        la.push(&Leaf::Exported { bundle, size, at: forge::NOW });
    });
    lies.own("erased-unknown", |la| {
        la.push(&forge::erased(digest::sha256(b"no message"), 1, sealed));
    });
    lies.own("erased-differs", |la| {
        let message = la.send(&[MM]);
        la.push(&forge::erased(message, 2, sealed));
    });
    lies.own("erased-differs", |la| {
        let message = la.send(&[MM]);
        la.push(&forge::erased(message, 1, digest::sha256(b"another body")));
    });
    lies.own("erased-twice", |la| {
        let message = la.send(&[MM]);
        la.push(&forge::erased(message, 1, sealed));
        la.push(&forge::erased(message, 1, sealed));
    });
    lies.own("read-erased", |la| {
        let message = la.send(&[MM]);
        la.push(&forge::erased(message, 1, sealed));
        la.push(&forge::read(message));
    });
    lies.own("succession", |la| {
        let statement = ByteBuf::from(b"a statement");
        la.push(&Leaf::Succession { statement, approvals: vec![ByteBuf::from(b"an approval")] });
    });
    lies.own("carried", |la| {
        let (message, index) = (digest::sha256(b"a message"), LeafIndex::new(1));
        la.push(&Leaf::Carried { message, log: LogNumber::new(1), index });
    });
    lies.own("epoch-limit", |la| {
        for epoch in 1..=65 {
            let header = la.header(&[MM]);
            let message = la.log_message(&la.sign(&header));
            let (epoch, number) = (Epoch::new(epoch), LinkNumber::new(1));
            la.push(&Leaf::Sent { message, to: fixtures::agency(MM), epoch, number });
        }
    });
    lies
}

fn evidence(digest: Digest, accused: &str) -> Leaf {
    let (kind, accused) = (EvidenceKind::NumberReused, fixtures::agency(accused));
    Leaf::Evidence { evidence: digest, kind, accused, at: forge::NOW }
}

/// A file that proves that the second agency gave one number to two messages.
fn number_reused() -> Vec<u8> {
    let mm = Agency::new(MM);
    let dispatch = |message: &[u8]| mm.dispatch(LA, &[(LinkNumber::new(1), message.to_vec())]);
    let directory = forge::directory();
    let made = make::number_reused(&directory, &dispatch(b"one"), &dispatch(b"another"));
    made.unwrap().bytes().to_vec()
}

/// Evidence that is not there, there twice, for nobody, or about something else.
pub(in crate::audit::tests) fn about_evidence() -> Lies {
    let mut lies = Lies::default();
    let file = number_reused();
    let digest = digest::sha256(&file);
    let with = |file: &[u8], leaves: &[Leaf]| {
        let mut la = Agency::new(LA);
        la.evidence.insert(digest::sha256(file), file.to_vec());
        leaves.iter().for_each(|leaf| {
            la.push(leaf);
        });
        la
    };
    let la = with(&file, &[evidence(digest, MM)]);
    assert!(la.audited().is_ok());
    let pack = Pack::of(&la);
    let path = "evidence/".to_string() + &digest.to_string();
    lies.pack("evidence-missing", &pack, |pack| pack.remove(&path));
    lies.pack("part-path", &pack, |pack| pack.part(&path).push(0));
    let twice = with(&file, &[evidence(digest, MM), evidence(digest, MM)]);
    lies.found("evidence-twice", twice.audited().unwrap_err());
    lies.found("evidence", with(&file, &[evidence(digest, TH)]).audited().unwrap_err());
    let garbage = with(b"garbage", &[evidence(digest::sha256(b"garbage"), MM)]);
    lies.found("evidence", garbage.audited().unwrap_err());
    let mut never = Pack::of(&Agency::new(LA));
    let at = never.parts.iter().position(|(path, _)| path.starts_with("tile/")).unwrap();
    never.parts.insert(at, (path, file));
    lies.found("evidence-unnamed", never.finding());
    lies
}

/// Receipts that prove more than is told, or go back.
pub(in crate::audit::tests) fn about_more_receipts() -> Lies {
    let mut lies = Lies::default();
    lies.leaf("receipt-untold", |leaf| {
        if let Leaf::ReceiptHeld { items, .. } = leaf {
            items.pop();
        }
    });
    lies.held("receipt-back", |la, mm, places| {
        let early = mm.receipt(&places[..1], 0);
        mm.push(&forge::started());
        la.hold(MM, &mm.receipt(&places[1..], 0));
        la.hold(MM, &early);
    });
    lies
}

/// Checkpoints that witnesses cosigned, or did not.
pub(in crate::audit::tests) fn about_cosignatures() -> Lies {
    let mut lies = Lies::default();
    let (la, mm) = forge::morning();
    let with = |notes: &[Vec<u8>]| {
        let mut pack = Pack::of(&la);
        pack.put_items("cosignatures", notes);
        pack.finding()
    };
    let note = la.checkpoint().note().to_vec();
    let one = forge::cosigned(&note, MM, 100);
    lies.found("cosignature", with(core::slice::from_ref(&note)));
    lies.found("cosignature", with(&[forge::cosigned(&note, LA, 100)]));
    let mut spoilt = one.clone();
    let at = spoilt.len() - 20;
    spoilt[at] = if spoilt[at] == b'A' { b'B' } else { b'A' };
    lies.found("cosignature", with(&[spoilt]));
    lies.found("order", with(&[one.clone(), one.clone()]));
    let mut other = Agency::new(LA);
    (1..la.leaves.len()).for_each(|_| {
        other.push(&forge::started());
    });
    lies.found("root-differs", with(&[forge::cosigned(other.checkpoint().note(), MM, 100)]));
    let quorate = |note: &[u8]| {
        let mut pack = Pack::of(&la);
        pack.put_items("peer-cosigned", &[note.to_vec()]);
        pack.finding()
    };
    let held = mm.checkpoint().note().to_vec();
    lies.found("no-quorum", quorate(&forge::cosigned(&held, LA, 100)));
    lies.found("no-quorum", quorate(&forge::cosigned(&forge::cosigned(&held, LA, 100), MM, 100)));
    lies
}

/// Bundles of a part that show something else.
pub(in crate::audit::tests) fn about_scopes() -> Lies {
    let mut lies = Lies::default();
    let (la, _) = forge::morning();
    let range = |from, to| Scope::Range { from: LeafIndex::new(from), to: LeafIndex::new(to) };
    let part = Pack::read(&la.scoped(Some(range(2, 8))));
    for scope in [range(5, 5), range(2, 12), Scope::Peer { peer: fixtures::agency(LA) }] {
        lies.pack("scope", &part, |pack| pack.manifest.scope = Some(scope));
    }
    lies.pack("scope", &part, |pack| {
        let peer = AgencyId::parse("xx.abc").unwrap();
        pack.manifest.scope = Some(Scope::Peer { peer });
    });
    lies.pack("out-of-scope", &part, |pack| pack.manifest.scope = Some(range(3, 8)));
    lies.pack("undisclosed", &part, |pack| pack.manifest.scope = Some(range(1, 8)));
    lies.pack("undisclosed", &part, |pack| pack.manifest.scope = Some(range(2, 9)));
    lies.items("undisclosed", (&part, "leaves"), |items| {
        items.remove(1);
    });
    lies.items("order", (&part, "leaves"), |items| items.swap(0, 1));
    lies.items("order", (&part, "leaves"), |items| items.push(items[0].clone()));
    lies.items("order", (&part, "leaves"), |items| items[0].truncate(7));
    lies.items("leaf-differs", (&part, "leaves"), |items| *items[0].last_mut().unwrap() ^= 1);
    lies.pack("surplus-part", &part, |pack| pack.manifest.scope = None);
    lies.pack("part-path", &part, |pack| pack.remove("leaves"));
    let other = Scope::Peer { peer: fixtures::agency(TH) };
    let peer = Pack::read(&la.scoped(Some(Scope::Peer { peer: fixtures::agency(MM) })));
    lies.pack("out-of-scope", &peer, |pack| pack.manifest.scope = Some(other));
    let nothing = Scope::Procedure { procedure: forge::procedure(9) };
    let whole = Pack::read(&la.scoped(Some(Scope::Procedure { procedure: forge::procedure(0) })));
    lies.pack("out-of-scope", &whole, |pack| pack.manifest.scope = Some(nothing));
    lies
}
