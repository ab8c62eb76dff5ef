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

/// Messages that an author may have seen in a procedure and still add one. Beyond it: a further one is refused with
/// `procedure-full`; 5,500 persons in eleven batches make fewer. Who is whose ancestor takes a bit for each pair: 32 MiB for
/// the longest, while it is folded. Source: spec pro-20.
pub const TRANSCRIPT_ACTS_MAX: usize = 16_384;

/// The last of these messages, which are kept for what decides, protects and takes back. Source: spec pro-20.
pub const TRANSCRIPT_RESERVED: usize = 1_024;

/// Messages of one agency in a procedure: half of all, so that nobody alone fills it. Source: spec pro-20.
pub const AUTHOR_ACTS_MAX: usize = TRANSCRIPT_ACTS_MAX / 2;

/// Messages of one agency in a procedure of which the next one follows none. An agency's own node lets it have no more
/// drafts on their way at once; only who lies comes to it elsewhere. Source: spec pro-21.
pub const OWN_BESIDE_MAX: usize = 64;

/// Messages of a procedure at one node, whatever agencies do that lie together. Source: spec pro-20.
pub const TRANSCRIPT_PLACES_MAX: usize = 2 * TRANSCRIPT_ACTS_MAX;

/// Messages of one agency in a procedure that wait for a parent, or waited and were refused. Beyond it: a further one is
/// refused with `procedure-full`. Source: spec pro-22.
pub const UNPLACED_ACTS_MAX: usize = 1_024;

/// Remarks of one agency in a procedure that went to some participants only. Source: spec pro-22.
pub const ASIDES_MAX: usize = AUTHOR_ACTS_MAX;

/// Memory for the procedures that the engine holds ready, in bytes, by estimate. Beyond it: those that were not used for
/// longest are read again from the store when a message of theirs comes. The longest one fits. Source: spec pro-12.
pub const PROCEDURES_HELD_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Attachments that one header names.
pub const ATTACHMENTS_MAX: usize = 64;

/// Longest sealed file beside a message, in bytes: 1 TiB, a large disk. Under one key AES-GCM would seal 64 TiB in chunks of
/// 16 KiB before its nonces are to be counted. A node may take less. Source: spec fil-1.
pub const FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024 * 1024;

/// Longest frame on a file stream, in bytes: a digest and a number, or a code. Source: spec fil-31.
pub const FILE_FRAME_BYTES_MAX: usize = 128;

/// Files that each side asks for at once on one connection. Beyond it: it waits for one of its streams. Source: spec wire-90.
pub const FILE_STREAMS_MAX: u32 = 2;

/// Legal bases that one header names.
pub const LEGAL_BASES_MAX: usize = 16;

/// Longest text in a header (instrument, article, unit), in bytes.
pub const HEADER_TEXT_BYTES_MAX: usize = 200;

/// Longest text in a body field, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Papers of one person in one record: more than anybody has, of several States and times, and as many as are compared by name.
/// Beyond it: somebody else's. Source: spec msgk-150.
pub const PERSON_PAPERS_MAX: usize = 32;

/// Samples of one person in one record: ten fingers, two irises, faces, DNA, and each twice at most. Source: spec msgk-150.
pub const PERSON_SAMPLES_MAX: usize = 32;

/// Longest list in a body field.
pub const LIST_MAX: usize = 1_000;

/// People on one manifest: as many as a transit Party checks in a day. Beyond it: a further batch. Source: spec msgk-75.
pub const MANIFEST_ENTRIES_MAX: usize = 500;

/// Longest single line in a body field (a name, a title, a reference), in bytes.
///
/// A hundred letters of Burmese or Khmer take three bytes each.
pub const LINE_BYTES_MAX: usize = 500;

/// Faults that one answer lists; the rest is counted in a last one. Source: spec msgk-2.
pub const FAULTS_MAX: usize = 256;

/// Changes to what was handed in that one answer lists; the rest is counted. Source: spec nam-2.
pub const CHANGES_MAX: usize = 256;

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

/// Messages that wait in the outbox of one link. Beyond it: a submission is refused with `busy`, and what is owed again
/// after a succession of the peer waits on the disk for room. Source: spec suc-18.
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

/// What one charter settles about procedures: most clauses.
pub const CLAUSES_MAX: usize = 1024;

/// The same in bytes, so that the largest charter of the most members still fits: room for the holidays of six Parties in
/// ten years. Beyond it: refused when it is drafted.
pub const CLAUSES_BYTES_MAX: usize = 32 * 1024;

/// Longest text of one clause, in bytes: an instrument's name is in it.
pub const CLAUSE_BYTES_MAX: usize = 200;

/// Stuck versions that one version resolves.
pub const RIVALS_MAX: usize = 8;

