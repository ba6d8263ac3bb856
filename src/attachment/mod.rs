//! Files beside a page that it links to: pictures, recordings, sheets. Given with the page, to nobody else.
//!
//! In: a page's place and a link in it, or the time of its session. Out: an [`Attachment`], which knows what it is and how
//! large, and reads itself when it is sealed, or [why not](AttachmentError). In the order of the code: where the link leads
//! and whether the page's readers may have it ([`place`]), what it is ([`kind`]), a picture without its metadata
//! ([`picture`]), what the others say ([`said`]), and the one file that lies on no disk ([`appointment`]). It must not know a member, a key or a store, and
//! writes nothing.

mod appointment;
mod error;
mod kind;
mod picture;
mod place;
mod said;

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

pub use appointment::Appointment;
pub use error::AttachmentError;
pub use kind::{Form, Kind};
pub use place::{Destination, belongs, found, is_own, shown};
pub(crate) use said::{said, says_something, separators};
use sha2::{Digest as _, Sha256};

use crate::{
    content::open_regular,
    wire::{AttachmentId, Digest},
};

/// Files that one page may bring along.
pub const MOST: usize = 50;
const MIB: u64 = 1024 * 1024;
/// Bytes of a file; an index of 25 parts is still small.
const LARGEST: u64 = 100 * MIB;
/// Of a picture, which is held in memory whole.
const LARGEST_PICTURE: u64 = 32 * MIB;
/// As much of a file as tells what it is.
const HEAD: usize = 4096;

/// A file that is given with a page.
#[derive(Debug, Clone)]
pub struct Attachment {
    root: PathBuf,
    /// Below the practice.
    pub file: PathBuf,
    /// What the document knows it by: another name or content is another one.
    pub id: AttachmentId,
    /// What it is called when it is saved.
    pub name: String,
    pub kind: Kind,
    /// Bytes, as given.
    pub length: u64,
    /// Width and height of a picture.
    pub size: Option<(usize, usize)>,
    /// Of the file as it is given.
    pub digest: Digest,
    /// All of it, where it lies on no disk.
    made: Option<Arc<[u8]>>,
}

impl Attachment {
    /// The file that a link in `page` leads to.
    pub fn read(root: &Path, file: &Path, page: &Path) -> Result<Self, AttachmentError> {
        belongs(file, page)?;
        let file = found(root, file)?;
        let ending = file.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
        let kind =
            Kind::of(&ending).ok_or_else(|| AttachmentError::Kind { file: shown(&file), endings: Kind::endings() })?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let zero = Digest::from_bytes([0; 32]);
        let id = AttachmentId::from_bytes([0; 16]);
        let mut read =
            Self { root: root.to_owned(), file, id, name, kind, length: 0, size: None, digest: zero, made: None };
        read.look()?;
        read.id = AttachmentId::of(&read.name, read.kind.media_type, &read.digest);
        Ok(read)
    }

    /// A file that lies on no disk, beside `page`.
    fn made(page: &Path, name: &str, kind: Kind, bytes: Vec<u8>) -> Self {
        let digest = Digest::of(&bytes);
        Self {
            root: PathBuf::new(),
            file: page.with_file_name(name),
            id: AttachmentId::of(name, kind.media_type, &digest),
            name: name.to_owned(),
            kind,
            length: bytes.len() as u64,
            size: None,
            digest,
            made: Some(bytes.into()),
        }
    }

    /// Finds out length, digest and size.
    fn look(&mut self) -> Result<(), AttachmentError> {
        if self.kind.form == Form::Picture {
            let picture = self.picture()?;
            self.size = Some((picture.width, picture.height));
            self.length = picture.bytes.len() as u64;
            self.digest = Digest::of(&picture.bytes);
            return Ok(());
        }
        let mut opened = self.open(LARGEST)?;
        let mut head = Vec::new();
        opened.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(|error| self.unreadable(&error))?;
        self.check(&head)?;
        let mut hash = Sha256::new_with_prefix(&head);
        let mut rest = opened.take(LARGEST);
        let more = std::io::copy(&mut rest, &mut hash).map_err(|error| self.unreadable(&error))?;
        self.length = head.len() as u64 + more;
        self.digest = Digest::from_bytes(hash.finalize().into());
        Ok(())
    }

    /// The bytes from `start` on, at most `most`, as they are given. Read anew: nothing large is kept.
    pub fn bytes(&self, start: u64, most: u64) -> Result<Vec<u8>, AttachmentError> {
        if let Some(made) = &self.made {
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            return Ok(made.iter().skip(start).take(most).copied().collect());
        }
        if self.kind.form == Form::Picture {
            let range = |n: u64| usize::try_from(n.min(self.length)).expect("a picture fits into memory");
            let bytes = self.picture()?.bytes;
            let changed = || AttachmentError::Changed { file: shown(&self.file) };
            return bytes.get(range(start)..range(start + most)).map(<[u8]>::to_vec).ok_or_else(changed);
        }
        let mut opened = self.open(LARGEST)?;
        let mut bytes = Vec::new();
        opened.seek(SeekFrom::Start(start)).map_err(|error| self.unreadable(&error))?;
        opened.take(most).read_to_end(&mut bytes).map_err(|error| self.unreadable(&error))?;
        Ok(bytes)
    }

    /// All of it, as it was looked at.
    pub fn whole(&self) -> Result<Vec<u8>, AttachmentError> {
        let bytes = self.bytes(0, self.length)?;
        let is_same = Digest::of(&bytes) == self.digest;
        if is_same { Ok(bytes) } else { Err(AttachmentError::Changed { file: shown(&self.file) }) }
    }

    fn picture(&self) -> Result<picture::Stripped, AttachmentError> {
        let mut bytes = Vec::new();
        let opened = self.open(LARGEST_PICTURE)?;
        opened.take(LARGEST_PICTURE).read_to_end(&mut bytes).map_err(|error| self.unreadable(&error))?;
        self.check(&bytes[..bytes.len().min(HEAD)])?;
        let damaged = || AttachmentError::Damaged { file: shown(&self.file), name: self.kind.name };
        picture::stripped(bytes, self.kind.media_type).ok_or_else(damaged)
    }

    fn check(&self, head: &[u8]) -> Result<(), AttachmentError> {
        let file = shown(&self.file);
        if head.is_empty() {
            return Err(AttachmentError::Empty { file });
        }
        if self.kind.fits(head) { Ok(()) } else { Err(AttachmentError::Inside { file, name: self.kind.name }) }
    }

    fn open(&self, most: u64) -> Result<File, AttachmentError> {
        let file = || shown(&self.file);
        let unreadable = |why: String| AttachmentError::Unreadable { file: file(), why };
        let opened = open_regular(&self.root, &self.file).map_err(|mistake| unreadable(mistake.what))?;
        let length = opened.metadata().map_err(|error| self.unreadable(&error))?.len();
        if length > most { Err(AttachmentError::Large { file: file(), mib: most / MIB }) } else { Ok(opened) }
    }

    fn unreadable(&self, error: &std::io::Error) -> AttachmentError {
        AttachmentError::Unreadable { file: shown(&self.file), why: error.to_string() }
    }
}
