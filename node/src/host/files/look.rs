//! Finds out what is wanted, at the start and after each commit, and ends files that no message ever named.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::message::attachment::Attachment;
use tokio::time;
use tokio::time::Instant;

use crate::host::files::looked::Looked;
use crate::host::files::looked::More;
use crate::host::files::looked::Named;
use crate::host::files::looked::Whose;
use crate::host::files::wants::Want;
use crate::host::shared::Shared;
use crate::telemetry::shown;

/// How long after a commit the node looks for what it lacks: many commits are one look.
const PAUSE: Duration = Duration::from_millis(100);

/// How long until it looks although nothing was committed: a link may have brought room for more.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Messages with files looked at in one go.
const PAGE: usize = 256;

/// How long a file waits for a message that names it. Source: spec fil-15.
const UNNAMED_LIFE: Duration = Duration::from_secs(24 * 3_600);

/// How often such files are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// Looks until the node stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut news = shared.follow();
    let (mut looked, mut unnamed) = (Looked::default(), BTreeMap::new());
    let (mut again, mut sweep) = (Instant::now(), Instant::now());
    loop {
        looked = look(&shared, looked, Whose::Everybody).await;
        if again <= Instant::now() {
            for author in looked.to_go_on(&shared.wants) {
                looked = look(&shared, looked, Whose::Of(author)).await;
            }
            again = Instant::now() + LOOK_EVERY;
        }
        if sweep <= Instant::now() {
            unnamed = end_unnamed(&shared, unnamed).await;
            sweep = Instant::now() + SWEEP_EVERY;
        }
        if matches!(time::timeout(LOOK_EVERY, news.changed()).await, Ok(Err(_))) {
            return;
        }
        time::sleep(PAUSE).await;
    }
}

/// Wants what further messages name and this node lacks. Returns how far it looked.
// spec: fil-30
async fn look(shared: &Arc<Shared>, mut looked: Looked, whose: Whose) -> Looked {
    loop {
        let (here, whose) = (Arc::clone(shared), whose.clone());
        let page = shared.crew.disk.run(move || {
            let more = page(&here, &mut looked, &whose);
            (looked, more)
        });
        match page.await {
            Ok((reached, More::Yes)) => looked = reached,
            Ok((reached, More::No)) => return reached,
            // Whoever looks again from the beginning finds what is wanted already.
            Err(_) => return Looked::default(),
        }
    }
}

fn page(shared: &Shared, looked: &mut Looked, whose: &Whose) -> More {
    let from = looked.place(whose);
    // What cannot be read now is looked for again after the next commit.
    let Ok(found) = shared.reader.attached(from.as_ref(), PAGE) else { return More::No };
    let more = if found.len() == PAGE { More::Yes } else { More::No };
    let mut naming = None::<Naming>;
    for at in found {
        let same = naming.take().filter(|naming| naming.leaf == at.leaf);
        let Some(message) = same.or_else(|| Naming::of(shared, at.leaf)) else {
            looked.pass(at, whose);
            continue;
        };
        let lacked = lacked(shared, &message, &at.file);
        let named = Named { at, author: &message.author, lacked };
        let step = looked.take(&shared.wants, named, whose, Instant::now());
        naming = Some(message);
        if matches!(step, More::No) {
            return More::No;
        }
    }
    if matches!(more, More::No) {
        looked.end(whose);
    }
    more
}

/// What a message names, as long as its body is here.
struct Naming {
    leaf: LeafIndex,
    author: AgencyId,
    files: Vec<Attachment>,
}

impl Naming {
    fn of(shared: &Shared, leaf: LeafIndex) -> Option<Self> {
        let record = shared.reader.message_at(leaf).ok()??;
        let held = Some(&record).filter(|record| record.body == BodyForm::Held);
        let header = held.and_then(|record| header::read(&record.message).ok());
        let files = header.map_or_else(Vec::new, |header| header.attachments);
        Some(Self { leaf, author: record.from, files })
    }
}

/// The file, if a message whose body is here names it, another member wrote it, and it is not here. Takes note of whose
/// it is otherwise.
fn lacked(shared: &Shared, message: &Naming, file: &Digest) -> Option<Want> {
    let named = message.files.iter().find(|named| named.digest == *file)?;
    let whole = shared.files.whole(file).ok().flatten();
    match (whole, message.author == shared.me) {
        (Some(length), false) => {
            shared.files.belongs(*file, &message.author, length);
            None
        }
        (Some(_), true) => None,
        (None, true) => {
            tracing::warn!(
                file = shown(file),
                "a file of an own message is not here: nobody gets it"
            );
            None
        }
        (None, false) => Some(Want { file: *file, length: named.length }),
    }
}

/// Ends files that were added and that no message named in a day. Returns since when each of the others waits.
// spec: fil-15
async fn end_unnamed(
    shared: &Arc<Shared>,
    unnamed: BTreeMap<Digest, Instant>,
) -> BTreeMap<Digest, Instant> {
    let (here, now) = (Arc::clone(shared), Instant::now());
    let swept = shared.crew.disk.run(move || {
        let mut waiting = BTreeMap::new();
        for file in here.files.all().unwrap_or_default() {
            if !matches!(here.reader.beside(&file, |_| Some(())), Ok(None)) {
                continue;
            }
            let since = unnamed.get(&file).copied().unwrap_or(now);
            if now.duration_since(since) < UNNAMED_LIFE {
                waiting.insert(file, since);
            } else if here.files.remove(&file).is_ok() {
                tracing::info!(file = shown(&file), "a file that no message named was removed");
            }
        }
        waiting
    });
    swept.await.unwrap_or_default()
}