/// Documents of one chain: every version, and the rivals that resolutions name.
pub const CHAIN_DOCUMENTS_MAX: usize = 256;

/// All documents of one chain together, in bytes: a hundred versions among six members, a dozen among sixty-four.
pub const CHAIN_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Versions that a node holds beside those in force. Beyond it: a further one is refused until a version is adopted.
pub const OPEN_CHARTERS_MAX: usize = 128;

/// Signed credential, in bytes; it must fit an introduction.
pub const CREDENTIAL_BYTES_MAX: usize = 12 * 1024;

/// Addresses in one credential.
pub const ADDRESSES_MAX: usize = 8;

/// Longest address in one credential, in bytes: a DNS name, a colon and a port.
pub const ADDRESS_BYTES_MAX: usize = 259;

/// Shares that a root is split into. More people than these do not come together.
pub const SHARES_MAX: u8 = 16;

/// People that a transcript of a ceremony names.
pub const CEREMONY_PEOPLE_MAX: usize = 32;

/// Longest line of text in a transcript, in bytes.
pub const CEREMONY_TEXT_BYTES_MAX: usize = MEMBER_NAME_BYTES_MAX;

/// What a transcript says, without its signatures, in bytes: a root, 33 lines, 16 digests.
pub const TRANSCRIPT_BYTES_MAX: usize = 16 * 1024;

const _: () = assert!(
    (CEREMONY_PEOPLE_MAX + 1) * (CEREMONY_TEXT_BYTES_MAX + 3) + 4096 < TRANSCRIPT_BYTES_MAX
);

/// Signed revocation, in bytes: two signatures of a root, and a last good checkpoint for each log.
pub const REVOCATION_BYTES_MAX: usize = 6 * 1024;

/// Logs of which one revocation names the last good checkpoint. Beyond it: refused, for no agency ends so many logs.
pub const REVOCATION_LOGS_MAX: usize = 16;

/// Revocations held of one member. Beyond it: a further one is refused; each ends what all the root signed before.
pub const REVOCATIONS_PER_MEMBER_MAX: usize = 32;

/// Signed change of addresses, in bytes.
pub const NOTICE_BYTES_MAX: usize = 3 * 1024;

/// People on one staff list; one who changes office stands once for each. Beyond it: refused, for only those who vote on
/// messages stand there. Source: spec stf-2.
pub const STAFF_OFFICES_MAX: usize = 1024;

/// Signed staff list, in bytes: each office takes about 100.
pub const STAFF_LIST_BYTES_MAX: usize = 128 * 1024;

/// People who vote on one message beside its drafter. A3 takes two.
pub const APPROVERS_MAX: usize = 8;

/// The approvals of one message, in bytes: each vote takes about 140. Source: spec apr-3.
pub const APPROVALS_BYTES_MAX: usize = 2 * 1024;

/// How old a vote may be when its message is made, in days. Beyond it: refused, for what was right a month ago has to be
/// looked at again. Source: spec apr-1.
pub const VOTE_DAYS_MAX: u32 = 30;

const _: () = assert!(STAFF_OFFICES_MAX * 120 + 4096 < STAFF_LIST_BYTES_MAX);
const _: () = assert!((APPROVERS_MAX + 1) * 150 + 64 < APPROVALS_BYTES_MAX);

/// Credentials held of one member. Beyond it: a further serial is refused; monthly renewal fills it in twenty years.
pub const CREDENTIALS_PER_MEMBER_MAX: usize = 256;

/// Signed checkpoint, in bytes: a C2SP note with the log's line and those of all members as cosigners.
pub const CHECKPOINT_BYTES_MAX: usize = 16 * 1024;

/// Signed statement of a succession, in bytes: at most one checkpoint of 420 bytes for each member, and little else.
pub const STATEMENT_BYTES_MAX: usize = 31 * 1024;

/// Signed approval of a succession, in bytes: digest, names and a signature.
pub const APPROVAL_BYTES_MAX: usize = 512;

/// Note of a log of others, in bytes: 16 lines of the longest signatures known, 5 KB each, and some more. Source: spec log-26.
pub const FOREIGN_NOTE_BYTES_MAX: usize = 128 * 1024;

/// Policy file, in bytes. Source: spec log-24.
pub const POLICY_BYTES_MAX: usize = 128 * 1024;

/// Logs, witnesses and groups of one policy, each. Source: spec log-24.
pub const POLICY_LINES_MAX: usize = 256;

/// Proof file, in bytes: the longest leaf in base64, a path and a foreign note. Source: spec log-28.
pub const PROOF_BYTES_MAX: usize = 256 * 1024;

/// Hashes of one path: a tree of 64-bit size is no higher. Source: spec log-28.
pub const PROOF_PATH_MAX: usize = 64;

