//! The `concord` binary for tests: there, and built from the code as it stands.
//!
//! `cargo test` builds the binaries of a package for that package's own integration tests; `node/tests/program.rs` is
//! one, so a whole `cargo test` has `concord` before any test runs. A run of one package alone has none, or an old one:
//! then it is built here, once, into the same folder. The binary is fresh when it is newer than every file that the
//! compiler says it was made from.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// Where the fresh binary is.
///
/// # Panics
/// When it cannot be built.
pub fn concord() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let folder = built_in();
        let program = folder.join(format!("concord{}", env::consts::EXE_SUFFIX));
        if !fresh(&program) {
            build(&folder);
        }
        program
    })
}

/// The folder of this build: `target/debug` or `target/release`.
fn built_in() -> PathBuf {
    let own = env::current_exe().expect("a test knows where it is");
    let folder = own.parent().expect("a program stands in a folder");
    if folder.ends_with("deps") { folder.parent().unwrap().to_owned() } else { folder.to_owned() }
}

fn fresh(program: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
    let Some(built) = changed(program) else { return false };
    let Ok(made_from) = fs::read_to_string(program.with_extension("d")) else { return false };
    let older =
        |source: &str| changed(Path::new(source)).is_some_and(|source: SystemTime| source <= built);
    made_from.split_once(": ").is_some_and(|(_, sources)| sources.split_whitespace().all(older))
}

fn build(folder: &Path) {
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(named) => named,
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        // Without naming the package: with the features of the whole workspace the dependencies are there already.
        .args(["build", "--offline", "--quiet", "--bin", "concord"])
        .args(["--profile", profile])
        .env("CARGO_TARGET_DIR", folder.parent().expect("a build stands in a target folder"))
        .current_dir(crate::top())
        .status()
        .expect("cargo can be started");
    assert!(built.success(), "the concord binary could not be built");
}
