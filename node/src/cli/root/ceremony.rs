//! `concord root new`, `split` and `recover`: what a root ceremony does, each with a transcript that the root signs.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use concord_protocol::codec;
use concord_protocol::identity::ceremony;
use concord_protocol::identity::ceremony::Act;
use concord_protocol::identity::ceremony::Sharing;
use concord_protocol::identity::ceremony::Transcript;
use concord_protocol::identity::root::RootAnnouncement;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::AgencyId;
use serde_json::Value;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::passphrase;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::passphrase::Protection;
use crate::cli::root;
use crate::clock;
use crate::entropy;
use crate::files;
use crate::files::Access;
use crate::keystore;
use crate::keystore::container::KeyKind;
use crate::keystore::container::Seed;
use crate::keystore::share;
use crate::keystore::share::Scheme;
use crate::keystore::share::Share;
use crate::keystore::share::paper;
use crate::report::Report;
use crate::report::code::Code;

/// Longest paper with a share, in bytes.
const PAPER_BYTES_MAX: usize = 8 * 1024;

/// Longest root announcement, in bytes.
pub const ANNOUNCEMENT_BYTES_MAX: usize = 4 * 1024;

/// Which root to make.
#[derive(Debug, Args)]
pub struct New {
    /// The agency whose root it is.
    #[arg(long, value_parser = AgencyId::parse)]
    pub agency: AgencyId,
    /// Where the secret goes; what else is made goes beside it, with `-public`, `-transcript` or `-share-1` at its end.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Split the root, as 3-of-5: shares are written, and no file has the whole of it.
    #[arg(long, value_name = "M-of-N", value_parser = Scheme::parse, conflicts_with_all = ["passphrase_file", "no_passphrase"])]
    pub split: Option<Scheme>,
    /// Who is there, for the transcript; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub present: Vec<String>,
    /// How the secret is protected.
    #[command(flatten)]
    pub protection: Protection,
}

/// Which root to split.
#[derive(Debug, Args)]
pub struct Split {
    /// The root's secret file.
    #[arg(long, value_name = "FILE")]
    pub root: PathBuf,
    /// How many shares give it back, of how many, as 3-of-5.
    #[arg(long, value_name = "M-of-N", value_parser = Scheme::parse)]
    pub split: Scheme,
    /// What the names of shares and transcript begin with; `-share-1` and so on and `-transcript` follow.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Who is there, for the transcript; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub present: Vec<String>,
    /// Where the root's passphrase comes from.
    #[command(flatten)]
    pub passphrase: PassphraseFrom,
}

/// Which shares to put together.
#[derive(Debug, Args)]
pub struct Recover {
    /// A file with a share, as words or as the line of its QR code; given once for each share.
    #[arg(long = "share", value_name = "FILE", required = true)]
    pub shares: Vec<PathBuf>,
    /// The root's public file: what comes out must be this root.
    #[arg(long, value_name = "FILE")]
    pub public: PathBuf,
    /// Where the secret goes; a transcript goes beside it, with `-transcript` at its end.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Who is there, for the transcript; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub present: Vec<String>,
    /// How the secret is protected.
    #[command(flatten)]
    pub protection: Protection,
}

/// A root in hand, and what is being done with it.
struct Ceremony<'a> {
    what: &'static str,
    agency: &'a AgencyId,
    root: RootKey,
    present: &'a [String],
}

/// Makes a root from a fresh seed.
///
/// # Errors
/// When a file is there already or cannot be written, or nothing says how the secret is protected.
pub fn new(arguments: &New) -> Result<Answer, Report> {
    let what = "no root was made";
    let (agency, out) = (&arguments.agency, arguments.out.as_path());
    refuse_taken(&names(out, arguments.split), what)?;
    let vault = match arguments.split {
        None => Some(arguments.protection.vault(out, what)?),
        Some(_) => None,
    };
    let seed = Zeroizing::new(entropy::draw().map_err(|error| fail::entropy(what, &error))?);
    let ceremony = Ceremony::of(&seed, agency, &arguments.present, what);
    let shares = match arguments.split {
        None => None,
        Some(scheme) => Some(deal(&seed, scheme, what)?),
    };
    // The transcript first: what cannot be recorded is not made.
    let transcript = ceremony.transcript(Act::Made, shares.as_deref())?;
    if let Some(vault) = &vault {
        keystore::write(out, (KeyKind::Root, agency), &seed, vault)
            .map_err(|error| fail::key(what, &error))?;
    }
    let written = ceremony.write_shares(out, shares.as_deref().unwrap_or_default())?;
    let announcement = RootAnnouncement { agency: agency.clone(), root: ceremony.root.public() };
    let bytes = codec::encode(&announcement)
        .map_err(|error| Report::caused(Code::FileUnwritable, what, &error))?;
    make(&beside(out, "-public"), &bytes, "the root was made, its public half was not written")?;
    make(
        &beside(out, "-transcript"),
        &transcript,
        "the root was made, its transcript was not written",
    )?;
    let files = Files {
        secret: vault.as_ref().map(|_| out),
        shares: &written,
        public: Some(beside(out, "-public")),
        out,
    };
    let (text, mut json) = files.told(&ceremony);
    if let Some(fields) = json.as_object_mut() {
        let protected = vault.as_ref().is_some_and(keystore::vault::Vault::closes);
        fields.insert("protected".to_owned(), Value::Bool(protected));
    }
    let answer = Answer::new(text, json);
    let answer = match &vault {
        Some(vault) => passphrase::told(answer, vault)
            .say("Keep the secret file offline and copied; whoever has it speaks for the agency."),
        None => answer.say(
            "Give each share to another person, on paper or apart; no file has the whole root.",
        ),
    };
    Ok(answer.say(
        "Hand the public file to whoever drafts the charter, and compare the fingerprint aloud.",
    ))
}

