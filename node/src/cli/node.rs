//! `concord node`: a node's folder, its keys and its credential.

pub mod accept;
pub mod protect;
pub mod rotate;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::Subcommand;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::SealingKey;
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::credential::VerifiedCredential;
use concord_protocol::identity::credential::rules;
use concord_protocol::identity::directory::Admission;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::node::accept::AcceptHead;
use crate::cli::node::protect::Protect;
use crate::cli::node::rotate::Move;
use crate::cli::node::rotate::Rotate;
use crate::cli::passphrase;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::passphrase::Protection;
use crate::cli::reach::Reach;
use crate::entropy;
use crate::entropy::NoEntropy;
use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::keystore;
use crate::keystore::Keys;
use crate::keystore::Seeds;
use crate::keystore::generations;
use crate::keystore::generations::Generations;
use crate::keystore::token::About;
use crate::keystore::vault::Vault;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::enrolment::EnrolmentError;
use crate::settings::file::Initial;
use crate::settings::file::InitialToken;
use crate::settings::folder::NodeFolder;
use crate::settings::folder::TOKEN_BYTES;
use crate::settings::key;

/// What can be done with a node's folder.
#[derive(Debug, Subcommand)]
pub enum NodeVerb {
    /// Makes a node's folder: settings, keys, token.
    Init(Init),
    /// Asks the root for a credential, or takes the one that it signed.
    Credential(CredentialArguments),
    /// Makes new keys, for all roles or for some, and asks the root for a credential that names them.
    Rotate(Rotate),
    /// Tells every member where this node listens from now on, without the root.
    Move(Move),
    /// Takes the data of a stopped node in doubt for the newest, on an officer's word.
    AcceptHead(AcceptHead),
    /// Gives the keys of a stopped node another passphrase, a first one, or none.
    Protect(Protect),
}

/// How a new node begins.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to make.
    #[arg(long, value_name = "NODE_DIR")]
    pub dir: PathBuf,
    /// The agency that the node acts for.
    #[arg(long, value_parser = AgencyId::parse)]
    pub agency: AgencyId,
    /// Where other agencies' nodes connect to (UDP); port 0 lets the system choose.
    #[arg(long, value_name = "IP:PORT")]
    pub listen: Option<SocketAddr>,
    /// Where other agencies find this node; may be given several times, best first.
    #[arg(long, value_name = "HOST:PORT")]
    pub advertise: Vec<String>,
    /// Where the local API listens (TCP); loopback unless you know better.
    #[arg(long, value_name = "IP:PORT")]
    pub api: Option<SocketAddr>,
    /// Keep the signing and the log key in a token: the shared library of its maker (PKCS#11).
    #[arg(long, value_name = "LIBRARY", requires_all = ["pkcs11_token", "pkcs11_pin_file"])]
    pub pkcs11_module: Option<PathBuf>,
    /// The label of the token.
    #[arg(long, value_name = "LABEL", requires = "pkcs11_module")]
    pub pkcs11_token: Option<String>,
    /// The private file whose one line is the token's PIN.
    #[arg(long, value_name = "FILE", requires = "pkcs11_module")]
    pub pkcs11_pin_file: Option<PathBuf>,
    /// How the keys in files are protected.
    #[command(flatten)]
    pub protection: Protection,
}

/// Either `--out` or `--adopt`.
#[derive(Debug, Args)]
pub struct CredentialArguments {
    /// The node's folder.
    #[arg(long, value_name = "NODE_DIR")]
    pub dir: PathBuf,
    /// Where the request goes, for `concord root sign`.
    #[arg(long, value_name = "FILE", required_unless_present = "adopt", conflicts_with = "adopt")]
    pub out: Option<PathBuf>,
    /// The credential that the root signed.
    #[arg(long, value_name = "FILE")]
    pub adopt: Option<PathBuf>,
    /// The serial to ask for, where the folder does not know the agency's earlier credentials.
    #[arg(long, requires = "out", value_parser = clap::value_parser!(u64).range(1..))]
    pub serial: Option<u64>,
    /// Where the passphrase of the keys comes from.
    #[command(flatten)]
    pub passphrase: PassphraseFrom,
}

