//! Settings: every key, every refusal, every origin.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::crypto::digest;
use concord_protocol::message::handling::Classification;
use concord_protocol::moment::Span;

use crate::settings::Origin;
use crate::settings::Settings;
use crate::settings::SettingsError;
use crate::settings::file;
use crate::settings::file::FormError;
use crate::settings::file::Initial;
use crate::settings::key::Allowed;
use crate::settings::key::KEYS;

const MIB: u64 = 1024 * 1024;

#[test]
fn the_commented_file_in_config_is_what_a_new_node_gets() {
    let path = example_path();
    let written = file::write(&initial());
    if std::env::var_os("CONCORD_BLESS").is_some() {
        fs::write(&path, &written).unwrap();
    }

    assert_eq!(fs::read_to_string(&path).unwrap(), written, "renew it with CONCORD_BLESS=1");
}

#[test]
fn a_new_nodes_file_means_the_defaults() {
    let written = Settings::parse(file::write(&initial()).as_bytes()).unwrap();
    let bare = Settings::parse(b"agency = \"la.mps\"").unwrap();

    assert_eq!(written.agency.as_str(), "la.mps");
    assert_eq!(written.genesis, None);
    assert_eq!(written.listen.to_string(), "0.0.0.0:7400");
    assert_eq!(written.api_listen.to_string(), "127.0.0.1:0");
    assert_eq!(written.metrics_listen, None);
    assert_eq!(written.clock_tolerance, Span::from_millis(300_000));
    assert_eq!(written.workers, std::thread::available_parallelism().unwrap());
    assert_eq!(written.mailbox_inputs, 1024);
    assert_eq!(written.greeting_wait, Span::from_millis(2_000));
    assert_eq!(written.witness_interval, Span::from_millis(5_000));
    assert_eq!(written.unwitnessed_alert, Span::from_millis(300_000));
    let limit = written.unwitnessed_limit;
    assert_eq!(limit.after, Span::from_millis(14_400_000));
    assert_eq!(limit.from, Some(Classification::Restricted));
    assert_eq!(written.cleared, Classification::Confidential);
    assert_eq!(written.watch_unseen, Span::from_millis(900_000));
    assert_eq!(written.watch_stale, Span::from_days(7));
    assert_eq!(written.store_cache_bytes, 32 * MIB);
    assert_eq!(written.journal_segment_bytes, 64 * MIB);
    assert_eq!(written.files_largest_bytes, 1024 * MIB);
    assert_eq!(written.files_total_bytes, 65_536 * MIB);
    assert_eq!(written.disk_reserve_bytes, 256 * MIB);
    assert_eq!(written.advertise, Vec::<String>::new());
    let values = |settings: &Settings| -> Vec<String> {
        settings.shown().iter().map(|shown| shown.value.clone()).collect()
    };
    assert_eq!(values(&written), values(&bare));
}

#[test]
fn each_value_says_where_it_comes_from() {
    let text = "agency = \"la.mps\"\nworkers = 3\nadvertise = [\"a.example:1\", \"[::1]:2\"]\n";
    let settings = Settings::parse(text.as_bytes()).unwrap();

    let shown = |key: &str| settings.shown().iter().find(|shown| shown.key == key).unwrap().clone();

    assert_eq!(settings.shown().len(), KEYS.len());
    assert_eq!((shown("workers").value.as_str(), shown("workers").origin), ("3", Origin::File));
    assert_eq!(shown("advertise").value, "[\"a.example:1\", \"[::1]:2\"]");
    assert_eq!(shown("mailbox_inputs").origin, Origin::Default);
    assert_eq!(shown("mailbox_inputs").value, "1024");
    assert_eq!(settings.workers.get(), 3);
}

