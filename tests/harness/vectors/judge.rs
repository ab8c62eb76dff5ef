//! The protocol's own verdict over the bytes of a case, by the structure that the case names.
//!
//! The class of a refusal is the name of the fault, or of its kind and the fault, as `scan: trailing`.

pub(super) mod proofs;

use core::fmt::Debug;

use concord_protocol::audit::evidence;
use concord_protocol::audit::verify;
use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::engine::record::Record;
use concord_protocol::envelope;
use concord_protocol::envelope::header::Header;
use concord_protocol::envelope::open;
use concord_protocol::envelope::open::Received;
use concord_protocol::feed::check;
use concord_protocol::feed::list::Form;
use concord_protocol::feed::list::List;
use concord_protocol::feed::listed::Listed;
use concord_protocol::feed::op::Op;
use concord_protocol::identity::ceremony;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::charter::chain;
use concord_protocol::identity::charter::chain::ChainError;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::notice;
use concord_protocol::identity::notice::Notice;
use concord_protocol::identity::revocation;
use concord_protocol::identity::revocation::Revocation;
use concord_protocol::identity::root::RootAnnouncement;
use concord_protocol::identity::staff;
use concord_protocol::identity::staff::StaffList;
use concord_protocol::ids::LogNumber;
use concord_protocol::limits::CHAIN_DOCUMENTS_MAX;
use concord_protocol::limits::MEMBERS_MAX;
use concord_protocol::limits::MIRROR_ENTRY_PARTS_MAX;
use concord_protocol::limits::MIRROR_PARTS_MAX;
use concord_protocol::limits::OFFER_MESSAGES_MAX;
use concord_protocol::limits::RECEIPT_MESSAGES_MAX;
use concord_protocol::limits::TILE_HASHES;
use concord_protocol::log::checkpoint;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::succession;
use concord_protocol::log::tile;
use concord_protocol::message::content::Content;
use concord_protocol::message::kind::Kind;
use concord_protocol::wire::dispatch;
use concord_protocol::wire::dispatch::Dispatch;
use concord_protocol::wire::file::FileAnswer;
use concord_protocol::wire::file::FileRequest;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Introduction;
use concord_protocol::wire::greeting;
use concord_protocol::wire::mirror::MirrorPart;

use crate::vectors::Case;
use crate::vectors::federation;
use crate::vectors::federation::Federation;
use crate::vectors::federation::NOW;
use crate::vectors::federation::RECEIVER;
use crate::vectors::federation::SENDER;
use crate::vectors::federation::TOLERANCE;

/// A structure that crosses a border: its name in the cases, how it is judged, and its rule in the grammar.
#[derive(Clone, Copy, Debug)]
pub struct Structure {
    /// As `structure` says it.
    pub name: &'static str,
    /// The rule in `spec/cddl`; `None` for what is not CBOR.
    pub rule: Option<&'static str>,
    judge: fn(&[u8]) -> Result<Vec<u8>, String>,
}

