//! One link asks its peer for the files that the peer's messages name and this node lacks.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use concord_protocol::codec;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::FILE_STREAMS_MAX;
use concord_protocol::wire::file::FileAnswer;
use concord_protocol::wire::file::FileRequest;
use concord_protocol::wire::file::Heard;
use tokio::task::JoinSet;
use tokio::time;
use tokio::time::Instant;

use crate::host::exchange::Ended;
use crate::host::exchange::Surroundings;
use crate::host::files;
use crate::host::files::PIECE_BYTES;
use crate::host::files::wants::Outcome;
use crate::host::files::wants::Tried;
use crate::host::files::wants::Want;
use crate::host::shared::Shared;
use crate::store::files::FileFault;
use crate::store::files::part::Part;
use crate::telemetry::shown;
use crate::transport::bulk::Bulk;
use crate::transport::bulk::BulkError;
use crate::transport::connection::Connection;

/// How long until a link looks for work although nobody told it of any.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Asks for one file after the other, a few at once, as long as the link lives.
// spec: fil-30
pub(super) async fn fetch(around: &Surroundings, connection: &Connection) -> Ended {
    let (shared, peer) = (&around.shared, connection.peer());
    let mut changes = shared.wants.follow();
    let mut under_way = JoinSet::new();
    let most = usize::try_from(FILE_STREAMS_MAX).unwrap_or(1);
    loop {
        while under_way.len() < most
            && let Some(want) = shared.wants.take(peer, Instant::now())
        {
            let (shared, connection) = (Arc::clone(shared), connection.clone());
            under_way.spawn(one(shared, connection, want));
        }
        let later = Instant::now() + LOOK_EVERY;
        let next = shared.wants.next(peer).map_or(later, |next| next.min(later));
        // With every stream in use only the end of one matters.
        let look = if under_way.len() < most { next } else { later };
        tokio::select! {
            Some(_) = under_way.join_next() => {}
            changed = changes.changed() => if changed.is_err() { return Ended::Broken },
            () = time::sleep_until(look) => {}
        }
    }
}

/// Fetches one file, and notes what became of it however it ends: also when the link ends in the middle.
async fn one(shared: Arc<Shared>, connection: Connection, want: Want) {
    let peer = connection.peer();
    let brought = AtomicU64::new(0);
    let mut under_way = UnderWay {
        shared: &shared,
        peer,
        want: &want,
        brought: &brought,
        outcome: Outcome::LinkEnded,
    };
    let outcome = asked((&shared, &connection), &want, &brought).await;
    under_way.outcome = outcome;
    let file = &want.file;
    match outcome {
        Outcome::Done => tracing::info!(peer = shown(peer), file = shown(file), "a file is here"),
        Outcome::LinkEnded | Outcome::Broken => {
            tracing::debug!(
                peer = shown(peer),
                file = shown(file),
                "a file did not come to its end"
            )
        }
        Outcome::Refused(code) => {
            tracing::info!(
                peer = shown(peer),
                file = shown(file),
                code = code.text(),
                "a peer does not send a file"
            )
        }
        Outcome::Wrong => {
            tracing::warn!(
                peer = shown(peer),
                file = shown(file),
                "a peer sent something else than the file that its message names"
            )
        }
        Outcome::NotTaken => {
            tracing::warn!(
                peer = shown(peer),
                file = shown(file),
                "a file cannot be taken: no room, or the disk fails"
            )
        }
    }
}

/// A try that is under way.
struct UnderWay<'t> {
    shared: &'t Shared,
    peer: &'t AgencyId,
    want: &'t Want,
    brought: &'t AtomicU64,
    outcome: Outcome,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let brought = self.brought.load(Ordering::Relaxed);
        let tried = Tried { outcome: self.outcome, brought };
        self.shared.wants.settle(self.peer, &self.want.file, tried, Instant::now());
    }
}

async fn asked(
    (shared, connection): (&Arc<Shared>, &Connection),
    want: &Want,
    brought: &AtomicU64,
) -> Outcome {
    let peer = connection.peer();
    let part = match begin(shared, peer, want).await {
        Ok(Some(part)) => part,
        Ok(None) => return Outcome::Done,
        Err(fault) => return of_fault(&fault),
    };
    let part = if part.held() == part.length() {
        part
    } else {
        match ask(connection, &part, want).await {
            Ok(stream) => match take((shared, peer), (stream, part), brought).await {
                Ok(part) => part,
                Err(outcome) => return outcome,
            },
            Err(outcome) => return outcome,
        }
    };
    finish(shared, (part, want)).await
}

