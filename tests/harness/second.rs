//! The second verifier, in Python and written from `spec/` alone, as a process that answers question after question.
//!
//! One process keeps its memory of verified signatures, so thousands of changed bundles cost seconds.

use std::env;
use std::ffi::OsString;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;

use crate::skip;
use crate::top;

/// Names the interpreter where it is neither on the path nor the distribution's.
pub const PYTHON_VARIABLE: &str = "CONCORD_PYTHON";

const NEEDS: &str = "import sys, cbor2, cryptography; sys.exit(sys.version_info < (3, 11))";

/// A running second verifier.
#[derive(Debug)]
pub struct Second {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What it says of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// They hold.
    Holds(Value),
    /// They do not, with the code where the specification has one, and the words.
    Fails(Option<String>, String),
}

/// A problem and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The code of the finding.
    pub code: String,
    /// The part of the bundle.
    pub part: String,
    /// The leaf, where it is about one.
    pub leaf: Option<u64>,
}

impl Second {
    /// Starts it; `None`, said aloud, where this machine has not what it needs.
    ///
    /// # Panics
    /// When an interpreter that has everything cannot be started, or nothing may be skipped.
    pub fn start(test: &str) -> Option<Self> {
        let Some(python) = interpreter() else {
            let why = format!(
                "no python3 (3.11 or newer) with cbor2 and cryptography; {PYTHON_VARIABLE} may name one"
            );
            skip::skip(test, &why);
            return None;
        };
        let mut child = Command::new(python)
            .args(["-B", "-m", "verifier", "batch"])
            .current_dir(top().join("tests/conformance"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the second verifier can be started");
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("its answers are piped"));
        Some(Self { child, questions, answers })
    }

    /// Its opinion of some bytes as a structure of the cases.
    pub fn structure(&mut self, structure: &str, bytes: &[u8]) -> Opinion {
        let bytes: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        opinion(self.ask(&json!({ "structure": structure, "bytes": bytes })))
    }

    /// Its opinion of a bundle in a file, under a pinned charter.
    pub fn bundle(&mut self, file: &Path, genesis: &str) -> Opinion {
        opinion(self.ask(&json!({ "bundle": file, "genesis": genesis })))
    }

    /// The first problem of a bundle in a file, under a pinned charter.
    pub fn first_problem(&mut self, file: &Path, genesis: &str) -> Option<Place> {
        let answer = self.ask(&json!({ "bundle": file, "genesis": genesis }));
        let first = answer["problems"].get(0)?;
        let text = |name: &str| first[name].as_str().unwrap_or_default().to_owned();
        Some(Place { code: text("code"), part: text("part"), leaf: first["leaf"].as_u64() })
    }

    /// Counts and problems of bundles held against each other.
    pub fn reconcile(&mut self, files: &[&Path], genesis: &str) -> Value {
        self.ask(&json!({ "reconcile": files, "genesis": genesis }))
    }

    /// One question, one answer.
    ///
    /// # Panics
    /// When it does not answer: the second verifier never breaks off, whatever the bytes.
    pub fn ask(&mut self, question: &Value) -> Value {
        let questions = self.questions.as_mut().expect("open until the end");
        writeln!(questions, "{question}").expect("the second verifier runs");
        questions.flush().expect("the second verifier runs");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the second verifier answers");
        serde_json::from_str(&line).unwrap_or_else(|error| {
            panic!("the second verifier broke off ({error}) over {question}")
        })
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        drop(self.questions.take());
        self.child.wait().ok();
    }
}

fn opinion(answer: Value) -> Opinion {
    if answer["ok"] == true {
        return Opinion::Holds(answer);
    }
    let text = |name: &str| answer[name].as_str().map(str::to_owned);
    Opinion::Fails(text("code"), text("why").unwrap_or_default())
}

fn interpreter() -> Option<OsString> {
    let named = env::var_os(PYTHON_VARIABLE).into_iter();
    let mut known = named.chain(["python3".into(), "/usr/bin/python3".into()]);
    known.find(|python| {
        let mut command = Command::new(python);
        command.args(["-c", NEEDS]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}
