//! One word, one meaning: false friends are refused.

use crate::tree;

/// A word that is not ours in code, and the one that is.
const FALSE_FRIENDS: &[(&str, &str)] = &[
    ("packet", "frame or message"),
    ("msg", "message"),
    ("Manager", "a function on data"),
    ("Helper", "a function on data"),
    ("blacklist", "block list"),
    ("whitelist", "allow list"),
    ("TODO", "an issue"),
    ("FIXME", "an issue"),
];

/// Where a false friend is the field's own word.
const AT_HOME: &[(&str, &str, &str)] = &[
    ("packet", "node/src/transport", "QUIC's own word"),
    ("msg", "protocol/src/crypto/aead.rs", "a field of the cipher's crate"),
    ("msg", "protocol/src/crypto/published.rs", "a field of the published vectors"),
    ("msg", "protocol/src/crypto/negative.rs", "a field of the published vectors"),
    ("msg", "node/src/cli/audit/read.rs", "a placeholder of the progress bar's template"),
    ("msg", "node/src/cli/demo/progress.rs", "a placeholder of the progress bar's template"),
];

#[test]
fn false_friends_are_not_used() {
    let sources = ["protocol/src", "node/src", "tests/harness"]
        .into_iter()
        .flat_map(|folder| tree::sources(folder, ".rs"));
    let mut found = Vec::new();
    for source in sources {
        for (word, instead) in FALSE_FRIENDS {
            let at_home = AT_HOME
                .iter()
                .any(|(friend, room, _)| friend == word && source.path.starts_with(room));
            let line = source.text.lines().position(|line| stands_alone(line, word));
            if let (false, Some(line)) = (at_home, line) {
                found.push(format!("{}:{}: {word}, say {instead}", source.path, line + 1));
            }
        }
    }

    tree::none(&found, "words that are not ours:");
}

fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}
