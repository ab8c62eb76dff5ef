//! Proofs, and the keys that they rest on: of log 1 of the sender, whose witnesses are the two other agencies.

use concord_protocol::audit::cose_receipt;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::identity;
use concord_protocol::ids::LogNumber;
use concord_protocol::log::checkpoint;
use concord_protocol::log::cosignature;
use concord_protocol::log::cosignature::CosignerKey;
use concord_protocol::log::hash;
use concord_protocol::log::note::NoteKey;
use concord_protocol::log::policy;
use concord_protocol::log::policy::Policy;
use concord_protocol::log::tlog_proof;
use concord_protocol::log::vkey;

use crate::vectors::federation;
use crate::vectors::federation::AGENCIES;
use crate::vectors::federation::Federation;
use crate::vectors::federation::SENDER;
use crate::vectors::judge::class;

/// The leaf that proofs and receipts in the cases are about.
pub(in crate::vectors) const LEAF: &[u8] = &[2];

/// Where the sender's log is.
pub(in crate::vectors) fn origin() -> String {
    Federation::fixed().directory.origin(&federation::agency(SENDER), LogNumber::new(1))
}

/// The sender's log key.
pub(in crate::vectors) fn log_key() -> NoteKey {
    NoteKey::new(&origin(), federation::key(SENDER, "log").public()).unwrap()
}

/// An agency as a witness.
pub(in crate::vectors) fn witness(agency: &str) -> CosignerKey {
    let charter = &Federation::fixed().verified().charter().name;
    let name = identity::witness_name(charter, &federation::agency(agency));
    CosignerKey::new(&name, federation::key(agency, "witness").public()).unwrap()
}

/// Both other agencies.
pub(in crate::vectors) fn witnesses() -> Vec<CosignerKey> {
    AGENCIES.iter().filter(|agency| **agency != SENDER).map(|agency| witness(agency)).collect()
}

/// The sender's log and both witnesses.
pub(in crate::vectors) fn two_of_two() -> Policy {
    Policy::flat(log_key(), witnesses(), 2).unwrap()
}

/// A checkpoint that both witnesses must have cosigned.
pub(super) fn cosigned_checkpoint(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let signed = checkpoint::verify(bytes, &origin(), log_key().key());
    let signed = signed.map_err(|error| class(&error))?;
    cosignature::quorate(&signed, &witnesses(), 2).map_err(|error| class(&error))?;
    Ok(signed.note().to_vec())
}

pub(super) fn vkey(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = core::str::from_utf8(bytes).map_err(|_| "utf8".to_owned())?;
    vkey::parse(text).map(|key| key.text().into_bytes()).map_err(|error| class(&error))
}

/// A policy. The class is the fault and its line. People write it, in more than one way: it is written again in one form,
/// and that form reads as the same.
pub(super) fn policy(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let at = |error: policy::PolicyError| format!("{} at line {}", class(&error.fault), error.line);
    let text = policy::parse(bytes).map_err(at)?.text();
    let again = policy::parse(&text).map_err(at)?.text();
    if again == text { Ok(bytes.to_vec()) } else { Err("its one form reads as another".to_owned()) }
}

/// A proof file under a policy of both witnesses. The class is the fault and its line, or what does not hold.
pub(super) fn tlog_proof(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let proof = tlog_proof::parse(bytes)
        .map_err(|error| format!("{} at line {}", class(&error.fault), error.line))?;
    tlog_proof::verify(&proof, &hash::leaf_hash(LEAF), &two_of_two())
        .map_err(|error| class(&error))?;
    Ok(tlog_proof::write(&proof))
}

/// A COSE receipt for the leaf.
pub(super) fn cose_receipt(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let receipt = cose_receipt::read(bytes).map_err(|error| class(&error))?;
    cose_receipt::verify(&receipt, &hash::leaf_hash(LEAF), &origin(), log_key().key())
        .map_err(|error| class(&error))?;
    Ok(bytes.to_vec())
}
