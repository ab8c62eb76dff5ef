//! Backups as files: every byte counts, nothing leads out of the folder, and keys die on their day.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::moment::Timestamp;

use crate::cli::backup;
use crate::cli::backup::Look;
use crate::cli::backup::archive;
use crate::cli::backup::archive::About;
use crate::cli::backup::archive::Content;
use crate::cli::backup::archive::Digest16;
use crate::cli::backup::archive::FORMAT;
use crate::cli::backup::archive::Writer;
use crate::cli::backup::restore;
use crate::files::tests::Scratch;
use crate::report::code::Code;

const NOW: Timestamp = Timestamp::from_millis(1_000);

#[test]
fn no_byte_of_a_backup_can_be_changed_cut_off_or_added() {
    // shows: bak-3
    let whole = data(&[("format", b"concord"), ("journal/0000000000000001.journal", &[7; 600])]);
    let holds = |bytes: &[u8]| archive::read(&mut &*bytes, &mut Look);
    assert_eq!(holds(&whole).unwrap().members, 2);

    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(holds(&changed).is_err(), "byte {at}");
        assert!(holds(&whole[..at]).is_err(), "cut at {at}");
    }
    assert!(holds(&[&whole[..], &[0]].concat()).is_err());
}

#[test]
fn nothing_leads_out_of_the_folder_and_nothing_comes_back_that_must_not() {
    // shows: bak-3, bak-4
    let foreign = [
        "../outside",
        "/etc/passwd",
        "journal/../../x",
        "journal//x",
        "./format",
        "state/head",
        "state/witness",
        "bodies/slots",
        "lock",
        "token",
        "api.json",
        "store/db",
        "journal/mark",
        "archive/log1/bodies/slots",
        "archive/log1/state/head",
        "notes.txt",
    ];
    for path in foreign {
        let bytes = data(&[(path, b"x")]);
        let refused = archive::read(&mut bytes.as_slice(), &mut Look);
        assert!(matches!(refused, Err(archive::ArchiveError::Foreign { .. })), "{path}");
    }
    let twice = data(&[("format", b"a"), ("format", b"b")]);
    assert!(archive::read(&mut twice.as_slice(), &mut Look).is_err());
    let keys = written(&About { content: Content::Keys, ..about() }, &[("format", b"x")]);
    assert!(archive::read(&mut keys.as_slice(), &mut Look).is_err(), "keys and nothing else");
}

#[test]
fn keys_that_are_past_their_day_are_refused_with_the_day() {
    // shows: bak-7
    let folder = Scratch::new();
    let (from, keys) = (folder.at("data"), folder.at("keys"));
    fs::write(&from, data(&[("format", b"concord")])).unwrap();
    let dead = About { content: Content::Keys, until: Some(NOW), ..about() };
    fs::write(&keys, written(&dead, &[("bodies/slots", b"slots")])).unwrap();
    let dir = folder.at("node");

    let refused = restore::restore((&from, Some(&keys)), &dir, NOW).unwrap_err();
    assert_eq!(refused.code, Code::KeysExpired);
    assert!(refused.why.contains("1970-01-01T00:00:01"), "{}", refused.why);
    assert_eq!(backup::verify(&keys, NOW).unwrap_err().code, Code::KeysExpired);
    assert!(!dir.exists() && !beside(&dir).exists(), "nothing is left");

    let alive = Timestamp::from_millis(999);
    backup::verify(&keys, alive).unwrap();
    restore::restore((&from, Some(&keys)), &dir, alive).unwrap();
    assert_eq!(fs::read(dir.join("bodies/slots")).unwrap(), b"slots");
}

#[test]
fn a_restore_is_whole_or_not_at_all_and_never_over_something() {
    // shows: bak-8, bak-9
    let folder = Scratch::new();
    let (from, dir) = (folder.at("data"), folder.at("node"));
    let whole = data(&[("format", b"concord"), ("own/a.credential", b"c")]);
    fs::write(&from, &whole[..whole.len() - 1]).unwrap();
    assert!(restore::restore((&from, None), &dir, NOW).is_err());
    assert!(!dir.exists() && !beside(&dir).exists());

    fs::write(&from, &whole).unwrap();
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("something"), b"").unwrap();
    let refused = restore::restore((&from, None), &dir, NOW).unwrap_err();
    assert_eq!(refused.code, Code::FileExists);
    fs::remove_file(dir.join("something")).unwrap();

    restore::restore((&from, None), &dir, NOW).unwrap();
    assert!(!dir.join("state/head").exists(), "nothing says that these data are the newest");
    assert!(!dir.join("bodies/slots").exists());
    assert_eq!(fs::read_to_string(dir.join("token")).unwrap().trim().len(), 64);
}

#[test]
fn keys_of_another_life_are_refused() {
    // shows: bak-7
    let folder = Scratch::new();
    let (from, keys) = (folder.at("data"), folder.at("keys"));
    fs::write(&from, data(&[("format", b"concord")])).unwrap();
    let until = Some(Timestamp::from_millis(2_000));
    let other = About { content: Content::Keys, life: Digest16([9; 16]), until, ..about() };
    fs::write(&keys, written(&other, &[("bodies/slots", b"slots")])).unwrap();

    let refused = restore::restore((&from, Some(&keys)), &folder.at("node"), NOW).unwrap_err();

    assert_eq!(refused.code, Code::BackupRefused);
}

fn about() -> About {
    About {
        format: FORMAT,
        content: Content::Data,
        agency: AgencyId::parse("la.mps").unwrap(),
        life: Digest16([1; 16]),
        at: Timestamp::from_millis(5),
        sequence: 3,
        size: TreeSize::new(7),
        until: None,
    }
}

fn data(members: &[(&str, &[u8])]) -> Vec<u8> {
    written(&about(), members)
}

fn written(about: &About, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = Writer::begin(Vec::new(), about).unwrap();
    for (path, bytes) in members {
        writer.member(path, &mut &**bytes, bytes.len() as u64).unwrap();
    }
    let (mut out, _) = writer.end().unwrap();
    out.flush().unwrap();
    out
}

fn beside(dir: &Path) -> PathBuf {
    dir.with_file_name("node.new")
}
