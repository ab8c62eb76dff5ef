//! A small disk for one node: a `tmpfs` over its folder, which becomes full when it is made smaller.
//!
//! Uses `mount`. Nothing is written to fill it, so that it is full at one stroke and empty at the next.
//! Absent on purpose: any other mount.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use rustix::fs;

use crate::chaos;
use crate::chaos::plan::Room;

/// Size while nothing is wrong, in MiB. Nothing is taken before it is written.
const SIZE_MIB: u64 = 4_096;

/// Room that is left where it is scarce, in KiB: below the least reserve that the settings allow, 16 MiB.
const SCARCE_KIB: u64 = 8 * 1024;

/// Room that is left where there is none, in KiB: a page or two, so that some writes are cut in the middle.
const NONE_KIB: u64 = 8;

/// How often a disk that is written to is made smaller until it is.
const TRIES: usize = 100;

/// A disk of its own under one node's folder.
#[derive(Debug)]
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Puts the folder on a disk of its own, with what is in it.
    ///
    /// # Errors
    /// Why this machine does not allow it.
    pub fn under(folder: &Path) -> Result<Self, String> {
        let aside = chaos::beside(folder, "aside");
        std::fs::rename(folder, &aside).map_err(|error| error.to_string())?;
        std::fs::create_dir(folder).map_err(|error| error.to_string())?;
        let size = format!("size={SIZE_MIB}m,mode=700");
        let made =
            said(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "concord"]).arg(folder));
        if let Err(why) = made {
            std::fs::remove_dir(folder).map_err(|error| error.to_string())?;
            std::fs::rename(&aside, folder).map_err(|error| error.to_string())?;
            return Err(why);
        }
        let disk = Self(folder.to_owned());
        said(Command::new("cp").arg("-a").arg(aside.join(".")).arg(folder))?;
        std::fs::remove_dir_all(&aside).map_err(|error| error.to_string())?;
        Ok(disk)
    }

    /// Leaves so much room.
    ///
    /// # Errors
    /// What the system says.
    pub fn begin(&self, room: Room) -> Result<(), String> {
        let left = match room {
            Room::Scarce => SCARCE_KIB,
            Room::None => NONE_KIB,
        };
        // A disk cannot be smaller than what is on it, and the node may write between the look and the change.
        let mut last = Ok(());
        for _ in 0..TRIES {
            last = self.resize(&format!("{}k", self.used_kib()? + left));
            if last.is_ok() {
                break;
            }
        }
        last
    }

    /// Leaves all of it again.
    ///
    /// # Errors
    /// What the system says.
    pub fn end(&self) -> Result<(), String> {
        self.resize(&format!("{SIZE_MIB}m"))
    }

    /// Copies what is on it to where it stays, for a person to look at.
    pub fn keep(&self) {
        let kept = chaos::beside(&self.0, "kept");
        drop(std::fs::create_dir_all(&kept));
        drop(said(Command::new("cp").arg("-a").arg(self.0.join(".")).arg(&kept)));
    }

    fn used_kib(&self) -> Result<u64, String> {
        let found = fs::statvfs(&self.0).map_err(|error| error.to_string())?;
        Ok((found.f_blocks - found.f_bfree) * found.f_frsize / 1024)
    }

    fn resize(&self, size: &str) -> Result<(), String> {
        let option = format!("remount,size={size}");
        said(Command::new("mount").args(["-o", &option]).arg(&self.0))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(said(Command::new("umount").arg(&self.0)));
    }
}

/// Unmounts what a run left behind that was killed: the name of its folder says whose it was.
pub fn sweep() {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let ours = mounts.lines().filter_map(|line| line.strip_prefix("concord ")?.split(' ').next());
    for path in ours {
        let owner = path.split_once("/concord-chaos-").and_then(|(_, rest)| rest.split('-').next());
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists()) {
            drop(SmallDisk(PathBuf::from(path)));
        }
    }
}

fn said(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
