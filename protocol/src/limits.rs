//! Every bound of the protocol: its unit, why this number, and what happens at the edge.
//!
//! Uses nothing. Absent on purpose: bounds of one machine (queues, caches, files); those are settings of the node.

/// Longest body in plain form, in bytes. Source: spec env-12.
///
/// A batch of 500 persons with their names in two scripts stays below half of it; anything larger is an attachment.
pub const BODY_BYTES_MAX: usize = 512 * 1024;

/// Longest encoded content of a body: what is left beside its salt of 32 bytes. Source: spec msgk-28.
pub const CONTENT_BYTES_MAX: usize = BODY_BYTES_MAX - 32;

/// Longest signed header, COSE_Sign1 included, in bytes. Source: spec env-3.
pub const HEADER_BYTES_MAX: usize = 32 * 1024;

/// Longest sealed body, COSE_Encrypt with all its recipients, in bytes. Source: spec env-12.
pub const SEALED_BYTES_MAX: usize = BODY_BYTES_MAX + 64 * 1024;

/// Recipients of one message. Each one adds about 1,200 bytes to the sealed body.
pub const RECIPIENTS_MAX: usize = 32;

/// Parents that one message names.
pub const PARENTS_MAX: usize = 64;

/// Attachments that one header names.
pub const ATTACHMENTS_MAX: usize = 64;

/// Legal bases that one header names.
pub const LEGAL_BASES_MAX: usize = 16;

/// Longest text in a header (instrument, article, unit), in bytes.
pub const HEADER_TEXT_BYTES_MAX: usize = 200;

/// Longest text in a body field, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Longest list in a body field.
pub const LIST_MAX: usize = 1_000;

/// Longest single line in a body field (a name, a title, a reference), in bytes.
///
/// A hundred letters of Burmese or Khmer take three bytes each.
pub const LINE_BYTES_MAX: usize = 500;

/// Faults that one answer lists; the rest is counted in a last one. Source: spec msgk-2.
pub const FAULTS_MAX: usize = 256;

/// Deepest nesting of any encoded value. Beyond it: refused. Source: spec env-2.
pub const DEPTH_MAX: usize = 16;

/// Most items in any encoded value, counted before memory is taken. Source: spec env-2.
pub const ITEMS_MAX: usize = 65_536;

/// Longest leaf of the evidence log, in bytes: a C2SP entry bundle counts it in 16 bits.
pub const LEAF_BYTES_MAX: usize = 65_535;

/// Hashes in one full tile. Source: C2SP tlog-tiles.
pub const TILE_HASHES: usize = 256;

/// Messages covered by one dispatch.
pub const OFFER_MESSAGES_MAX: usize = 64;

/// Sealed bytes in one offer, before the offer is cut; one message always fits. Source: spec link-6.
pub const OFFER_BYTES_MAX: usize = 1024 * 1024;

/// Longest frame on a stream, in bytes. Beyond it: the connection is closed with `bad-frame`.
pub const FRAME_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Longest introduction frame, in bytes; all that a stranger may send.
pub const INTRODUCTION_BYTES_MAX: usize = 16 * 1024;

/// Messages offered on one link and not yet settled; more wait in the outbox.
pub const WINDOW_MESSAGES_MAX: usize = 1024;

/// Numbers that one receipt settles: a `receipt-held` leaf names each, with the longest codes and numbers in 90 bytes.
pub const RECEIPT_MESSAGES_MAX: usize = 512;

/// Messages that wait in the outbox of one link. Beyond it: a submission is refused with `busy`.
///
/// The engine keeps 64 bytes for each, so that an absent peer costs at most 4 MiB of memory.
pub const OUTBOX_MESSAGES_MAX: usize = 65_536;

/// Members of one charter.
pub const MEMBERS_MAX: usize = 64;

/// Languages in which one member is named. The region writes seven.
pub const MEMBER_NAMES_MAX: usize = 8;

/// Longest name of a member in one language, in bytes.
pub const MEMBER_NAME_BYTES_MAX: usize = 200;

/// Suites of algorithms that one charter names.
pub const SUITES_MAX: usize = 16;

/// Signed charter version, in bytes: each member adds about 3,600 for its hybrid signature and 2,100 for its root.
pub const CHARTER_BYTES_MAX: usize = 512 * 1024;

/// Signed credential, in bytes; it must fit an introduction.
pub const CREDENTIAL_BYTES_MAX: usize = 12 * 1024;

/// Addresses in one credential.
pub const ADDRESSES_MAX: usize = 8;

/// Longest address in one credential, in bytes: a DNS name, a colon and a port.
pub const ADDRESS_BYTES_MAX: usize = 259;

/// Credentials held of one member. Beyond it: a further serial is refused; monthly renewal fills it in twenty years.
pub const CREDENTIALS_PER_MEMBER_MAX: usize = 256;

/// Signed checkpoint, in bytes: a C2SP note with at most 16 signature lines.
pub const CHECKPOINT_BYTES_MAX: usize = 16 * 1024;

const _: () = assert!(HEADER_BYTES_MAX < LEAF_BYTES_MAX);
const _: () = assert!(HEADER_BYTES_MAX + SEALED_BYTES_MAX < OFFER_BYTES_MAX);
const _: () =
    assert!(OFFER_BYTES_MAX + OFFER_MESSAGES_MAX * HEADER_BYTES_MAX + 4096 < FRAME_BYTES_MAX);
const _: () = assert!(RECEIPT_MESSAGES_MAX * 90 + 1024 < LEAF_BYTES_MAX);
const _: () = assert!(CREDENTIAL_BYTES_MAX < INTRODUCTION_BYTES_MAX);
const _: () = assert!(
    MEMBERS_MAX * (5_700 + MEMBER_NAMES_MAX * (MEMBER_NAME_BYTES_MAX + 40)) < CHARTER_BYTES_MAX
);
const _: () = assert!(ADDRESSES_MAX * ADDRESS_BYTES_MAX + 8 * 1024 < CREDENTIAL_BYTES_MAX);
