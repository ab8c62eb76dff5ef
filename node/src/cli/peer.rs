//! `concord peer add | list | show | ping`: the other agencies, through a running node.
//!
//! A credential is handed to the node if it runs; if it does not, the file is taken in for its next start.

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use concord_protocol::ids::StaffNumber;
use serde_json::json;

use crate::api::client::Client;
use crate::api::shape::peer::Peer;
use crate::api::shape::succession::Succession;
use crate::cli::answer::Answer;
use crate::cli::peer_file;
use crate::cli::peer_file::Paper;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::host::view::Standing;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;
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
    /// Takes in the revocation of an agency's credentials, the node's own among them. Nothing takes it back.
    Revoke {
        /// The revocation, as the agency's root signed it.
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
    /// Approves that a peer's log ends and its next one begins.
    Approve {
        /// The peer's agency.
        agency: String,
        /// Staff number of the officer who approves; every member sees it.
        #[arg(long, value_name = "NUMBER", value_parser = StaffNumber::parse)]
        officer: StaffNumber,
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
        PeerVerb::Add { file, reach } => add(file, reach, Paper::Credential),
        PeerVerb::Revoke { file, reach } => add(file, reach, Paper::Revocation),
        PeerVerb::List { reach } => list(reach),
        PeerVerb::Show { agency, reach } => show(&reach.client()?, agency),
        PeerVerb::Approve { agency, officer, reach } => {
            let approved = reach.client()?.approve(agency, officer.as_str())?;
            let talk = "The approval is kept, and goes to the peer when it is connected.";
            Ok(Answer::new(succession(&approved), table::json(&approved)).say(talk))
        }
        PeerVerb::Ping { agency, reach } => ping(agency, reach),
    }
}

fn add(file: &Path, reach: &Reach, paper: Paper) -> Result<Answer, Report> {
    let asked = reach.client().and_then(|client| client.admit(&paper.read(file)?));
    match (asked, reach.dir()) {
        (Ok(peer), _) => {
            let became = if peer.known { "known" } else { "new" };
            let text = format!("{} of {} ({became})\n", paper.text(), peer.agency);
            Ok(Answer::new(text, table::json(&peer)))
        }
        (Err(report), Some(dir)) if report.exit == Exit::NotReachable => {
            peer_file::add(&NodeFolder::at(dir.to_path_buf()), file, paper)
        }
        // The node's API takes either, and heads its refusal so.
        (Err(report), _) if report.code == Code::CredentialRefused => {
            Err(Report { what: paper.not_taken().into(), ..report })
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
            credential(peer),
            peer.waiting.to_string(),
            peer.cursor.to_string(),
            table::or_dash(peer.log_size),
            table::or_dash(peer.shown_size),
            table::or_dash(peer.log_witnessed),
            table::or_dash(peer.cosigned_size),
        ]
    });
    let titles = [
        "peer",
        "link",
        "credential",
        "waiting",
        "taken",
        "their log",
        "showed",
        "witnessed",
        "cosigned ours",
    ];
    let answer = Answer::new(table::table(titles, rows), table::json(&peers));
    let ending = peers.items.iter().filter(|peer| peer.credential_ends_soon && !is_revoked(peer));
    Ok(ending.fold(answer, |answer, peer| {
        answer.say(format!(
            "mind: {}; none takes over that this node knows: tell its operator",
            ends(peer)
        ))
    }))
}

/// A peer's credential: its serial, and that it is revoked, or its end where that is soon.
// spec: id-52
fn credential(peer: &Peer) -> String {
    match &peer.not_after {
        Some(end) if peer.credential_ends_soon && !is_revoked(peer) => {
            format!("{} until {end}", serial(peer))
        }
        Some(_) | None => serial(peer),
    }
}

/// The charter that a peer showed last.
fn charter(peer: &Peer) -> String {
    let Some(shown) = &peer.charter else { return "–".to_owned() };
    let is = if shown.differs { ", another than this node's: `concord doctor`" } else { "" };
    format!("version {} at {}{is}", shown.version, shown.shown_at)
}

/// The serial of a peer's credential, and that it is revoked.
// spec: id-56
fn serial(peer: &Peer) -> String {
    let serial = table::or_dash(peer.serial);
    if is_revoked(peer) { format!("{serial} revoked") } else { serial }
}

