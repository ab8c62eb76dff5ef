//! Passphrases: where they come from, and what may be one.

use std::fs;
use std::path::Path;

use crate::files::FileError;
use crate::files::tests::Scratch;
use crate::files::tests::set_mode;
use crate::keystore::passphrase::PASSPHRASE_BYTES_MAX;
use crate::keystore::passphrase::Passphrase;
use crate::keystore::passphrase::PassphraseError;
use crate::keystore::passphrase::Source;

#[test]
fn a_passphrase_is_one_line_and_nothing_after_it() {
    let taken = |line: &[u8]| Passphrase::from_line(line).map(|taken| taken.expose().to_vec());

    assert_eq!(taken(b"correct horse"), Some(b"correct horse".to_vec()));
    assert_eq!(taken(b"correct horse\n"), Some(b"correct horse".to_vec()));
    assert_eq!(taken(b"correct horse\r\n"), Some(b"correct horse".to_vec()));
    assert_eq!(taken(b" blanks count \n"), Some(b" blanks count ".to_vec()));
    assert_eq!(taken(b""), None);
    assert_eq!(taken(b"\n"), None);
    assert_eq!(taken(b"one\ntwo"), None);
    assert_eq!(taken(&[b'a'; PASSPHRASE_BYTES_MAX + 1]), None);
    assert_eq!(format!("{:?}", Passphrase::from_line(b"secret").unwrap()), "Passphrase");
}

#[test]
fn a_passphrase_file_that_others_can_reach_is_refused() {
    // shows: cus-3
    let scratch = Scratch::new();
    let path = scratch.at("passphrase");
    fs::write(&path, "correct horse battery staple\n").unwrap();
    let source = Source::File(path.clone());

    set_mode(&path, 0o640);
    let refused = source.ask(Path::new("key"));
    assert!(matches!(refused, Err(PassphraseError::File(FileError::Exposed { .. }))));
    set_mode(&path, 0o600);
    assert_eq!(source.ask(Path::new("key")).unwrap().expose(), b"correct horse battery staple");
}

#[test]
fn what_systemd_hands_over_may_have_the_mode_that_systemd_gives_it() {
    let scratch = Scratch::new();
    let path = scratch.at("concord-passphrase");
    fs::write(&path, "correct horse battery staple").unwrap();
    set_mode(&path, 0o440);

    let asked = Source::Credential(path).ask(Path::new("key")).unwrap();

    assert_eq!(asked.expose(), b"correct horse battery staple");
}

#[test]
fn a_new_passphrase_has_twelve_characters_and_an_old_one_may_have_fewer() {
    // shows: cus-3
    let scratch = Scratch::new();
    let path = scratch.at("passphrase");
    let written = |text: &str| {
        fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        Source::File(path.clone())
    };

    let short = written("eleven char").choose(Path::new("key"));
    assert!(matches!(short, Err(PassphraseError::Short { len: 11 })));
    assert_eq!(written("eleven char").ask(Path::new("key")).unwrap().expose(), b"eleven char");
    assert!(written("ພາສາລາວ12345").choose(Path::new("key")).is_ok(), "characters, not bytes");
    assert!(matches!(
        written("two\nlines of it").choose(Path::new("key")),
        Err(PassphraseError::Form { .. })
    ));
}

#[test]
fn the_file_named_on_the_command_line_comes_before_the_one_of_the_settings() {
    // shows: cus-3
    let (named, set) = (Path::new("named"), Path::new("set"));

    assert_eq!(Source::find(Some(named), Some(set)), Source::File(named.to_owned()));
    assert_eq!(Source::find(None, Some(set)), Source::File(set.to_owned()));
    let nowhere = Source::Nowhere.ask(named);
    assert!(matches!(nowhere, Err(PassphraseError::Nowhere)));
}