/// Opens what is here of the file; `None` when it is here already, or no message needs it any more.
async fn begin(
    shared: &Arc<Shared>,
    peer: &AgencyId,
    want: &Want,
) -> Result<Option<Part>, FileFault> {
    let (shared_here, peer, want) = (Arc::clone(shared), peer.clone(), want.clone());
    let begun = shared.crew.disk.run(move || {
        let files = &shared_here.files;
        let is_here = files.whole(&want.file)?.is_some();
        if is_here {
            files.leave(&want.file, &peer)?;
            return Ok(None);
        }
        match files::wanted_of(&shared_here, &peer, &want.file) {
            Ok(Some(length)) => files.receive((want.file, length), &peer).map(Some),
            Ok(None) | Err(_) => Ok(None),
        }
    });
    begun.await.unwrap_or(Ok(None))
}

/// Asks for the rest of a file.
// spec: fil-31, fil-32
async fn ask(connection: &Connection, part: &Part, want: &Want) -> Result<Bulk, Outcome> {
    let mut stream = connection.open_bulk().await.map_err(|_| Outcome::LinkEnded)?;
    let request = FileRequest { digest: want.file, offset: part.held() };
    let frame = codec::encode(&request).map_err(|_| Outcome::Broken)?;
    stream.say(frame).await.map_err(of_stream)?;
    stream.finish();
    let answer = stream.hear().await.map_err(of_stream)?;
    let Ok(answer) = codec::decode::<FileAnswer>(&answer) else {
        stream.refuse();
        return Err(Outcome::Broken);
    };
    match answer.hear(part.length(), part.held()) {
        Heard::Rest(_) => Ok(stream),
        Heard::Refused(code) => Err(Outcome::Refused(code)),
        Heard::OtherFile => Err(Outcome::Wrong),
    }
}

/// Takes the rest of a file, as fast as its member may speak.
async fn take(
    (shared, peer): (&Arc<Shared>, &AgencyId),
    (mut stream, mut part): (Bulk, Part),
    brought: &AtomicU64,
) -> Result<Part, Outcome> {
    while part.held() < part.length() {
        let left = part.length().saturating_sub(part.held());
        let wanted = usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
        let bytes = stream.receive(wanted).await.map_err(of_stream)?;
        if bytes.is_empty() {
            return Err(Outcome::Broken);
        }
        // spec: wire-93
        let next = shared.paces.book(peer, Instant::now(), bytes.len());
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let taken = shared.crew.disk.run(move || part.take(&bytes).map(|()| part));
        part = taken.await.map_err(|_| Outcome::LinkEnded)?.map_err(|fault| of_fault(&fault))?;
        brought.fetch_add(count, Ordering::Relaxed);
        time::sleep_until(next).await;
    }
    Ok(part)
}

/// Gives the file its name, unless the last message that named it was erased meanwhile.
// spec: fil-41
async fn finish(shared: &Arc<Shared>, (part, want): (Part, &Want)) -> Outcome {
    let (shared_here, file) = (Arc::clone(shared), want.file);
    let finished = shared.crew.disk.run(move || {
        part.finish()?;
        if let Ok(false) = files::is_needed(&shared_here, &file) {
            shared_here.files.remove(&file)?;
        }
        Ok(())
    });
    match finished.await {
        Ok(Ok(())) => Outcome::Done,
        Ok(Err(fault)) => of_fault(&fault),
        Err(_) => Outcome::LinkEnded,
    }
}

const fn of_stream(error: BulkError) -> Outcome {
    match error {
        BulkError::Slow | BulkError::Ended => Outcome::Broken,
        BulkError::BadFrame => Outcome::LinkEnded,
    }
}

const fn of_fault(fault: &FileFault) -> Outcome {
    match fault {
        FileFault::OtherDigest | FileFault::BadLength(_) | FileFault::Longer => Outcome::Wrong,
        FileFault::Busy | FileFault::Shorter => Outcome::Broken,
        // It was ended while it came.
        FileFault::Absent => Outcome::Done,
        FileFault::TooLong { .. }
        | FileFault::NoRoom { .. }
        | FileFault::NoShare { .. }
        | FileFault::Unopenable { .. }
        | FileFault::Unsealable
        | FileFault::Entropy(_)
        | FileFault::Disk(_) => Outcome::NotTaken,
    }
}
