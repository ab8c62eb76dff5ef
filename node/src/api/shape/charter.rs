//! The versions of the charter in JSON: what each changes, who signed it, and what it lacks.

use concord_protocol::identity::charter::Proposal;
use concord_protocol::identity::charter::clause::Clause;
use concord_protocol::identity::charter::difference;
use concord_protocol::identity::charter::difference::Change;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::identity::charter::papers::Taken;
use concord_protocol::identity::charter::tally::Asked;
use concord_protocol::identity::charter::tally::Group;
use concord_protocol::identity::charter::tally::Signed;
use concord_protocol::identity::charter::tally::Tally;
use concord_protocol::procedure::profile;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

/// The charter: every version that was in force, and those that wait for signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterPapers {
    /// Its name.
    pub charter: String,
    /// The digest of version 1, which operators pin.
    pub genesis: String,
    /// The version in force.
    pub version: u64,
    /// Its digest.
    pub digest: String,
    /// The versions that were in force one after another, the one in force last.
    pub versions: Vec<CharterVersion>,
    /// Versions that may still come into force.
    pub proposals: Vec<CharterVersion>,
    /// What the version in force settles about procedures, ascending; everything else is as by default.
    pub clauses: Vec<CharterClause>,
}

/// One version of the charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterVersion {
    /// Its number.
    pub version: u64,
    /// Its digest.
    pub digest: String,
    /// The digest of the version that it follows; absent for version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The digests of the stuck versions that it passes by.
    pub resolves: Vec<String>,
    /// What it changes in the version that it follows.
    pub changes: Vec<CharterChange>,
    /// The members of each version that it names, and how many of them must sign.
    pub electorates: Vec<Electorate>,
    /// Members that it adds or whose root it replaces, and that have signed.
    pub consented: Vec<String>,
    /// The same, that have not signed yet.
    pub to_consent: Vec<String>,
    /// What is lacking first; absent when everybody who must has signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacks: Option<String>,
}

/// Members of an earlier version who decide on a later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Electorate {
    /// Whose members.
    pub version: u64,
    /// The digest of that version.
    pub digest: String,
    /// How many of them must sign.
    pub threshold: u16,
    /// Those that have.
    pub signed: Vec<String>,
    /// Those that have not.
    pub not_signed: Vec<String>,
}

/// One thing that a charter settles about procedures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterClause {
    /// What kind of thing, for example `term`.
    pub article: String,
    /// For which Party; absent where it is the same for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// Which of them, for example `U3 answer`.
    pub about: String,
    /// What holds, for example `5 days`.
    pub value: String,
    /// Why the node does not go by it, but by the default; absent where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

/// One change from a version to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterChange {
    /// What kind of change, for example `member-added`.
    pub kind: String,
    /// The agency that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// The change in one sentence.
    pub text: String,
}

/// What became of documents of the charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterTaken {
    /// Versions that are new to the node, or bear more signatures than before.
    pub learned: u64,
    /// Whether that brought another version into force; the node starts again then.
    pub adopted: bool,
    /// The version in force now.
    pub version: u64,
    /// Its digest.
    pub digest: String,
}

impl CharterTaken {
    /// What was learned, and what is in force after it.
    pub fn of(taken: &Taken, papers: &Papers) -> Self {
        let newest = papers.newest();
        Self {
            learned: u64::try_from(taken.learned.len()).unwrap_or(u64::MAX),
            adopted: !taken.adopted.is_empty(),
            version: newest.version().get(),
            digest: newest.digest().to_string(),
        }
    }
}

impl From<&Papers> for CharterPapers {
    fn from(papers: &Papers) -> Self {
        let newest = papers.newest();
        let path = papers.path().filter_map(|held| papers.find(&held.digest()));
        Self {
            charter: newest.name().to_string(),
            genesis: papers.founding().digest().to_string(),
            version: newest.version().get(),
            digest: newest.digest().to_string(),
            versions: path.map(|version| CharterVersion::of(papers, version)).collect(),
            proposals: papers.open().map(|open| CharterVersion::of(papers, open)).collect(),
            clauses: clauses(&newest.charter().clauses),
        }
    }
}

/// Clauses, each with whether this program goes by it.
// spec: prf-4
fn clauses(all: &[Clause]) -> Vec<CharterClause> {
    let (_, unread) = profile::read(all);
    let shown = |clause: &Clause| CharterClause {
        article: clause.article.clone(),
        party: clause.party.as_ref().map(ToString::to_string),
        about: clause.about.clone(),
        value: clause.value.clone(),
        unread: unread
            .iter()
            .find(|unread| unread.clause == *clause)
            .map(|unread| unread.why.clone()),
    };
    all.iter().map(shown).collect()
}

impl CharterVersion {
    /// A version among the documents that are held.
    pub fn of(papers: &Papers, proposal: &Proposal) -> Self {
        let charter = proposal.charter();
        let Tally { groups, newcomers } = papers.tally(proposal);
        let before = charter.previous.and_then(|digest| papers.find(&digest));
        let changes =
            before.map(|before| difference::between(before.charter(), charter)).unwrap_or_default();
        let rivals = charter.resolves.iter().flat_map(|resolves| &resolves.rivals);
        let lacks = papers.tally(proposal).lacks();
        Self {
            version: charter.version.get(),
            digest: proposal.digest().to_string(),
            previous: charter.previous.map(|digest| digest.to_string()),
            resolves: rivals.map(ToString::to_string).collect(),
            changes: changes.iter().map(CharterChange::from).collect(),
            electorates: groups.iter().map(Electorate::from).collect(),
            consented: named(&newcomers, Signed::Yes),
            to_consent: named(&newcomers, Signed::Not),
            lacks: lacks.map(|lacks| lacks.to_string()),
        }
    }
}

impl From<&Group> for Electorate {
    fn from(group: &Group) -> Self {
        Self {
            version: group.version.get(),
            digest: group.digest.to_string(),
            threshold: group.threshold,
            signed: named(&group.members, Signed::Yes),
            not_signed: named(&group.members, Signed::Not),
        }
    }
}

impl From<&Change> for CharterChange {
    fn from(change: &Change) -> Self {
        Self {
            kind: change.kind().to_owned(),
            agency: change.agency().map(ToString::to_string),
            text: change.sentence(),
        }
    }
}

fn named(asked: &[Asked], signed: Signed) -> Vec<String> {
    let those = asked.iter().filter(|asked| asked.signed == signed);
    those.map(|asked| asked.agency.to_string()).collect()
}
