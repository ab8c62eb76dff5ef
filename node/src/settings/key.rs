//! Every key of the settings file, documented once: what it does, its unit and bounds, its default, and what someone
//! who can change it would gain.

/// One key of the settings file.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it does, one sentence per line.
    pub about: &'static [&'static str],
    /// Its unit or shape.
    pub unit: &'static str,
    /// What may stand there, and what stands there by itself.
    pub value: Allowed,
    /// What someone who can change it would gain.
    pub trust: &'static str,
}

/// What may stand under a key.
#[derive(Clone, Copy, Debug)]
pub enum Allowed {
    /// A text that must be there.
    Required,
    /// A text.
    Text {
        /// What counts when the key is absent.
        default: &'static str,
    },
    /// A list of texts, empty when the key is absent.
    Texts,
    /// A whole number.
    Number {
        /// The least allowed.
        min: i64,
        /// The most allowed.
        max: i64,
        /// What counts when the key is absent.
        default: i64,
    },
}

/// The node's agency.
pub const AGENCY: Key = Key {
    name: "agency",
    about: &["The agency that this node acts for, as the charter names it."],
    unit: "3 to 64 characters of a-z 0-9 - . such as la.mps",
    value: Allowed::Required,
    trust: "nothing is gained without that agency's keys; the node refuses to start when keys and agency differ.",
};

/// The pin.
pub const GENESIS: Key = Key {
    name: "genesis",
    about: &[
        "Digest of version 1 of the charter: where all trust begins.",
        "`concord charter adopt` writes it; compare it with the other members aloud before that.",
    ],
    unit: "64 characters of 0-9 a-f, or empty as long as no charter is adopted",
    value: Allowed::Text { default: "" },
    trust: "everything: whoever can change it decides whose keys the node believes.",
};

/// Where peers connect to.
pub const LISTEN: Key = Key {
    name: "listen",
    about: &["Where other agencies' nodes connect to, over QUIC (UDP)."],
    unit: "IP address and port; port 0 lets the system choose",
    value: Allowed::Text { default: "0.0.0.0:7400" },
    trust: "the node can be hidden from its peers, nothing more.",
};

/// Where peers find the node.
pub const ADVERTISE: Key = Key {
    name: "advertise",
    about: &[
        "Where other agencies find this node, best first; it goes into the next credential request.",
        "When empty, the request names `listen`, unless that is a wildcard or port 0.",
    ],
    unit: "at most 8 times host:port",
    value: Allowed::Texts,
    trust: "the node can be hidden from its peers; nobody can take its place without its transport key.",
};

/// Where the local API listens.
pub const API_LISTEN: Key = Key {
    name: "api_listen",
    about: &[
        "Where the local API listens, over HTTP (TCP); the address in use is written to api.json.",
        "Keep it on loopback: the token and opened bodies cross this socket in clear text.",
    ],
    unit: "IP address and port; port 0 lets the system choose",
    value: Allowed::Text { default: "127.0.0.1:0" },
    trust: "on another address than loopback, whoever can read the network reads the token and opened bodies.",
};

/// Where metrics are served.
pub const METRICS_LISTEN: Key = Key {
    name: "metrics_listen",
    about: &[
        "Where metrics are served at /metrics, as OpenMetrics text over HTTP (TCP), such as 127.0.0.1:9464.",
        "They say nothing about messages or people, and ask for no token; when empty, there are none.",
    ],
    unit: "IP address and port, or empty",
    value: Allowed::Text { default: "" },
    trust: "on another address than loopback, whoever reaches it sees with whom the agency exchanges, and how much.",
};

/// How far clocks may differ.
pub const CLOCK_TOLERANCE: Key = Key {
    name: "clock_tolerance_minutes",
    about: &["How far another agency's clock may differ from this one; it never decides order."],
    unit: "minutes",
    value: Allowed::Number { min: 0, max: 60, default: 5 },
    trust: "expired credentials count so much longer.",
};

/// Threads.
pub const WORKERS: Key = Key {
    name: "workers",
    about: &["Threads that seal, sign, verify and open."],
    unit: "threads; 0 takes one for each core",
    value: Allowed::Number { min: 0, max: 256, default: 0 },
    trust: "the node can be slowed, nothing more.",
};

