//! The machine: its clock, its disk, its socket buffers, and when the node was last backed up.

#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::UNIX_EPOCH;

use concord_protocol::moment::Timestamp;

use crate::cli::doctor::Patient;
use crate::cli::doctor::finding::Finding;
use crate::files;
use crate::settings::folder::NodeFolder;
use crate::store::disk;
use crate::store::usage;

/// What the node asks of the system for its UDP socket, in bytes.
const SOCKET_BUFFER_BYTES: u64 = 4 * 1024 * 1024;

/// How old a backup may be.
const BACKUP_DAYS_MAX: u64 = 7;

const MIB: u64 = 1024 * 1024;
const DAY_MS: u64 = 86_400_000;

/// The clock, as far as it can be judged from here: by files that were written before, and by what peers signed.
pub fn clock(patient: &Patient<'_>) -> Finding {
    let now = patient.now;
    let late = now.after(patient.settings.clock_tolerance);
    let why =
        "other members refuse what is signed at a time that they have not reached or have passed";
    let remedy =
        "let the machine keep its time by NTP: `timedatectl`, and then start the node again";
    if let Some(written) = newest_write(patient.folder).filter(|written| *written > late) {
        return Finding::problem(
            "clock",
            format!("it says {now}, and the node's journal was written at {written}"),
        )
        .because(why)
        .remedy(remedy);
    }
    let Some(client) = patient.client else {
        return Finding::ok(
            "clock",
            format!("it says {now}; no peer was asked, for the node is stopped"),
        );
    };
    let peers = client.peers().map(|peers| peers.items).unwrap_or_default();
    // Instants are written in one form, so that the later one is the greater text.
    let latest = late.to_string();
    let ahead = peers.iter().find_map(|peer| {
        let at = peer.cosigned_at.as_deref().filter(|at| *at > latest.as_str())?;
        Some(format!("{} cosigned at {at} by its clock, and it is {now} here", peer.agency))
    });
    match (ahead, peers.iter().filter(|peer| peer.cosigned_at.is_some()).count()) {
        (Some(found), _) => Finding::problem("clock", found).because(why).remedy(remedy),
        (None, 0) => Finding::ok(
            "clock",
            format!("it says {now}; no peer has cosigned yet, so none was compared"),
        ),
        (None, heard) => Finding::ok(
            "clock",
            format!("it says {now}, and no cosignature of {heard} peers is from later"),
        ),
    }
}

/// When the node last wrote its journal, by the file system.
fn newest_write(folder: &NodeFolder) -> Option<Timestamp> {
    let files = files::list(&folder.path().join("journal")).ok()?;
    let written = files.iter().filter_map(|path| path.metadata().ok()?.modified().ok());
    let newest = written.max()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(u64::try_from(newest.as_millis()).ok()?))
}

/// The room on the disk against what the node keeps in reserve.
pub fn disk(patient: &Patient<'_>) -> Finding {
    let reserve = patient.settings.disk_reserve_bytes;
    let free = match disk::available(patient.folder.path()) {
        Ok(free) => free,
        Err(error) => {
            return Finding::problem("disk", format!("its room cannot be seen: {error}"))
                .because("a node without room takes no messages")
                .remedy("check the file system under the node's directory");
        }
    };
    let found = format!("{} MiB are free, {} MiB are the reserve", free / MIB, reserve / MIB);
    let why = "below the reserve the node takes no new messages; it goes on reading and receipting";
    let remedy = "make room, or put the node's directory on a larger file system";
    if free < reserve {
        Finding::problem("disk", found).because(why).remedy(remedy)
    } else if free < reserve.saturating_mul(4) {
        Finding::warning("disk", found).because(why).remedy(remedy)
    } else {
        Finding::ok("disk", found)
    }
}

/// The room that files take, of what they may.
pub fn files(patient: &Patient<'_>) -> Finding {
    let usage = usage::usage(patient.folder.path());
    let used = usage.iter().find(|(part, _)| *part == "files").map_or(0, |(_, bytes)| *bytes);
    room_for_files(used, patient.settings.files_total_bytes)
}

// spec: fil-54
fn room_for_files(used: u64, total: u64) -> Finding {
    let found = format!("{} of {} MiB for files are taken", used / MIB, total / MIB);
    if used < total / 10 * 9 {
        return Finding::ok("files", found);
    }
    Finding::warning("files", found)
        .because("files beside messages are not fetched and none can be added; messages go on")
        .remedy("erase what is no longer needed, or raise files_total_mib; concord_peer_file_bytes says whose they are")
}

/// What the system lets a socket buffer.
pub fn buffers() -> Finding {
    let limit = |name: &str| {
        let bytes = files::read(&Path::new("/proc/sys/net/core").join(name), 64).ok()?;
        str::from_utf8(&bytes).ok()?.trim().parse::<u64>().ok()
    };
    let (read, write) = (limit("rmem_max"), limit("wmem_max"));
    let (Some(read), Some(write)) = (read, write) else {
        return Finding::ok("buffers", "the system does not say how much a socket may buffer");
    };
    let found = format!("a socket may buffer {read} bytes in and {write} out");
    if read.min(write) >= SOCKET_BUFFER_BYTES {
        return Finding::ok("buffers", found);
    }
    Finding::warning("buffers", found)
        .because("the node asks for 4 MiB; with less, datagrams are lost under load and sent again")
        .remedy("`sysctl -w net.core.rmem_max=4194304 net.core.wmem_max=4194304`, and the same in /etc/sysctl.d/")
}

/// When the node was last backed up, as far as it knows.
pub fn backup(patient: &Patient<'_>) -> Finding {
    let remedy = "`concord backup create --dir NODE_DIR --out FILE`, daily; the node may run";
    let Some(at) = patient.folder.last_backup() else {
        return Finding::warning("backup", "none is known of")
            .because("what is lost with the disk comes back from mirrors without its bodies, or not at all")
            .remedy(remedy);
    };
    let days = patient.now.millis().saturating_sub(at.millis()) / DAY_MS;
    let found = format!("the last one was made {days} days ago, at {at}");
    if days > BACKUP_DAYS_MAX {
        return Finding::warning("backup", found)
            .because("what came since is lost with the disk, or comes back without its bodies")
            .remedy(remedy);
    }
    Finding::ok("backup", found)
}
