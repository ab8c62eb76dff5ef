//! Registered codes that cross the wire. Append-only: a code is never reused. Source: spec reg-1.
//!
//! Uses nothing. A peer receives a code and nothing else.

use alloc::string::String;
use core::fmt;

use serde::Deserialize;
use serde::Serialize;
use serde::de;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$case_doc])* $case,)+
        }

        impl $name {
            /// Every code, in the order of registration.
            pub const ALL: &'static [Self] = &[$(Self::$case,)+];

            /// The code as it is written.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$case => $text,)+
                }
            }

            /// Reads a code; `None` when it is not registered.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.text() == text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.text())
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.text())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| de::Error::custom("a code that is not registered"))
            }
        }
    };
}

// spec: reg-1
// spec: reg-2
codes! {
    /// Why a message was not accepted; it settles its number all the same. Source: spec reg-2.
    RefusalCode {
        /// The header is not the deterministic encoding of a header.
        NotCanonical = "not-canonical",
        /// The signature on the header does not hold.
        BadSignature = "bad-signature",
        /// The header names an agency that the charter does not.
        UnknownAgency = "unknown-agency",
        /// The header names a credential serial that the receiver does not hold.
        UnknownCredential = "unknown-credential",
        /// The credential was not valid when the message was made, or is not now.
        ExpiredCredential = "expired-credential",
        /// The receiver is not among the recipients.
        NotForUs = "not-for-us",
        /// The sealed body is not the one that the header names.
        BodyMismatch = "body-mismatch",
        /// The kind is not one that the receiver knows.
        UnknownKind = "unknown-kind",
        /// The message had expired when it arrived.
        Expired = "expired",
        /// A message with this id and another digest was received before.
        Equivocation = "equivocation",
        /// The same message was received before under another number.
        Duplicate = "duplicate",
        /// The body cannot be opened with the receiver's key.
        Unopenable = "unopenable",
        /// The body does not have the fields that its kind demands.
        BadBody = "bad-body",
        /// The sender is not entitled to send this message.
        NotEntitled = "not-entitled",
        /// The receiver cannot honour the handling codes.
        HandlingUnsupported = "handling-unsupported",
        /// The created time lies further in the future than clocks may differ.
        FromTheFuture = "from-the-future",
        /// A newer credential took the place of the message's, and its place in the author's log was not shown.
        SupersededCredential = "superseded-credential",
        /// The message's credential was revoked, and it does not stand below the last good checkpoint.
        RevokedCredential = "revoked-credential",
        /// The body is sealed with a suite that the charter in force does not list.
        UnlistedSuite = "unlisted-suite",
        /// The message has no place where its procedure stood for its author.
        OutOfTurn = "out-of-turn",
        /// A safeguard that must be met first is not.
        Safeguard = "safeguard",
        /// Not every participant of the procedure is among the recipients.
        ParticipantLeftOut = "participant-left-out",
        /// Two messages of the procedure contradict each other, and both sides have to say which one counts.
        InConflict = "in-conflict",
        /// Both sides have not confirmed the same messages before an act that cannot be undone.
        Unconfirmed = "unconfirmed",
        /// A message that it follows was refused.
        ParentRefused = "parent-refused",
        /// The procedure has as many messages as one may have.
        ProcedureFull = "procedure-full",
        /// Somebody who must approve the message has not.
        Unapproved = "unapproved",
        /// An approval does not hold.
        BadApproval = "bad-approval",
        /// Its author has asked about as many identifiers as one member may in a day.
        TooManyQueries = "too-many-queries",
    }
}

// spec: reg-1
codes! {
    /// The office in which a person of an agency votes on its messages. Source: spec stf-2.
    StaffRole {
        /// Deals with cases.
        Officer = "officer",
        /// Deals with other agencies.
        LiaisonOfficer = "liaison-officer",
        /// Answers for officers.
        Supervisor = "supervisor",
        /// Prosecutes.
        Prosecutor = "prosecutor",
        /// Speaks for its State in mutual legal assistance.
        CentralAuthority = "central-authority",
        /// Heads the agency.
        HeadOfAgency = "head-of-agency",
        /// A minister.
        Minister = "minister",
        /// Screens people who may be victims.
        VictimOfficer = "victim-officer",
        /// Holds people and hands them over.
        CustodyOfficer = "custody-officer",
        /// Holds exhibits.
        EvidenceOfficer = "evidence-officer",
        /// Watches over personal data.
        DataProtectionOfficer = "data-protection-officer",
    }
}

