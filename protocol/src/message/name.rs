//! Names of people, without the idea that everybody has a first and a last one.
//!
//! What was written is kept as it was written, in its own script; Latin letters are an aid beside it.
//! Absent on purpose: matching (`names`), sorting, and any reordering of parts.

use crate::message::fault::FaultCode;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list::OneOrMore;
use crate::message::text::LanguageTag;
use crate::message::text::Line;
use crate::message::text::ScriptCode;
use crate::message::text::WrittenBytes;

choice! {
    /// What a part of a name is. Source: DOMAIN 1.1 and 5.
    NamePartRole {
        /// A family name.
        Family = "family",
        /// A given name.
        Given = "given",
        /// A middle name.
        Middle = "middle",
        /// The father's name.
        Patronymic = "patronymic",
        /// A title, such as U, Daw, ທ້າວ or นาย.
        Honorific = "honorific",
        /// The name, or what is left of it, has no parts, or nobody knows them.
        Undivided = "undivided",
    }
}

record! {
    /// A part of a name.
    NamePart {
        /// As it is written.
        text: Line,
        /// What it is.
        role: NamePartRole,
    }
}

choice! {
    /// Which part is written first.
    NameOrder {
        /// The family name.
        FamilyFirst = "family-first",
        /// The given name.
        GivenFirst = "given-first",
        /// There is no order to speak of.
        Undivided = "undivided",
    }
}

choice! {
    /// What kind of name it is.
    NameKind {
        /// The name in official papers.
        Official = "official",
        /// A name used instead.
        Alias = "alias",
        /// A nickname.
        Nickname = "nickname",
        /// A name before marriage.
        Maiden = "maiden",
        /// As the machine-readable zone of a document has it.
        Mrz = "mrz",
        /// A name on some platform.
        Handle = "handle",
    }
}

choice! {
    /// How a text was written that was not Unicode.
    WritingEncoding {
        /// Burmese in Zawgyi.
        Zawgyi = "zawgyi",
    }
}

record! {
    /// A name as it came, before it was made Unicode. Source: spec nam-4.
    OriginalWriting {
        /// What it was.
        encoding: WritingEncoding,
        /// Its bytes.
        utf8: WrittenBytes,
    }
}

/// The field of a name that holds it whole.
pub const WHOLE_NAME: &str = "full_original";

/// The field that holds a name as it came.
pub const ORIGINAL_WRITING: &str = "original_writing";

record! {
    /// One name of a person. Source: DOMAIN 1.1, spec msgk-9.
    PersonName {
        /// The whole name as it is written, in its own script.
        full_original: Line,
        /// That script.
        script: ScriptCode,
        /// The language it belongs to.
        lang: LanguageTag,
        /// Its parts; a name that cannot be divided is one undivided part.
        parts: OneOrMore<NamePart>,
        /// Which part is written first.
        order_as_written: Option<NameOrder>,
        /// What kind of name it is.
        kind: NameKind,
        /// The name in Latin letters.
        latin_form: Option<Line>,
        /// By which system it was put into Latin letters.
        transliteration_system: Option<Line>,
        /// Where the name was found.
        source: Option<Line>,
        /// How it came, where that was not Unicode.
        original_writing: Option<OriginalWriting>,
    }
    rules(at, faults) {
        // spec: msgk-9
        // An undivided rest beside a title is common; beside a family name it would be a part like the others.
        let is = |role: NamePartRole| parts.iter().flat_map(|parts| parts.iter()).any(|part| part.role == role);
        let divided = [NamePartRole::Family, NamePartRole::Given, NamePartRole::Middle, NamePartRole::Patronymic];
        if is(NamePartRole::Undivided) && divided.into_iter().any(is) {
            let reason = "an undivided name has no family, given, middle or patronymic part";
            faults.add(&at.key("parts"), FaultCode::Conflicting, reason);
        }
    }
}
