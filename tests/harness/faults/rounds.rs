//! One round: a process of the real store meets one fault, another one opens what is left and demands everything back.
//!
//! Rounds go on in one directory for a while, so that the embedded store fills, takes old room again, and has been
//! through many crashes; then a new one is begun. All luck of a directory comes from the seed and its number.
//! Threads of the embedded store are the one thing that a seed does not fix: they may make calls in another order.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use crate::chance::Chance;
use crate::faults::damage;
use crate::faults::damage::Damage;
use crate::faults::drive::End;
use crate::faults::drive::Orders;
use crate::faults::shim;
use crate::faults::shim::Class;
use crate::faults::shim::Fault;
use crate::faults::shim::Plan;
use crate::federation::Scratch;

/// Rounds in one directory.
pub const ROUNDS_OF_A_LIFE: usize = 25;

/// Calls within which a fault comes: sometimes while the store opens, sometimes far into its work.
const CALLS: [usize; 3] = [40, 200, 600];

/// Most commits of one process.
const COMMITS_MAX: usize = 20;

const SIGKILL: i32 = 9;

/// The program that drives the store, and its first arguments.
#[derive(Clone, Debug)]
pub struct Driver {
    /// The program.
    pub program: PathBuf,
    /// What it is told first.
    pub first: Vec<String>,
}

/// What came of all rounds, by kind of fault.
#[derive(Debug, Default)]
pub struct Table {
    rows: BTreeMap<String, Row>,
    /// Losses, and refusals where nothing may be refused, each with the way to have it again.
    pub losses: Vec<String>,
}

/// Rounds of one kind.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    rounds: u64,
    /// Those in which the fault was met.
    met: u64,
    acked: u64,
    /// Faults that the store told of: it stopped, refused, or may not sign.
    told: u64,
    /// Faults after which everything was there and nothing had to be told.
    healed: u64,
}

/// What happens in one round.
enum Round {
    /// While the store runs.
    Running(&'static str, Plan),
    /// While it does not.
    Resting(Damage),
}

/// A directory and what is known of it.
#[derive(Debug)]
pub(crate) struct Life {
    scratch: Option<Scratch>,
    dir: PathBuf,
    aside: PathBuf,
    seed: u64,
    chance: Chance,
    acked: u64,
}

/// How one process ended.
struct Ended {
    /// `None` after a signal.
    end: Option<u8>,
    said: String,
    acked: u64,
    /// The fault that was met.
    met: Option<String>,
}

/// Runs rounds from a seed, from one directory on; stops at the first loss.
pub fn run(driver: &Driver, (seed, first_life): (u64, usize), rounds: usize) -> Table {
    let mut table = Table::default();
    let mut left = rounds;
    for number in first_life.. {
        let mut life = Life::begin(seed, number);
        for round in 0..ROUNDS_OF_A_LIFE.min(left) {
            if let Err(loss) = life.round(driver, &mut table) {
                table.losses.push(format!(
                    "life {number}, round {round}: {loss}\n\
                     again: cargo xtask storage --seed {seed} --life {number} --rounds {}",
                    round + 1
                ));
                life.keep();
                return table;
            }
        }
        left = left.saturating_sub(ROUNDS_OF_A_LIFE);
        if left == 0 {
            break;
        }
    }
    table
}

/// Damages every part of one directory in every way, so many times, each time in a fresh copy; stops at the first loss.
pub fn damaged(driver: &Driver, seed: u64, times: usize) -> Table {
    let mut table = Table::default();
    let mut life = Life::begin(seed, 0);
    // Killed rather than closed, so that there is something to replay, too.
    for plan in [Plan::Nothing, Plan::Kill(300)] {
        life.run_once(driver, plan, (COMMITS_MAX, true)).expect("nothing was damaged yet");
    }
    for damage in Damage::all().cycle().take(times * Damage::all().count()) {
        let done = life.rest(driver, damage);
        if let Err(loss) = table.note(damage.name(), 0, done) {
            table
                .losses
                .push(format!("{loss}\nagain: cargo xtask storage --seed {seed} --damage {times}"));
            life.keep();
            break;
        }
    }
    table
}

impl Life {
    /// Begins a directory; all its luck comes from the seed and its number.
    pub(crate) fn begin(seed: u64, number: usize) -> Self {
        let scratch = Scratch::new("storage");
        let (dir, aside) = (scratch.path().join("node"), scratch.path().join("aside"));
        fs::create_dir(&dir).unwrap();
        fs::create_dir(&aside).unwrap();
        let mut chance =
            Chance::from_seed(seed ^ u64::try_from(number).unwrap().wrapping_mul(0x9e37_79b9));
        Self { scratch: Some(scratch), dir, aside, seed: chance.draw(), chance, acked: 0 }
    }

