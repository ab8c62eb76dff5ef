//! `concord node rotate | move`: new keys, and new addresses.

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;
use concord_protocol::identity::notice;
use concord_protocol::identity::notice::Notice;
use concord_protocol::ids::Serial;
use concord_protocol::limits::NOTICE_BYTES_MAX;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::node;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::reach::Reach;
use crate::clock;
use crate::entropy;
use crate::keystore;
use crate::keystore::container::KeyKind;
use crate::keystore::generations;
use crate::keystore::token::About;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::folder::NodeFolder;

/// Which keys are made anew.
#[derive(Debug, Args)]
pub struct Rotate {
    /// The node's folder; the node may run meanwhile.
    #[arg(long, value_name = "NODE_DIR")]
    pub dir: PathBuf,
    /// The roles that get a new key; all of them where it is left out.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub roles: Vec<Role>,
    /// Where the request goes, for `concord root sign`.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The serial to ask for, where the folder does not know the agency's earlier credentials.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub serial: Option<u64>,
    /// Where the passphrase of the node's keys comes from; new keys get the same.
    #[command(flatten)]
    pub passphrase: PassphraseFrom,
}

/// A role whose key can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Signs messages.
    Signing,
    /// Opens bodies; earlier ones are kept.
    Sealing,
    /// Signs checkpoints.
    Log,
    /// Cosigns the checkpoints of others.
    Witness,
    /// Authenticates connections.
    Transport,
}

impl Role {
    /// The label of the first key of this role, where a token keeps it.
    fn label(self, about: &About) -> Option<&str> {
        match self {
            Self::Signing => Some(&about.signing),
            Self::Log => Some(&about.log),
            Self::Sealing | Self::Witness | Self::Transport => None,
        }
    }

    const fn kind(self) -> KeyKind {
        match self {
            Self::Signing => KeyKind::Signing,
            Self::Sealing => KeyKind::Sealing,
            Self::Log => KeyKind::Log,
            Self::Witness => KeyKind::Witness,
            Self::Transport => KeyKind::Transport,
        }
    }
}

/// Makes the next generation of keys, and writes the request that names them.
///
/// # Errors
/// When a key cannot be made or written, or the request not be written.
pub fn rotate(arguments: &Rotate) -> Result<Answer, Report> {
    let what = "no keys were made";
    let folder = NodeFolder::at(&arguments.dir);
    let settings = Settings::load(&folder).map_err(|error| fail::settings(what, &error))?;
    let roles: &[Role] =
        if arguments.roles.is_empty() { Role::value_variants() } else { &arguments.roles };
    // Whatever opens the keys that are there closes the new ones alike.
    let vault = arguments.passphrase.node(&folder, &settings);
    keystore::read(&folder.keys().join(KeyKind::Witness.text()), KeyKind::Witness, &vault)
        .map_err(|error| fail::key(what, &error))?;
    for role in roles {
        let in_token = vault.token().and_then(|token| Some((token, role.label(token.about())?)));
        if let Some((token, label)) = in_token {
            // spec: cus-17
            token.make_next(label).map_err(|error| fail::key(what, &error.into()))?;
            continue;
        }
        let seed = entropy::draw::<32>().map_err(|error| fail::entropy(what, &error))?;
        let seed = Zeroizing::new(seed);
        generations::add(&folder.keys(), (role.kind(), &settings.agency), &seed, &vault)
            .map_err(|error| fail::key(what, &error))?;
    }
    let serial = arguments.serial.map(Serial::new);
    node::request_rotated(&folder, (serial, &arguments.out), vault)
}

/// Where the node listens from now on.
#[derive(Debug, Args)]
pub struct Move {
    /// The node's folder; the node runs.
    #[arg(long, value_name = "NODE_DIR")]
    pub dir: PathBuf,
    /// Where other agencies find this node; several times, best first; not at all where it only dials.
    #[arg(long, value_name = "HOST:PORT")]
    pub advertise: Vec<String>,
    /// Where the passphrase of the node's keys comes from.
    #[command(flatten)]
    pub passphrase: PassphraseFrom,
}

/// Signs an address notice with the signing key in use, and hands it to the running node, which tells everyone.
///
/// The time counts as the sequence, so that nobody has to remember the last one.
///
/// # Errors
/// When an address does not hold, or the node does not run.
pub fn move_to(arguments: &Move) -> Result<Answer, Report> {
    let what = "nobody was told";
    let folder = NodeFolder::at(&arguments.dir);
    let settings = Settings::load(&folder).map_err(|error| fail::settings(what, &error))?;
    let now = clock::now();
    let own = enrolment::load(&folder, &settings, now)
        .map_err(|error| fail::enrolment(what, &error))?
        .own;
    let keys = node::open_generations(&folder, &settings, &arguments.passphrase, what)?
        .named_by(own.credential())
        .map_err(|error| Report::caused(Code::KeyUnusable, what, &error))?;
    let said = Notice {
        charter: own.credential().charter.clone(),
        agency: settings.agency.clone(),
        serial: own.serial(),
        sequence: now.millis(),
        addresses: arguments.advertise.clone(),
    };
    let signed = notice::sign(&said, keys.signing.as_ref())
        .map_err(|error| Report::caused(Code::SettingsRefused, what, &error))?;
    debug_assert!(signed.len() <= NOTICE_BYTES_MAX, "a notice within its bounds");
    Reach::in_directory(folder.path().to_path_buf()).client()?.admit(&signed)?;
    let addresses = said.addresses.join(" ");
    let text = format!("addresses  {addresses}\nunder      credential {}\n", said.serial);
    let json = json!({"serial": said.serial.get(), "addresses": said.addresses});
    Ok(Answer::new(text, json)
        .say(
            "Write the same into `advertise` of concord.toml, so that the next credential says it.",
        )
        .with_exit(Exit::Done))
}
