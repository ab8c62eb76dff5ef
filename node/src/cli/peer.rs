//! `concord peer add | list | show | ping`: the other agencies, through a running node.
//!
//! A credential is handed to the node if it runs; if it does not, the file is taken in for its next start.

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use concord_protocol::limits::CREDENTIAL_BYTES_MAX;

use crate::api::shape::peer::Peer;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::peer_file;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::files;
use crate::report::Exit;
use crate::report::Report;
use crate::settings::folder::NodeFolder;

/// What can be done with peers.
#[derive(Debug, Subcommand)]
pub enum PeerVerb {
    /// Takes in another agency's credential.
    Add {
        /// The credential, as the other agency's root signed it.
        file: PathBuf,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Lists the other members of the charter and the links with them.
    List {
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Shows one peer and the link with it.
    Show {
        /// The peer's agency, for example `mm.mpf`.
        agency: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Asks a peer over the live connection whether it is there.
    Ping {
        /// The peer's agency.
        agency: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// Runs one verb.
///
/// # Errors
/// When the node cannot be reached or refuses.
pub fn run(verb: &PeerVerb) -> Result<Answer, Report> {
    match verb {
        PeerVerb::Add { file, reach } => add(file, reach),
        PeerVerb::List { reach } => list(reach),
        PeerVerb::Show { agency, reach } => Ok(shown(&reach.client()?.peer(agency)?)),
        PeerVerb::Ping { agency, reach } => ping(agency, reach),
    }
}

fn add(file: &Path, reach: &Reach) -> Result<Answer, Report> {
    let asked = reach.client().and_then(|client| {
        let credential = files::read(file, CREDENTIAL_BYTES_MAX)
            .map_err(|error| fail::file("the credential was not taken in", &error))?;
        client.admit(&credential)
    });
    match (asked, reach.dir()) {
        (Ok(peer), _) => {
            let became = if peer.known { "known" } else { "new" };
            Ok(Answer::new(
                format!("credential of {} ({became})\n", peer.agency),
                table::json(&peer),
            ))
        }
        (Err(report), Some(dir)) if report.exit == Exit::NotReachable => {
            peer_file::add(&NodeFolder::at(dir.to_path_buf()), file)
        }
        (Err(report), _) => Err(report),
    }
}

fn list(reach: &Reach) -> Result<Answer, Report> {
    let peers = reach.client()?.peers()?;
    let rows = peers.items.iter().map(|peer| {
        [
            peer.agency.clone(),
            standing(peer).to_owned(),
            table::or_dash(peer.serial),
            peer.waiting.to_string(),
            peer.cursor.to_string(),
            table::or_dash(peer.log_size),
        ]
    });
    let text = table::table(["peer", "link", "credential", "waiting", "taken", "their log"], rows);
    Ok(Answer::new(text, table::json(&peers)))
}

fn shown(peer: &Peer) -> Answer {
    let text = table::facts([
        ("peer", peer.agency.clone()),
        ("link", standing(peer).to_owned()),
        ("trouble", table::or_dash(peer.trouble.clone())),
        ("credential", table::or_dash(peer.serial)),
        ("ends", table::or_dash(peer.not_after.clone())),
        ("addresses", peer.addresses.join(" ")),
        ("waiting", peer.waiting.to_string()),
        ("epoch", peer.epoch.to_string()),
        ("next out", peer.next.to_string()),
        ("last in", peer.cursor.to_string()),
        ("their log", table::or_dash(peer.log_size)),
    ]);
    Answer::new(text, table::json(peer))
}

const fn standing(peer: &Peer) -> &'static str {
    if peer.connected { "up" } else { "down" }
}

fn ping(agency: &str, reach: &Reach) -> Result<Answer, Report> {
    let pong = reach.client()?.ping(agency)?;
    let micros = pong.round_trip_us;
    let text =
        format!("{} answered after {}.{:03} ms\n", pong.agency, micros / 1000, micros % 1000);
    Ok(Answer::new(text, table::json(&pong)))
}
