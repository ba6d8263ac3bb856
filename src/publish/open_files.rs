//! The open files: pages of the open web, the viewer, the theme; plain files that anyone may fetch.
//!
//! Beside every compressible file lie a brotli and a gzip of it. What the signed head already names is not compressed
//! again: the digest of a file says that its compressed siblings are the same too.

use std::{collections::BTreeMap, io::Write};

use rayon::prelude::*;

use crate::wire::{Digest, Head};

const COMPRESSIBLE: [&str; 7] = ["html", "css", "js", "svg", "json", "txt", "xml"];

/// All open files: the digests of all, and the bytes of those that are not in the store yet.
pub struct OpenFiles {
    pub digests: BTreeMap<String, Digest>,
    pub fresh: Vec<(String, Vec<u8>)>,
}

impl OpenFiles {
    /// `there` is what the store holds: what differs from the signed head counts for nothing.
    pub fn of(files: &BTreeMap<String, Vec<u8>>, head: Option<&Head>, there: &BTreeMap<String, Digest>) -> Self {
        let known = |path: &str| head?.files.get(path).filter(|digest| there.get(path) == Some(digest)).copied();
        let each: Vec<_> = files.par_iter().map(|(path, bytes)| versions(path, bytes, &known)).collect();
        let mut all = Self { digests: BTreeMap::new(), fresh: Vec::new() };
        for (digests, fresh) in each {
            all.digests.extend(digests);
            all.fresh.extend(fresh);
        }
        all
    }
}

type Versions = (Vec<(String, Digest)>, Vec<(String, Vec<u8>)>);

fn versions(path: &str, bytes: &[u8], known: &impl Fn(&str) -> Option<Digest>) -> Versions {
    let digest = Digest::of(bytes);
    let names = names(path);
    let already: Option<Vec<_>> = names.iter().map(|name| Some((name.clone(), known(name)?))).collect();
    if let Some(already) = already.filter(|_| known(path) == Some(digest)) {
        return (already, Vec::new());
    }
    let fresh: Vec<_> = names
        .into_iter()
        .map(|name| {
            let bytes = encode(&name, path, bytes);
            (name, bytes)
        })
        .collect();
    (fresh.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))).collect(), fresh)
}

/// What a compressed file is made from, by its name.
pub(super) fn original(path: &str) -> Option<&str> {
    path.strip_suffix(".br").or_else(|| path.strip_suffix(".gz"))
}

fn names(path: &str) -> Vec<String> {
    let compressible = path.rsplit_once('.').is_some_and(|(_, ending)| COMPRESSIBLE.contains(&ending));
    let siblings: &[&str] = if compressible { &[".br", ".gz"] } else { &[] };
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