/// Every structure that crosses a border or lies on the disk.
pub const STRUCTURES: &[Structure] = &[
    of("value", Some("value"), plain::<Value>),
    of("charter-payload", Some("charter"), plain::<Charter>),
    of("charter", Some("signed-charter"), charter),
    of("charter-chain", Some("charter-chain"), charter_chain),
    of("credential-payload", Some("credential"), plain::<Credential>),
    of("credential", Some("signed-credential"), credential),
    of("credential-request", Some("credential-request"), plain::<CredentialRequest>),
    of("revocation-payload", Some("revocation"), plain::<Revocation>),
    of("revocation", Some("signed-revocation"), revocation),
    of("notice-payload", Some("address-notice"), plain::<Notice>),
    of("address-notice", Some("signed-notice"), notice),
    of("staff-list-payload", Some("staff-list"), plain::<StaffList>),
    of("staff-list", Some("signed-staff-list"), staff_list),
    of("approvals", Some("approvals"), approvals),
    of("root-announcement", Some("root-announcement"), plain::<RootAnnouncement>),
    of("transcript", Some("signed-transcript"), transcript),
    of("header", Some("header"), header),
    of("message", Some("offered-message"), message),
    of("leaf", Some("leaf"), plain::<Leaf>),
    of("checkpoint", None, checkpoint),
    of("cosigned-checkpoint", None, proofs::cosigned_checkpoint),
    of("vkey", None, proofs::vkey),
    of("policy", None, proofs::policy),
    of("tlog-proof", None, proofs::tlog_proof),
    of("cose-receipt", Some("cose-receipt"), proofs::cose_receipt),
    of("bundle", None, bundle),
    of("evidence", Some("evidence"), evidence),
    of("succession", Some("signed-succession"), succession),
    of("succession-approval", Some("signed-succession-approval"), approval),
    of("entries-tile", None, entries_tile),
    of("hash-tile", None, hash_tile),
    of("dispatch-payload", Some("dispatch"), plain::<Dispatch>),
    of("dispatch", Some("signed-dispatch"), dispatch),
    of("frame", Some("frame"), frame),
    of("greeting", Some("frame"), greeting),
    of("introduction", Some("introduction"), plain::<Introduction>),
    of("sealed-file", None, super::file::judge),
    of("file-request", Some("file-request"), plain::<FileRequest>),
    of("file-answer", Some("file-answer"), plain::<FileAnswer>),
    of("record", Some("record"), plain::<Record>),
    of("feed-row", Some("feed-row"), feed_row),
    of("feed-change", Some("feed-change"), feed_change),
    of("feed-list", None, feed_list),
];

const fn of(
    name: &'static str,
    rule: Option<&'static str>,
    judge: fn(&[u8]) -> Result<Vec<u8>, String>,
) -> Structure {
    Structure { name, rule, judge }
}

/// The names of all structures, bodies included.
pub fn names() -> impl Iterator<Item = &'static str> {
    STRUCTURES.iter().map(|known| known.name).chain(Kind::all().iter().map(|kind| kind.text()))
}

/// What `expect` should say of the bytes, and the bytes as they are written again when they are taken.
///
/// # Panics
/// When no structure has this name.
pub fn verdict(case: &Case) -> (String, Option<Vec<u8>>) {
    match judge(&case.structure, &case.content()) {
        Ok(again) => (crate::vectors::ACCEPTED.to_owned(), Some(again)),
        Err(class) => (format!("refused: {class}"), None),
    }
}

/// Lets the protocol judge some bytes as a structure. Gives back the bytes written again, or the class of refusal.
///
/// # Errors
/// The class.
///
/// # Panics
/// When no structure has this name.
pub fn judge(structure: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
    if let Some(kind) = Kind::all().iter().find(|kind| kind.text() == structure) {
        return content(*kind, bytes);
    }
    let known = STRUCTURES.iter().find(|known| known.name == structure);
    let known = known.unwrap_or_else(|| panic!("no structure is called {structure}"));
    (known.judge)(bytes)
}

/// What is sealed, of one kind. The class is the first fault and where it stands.
fn content(kind: Kind, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let tree: Value = codec::decode(bytes).map_err(|error| class(&error))?;
    let content = Content::read(kind, &tree).map_err(|faults| {
        let first = &faults[0];
        format!("{} at {}", first.code.text(), first.pointer)
    })?;
    // Another way to say the same is not what is sealed (env-25).
    let written = content.write();
    if written == tree { Ok(codec::encode(&written).unwrap()) } else { Err("form".to_owned()) }
}

fn plain<T: Encoded>(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let value: T = codec::decode(bytes).map_err(|error| class(&error))?;
    Ok(codec::encode(&value).unwrap())
}

fn feed_row(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let listed = Listed::read(bytes).map_err(|fault| fault.code.to_string())?;
    listed.bytes().map_err(|fault| fault.code.to_string())
}

fn feed_change(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let op = Op::read(bytes).map_err(|fault| fault.code.to_string())?;
    op.bytes().map_err(|fault| fault.code.to_string())
}

/// A list of entries. It may have been deflated by another program, so what was read is not deflated again.
fn feed_list(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let list = List::open(bytes, Form::Entries).map_err(|fault| fault.code.to_string())?;
    let judged = check::entries(&list, &mut |_, _| Ok(()));
    judged.map(|()| bytes.to_vec()).map_err(|fault| fault.code.to_string())
}

