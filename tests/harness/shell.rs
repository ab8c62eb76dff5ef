//! Commands as people type them: run with the fresh `concord` on the path, in a folder of the test, with an end.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::time::Duration;

use crate::program;
use crate::wait;

/// A command with `concord` on its path.
pub fn command(program: &str, folder: &Path) -> Command {
    let found = program::concord().parent().expect("a program stands in a folder");
    let rest = env::var_os("PATH").unwrap_or_default();
    let paths = [found.to_owned()].into_iter().chain(env::split_paths(&rest));
    let mut command = Command::new(program);
    command.current_dir(folder).env("PATH", env::join_paths(paths).unwrap()).stdin(Stdio::null());
    command
}

/// Runs `concord` with these arguments.
///
/// # Panics
/// When it cannot be started.
pub fn concord(folder: &Path, arguments: &[&str]) -> Output {
    command("concord", folder).args(arguments).output().expect("concord can be started")
}

/// Runs a script of the shell as a process group of its own, which is killed as one when the time is up.
///
/// # Panics
/// When it does not end in time, or cannot be started.
pub fn script(folder: &Path, text: &str, variables: &[(&str, String)], within: Duration) -> Output {
    let mut command = command("sh", folder);
    command.arg("-c").arg(text).process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in variables {
        command.env(name, value);
    }
    let mut group = Group(Some(command.spawn().expect("the shell can be started")));
    // Both pipes are read while the script runs: a full one would stop it.
    let mut child = group.0.take().unwrap();
    let (out, errors) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    group.0 = Some(child);
    let (out, errors) = (reader(out), reader(errors));
    let ended = wait::for_up_to(within, || group.0.as_mut().unwrap().try_wait().unwrap());
    drop(group);
    let (stdout, stderr) = (out.join().unwrap(), errors.join().unwrap());
    let said = String::from_utf8_lossy(&stderr).into_owned();
    let status = ended.unwrap_or_else(|| panic!("the script does not end\n{said}"));
    Output { status, stdout, stderr }
}

fn reader(mut pipe: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).ok();
        bytes
    })
}

/// A process group that ends with the test, by its id.
struct Group(Option<Child>);

impl Drop for Group {
    fn drop(&mut self) {
        let Some(mut child) = self.0.take() else { return };
        // Whatever the script left behind is in its group; a group without members is refused, and that is well.
        let group = format!("-{}", child.id());
        Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status().ok();
        child.wait().ok();
    }
}
