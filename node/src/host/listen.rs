//! Who comes to our door: a peer's connection goes to its link, a stranger may introduce itself once.

use std::collections::BTreeMap;
use std::sync::Arc;

use concord_protocol::codec;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::identity::credential;
use concord_protocol::ids::AgencyId;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Introduction;
use tokio::sync::mpsc;

use crate::clock;
use crate::host::exchange;
use crate::host::exchange::Surroundings;
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
        Ok(Accepted::Known(connection)) => match doors.get(connection.peer()) {
            Some(door) => {
                if let Err(mpsc::error::TrySendError::Full(turned_away)) = door.try_send(connection)
                {
                    turned_away.close(CloseCode::TooFast);
                }
            }
            None => connection.close(CloseCode::UnknownKey),
        },
        Ok(Accepted::Stranger(stranger)) => hear_stranger(stranger, &around).await,
        Err(_) => tracing::debug!("handshake failed"),
    }
}

/// One introduction, judged and answered. Source: spec wire-20, id-8.
async fn hear_stranger(stranger: StrangerConnection, around: &Surroundings) {
    let Ok(frame) = stranger.introduction().await else { return };
    match judge(&stranger, &frame, around) {
        Ok(record) => {
            let admitted =
                exchange::ask(around, |reply| Job::Admit { record, reply: Some(reply) }).await;
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
    verified.valid_at(clock::now(), around.shared.tolerance).map_err(|_| refused)?;
    let credential = verified.credential();
    if credential.transport != *stranger.key() || credential.agency == around.shared.me {
        return Err(refused);
    }
    let record = CredentialRecord {
        agency: credential.agency.clone(),
        serial: credential.serial,
        credential: introduction.credential,
    };
    if around.shared.may_admit(&record) { Ok(record) } else { Err(refused) }
}