    /// One fault, one start, one check.
    fn round(&mut self, driver: &Driver, table: &mut Table) -> Result<(), String> {
        let round = self.choose();
        let name = round.name();
        let before = self.acked;
        let done = match round {
            Round::Running(_, plan) => self.run(driver, plan),
            Round::Resting(damage) => self.rest(driver, damage),
        };
        table.note(name, self.acked - before, done)
    }

    /// A fault in a process that commits twice, flushes and closes; then everything is demanded back.
    pub(crate) fn short(&mut self, driver: &Driver, plan: Plan) -> Result<(bool, bool), String> {
        self.run_once(driver, plan, (2, true))
    }

    /// The directory of the store.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Lets the folder stay, to be looked at.
    pub(crate) fn keep(&mut self) {
        std::mem::forget(self.scratch.take());
    }

    fn choose(&mut self) -> Round {
        let chance = &mut self.chance;
        let calls = CALLS[chance.below(CALLS.len())];
        let at = 1 + chance.below(calls);
        // A commit syncs a few times only, and an opening reads more than it writes.
        let (few, some) = (1 + chance.below(calls / 4), 1 + chance.below(calls / 2));
        let lasting = if chance.one_in(2) { Fault::Lasting } else { Fault::Once };
        let fail = |class, fault, at| Plan::Fail(class, fault, at);
        match chance.below(20) {
            0..=5 => Round::Running("power cut", Plan::Cut(at)),
            6..=8 => Round::Running("killed, cut later", Plan::Kill(at)),
            9 | 10 => Round::Running("failed sync", fail(Class::Sync, lasting, few)),
            11 => Round::Running("failed write", fail(Class::Write, lasting, some)),
            12 | 13 => Round::Running("full disk", fail(Class::Write, Fault::Full, some)),
            14 => Round::Running("failed name", fail(Class::Name, lasting, 1 + chance.below(12))),
            15 | 16 => Round::Running("failed read", fail(Class::Read, lasting, at)),
            _ => Round::Resting(Damage::choose(chance)),
        }
    }

    /// A process meets the fault, the next one demands everything back. Whether it was met, and whether it was told.
    fn run(&mut self, driver: &Driver, plan: Plan) -> Result<(bool, bool), String> {
        let commits = 1 + self.chance.below(COMMITS_MAX);
        let closes = self.chance.one_in(2);
        self.run_once(driver, plan, (commits, closes))
    }

    fn run_once(
        &mut self,
        driver: &Driver,
        plan: Plan,
        (commits, closes): (usize, bool),
    ) -> Result<(bool, bool), String> {
        let ended = self.process(driver, plan, (commits, closes));
        self.acked = self.acked.max(ended.acked);
        let wrong = |why: &str| {
            Err(format!(
                "{plan} ({}): {why}\n{}",
                ended.met.as_deref().unwrap_or("not met"),
                ended.said
            ))
        };
        let told = match (plan, ended.end) {
            (_, Some(end)) if end == End::Done as u8 => false,
            (Plan::Cut(_) | Plan::Kill(_), None) => false,
            (Plan::Fail(..), Some(end)) if end == End::Stopped as u8 => true,
            (Plan::Fail(..), Some(end)) if end == End::Refused as u8 => true,
            (Plan::Fail(..), Some(end)) if end == End::Unreadable as u8 => true,
            _ => return wrong("the process ended otherwise than it may"),
        };
        let met = ended.met.clone();
        self.verify(driver).map_err(|why| {
            let met = met.as_deref().unwrap_or("not met");
            format!("{plan} ({met}): {why}\nbefore:\n{}", ended.said)
        })?;
        Ok((met.is_some(), told))
    }

    /// A start without a fault: everything is there, and the store goes on.
    fn verify(&mut self, driver: &Driver) -> Result<(), String> {
        let closes = self.chance.one_in(3);
        let ended = self.process(driver, Plan::Nothing, (1, closes));
        self.acked = self.acked.max(ended.acked);
        if ended.end == Some(End::Done as u8) { Ok(()) } else { Err(ended.said) }
    }

