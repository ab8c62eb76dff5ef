//! The node's own credential, and the keys that it names.

use concord_protocol::identity::credential::VerifiedCredential;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::moment::Timestamp;

use crate::host::start::StartError;
use crate::keystore::Keys;
use crate::keystore::generations::Generations;
use crate::settings::enrolment::EnrolmentError;

/// The credential that the node goes by, and its keys: the best one whose keys are held.
pub(super) fn goes_by(
    directory: &Directory,
    held: &Generations,
    (me, now): (&AgencyId, Timestamp),
) -> Result<(VerifiedCredential, Keys), StartError> {
    let mut first = None;
    for own in directory.preferred(me, now) {
        match held.named_by(own.credential()) {
            Ok(keys) => {
                if first.is_some() {
                    tracing::warn!(
                        "a newer credential of this node names keys that it does not hold"
                    );
                }
                return Ok((own.clone(), keys));
            }
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.map_or(EnrolmentError::NoCredential.into(), StartError::Mismatch))
}