/// Runs one verb.
///
/// # Errors
/// What could not be done, for a person.
pub fn run(verb: NodeVerb) -> Result<Answer, Report> {
    match verb {
        NodeVerb::Init(arguments) => {
            let chance = draw().map_err(|error| fail::entropy("no node was made", &error))?;
            init(&arguments, &chance)
        }
        NodeVerb::Rotate(arguments) => rotate::rotate(&arguments),
        NodeVerb::Move(arguments) => rotate::move_to(&arguments),
        NodeVerb::AcceptHead(arguments) => accept::accept_head(&arguments),
        NodeVerb::Protect(arguments) => protect::protect(&arguments),
        NodeVerb::Credential(arguments) => {
            let folder = NodeFolder::at(&arguments.dir);
            match (&arguments.out, &arguments.adopt) {
                (Some(out), _) => {
                    let serial = arguments.serial.map(Serial::new);
                    request(&folder, serial, out, &arguments.passphrase)
                }
                (None, Some(file)) => adopt(&folder, file, &arguments.passphrase),
                (None, None) => Err(Report::new(
                    Code::Usage,
                    "nothing was done",
                    "give either `--out FILE` or `--adopt FILE`",
                )),
            }
        }
    }
}

/// What a new node leaves to chance; wiped on drop.
#[derive(Debug)]
pub struct Chance {
    /// One seed for each key.
    seeds: Seeds,
    /// The token of the local API.
    token: Zeroizing<[u8; TOKEN_BYTES]>,
}

/// Draws what a new node leaves to chance.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn draw() -> Result<Chance, NoEntropy> {
    let mut seeds = Seeds::default();
    for seed in seeds.iter_mut() {
        *seed = entropy::draw()?;
    }
    Ok(Chance { seeds, token: Zeroizing::new(entropy::draw()?) })
}

/// Makes a node's folder, whole or not at all; never over another one.
///
/// # Errors
/// When something stands there already, or cannot be written.
pub fn init(arguments: &Init, chance: &Chance) -> Result<Answer, Report> {
    let what = "no node was made";
    rules::addresses(arguments.advertise.iter().map(String::as_str))
        .map_err(|error| Report::caused(Code::SettingsRefused, what, &error))?;
    let initial = Initial {
        agency: arguments.agency.to_string(),
        listen: arguments.listen.map(|address| address.to_string()),
        advertise: arguments.advertise.clone(),
        api_listen: arguments.api.map(|address| address.to_string()),
        witness_interval_ms: None,
        token: initial_token(arguments, what)?,
    };
    let unfinished = NodeFolder::at(beside(&arguments.dir));
    refuse_occupied(&arguments.dir).map_err(|error| fail::file(what, &error))?;
    let vault = arguments.protection.vault(&arguments.dir.join("keys"), what)?;
    let vault = vault.with_token(initial.token.as_ref().map(new_token));
    unfinished.create(&initial, &chance.token).map_err(|error| fail::file(what, &error))?;
    keystore::create(&unfinished.keys(), &arguments.agency, &chance.seeds, &vault)
        .map_err(|error| fail::key(what, &error))?;
    files::publish_folder(unfinished.path(), &arguments.dir)
        .map_err(|error| fail::file(what, &error))?;
    let dir = arguments.dir.display().to_string();
    let text = format!("node of {}\nfolder  {dir}\n", arguments.agency);
    let json = json!({
        "agency": arguments.agency.as_str(), "dir": dir, "protected": vault.closes(),
    });
    Ok(passphrase::told(Answer::new(text, json), &vault)
        .say("Next: `concord charter adopt`, then `concord node credential --out`."))
}

/// The token that was named, with paths that mean the same from wherever the node starts.
fn initial_token(arguments: &Init, what: &'static str) -> Result<Option<InitialToken>, Report> {
    let (Some(module), Some(token), Some(pin_file)) =
        (&arguments.pkcs11_module, &arguments.pkcs11_token, &arguments.pkcs11_pin_file)
    else {
        return Ok(None);
    };
    let whole = |path: &Path| {
        std::path::absolute(path).map(|path| path.display().to_string()).map_err(|source| {
            fail::file(what, &FileError::Unreadable { path: path.to_owned(), source })
        })
    };
    let (module, pin_file) = (whole(module)?, whole(pin_file)?);
    Ok(Some(InitialToken { module, token: token.clone(), pin_file }))
}

