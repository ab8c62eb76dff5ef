//! `concord peer add FILE --dir`: takes in another agency's credential while the node is stopped.
//!
//! A running node gets the same file through its API; it alone writes its store.

use std::path::Path;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::node;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::folder::NodeFolder;
use crate::settings::folder::Occupancy;

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
    let (credential, admission) = enrolment::import_peer(folder, &settings, file)
        .map_err(|error| fail::enrolment(what, &error))?;
    Ok(node::taken(&credential, admission))
}