/// Splits a root that is there.
///
/// # Errors
/// When the root cannot be opened, or a file is there already or cannot be written.
pub fn split(arguments: &Split) -> Result<Answer, Report> {
    let what = "the root was not split";
    let out = arguments.out.as_path();
    refuse_taken(&share_names(out, arguments.split), what)?;
    refuse_taken(&[beside(out, "-transcript")], what)?;
    let (agency, seed) = root::open(&arguments.root, &arguments.passphrase, what)?;
    let ceremony = Ceremony::of(&seed, &agency, &arguments.present, what);
    let shares = deal(&seed, arguments.split, what)?;
    let transcript = ceremony.transcript(Act::Split, Some(&shares))?;
    let written = ceremony.write_shares(out, &shares)?;
    make(
        &beside(out, "-transcript"),
        &transcript,
        "the root was split, its transcript was not written",
    )?;
    let files = Files { secret: None, shares: &written, public: None, out };
    let (text, json) = files.told(&ceremony);
    Ok(Answer::new(text, json)
        .say("Give each share to another person, on paper or apart.")
        .say("The root's file still has the whole root: destroy it once the shares are proven to give it back."))
}

/// Puts a root together from shares.
///
/// # Errors
/// When a share was misread, they do not belong together, are too few, or give another root than the public file's.
pub fn recover(arguments: &Recover) -> Result<Answer, Report> {
    let what = "the root was not recovered";
    let out = arguments.out.as_path();
    refuse_taken(&[out.to_owned(), beside(out, "-transcript")], what)?;
    let bytes = files::read(&arguments.public, ANNOUNCEMENT_BYTES_MAX)
        .map_err(|error| fail::file(what, &error))?;
    let public: RootAnnouncement =
        codec::decode(&bytes).map_err(|error| Report::caused(Code::RootRefused, what, &error))?;
    let shares = arguments
        .shares
        .iter()
        .map(|path| read_share(path, what))
        .collect::<Result<Vec<Share>, Report>>()?;
    let seed = share::recover(&shares)
        .map_err(|error| Report::caused(Code::ShareRefused, what, &error))?;
    let ceremony = Ceremony::of(&seed, &public.agency, &arguments.present, what);
    // spec: cus-7
    if ceremony.root.public() != public.root {
        let why = format!(
            "the shares give the root {}, the public file has {}",
            ceremony.root.public().fingerprint(),
            public.root.fingerprint()
        );
        return Err(Report::new(Code::ShareRefused, what, why));
    }
    let vault = arguments.protection.vault(out, what)?;
    let transcript = ceremony.transcript(Act::Recovered, Some(&shares))?;
    keystore::write(out, (KeyKind::Root, &public.agency), &seed, &vault)
        .map_err(|error| fail::key(what, &error))?;
    make(
        &beside(out, "-transcript"),
        &transcript,
        "the root was recovered, its transcript was not written",
    )?;
    let files = Files { secret: Some(out), shares: &[], public: None, out };
    let (text, json) = files.told(&ceremony);
    Ok(passphrase::told(Answer::new(text, json), &vault)
        .say("Destroy this file when it has done what it was recovered for; the shares stay."))
}

impl<'a> Ceremony<'a> {
    fn of(seed: &Seed, agency: &'a AgencyId, present: &'a [String], what: &'static str) -> Self {
        Self { what, agency, root: RootKey::from_seed(seed), present }
    }

    fn transcript(&self, act: Act, shares: Option<&[Share]>) -> Result<Vec<u8>, Report> {
        let sharing = shares.and_then(|shares| {
            let threshold = shares.first()?.threshold;
            Some(Sharing { threshold, shares: shares.iter().map(Share::digest).collect() })
        });
        let transcript = Transcript {
            agency: self.agency.clone(),
            act,
            root: self.root.public(),
            sharing,
            people: self.present.to_vec(),
            software: concat!("concord ", env!("CARGO_PKG_VERSION")).to_owned(),
            at: clock::now(),
        };
        ceremony::record(&transcript, &self.root)
            .map_err(|error| Report::caused(Code::TranscriptRefused, self.what, &error))
    }