/// The mailbox.
pub const MAILBOX: Key = Key {
    name: "mailbox_inputs",
    about: &[
        "Inputs that may wait for the engine; beyond it callers are told that the node is busy.",
    ],
    unit: "inputs",
    value: Allowed::Number { min: 16, max: 65_536, default: 1_024 },
    trust: "the node can be made to refuse work, or to take more memory.",
};

/// The wait for greetings.
pub const GREETING_WAIT: Key = Key {
    name: "greeting_wait_ms",
    about: &[
        "How long a starting node waits for peers to show the newest checkpoint that they hold of its log.",
        "A peer that holds a newer one proves that this node was rolled back.",
    ],
    unit: "milliseconds",
    value: Allowed::Number { min: 0, max: 600_000, default: 2_000 },
    trust: "at 0 a rolled-back node may sign a little before it is found out.",
};

/// The interval of rounds.
pub const WITNESS_INTERVAL: Key = Key {
    name: "witness_interval_ms",
    about: &[
        "How often the other members are asked to cosign the head of this node's log, when it has grown.",
        "A receipt of this node counts as witnessed once a quorum has cosigned a head that covers it.",
    ],
    unit: "milliseconds",
    value: Allowed::Number { min: 100, max: 3_600_000, default: 5_000 },
    trust: "set high, what this node has receipted stays unwitnessed for so long.",
};

/// The alert about an unwitnessed head.
pub const UNWITNESSED_ALERT: Key = Key {
    name: "unwitnessed_alert_minutes",
    about: &[
        "How long the head of this node's log may lack a quorum of cosignatures before /readyz says so.",
        "So long may any member's log wait for its quorum before it counts as stalled.",
        "The node goes on taking and exchanging messages.",
    ],
    unit: "minutes",
    value: Allowed::Number { min: 1, max: 10_080, default: 5 },
    trust: "set high, nobody is told that the other members no longer vouch for this log.",
};

/// The refusal under an unwitnessed head.
pub const UNWITNESSED_REFUSE: Key = Key {
    name: "unwitnessed_refuse_minutes",
    about: &[
        "How long the head of this node's log may lack a quorum of cosignatures before sensitive messages are refused.",
        "Messages that are not sensitive, and everything that peers send, go on.",
    ],
    unit: "minutes",
    value: Allowed::Number { min: 5, max: 10_080, default: 240 },
    trust: "set high, sensitive messages rest on a log for which nobody else vouches.",
};

/// What is sensitive under an unwitnessed head.
pub const UNWITNESSED_SENSITIVE: Key = Key {
    name: "unwitnessed_sensitive",
    about: &["The least classification that counts as sensitive there; `none` where nothing does."],
    unit: "official, restricted, confidential or none",
    value: Allowed::Text { default: "restricted" },
    trust: "set to none, nothing is refused, however long nobody vouches for this log.",
};

/// What the node may hold.
pub const CLASSIFICATION_MOST: Key = Key {
    name: "classification_most",
    about: &[
        "The highest classification that this node may hold: what is above is refused, from its own people and from peers.",
    ],
    unit: "official, restricted or confidential",
    value: Allowed::Text { default: "confidential" },
    trust: "set high, the node takes what nobody has cleared it for.",
};

/// When the end of the node's credential is announced.
pub const CREDENTIAL_WARNING: Key = Key {
    name: "credential_warning_days",
    about: &[
        "How long before the node's credential ends, and while none takes over, /readyz and the log say so.",
    ],
    unit: "days",
    value: Allowed::Number { min: 1, max: 365, default: 30 },
    trust: "set low, nobody is told in time, and the exchange ends with the credential.",
};

/// How long a member may be away.
pub const WATCH_UNSEEN: Key = Key {
    name: "watch_unseen_minutes",
    about: &["How long another member may be unreachable before its log counts as stalled."],
    unit: "minutes",
    value: Allowed::Number { min: 1, max: 10_080, default: 15 },
    trust: "set high, nobody is told that a member is away.",
};

/// How old cosignatures may be.
pub const WATCH_STALE: Key = Key {
    name: "watch_stale_days",
    about: &[
        "How old the newest quorum of cosignatures on a log may be before it counts as stale.",
    ],
    unit: "days",
    value: Allowed::Number { min: 1, max: 365, default: 7 },
    trust: "set high, nobody is told that a log is no longer witnessed.",
};