/// COSE receipt, in bytes: 64 hashes and an origin. Source: spec log-33.
pub const COSE_RECEIPT_BYTES_MAX: usize = 8 * 1024;

/// Checkpoint that a witness is asked to cosign, in bytes: the owner's line alone, for all of them stand in one small file.
pub const WITNESSED_NOTE_BYTES_MAX: usize = 1024;
/// What stands in a file of evidence beside the charter: two signed things, two credentials, two paths; or a succession
/// with a credential of every member; or two versions of the charter, of 260 KiB each. Source: spec evd-1.
pub const EVIDENCE_CASE_BYTES_MAX: usize = 640 * 1024;

/// Longest file of evidence, in bytes; it brings the chain of charters along, which is most of it.
pub const EVIDENCE_BYTES_MAX: usize = CHAIN_BYTES_MAX + EVIDENCE_CASE_BYTES_MAX;

/// Files of evidence held of one accused. Beyond it: a further one is not kept, for it would prove nothing new. Source: spec evd-15.
pub const EVIDENCE_PER_ACCUSED_MAX: usize = 64;

/// Files of one kind held of one accused, so that many forks leave room for a reused number. Source: spec evd-15.
pub const EVIDENCE_PER_KIND_MAX: usize = 9;

/// Files of evidence that one frame tells of: all that can be held of all members. Source: spec wire-50.
pub const EVIDENCE_TOLD_MAX: usize = MEMBERS_MAX * EVIDENCE_PER_ACCUSED_MAX;

/// Files of evidence that one frame asks for. Source: spec wire-52.
pub const EVIDENCE_WANTED_MAX: usize = 64;

const _: () =
    assert!(MEMBERS_MAX * CHECKPOINT_BYTES_MAX + EVIDENCE_TOLD_MAX * 34 < FRAME_BYTES_MAX);
const _: () = assert!(EVIDENCE_PER_KIND_MAX * 7 <= EVIDENCE_PER_ACCUSED_MAX);
const _: () = assert!(
    2 * (HEADER_BYTES_MAX + CREDENTIAL_BYTES_MAX) + LEAF_BYTES_MAX + 8192 < EVIDENCE_CASE_BYTES_MAX
);
const _: () = assert!(
    STATEMENT_BYTES_MAX + MEMBERS_MAX * (APPROVAL_BYTES_MAX + 6 * 1024) + 8192
        < EVIDENCE_CASE_BYTES_MAX
);
const _: () = assert!(EVIDENCE_BYTES_MAX + 4096 < FRAME_BYTES_MAX);

/// Signature lines of one note: the log's, and room for twice the cosigners of the largest charter. Source: spec log-10.
pub const NOTE_LINES_MAX: usize = 128;

/// Parts of mirrored entries in one frame.
pub const MIRROR_PARTS_MAX: usize = 1024;

/// Hashes and sealed bytes of one part of a mirrored entry. An entry that is longer has several parts. Source: spec wire-56.
pub const MIRROR_PART_BYTES_MAX: usize = 1024 * 1024;

/// Bytes that a mirror keeps of one log: a hundred million entries. Beyond it: the mirror answers that it has no room.
pub const MIRROR_LOG_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;

/// Parts of one mirrored entry: as many as the longest journal entry fills at half a MiB each.
pub const MIRROR_ENTRY_PARTS_MAX: u32 = 160;

/// Blinded identifiers of one frame: with their answer some 50 products of elements each, a few milliseconds. Source: spec dcf-7.
pub const BLINDED_MAX: usize = 64;

/// Digests that a node makes for one member in a day. Beyond it: refused with `spent` until the next day. Source: spec dcf-10.
///
/// A register of 8,192 holdings is through in eight days. A key answers for 180 days, in which one member gets 184,320
/// digests under it: of the seven million numbers in use in the smallest network of the region one in thirty-eight, and
/// with the next key it begins again. All of them would take 18 years under one key. A node asks for no more of one
/// either, so that a member that makes more than it must sets the pace of nobody (spec dcf-19).
pub const KEYED_A_DAY_MAX: u64 = 1_024;

/// Identifiers that one member may query at one node in a day. Beyond it: refused with `too-many-queries`. Source: spec dcf-14.
///
/// Two of the longest queries. Seven million numbers would take nine years, and each query stands in both logs.
pub const QUERIED_A_DAY_MAX: u64 = 2_000;

/// Digests for queries that one officer gets of the own node in a day: as many as queries carry to one member.
/// Beyond it: refused with `digests-spent`. Source: spec dcf-20.
pub const DIGESTS_OF_OFFICER_A_DAY_MAX: u64 = QUERIED_A_DAY_MAX;

