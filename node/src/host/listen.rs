//! Who comes to our door: a peer's connection goes to its link, a stranger may introduce itself once.

use std::collections::BTreeMap;
use std::sync::Arc;

use concord_protocol::codec;
use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::identity::credential::CredentialError;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Introduction;
use concord_protocol::wire::offer;
use tokio::sync::mpsc;

use crate::clock;
use crate::host::charters;
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
// spec: wire-24
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
            // spec: chr-12
            Err(why @ (CloseCode::NotAMember | CloseCode::UnknownKey)) => {
                let code = charters::farewell(&around, &connection, why).await;
                connection.close(code);
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
    // spec: chr-12
    let door = doors.get(connection.peer()).ok_or(CloseCode::NotAMember)?;
    // spec: wire-37
    around.shared.may_connect(connection.peer(), connection.key())?;
    Ok(door)
}

/// One introduction, judged and answered. Source: spec wire-20, id-8.
async fn hear_stranger(stranger: StrangerConnection, around: &Surroundings) {
    let Ok(frame) = stranger.introduction().await else { return };
    let code = introduced(stranger.key(), &frame, around).await;
    stranger.answer(code);
}

/// Takes an introduction, and says what became of it.
pub(crate) async fn introduced(
    key: &VerifyingKey,
    frame: &[u8],
    around: &Surroundings,
) -> CloseCode {
    match judge(key, frame, around) {
        Ok(record) => {
            let job = |reply| Job::Admit { record, by: By::Peer, reply: Some(reply) };
            match exchange::ask(around, job).await {
                Ok(()) => CloseCode::Introduced,
                Err(_) => CloseCode::Stopping,
            }
        }
        Err(code) => code,
    }
}

/// What is said to somebody who thinks that we know its key. Who was a member is told that it is one no longer.
// spec: chr-12
fn stranger_code(directory: &Directory, key: &VerifyingKey) -> CloseCode {
    let known = directory.by_transport_key(key).map(|credential| credential.agency());
    match known.filter(|agency| directory.charter().member(agency).is_none()) {
        Some(_) => CloseCode::NotAMember,
        None => CloseCode::UnknownKey,
    }
}

/// The credential of an introduction, if it is a member's, valid now, and for the key that was proven.
///
/// A first frame that is no introduction is the greeting of someone who thinks that we know it: it is told that we do not.
fn judge(
    key: &VerifyingKey,
    frame: &[u8],
    around: &Surroundings,
) -> Result<CredentialRecord, CloseCode> {
    let directory = around.shared.directory();
    let introduction: Introduction =
        codec::decode(frame).map_err(|_| stranger_code(&directory, key))?;
    let refused = CloseCode::IntroductionRefused;
    let verified = directory.verify(&introduction.credential).map_err(|error| match error {
        CredentialError::NotAMember { .. } => CloseCode::NotAMember,
        CredentialError::TooLong { .. }
        | CredentialError::Form(_)
        | CredentialError::Content(_)
        | CredentialError::OtherCharter { .. }
        | CredentialError::OtherSigner { .. }
        | CredentialError::Forged { .. }
        | CredentialError::Rule(_) => refused,
    })?;
    let credential = verified.credential().clone();
    if credential.transport != *key || credential.agency == around.shared.me {
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