#[test]
fn unknown_keys_and_other_types_are_refused_with_their_line() {
    let unknown = form_error("agency = \"la.mps\"\n\nlisten_on = \"x\"\n");
    let another_type = form_error("agency = \"la.mps\"\nworkers = \"four\"\n");
    let missing = form_error("workers = 4\n");
    let no_toml = form_error("agency = \n");

    assert!(
        matches!(&unknown, FormError::Toml { line: 3, reason } if reason.contains("listen_on"))
    );
    assert!(matches!(another_type, FormError::Toml { line: 2, .. }));
    assert!(matches!(&missing, FormError::Toml { reason, .. } if reason.contains("agency")));
    assert!(matches!(no_toml, FormError::Toml { line: 1, .. }));
    assert!(matches!(Settings::parse(&[0xff]), Err(SettingsError::Form(FormError::Utf8))));
}

#[test]
fn every_value_that_does_not_hold_names_its_key() {
    let cases = [
        ("agency = \"LA\"", "agency"),
        ("genesis = \"abc\"", "genesis"),
        ("listen = \"localhost:7400\"", "listen"),
        ("listen = \"127.0.0.1\"", "listen"),
        ("api_listen = \"\"", "api_listen"),
        ("advertise = [\"node.example\"]", "advertise"),
    ];

    for (line, key) in cases {
        let text =
            if key == "agency" { line.to_owned() } else { format!("agency = \"la.mps\"\n{line}") };
        let refused = Settings::parse(text.as_bytes()).unwrap_err();
        assert!(refused.to_string().starts_with(key), "{line}: {refused}");
    }
}

#[test]
fn every_number_is_bounded() {
    for key in &KEYS {
        let Allowed::Number { min, max, default } = key.value else { continue };
        assert!((min..=max).contains(&default), "{}", key.name);
        let parsed = |number: i64| {
            Settings::parse(format!("agency = \"la.mps\"\n{} = {number}", key.name).as_bytes())
        };
        assert!(parsed(min).is_ok() && parsed(max).is_ok(), "{}", key.name);
        for out in [min - 1, max + 1, i64::MIN, i64::MAX] {
            let refused = parsed(out);
            assert!(
                matches!(refused, Err(SettingsError::OutOfBounds { key: named, found, .. }) if named == key.name && found == out)
            );
        }
    }
}

#[test]
fn the_pin_is_written_and_nothing_else_changes() {
    // shows: id-13
    let pin = digest::sha256(b"charter").to_string();
    let before = file::write(&initial());

    let after = file::with_genesis(before.as_bytes(), &pin).unwrap();

    let genesis = Settings::parse(after.as_bytes()).unwrap().genesis.unwrap();
    assert_eq!(genesis.to_string(), pin);
    let changed: Vec<(&str, &str)> =
        before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].0, "genesis = \"\"");
    let none = file::with_genesis(b"agency = \"la.mps\"\n# genesis = \"\"\n", &pin);
    assert_eq!(none, Err(FormError::NoLine { key: "genesis" }));
}

#[test]
fn the_addresses_are_those_advertised_or_the_one_that_can_be_reached() {
    let addresses = |lines: &str| {
        Settings::parse(format!("agency = \"la.mps\"\n{lines}").as_bytes()).unwrap().addresses()
    };

    assert_eq!(addresses("listen = \"127.0.0.1:7400\""), ["127.0.0.1:7400"]);
    assert_eq!(addresses("listen = \"127.0.0.1:1\"\nadvertise = [\"a:2\"]"), ["a:2"]);
    assert!(addresses("listen = \"0.0.0.0:7400\"").is_empty());
    assert!(addresses("listen = \"127.0.0.1:0\"").is_empty());
}

#[test]
fn every_key_tells_its_unit_its_default_and_what_it_is_worth_to_an_attacker() {
    for key in &KEYS {
        let comment = key.comment();
        assert!(comment.contains("Trust: "), "{}", key.name);
        assert!(comment.contains("Default") || comment.contains("Required"), "{}", key.name);
    }
}

fn initial() -> Initial {
    Initial {
        agency: "la.mps".to_owned(),
        listen: None,
        advertise: Vec::new(),
        api_listen: None,
        witness_interval_ms: None,
        token: None,
    }
}

fn example_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/node.toml")
}

fn form_error(text: &str) -> FormError {
    match Settings::parse(text.as_bytes()) {
        Err(SettingsError::Form(error)) => error,
        other => panic!("expected the form to be refused, found {other:?}"),
    }
}
