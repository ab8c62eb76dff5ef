//! `concord root transcript`: what a ceremony was, to read, to print, and to check.

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use concord_protocol::codec;
use concord_protocol::identity::ceremony;
use concord_protocol::identity::ceremony::Transcript;
use concord_protocol::identity::root::RootAnnouncement;
use concord_protocol::limits::CHARTER_BYTES_MAX;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::root::ceremony::ANNOUNCEMENT_BYTES_MAX;
use crate::files;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;

/// What can be done with a transcript.
#[derive(Debug, Subcommand)]
pub enum TranscriptVerb {
    /// Shows a transcript, to be read or printed.
    Show {
        /// The transcript.
        transcript: PathBuf,
    },
    /// Verifies that a transcript is of one root.
    Verify {
        /// The transcript.
        transcript: PathBuf,
        /// The root's public file.
        #[arg(long, value_name = "FILE")]
        public: PathBuf,
    },
}

/// Runs one verb.
///
/// # Errors
/// When the transcript does not hold.
pub fn run(verb: &TranscriptVerb) -> Result<Answer, Report> {
    let (path, public) = match verb {
        TranscriptVerb::Show { transcript } => (transcript, None),
        TranscriptVerb::Verify { transcript, public } => (transcript, Some(public.as_path())),
    };
    let what = "the transcript was not verified";
    let bytes = files::read(path, CHARTER_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let verified = ceremony::verify(&bytes)
        .map_err(|error| Report::caused(Code::TranscriptRefused, what, &error))?;
    let transcript = verified.transcript();
    match public {
        None => Ok(shown(transcript).say(
            "Signed by the root in it. Whether that is the agency's, the charter or its public file says.",
        )),
        Some(public) => {
            same_root(transcript, public, what)?;
            Ok(shown(transcript).say("Signed by the root of the public file."))
        }
    }
}

fn same_root(transcript: &Transcript, public: &Path, what: &'static str) -> Result<(), Report> {
    let bytes =
        files::read(public, ANNOUNCEMENT_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let announced: RootAnnouncement =
        codec::decode(&bytes).map_err(|error| Report::caused(Code::RootRefused, what, &error))?;
    if (&announced.agency, &announced.root) == (&transcript.agency, &transcript.root) {
        return Ok(());
    }
    let why = format!(
        "it is of the root {} of {}, the public file is of {} of {}",
        transcript.root.fingerprint(),
        transcript.agency,
        announced.root.fingerprint(),
        announced.agency
    );
    Err(Report::new(Code::TranscriptRefused, what, why).with_exit(Exit::VerificationFailed))
}

/// The transcript as people read it; every line can be compared aloud.
fn shown(transcript: &Transcript) -> Answer {
    let act = transcript.act.text();
    let mut text = format!(
        "Transcript of a root ceremony\n\nagency      {}\nthe root    was {act}\nfingerprint {}\ntime        {}, by the clock of the machine\nsoftware    {}\n",
        transcript.agency,
        transcript.root.fingerprint(),
        transcript.at,
        transcript.software,
    );
    match transcript.people.as_slice() {
        [] => text.push_str("present     nobody was named\n"),
        people => people.iter().for_each(|name| text.push_str(&format!("present     {name}\n"))),
    }
    if let Some(sharing) = &transcript.sharing {
        text.push_str(&format!("shares      any {} give the root back\n", sharing.threshold));
        for digest in &sharing.shares {
            text.push_str(&format!("share       {digest}\n"));
        }
    }
    let shares = transcript.sharing.as_ref().map(|sharing| {
        let digests: Vec<String> = sharing.shares.iter().map(ToString::to_string).collect();
        json!({"threshold": sharing.threshold, "digests": digests})
    });
    let json = json!({
        "agency": transcript.agency.as_str(),
        "act": act,
        "fingerprint": transcript.root.fingerprint().to_string(),
        "at": transcript.at.to_string(),
        "software": transcript.software,
        "present": transcript.people,
        "shares": shares,
    });
    Answer::new(text, json)
}