fn is_revoked(peer: &Peer) -> bool {
    peer.credential_standing.as_deref() == Some(Standing::Revoked.text())
}

/// That a peer's credential ends, and when.
fn ends(peer: &Peer) -> String {
    let (serial, end) = (table::or_dash(peer.serial), table::or_dash(peer.not_after.clone()));
    format!("credential {serial} of {} ends at {end}", peer.agency)
}

/// Shows a peer, and what it states about the end of its log; of the node's own agency, that alone.
fn show(client: &Client, agency: &str) -> Result<Answer, Report> {
    let ended = match client.succession(agency) {
        Ok(ended) => Some(ended),
        Err(report) if report.code == Code::NoSuccession => None,
        Err(report) => return Err(report),
    };
    let (mut text, mut json) = match (client.peer(agency), &ended) {
        (Ok(peer), _) => (shown(&peer), table::json(&peer)),
        (Err(report), Some(_)) if report.code == Code::NoSuchPeer => (String::new(), json!({})),
        (Err(report), _) => return Err(report),
    };
    let Some(ended) = ended else { return Ok(Answer::new(text, json)) };
    text.push_str(&succession(&ended));
    if let Some(object) = json.as_object_mut() {
        object.insert("succession".to_owned(), table::json(&ended));
    }
    let answer = Answer::new(text, json);
    Ok(match ended.stage.as_str() {
        "proposed" => answer.say(format!(
            "If you have learned from {agency} itself why: concord peer approve {agency} --officer NUMBER"
        )),
        _ => answer,
    })
}

/// The end of a log, for eyes.
fn succession(ended: &Succession) -> String {
    let by = ended.approvals.iter().map(|given| given.agency.as_str()).collect::<Vec<_>>();
    table::facts([
        (
            "log ends",
            format!(
                "{} after {} leaves; {} follows ({})",
                ended.from_log, ended.ends_at, ended.to_log, ended.stage
            ),
        ),
        ("cause", format!("{}, by {} at {}", ended.cause, ended.officer, ended.at)),
        ("may be lost", format!("{} leaves from {} on", ended.lost_count, ended.lost_first)),
        ("approved by", format!("{} ({} of {})", by.join(" "), by.len(), ended.quorum)),
        ("objection", table::or_dash(ended.objection.clone())),
        ("statement", ended.statement.clone()),
    ])
}

fn shown(peer: &Peer) -> String {
    table::facts([
        ("peer", peer.agency.clone()),
        ("link", standing(peer).to_owned()),
        ("trouble", table::or_dash(peer.trouble.clone())),
        ("credential", serial(peer)),
        (
            "ends",
            match peer.credential_ends_soon && !is_revoked(peer) {
                true => {
                    format!("{}: soon, and none takes over", table::or_dash(peer.not_after.clone()))
                }
                false => table::or_dash(peer.not_after.clone()),
            },
        ),
        ("charter", charter(peer)),
        ("addresses", peer.addresses.join(" ")),
        ("waiting", peer.waiting.to_string()),
        ("epoch", peer.epoch.to_string()),
        ("next out", peer.next.to_string()),
        ("last in", peer.cursor.to_string()),
        ("their log", table::or_dash(peer.log_size)),
        ("witnessed", table::or_dash(peer.log_witnessed)),
        ("histories", if peer.log_forked { "two: see the evidence" } else { "one" }.to_owned()),
        ("cosigned ours", table::or_dash(peer.cosigned_size)),
        ("at", table::or_dash(peer.cosigned_at.clone())),
        ("refused with", table::or_dash(peer.cosigning_refused.clone())),
        ("showed", table::or_dash(peer.shown_size)),
        ("mirrors", table::or_dash(peer.mirrored_size)),
    ])
}

/// `up` when the peer signs, else its own doubt; `down` without a connection.
fn standing(peer: &Peer) -> &str {
    match peer.standing.as_deref() {
        None => "down",
        Some("open") => "up",
        Some(doubt) => doubt,
    }
}

fn ping(agency: &str, reach: &Reach) -> Result<Answer, Report> {
    let pong = reach.client()?.ping(agency)?;
    let micros = pong.round_trip_us;
    let text =
        format!("{} answered after {}.{:03} ms\n", pong.agency, micros / 1000, micros % 1000);
    Ok(Answer::new(text, table::json(&pong)))
}
