//! `concord charter`: who takes part, by which rules; drafted, signed by each member in turn, adopted by each node.
//!
//! The first version travels alone while its founders sign it. A later one travels in a file with every version before
//! it, so that whoever signs sees what changes, offline.

pub mod clauses;
pub mod draft;
pub mod history;
pub mod paper;
pub mod show;
pub mod vows;

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::charter::Proposal;
use concord_protocol::identity::charter::Resolves;
use concord_protocol::identity::charter::chain;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::identity::charter::vow::Vow;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::CharterVersion;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::charter::paper::Paper;
use crate::cli::fail;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::reach::Reach;
use crate::cli::root;
use crate::files;
use crate::files::Access;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::charters;
use crate::settings::enrolment;
use crate::settings::folder::NodeFolder;
use crate::settings::folder::Occupancy;

/// What can be done with a charter.
#[derive(Debug, Subcommand)]
pub enum CharterVerb {
    /// Turns a draft into a version that members can sign.
    Propose {
        /// The draft; `config/charter.toml` documents it.
        draft: PathBuf,
        /// The versions so far, which the draft amends (`concord charter export`); none for the first version.
        #[arg(long, value_name = "FILE")]
        after: Option<PathBuf>,
        /// Passes by every version in `--after` that got stuck, instead of rivalling it.
        #[arg(long, requires = "after")]
        resolve: bool,
        /// Where the unsigned version goes, with those before it.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Adds the signature of one member's root; the file goes from member to member.
    Sign {
        /// The root's secret file; what it signs is written down beside it.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// Which version, where the file holds several that wait for signatures.
        #[arg(long, value_name = "DIGEST", value_parser = Digest::parse)]
        digest: Option<Digest>,
        /// The charter.
        charter: PathBuf,
        /// Where the root's passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseFrom,
    },
    /// Makes a signed charter the one that a node believes, for good; or takes later versions into a stopped node.
    Adopt {
        /// The node's folder.
        #[arg(long, value_name = "NODE_DIR")]
        dir: PathBuf,
        /// The digest of version 1, as the members agreed on it aloud; needed once.
        #[arg(long, value_name = "DIGEST", value_parser = Digest::parse)]
        genesis: Option<Digest>,
        /// The charter.
        charter: PathBuf,
    },
    /// Prints a charter, what each version changes, and who has signed it.
    Show {
        /// The charter.
        charter: PathBuf,
    },
    /// Verifies a charter: every version's rules and signatures, from the first one on.
    Verify {
        /// The charter.
        charter: PathBuf,
        /// The digest of version 1, as the members agreed on it aloud.
        #[arg(long, value_name = "DIGEST", value_parser = Digest::parse)]
        genesis: Option<Digest>,
    },
    /// Hands a signed version to a running node, which tells all members.
    Submit {
        /// The charter, as it was signed.
        charter: PathBuf,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Lists the versions that a node holds, in force and proposed.
    List {
        /// The node's folder.
        #[arg(long, value_name = "NODE_DIR")]
        dir: PathBuf,
    },
    /// Writes the versions that a node holds into a file, to sign or to propose after them.
    Export {
        /// The node's folder.
        #[arg(long, value_name = "NODE_DIR")]
        dir: PathBuf,
        /// Where they go.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// Runs one verb.
///
/// # Errors
/// What could not be done, for a person.
pub fn run(verb: CharterVerb) -> Result<Answer, Report> {
    match verb {
        CharterVerb::Propose { draft, after: None, out, .. } => propose(&draft, &out),
        CharterVerb::Propose { draft, after: Some(after), resolve, out } => {
            amend(&draft, (&after, resolve), &out)
        }
        CharterVerb::Sign { root, digest, charter, passphrase } => {
            sign((&root, &passphrase), digest, &charter)
        }
        CharterVerb::Adopt { dir, genesis, charter } => {
            adopt(&NodeFolder::at(dir), genesis, &charter)
        }
        CharterVerb::Show { charter } => show::show(&charter),
        CharterVerb::Verify { charter, genesis } => verify(&charter, genesis),
        CharterVerb::Submit { charter, reach } => submit(&charter, &reach),
        CharterVerb::List { dir } => list(&NodeFolder::at(dir)),
        CharterVerb::Export { dir, out } => export(&NodeFolder::at(dir), &out),
    }
}

/// Turns a draft into a first version that members can sign.
///
/// # Errors
/// When the draft, or a root file that it names, cannot be read, or its numbers do not hold.
pub fn propose(draft: &Path, out: &Path) -> Result<Answer, Report> {
    let what = "no charter was proposed";
    let charter = draft::read(draft, what)?;
    let bytes = charter::propose(charter).map_err(|error| fail::draft(what, &error))?;
    let proposal = charter::read(&bytes).map_err(|error| fail::charter(what, &error))?;
    files::make(out, &bytes, Access::Public).map_err(|error| fail::file(what, &error))?;
    Ok(proposed(&proposal, out))
}

/// Turns a draft into the version that follows those in a file.
///
/// # Errors
/// When the draft or the file does not hold, or the version could not come into force.
fn amend(draft: &Path, (after, resolve): (&Path, bool), out: &Path) -> Result<Answer, Report> {
    let what = "no version was proposed";
    let mut papers = paper::papers(after, what)?;
    let drafted = draft::read(draft, what)?;
    let stuck: Vec<&Proposal> = papers.open().filter(|_| resolve).collect();
    let next = follow(&papers, drafted, &stuck);
    let bytes = charter::propose(next).map_err(|error| fail::draft(what, &error))?;
    let proposal = charter::read(&bytes).map_err(|error| fail::charter(what, &error))?;
    papers.draft(proposal.clone()).map_err(|error| fail::paper(what, &error))?;
    files::make(out, &paper::bytes(&papers, what)?, Access::Public)
        .map_err(|error| fail::file(what, &error))?;
    let answer = proposed(&proposal, out);
    Ok(history::open(&papers, &proposal).into_iter().fold(answer, Answer::say))
}

/// The draft as the version that follows the one in force, and passes by those that got stuck.
fn follow(papers: &Papers, drafted: Charter, stuck: &[&Proposal]) -> Charter {
    let newest = papers.newest();
    let mut rivals: Vec<Digest> = stuck.iter().map(|open| open.digest()).collect();
    rivals.sort();
    let highest = stuck.iter().map(|open| open.charter().version).max();
    let base = newest.version();
    let (version, resolves) = match highest {
        Some(highest) => (highest.next(), Some(Resolves { since: base, rivals })),
        None => (base.next(), None),
    };
    Charter { version, previous: Some(newest.digest()), resolves, ..drafted }
}

fn proposed(proposal: &Proposal, out: &Path) -> Answer {
    let digest = proposal.digest();
    let text = format!("digest {digest}\nfile   {}\n", out.display());
    let json = json!({"digest": digest.to_string(), "file": out.display().to_string()});
    Answer::new(text, json)
        .say("Each member reads it (`concord charter show`) and signs it (`concord charter sign`).")
}

/// Adds the signature of one member's root to a charter file.
///
/// # Errors
/// When the root is no member's, signed something against it, or a file cannot be used.
pub fn sign(
    (root_file, passphrase): (&Path, &PassphraseFrom),
    digest: Option<Digest>,
    path: &Path,
) -> Result<Answer, Report> {
    let what = "the charter was not signed";
    let (agency, seed) = root::open(root_file, passphrase, what)?;
    let root = RootKey::from_seed(&seed);
    match paper::read(path, what)? {
        Paper::Founding(proposal) => {
            if proposal.charter().member(&agency).is_some_and(|member| member.root != root.public())
            {
                let why = format!("the charter names another root for {agency} than this one");
                return Err(Report::new(Code::RootRefused, what, why));
            }
            let bytes = proposal.to_bytes().map_err(|error| fail::charter(what, &error.into()))?;
            let signed = charter::add_signature(&bytes, &root)
                .map_err(|error| fail::charter(what, &error))?;
            vows::take(root_file, &Vow::of(&proposal), what)?;
            files::replace(path, &signed).map_err(|error| fail::file(what, &error))?;
            let signed = charter::read(&signed).map_err(|error| fail::charter(what, &error))?;
            Ok(founding_signed(agency.as_str(), &signed))
        }
        Paper::Papers(mut papers) => {
            let proposal = waiting(&papers, digest, what)?;
            // Tried on a copy first: what cannot be signed leaves no vow.
            let mut tried = papers.clone();
            tried.sign(&proposal.digest(), &root).map_err(|error| fail::paper(what, &error))?;
            vows::take(root_file, &Vow::of(&proposal), what)?;
            papers.sign(&proposal.digest(), &root).map_err(|error| fail::paper(what, &error))?;
            paper::write(path, &papers, what)?;
            Ok(later_signed(agency.as_str(), &papers, &proposal))
        }
    }
}

/// The version that is to be signed.
fn waiting(
    papers: &Papers,
    digest: Option<Digest>,
    what: &'static str,
) -> Result<Proposal, Report> {
    let mut open = papers.open().filter(|open| digest.is_none_or(|wanted| open.digest() == wanted));
    match (open.next(), open.next()) {
        (Some(one), None) => Ok(one.clone()),
        (None, _) => {
            let why = "the file holds no such version that waits for signatures";
            Err(Report::new(Code::CharterRefused, what, why)
                .with_remedy("`concord charter show FILE` shows what it holds"))
        }
        (Some(_), Some(_)) => {
            let why = "the file holds several versions that wait for signatures";
            Err(Report::new(Code::Usage, what, why)
                .with_remedy("say which with `--digest`; `concord charter show FILE` shows them"))
        }
    }
}

fn founding_signed(agency: &str, signed: &Proposal) -> Answer {
    let missing = show::missing(signed);
    let digest = signed.digest();
    let text = format!("signed  {agency}\ndigest  {digest}\nmissing {}\n", show::listed(&missing));
    let json = json!({"agency": agency, "digest": digest.to_string(), "missing": missing});
    Answer::new(text, json)
}

fn later_signed(agency: &str, papers: &Papers, proposal: &Proposal) -> Answer {
    let digest = proposal.digest();
    let held = papers.find(&digest).unwrap_or(proposal);
    let lacks = papers.tally(held).lacks().map(|lacks| lacks.to_string());
    let said = lacks.clone().unwrap_or_else(|| "nothing: it comes into force".to_owned());
    let text = format!("signed  {agency}\ndigest  {digest}\nlacks   {said}\n");
    let json = json!({"agency": agency, "digest": digest.to_string(), "lacks": lacks});
    Answer::new(text, json)
}

/// Makes a charter the one that a node believes, for good, or takes later versions in.
///
/// # Errors
/// When it does not verify under the digest, or the node has another charter.
pub fn adopt(folder: &NodeFolder, genesis: Option<Digest>, path: &Path) -> Result<Answer, Report> {
    let what = "the charter was not adopted";
    let settings = Settings::load(folder).map_err(|error| fail::settings(what, &error))?;
    if folder.occupancy().map_err(|error| fail::file(what, &error))? == Occupancy::Taken {
        let why = format!("a node runs on {}", folder.path().display());
        return Err(Report::new(Code::NodeRunning, what, why)
            .with_remedy("hand it to the node: `concord charter submit`"));
    }
    let documents = paper::documents(path, what)?;
    let adopted = match (genesis, settings.genesis) {
        (Some(pin), _) => enrolment::adopt_charter(folder, &settings, &documents, pin),
        (None, Some(_)) => {
            enrolment::take_charters(folder, &settings, &documents).map(|(papers, _)| papers)
        }
        (None, None) => {
            let why = "the node has adopted no charter, and trust begins with a digest";
            return Err(Report::new(Code::NotEnrolled, what, why).with_remedy(
                "compare the digest of version 1 aloud, and give it with `--genesis`",
            ));
        }
    };
    let papers = adopted.map_err(|error| fail::enrolment(what, &error))?;
    let (newest, genesis) = (papers.newest(), papers.founding().digest());
    let text = format!(
        "adopted {} version {}\ndigest  {}\n",
        newest.name(),
        newest.version(),
        newest.digest()
    );
    let json = json!({
        "charter": newest.name().as_str(),
        "version": newest.version().get(),
        "digest": newest.digest().to_string(),
        "genesis": genesis.to_string(),
    });
    Ok(Answer::new(text, json).say("Next: `concord node credential --out`."))
}

/// Verifies a charter with all its versions, anchored where a digest is given.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(path: &Path, genesis: Option<Digest>) -> Result<Answer, Report> {
    let what = "the charter does not verify";
    let documents = paper::documents(path, what)?;
    let verified = chain::verify(&documents, genesis).map_err(|error| {
        let report = fail::chain(what, &error);
        match holding(path, genesis) {
            Some(version) => {
                let why = format!(
                    "{}; what came before holds, and version {version} is in force",
                    report.why
                );
                Report { why: why.into(), ..report }
            }
            None => report,
        }
    })?;
    let (verdict, anchored) = match genesis {
        Some(_) => ("verified, anchored in the given digest", true),
        None => ("self-consistent, unanchored", false),
    };
    let text = format!("{verdict}\n{}", history::text(verified.papers()));
    let mut json = history::json(verified.papers());
    if let Some(object) = json.as_object_mut() {
        object.insert("verified".to_owned(), true.into());
        object.insert("anchored".to_owned(), anchored.into());
    }
    let answer = Answer::new(text, json);
    Ok(match genesis {
        Some(_) => answer,
        None => answer.say("A whole federation can be invented: compare the digest aloud, then give it with `--genesis`."),
    })
}

/// The version in force in a file in which others wait; none where the digest is another than the one given.
fn holding(path: &Path, genesis: Option<Digest>) -> Option<CharterVersion> {
    let papers = paper::papers(path, "the charter does not verify").ok()?;
    let waits = papers.open().next().is_some();
    let pinned = genesis.is_none_or(|pin| pin == papers.founding().digest());
    (waits && pinned).then(|| papers.newest().version())
}

/// Hands documents to a running node.
fn submit(path: &Path, reach: &Reach) -> Result<Answer, Report> {
    let what = "the charter was not submitted";
    let documents = paper::documents(path, what)?;
    let file = chain::write(&documents).map_err(|error| fail::chain(what, &error))?;
    let handed = documents.last().and_then(|last| charter::read(last).ok());
    let taken = reach.client()?.take_charters(&file)?;
    let mut text = handed.as_ref().map_or_else(String::new, |handed| {
        format!("handed in version {}  {}\n", handed.charter().version, handed.digest())
    });
    text.push_str(&format!(
        "learned   {} documents\nin force  version {}  {}\n",
        taken.learned, taken.version, taken.digest
    ));
    let mut json = serde_json::to_value(&taken).unwrap_or_default();
    if let (Some(fields), Some(handed)) = (json.as_object_mut(), handed) {
        let handed = json!({"version": handed.charter().version.get(), "digest": handed.digest().to_string()});
        fields.insert("handed_in".to_owned(), handed);
    }
    let answer = Answer::new(text, json);
    Ok(if taken.adopted {
        answer.say("Another version came into force: the node starts again within its process.")
    } else {
        answer.say("The node tells all members; `concord charter list` shows what is lacking.")
    })
}

fn list(folder: &NodeFolder) -> Result<Answer, Report> {
    let what = "the charter was not listed";
    let settings = Settings::load(folder).map_err(|error| fail::settings(what, &error))?;
    let papers =
        charters::load(folder, &settings).map_err(|error| fail::enrolment(what, &error))?;
    Ok(Answer::new(history::text(&papers), history::json(&papers)))
}

fn export(folder: &NodeFolder, out: &Path) -> Result<Answer, Report> {
    let what = "the charter was not exported";
    let settings = Settings::load(folder).map_err(|error| fail::settings(what, &error))?;
    let papers =
        charters::load(folder, &settings).map_err(|error| fail::enrolment(what, &error))?;
    paper::write(out, &papers, what)?;
    let text = format!("file    {}\nversion {}\n", out.display(), papers.newest().version());
    let json = json!({
        "file": out.display().to_string(), "version": papers.newest().version().get(),
        "proposals": papers.open().count(),
    });
    Ok(Answer::new(text, json))
}
