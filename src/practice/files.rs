//! The one writer of the practice's own files.
//!
//! A file is there whole or not at all: temporary file beside it → fsync → rename → fsync the folder.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use crate::explain::Explain;

/// A file or folder of the practice could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("can't read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("can't write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} is already there", path.display())]
    Exists { path: PathBuf },
    #[error("others may read {}", path.display())]
    Open { path: PathBuf },
    #[error("{} is a symbolic link", path.display())]
    Link { path: PathBuf },
}

impl Explain for FileError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Read { .. } => "Check its name, and that you may read it.".into(),
            Self::Write { .. } => {
                "Check that the disk is not full and that you may write there. Nothing was changed.".into()
            }
            Self::Exists { .. } => "Nothing was overwritten. Choose another name, or move that file away first.".into(),
            Self::Link { .. } => {
                "heldspace writes to nothing behind a link: it may lie where others read it. Put what it points to into its place.".into()
            }
            Self::Open { path } => {
                format!("It holds secrets, so only you should be able to read it: chmod 600 {}", path.display())
            }
        })
    }
}

impl FileError {
    /// There is no such file.
    pub fn missing(path: &Path) -> Self {
        Self::Read { path: path.to_owned(), source: io::Error::new(io::ErrorKind::NotFound, "there is no such file") }
    }
}

/// How a file is called until it is whole.
const STAGED: &str = ".heldspace-";

/// Takes away what a crash left half-written in a folder that heldspace alone writes to.
pub fn forget_staged(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(STAGED.as_bytes()) {
            #[expect(clippy::disallowed_methods, reason = "heldspace's own, and half a file")]
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// 0600.
    Secret,
    /// As the person's machine is set up.
    Usual,
}

/// Replaces `path`, or makes it, in one step.
pub fn write(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    let staged = stage(path, bytes, access)?;
    staged.persist(path).map_err(|e| failed(path)(e.error))?;
    sync_folder(path)
}

/// Replaces or makes many files of heldspace's own; all of them are on the disk when this returns, and a crash before that
/// leaves some out, or half-written. For what is known by the digest of its bytes.
pub(super) fn write_many(files: &[(PathBuf, &[u8])]) -> Result<(), FileError> {
    let Some((first, _)) = files.first() else { return Ok(()) };
    for (path, bytes) in files {
        folder(parent(path), Access::Secret)?;
        let mut staged = tempfile::Builder::new().prefix(STAGED).tempfile_in(parent(path)).map_err(failed(path))?;
        staged.write_all(bytes).map_err(failed(path))?;
        staged.persist(path).map_err(|e| failed(path)(e.error))?;
    }
    // One for all: each by itself would wait for the disk twice.
    #[cfg(target_os = "linux")]
    fs::File::open(parent(first)).and_then(|it| Ok(rustix::fs::syncfs(it)?)).map_err(failed(first))?;
    #[cfg(not(target_os = "linux"))]
    for (path, _) in files {
        fs::File::open(path).and_then(|file| file.sync_all()).map_err(failed(path))?;
        path.ancestors().skip(1).take(4).try_for_each(sync_folder)?;
    }
    Ok(())
}

/// Makes `path`; refused when it is already there.
pub fn write_new(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    name(stage(path, bytes, access)?, path)?;
    sync_folder(path)
}

/// Gives a file that is whole its name, if nothing has it yet.
pub(super) fn name(staged: tempfile::NamedTempFile, path: &Path) -> Result<(), FileError> {
    let named = staged.persist_noclobber(path).map_err(|e| match e.error.kind() {
        io::ErrorKind::AlreadyExists => FileError::Exists { path: path.to_owned() },
        _ => failed(path)(e.error),
    });
    named.map(drop)
}

/// The file, or `None` when there is none.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError::Read { path: path.to_owned(), source }),
    }
}

/// The names in a folder; none where it is not there.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, FileError> {
    let failed = |source| FileError::Read { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    entries.map(|entry| Ok(entry.map_err(failed)?.file_name().to_string_lossy().into_owned())).collect()
}

/// Takes away a file in `.heldspace/`; that it is not there is no mistake.
pub(super) fn remove_own(path: &Path) -> Result<(), FileError> {
    #[expect(clippy::disallowed_methods, reason = "heldspace's own, and nothing names it any more")]
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path)(error)),
        _ => sync_folder(path),
    }
}

/// A plain file of at most `limit` bytes, or `None` when there is none; a pipe or a device is not read.
pub fn read_plain(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
    let refused = |what| FileError::Read { path: path.to_owned(), source: io::Error::other(what) };
    match fs::metadata(path) {
        Ok(meta) if !meta.is_file() => Err(refused("not a plain file")),
        Ok(meta) if meta.len() > limit => Err(refused("too large")),
        _ => read(path),
    }
}

