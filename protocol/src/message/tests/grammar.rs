//! The grammar of the specification is printed from the declarations.

use alloc::format;

use super::compare;
use crate::message::content::Content;

const HEAD: &str = "\
; What is sealed, and the bodies of every kind: maps with text keys, the same in CBOR and in JSON.
; Printed from the declarations in `protocol::message`; renewed with CONCORD_BLESS=1.
; Sizes of texts are bytes. Conditions between fields stand in the chapter on messages.
";

#[test]
fn the_grammar_of_the_specification_says_what_the_reader_does() {
    // shows: msgk-29
    let said = format!("{HEAD}\n{}", Content::grammar().cddl());

    compare("cddl/message.cddl", &said);
}
