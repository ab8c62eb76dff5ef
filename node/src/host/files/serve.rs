//! One link answers its peer, who asks for files that this node's messages to it name.

use std::sync::Arc;

use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::registry::FileCode;
use concord_protocol::wire::file::FileAnswer;
use concord_protocol::wire::file::FileHead;
use concord_protocol::wire::file::FileRefusal;
use concord_protocol::wire::file::FileRequest;
use tokio::task::JoinSet;
use tokio::time;
use tokio::time::Instant;

use crate::host::exchange::Ended;
use crate::host::files::PIECE_BYTES;
use crate::host::shared::Shared;
use crate::store::files::FileFault;
use crate::store::files::reader::SealedBytes;
use crate::store::read::ReadError;
use crate::telemetry::shown;
use crate::transport::bulk::Bulk;
use crate::transport::bulk::BulkError;
use crate::transport::connection::Connection;

/// Answers every stream that the peer opens; QUIC bounds how many are open.
// spec: fil-30
pub(super) async fn serve(shared: &Arc<Shared>, connection: &Connection) -> Ended {
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = under_way.join_next() => {}
            asked = connection.next_bulk() => {
                let Ok(stream) = asked else { return Ended::Broken };
                let (shared, peer) = (Arc::clone(shared), connection.peer().clone());
                under_way.spawn(async move {
                    if answer(&shared, &peer, stream).await.is_err() {
                        tracing::debug!(peer = shown(&peer), "a file was not sent to its end");
                    }
                });
            }
        }
    }
}

// spec: fil-31
async fn answer(shared: &Arc<Shared>, peer: &AgencyId, mut stream: Bulk) -> Result<(), BulkError> {
    let request = stream.hear().await?;
    let next = shared.paces.book(peer, Instant::now(), request.len());
    let Ok(FileRequest { digest, offset }) = codec::decode::<FileRequest>(&request) else {
        return Err(stream.refuse());
    };
    // spec: wire-93
    time::sleep_until(next).await;
    let place = shared.sending.try_acquire();
    let found = match place {
        Ok(_) => find(shared, peer, digest).await,
        Err(_) => Err(FileCode::Busy),
    };
    let said = match &found {
        Ok(file) => FileAnswer::File(FileHead { length: file.length() }),
        Err(code) => FileAnswer::Refused(FileRefusal { code: *code }),
    };
    stream.say(codec::encode(&said).map_err(|_| BulkError::Ended)?).await?;
    if let Ok(file) = found {
        send(shared, &mut stream, (file, offset)).await?;
    }
    stream.finish();
    Ok(())
}

async fn send(
    shared: &Arc<Shared>,
    stream: &mut Bulk,
    (mut file, mut at): (SealedBytes, u64),
) -> Result<(), BulkError> {
    while at < file.length() {
        let piece = shared.crew.disk.run(move || {
            let mut bytes = vec![0; PIECE_BYTES];
            let read = file.read_at(at, &mut bytes);
            read.map(|read| {
                bytes.truncate(read);
                (file, bytes)
            })
        });
        // A file that ends early was removed meanwhile, or the disk fails: the asker sees too few bytes.
        let Ok(Ok((same, bytes))) = piece.await else { return Err(BulkError::Ended) };
        if bytes.is_empty() {
            return Err(BulkError::Ended);
        }
        file = same;
        at = at.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        stream.send(bytes).await?;
    }
    Ok(())
}

/// The file, if this peer may have it and it is here.
async fn find(
    shared: &Arc<Shared>,
    peer: &AgencyId,
    digest: Digest,
) -> Result<SealedBytes, FileCode> {
    let (shared_here, peer) = (Arc::clone(shared), peer.clone());
    let found = shared.crew.disk.run(move || {
        let standing = standing(&shared_here, &peer, &digest).map_err(|_| FileCode::Busy)?;
        match standing {
            None => Err(FileCode::NotYours),
            Some(Standing::Ended) => Err(FileCode::Gone),
            Some(Standing::Open) => match shared_here.files.sealed(&digest) {
                Ok(file) => Ok(file),
                Err(FileFault::Absent) => Err(FileCode::Gone),
                Err(_) => Err(FileCode::Busy),
            },
        }
    });
    found.await.unwrap_or(Err(FileCode::Busy))
}

/// Whether a message still lends its files to its recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its body was erased, or is lost.
    Ended,
    /// It does.
    Open,
}

/// How the node's own messages to a peer stand that name a file; `None` when there is none. What others wrote of it, and
/// how often, changes nothing.
// spec: fil-21, fil-34
fn standing(
    shared: &Shared,
    peer: &AgencyId,
    file: &Digest,
) -> Result<Option<Standing>, ReadError> {
    let mut ended = None;
    let open = shared.reader.beside_of(file, &shared.me, |record| {
        let standing = to_peer(record, &shared.me, peer)?;
        ended = Some(Standing::Ended);
        (standing == Standing::Open).then_some(standing)
    })?;
    Ok(open.or(ended))
}

/// How a message of this node's own stands towards a peer; `None` when it is another's, or the peer is no recipient.
// spec: fil-34
pub(super) fn to_peer(record: &MessageRecord, me: &AgencyId, peer: &AgencyId) -> Option<Standing> {
    if record.from != *me {
        return None;
    }
    let header = header::read(&record.message).ok()?;
    let named = header.to.iter().any(|recipient| recipient.agency == *peer);
    named.then_some(match record.body {
        BodyForm::Held => Standing::Open,
        BodyForm::Absent | BodyForm::Erased | BodyForm::Lost => Standing::Ended,
    })
}