/// Moves `file`, below `root`, to `.heldspace/removed/` under the day and its path, and says where it is now.
pub fn put_aside(root: &Path, file: &Path, day: &str) -> Result<PathBuf, FileError> {
    let removed = Path::new(".heldspace/removed");
    let places = std::iter::once(day.to_owned()).chain((2..).map(|n| format!("{day}-{n}")));
    let mut places = places.map(|name| removed.join(name).join(file));
    let place = places.find(|place| !root.join(place).exists()).expect("there is always another number");
    folder(parent(&root.join(&place)), Access::Secret)?;
    fs::rename(root.join(file), root.join(&place)).map_err(failed(&root.join(file)))?;
    sync_folder(&root.join(&place))?;
    sync_folder(&root.join(file))?;
    Ok(place)
}

/// A file that holds a secret: read only if nobody else can.
pub fn read_secret(path: &Path) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, FileError> {
    #[cfg(unix)]
    if let Ok(meta) = fs::metadata(path) {
        use std::os::unix::fs::PermissionsExt;
        if meta.is_file() && meta.permissions().mode() & 0o077 != 0 {
            return Err(FileError::Open { path: path.to_owned() });
        }
    }
    Ok(read(path)?.map(zeroize::Zeroizing::new))
}

/// Makes a folder and those above it; 0700 for [`Access::Secret`].
pub fn folder(path: &Path, access: Access) -> Result<(), FileError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    if access == Access::Secret {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    builder.create(path).map_err(failed(path))
}

/// A new folder that is there whole or not at all: what is written into it lies beside it until then, for its owner alone.
pub struct NewFolder {
    path: PathBuf,
    staged: tempfile::TempDir,
}

impl NewFolder {
    /// Refused where something lies there already, but for an empty folder.
    pub fn begin(path: &Path) -> Result<Self, FileError> {
        let taken = match fs::symlink_metadata(path) {
            Ok(meta) if meta.is_dir() => !names(path)?.is_empty(),
            Ok(_) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(source) => return Err(FileError::Read { path: path.to_owned(), source }),
        };
        if taken {
            return Err(FileError::Exists { path: path.to_owned() });
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(STAGED);
        // SECURITY: closed to others from its first moment on; tempfile's own default is what the umask leaves.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let staged = builder.tempdir_in(parent(path)).map_err(failed(path))?;
        Ok(Self { path: path.to_owned(), staged })
    }

    /// Writes a file into it, 0600, `/` between folders.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.staged.path().join(name);
        folder(parent(&path), Access::Secret)?;
        write_new(&path, bytes, Access::Secret)
    }

    /// Puts it in its place.
    pub fn finish(self) -> Result<(), FileError> {
        let Self { path, staged } = self;
        // An empty folder of that name makes room: this puts nothing in the place of anything.
        fs::rename(staged.path(), &path).map_err(failed(&path))?;
        // Nothing is left to tidy up.
        let _ = staged.keep();
        sync_folder(&path)
    }
}

pub(super) fn stage(path: &Path, bytes: &[u8], access: Access) -> Result<tempfile::NamedTempFile, FileError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(STAGED);
    #[cfg(unix)]
    if access == Access::Usual {
        // The umask takes away what the person's machine takes away; tempfile's own default is 0600.
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let mut staged = builder.tempfile_in(parent(path)).map_err(failed(path))?;
    // Whoever has closed a file to others finds it closed after a change.
    if let (Access::Usual, Ok(meta)) = (access, fs::metadata(path)) {
        staged.as_file().set_permissions(meta.permissions()).map_err(failed(path))?;
    }
    staged.write_all(bytes).and_then(|()| staged.as_file().sync_all()).map_err(failed(path))?;
    Ok(staged)
}

/// Brings the name of `path` to the disk.
pub(super) fn sync_folder(path: &Path) -> Result<(), FileError> {
    if cfg!(unix) {
        fs::File::open(parent(path)).and_then(|folder| folder.sync_all()).map_err(failed(path))?;
    }
    Ok(())
}

pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> FileError + '_ {
    |source| FileError::Write { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_written_and_read_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write(&path, b"1", Access::Secret).unwrap();
        assert_eq!(**read_secret(&path).unwrap().unwrap(), *b"1");
        write(&path, b"2", Access::Usual).unwrap();
        assert_eq!(**read_secret(&path).unwrap().unwrap(), *b"2", "what was closed stays closed");
        let open = folder.path().join("open");
        write(&open, b"3", Access::Usual).unwrap();
        assert!(matches!(read_secret(&open), Err(FileError::Open { .. })) || cfg!(not(unix)));
    }

    #[test]
    fn nothing_is_overwritten_by_write_new_and_nothing_is_left_lying() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words");
        write_new(&path, b"mine", Access::Usual).unwrap();
        assert!(matches!(write_new(&path, b"other", Access::Usual), Err(FileError::Exists { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