/// Frames of one member.
pub const PEER_FRAMES: Key = Key {
    name: "peer_frames_per_second",
    about: &[
        "How many frames of one other member are read in a second; two seconds' worth may come at once.",
        "A member that is faster is read later and loses nothing; it is never cut off for it.",
    ],
    unit: "frames in a second",
    value: Allowed::Number { min: 50, max: 1_000_000, default: 2_000 },
    trust: "set low, the exchange is slowed; set high, one member can keep the node busy.",
};

/// Bytes of one member.
pub const PEER_MIB: Key = Key {
    name: "peer_mib_per_second",
    about: &["How much of one other member is read in a second, in the same way."],
    unit: "MiB in a second",
    value: Allowed::Number { min: 1, max: 4_096, default: 64 },
    trust: "set low, the exchange is slowed; set high, one member can keep the node busy.",
};

/// The store's cache.
pub const STORE_CACHE: Key = Key {
    name: "store_cache_mib",
    about: &["Memory for the store's cache."],
    unit: "MiB",
    value: Allowed::Number { min: 8, max: 65_536, default: 32 },
    trust: "the node can be slowed, or made to take more memory.",
};

/// A journal segment.
pub const JOURNAL_SEGMENT: Key = Key {
    name: "journal_segment_mib",
    about: &["Length at which a segment of the journal is closed and the next one begun."],
    unit: "MiB",
    value: Allowed::Number { min: 4, max: 4_096, default: 64 },
    trust: "nothing is gained.",
};

/// The longest file.
pub const FILES_LARGEST: Key = Key {
    name: "files_largest_mib",
    about: &[
        "Longest file beside a message that the node takes from its people or fetches from a peer.",
    ],
    unit: "MiB",
    value: Allowed::Number { min: 1, max: 1_048_576, default: 1_024 },
    trust: "set low, files do not arrive; set high, one peer can fill the room for files.",
};

/// All files.
pub const FILES_TOTAL: Key = Key {
    name: "files_total_mib",
    about: &["Room for all files beside messages, those among them that have come in part."],
    unit: "MiB",
    value: Allowed::Number { min: 1, max: 1_073_741_824, default: 65_536 },
    trust: "set low, files do not arrive; set high, peers can fill the disk down to its reserve.",
};

/// The disk reserve.
pub const DISK_RESERVE: Key = Key {
    name: "disk_reserve_mib",
    about: &["Room on the disk below which no new messages are taken; reads and receipts go on."],
    unit: "MiB",
    value: Allowed::Number { min: 16, max: 1_048_576, default: 256 },
    trust: "set high, the node refuses new messages; set low, a full disk stops it.",
};

/// Who answers for erasures by date.
pub const ERASURE_OFFICER: Key = Key {
    name: "erasure_officer",
    about: &[
        "Who answers for the bodies that the node erases by itself when their date has passed.",
        "It stands in the `erased` leaf for ever, so it is a pseudonymous number and never a name.",
    ],
    unit: "staff number, 1 to 32 of A-Z a-z 0-9 -",
    value: Allowed::Text { default: "retention" },
    trust: "erasures by date name somebody else.",
};

/// The life of a copy of the keys.
pub const KEY_BACKUP: Key = Key {
    name: "key_backup_days",
    about: &[
        "How long a copy of the keys of the bodies (`concord backup create --keys-out`) may be kept and used.",
        "Until then a body that is erased can still be opened by whoever has the copy; the `erased` leaf says so.",
    ],
    unit: "days",
    value: Allowed::Number { min: 1, max: 3_650, default: 30 },
    trust: "set high, what is erased lives on in copies for so much longer.",
};

/// Where the passphrase of the keys stands.
pub const PASSPHRASE_FILE: Key = Key {
    name: "passphrase_file",
    about: &[
        "The private file whose one line is the passphrase of the node's keys; relative to the node's folder.",
        "When empty, the systemd credential `concord-passphrase` or the terminal gives it, where the keys have one.",
    ],
    unit: "path, or empty",
    value: Allowed::Text { default: "" },
    trust: "the node can be kept from starting, nothing more.",
};

/// The library of a token.
pub const PKCS11_MODULE: Key = Key {
    name: "pkcs11_module",
    about: &[
        "The shared library of the token in which the signing and the log key are (PKCS#11).",
        "When empty, they lie in `keys/` like the others.",
    ],
    unit: "path, or empty",
    value: Allowed::Text { default: "" },
    trust: "everything: the library runs inside of the node.",
};

