//! A journal, written from the specification alone (chapter 8.2).

use std::fs;
use std::fs::File;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::codec;
use serde::Serialize;
use serde_bytes::ByteBuf;

/// The version of the disk format.
const FORMAT: u32 = 1;

/// Which life the journal is of; any will do.
const LIFE: [u8; 16] = [7; 16];

/// Length from which the next segment is begun.
const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    segment: BufWriter<File>,
    len: u64,
    sequence: u64,
}

/// What a frame carries: no body, and some records.
#[derive(Serialize)]
struct Entry {
    bodies: [u8; 0],
    records: Vec<ByteBuf>,
}

impl Journal {
    /// Begins the journal of a node that was never started, in its folder.
    ///
    /// # Panics
    /// When there is one, or the disk refuses.
    pub fn begin(node: &Path) -> Self {
        let life: String = LIFE.iter().map(|byte| format!("{byte:02x}")).collect();
        let format = format!("concord disk format {FORMAT}\nlife {life}\n");
        fs::write(node.join("format"), format).unwrap();
        let folder = node.join("journal");
        fs::create_dir(&folder).unwrap();
        let (segment, len) = segment(&folder, 1);
        Self { folder, segment, len, sequence: 0 }
    }

    /// Appends one record with what a node remembers.
    pub(super) fn append(&mut self, records: Vec<ByteBuf>) {
        self.append_content(&codec::encode_parts(&Entry { bodies: [], records }).unwrap());
    }

    /// Appends one record with any content.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn append_content(&mut self, content: &[u8]) {
        self.sequence += 1;
        if self.len >= SEGMENT_BYTES {
            self.segment.flush().unwrap();
            (self.segment, self.len) = segment(&self.folder, self.sequence);
        }
        let len = u32::try_from(content.len()).unwrap().to_be_bytes();
        let sequence = self.sequence.to_be_bytes();
        let parts: [&[u8]; 4] = [&LIFE, &len, &sequence, content];
        let sum = parts.into_iter().fold(0, crc32c::crc32c_append);
        let sum = u32::to_be_bytes(sum);
        for part in [&len[..], &sequence, &sum, content] {
            self.segment.write_all(part).unwrap();
            self.len += u64::try_from(part.len()).unwrap();
        }
    }

    /// Writes what is left.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn end(mut self) {
        self.segment.flush().unwrap();
    }
}

/// Begins a segment; gives its length.
fn segment(folder: &Path, first: u64) -> (BufWriter<File>, u64) {
    let path = folder.join(format!("{first:016x}.journal"));
    let mut segment = BufWriter::new(File::create_new(path).unwrap());
    let mut head = b"CNCDJRNL".to_vec();
    head.extend(FORMAT.to_be_bytes());
    head.extend(LIFE);
    head.extend(first.to_be_bytes());
    head.extend(crc32c::crc32c(&head).to_be_bytes());
    segment.write_all(&head).unwrap();
    (segment, u64::try_from(head.len()).unwrap())
}
