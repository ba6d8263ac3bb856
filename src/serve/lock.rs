//! One server at a time on a folder: the lock file that says so.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
};

use super::error::ServeError;

const NAME: &str = ".serve.lock";

/// Held as long as the file is open; the system lets go of it however the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(store: &Path) -> Result<Self, ServeError> {
        let path = store.join(NAME);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|source| ServeError::Lock { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(ServeError::Running { path: store.to_owned() }),
            Err(TryLockError::Error(source)) => Err(ServeError::Lock { path, source }),
        }
    }
}