    /// Files change while nobody looks, in a copy. Whether anything was changed, and whether it was told.
    fn rest(&mut self, driver: &Driver, damage: Damage) -> Result<(bool, bool), String> {
        let copy = self.dir.with_file_name("copy");
        damage::copy_folder(&self.dir, &copy);
        let Some(done) = damage.of(&copy, &mut self.chance) else {
            fs::remove_dir_all(&copy).unwrap();
            return Ok((false, false));
        };
        let told = judge_damage(driver, &copy, (self.seed, self.acked))
            .map_err(|why| format!("{done}: {why}"))?;
        fs::remove_dir_all(&copy).unwrap();
        Ok((true, told))
    }

    fn process(&mut self, driver: &Driver, plan: Plan, (commits, closes): (usize, bool)) -> Ended {
        let orders = Orders { seed: self.seed, acked: self.acked, commits, closes };
        let mut command = driver.command(&self.dir, &orders);
        shim::under(&mut command, (&self.dir, &self.aside), (plan, self.chance.draw()));
        let output = command.output().expect("the driver can be started");
        Ended::of(&output, shim::met(&self.aside))
    }
}

/// Opens a damaged directory: either everything is there, or it is said what is not, and nothing is signed on it.
fn judge_damage(driver: &Driver, dir: &Path, (seed, acked): (u64, u64)) -> Result<bool, String> {
    let mut told = false;
    // Damage of the embedded store that is met while it is read is repaired by the next start.
    for _ in 0..2 {
        let orders = Orders { seed, acked, commits: 1, closes: false };
        let output = driver.command(dir, &orders).output().expect("the driver can be started");
        let ended = Ended::of(&output, None);
        match ended.end {
            Some(end) if end == End::Done as u8 => {
                return Ok(told
                    || ended.said.contains("without")
                    || ended.said.contains("Rebuilt"));
            }
            Some(end) if end == End::Refused as u8 || end == End::Doubt as u8 => return Ok(true),
            Some(end) if end == End::Unreadable as u8 => told = true,
            _ => return Err(ended.said),
        }
    }
    Err("it is still unreadable after a start that should have repaired it".to_owned())
}

impl Driver {
    fn command(&self, dir: &Path, orders: &Orders) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.first).arg(dir).args(orders.arguments()).env("RUST_BACKTRACE", "0");
        command
    }
}

impl Ended {
    fn of(output: &Output, met: Option<String>) -> Self {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let acked = text.lines().filter_map(|line| line.strip_prefix("acked ")?.parse().ok()).max();
        let errors = String::from_utf8_lossy(&output.stderr);
        let status = output.status;
        let end = status.code().and_then(|code| u8::try_from(code).ok());
        let killed = status.signal() == Some(SIGKILL);
        // Any other signal is no end that a plan makes.
        let end = if killed { None } else { end.or(Some(u8::MAX)) };
        Self { end, said: format!("{status}\n{text}{errors}"), acked: acked.unwrap_or(0), met }
    }
}

impl Round {
    fn name(&self) -> String {
        match self {
            Self::Running(name, _) => (*name).to_owned(),
            Self::Resting(damage) => damage.name(),
        }
    }
}

impl Table {
    /// Takes what came of one round; gives a loss back.
    fn note(
        &mut self,
        name: String,
        acked: u64,
        done: Result<(bool, bool), String>,
    ) -> Result<(), String> {
        let row = self.rows.entry(name).or_default();
        row.rounds += 1;
        row.acked += acked;
        let (met, told) = done?;
        row.met += u64::from(met);
        row.told += u64::from(met && told);
        row.healed += u64::from(met && !told);
        Ok(())
    }

    /// Rounds of all kinds.
    pub fn rounds(&self) -> u64 {
        self.rows.values().map(|row| row.rounds).sum()
    }

    /// Faults that were met.
    pub fn met(&self) -> u64 {
        self.rows.values().map(|row| row.met).sum()
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{:<26} {:>7} {:>7} {:>9} {:>9} {:>9}\n",
            "fault", "rounds", "met", "told", "healed", "acked"
        );
        for (name, row) in &self.rows {
            text += &format!(
                "{name:<26} {:>7} {:>7} {:>9} {:>9} {:>9}\n",
                row.rounds, row.met, row.told, row.healed, row.acked
            );
        }
        let acked: u64 = self.rows.values().map(|row| row.acked).sum();
        text += &format!(
            "{:<26} {:>7} {:>7} {:>9} {:>9} {acked:>9}\nlosses: {}\n",
            "all",
            self.rounds(),
            self.met(),
            self.rows.values().map(|row| row.told).sum::<u64>(),
            self.rows.values().map(|row| row.healed).sum::<u64>(),
            self.losses.len()
        );
        for loss in &self.losses {
            text += &format!("\n{loss}\n");
        }
        text
    }
}