// spec: fil-31
codes! {
    /// Why a file is not sent. Source: spec fil-31.
    FileCode {
        /// No message of the node's own to this peer names the file. Whether the node has it is not said.
        NotYours = "not-yours",
        /// A message to this peer names it, and it is not here, or no longer.
        Gone = "gone",
        /// The node sends as many files as it can; ask again later.
        Busy = "busy",
    }
}

// spec: reg-3
codes! {
    /// Why a connection is closed. Source: spec reg-3.
    CloseCode {
        /// The transport key belongs to no credential that this node knows.
        UnknownKey = "unknown-key",
        /// The introduction was taken; connect again.
        Introduced = "introduced",
        /// The introduction was refused.
        IntroductionRefused = "introduction-refused",
        /// No version of the protocol in common.
        NoCommonVersion = "no-common-version",
        /// Another charter, by name or digest.
        WrongCharter = "wrong-charter",
        /// A frame that is too long, not canonical, or not allowed now.
        BadFrame = "bad-frame",
        /// A dispatch that does not verify.
        BadDispatch = "bad-dispatch",
        /// A number was skipped.
        Gap = "gap",
        /// Another digest under a number that was used.
        NumberReused = "number-reused",
        /// A receipt that does not verify.
        BadReceipt = "bad-receipt",
        /// Another connection of the same pair took over.
        Superseded = "superseded",
        /// This node went into quarantine and signs nothing.
        Quarantined = "quarantined",
        /// Asking too fast.
        TooFast = "too-fast",
        /// The node stops.
        Stopping = "stopping",
        /// The peer took too long.
        Timeout = "timeout",
        /// The peer's newest credential that this node holds does not count now.
        ExpiredCredential = "expired-credential",
        /// This node signs again, or no longer: connect again.
        StandingChanged = "standing-changed",
        /// What was said in witnessing does not verify, or does not continue what is held.
        BadWitness = "bad-witness",
        /// A statement or an approval of a succession that does not verify.
        BadSuccession = "bad-succession",
        /// Parts of a mirrored log that do not continue it, or do not have the tree of their checkpoint.
        BadMirror = "bad-mirror",
        /// The peer's credential was revoked by its agency.
        RevokedCredential = "revoked-credential",
        /// A newer credential of the peer took the place of the one that it uses.
        SupersededCredential = "superseded-credential",
        /// One of the two adopted another version of the charter just now: connect again.
        CharterChanged = "charter-changed",
        /// The agency is no member of the charter in force, or no longer.
        NotAMember = "not-a-member",
        /// Digests of blinded identifiers that were not made with the key that the query named.
        BadKeying = "bad-keying",
    }
}

// spec: reg-1
codes! {
    /// What is wrong with a list of indicators. Source: spec fed-9.
    FeedCode {
        /// The file cannot be read or written here; the list is not to blame.
        Unreadable = "unreadable",
        /// The file is no list: trailer, index or block.
        BadForm = "bad-form",
        /// An item is no entry and no change, or an entry breaks a rule of entries.
        BadEntry = "bad-entry",
        /// An item does not follow the one before.
        OutOfOrder = "out-of-order",
        /// Two entries with one id.
        RepeatedId = "repeated-id",
        /// An entry of the other class of feed.
        WrongClass = "wrong-class",
        /// Another number of entries than was said.
        WrongCount = "wrong-count",
        /// Another root than was said.
        WrongRoot = "wrong-root",
        /// What is added is there already.
        AlreadyListed = "already-listed",
        /// What is updated, withdrawn or expired is not there.
        NotListed = "not-listed",
        /// More than a list may have.
        TooLarge = "too-large",
    }
}
