//! The codes of the local API and the command line, each with blame, ending, status and remedy. Source: spec reg-4.
//!
//! Append-only: a code is never reused. `spec/07-registry.md` shows the same table and is renewed with
//! `CONCORD_BLESS=1`. Codes that cross the wire between nodes stand in `concord_protocol::registry`.

use core::fmt;

use crate::report::Blame;
use crate::report::Exit;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $case:ident = $text:literal, $blame:ident, $exit:ident $(, $status:literal)?; $remedy:literal)+) => {
        /// Why something was not done. Source: spec reg-4.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $case,)+
        }

        impl Code {
            /// Every code, in the order of registration.
            pub const ALL: &'static [Self] = &[$(Self::$case,)+];

            /// The code as it is written.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$case => $text,)+
                }
            }

            /// What it means, as the registry says it.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$case => concat!($($doc,)+).trim_ascii(),)+
                }
            }

            /// Who can end the trouble.
            pub const fn blame(self) -> Blame {
                match self {
                    $(Self::$case => Blame::$blame,)+
                }
            }

            /// How a command ends that meets it on its own; whatever the node answers ends with 5.
            pub const fn exit(self) -> Exit {
                match self {
                    $(Self::$case => Exit::$exit,)+
                }
            }

            /// The HTTP status: its own, or the one of its blame.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$case => first(&[$($status,)? Blame::$blame.status()]),)+
                }
            }

            /// What to do now.
            pub const fn remedy(self) -> &'static str {
                match self {
                    $(Self::$case => $remedy,)+
                }
            }
        }
    };
}

const fn first(statuses: &[u16]) -> u16 {
    match statuses {
        [status, ..] => *status,
        [] => 500,
    }
}

