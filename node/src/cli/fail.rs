//! From the errors of the lower shelves to reports: which code each has.

use concord_protocol::identity::charter::CharterError;
use concord_protocol::identity::charter::chain::ChainError;
use concord_protocol::identity::charter::papers::PaperError;
use concord_protocol::identity::charter::rules::RuleError;
use concord_protocol::identity::quorum;
use concord_protocol::identity::quorum::Slack;

use crate::entropy::NoEntropy;
use crate::files::FileError;
use crate::keystore::KeyError;
use crate::keystore::container::ContainerError;
use crate::keystore::passphrase::PassphraseError;
use crate::keystore::token::TokenError;
use crate::keystore::vault::VaultError;
use crate::report;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::SettingsError;
use crate::settings::enrolment::EnrolmentError;
use crate::settings::file::FormError;

/// A file could not be read or written.
pub fn file(what: &'static str, error: &FileError) -> Report {
    let code = match error {
        FileError::Unreadable { .. } => Code::FileUnreadable,
        FileError::Unwritable { .. } => Code::FileUnwritable,
        FileError::Exists { .. } => Code::FileExists,
        FileError::TooLong { .. } => Code::FileTooLong,
        FileError::Exposed { .. } | FileError::Foreign { .. } => Code::FileExposed,
    };
    Report::caused(code, what, error)
}

/// A key file could not be used.
pub fn key(what: &'static str, error: &KeyError) -> Report {
    match error {
        KeyError::File(error) => file(what, error),
        KeyError::Container { source: ContainerError::Unopened, .. } => {
            Report::caused(Code::PassphraseRefused, what, error)
        }
        KeyError::Container { .. } | KeyError::None { .. } | KeyError::OtherAgency { .. } => {
            Report::caused(Code::KeyUnusable, what, error)
        }
        KeyError::Token(TokenError::Exists { .. }) => {
            Report::caused(Code::KeyUnusable, what, error)
                .with_remedy("name other keys by the settings of their labels, or another token")
        }
        KeyError::Token(TokenError::PinRefused { .. }) => {
            Report::caused(Code::PinRefused, what, error)
        }
        KeyError::Token(_) => Report::caused(Code::KeyAway, what, error).with_exit(Exit::CouldNot),
        KeyError::Passphrase { source: PassphraseError::Nowhere, .. } => {
            Report::caused(Code::PassphraseMissing, what, error)
        }
        KeyError::Passphrase { source: PassphraseError::File(error), .. } => file(what, error),
        KeyError::Passphrase { .. } | KeyError::Vault { .. } => {
            Report::caused(Code::PassphraseRefused, what, error)
        }
    }
}

/// There is no passphrase for new key files.
pub fn new_passphrase(what: &'static str, error: &VaultError) -> Report {
    match error {
        VaultError::Passphrase(PassphraseError::Nowhere) => {
            let why = "nothing gives a passphrase, and no terminal is there to ask";
            Report::new(Code::PassphraseMissing, what, why).with_remedy(
                "give `--passphrase-file FILE`; or `--no-passphrase`, and the secret lies in clear",
            )
        }
        VaultError::Passphrase(PassphraseError::File(error)) => file(what, error),
        VaultError::Passphrase(error) => Report::caused(Code::PassphraseRefused, what, error),
        VaultError::NoEntropy(error) => entropy(what, error),
        VaultError::Container(_) | VaultError::Cost(_) => {
            Report::caused(Code::PassphraseRefused, what, error)
        }
    }
}

/// The settings could not be used.
pub fn settings(what: &'static str, error: &SettingsError) -> Report {
    match error {
        SettingsError::File(FileError::Unreadable { source, .. })
            if source.kind() == std::io::ErrorKind::NotFound =>
        {
            Report::caused(Code::NotANodeDirectory, what, error).with_remedy(
                "name the node's directory with `--dir`, or make one with `concord node init`",
            )
        }
        SettingsError::File(error) => file(what, error),
        SettingsError::Form(FormError::Toml { .. }) => Report::caused(Code::SettingsRefused, what, error)
            .with_remedy("correct the line; texts and addresses stand in quotes, as in listen = \"127.0.0.1:7400\"; `config/node.toml` documents every key"),
        SettingsError::Form(FormError::Utf8 | FormError::NoLine { .. })
        | SettingsError::Agency { .. }
        | SettingsError::Officer { .. }
        | SettingsError::Classification { .. }
        | SettingsError::Cleared { .. }
        | SettingsError::Genesis { .. }
        | SettingsError::Listen { .. }
        | SettingsError::Advertise { .. }
        | SettingsError::Token { .. }
        | SettingsError::OutOfBounds { .. } => Report::caused(Code::SettingsRefused, what, error),
    }
}

