//! The open files: pages of the open web, the viewer, the theme; plain files that anyone may fetch.
//!
//! Beside every compressible file lie a brotli and a gzip of it. What the signed head already names is not compressed
//! again: the digest of a file says that its compressed siblings are the same too.

use std::{borrow::Cow, collections::BTreeMap, io::Write, sync::Arc};

use rayon::prelude::*;

use crate::{
    attachment::{Attachment, AttachmentError},
    wire::{Digest, Head},
};

const COMPRESSIBLE: [&str; 7] = ["html", "css", "js", "svg", "json", "txt", "xml"];

/// What is in an open file.
#[derive(Clone)]
pub enum OpenBytes {
    Here(Vec<u8>),
    /// In a file beside a page, and read when its turn comes.
    File(Arc<Attachment>),
    /// As it stands in the store: nobody reads it again.
    Stands(Digest),
}

impl OpenBytes {
    pub fn digest(&self) -> Digest {
        match self {
            Self::Here(bytes) => Digest::of(bytes),
            Self::File(file) => file.digest,
            Self::Stands(digest) => *digest,
        }
    }

    /// What was made here: every document is.
    pub fn here(&self) -> Option<&[u8]> {
        match self {
            Self::Here(bytes) => Some(bytes),
            Self::File(_) | Self::Stands(_) => None,
        }
    }
}

/// All open files: the digests of all, and those that are not in the store yet.
pub struct OpenFiles {
    pub digests: BTreeMap<String, Digest>,
    pub fresh: Vec<(String, OpenBytes)>,
}

impl OpenFiles {
    /// `there` is what the store holds: what differs from the signed head counts for nothing.
    pub fn of(
        files: &BTreeMap<String, OpenBytes>,
        head: Option<&Head>,
        there: &BTreeMap<String, Digest>,
    ) -> Result<Self, AttachmentError> {
        let known = |path: &str| head?.files.get(path).filter(|digest| there.get(path) == Some(digest)).copied();
        let each: Result<Vec<_>, _> = files.par_iter().map(|(path, bytes)| versions(path, bytes, &known)).collect();
        let mut all = Self { digests: BTreeMap::new(), fresh: Vec::new() };
        for (digests, fresh) in each? {
            all.digests.extend(digests);
            all.fresh.extend(fresh);
        }
        Ok(all)
    }
}

type Versions = (Vec<(String, Digest)>, Vec<(String, OpenBytes)>);

fn versions(
    path: &str,
    bytes: &OpenBytes,
    known: &impl Fn(&str) -> Option<Digest>,
) -> Result<Versions, AttachmentError> {
    let digest = bytes.digest();
    let names = names(path);
    let already: Option<Vec<_>> = names.iter().map(|name| Some((name.clone(), known(name)?))).collect();
    if let Some(already) = already.filter(|_| known(path) == Some(digest)) {
        return Ok((already, Vec::new()));
    }
    let mut all = (vec![(path.to_owned(), digest)], vec![(path.to_owned(), bytes.clone())]);
    if names.len() > 1 {
        let plain = read(bytes)?;
        for name in names.into_iter().skip(1) {
            let encoded = encode(&name, path, &plain);
            all.0.push((name.clone(), Digest::of(&encoded)));
            all.1.push((name, OpenBytes::Here(encoded)));
        }
    }
    Ok(all)
}

fn read(bytes: &OpenBytes) -> Result<Cow<'_, [u8]>, AttachmentError> {
    match bytes {
        OpenBytes::Here(bytes) => Ok(bytes.into()),
        OpenBytes::File(file) => file.whole().map(Cow::Owned),
        OpenBytes::Stands(_) => unreachable!("what has compressed siblings is read: see `is_compressible`"),
    }
}

/// What a compressed file is made from, by its name.
pub(super) fn original(path: &str) -> Option<&str> {
    path.strip_suffix(".br").or_else(|| path.strip_suffix(".gz"))
}

/// Whether compressed ones lie beside it.
pub(super) fn is_compressible(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| COMPRESSIBLE.contains(&ending))
}

fn names(path: &str) -> Vec<String> {
    let siblings: &[&str] = if is_compressible(path) { &[".br", ".gz"] } else { &[] };
    std::iter::once(path.to_owned()).chain(siblings.iter().map(|ending| format!("{path}{ending}"))).collect()
}

fn encode(name: &str, path: &str, bytes: &[u8]) -> Vec<u8> {
    match name.strip_prefix(path) {
        Some(".br") => brotli(bytes),
        Some(".gz") => gzip(bytes),
        _ => bytes.to_vec(),
    }
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 64 * 1024, 9, 22);
    writer.write_all(bytes).expect("writing to memory");
    drop(writer);
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).expect("writing to memory");
    writer.finish().expect("writing to memory")
}
