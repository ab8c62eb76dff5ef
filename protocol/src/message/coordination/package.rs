//! What is signed: every text of a document in every language, and every annex, under one digest.

use alloc::vec::Vec;

use crate::codec;
use crate::codec::value::Map;
use crate::codec::value::Value;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Label;
use crate::message::field::Field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::LanguageTag;

record! {
    /// The text in one language; the file travels beside the message.
    OutcomeText {
        /// The language.
        lang: LanguageTag,
        /// SHA-256 of the file.
        digest: Digest,
        /// Whether it counts.
        authentic: bool,
    }
}

choice! {
    /// What an annex sets for every node. Source: DOMAIN 2.6.
    AnnexKind {
        /// By when what is answered.
        DeadlineProfile = "deadline-profile",
        /// How each Party classes grounds for refusal.
        RefusalProfiles = "refusal-profiles",
        /// How long what is kept.
        RetentionTable = "retention-table",
        /// Who is reached where.
        ContactDirectory = "contact-directory",
        /// What handling means.
        HandlingPolicy = "handling-policy",
    }
}

record! {
    /// One annex; the file travels beside the message.
    OutcomeAnnex {
        /// What it sets.
        kind: AnnexKind,
        /// SHA-256 of the file.
        digest: Digest,
    }
}

/// The digest of a package; `None` for what has no encoding.
///
/// Shape: SHA-256 labelled `concord/1 outcome package` over the deterministic CBOR of a map with the texts, sorted by
/// language, and the annexes, sorted by their kind as it is written. Source: DOMAIN annex, spec msgk-112.
// spec: msgk-112
pub fn package_digest(texts: &[OutcomeText], annexes: &[OutcomeAnnex]) -> Option<Digest> {
    let mut texts: Vec<&OutcomeText> = texts.iter().collect();
    texts.sort_by(|one, other| one.lang.cmp(&other.lang));
    let mut annexes: Vec<&OutcomeAnnex> = annexes.iter().collect();
    annexes.sort_by_key(|annex| annex.kind.text());

    let mut map = Map::new();
    let texts = Value::List(texts.into_iter().map(Field::write).collect());
    let annexes = Value::List(annexes.into_iter().map(Field::write).collect());
    // A new map has none of its keys yet.
    drop(map.put("texts", texts));
    drop(map.put("annexes", annexes));
    let bytes = codec::encode(&Value::Map(map)).ok()?;
    Some(digest::labelled(Label::OutcomePackage, &[&bytes]))
}