/// A node's charter or credentials do not hold.
pub fn enrolment(what: &'static str, error: &EnrolmentError) -> Report {
    match error {
        EnrolmentError::File(error) => file(what, error),
        EnrolmentError::Form(_) => Report::caused(Code::SettingsRefused, what, error),
        EnrolmentError::NoCharter | EnrolmentError::NoCredential => {
            Report::caused(Code::NotEnrolled, what, error)
        }
        EnrolmentError::OtherPin { .. } => Report::caused(Code::AlreadyAdopted, what, error),
        EnrolmentError::Charter(error) => charter(what, error),
        EnrolmentError::Chain(error) => chain(what, error),
        EnrolmentError::Paper(error) => paper(what, error),
        EnrolmentError::NotAMember { .. } => Report::caused(Code::CharterRefused, what, error)
            .with_remedy("adopt the charter on a node of an agency that it names"),
        EnrolmentError::Revoked { next, .. } => Report::caused(Code::CredentialRefused, what, error)
            .with_exit(Exit::VerificationFailed)
            .with_remedy(format!(
                "ask for number {next}: `concord node rotate` makes new keys, `concord node credential --out` keeps them; have the root sign it, and adopt that"
            )),
        EnrolmentError::Credential { .. }
        | EnrolmentError::Admit { .. }
        | EnrolmentError::Revocation { .. }
        | EnrolmentError::Misplaced { .. } => {
            Report::caused(Code::CredentialRefused, what, error).with_exit(Exit::VerificationFailed)
        }
    }
}

/// A charter cannot be relied on.
pub fn charter(what: &'static str, error: &CharterError) -> Report {
    let report = Report::caused(report::charter::of_document(error), what, error);
    match error {
        CharterError::Rule(rule) => match table_for(rule) {
            Some(table) => report.with_remedy(table),
            None => report,
        },
        CharterError::Form(_)
        | CharterError::Content(_)
        | CharterError::Pin { .. }
        | CharterError::NotFounding { .. }
        | CharterError::Missing { .. }
        | CharterError::Forged { .. }
        | CharterError::Half { .. }
        | CharterError::Stranger { .. }
        | CharterError::NotAMember { .. }
        | CharterError::Sign(_)
        | CharterError::Encode(_) => report,
    }
}

/// A later version of a charter is not taken.
pub fn paper(what: &'static str, error: &PaperError) -> Report {
    match error {
        PaperError::Charter(error) => charter(what, error),
        PaperError::OtherName { .. }
        | PaperError::Stale { .. }
        | PaperError::Rival { .. }
        | PaperError::Skips { .. }
        | PaperError::Unknown { .. }
        | PaperError::NotAdopted { .. }
        | PaperError::Numbers { .. }
        | PaperError::Logs { .. }
        | PaperError::Unsigned
        | PaperError::Doubled { .. }
        | PaperError::Full
        | PaperError::Lacks(_) => Report::caused(report::charter::of_paper(error), what, error),
    }
}

/// The versions of a charter do not hold together.
pub fn chain(what: &'static str, error: &ChainError) -> Report {
    match error {
        ChainError::Founding(error) => charter(what, error),
        ChainError::Later { source, .. } => {
            Report::caused(report::charter::of_paper(source), what, error)
        }
        ChainError::Form(_)
        | ChainError::Count { .. }
        | ChainError::Order
        | ChainError::Surplus { .. }
        | ChainError::Encode(_) => Report::caused(Code::CharterRefused, what, error),
    }
}

/// A charter cannot be drafted like this.
pub fn draft(what: &'static str, error: &CharterError) -> Report {
    let report = Report::caused(Code::CharterDraft, what, error);
    let table = match error {
        CharterError::Rule(rule) => table_for(rule),
        CharterError::Form(_)
        | CharterError::Content(_)
        | CharterError::Pin { .. }
        | CharterError::NotFounding { .. }
        | CharterError::Missing { .. }
        | CharterError::Forged { .. }
        | CharterError::Half { .. }
        | CharterError::Stranger { .. }
        | CharterError::NotAMember { .. }
        | CharterError::Sign(_)
        | CharterError::Encode(_) => None,
    };
    match table {
        Some(table) => report.with_remedy(table),
        None => report,
    }
}

/// The operating system gave no randomness.
pub fn entropy(what: &'static str, error: &NoEntropy) -> Report {
    Report::caused(Code::NoEntropy, what, error)
}

/// The table of useful values, where the numbers of a charter do not fit its members.
fn table_for(rule: &RuleError) -> Option<String> {
    // spec: id-11, id-12
    match rule {
        RuleError::Quorum { members, .. } => Some(useful_values(*members)),
        RuleError::Unlinked { .. }
        | RuleError::Resolves
        | RuleError::Founding
        | RuleError::Members { .. }
        | RuleError::MemberTwice { .. }
        | RuleError::MemberOrder { .. }
        | RuleError::RootShared { .. }
        | RuleError::Names { .. }
        | RuleError::Logs { .. }
        | RuleError::Suites
        | RuleError::Clauses { .. }
        | RuleError::Clause { .. }
        | RuleError::ClauseOrder { .. }
        | RuleError::ClauseParty { .. } => None,
    }
}

/// The smallest numbers that bear each number of dishonest members, as a table.
pub fn useful_values(members: u16) -> String {
    let mut table = format!(
        "choose for {members} members one of\n    dishonest_max  witness_quorum  amendment_threshold"
    );
    for line in quorum::useful(members) {
        let numbers = line.quorum;
        let slack = match line.slack {
            Slack::Some => "",
            Slack::None => "  (no slack: one silent member halts it)",
        };
        table.push_str(&format!(
            "\n    {:<13}  {:<14}  {}{slack}",
            numbers.dishonest_max, numbers.witness_quorum, numbers.amendment_threshold
        ));
    }
    table
}
