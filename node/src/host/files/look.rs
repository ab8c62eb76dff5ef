//! Finds out what is wanted, at the start and after each commit, and ends files that no message ever named.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use tokio::time;
use tokio::time::Instant;

use crate::host::files;
use crate::host::files::wants::Want;
use crate::host::shared::Shared;
use crate::store::files::Held;
use crate::store::read::files::Attached;
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
    let (mut after, mut unnamed) = (None, BTreeMap::new());
    let mut sweep = Instant::now();
    loop {
        after = look(&shared, after).await;
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

/// Wants what the messages after a place name and this node lacks. Returns the place up to which it looked.
// spec: fil-30
async fn look(shared: &Arc<Shared>, mut after: Option<Attached>) -> Option<Attached> {
    loop {
        let here = Arc::clone(shared);
        let page = shared.crew.disk.run(move || page(&here, after)).await;
        match page {
            Ok(Page { after: reached, more: true }) => after = reached,
            Ok(Page { after: reached, more: false }) => return reached,
            Err(_) => return after,
        }
    }
}

/// How far one go came.
struct Page {
    after: Option<Attached>,
    more: bool,
}

fn page(shared: &Shared, mut after: Option<Attached>) -> Page {
    // What cannot be read now is looked for again after the next commit.
    let found = shared.reader.attached(after.as_ref(), PAGE).unwrap_or_default();
    let more = found.len() == PAGE;
    for attached in found {
        if !shared.wants.has_room() {
            return Page { after, more: false };
        }
        want(shared, &attached);
        after = Some(attached);
    }
    Page { after, more }
}

fn want(shared: &Shared, attached: &Attached) {
    let Ok(Some(record)) = shared.reader.message_at(attached.leaf) else { return };
    if matches!(shared.files.held(&attached.file), Ok(Held::Whole { .. })) {
        return;
    }
    if record.from == shared.me {
        if record.body == BodyForm::Held {
            tracing::warn!(
                file = shown(&attached.file),
                "a file of an own message is not here: nobody gets it"
            );
        }
        return;
    }
    if let Some(named) = files::named_by(&record, &attached.file) {
        let want = Want { file: named.digest, length: named.length };
        shared.wants.add(want, record.from, Instant::now());
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
            if here.reader.beside(&file).is_ok_and(|beside| !beside.is_empty()) {
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
