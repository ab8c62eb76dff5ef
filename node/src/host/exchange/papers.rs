//! Papers of members on a connection: what the peer lacks, and what it hands over.

use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::record::papers::StaffRecord;
use concord_protocol::identity::credential::VerifiedCredential;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::notice;
use concord_protocol::identity::notice::VerifiedNotice;
use concord_protocol::identity::staff::VerifiedStaffList;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Serial;
use concord_protocol::wire::greeting::Met;
use serde_bytes::ByteBuf;

use crate::host::exchange::listener::Judged;
use crate::host::mailbox::By;
use crate::host::mailbox::Outgoing;
use crate::host::shared::Shared;

/// How many of its own credentials a node says on each connection, the newest ones.
const OWN_SAID_MAX: usize = 16;

/// What this node knows of members and the peer does not.
pub(super) fn lacking(directory: &Directory, me: &AgencyId, met: &Met) -> Vec<Outgoing> {
    let mut said = Vec::new();
    let own = directory.credentials().filter(|known| known.agency() == me);
    let own: Vec<Serial> = own.map(VerifiedCredential::serial).collect();
    let since = own.get(own.len().saturating_sub(OWN_SAID_MAX));
    // spec: wire-36
    for known in directory.credentials() {
        let (agency, serial) = (known.agency(), known.serial());
        let held = met.known().iter().find(|held| held.agency == *agency);
        let newest = directory.newest(agency).map(VerifiedCredential::serial) == Some(serial);
        // Of its own credentials each one, for messages that waited were signed under them, and a peer that knows a
        // newer one may have missed one between.
        let may_lack = if agency == me {
            since.is_none_or(|since| serial >= *since)
        } else {
            newest && held.is_none_or(|held| held.serial < serial)
        };
        if may_lack {
            said.push(Outgoing::Credential(known.bytes().to_vec()));
        }
    }
    // spec: wire-81
    let fresh =
        directory.revocations().filter(|known| !met.revocations().contains(&known.digest()));
    said.extend(fresh.map(|known| Outgoing::Revocation(known.bytes().to_vec())));
    let newer = |known: &&VerifiedNotice| {
        let of = &known.notice().agency;
        let held = met.notices().iter().find(|held| held.agency == *of);
        held.is_none_or(|held| (held.serial, held.sequence) < known.order())
    };
    said.extend(
        directory.notices().filter(newer).map(|known| Outgoing::Notice(known.bytes().to_vec())),
    );
    // spec: stf-6
    let newer = |known: &&VerifiedStaffList| {
        let held = met.staff().iter().find(|held| held.agency == *known.agency());
        held.is_none_or(|held| held.number < known.list().number)
    };
    said.extend(
        directory.staff_lists().filter(newer).map(|known| Outgoing::Staff(known.bytes().to_vec())),
    );
    said
}

pub(super) fn revocation(bytes: ByteBuf, shared: &Shared, directory: &Directory) -> Judged {
    let Ok(verified) = directory.verify_revocation(&bytes) else { return Judged::Ignored };
    let (agency, digest) = (verified.agency().clone(), verified.digest());
    let record = RevocationRecord { agency, digest, leaf: None, revocation: bytes };
    if shared.may_revoke(&record) { Judged::Revocation(record) } else { Judged::Ignored }
}

pub(super) fn notice(bytes: ByteBuf, shared: &Shared) -> Judged {
    let Ok((said, _)) = notice::read(&bytes) else { return Judged::Ignored };
    let record = NoticeRecord { agency: said.agency, notice: bytes };
    if shared.may_notice(&record) { Judged::Notice(record) } else { Judged::Ignored }
}

/// A staff list that somebody hands over; `said` is its agency and its number.
pub(super) fn staff(bytes: ByteBuf, said: (AgencyId, u64), shared: &Shared) -> Judged {
    let (agency, number) = said;
    let record = StaffRecord { agency, number, staff: bytes };
    if shared.may_staff(&record, By::Peer) { Judged::Staff(record) } else { Judged::Ignored }
}

pub(super) fn credential(bytes: &[u8], shared: &Shared, directory: &Directory) -> Judged {
    // What is known costs no signature.
    if directory.credentials().any(|known| known.bytes() == bytes) {
        return Judged::Ignored;
    }
    match directory.verify(bytes) {
        Ok(verified) => {
            let (agency, serial) =
                (verified.credential().agency.clone(), verified.credential().serial);
            if directory.with_serial(&agency, serial).is_some() {
                return Judged::Ignored;
            }
            let record =
                CredentialRecord { agency, serial, credential: ByteBuf::from(bytes.to_vec()) };
            if shared.may_admit(&record, By::Peer) {
                Judged::Credential(record)
            } else {
                Judged::Ignored
            }
        }
        Err(_) => Judged::Ignored,
    }
}
