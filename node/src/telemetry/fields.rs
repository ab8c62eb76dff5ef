//! The closed list of names under which spans and events carry values.
//!
//! A name that is missing is added here first; a test of `tests/tidy` compares the list with the code.

/// Every field name, in alphabetical order.
pub const NAMES: &[&str] = &[
    "addr",     // a socket address of a node
    "agency",   // the node's own agency
    "charter",  // the charter's name
    "code",     // a registered code
    "count",    // how many
    "elapsed",  // milliseconds
    "epoch",    // epoch of a link
    "evidence", // digest of a file of evidence
    "file",     // digest of a file beside a message
    "kind",     // kind of an I/O error
    "leaf",     // place in a log
    "len",      // bytes
    "message",  // digest or id of a message
    "method",   // HTTP method
    "number",   // number on a link
    "path",     // HTTP path as a template, never as it was asked for
    "peer",     // another agency
    "request",  // id of an API request
    "serial",   // serial of a credential
    "size",     // size of a log
    "status",   // HTTP status
    "version",  // version of a charter or of a format
];
