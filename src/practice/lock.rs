//! One heldspace at a time in a practice.
//!
//! On one machine the lock of a file sees to it. Where a sync program keeps the folder alike on two machines, that lock holds on
//! each alone; so whoever is at work also writes down where, and the second machine is told, as soon as that line has reached it.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{
    HomeError,
    files::{self, Access, FileError},
};
use crate::{clock, visible::visible_line};

/// Nobody is at work for so long, in seconds: what is older was left behind by a crash.
const STALE: i64 = 60 * 60;
/// More than a line about a machine.
const LIMIT: u64 = 4096;

/// Held while a publication or a change of members is under way.
#[derive(Debug)]
pub struct Lock(File);

/// Who is at work.
#[derive(Serialize, Deserialize)]
struct Holder {
    machine: String,
    /// Seconds since 1970.
    since: i64,
}

impl Lock {
    /// Waits for nobody.
    pub(super) fn take(home: &Path) -> Result<Self, HomeError> {
        files::folder(home, Access::Secret)?;
        let path = home.join("lock");
        let failed = |source| FileError::Write { path: path.clone(), source };
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true);
        // SECURITY: what a link there led to would be emptied.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(
            &mut options,
            rustix::fs::OFlags::NOFOLLOW.bits().cast_signed(),
        );
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HomeError::Busy),
            Err(TryLockError::Error(source)) => return Err(failed(source).into()),
        }
        let (machine, now) = (machine(), clock::now().timestamp().as_second());
        if let Some(other) = holder(&file).filter(|other| other.machine != machine && (now - other.since).abs() < STALE)
        {
            return Err(HomeError::BusyElsewhere { machine: visible_line(&other.machine) });
        }
        let line = serde_json::to_vec(&Holder { machine, since: now }).expect("plain JSON");
        let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(&line));
        written.map_err(failed)?;
        Ok(Self(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What stays there says less and less: it counts for an hour.
        let _: io::Result<()> = self.0.set_len(0);
    }
}

fn holder(file: &File) -> Option<Holder> {
    let mut bytes = Vec::new();
    file.take(LIMIT).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn machine() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
