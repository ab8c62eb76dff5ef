//! Reading a policy, line by line.

use alloc::vec::Vec;

use crate::limits::POLICY_BYTES_MAX;
use crate::limits::POLICY_LINES_MAX;
use crate::log::checkpoint;
use crate::log::policy::Group;
use crate::log::policy::Member;
use crate::log::policy::Policy;
use crate::log::policy::PolicyError;
use crate::log::policy::PolicyFault;
use crate::log::policy::Quorum;
use crate::log::policy::Witness;
use crate::log::vkey;
use crate::log::vkey::Vkey;
use crate::log::vkey::VkeyError;

/// The name that stands for no cosignature at all.
const NONE: &[u8] = b"none";

/// What was read so far.
struct Reading {
    policy: Policy,
    quorum: Option<Quorum>,
    taken: Vec<Member>,
}

/// Reads a policy.
pub(super) fn policy(bytes: &[u8]) -> Result<Policy, PolicyError> {
    let len = bytes.len();
    if len > POLICY_BYTES_MAX {
        return Err(PolicyError {
            line: 1,
            fault: PolicyFault::TooLong { len, max: POLICY_BYTES_MAX },
        });
    }
    let empty = Policy {
        logs: Vec::new(),
        witnesses: Vec::new(),
        groups: Vec::new(),
        quorum: Quorum::None,
    };
    let mut reading = Reading { policy: empty, quorum: None, taken: Vec::new() };
    // spec: log-24
    let mut last = 1;
    for (bytes, line) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
        reading.line(bytes).map_err(|fault| PolicyError { line, fault })?;
        last = line.saturating_add(1);
    }
    let missing = PolicyError { line: last, fault: PolicyFault::NoQuorum };
    let quorum = reading.quorum.ok_or(missing)?;
    Ok(Policy { quorum, ..reading.policy })
}

impl Reading {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyFault> {
        let line = line.strip_suffix(b"\n").ok_or(PolicyFault::Unfinished)?;
        if line.iter().any(|byte| matches!(byte, 0x00..=0x08 | 0x0a..=0x1f | 0x7f)) {
            return Err(PolicyFault::Control);
        }
        let mut words =
            line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
        let Some(keyword) = words.next() else { return Ok(()) };
        let rest: Vec<&[u8]> = words.collect();
        match keyword {
            b"log" => self.log(&rest),
            b"witness" => self.witness(&rest),
            b"group" => self.group(&rest),
            b"quorum" => self.quorum(&rest),
            [b'#', ..] => Ok(()),
            _ => Err(PolicyFault::Keyword),
        }
    }

    fn log(&mut self, words: &[&[u8]]) -> Result<(), PolicyFault> {
        let key = match words {
            [key] | [key, _] => *key,
            _ => return Err(PolicyFault::Words { form: "log <vkey> [<url>]" }),
        };
        let Vkey::Log(key) = vkey_of(key)? else { return Err(PolicyFault::KeyRole) };
        if self.policy.logs.iter().any(|other| other.key() == key.key()) {
            return Err(PolicyFault::KeyTwice);
        }
        room(self.policy.logs.len())?;
        self.policy.logs.push(key);
        Ok(())
    }

    fn witness(&mut self, words: &[&[u8]]) -> Result<(), PolicyFault> {
        let (name, key) = match words {
            [name, key] | [name, key, _] => (*name, *key),
            _ => return Err(PolicyFault::Words { form: "witness <name> <vkey> [<url>]" }),
        };
        self.free(name)?;
        let Vkey::Cosigner(key) = vkey_of(key)? else { return Err(PolicyFault::KeyRole) };
        if self.policy.has_witness_key(key.key()) {
            return Err(PolicyFault::KeyTwice);
        }
        room(self.policy.witnesses.len())?;
        self.policy.witnesses.push(Witness { name: name.into(), key });
        Ok(())
    }

    fn group(&mut self, words: &[&[u8]]) -> Result<(), PolicyFault> {
        let [name, needed, members @ ..] = words else {
            return Err(PolicyFault::Words { form: "group <name> <k|any|all> <name>..." });
        };
        if members.is_empty() {
            return Err(PolicyFault::Words { form: "group <name> <k|any|all> <name>..." });
        }
        self.free(name)?;
        room(self.policy.groups.len())?;
        let mut found = Vec::new();
        for member in members {
            let member = self.known(member).ok_or(PolicyFault::NameUnknown)?;
            // spec: log-25
            if self.taken.contains(&member) {
                return Err(PolicyFault::MemberTwice);
            }
            self.taken.push(member);
            found.push(member);
        }
        let needed = needed_of(needed, found.len()).ok_or(PolicyFault::Threshold)?;
        self.policy.groups.push(Group { name: (*name).into(), needed, members: found });
        Ok(())
    }

    fn quorum(&mut self, words: &[&[u8]]) -> Result<(), PolicyFault> {
        let [name] = words else { return Err(PolicyFault::Words { form: "quorum <name>" }) };
        if self.quorum.is_some() {
            return Err(PolicyFault::QuorumTwice);
        }
        self.quorum = Some(match *name {
            NONE => Quorum::None,
            name => Quorum::Of(self.known(name).ok_or(PolicyFault::NameUnknown)?),
        });
        Ok(())
    }

    fn known(&self, name: &[u8]) -> Option<Member> {
        let witness = self.policy.witnesses.iter().position(|witness| witness.name == name);
        let group = || self.policy.groups.iter().position(|group| group.name == name);
        witness.map(Member::Witness).or_else(|| group().map(Member::Group))
    }

    fn free(&self, name: &[u8]) -> Result<(), PolicyFault> {
        let taken = name == NONE || self.known(name).is_some();
        if taken { Err(PolicyFault::NameTaken) } else { Ok(()) }
    }
}

fn room(count: usize) -> Result<(), PolicyFault> {
    if count < POLICY_LINES_MAX {
        Ok(())
    } else {
        Err(PolicyFault::TooMany { max: POLICY_LINES_MAX })
    }
}

fn vkey_of(word: &[u8]) -> Result<Vkey, PolicyFault> {
    let text = core::str::from_utf8(word).map_err(|_| VkeyError::Parts)?;
    Ok(vkey::parse(text)?)
}

fn needed_of(word: &[u8], members: usize) -> Option<usize> {
    match word {
        b"all" => Some(members),
        b"any" => Some(1),
        number => {
            let number = checkpoint::decimal(core::str::from_utf8(number).ok()?)?;
            let number = usize::try_from(number).ok()?;
            (1..=members).contains(&number).then_some(number)
        }
    }
}
