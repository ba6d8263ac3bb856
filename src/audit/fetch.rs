//! The files of the log, from wherever the host is, and no more of them than a host could honestly have.

use bytes::Bytes;

use super::AuditError;
use crate::{
    store::{Store, layout},
    wire::AuditFile,
};

/// A server goes on in another file after a megabyte.
const FILE_SIZE: u64 = 4 * 1024 * 1024;
const FILES: usize = 100_000;
const SIZE: u64 = 1024 * 1024 * 1024;

/// A file of the log, as the host has it.
pub(super) struct LogFile {
    pub(super) file: AuditFile,
    pub(super) bytes: Bytes,
}

/// Every file of the log, in the order of servers and numbers. Other files that lie there are nobody's log.
pub(super) async fn fetch(store: &Store) -> Result<Vec<LogFile>, AuditError> {
    let listed = store.list_with_sizes(layout::AUDIT)?.into_iter().filter_map(|(path, size)| {
        let file = path.strip_prefix(layout::AUDIT)?.strip_prefix('/')?.parse::<AuditFile>().ok()?;
        Some((file, size))
    });
    let mut listed: Vec<(AuditFile, u64)> = listed.collect();
    listed.sort_unstable();
    // SECURITY: before anything is read: a host must not be able to fill the author's memory.
    within_limits(&listed)?;
    let mut files = Vec::with_capacity(listed.len());
    for (file, _) in listed {
        if let Some(bytes) = store.read(&layout::audit(&file), FILE_SIZE).await? {
            files.push(LogFile { file, bytes });
        }
    }
    Ok(files)
}

fn within_limits(files: &[(AuditFile, u64)]) -> Result<(), AuditError> {
    let too_large = |what| Err(AuditError::TooLarge { what });
    if let Some((file, _)) = files.iter().find(|(_, size)| *size > FILE_SIZE) {
        return too_large(layout::audit(file));
    }
    if files.len() > FILES {
        return too_large(format!("{} files", files.len()));
    }
    let size: u64 = files.iter().map(|(_, size)| size).sum();
    if size > SIZE { too_large(format!("{size} bytes")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Day, ServerId};

    #[test]
    fn more_than_an_honest_log_is_refused_unread() {
        let file = |number, size| (AuditFile { server: ServerId::from_bytes([1; 8]), number, day: Day::of(0) }, size);
        let log = |count: u32, size| (1..=count).map(|number| file(number, size)).collect::<Vec<_>>();
        assert!(within_limits(&log(200, FILE_SIZE)).is_ok());
        for large in [log(1, FILE_SIZE + 1), log(300, FILE_SIZE), log(100_001, 1)] {
            assert!(matches!(within_limits(&large), Err(AuditError::TooLarge { .. })));
        }
    }
}