/// Digests for queries that all officers of an agency get in a day: as queries carry to five members.
/// Beyond it: refused with `digests-spent`. Source: spec dcf-20.
pub const DIGESTS_A_DAY_MAX: u64 = 5 * QUERIED_A_DAY_MAX;

/// Days for which new queries are made under one key. Source: spec dcf-6.
pub const DIGEST_KEY_DAYS: u32 = 90;

/// Keys of one member whose queries are compared: the one in use and the one before. Beyond it: the oldest is left, with
/// its queries. Source: spec dcf-19.
pub const DIGEST_KEYS_OF_ONE_MAX: usize = 2;

const _: () =
    assert!(QUERIED_A_DAY_MAX >= LIST_MAX as u64 && KEYED_A_DAY_MAX >= BLINDED_MAX as u64);
/// Entries of one feed: twice what is known of. Beyond it: the list is refused. Source: spec fed-10.
pub const FEED_ENTRIES_MAX: u64 = 2_000_000;

/// Changes in one file, twice those of the largest known: each is held whole while a file is made, in 40 MiB, and by its
/// id while they are merged. Beyond it: a snapshot. Source: spec fed-10.
pub const FEED_CHANGES_MAX: u64 = 65_536;

/// Bytes of entries that are sorted at once while a list is made. Source: spec fed-10.
pub const FEED_SORT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// One entry of a list, in bytes: the longest web address and a page of reasons. Source: spec fed-10.
pub const LISTED_BYTES_MAX: usize = 8 * 1024;

/// One block of a list, inflated, in bytes: what is read to look one indicator up. Source: spec fed-10.
pub const FEED_BLOCK_BYTES_MAX: usize = 16 * 1024;

/// The index of a list as it is stored, in bytes; in memory it takes less than twice as much. Source: spec fed-10.
pub const FEED_INDEX_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A whole list inflated, in bytes: what a node is willing to hash because of one message. Source: spec fed-10.
pub const FEED_PLAIN_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// Entries of one feed that one look-up gives: one identifier stands in a feed once for each role, not hundreds of times.
pub const FEED_FOUND_MAX: usize = 64;

const _: () = assert!(LISTED_BYTES_MAX + 64 < FEED_BLOCK_BYTES_MAX);
const _: () = assert!(LISTED_BYTES_MAX < LEAF_BYTES_MAX);

const _: () =
    assert!(MIRROR_PART_BYTES_MAX + MIRROR_PARTS_MAX * 64 + 1024 * 1024 < FRAME_BYTES_MAX);
const _: () = assert!(HEADER_BYTES_MAX < LEAF_BYTES_MAX);
const _: () = assert!(
    MANIFEST_ENTRIES_MAX <= LIST_MAX
        && MANIFEST_ENTRIES_MAX * 1_000 < CONTENT_BYTES_MAX
        && MANIFEST_ENTRIES_MAX * 125 < ITEMS_MAX
);
const _: () =
    assert!(STATEMENT_BYTES_MAX + MEMBERS_MAX * (APPROVAL_BYTES_MAX + 3) + 64 <= LEAF_BYTES_MAX);
const _: () = assert!(HEADER_BYTES_MAX + SEALED_BYTES_MAX < OFFER_BYTES_MAX);
const _: () =
    assert!(OFFER_BYTES_MAX + OFFER_MESSAGES_MAX * HEADER_BYTES_MAX + 4096 < FRAME_BYTES_MAX);
const _: () = assert!(RECEIPT_MESSAGES_MAX * 90 + 1024 < LEAF_BYTES_MAX);
const _: () = assert!(CREDENTIAL_BYTES_MAX < INTRODUCTION_BYTES_MAX);
const _: () = assert!(ADDRESSES_MAX * (ADDRESS_BYTES_MAX + 3) + 512 < NOTICE_BYTES_MAX);
const _: () = assert!(REVOCATION_BYTES_MAX + 64 < LEAF_BYTES_MAX);
const _: () = assert!(
    MEMBERS_MAX * (5_700 + MEMBER_NAMES_MAX * (MEMBER_NAME_BYTES_MAX + 40)) + CLAUSES_BYTES_MAX
        < CHARTER_BYTES_MAX
);
const _: () =
    assert!((MEMBERS_MAX + 1) * 240 < CHECKPOINT_BYTES_MAX && NOTE_LINES_MAX > MEMBERS_MAX);
const _: () = assert!(
    LEAF_BYTES_MAX.div_ceil(3) * 4 + FOREIGN_NOTE_BYTES_MAX + 64 * 45 + 100 < PROOF_BYTES_MAX
);
const _: () = assert!(ADDRESSES_MAX * ADDRESS_BYTES_MAX + 8 * 1024 < CREDENTIAL_BYTES_MAX);
