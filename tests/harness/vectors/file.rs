//! Sealed files, and what is said on a file stream.

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::stream::End;
use concord_protocol::crypto::stream::FileKey;
use concord_protocol::envelope::file;
use concord_protocol::envelope::file::CHUNK_BYTES;
use concord_protocol::envelope::file::Layout;
use concord_protocol::envelope::file::SEALED_CHUNK_BYTES;
use concord_protocol::registry::FileCode;
use concord_protocol::wire::file::FileAnswer;
use concord_protocol::wire::file::FileHead;
use concord_protocol::wire::file::FileRefusal;
use concord_protocol::wire::file::FileRequest;

use super::Named;
use super::Sheet;
use super::mutate;

/// Bytes of the key in front of the file of a case.
const KEY_BYTES: usize = 32;

const KEY: [u8; KEY_BYTES] = [0x42; KEY_BYTES];

/// The cases of files.
pub(super) fn cases() -> Vec<Named> {
    [sealed(), requests(), answers()].concat()
}

fn sealed() -> Vec<Named> {
    let mut sheet = Sheet::new("envelope", "sealed-file");
    let short = [KEY.to_vec(), seal(b"a list of 3 entries")].concat();
    let two = [KEY.to_vec(), seal(&vec![7; CHUNK + 3])].concat();
    let border = KEY_BYTES + SEALED_CHUNK;
    sheet.good(
        "empty",
        "no plain byte: one chunk of a tag",
        &["fil-1"],
        &[KEY.to_vec(), seal(b"")].concat(),
    );
    sheet.good("short", "less than a chunk", &["fil-1", "fil-2"], &short);
    sheet.good("two-chunks", "a full chunk and three bytes", &["fil-1", "fil-2"], &two);
    let class = "chunk 0 does not open";
    sheet.bad(
        "changed",
        "a bit of a chunk",
        &["fil-3"],
        class,
        &mutate::flipped(&short, KEY_BYTES),
    );
    sheet.bad("other-key", "another key", &["fil-3"], class, &mutate::flipped(&short, 0));
    sheet.bad("cut", "the last byte is missing", &["fil-3"], class, &mutate::shorter(&short));
    sheet.bad(
        "cut-at-a-chunk",
        "the last chunk is missing, and the one before it does not say that it is the last",
        &["fil-3"],
        class,
        &two[..border],
    );
    let swapped = [&KEY[..], &two[border..], &two[KEY_BYTES..border]].concat();
    sheet.bad("swapped", "the chunks in the other order", &["fil-3"], class, &swapped);
    let more = stream_of(&[(0, End::More, &[7; CHUNK]), (1, End::Last, &[])]);
    sheet.bad(
        "empty-last-chunk",
        "an empty chunk behind a full one",
        &["fil-1"],
        "length",
        &[KEY.to_vec(), more].concat(),
    );
    sheet.bad("no-tag", "fewer bytes than a tag", &["fil-1"], "length", &short[..KEY_BYTES + 15]);
    sheet.cases
}

fn requests() -> Vec<Named> {
    let mut sheet = Sheet::new("wire", "file-request");
    let request = FileRequest { digest: digest::sha256(b"a file"), offset: 4_194_304 };
    let good = codec::encode(&request).unwrap();
    sheet.good("good", "asks for what follows the first 4 MiB", &["fil-31"], &good);
    sheet.bad("trailing", "a byte more", &["env-1"], "scan: trailing", &mutate::longer(&good));
    let text = mutate::edit(&good, |tree| *mutate::field(tree, 1) = Value::from("all"));
    sheet.bad("wrong-type", "a text where a number belongs", &["fil-31"], "shape", &text);
    sheet.cases
}

fn answers() -> Vec<Named> {
    let mut sheet = Sheet::new("wire", "file-answer");
    let head = codec::encode(&FileAnswer::File(FileHead { length: 5_000_000 })).unwrap();
    sheet.good("file", "the file has so many sealed bytes", &["fil-31"], &head);
    for code in FileCode::ALL {
        let refused = FileAnswer::Refused(FileRefusal { code: *code });
        let refused = codec::encode(&refused).unwrap();
        sheet.good(code.text(), "none is sent, and why", &["fil-31"], &refused);
    }
    let unknown = mutate::edit(&head, |tree| mutate::items(tree)[0] = Value::from(2));
    sheet.bad("unknown-kind", "neither a file nor a refusal", &["fil-31"], "shape", &unknown);
    sheet.cases
}

/// Plain bytes of a chunk, as a length.
const CHUNK: usize = CHUNK_BYTES as usize;

/// Sealed bytes of a chunk, as a length.
const SEALED_CHUNK: usize = SEALED_CHUNK_BYTES as usize;

fn seal(plain: &[u8]) -> Vec<u8> {
    let layout = Layout::of_plain(plain.len() as u64).unwrap();
    let chunks = (0..layout.chunks()).map(|number| {
        let chunk = layout.chunk(number).unwrap();
        let (at, len) = (chunk.plain_at as usize, chunk.plain_len as usize);
        (number, chunk.end, &plain[at..at + len])
    });
    stream_of(&chunks.collect::<Vec<_>>())
}

fn stream_of(chunks: &[(u64, End, &[u8])]) -> Vec<u8> {
    let key = FileKey::from_bytes(KEY);
    let sealed = chunks
        .iter()
        .map(|(number, end, plain)| file::seal_chunk(&key, *number, *end, plain).unwrap());
    sealed.collect::<Vec<_>>().concat()
}

/// Judges a key and the sealed file behind it; what opens is sealed again.
pub(super) fn judge(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let (key, sealed) = bytes.split_first_chunk::<KEY_BYTES>().ok_or("length")?;
    let layout = Layout::of_sealed(sealed.len() as u64).map_err(|_| "length")?;
    let file_key = FileKey::from_bytes(*key);
    let mut again = key.to_vec();
    for number in 0..layout.chunks() {
        let chunk = layout.chunk(number).unwrap();
        let (at, len) = (chunk.sealed_at as usize, chunk.sealed_len as usize);
        let plain = file::open_chunk(&file_key, &chunk, &sealed[at..at + len])
            .map_err(|_| format!("chunk {number} does not open"))?;
        again.extend(file::seal_chunk(&file_key, number, chunk.end, &plain).unwrap());
    }
    Ok(again)
}