/// The token.
pub const PKCS11_TOKEN: Key = Key {
    name: "pkcs11_token",
    about: &["The label of the token."],
    unit: "text",
    value: Allowed::Text { default: "" },
    trust: "the node can be kept from starting; keys of another token are not those of the credential.",
};

/// Where the PIN stands.
pub const PKCS11_PIN_FILE: Key = Key {
    name: "pkcs11_pin_file",
    about: &["The private file whose one line is the token's PIN; relative to the node's folder."],
    unit: "path",
    value: Allowed::Text { default: "" },
    trust: "the node can be kept from signing; a token may lock itself after a few wrong PINs.",
};

/// The signing key in the token.
pub const PKCS11_SIGNING_KEY: Key = Key {
    name: "pkcs11_signing_key",
    about: &["The label of the key in the token that signs messages."],
    unit: "text",
    value: Allowed::Text { default: "concord-signing" },
    trust: "nothing is gained: the node refuses to start with keys that its credential does not name.",
};

/// The log key in the token.
pub const PKCS11_LOG_KEY: Key = Key {
    name: "pkcs11_log_key",
    about: &["The label of the key in the token that signs checkpoints."],
    unit: "text",
    value: Allowed::Text { default: "concord-log" },
    trust: "nothing is gained: the node refuses to start with keys that its credential does not name.",
};

/// Every key, in the order of the file.
pub const KEYS: [Key; 33] = [
    AGENCY,
    GENESIS,
    LISTEN,
    ADVERTISE,
    API_LISTEN,
    METRICS_LISTEN,
    CLOCK_TOLERANCE,
    WORKERS,
    MAILBOX,
    GREETING_WAIT,
    WITNESS_INTERVAL,
    UNWITNESSED_ALERT,
    UNWITNESSED_REFUSE,
    UNWITNESSED_SENSITIVE,
    CLASSIFICATION_MOST,
    CREDENTIAL_WARNING,
    WATCH_UNSEEN,
    WATCH_STALE,
    PEER_FRAMES,
    PEER_MIB,
    STORE_CACHE,
    JOURNAL_SEGMENT,
    FILES_LARGEST,
    FILES_TOTAL,
    DISK_RESERVE,
    ERASURE_OFFICER,
    KEY_BACKUP,
    PASSPHRASE_FILE,
    PKCS11_MODULE,
    PKCS11_TOKEN,
    PKCS11_PIN_FILE,
    PKCS11_SIGNING_KEY,
    PKCS11_LOG_KEY,
];

impl Key {
    /// The default of a text; empty where there is none.
    pub const fn default_text(&self) -> &'static str {
        match self.value {
            Allowed::Text { default } => default,
            Allowed::Required | Allowed::Texts | Allowed::Number { .. } => "",
        }
    }

    /// The default of a number; 0 where there is none.
    pub const fn default_number(&self) -> i64 {
        match self.value {
            Allowed::Number { default, .. } => default,
            Allowed::Required | Allowed::Text { .. } | Allowed::Texts => 0,
        }
    }

    /// Least and most of a number.
    pub const fn bounds(&self) -> (i64, i64) {
        match self.value {
            Allowed::Number { min, max, .. } => (min, max),
            Allowed::Required | Allowed::Text { .. } | Allowed::Texts => (0, 0),
        }
    }

    /// The default, as TOML writes it.
    pub fn default_toml(&self) -> String {
        match self.value {
            Allowed::Required => String::new(),
            Allowed::Text { default } => toml_text(default),
            Allowed::Texts => "[]".to_owned(),
            Allowed::Number { default, .. } => default.to_string(),
        }
    }

    /// The comment above the key: what it does, unit, bounds, default, trust.
    pub fn comment(&self) -> String {
        let shape = match self.value {
            Allowed::Required => format!("{}. Required.", self.unit),
            Allowed::Text { .. } | Allowed::Texts => {
                format!("{}. Default {}.", self.unit, self.default_toml())
            }
            Allowed::Number { min, max, default } => {
                format!("{}, {min} to {max}. Default {default}.", self.unit)
            }
        };
        let lines = self.about.iter().map(|line| (*line).to_owned());
        let lines = lines.chain([capitalised(&shape), format!("Trust: {}", self.trust)]);
        lines.map(|line| format!("# {line}\n")).collect()
    }
}

/// A text, as TOML writes it.
pub fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A list of texts, as TOML writes it.
pub fn toml_texts(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| toml_text(text)).collect();
    format!("[{}]", texts.join(", "))
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(rest).collect()
}