/// A header by itself: its one form, and the rules that need nobody else.
fn header(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let header: Header = codec::decode(bytes).map_err(|error| class(&error))?;
    header.check().map_err(|error| class(&error))?;
    Ok(codec::encode(&header).unwrap())
}

fn charter(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let pin = Federation::fixed().verified().digest();
    charter::verify(bytes, Some(pin))
        .map(|verified| verified.bytes().to_vec())
        .map_err(|error| class(&error))
}

fn charter_chain(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let pin = Federation::fixed().verified().digest();
    let code = |error: ChainError| error.code().to_owned();
    let documents = chain::read(bytes).map_err(code)?;
    let chain = chain::verify(&documents, Some(pin)).map_err(code)?;
    let documents: Vec<Vec<u8>> = chain.documents().map(|(_, bytes)| bytes.to_vec()).collect();
    chain::write(&documents).map_err(code)
}

fn credential(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let verified =
        credential::verify(bytes, Federation::fixed().verified()).map_err(|error| class(&error))?;
    verified.valid_at(NOW, TOLERANCE).map_err(|error| class(&error))?;
    Ok(verified.bytes().to_vec())
}

fn transcript(bytes: &[u8]) -> Result<Vec<u8>, String> {
    ceremony::verify(bytes).map(|_| bytes.to_vec()).map_err(|error| class(&error))
}

fn revocation(bytes: &[u8]) -> Result<Vec<u8>, String> {
    revocation::verify(bytes, Federation::fixed().verified())
        .map(|verified| verified.bytes().to_vec())
        .map_err(|error| class(&error))
}

fn staff_list(bytes: &[u8]) -> Result<Vec<u8>, String> {
    staff::verify(bytes, Federation::fixed().verified())
        .map(|verified| verified.bytes().to_vec())
        .map_err(|error| class(&error))
}

fn approvals(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let read = envelope::approvals::read(bytes).map_err(|_| "form".to_owned())?;
    Ok(codec::encode(&read).unwrap())
}

/// A notice under the sender's credential.
fn notice(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let directory = &Federation::fixed().directory;
    let credential = directory.newest(&federation::agency(SENDER)).expect("the sender has one");
    notice::verify(bytes, credential)
        .map(|verified| verified.bytes().to_vec())
        .map_err(|error| class(&error))
}

/// A message and its body, as an offer carries them: `{0: message, 1: sealed}`.
fn message(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let offered: concord_protocol::wire::offer::OfferedMessage =
        codec::peek(bytes).ok_or_else(|| "shape".to_owned())?;
    let again = codec::encode_parts(&offered).unwrap();
    let received = Received::new(
        offered.message.into_vec(),
        offered.sealed.map(serde_bytes::ByteBuf::into_vec),
    );
    let (from, me) = (federation::agency(SENDER), federation::agency(RECEIVER));
    let directory = &Federation::fixed().directory;
    let verified = open::verify(received, directory, &from, &me, NOW, TOLERANCE)
        .map_err(|error| format!("{} ({})", error.code(), class(&error)))?;
    if verified.sealed().is_some() {
        open::open(&verified, &federation::sealing_key(RECEIVER))
            .map_err(|error| format!("{} ({})", error.code(), class(&error)))?;
    }
    Ok(again)
}

fn checkpoint(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let origin =
        Federation::fixed().directory.origin(&federation::agency(SENDER), LogNumber::new(1));
    let key = federation::key(SENDER, "log").public();
    let signed = checkpoint::verify(bytes, &origin, &key).map_err(|error| class(&error))?;
    Ok(signed.note().to_vec())
}

fn bundle(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let pin = Federation::fixed().verified().digest();
    match verify::verify(bytes, Some(pin)) {
        Ok(_) => Ok(bytes.to_vec()),
        Err(finding) => Err(finding.code().to_string()),
    }
}

fn evidence(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let pin = Federation::fixed().verified().digest();
    match evidence::judge::verify(bytes, Some(pin)) {
        Ok(accusation) => Ok(accusation.bytes().to_vec()),
        Err(flaw) => Err(flaw.code().to_owned()),
    }
}

