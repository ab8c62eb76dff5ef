//! Frames of a file stream, and what an answer is worth.

use alloc::vec::Vec;

use crate::codec;
use crate::crypto::digest;
use crate::registry::FileCode;
use crate::wire::file::FileAnswer;
use crate::wire::file::FileHead;
use crate::wire::file::FileRefusal;
use crate::wire::file::FileRequest;
use crate::wire::file::Heard;

#[test]
fn a_request_and_every_answer_come_back_as_they_were_written() {
    // shows: fil-31
    let request = FileRequest { digest: digest::sha256(b"a file"), offset: 1 << 40 };
    let bytes = codec::encode(&request).expect("short");
    assert_eq!(codec::decode::<FileRequest>(&bytes), Ok(request));
    let refusals =
        FileCode::ALL.iter().map(|code| FileAnswer::Refused(FileRefusal { code: *code }));
    let answers: Vec<FileAnswer> =
        refusals.chain([FileAnswer::File(FileHead { length: u64::from(u32::MAX) })]).collect();
    for answer in answers {
        let bytes = codec::encode(&answer).expect("short");
        assert_eq!(codec::decode::<FileAnswer>(&bytes), Ok(answer));
    }
}

#[test]
fn an_answer_is_the_rest_a_refusal_or_another_file() {
    // shows: fil-32
    let file = |length| FileAnswer::File(FileHead { length });
    assert_eq!(file(100).hear(100, 40), Heard::Rest(60));
    assert_eq!(file(100).hear(100, 100), Heard::Rest(0));
    assert_eq!(file(101).hear(100, 40), Heard::OtherFile);
    assert_eq!(file(100).hear(100, 101), Heard::OtherFile);
    let refused = FileAnswer::Refused(FileRefusal { code: FileCode::Gone });
    assert_eq!(refused.hear(100, 40), Heard::Refused(FileCode::Gone));
}
