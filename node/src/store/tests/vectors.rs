//! The bytes on disk, against the cases in `spec/vectors/store`: one file, one case, one fault.
//!
//! `CONCORD_BLESS=1` writes them anew. The slot of the cases has number 5, the message `SHA-256("a message")`, the life
//! `000102…0f`, and the storage key is 32 times `07`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use concord_protocol::codec;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest;
use concord_protocol::ids::TreeSize;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::store::entry::Entry;
use crate::store::entry::Placement;
use crate::store::format;
use crate::store::format::FormatFound;
use crate::store::format::Life;
use crate::store::head::HEAD_BYTES;
use crate::store::head::HEAD_MAGIC;
use crate::store::head::Newest;
use crate::store::journal::Position;
use crate::store::journal::frame;
use crate::store::journal::frame::FRAME_HEAD_BYTES;
use crate::store::journal::frame::JOURNAL_MAGIC;
use crate::store::recover::replay;
use crate::store::recover::replay::MARK_BYTES;
use crate::store::recover::replay::MARK_MAGIC;
use crate::store::slots;
use crate::store::slots::SlotIn;
use crate::store::tests::fixture;
use crate::store::twin;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    explains: String,
    spec: Vec<String>,
    structure: String,
    expect: String,
    bytes: String,
}

#[test]
fn the_bytes_on_disk_are_those_that_are_promised() {
    // shows: store-1, store-5, store-9, store-12
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors/store");
    if std::env::var_os("CONCORD_BLESS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (name, case) in made() {
            let text = serde_json::to_string_pretty(&case).unwrap() + "\n";
            fs::write(folder.join(name), text).unwrap();
        }
    }

    let kept: BTreeMap<String, Case> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())
        })
        .map(|(name, text)| (name, serde_json::from_str(&text).unwrap()))
        .collect();

    assert_eq!(kept, made());
    for (name, case) in kept {
        assert_eq!(verdict(&case.structure, &unhex(&case.bytes)), case.expect, "{name}");
    }
}

fn life() -> Life {
    Life::from_bytes(std::array::from_fn(|number| u8::try_from(number).unwrap()))
}

/// What the code makes of the bytes of a case.
fn verdict(structure: &str, bytes: &[u8]) -> &'static str {
    let holds = match structure {
        "format" => {
            return match format::parse(bytes) {
                FormatFound::Known(_) => "accepted",
                FormatFound::Unknown(_) => "refused: unknown-version",
                FormatFound::Unreadable | FormatFound::Missing => "refused: unreadable",
            };
        }
        "entry" => codec::decode::<Entry>(bytes).is_ok(),
        "segment-head" => bytes == frame::segment_head(JOURNAL_MAGIC, life(), 7),
        "frame" => frame::frame_head(bytes)
            .is_some_and(|head| frame::holds(life(), head, &bytes[FRAME_HEAD_BYTES..])),
        "slot" => slots::open(life(), &fixture::storage(), 5, &digest::sha256(b"a message"), bytes)
            .is_some(),
        "head" => twin::parse::<HEAD_BYTES>(HEAD_MAGIC, bytes).is_some(),
        "mark" => twin::parse::<MARK_BYTES>(MARK_MAGIC, bytes).is_some(),
        other => panic!("no structure {other}"),
    };
    if holds { "accepted" } else { "refused: does-not-hold" }
}