/// The token in which a new node's keys are made.
fn new_token(token: &InitialToken) -> About {
    About {
        module: PathBuf::from(&token.module),
        token: token.token.clone(),
        pin_file: PathBuf::from(&token.pin_file),
        signing: key::PKCS11_SIGNING_KEY.default_text().to_owned(),
        log: key::PKCS11_LOG_KEY.default_text().to_owned(),
    }
}

/// Writes what the node asks its agency's root to sign.
///
/// # Errors
/// When the node has no charter or unusable keys, or the file is there already.
pub fn request(
    folder: &NodeFolder,
    serial: Option<Serial>,
    out: &Path,
    passphrase: &PassphraseFrom,
) -> Result<Answer, Report> {
    request_with(folder, (serial, None), out, |settings| passphrase.node(folder, settings))
}

/// The same for new keys, with what opened the old ones: a token is opened once, and given its PIN once.
///
/// # Errors
/// When the node has no charter or unusable keys, or the file is there already.
pub fn request_rotated(
    folder: &NodeFolder,
    (serial, out): (Option<Serial>, &Path),
    vault: Vault,
) -> Result<Answer, Report> {
    request_with(folder, (serial, None), out, |_| vault)
}

/// Writes the request for the credential of the log that comes next; an earlier one of the same name is replaced.
///
/// # Errors
/// When the node has no charter or unusable keys, or the file cannot be written.
pub fn request_for_log(
    folder: &NodeFolder,
    (log, out): (LogNumber, &Path),
    passphrase: &PassphraseFrom,
) -> Result<Answer, Report> {
    // A statement that is made anew asks for the same credential.
    match fs::remove_file(out) {
        Ok(()) | Err(_) => request_with(folder, (None, Some(log)), out, |settings| {
            passphrase.node(folder, settings)
        }),
    }
}

fn request_with(
    folder: &NodeFolder,
    (serial, log): (Option<Serial>, Option<LogNumber>),
    out: &Path,
    vault: impl FnOnce(&Settings) -> Vault,
) -> Result<Answer, Report> {
    let what = "no credential request was written";
    let settings = Settings::load(folder).map_err(|error| fail::settings(what, &error))?;
    let directory = enrolment::load_directory(folder, &settings)
        .map_err(|error| fail::enrolment(what, &error))?;
    let keys = open_keys_with(folder, &settings, &vault(&settings), what)?;
    let next = enrolment::next_serial(&directory, &settings.agency);
    let request = CredentialRequest {
        charter: directory.charter().name().clone(),
        agency: settings.agency.clone(),
        serial: serial.unwrap_or(next),
        signing: keys.signing.public(),
        sealing: keys.sealing.public().clone(),
        log: keys.log.public(),
        log_number: log.unwrap_or_else(|| enrolment::newest_log(&directory, &settings.agency)),
        witness: keys.witness.public(),
        transport: keys.transport.public(),
        addresses: settings.addresses(),
    };
    let bytes = codec::encode(&request)
        .map_err(|error| Report::caused(Code::FileUnwritable, what, &error))?;
    files::make(out, &bytes, Access::Public).map_err(|error| fail::file(what, &error))?;
    let digest = digest::sha256(&bytes);
    let text = format!(
        "request    {digest}\ncredential {} of {}\naddresses  {}\nfile       {}\n",
        request.serial,
        request.agency,
        request.addresses.join(" "),
        out.display()
    );
    let json = json!({
        "request": digest.to_string(),
        "agency": request.agency.as_str(),
        "serial": request.serial.get(),
        "addresses": request.addresses,
        "file": out.display().to_string(),
    });
    Ok(Answer::new(text, json).say("Next, on the machine with the root: `concord root sign`."))
}

