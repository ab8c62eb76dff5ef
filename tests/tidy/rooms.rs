//! Each guest crate has one room, and `protocol` depends on few.

use crate::tree;

/// A crate as it is named in code, and where it may be named.
const ROOMS: &[(&str, &[&str])] = &[
    ("sled", &["node/src/store"]),
    ("crc32c", &["node/src/store"]),
    ("rustix", &["node/src/store", "node/src/files", "node/src/keystore", "node/src/cli/demo"]),
    ("blahaj", &["node/src/keystore/share"]),
    ("cryptoki", &["node/src/keystore/token"]),
    ("bip39", &["node/src/keystore/share"]),
    ("argon2", &["protocol/src/crypto"]),
    ("quinn", &["node/src/transport"]),
    ("rustls", &["node/src/transport"]),
    ("socket2", &["node/src/transport"]),
    ("axum", &["node/src/api", "node/src/web", "node/src/metrics"]),
    ("prometheus_client", &["node/src/metrics"]),
    ("askama", &["node/src/web"]),
    ("utoipa", &["node/src/api"]),
    ("utoipa_axum", &["node/src/api"]),
    ("hyper", &["node/src/api/listener"]),
    ("hyper_util", &["node/src/api/listener"]),
    ("ureq", &["node/src/api/client"]),
    ("clap", &["node/src/cli", "node/src/main"]),
    ("indicatif", &["node/src/cli"]),
    ("comfy_table", &["node/src/cli"]),
    ("csv", &["node/src/cli/manifest"]),
    ("calamine", &["node/src/cli/manifest/read"]),
    ("zip", &["node/src/cli/manifest/read"]),
    ("idna", &["node/src/api/route/feeds"]),
    ("miniz_oxide", &["protocol/src/feed"]),
    ("data_encoding", &["node/src/cli/certificate"]),
    ("toml", &["node/src/settings", "node/src/cli"]),
    ("getrandom", &["node/src/entropy"]),
    ("tracing_subscriber", &["node/src/telemetry"]),
    ("aws_lc_rs", &["node/src/provider", "node/src/transport"]),
    ("ml_kem", &["node/src/provider"]),
    ("ed25519_dalek", &["protocol/src/crypto"]),
    ("x_wing", &["protocol/src/crypto"]),
    ("ml_dsa", &["protocol/src/crypto"]),
    ("voprf", &["protocol/src/crypto"]),
    ("rand_core_06", &["protocol/src/crypto"]),
    ("aes_gcm", &["protocol/src/crypto"]),
    ("chacha20poly1305", &["protocol/src/crypto"]),
    ("sha2", &["protocol/src/crypto"]),
    ("hkdf", &["protocol/src/crypto"]),
    ("serde_cbor", &["protocol/src/codec"]),
    ("unicode_normalization", &["protocol/src/message/writing"]),
    ("base64", &["protocol/src/log", "node/src"]),
];

#[test]
fn each_guest_is_named_in_its_room_only() {
    let mut strays = Vec::new();
    let sources =
        ["protocol/src", "node/src"].into_iter().flat_map(|folder| tree::sources(folder, ".rs"));
    for source in sources.filter(|source| !source.is_test()) {
        for (guest, rooms) in ROOMS {
            let at_home = rooms.iter().any(|room| source.path.starts_with(room));
            let named = source.code().find(|(_, line)| names(line, guest));
            if let (false, Some((line, _))) = (at_home, named) {
                strays.push(format!(
                    "{}:{line}: {guest}, at home in {}",
                    source.path,
                    rooms.join(", ")
                ));
            }
        }
    }

    tree::none(&strays, "guests outside their room; go through the module that is their room:");
}

#[test]
fn the_protocol_is_pure() {
    let library = tree::sources("protocol/src", "lib.rs");
    assert!(
        library[0].text.contains("#![no_std]"),
        "protocol is no_std: no clock, no file, no socket"
    );

    let found: Vec<String> = tree::sources("protocol/src", ".rs")
        .iter()
        .filter(|source| !source.is_test())
        .flat_map(|source| {
            let impure = |line: &str| {
                line.contains("std::") && !line.contains("no_std") || line.contains("async fn")
            };
            let lines = source.code().filter(|(_, line)| impure(line));
            lines.map(|(n, line)| format!("{}:{n}: {line}", source.path)).collect::<Vec<_>>()
        })
        .collect();
    tree::none(&found, "protocol decides and does nothing; hand the value in as an argument:");
}

#[test]
fn effects_are_settled_in_one_place() {
    let places: Vec<String> = tree::sources("node/src", ".rs")
        .iter()
        .filter(|source| source.code().any(|(_, line)| line.contains(".settle(|")))
        .map(|source| source.path.clone())
        .collect();

    assert_eq!(places, ["node/src/host/writer.rs"], "remember, then act: one commit, one place");
}

/// Whether a line of code names a crate as a path or an import.
fn names(line: &str, guest: &str) -> bool {
    let path = format!("{guest}::");
    let import = format!("use {guest};");
    line.contains(&import)
        || line.match_indices(&path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
        })
}
