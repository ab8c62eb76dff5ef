//! A source is protected by what is not said: words that tell how something became known.
//!
//! The wire has no field for a source; a sentence can give one away all the same.

use crate::codec::value::Value;
use crate::message::body::Body;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::pointer::Pointer;
use crate::message::subject_line;

/// Words that tell of a person who tells, of an officer who hides, or of a line that is listened to.
///
/// Words of dictionaries, in the languages of the Parties; a proposal that speakers of each have to settle. Nobody who speaks
/// them has looked at those in Chinese, Thai, Vietnamese, Khmer, Lao and Burmese. Left out are words that mean something
/// harmless as often: a mole, a tip, 内线 (an extension), tố giác (to report a crime).
#[rustfmt::skip]
const WORDS: &[&str] = &[
    // English
    "informant", "informants", "informer", "informers", "whistleblower", "whistleblowers", "undercover", "infiltrator",
    "infiltrators", "infiltrated", "covert source", "human source", "confidential source", "protected source",
    "wiretap", "wiretaps", "wiretapped", "wiretapping", "eavesdropping", "eavesdropped", "phone tap", "phone taps",
    // Chinese: informer, one's eyes, spy, who informs in secret, undercover, listening in, tapping
    "线人", "線人", "眼线", "眼線", "密探", "告密", "卧底", "臥底", "窃听", "竊聽", "监听", "監聽",
    // Thai: secret agent, informer, who pursues in secret, hidden among others, tapping
    "สายลับ", "สายข่าว", "สายสืบ", "แฝงตัว", "ดักฟัง",
    // Vietnamese: informer, inside man, secret helper of the police, planted among others, listening in
    "chỉ điểm", "tay trong", "đặc tình", "nằm vùng", "nghe lén", "nghe trộm",
    // Khmer: secret agent, spy, listening in
    "ភ្នាក់ងារសម្ងាត់", "ចារបុរស", "លួចស្តាប់",
    // Lao: secret agent, informer, listening in, tapping
    "ສາຍລັບ", "ສາຍສືບ", "ລັກຟັງ", "ດັກຟັງ",
    // Burmese: informer, spy, listening in
    "သတင်းပေး", "သူလျှို", "ခိုးနားထောင်",
];

/// Adds a fault at each text that has such a word, in a message that tells what somebody knows.
///
/// It is no more than a warning: whoever has looked says so in the submission. The word is not repeated.
// spec: msgk-121
pub(super) fn refuse(body: &Body, written: &Value, at: &Pointer<'_>, faults: &mut Faults) {
    let tells = matches!(
        body,
        Body::IntelligenceReport(_)
            | Body::Notice(_)
            | Body::InformationReply(_)
            | Body::CoreData(_)
            | Body::Correction(_)
    );
    if tells {
        refuse_in(written, at, faults);
    }
}

/// Its depth is bounded where it was read.
fn refuse_in(value: &Value, at: &Pointer<'_>, faults: &mut Faults) {
    match value {
        Value::Text(text) => {
            let text = text.to_lowercase();
            if WORDS.iter().any(|word| subject_line::has_word(&text, word)) {
                let reason = "a word here may give away how it became known: say it without, or say with \
                              `sources_checked` that somebody has looked and it gives nobody away";
                faults.add(at, FaultCode::Conflicting, reason);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                refuse_in(item, &at.item(index), faults);
            }
        }
        Value::Map(map) => {
            for (key, value) in map.iter() {
                refuse_in(value, &at.key(key), faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) => {}
    }
}