/// Takes the credential that the root signed for this node.
///
/// # Errors
/// When it does not verify, is not this node's, or names other keys.
pub fn adopt(
    folder: &NodeFolder,
    file: &Path,
    passphrase: &PassphraseFrom,
) -> Result<Answer, Report> {
    let what = "the credential was not adopted";
    let settings = Settings::load(folder).map_err(|error| fail::settings(what, &error))?;
    let keys = open_generations(folder, &settings, passphrase, what)?;
    let adopted = enrolment::adopt_credential(folder, &settings, file, |credential| {
        keys.named_by(credential.credential()).map(drop).map_err(AdoptError::Keys)
    });
    let (credential, admission) = adopted.map_err(|error| match error {
        AdoptError::Enrolment(error) => fail::enrolment(what, &error),
        AdoptError::Keys(error) => Report::caused(Code::CredentialRefused, what, &error)
            .with_exit(Exit::VerificationFailed)
            .with_remedy("sign the request that this node wrote, and adopt the result here"),
    })?;
    // A node that runs spreads it now, and goes by it from its first instant on.
    let told = Reach::in_directory(folder.path().to_path_buf())
        .client()
        .and_then(|client| client.admit(credential.bytes()));
    match told {
        Ok(_) => {}
        Err(report) if report.exit == Exit::NotReachable => {}
        Err(report) => return Err(report),
    }
    Ok(taken(&credential, admission)
        .say("The node tells the peers that know it; an agency that never met it takes the same file in by `concord peer add`."))
}

/// Answers that a credential was taken in.
pub fn taken(verified: &VerifiedCredential, admission: Admission) -> Answer {
    let credential = verified.credential();
    let became = match admission {
        Admission::New => "new",
        Admission::Known => "known",
        Admission::Older => "older",
    };
    let text = format!(
        "credential {} of {} ({became})\ncounts {} to {}\n",
        credential.serial, credential.agency, credential.not_before, credential.not_after
    );
    let json = json!({
        "agency": credential.agency.as_str(),
        "serial": credential.serial.get(),
        "admission": became,
        "not_before": credential.not_before.to_string(),
        "not_after": credential.not_after.to_string(),
    });
    Answer::new(text, json)
}

/// Opens a node's keys for an offline command; the pure provider is fast enough for one question.
///
/// # Errors
/// When a key file cannot be used.
pub fn open_keys(
    folder: &NodeFolder,
    settings: &Settings,
    passphrase: &PassphraseFrom,
    what: &'static str,
) -> Result<Keys, Report> {
    open_keys_with(folder, settings, &passphrase.node(folder, settings), what)
}

/// Opens every generation of a node's keys without asking anybody for a passphrase.
///
/// # Errors
/// When a key file cannot be used, or is protected.
pub fn open_clear_generations(
    folder: &NodeFolder,
    settings: &Settings,
    what: &'static str,
) -> Result<Generations, Report> {
    open_generations_with(folder, settings, &Vault::clear(), what)
}

fn open_keys_with(
    folder: &NodeFolder,
    settings: &Settings,
    vault: &Vault,
    what: &'static str,
) -> Result<Keys, Report> {
    let pure = |seed: &[u8; 32]| -> Arc<dyn Decapsulate> { Arc::new(SealingKey::from_seed(seed)) };
    keystore::load(&folder.keys(), &settings.agency, vault, pure)
        .map_err(|error| fail::key(what, &error))
}

/// Opens every generation of a node's keys.
///
/// # Errors
/// When a key file cannot be used.
pub fn open_generations(
    folder: &NodeFolder,
    settings: &Settings,
    passphrase: &PassphraseFrom,
    what: &'static str,
) -> Result<Generations, Report> {
    open_generations_with(folder, settings, &passphrase.node(folder, settings), what)
}

/// Opens every generation of a node's keys with what opens them.
///
/// # Errors
/// When a key file cannot be used.
pub fn open_generations_with(
    folder: &NodeFolder,
    settings: &Settings,
    vault: &Vault,
    what: &'static str,
) -> Result<Generations, Report> {
    let pure = |seed: &[u8; 32]| -> Arc<dyn Decapsulate> { Arc::new(SealingKey::from_seed(seed)) };
    generations::open(&folder.keys(), &settings.agency, vault, pure)
        .map_err(|error| fail::key(what, &error))
}

enum AdoptError {
    Enrolment(EnrolmentError),
    Keys(keystore::KeyMismatch),
}

impl From<EnrolmentError> for AdoptError {
    fn from(error: EnrolmentError) -> Self {
        Self::Enrolment(error)
    }
}

/// Where a folder is made until it is whole.
fn beside(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    dir.with_file_name(name)
}

/// An empty folder may be taken; anything else that stands there is somebody's.
fn refuse_occupied(dir: &Path) -> Result<(), FileError> {
    let occupied = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => dir.exists(),
    };
    if occupied { Err(FileError::Exists { path: dir.to_owned() }) } else { Ok(()) }
}