fn made() -> BTreeMap<String, Case> {
    let mut sheet = Sheet(BTreeMap::new());
    sheet.good("format", "store-1", format::text(life()).into_bytes(), "a format file");
    sheet.bad(
        "format",
        "another-version",
        "store-1",
        "a version that is not known",
        "unknown-version",
        |bytes| {
            *bytes = String::from_utf8_lossy(bytes).replace("format 1", "format 2").into_bytes();
        },
    );
    sheet.bad("format", "cut", "store-1", "the last line feed is missing", "unreadable", |bytes| {
        bytes.pop();
    });
    sheet.good("entry", "store-5", entry(), "one record and one body");
    sheet.bad("entry", "longer", "store-5", "a byte after the entry", "does-not-hold", |bytes| {
        bytes.push(0)
    });
    sheet.good(
        "segment-head",
        "store-5",
        frame::segment_head(JOURNAL_MAGIC, life(), 7),
        "begins with record 7",
    );
    sheet.flipped("segment-head", "store-5", 20);
    sheet.good("frame", "store-5", frame::frame(life(), 7, &entry()).unwrap(), "record 7");
    sheet.flipped("frame", "store-5", 3);
    sheet.bad(
        "frame",
        "other-number",
        "store-5",
        "another record number",
        "does-not-hold",
        |bytes| bytes[11] ^= 1,
    );
    sheet.bad(
        "frame",
        "other-content",
        "store-5",
        "the last byte differs",
        "does-not-hold",
        |bytes| {
            *bytes.last_mut().unwrap() ^= 1;
        },
    );
    sheet.bad("frame", "cut", "store-5", "the last byte is missing", "does-not-hold", |bytes| {
        bytes.pop();
    });
    sheet.bad(
        "frame",
        "too-long",
        "store-5",
        "more than 64 MiB announced",
        "does-not-hold",
        |bytes| bytes[0] = 0x10,
    );
    states(&mut sheet);
    sheet.0
}

/// Slots, heads and marks.
fn states(sheet: &mut Sheet) {
    sheet.good("slot", "store-9", slot(), "keys of a body of one's own");
    sheet.flipped("slot", "store-9", 40);
    sheet
        .bad("slot", "erased", "store-9", "an erased slot", "does-not-hold", |bytes| bytes.fill(0));
    let newest = Newest { sequence: 7, size: TreeSize::new(9), root: digest::sha256(b"a root") };
    sheet.good(
        "head",
        "store-12",
        twin::slot(HEAD_MAGIC, life(), 3, &newest.to_bytes()),
        "the third head written",
    );
    sheet.flipped("head", "store-12", 50);
    let position = Position { sequence: 7, segment: 1, offset: 4000 };
    sheet.good(
        "mark",
        "store-10",
        twin::slot(MARK_MAGIC, life(), 1, &replay::mark_bytes(position)),
        "the first mark",
    );
    sheet.flipped("mark", "store-10", 50);
}

fn entry() -> Vec<u8> {
    let record = codec::encode(&fixture::World::default().head()).unwrap();
    let message = digest::sha256(b"a message");
    let placement = Placement { message, segment: 1, offset: 40, len: 1016, slot: 5 };
    codec::encode(&Entry { bodies: vec![placement], records: vec![ByteBuf::from(record)] }).unwrap()
}

fn slot() -> Vec<u8> {
    let (rest, own) = (ContentKey::from_bytes([1; 32]), ContentKey::from_bytes([2; 32]));
    let filled = SlotIn {
        message: digest::sha256(b"a message"),
        rest: &rest,
        own: Some(&own),
        nonce: [3; 12],
    };
    slots::seal(life(), &fixture::storage(), 5, &filled).unwrap()
}

/// The cases so far, by file name.
struct Sheet(BTreeMap<String, Case>);

impl Sheet {
    fn good(&mut self, structure: &str, id: &str, bytes: Vec<u8>, explains: &str) {
        self.put(structure, "good", id, ("accepted", explains), &bytes);
    }

    fn bad(
        &mut self,
        structure: &str,
        name: &str,
        id: &str,
        explains: &str,
        class: &str,
        alter: impl FnOnce(&mut Vec<u8>),
    ) {
        let mut bytes = unhex(&self.0[&format!("{structure}-good.json")].bytes);
        alter(&mut bytes);
        self.put(structure, name, id, (&format!("refused: {class}"), explains), &bytes);
    }

    fn flipped(&mut self, structure: &str, id: &str, place: usize) {
        let explains = format!("byte {place} differs");
        self.bad(structure, "flipped", id, &explains, "does-not-hold", |bytes| bytes[place] ^= 1);
    }

    fn put(
        &mut self,
        structure: &str,
        name: &str,
        id: &str,
        (expect, explains): (&str, &str),
        bytes: &[u8],
    ) {
        let case = Case {
            explains: explains.to_owned(),
            spec: vec![id.to_owned()],
            structure: structure.to_owned(),
            expect: expect.to_owned(),
            bytes: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        self.0.insert(format!("{structure}-{name}.json"), case);
    }
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}
