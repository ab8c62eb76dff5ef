//! What an agency says of itself and of who is who.

use alloc::vec;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::audit::finding::Finding;
use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::EPOCH;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::Pack;
use crate::audit::tests::forge::TH;
use crate::audit::tests::lies::Lies;
use crate::audit::verify;
use crate::codec;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::identity::credential;
use crate::identity::fixtures;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LinkNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::leaf::Leaf;
use crate::moment::Timestamp;

/// Credentials that ended early.
pub(in crate::audit::tests) fn about_ends() -> Lies {
    let mut lies = Lies::default();
    lies.own("revocation", |la| {
        let mut bytes = forge::revoked(LA, 1, 0);
        *bytes.last_mut().unwrap() ^= 1;
        la.push(&forge::revocation(bytes));
    });
    lies.own("revocation-twice", |la| {
        la.push(&forge::revocation(forge::revoked(TH, 1, 5)));
        la.push(&forge::revocation(forge::revoked(TH, 1, 5)));
    });
    lies.own("revoked-credential", |la| {
        la.push(&forge::revocation(forge::revoked(LA, 1, 0)));
        la.send(&[MM]);
    });
    // Its own key ended, and no other signs what comes after.
    lies.own("revoked-checkpoint", |la| {
        la.push(&forge::revocation(forge::revoked(LA, 1, 0)));
    });
    lies.held("revoked-checkpoint", |la, mm, places| {
        let receipt = mm.receipt(places, 0);
        la.push(&forge::revocation(forge::revoked(MM, 1, 0)));
        la.hold(MM, &receipt);
    });
    lies.taken("revoked-credential", |la, mm| {
        mm.push(&forge::revocation(forge::revoked(LA, 1, 0)));
        mm.take(LA, &la.offer(MM), &[]);
    });
    lies
}

/// Who is who.
pub(in crate::audit::tests) fn about_people() -> Lies {
    let (la, _) = forge::morning();
    let pack = Pack::of(&la);
    let mut lies = Lies::default();
    let stolen = {
        let mut credential = fixtures::credential(TH, 2);
        credential.signing = fixtures::credential(LA, 1).signing;
        credential::sign(&credential, &fixtures::root(TH)).unwrap()
    };
    let pinned_elsewhere =
        verify::verify(&pack.bytes(), Some(digest::sha256(b"another charter"))).unwrap_err();
    lies.found("charter", pinned_elsewhere);
    lies.pack("charter", &pack, |pack| pack.part("charter/1.cbor")[900] ^= 1);
    lies.pack("part-path", &pack, |pack| pack.remove("charter/1.cbor"));
    lies.pack("part-path", &pack, |pack| pack.rename("charter/1.cbor", "charter/2.cbor"));
    lies.pack("charter", &pack, |pack| {
        let charter = pack.part("charter/1.cbor").clone();
        pack.parts.insert(3, ("charter/2.cbor".into(), charter));
    });
    lies.pack("other-charter", &pack, |pack| {
        pack.manifest.charter = CharterName::parse("danube").unwrap()
    });
    lies.pack("not-a-member", &pack, |pack| {
        pack.manifest.agency = AgencyId::parse("xx.abc").unwrap()
    });
    lies.pack("credential", &pack, |pack| pack.part("credentials/th.rtp-1.cbor")[500] ^= 1);
    lies.pack("part-path", &pack, |pack| {
        pack.rename("credentials/th.rtp-1.cbor", "credentials/th.rtp-2.cbor")
    });
    lies.pack("order", &pack, |pack| pack.parts.swap(3, 4));
    lies.pack("credential-conflict", &pack, |pack| {
        pack.parts.insert(6, ("credentials/th.rtp-2.cbor".into(), stolen.clone()));
    });
    lies.pack("no-log-key", &pack, |pack| pack.remove("credentials/la.mps-1.cbor"));
    lies.pack("no-log-key", &pack, |pack| {
        pack.manifest.origin = "concord/mekong/la.mps/log2".into()
    });
    lies.pack("surplus-part", &pack, |pack| pack.parts.insert(8, ("more".into(), Vec::new())));
    lies.pack("part-path", &pack, |pack| pack.remove("peer-checkpoints"));
    lies.pack("checkpoint-size", &pack, |pack| pack.manifest.size = TreeSize::new(10));
    lies
}

