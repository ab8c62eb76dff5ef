//! Names, codes, times and words: short texts that people and programs write.

use std::fmt::Display;

use concord_node::api::auth::Token;
use concord_node::host::handle::MessageName;
use concord_node::keystore::passphrase::Passphrase;
use concord_node::keystore::share::Scheme;
use concord_node::keystore::share::Share;
use concord_node::keystore::share::paper;
use concord_node::report::code::Code;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::stream::FileKey;
use concord_protocol::identity::credential::rules;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::BasisCode;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::Party;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::log::checkpoint;
use concord_protocol::log::succession::code::Cause;
use concord_protocol::message::time::CivilDate;
use concord_protocol::message::time::Instant;
use concord_protocol::registry::CloseCode;
use concord_protocol::registry::FileCode;
use concord_protocol::registry::RefusalCode;
use concord_protocol::wire::mirror;

use crate::corpus::Start;
use crate::targets::Target;
use crate::targets::of;

pub(super) const TARGETS: &[Target] = &[
    of("name", Start::Texts(NAMES), name),
    of("time", Start::Texts(TIMES), time),
    of("address", Start::Texts(ADDRESSES), address),
    of("code", Start::Texts(CODES), code),
    of("share-words", Start::Shares, share_words),
    of("passphrase", Start::Texts(&["correct horse battery\n", "\r\n"]), passphrase),
];

const NAMES: &[&str] = &[
    "la.mps",
    "LA",
    "mekong",
    "LA-0042",
    "investigation",
    "018bcfe5-687b-7fff-bfff-ffffffffffff",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "concord/mekong/la.mps/log1",
];

const TIMES: &[&str] =
    &["2026-03-01", "2026-02-30", "2026-03-01T08:30:00.5+07:00", "1970-01-01T00:00:00Z"];

const ADDRESSES: &[&str] =
    &["192.0.2.1:7400", "[2001:db8::1]:7400", "node.example.org:7400", "[::1%lo]:0", "a..b:70000"];

const CODES: &[&str] = &["gap", "duplicate", "rollback", "3-of-5", "config-invalid"];

/// Feeds a text to a reader: what it takes shows itself as it was written.
fn reads<T: Display, E>(text: &str, parse: impl Fn(&str) -> Result<T, E>) {
    if let Ok(taken) = parse(text) {
        assert_eq!(taken.to_string(), text, "what is taken is shown as it was written");
    }
}

fn name(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    reads(text, AgencyId::parse);
    reads(text, Party::parse);
    reads(text, CharterName::parse);
    reads(text, StaffNumber::parse);
    reads(text, PurposeCode::parse);
    reads(text, BasisCode::parse);
    reads(text, MessageId::parse);
    reads(text, ProcedureId::parse);
    reads(text, Digest::parse);
    if let Ok(key) = FileKey::parse(text) {
        assert_eq!(key.text().as_str(), text, "a key has one text");
    }
    drop(MessageName::parse(text));
    if let Some(name) = mirror::log_name(text) {
        assert!(!name.contains(['/', '.', '\\']), "a folder's name leads nowhere else");
    }
    drop(checkpoint::parse_foreign(text));
    drop(Token::parse(text));
}

fn time(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    reads(text, CivilDate::parse);
    if let Ok(instant) = Instant::parse(text) {
        assert_eq!(instant.as_str(), text);
        let shown = Instant::parse(&instant.at().to_string()).expect("an instant is shown as one");
        assert_eq!(shown.at(), instant.at());
    }
}

fn address(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if rules::address(text).is_ok() {
        assert!(rules::addresses([text].into_iter()).is_ok());
        assert!(!text.contains(char::is_whitespace) && !text.contains(char::is_control));
    }
}

fn code(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let same = |found: Option<&str>| assert!(found.is_none_or(|found| found == text));
    same(CloseCode::parse(text).map(CloseCode::text));
    same(FileCode::parse(text).map(FileCode::text));
    same(RefusalCode::parse(text).map(RefusalCode::text));
    same(Cause::parse(text).map(Cause::text));
    same(Code::parse(text).map(Code::text));
    if let Ok(scheme) = Scheme::parse(text) {
        assert!(2 <= scheme.threshold && scheme.threshold <= scheme.count);
    }
}

/// A share on paper is the same share when it is written again, in words or as a line.
fn share_words(bytes: &[u8]) {
    if let Ok(share) = Share::from_bytes(bytes) {
        assert_eq!(share.to_bytes().as_slice(), bytes);
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(share) = paper::read(text) {
        for written in [paper::words(&share), paper::line(&share)] {
            let again = paper::read(&written).expect("what was written is read");
            assert_eq!(again.to_bytes(), share.to_bytes());
        }
    }
}

fn passphrase(bytes: &[u8]) {
    if let Some(taken) = Passphrase::from_line(bytes) {
        assert!(!taken.expose().is_empty() && bytes.starts_with(taken.expose()));
    }
}