    /// Writes each share to a private file; their names are returned.
    fn write_shares(&self, out: &Path, shares: &[Share]) -> Result<Vec<PathBuf>, Report> {
        let mut written = Vec::new();
        for share in shares {
            let path = beside(out, &format!("-share-{}", share.number));
            let sheet = self.sheet(share, shares.len());
            files::make(&path, sheet.as_bytes(), Access::Private)
                .map_err(|error| fail::file(self.what, &error))?;
            written.push(path);
        }
        Ok(written)
    }

    /// What one person keeps: whose root, which share, its words and the line of its QR code.
    fn sheet(&self, share: &Share, count: usize) -> Zeroizing<String> {
        let mut sheet = Zeroizing::new(format!(
            "# Share {} of {count} of the root of {}. Any {} of them give the root back.\n\
             # root   {}\n# digest {}\n# Keep it secret, apart from the others. The words, or as a QR code the line:\n\n",
            share.number,
            self.agency,
            share.threshold,
            self.root.public().fingerprint(),
            share.digest(),
        ));
        sheet.push_str(&paper::words(share));
        sheet.push('\n');
        sheet.push_str(&paper::line(share));
        sheet.push('\n');
        sheet
    }
}

/// What a ceremony left behind.
struct Files<'a> {
    secret: Option<&'a Path>,
    shares: &'a [PathBuf],
    public: Option<PathBuf>,
    out: &'a Path,
}

impl Files<'_> {
    fn told(&self, ceremony: &Ceremony<'_>) -> (String, Value) {
        let fingerprint = ceremony.root.public().fingerprint();
        let transcript = beside(self.out, "-transcript");
        let named = |path: &Path| path.display().to_string();
        let secret = self.secret.map(named);
        let public = self.public.as_deref().map(named);
        let shares: Vec<String> = self.shares.iter().map(|path| named(path)).collect();
        let mut text = format!("root of     {}\nfingerprint {fingerprint}\n", ceremony.agency);
        let lines = [("secret", &secret), ("public", &public)];
        for (name, path) in
            lines.into_iter().filter_map(|(name, path)| Some((name, path.as_ref()?)))
        {
            text.push_str(&format!("{name:<11} {path}\n"));
        }
        for share in &shares {
            text.push_str(&format!("{:<11} {share}\n", "share"));
        }
        text.push_str(&format!("{:<11} {}\n", "transcript", transcript.display()));
        let json = json!({
            "agency": ceremony.agency.as_str(),
            "fingerprint": fingerprint.to_string(),
            "secret": secret,
            "public": public,
            "shares": shares,
            "transcript": named(&transcript),
        });
        (text, json)
    }
}

fn deal(seed: &Seed, scheme: Scheme, what: &'static str) -> Result<Vec<Share>, Report> {
    let chance = entropy::draw().map_err(|error| fail::entropy(what, &error))?;
    Ok(share::split(seed, scheme, &Zeroizing::new(chance)))
}

fn read_share(path: &Path, what: &'static str) -> Result<Share, Report> {
    let bytes = files::read(path, PAPER_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let refused =
        |why: String| Report::new(Code::ShareRefused, what, format!("{}: {why}", path.display()));
    let text = str::from_utf8(&bytes).map_err(|_| refused("it is no text".to_owned()))?;
    paper::read(text).map_err(|error| refused(crate::report::chain(&error)))
}

fn refuse_taken(paths: &[PathBuf], what: &'static str) -> Result<(), Report> {
    match paths.iter().find(|path| path.exists()) {
        None => Ok(()),
        Some(path) => {
            let why = format!("{} is there already", path.display());
            Err(Report::new(Code::FileExists, what, why))
        }
    }
}

/// Everything that a new root leaves behind.
fn names(out: &Path, scheme: Option<Scheme>) -> Vec<PathBuf> {
    let secret = match scheme {
        None => vec![out.to_owned()],
        Some(scheme) => share_names(out, scheme),
    };
    secret.into_iter().chain(["-public", "-transcript"].map(|end| beside(out, end))).collect()
}

fn share_names(out: &Path, scheme: Scheme) -> Vec<PathBuf> {
    (1..=scheme.count).map(|number| beside(out, &format!("-share-{number}"))).collect()
}

/// A file that goes beside another one: the same name with something at its end.
pub fn beside(out: &Path, end: &str) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn make(path: &Path, bytes: &[u8], what: &'static str) -> Result<(), Report> {
    files::make(path, bytes, Access::Public).map_err(|error| fail::file(what, &error))
}