/// A bundle of this agency whose checkpoint says this, signed by this agency's log key.
fn signed_otherwise(agency: &Agency, by: &str, size: u64, root: Digest) -> Finding {
    let said = Checkpoint { origin: forge::origin(agency.name), size: TreeSize::new(size), root };
    let mut pack = Pack::of(agency);
    let key = fixtures::signing_key(by, "log", 1);
    *pack.part("checkpoint") = checkpoint::sign(&said, &key).unwrap();
    pack.finding()
}

/// Whom the log exchanges with while they are no members.
pub(in crate::audit::tests) fn about_members() -> Lies {
    let mut lies = Lies::default();
    let mut left = |tell: &dyn Fn(&mut Agency, &mut Agency)| {
        let (mut la, mut th) = (Agency::new(LA), Agency::new(TH));
        la.chain = fixtures::member_left(TH);
        let early = la.send(&[TH]);
        let offered = la.offer(TH);
        let places = th.take(LA, &offered, &[]);
        la.hold(TH, &th.receipt(&places, 0));
        la.push(&forge::read(early));
        la.push(&forge::started_under(2));
        assert!(la.audited().is_ok(), "what was exchanged before stays");
        tell(&mut la, &mut th);
        lies.found("no-member-then", la.audited().unwrap_err());
    };
    left(&|la, _| {
        la.send(&[TH]);
    });
    left(&|la, th| {
        th.send(&[LA]);
        drop(la.take(TH, &th.offer(LA), &[]));
    });
    left(&|la, th| {
        th.send(&[LA]);
        drop(la.take(TH, &th.offer(LA), &[1]));
    });
    lies
}

/// The tree under the checkpoint.
pub(in crate::audit::tests) fn about_the_tree() -> Lies {
    let (la, _) = forge::morning();
    let pack = Pack::of(&la);
    let head = la.log.head();
    let (entries, tile) = ("tile/entries/000.p/11", "tile/0/000.p/11");
    let mut lies = Lies::default();
    lies.found("checkpoint", signed_otherwise(&la, MM, 11, head.root));
    lies.found(
        "checkpoint-size",
        signed_otherwise(&la, LA, 10, la.log.root_at(TreeSize::new(10)).unwrap()),
    );
    lies.found("root-differs", signed_otherwise(&la, LA, 11, digest::sha256(b"another root")));
    lies.pack("entries", &pack, |pack| pack.part(entries).truncate(100));
    lies.pack("entries", &pack, |pack| pack.part(entries).push(0));
    lies.pack("leaf-differs", &pack, |pack| *pack.part(entries).last_mut().unwrap() ^= 1);
    lies.pack("root-differs", &pack, |pack| pack.part(tile)[40] ^= 1);
    lies.pack("part-length", &pack, |pack| pack.part(tile).truncate(10 * 32));
    let mut long = Agency::new(LA);
    (0..299).for_each(|_| {
        long.push(&forge::started());
    });
    let long = Pack::of(&long);
    lies.pack("tile-differs", &long, |pack| pack.part("tile/0/000")[40] ^= 1);
    lies.pack("tile-differs", &long, |pack| pack.part("tile/1/000.p/1")[0] ^= 1);
    lies
}