// spec: reg-4
codes! {
    /// The request carries no bearer token, or another one than the node's.
    TokenRefused = "token-refused", Caller, Refused, 401;
    "send `Authorization: Bearer …` with the content of the file `token` in the node's directory"
    /// The API has no such path.
    NoSuchPath = "no-such-path", Caller, Refused, 404;
    "see /openapi.json for the paths"
    /// The path does not take this method.
    MethodNotAllowed = "method-not-allowed", Caller, Refused, 405;
    "use a method that the header `Allow` names"
    /// A part of the path or of the query cannot be read, is unknown, or is missing.
    BadParameter = "bad-parameter", Caller, Refused, 400;
    "correct the parameter; /openapi.json says what each one takes"
    /// The cursor was not made by this node for this list.
    BadCursor = "bad-cursor", Caller, Refused, 400;
    "start again without a cursor, and use `next` as it was answered"
    /// The request's media type is not the one that the path takes.
    MediaType = "media-type", Caller, Refused, 415;
    "send the media type that /openapi.json names for the path"
    /// The request is longer than the path takes.
    RequestTooLong = "request-too-long", Caller, Refused, 413;
    "send less at once; what is larger than a message travels as an attachment"
    /// The request did not arrive whole in time.
    RequestTooSlow = "request-too-slow", Caller, Refused, 408;
    "send it again; nothing was done"
    /// The request is not JSON.
    BadJson = "bad-json", Caller, Refused, 400;
    "correct the JSON at the place that is named"
    /// Fields of the submission are missing, unknown or wrong; all of them are listed.
    BadSubmission = "bad-submission", Caller, Refused, 422;
    "correct every field that is listed, then submit again"
    /// The charter has no such member.
    UnknownRecipient = "unknown-recipient", Caller, Refused, 422;
    "`concord peer list` shows the members of the charter"
    /// The recipient is a member, yet no credential of it is held.
    NoCredential = "no-credential", Operator, Refused, 422;
    "obtain the agency's credential and run `concord peer add FILE`"
    /// The node's own agency is among the recipients.
    ToOneself = "to-oneself", Caller, Refused, 422;
    "leave the node's own agency out of `to`"
    /// The content is longer than a message may carry.
    ContentTooLarge = "content-too-large", Caller, Refused, 413;
    "shorten the texts, or split the message"
    /// The header `Idempotency-Key` is not 1 to 128 visible ASCII characters.
    BadIdempotencyKey = "bad-idempotency-key", Caller, Refused, 400;
    "send 1 to 128 visible ASCII characters, for example a UUID"
    /// The idempotency key was used for another submission.
    IdempotencyKeyReused = "idempotency-key-reused", Caller, Refused, 422;
    "use a new key for a new submission"
    /// A mailbox or an outbox is full.
    Busy = "busy", Operator, Refused, 503;
    "ask again after the seconds in `Retry-After`; nothing was done"
    /// The disk is nearly full: the node takes no new messages, keeps serving reads, and loses nothing.
    DiskFull = "disk-full", Operator, Refused, 507;
    "make room on the node's disk; it takes messages again by itself"
    /// The node is in quarantine: a peer holds a newer or different checkpoint of its log.
    Quarantined = "quarantined", Operator, Refused, 503;
    "leave it running: it heals from its mirrors, and /readyz says how far it is; where it cannot heal, /readyz says what to do"
    /// The node's data may not be the newest: it signs nothing before enough peers have said what they hold of its log.
    Probing = "probing", Operator, Refused, 503;
    "wait until the peers that /readyz counts have answered; where they are away and the data are surely the newest, stop the node and run `concord node accept-head`"
    /// The node has started and waits for its peers' greetings before it signs anything.
    Starting = "starting", Operator, Refused, 503;
    "ask again after the seconds in `Retry-After`; the wait has a bound in the settings"
    /// The token with the node's signing keys does not answer: nothing is signed until it is back.
    KeyAway = "key-away", Operator, Refused, 503;
    "see that the token is there, unlocked and reachable; the node signs again by itself, and nothing acknowledged is lost"
    /// The token with the node's signing keys refused the PIN: nothing is signed, and the PIN is not tried again.
    PinRefused = "pin-refused", Operator, Refused, 503;
    "put the right PIN into the file that `pkcs11_pin_file` names, see with the token's own tool that it is not locked, and start the node again"
    /// The node met a fault of its own and stops in order.
    Stopping = "stopping", Ourselves, Refused, 503;
    "see the node's log, and start it again; what was acknowledged is kept"
    /// There is no such message here.
    NoSuchMessage = "no-such-message", Caller, Refused, 404;
    "`concord message list` shows the messages"
    /// Several messages have this id, each of another author.
    AmbiguousId = "ambiguous-id", Caller, Refused, 409;
    "ask again with the digest of the one that you mean, in the place of the id"
    /// The log has no such leaf or size.
    NoSuchLeaf = "no-such-leaf", Caller, Refused, 404;
    "ask below the size that `concord log head` shows"
    /// The charter has no such member, or it is the node itself.
    NoSuchPeer = "no-such-peer", Caller, Refused, 404;
    "`concord peer list` shows the peers"
    /// The agency proposes no succession of its log, and none is in force.
    NoSuccession = "no-succession", Caller, Refused, 404;
    "`concord peer list` shows which peers do not sign"
    /// What this node itself holds speaks against approving a succession.
    SuccessionObjected = "succession-objected", Peer, Refused, 409;
    "tell the agency; it states the succession again once its node has met this one"
    /// No receipt of this agency for this message is held.
    NoSuchReceipt = "no-such-receipt", Caller, Refused, 404;
    "see the message's deliveries; a receipt is held once its delivery is `receipted` or `refused`"
    /// The body of the message is not held: it was not sent, or it was damaged on this node's disk.
    NoBody = "no-body", Caller, Refused, 404;
    "ask the message's author to send it again"
    /// The body of the message was erased; its header and every proof remain.
    Erased = "erased", Caller, Refused, 410;
    "ask the message's author under the present law; `concord log show` has the `erased` leaf that is named"
    /// The body cannot be opened, or does not have the fields of its kind.
    Unopenable = "unopenable", Peer, Refused, 502;
    "ask the message's author to send it again, and name the message's digest"
    /// A credential does not verify up to the charter.
    CredentialRefused = "credential-refused", Caller, Refused, 422;
    "obtain the credential again from the agency, under the charter that both use"
    /// There is no live connection with the peer.
    PeerAway = "peer-away", Peer, Refused, 502;
    "`concord peer show AGENCY` says why; the node keeps trying by itself"
    /// The peer did not answer in time.
    PeerSilent = "peer-silent", Peer, Refused, 504;
    "try again; `concord peer show AGENCY` says how the link stands"
    /// The command line was not understood.
    Usage = "usage", Caller, Usage;
    "`concord help` shows the commands"
    /// A file cannot be read.
    FileUnreadable = "file-unreadable", Caller, CouldNot;
    "check the path and its permissions"
    /// A file cannot be written.
    FileUnwritable = "file-unwritable", Caller, CouldNot;
    "check the path, its permissions and the room on the disk"
    /// A file stands where a new one was to be made.
    FileExists = "file-exists", Caller, CouldNot;
    "name another file, or move the one that is there"
    /// A file is longer than any file of its kind.
    FileTooLong = "file-too-long", Caller, CouldNot;
    "check that it is the file you mean"
    /// The directory is not a node's directory, or lacks what the command needs of it.
    NotANodeDirectory = "not-a-node-directory", Caller, CouldNot;
    "name the node's directory with `--dir`, or give `--api URL --token-file FILE`"
    /// Nothing answers at the node's API address.
    NodeUnreachable = "node-unreachable", Operator, NotReachable;
    "start the node with `concord run --dir NODE_DIR`, or check the address"
    /// What answers at the node's API address does not speak this API.
    AnswerUnreadable = "answer-unreadable", Operator, NotReachable;
    "check the address, and that the node and this command are of the same release"
    /// The node refused with a code that this release does not know.
    RefusedByNode = "refused-by-node", Operator, Refused;
    "do as the node says, or use a command of the node's release"
    /// Something was verified and does not hold.
    VerificationFailed = "verification-failed", Peer, VerificationFailed;
    "keep what was verified as it is: it is evidence; then ask whoever made it"
    /// The operating system gives no randomness, and nothing may be made without it.
    NoEntropy = "no-entropy", Operator, CouldNot;
    "check that the operating system's random device works"
    /// A private file or folder can be reached by others than its owner.
    FileExposed = "file-exposed", Operator, CouldNot;
    "take the permissions away (`chmod 600 FILE`, `chmod 700 FOLDER`), and ask who may have read it"
    /// The settings file has an unknown key, or a value that does not hold.
    SettingsRefused = "settings-refused", Operator, CouldNot;
    "correct the key that is named; `config/node.toml` documents every key"
    /// A key file is not the key that it should be.
    KeyUnusable = "key-unusable", Operator, CouldNot;
    "put back the key file that was made for this node; keys are never copied from one node to another"
    /// A key file is protected, or is to be, and nothing gives the passphrase.
    PassphraseMissing = "passphrase-missing", Operator, CouldNot;
    "give `--passphrase-file FILE`, set `passphrase_file` in concord.toml, hand it over as the systemd credential `concord-passphrase`, or run the command at a terminal"
    /// A passphrase does not open a key file, or cannot be one.
    PassphraseRefused = "passphrase-refused", Operator, CouldNot;
    "give the passphrase that the file was made with; a new one has at least 12 characters, on one line of a private file"
    /// A share of a root was misread, or shares do not belong together or are too few.
    ShareRefused = "share-refused", Caller, CouldNot;
    "read the share again from its paper, word by word; shares of one split all name the same root and threshold"
    /// A transcript of a ceremony does not verify, or cannot be made like this.
    TranscriptRefused = "transcript-refused", Caller, VerificationFailed;
    "ask for the transcript again, and compare the fingerprint of its root aloud"
    /// The node has no charter, or no credential, yet.
    NotEnrolled = "not-enrolled", Operator, CouldNot;
    "run `concord charter adopt --dir NODE_DIR --genesis DIGEST CHARTER`, then `concord node credential --dir NODE_DIR --out REQUEST`"
    /// A charter, or another charter than this one, was adopted before.
    AlreadyAdopted = "already-adopted", Caller, CouldNot;
    "a node belongs to one charter for good; make another node with `concord node init`"
    /// A charter cannot be drafted like this.
    CharterDraft = "charter-draft", Caller, CouldNot;
    "correct the draft as the reason says, and propose it again"
    /// A charter does not verify, or is not the pinned one.
    CharterRefused = "charter-refused", Peer, VerificationFailed, 422;
    "compare the charter's digest with the other members aloud, and obtain the charter again"
    /// A signature on a charter does not hold, lacks its other half, or is of a root that may not sign.
    CharterForged = "charter-forged", Peer, VerificationFailed, 422;
    "keep the file: it is evidence; then obtain the version again from another member"
    /// Somebody who must sign a version of the charter has not.
    CharterUnfinished = "charter-unfinished", Peer, VerificationFailed, 422;
    "`concord charter show FILE` says who has not signed; pass it to them"
    /// A version of the charter is older than the one in force.
    CharterStale = "charter-stale", Caller, VerificationFailed, 409;
    "`concord charter list` shows the version in force; nothing goes back behind it"
    /// A version of the charter stands against one that was adopted.
    CharterRival = "charter-rival", Peer, VerificationFailed, 409;
    "keep both: whoever signed both has made evidence against itself; go on from the version in force"
    /// A version of the charter does not follow from those that are held.
    CharterSkips = "charter-skips", Caller, VerificationFailed, 409;
    "obtain the versions between, for example with `concord charter export` at another member"
    /// Everyone who signed a version of the charter signed another one against it.
    CharterDoubled = "charter-doubled", Peer, VerificationFailed, 409;
    "`concord evidence list` shows who; a further version that names both ends the conflict"
    /// The charter in force has the node's agency as a member no longer.
    MembershipEnded = "membership-ended", Operator, CouldNot;
    "the log stays: `concord log export --dir NODE_DIR --out FILE` writes it for auditors"
    /// A root would sign a version of the charter that does not fit what it signed before.
    VowBroken = "vow-broken", Operator, CouldNot;
    "sign a version that names the stuck ones (`concord charter propose --resolve`); two that do not fit are evidence against the agency"
    /// A root is not the one that must sign here.
    RootRefused = "root-refused", Caller, CouldNot;
    "sign with the root of the agency that the document names"
    /// A credential request cannot be read or does not hold.
    RequestRefused = "request-refused", Caller, CouldNot;
    "have the node write it again with `concord node credential --dir NODE_DIR --out REQUEST`"
    /// A node runs on the directory.
    NodeRunning = "node-running", Caller, CouldNot;
    "stop the node first, or ask it through its API"
    /// Something else listens on the address.
    AddressTaken = "address-taken", Operator, CouldNot;
    "end what listens there, or change `listen`, `api_listen` or `metrics_listen` in concord.toml"
    /// The node's data cannot be used as they are, and nothing was signed.
    StoreRefused = "store-refused", Operator, CouldNot;
    "change nothing in the node's directory; compare with a backup and with what its peers hold"
    /// Nothing puts the node's data in doubt.
    NotInDoubt = "not-in-doubt", Caller, CouldNot;
    "start the node: it needs nobody's word"
    /// A log cannot be succeeded now.
    SuccessionRefused = "succession-refused", Operator, CouldNot;
    "run the node until enough peers have shown what they hold of its log, stop it, and state the succession again"
    /// The archive of the node has no such log.
    NoSuchLog = "no-such-log", Caller, CouldNot;
    "the folder `archive` of the node shows which logs ended"
    /// A copy of the keys of the bodies is past the day on which it had to be destroyed.
    KeysExpired = "keys-expired", Operator, CouldNot;
    "destroy the file: what was erased since must not come back; restore without it, and bodies stay closed"
    /// A file is no backup, another node's, or not the one that was asked for.
    BackupRefused = "backup-refused", Caller, CouldNot;
    "name the data file with `--from`, and with `--keys` the keys file that was made beside it"
    /// The operating system lets the node not start.
    NotStarted = "not-started", Operator, CouldNot;
    "see the reason; check the limits of the process and of the machine"
    /// The demonstration broke off; its processes are stopped.
    DemoFailed = "demo-failed", Ourselves, CouldNot;
    "see `node.log` in the agencies' folders; `--dir DIR` keeps them where you like"
    /// The node holds no such file of evidence.
    NoSuchEvidence = "no-such-evidence", Caller, Refused, 404;
    "list what the node holds with `concord evidence list`"
    /// The head of the node's log lacks a quorum of cosignatures for longer than the settings allow.
    Unwitnessed = "unwitnessed", Operator, Refused, 503;
    "see which witnesses lag: `concord log head`; see that their links are up: `concord peer list`"
    /// The node's credential ends soon, or is not in force.
    CredentialEnds = "credential-ends", Operator, Refused, 503;
    "ask for the next one (`concord node rotate` or `concord node credential --out`), have the root sign it, and adopt it: `concord node credential --adopt`"
    /// A root would sign another credential with a serial that it signed before.
    SerialSigned = "serial-signed", Operator, CouldNot;
    "use the credential that was signed; or have the node ask for a higher serial: `concord node credential --dir NODE_DIR --out REQUEST --serial N`"
    /// The body of the request broke off, or its encoding breaks the rules of HTTP.
    RequestBroken = "request-broken", Caller, Refused, 400;
    "send it again, whole; nothing was done"
    /// Another side of the procedure is the one to say this, or the agency takes no part in it.
    NotEntitled = "not-entitled", Caller, Refused, 403;
    "see who may say what: `concord procedure show ID`"
    /// The message has no place where its procedure stands.
    OutOfTurn = "out-of-turn", Caller, Refused, 409;
    "see what may come next: `concord procedure show ID`"
    /// A message was sent for another purpose than the one for which it is to be opened.
    OtherPurpose = "other-purpose", Caller, Refused, 403;
    "open it for its own purpose, or ask its originator: an onward-transfer-request in its procedure for this purpose, with your own agency among the recipients"
    /// A message is held for another case of this agency than the one for which it is to be used.
    OtherCase = "other-case", Caller, Refused, 403;
    "use it in the case for which it is held, or ask its originator: an onward-transfer-request in its procedure for this purpose and case, with your own agency among the recipients"
    /// A notice is challenged, and is not shown while its originator has not answered.
    Suspended = "suspended", Caller, Refused, 409;
    "act on nothing in it; whoever judges the challenge opens it knowing that: `concord message show ID --officer STAFF_NUMBER --purpose PURPOSE --suspended`"
    /// A safeguard that must be met first is not.
    Safeguard = "safeguard", Caller, Refused, 409;
    "meet the safeguard that the answer names, then submit again"
    /// Not every participant of the procedure is among the recipients.
    ParticipantLeftOut = "participant-left-out", Caller, Refused, 422;
    "name every participant among the recipients: `concord procedure show ID`"
    /// Two messages of the procedure contradict each other, and both sides have to say which one counts.
    InConflict = "in-conflict", Caller, Refused, 409;
    "both sides send a `conflict-resolution` that names both messages"
    /// The sides have not confirmed the same messages before an act that cannot be undone.
    Unconfirmed = "unconfirmed", Caller, Refused, 409;
    "exchange `state-confirm` with equal heads first"
    /// A message that it follows was refused.
    ParentRefused = "parent-refused", Caller, Refused, 409;
    "follow messages that were accepted: `concord procedure show ID`"
    /// The procedure has as many messages as one may have.
    ProcedureFull = "procedure-full", Caller, Refused, 409;
    "go on in a procedure of its own that names this one"
    /// The node holds no message of such a procedure.
    NoSuchProcedure = "no-such-procedure", Caller, Refused, 404;
    "list what the node holds with `concord procedure list`"
    /// A body of the procedure must not be shown in court.
    NotForCourt = "not-for-court", Caller, Refused, 422;
    "obtain the consent of each originator, or export with `forbidden=withhold`, which leaves these bodies sealed"
    /// Somebody who must approve the message has not.
    Unapproved = "unapproved", Caller, Refused, 409;
    "have it approved by whoever the answer names: `concord message approve`, then send it again"
    /// An approval of the message does not hold.
    BadApproval = "bad-approval", Caller, Refused, 409;
    "see the answer: have exactly this message drafted and approved by people of the agency's staff list"
    /// A file that the submission names is not here, or has another length.
    AttachmentNotHere = "attachment-not-here", Caller, Refused, 422;
    "add it with `concord file add FILE`, and name it by the digest and the length that this answers"
    /// No message names such a file, and none was added.
    NoSuchFile = "no-such-file", Caller, Refused, 404;
    "`concord message show ID` shows which files a message names"
    /// The file is not here, or not all of it.
    FileNotHere = "file-not-here", Peer, Refused, 409;
    "wait until it has come: `concord file show DIGEST` says how far it is"
    /// The file does not open: its bytes were changed, or it was sealed under another key.
    FileDamaged = "file-damaged", Operator, Refused, 500;
    "check the disk; remove the file below `files/` and restart the node to fetch it again, or take it from a backup"
    /// There is no room for the file.
    NoRoomForFile = "no-room-for-file", Operator, Refused, 507;
    "make room on the disk, erase what is no longer needed, or raise `files_total_mib`"
    /// The register of holdings takes no more.
    RegisterFull = "register-full", Caller, Refused, 409;
    "remove holdings of cases that are closed: `concord deconfliction holdings remove`"
    /// The owner has no holding of this number.
    NoSuchHolding = "no-such-holding", Caller, Refused, 404;
    "`concord deconfliction holdings list` shows the holdings of one owner"
    /// The officer had as many digests as queries of a day can carry.
    DigestsSpent = "digests-spent", Caller, Refused, 429;
    "ask about fewer identifiers, or on the day that the answer names"
    /// No query of the procedure waits for an answer of this agency.
    NoQuery = "no-query", Caller, Refused, 404;
    "`concord procedure show ID` shows what the procedure is; a query of long ago is asked again by its author"
    /// The files of deconfliction cannot be read or written.
    RegisterUnwritable = "register-unwritable", Operator, Refused, 503;
    "see the node's log, the room on its disk, and the permissions of the folder `deconfliction` in its directory"
    /// A question about an indicator has fields that are wrong.
    BadIndicator = "bad-indicator", Caller, Refused, 422;
    "correct every field that is listed; for an account say who reads and why: `--officer` and `--purpose`"
    /// Lines of a list of indicators are wrong.
    BadList = "bad-list", Caller, Refused, 422;
    "correct every line that is listed, then hand the list in again; a pointer begins with the number of its line"
    /// A list of indicators, or a change of one, does not hold.
    ListRefused = "list-refused", Caller, Refused, 422;
    "see the entry that is named; compare with what the feed has now: `concord feed show PROCEDURE`"
    /// The feed is another agency's: only its originator changes it.
    NotYourFeed = "not-your-feed", Caller, Refused, 403;
    "dispute an entry with an `indicator-dispute`, or ask the originator"
    /// The node does not hold the feed at its last number, or the feed has ended.
    FeedBehind = "feed-behind", Operator, Refused, 409;
    "see what the feed waits for: `concord feed show PROCEDURE`; where its lists are gone, send a snapshot"
    /// A list is the one that the feed has already.
    NothingChanged = "nothing-changed", Caller, Refused, 409;
    "nothing is to be sent"
    /// The file of a list could not be made.
    ListUnwritten = "list-unwritten", Operator, Refused, 507;
    "make room on the disk, or raise files_total_mib or files_largest_mib"
    /// There is nothing to follow or to take part in, or nobody does.
    NotFollowed = "not-followed", Caller, Refused, 409;
    "follow open feeds of other agencies, or opt in to them: `concord feed list` shows whose they are, `concord feed show PROCEDURE` who said what about one"
    /// The file of standing orders cannot be written.
    OrderUnwritten = "order-unwritten", Operator, Refused, 507;
    "see the room on the node's disk, and the permissions of the folder `orders` in its directory"
    /// The message has no review now, or cannot be kept until that day.
    NotKept = "not-kept", Caller, Refused, 409;
    "see what has its review with `concord message reviews`, and by when the next one has to be; what is not needed is erased: `concord message erase`"
    /// The file of a reason cannot be written.
    ReasonUnwritten = "reason-unwritten", Operator, Refused, 507;
    "see the room on the node's disk, and the permissions of the folder `kept` in its directory"
}

impl Code {
    /// Reads a code; `None` when it is not registered, as with a newer node's.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.text() == text)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
