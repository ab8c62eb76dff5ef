//! Who comes to our door: a peer's connection goes to its link, a stranger may introduce itself once.

use std::collections::BTreeMap;
use std::sync::Arc;

use concord_protocol::codec;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::identity::credential;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Introduction;
use concord_protocol::wire::offer;
use tokio::sync::mpsc;

use crate::clock;
use crate::host::exchange;
use crate::host::exchange::Surroundings;
use crate::host::mailbox::By;
use crate::host::mailbox::Job;
use crate::transport::Endpoint;
use crate::transport::connection::Connection;
use crate::transport::listen::Accepted;
use crate::transport::listen::Arrival;
use crate::transport::listen::StrangerConnection;

/// The links' doors, by peer.
pub(crate) type Doors = Arc<BTreeMap<AgencyId, mpsc::Sender<Connection>>>;

/// Takes arrivals until the endpoint stops; each handshake runs on its own.
pub(crate) async fn accept(endpoint: Endpoint, around: Surroundings, doors: Doors) {
    while let Some(arrival) = endpoint.accept().await {
        tokio::spawn(welcome(arrival, around.clone(), Arc::clone(&doors)));
    }
}

async fn welcome(arrival: Arrival, around: Surroundings, doors: Doors) {
    match arrival.handshake().await {
        // What is no longer in force does not even disturb the connection that is.
        Ok(Accepted::Known(connection)) => match door(&connection, &around, &doors) {
            Ok(door) => {
                if let Err(mpsc::error::TrySendError::Full(turned_away)) = door.try_send(connection)
                {
                    turned_away.close(CloseCode::TooFast);
                }
            }
            Err(code) => connection.close(code),
        },
        Ok(Accepted::Stranger(stranger)) => hear_stranger(stranger, &around).await,
        Err(_) => tracing::debug!("handshake failed"),
    }
}

/// The link that a connection belongs to, if its key counts now.
fn door<'d>(
    connection: &Connection,
    around: &Surroundings,
    doors: &'d Doors,
) -> Result<&'d mpsc::Sender<Connection>, CloseCode> {
    // spec: wire-37
    around.shared.may_connect(connection.peer(), connection.key())?;
    doors.get(connection.peer()).ok_or(CloseCode::UnknownKey)
}

/// One introduction, judged and answered. Source: spec wire-20, id-8.
async fn hear_stranger(stranger: StrangerConnection, around: &Surroundings) {
    let Ok(frame) = stranger.introduction().await else { return };
    match judge(&stranger, &frame, around) {
        Ok(record) => {
            let admitted = exchange::ask(around, |reply| Job::Admit {
                record,
                by: By::Peer,
                reply: Some(reply),
            })
            .await;
            stranger.answer(if admitted.is_ok() {
                CloseCode::Introduced
            } else {
                CloseCode::Stopping
            });
        }
        Err(code) => stranger.answer(code),
    }
}

/// The credential of an introduction, if it is a member's, valid now, and for the key that was proven.
///
/// A first frame that is no introduction is the greeting of someone who thinks that we know it: it is told that we do not.
fn judge(
    stranger: &StrangerConnection,
    frame: &[u8],
    around: &Surroundings,
) -> Result<CredentialRecord, CloseCode> {
    let introduction: Introduction = codec::decode(frame).map_err(|_| CloseCode::UnknownKey)?;
    let refused = CloseCode::IntroductionRefused;
    let directory = around.shared.directory();
    let verified =
        credential::verify(&introduction.credential, directory.charter()).map_err(|_| refused)?;
    let credential = verified.credential().clone();
    if credential.transport != *stranger.key() || credential.agency == around.shared.me {
        return Err(refused);
    }
    // spec: id-41
    let mut then = Directory::clone(&directory);
    then.admit(verified).map_err(|_| refused)?;
    let key = (&credential.agency, &credential.transport);
    then.may_connect(key, clock::now(), around.shared.tolerance)
        .map_err(|error| offer::ended(&error))?;
    let record = CredentialRecord {
        agency: credential.agency,
        serial: credential.serial,
        credential: introduction.credential,
    };
    if around.shared.may_admit(&record, By::Peer) { Ok(record) } else { Err(refused) }
}
