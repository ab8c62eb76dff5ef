//! What the command prints and how it ends.

use std::fs;
use std::path::PathBuf;

use crate::cli::audit;
use crate::report::Exit;
use crate::report::code::Code;

#[test]
fn what_is_no_bundle_ends_with_exit_code_three_and_names_what_failed() {
    let path = scratch("no-bundle");
    fs::write(&path, b"not a bundle").expect("the folder of tests can be written");

    let refused = audit::verify_one(&path, None).expect_err("it is no bundle");

    assert_eq!((refused.code, refused.exit), (Code::VerificationFailed, Exit::VerificationFailed));
    assert!(refused.why.contains("[archive] archive: "), "{}", refused.why);
}

#[test]
fn a_bundle_that_is_not_there_could_not_be_read() {
    let refused =
        audit::verify_one(&scratch("nothing-here"), None).expect_err("there is no such file");

    assert_eq!((refused.code, refused.exit), (Code::FileUnreadable, Exit::CouldNot));
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("concord-audit-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("the system's temporary folder can be written");
    folder.join(name)
}
