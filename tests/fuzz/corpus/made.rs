//! Bytes that are made: what a node writes, from fixed seeds.

use std::fs;

use concord_node::cli::backup::archive::About;
use concord_node::cli::backup::archive::Content;
use concord_node::cli::backup::archive::Digest16;
use concord_node::cli::backup::archive::FORMAT;
use concord_node::cli::backup::archive::Writer;
use concord_node::keystore::container;
use concord_node::keystore::container::KeyKind;
use concord_node::keystore::share;
use concord_node::keystore::share::Scheme;
use concord_node::keystore::share::paper;
use concord_node::store::witness::Vouched;
use concord_node::store::witness::WitnessFile;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::hash;
use harness::federation::Scratch;
use harness::mass;
use harness::vectors::federation;
use harness::vectors::federation::NOW;
use harness::vectors::federation::RECEIVER;
use harness::vectors::federation::SENDER;
use serde_bytes::ByteBuf;

/// A journal of two exchanges.
pub(super) fn segment() -> Vec<u8> {
    let scratch = Scratch::new("fuzz-journal");
    let node = scratch.path().join("node");
    mass::grow(&node, 31);
    fs::read(node.join("journal/0000000000000001.journal")).unwrap()
}

/// What stands in the frames of a segment. Shape: spec 8.2.
pub(super) fn contents(segment: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut rest = &segment[40..];
    while let Some((head, after)) = rest.split_first_chunk::<16>() {
        let len = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let (content, after) = after.split_at(usize::try_from(len).unwrap());
        found.push(content.to_vec());
        rest = after;
    }
    found
}

pub(super) fn key_files() -> Vec<Vec<u8>> {
    let kinds = KeyKind::OF_A_NODE.into_iter().chain([KeyKind::Root]);
    kinds
        .map(|kind| {
            let seed = federation::seed(SENDER, kind.text(), 1);
            let agency = federation::agency(SENDER);
            container::write(kind, &agency, &seed, None).unwrap().to_vec()
        })
        .collect()
}

pub(super) fn witness_files() -> Vec<Vec<u8>> {
    let scratch = Scratch::new("fuzz-vouched");
    fs::create_dir_all(scratch.path().join("state")).unwrap();
    let agency = federation::agency(RECEIVER);
    let vouched = |name: &str, size| {
        let agency = federation::agency(name);
        let directory = &federation::Federation::fixed().directory;
        Vouched {
            origin: directory.origin(&agency, LogNumber::new(1)),
            agency,
            size: TreeSize::new(size),
            root: hash::EMPTY_ROOT,
            at: NOW,
            note: ByteBuf::from(b"a note".to_vec()),
        }
    };
    let mut found = Vec::new();
    for logs in [vec![vouched(SENDER, 5)], vec![vouched("th.rtp", 9)]] {
        let (mut file, _) = WitnessFile::open(scratch.path(), &agency).unwrap();
        file.vouch(logs).unwrap();
        found.push(fs::read(scratch.path().join("state/witness")).unwrap());
    }
    found
}

pub(super) fn backups() -> Vec<Vec<u8>> {
    let about = |content| About {
        format: FORMAT,
        content,
        agency: federation::agency(SENDER),
        life: Digest16([7; 16]),
        at: NOW,
        sequence: 3,
        size: TreeSize::new(5),
        until: (content == Content::Keys).then_some(NOW),
    };
    let made = |content, members: &[(&str, &[u8])]| {
        let mut writer = Writer::begin(Vec::new(), &about(content)).unwrap();
        for (path, bytes) in members {
            let len = u64::try_from(bytes.len()).unwrap();
            writer.member(path, &mut &**bytes, len).unwrap();
        }
        writer.end().unwrap().0
    };
    vec![
        made(
            Content::Data,
            &[("journal/0000000000000001.journal", &[1; 600]), ("state/head", b"")],
        ),
        made(Content::Keys, &[("keys/slots", &[2; 512])]),
        made(Content::Data, &[]),
    ]
}

pub(super) fn shares() -> Vec<Vec<u8>> {
    let scheme = Scheme { threshold: 2, count: 3 };
    let shares = share::split(&federation::seed(SENDER, "root", 0), scheme, &[5; 32]);
    let forms = shares.iter().flat_map(|share| {
        let words = paper::words(share).as_bytes().to_vec();
        [share.to_bytes().to_vec(), words, paper::line(share).as_bytes().to_vec()]
    });
    forms.collect()
}