fn succession(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let verified = succession::verify_statement(bytes, &Federation::fixed().directory);
    verified.map(|verified| verified.bytes().to_vec()).map_err(|error| class(&error))
}

/// An approval of the statement in `succession-good`.
fn approval(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let world = Federation::fixed();
    let statement = crate::vectors::succession::statement(world);
    let statement = succession::verify_statement(&statement, &world.directory).unwrap();
    let verified = succession::verify_approval(bytes, &statement, &world.directory);
    verified.map(|verified| verified.bytes().to_vec()).map_err(|error| class(&error))
}

fn entries_tile(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let leaves = tile::read_bundle(bytes, 3).map_err(|error| class(&error))?;
    Ok(tile::write_bundle(&leaves).unwrap())
}

fn hash_tile(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let hashes: Option<Vec<Digest>> = tile::hashes_from(bytes);
    let fits = hashes.filter(|hashes| (1..=TILE_HASHES).contains(&hashes.len()));
    let hashes = fits.ok_or_else(|| "length".to_owned())?;
    Ok(tile::hash_bytes(&hashes))
}

/// A frame within the bounds of the grammar; a node judges them together with what the frame says.
fn frame(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let frame: Frame = codec::decode(bytes).map_err(|error| class(&error))?;
    if is_bounded(&frame) { Ok(codec::encode(&frame).unwrap()) } else { Err("bounds".to_owned()) }
}

fn is_bounded(frame: &Frame) -> bool {
    let parts = |parts: &[MirrorPart], least: usize| {
        (least..=MIRROR_PARTS_MAX).contains(&parts.len())
            && parts.iter().all(|part| (1..=MIRROR_ENTRY_PARTS_MAX).contains(&part.of))
    };
    match frame {
        Frame::Offer(offer) => (1..=OFFER_MESSAGES_MAX).contains(&offer.messages.len()),
        Frame::Receipt(receipt) => (1..=RECEIPT_MESSAGES_MAX).contains(&receipt.items.len()),
        Frame::Evidence(talk) => talk.is_bounded(),
        Frame::Mirror(mirror) => parts(&mirror.parts, 1),
        Frame::Recalled(recalled) => parts(&recalled.parts, 0),
        Frame::Succession(ended) => ended.approvals.len() <= MEMBERS_MAX,
        Frame::Charters(documents) => documents.len() <= CHAIN_DOCUMENTS_MAX,
        Frame::Greeting(_)
        | Frame::Credential(_)
        | Frame::Ping(_)
        | Frame::Pong(_)
        | Frame::Witness(_)
        | Frame::Witnessed(_)
        | Frame::Lift(_)
        | Frame::Mirrored(_)
        | Frame::Recall(_)
        | Frame::Approval(_)
        | Frame::Revocation(_)
        | Frame::Notice(_)
        | Frame::Staff(_)
        | Frame::Keyed(_) => true,
        Frame::Blinded(asked) => asked.is_bounded(),
    }
}

fn dispatch(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let directory = &Federation::fixed().directory;
    let (from, me) = (federation::agency(SENDER), federation::agency(RECEIVER));
    let verified = dispatch::verify(bytes, directory, &from, &me).map_err(|error| class(&error))?;
    Ok(verified.bytes().to_vec())
}

/// A greeting of the sender as the receiver checks it.
fn greeting(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let frame: Frame = codec::decode(bytes).map_err(|error| class(&error))?;
    let Frame::Greeting(found) = frame else { return Err("bad-frame".to_owned()) };
    let directory = &Federation::fixed().directory;
    let (from, me) = (federation::agency(SENDER), federation::agency(RECEIVER));
    greeting::meet(found, directory, &from, &me).map_err(|code| code.text().to_owned())?;
    Ok(bytes.to_vec())
}

/// `Scan(Trailing { at: 7 })` becomes `scan: trailing`.
pub fn class(error: &impl Debug) -> String {
    let debug = format!("{error:?}");
    let mut names = Vec::new();
    let mut rest = debug.as_str();
    loop {
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        names.push(kebab(name));
        rest = after.trim_start_matches('(');
        let source =
            after.starts_with('(') && rest.starts_with(|letter: char| letter.is_ascii_uppercase());
        if !source {
            return names.join(": ");
        }
    }
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
