//! `concord peer add FILE --dir`: takes in a credential or a revocation while the node is stopped.
//!
//! A running node gets the same file through its API; it alone writes its store.

use std::path::Path;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::node;
use crate::files;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::folder::NodeFolder;
use crate::settings::folder::Occupancy;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::hybrid::HybridSigned;
use concord_protocol::identity::revocation::VerifiedRevocation;
use concord_protocol::limits::CREDENTIAL_BYTES_MAX;
use serde_json::json;

/// Verifies a credential up to the adopted charter and keeps it for the node's next start.
///
/// # Errors
/// When a node runs on the folder, or the credential does not verify or contradicts another one.
pub fn add(folder: &NodeFolder, file: &Path) -> Result<Answer, Report> {
    let what = "the credential was not taken in";
    let settings = Settings::load(folder).map_err(|error| fail::settings(what, &error))?;
    match folder.occupancy().map_err(|error| fail::file(what, &error))? {
        Occupancy::Free => {}
        Occupancy::Taken => {
            let why = format!("a node runs on {}", folder.path().display());
            return Err(Report::new(Code::NodeRunning, what, why));
        }
    }
    let bytes =
        files::read(file, CREDENTIAL_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    if HybridSigned::parse(&bytes, ContentType::Revocation).is_ok() {
        let verified = enrolment::import_revocation(folder, &settings, file)
            .map_err(|error| fail::enrolment(what, &error))?;
        return Ok(revoked(&verified));
    }
    let (credential, admission) = enrolment::import_peer(folder, &settings, file)
        .map_err(|error| fail::enrolment(what, &error))?;
    Ok(node::taken(&credential, admission))
}

/// Answers that a revocation was taken in.
pub fn revoked(verified: &VerifiedRevocation) -> Answer {
    let said = verified.revocation();
    let logs = said.logs.iter().map(|good| format!("log {} up to {} leaves", good.log, good.size));
    let logs: Vec<String> = logs.collect();
    let good = if logs.is_empty() { "nothing".to_owned() } else { logs.join(", ") };
    let text = format!(
        "revoked    credentials 1 to {} of {} ({})\ngood       {good}\n",
        said.through, said.agency, said.reason
    );
    let json = json!({
        "agency": said.agency.as_str(),
        "through": said.through.get(),
        "reason": said.reason.text(),
        "digest": verified.digest().to_string(),
        "logs": said.logs.iter().map(|good| json!({"log": good.log.get(), "size": good.size.get()})).collect::<Vec<_>>(),
    });
    Answer::new(text, json)
}