/// Messages of its own.
pub(in crate::audit::tests) fn about_messages() -> Lies {
    let mut lies = Lies::default();
    let mut garbage = Pack::of(&Agency::new(LA));
    let mut grown = Agency::new(LA);
    grown.push_bytes(vec![0x80]);
    garbage.regrow(&grown);
    let mut never_started = Agency::blank(LA);
    never_started.send(&[MM]);
    lies.found("leaf", garbage.finding());
    lies.found("not-started", never_started.audited().unwrap_err());
    lies.own("unknown-credential", |la| {
        let (charter_version, credential) = (CharterVersion::new(1), Serial::new(9));
        la.push(&Leaf::Started { at: forge::NOW, charter_version, credential, probed: true });
    });
    lies.own("message", |la| {
        la.push(&Leaf::Message { header: ByteBuf::from(b"not a header") });
    });
    lies.own("message-signature", |la| {
        let header = codec::encode(&la.header(&[MM])).unwrap();
        let key = fixtures::signing_key(MM, "signing", 1);
        let message = cose::sign1(&key, ContentType::Message, &header).unwrap();
        la.log_message(&message);
    });
    lies.own("message-time", |la| {
        let mut header = la.header(&[MM]);
        header.created = Timestamp::from_millis(0);
        la.log_message(&la.sign(&header));
    });
    lies.own("message-author", |la| {
        la.log_message(&la.sign(&forge::header(MM, &[LA], 1)));
    });
    lies.own("unknown-credential", |la| {
        let mut header = la.header(&[MM]);
        header.serial = Serial::new(2);
        la.log_message(&la.sign(&header));
    });
    lies.own("message-twice", |la| {
        let message = la.sign(&forge::header(LA, &[MM], 1));
        la.log_message(&message);
        la.log_message(&message);
    });
    lies.own("id-reused", |la| {
        la.log_message(&la.sign(&forge::header(LA, &[MM], 1)));
        la.log_message(&la.sign(&forge::header(LA, &[TH], 1)));
    });

    lies
}

/// Numbers given to messages of its own, and readings.
pub(in crate::audit::tests) fn about_sending() -> Lies {
    let mut lies = Lies::default();
    lies.own("sent-unknown", |la| {
        la.push(&sent(digest::sha256(b"no message"), MM, 1));
    });
    lies.own("sent-elsewhere", |la| {
        let message = la.send(&[MM]);
        la.push(&sent(message, TH, 1));
    });
    lies.own("sent-twice", |la| {
        let message = la.send(&[MM]);
        la.push(&sent(message, MM, 2));
    });
    lies.own("read-unknown", |la| {
        la.push(&forge::read(digest::sha256(b"no message")));
    });
    lies
}

fn sent(message: Digest, to: &str, at: u64) -> Leaf {
    Leaf::Sent { message, to: fixtures::agency(to), epoch: EPOCH, number: LinkNumber::new(at) }
}

/// Numbers of links.
pub(in crate::audit::tests) fn about_numbers() -> Lies {
    let lie = |numbers: &[(u64, u64)]| {
        let mut la = Agency::new(LA);
        for (epoch, at) in numbers {
            let header = la.header(&[MM]);
            let message = la.log_message(&la.sign(&header));
            let (epoch, number) = (Epoch::new(*epoch), LinkNumber::new(*at));
            la.push(&Leaf::Sent { message, to: fixtures::agency(MM), epoch, number });
        }
        la.audited()
    };
    assert!(lie(&[(1, 1), (1, 2), (3, 1), (3, 2)]).is_ok());
    let mut skipped = Agency::new(MM);
    let mut la = Agency::new(LA);
    la.send(&[MM]);
    la.offer(MM);
    la.send(&[MM]);
    skipped.take(LA, &la.offer(MM), &[]);
    let mut lies = Lies::default();
    lies.found("number", lie(&[(1, 2)]).unwrap_err());
    lies.found("number", lie(&[(1, 0)]).unwrap_err());
    lies.found("number", lie(&[(1, 1), (1, 3)]).unwrap_err());
    lies.found("number", lie(&[(1, 1), (1, 1)]).unwrap_err());
    lies.found("number", lie(&[(1, 1), (2, 2)]).unwrap_err());
    lies.found("epoch-back", lie(&[(2, 1), (1, 1)]).unwrap_err());
    lies.found("number", skipped.audited().unwrap_err());
    lies
}
