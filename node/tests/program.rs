//! The program starts and says what it can do. That this test is here also makes a whole `cargo test` build the program.

use std::process::Command;

#[test]
fn the_program_names_its_commands() {
    let said = Command::new(env!("CARGO_BIN_EXE_concord")).arg("--help").output().unwrap();

    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success());
    for noun in
        ["demo", "root", "node", "charter", "run", "peer", "send", "message", "log", "audit"]
    {
        assert!(text.contains(noun), "the help does not name {noun}");
    }
}
