//! What the Parties of the demonstration settled in their charter; the outcome document of EX-HERON has it as annexes.

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter::clause::Clause;
use concord_protocol::ids::NameError;
use concord_protocol::ids::Party;
use concord_protocol::procedure::profile::article::Article;

/// Every clause, in the order in which a charter has them: article, Party, about what, what holds.
const CLAUSES: [(Article, Option<&str>, &str, &str); 7] = [
    (Article::Ground, Some("LA"), "offence-on-own-territory", "discretionary"),
    (Article::Ground, Some("LA"), "own-national", "discretionary"),
    (Article::Ground, Some("VN"), "own-national", "discretionary"),
    (Article::Rest, Some("TH"), "saturday", "weekly"),
    (Article::Rest, Some("TH"), "sunday", "weekly"),
    (Article::Retention, None, "suspects", "36 months"),
    (Article::Term, None, "U3 answer", "5 days"),
];

/// The clauses of the charter.
///
/// # Errors
/// When a Party has no code of two letters.
pub(crate) fn clauses() -> Result<Vec<Clause>, NameError> {
    CLAUSES
        .into_iter()
        .map(|(article, party, about, value)| {
            Ok(Clause {
                article: article.text().to_owned(),
                party: party.map(Party::parse).transpose()?,
                about: about.to_owned(),
                value: value.to_owned(),
            })
        })
        .collect()
}

/// The digest of the annex with these articles: its lines as `concord charter show` has them.
pub(crate) fn annex(articles: &[Article]) -> Result<Digest, NameError> {
    let named = |clause: &Clause| articles.iter().any(|article| article.text() == clause.article);
    let lines = clauses()?.into_iter().filter(named).map(|clause| format!("{clause}\n"));
    Ok(digest::sha256(lines.collect::<String>().as_bytes()))
}
