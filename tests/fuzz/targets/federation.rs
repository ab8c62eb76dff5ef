//! What grows with each document or frame: the papers of a federation, and the log that a mirror follows.

use concord_protocol::codec;
use concord_protocol::identity::charter::chain;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::ids::LogNumber;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::mirror::Followed;
use concord_protocol::wire::mirror::Owner;
use harness::vectors::federation;
use harness::vectors::federation::Federation;
use harness::vectors::federation::SENDER;

use crate::corpus::Start;
use crate::targets::Target;
use crate::targets::of;

/// Versions of the charter that somebody hands in.
pub(super) const PAPERS: &[Target] = &[of("charter-papers", Start::Cases("charter-chain"), papers)];

/// Entries that a peer wants kept.
pub(super) const MIRRORS: &[Target] = &[of("mirror", Start::Cases("frame"), mirror)];

/// Whatever is handed in, the founding version stays, each version follows the last, and all is found again.
fn papers(bytes: &[u8]) {
    let Ok(documents) = chain::read(bytes) else { return };
    let founding = Federation::fixed().verified().clone();
    let mut papers = Papers::found(founding.clone());
    papers.take(&documents);
    assert_eq!(papers.founding().digest(), founding.digest());
    let versions: Vec<u64> = papers.path().map(|held| held.version().get()).collect();
    assert!(versions.windows(2).all(|pair| pair[0] < pair[1]), "versions go up");
    let held = papers.documents().expect("what is held can be written");
    let mut again = Papers::found(founding);
    again.take(&held.values().collect::<Vec<_>>());
    assert_eq!(again.newest().digest(), papers.newest().digest(), "all of it leads there again");
}

/// A frame is followed whole or not at all, and what is followed has the root of a signed checkpoint.
fn mirror(bytes: &[u8]) {
    let Ok(Frame::Mirror(frame)) = codec::decode::<Frame>(bytes) else { return };
    let directory = &Federation::fixed().directory;
    let agency = federation::agency(SENDER);
    let log = LogNumber::new(1);
    let owner =
        Owner { origin: directory.origin(&agency, log), keys: directory.log_keys(&agency, log) };
    let mut followed = Followed::default();
    match followed.follow(&frame, &owner) {
        Ok(()) => {
            let known = followed.checkpoint().map(|known| known.checkpoint().root);
            let root = Some(followed.tree().root());
            assert!(followed.in_entry() || known == root, "a checkpoint is over what is held");
        }
        Err(_) => assert_eq!(followed.sequence(), 0, "nothing of it is kept"),
    }
}
