//! All of C2SP's age vectors, walked, through the crate that seals here. The browser's library walks the same ones in
//! `src/viewer/test/vectors.test.ts`.

use std::{io::Read, path::Path, process::Command};

use age::{armor::ArmoredReader, secrecy::SecretString};
use heldspace::wire::Digest;

use crate::site::files_below;

/// Vectors that the crate judges otherwise than they say, and why that does no harm here. None is skipped: one that is
/// listed and comes out right is a failure too.
const KNOWN: [(&str, &[&str]); 3] = [
    ("the crate allows no white space around armor", &["armor_whitespace_outside"]),
    ("the crate's parser takes a stanza without its last line", &["stanza_missing_body", "stanza_missing_final_line"]),
    (
        "the crate has no hybrid identities, and heldspace uses none: these files stay shut",
        &["armor_hybrid", "hybrid", "hybrid_and_x25519", "hybrid_grease", "hybrid_multiple_recipients"],
    ),
];

#[test]
fn every_vector_comes_out_as_it_says_or_as_explained() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 143);
    let listed: Vec<&str> = KNOWN.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    assert!(listed.iter().all(|name| vectors.iter().any(|(vector, _)| vector == name)), "a name that is no vector's");
    let mut wrong = Vec::new();
    for (name, bytes) in &vectors {
        let vector = Vector::parse(bytes);
        let right = vector.is_judged_right();
        if right == listed.contains(&name.as_str()) {
            wrong.push(format!("{name}: expected {}, judged right: {right}", vector.expect));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The vectors stand in an npm package; Node writes them out as files.
fn vectors() -> Vec<(String, Vec<u8>)> {
    const WRITE: &str = "import { writeFileSync } from 'node:fs'; import * as all from 'cctv-age'; \
        for (const [name, file] of Object.entries(all)) if (file instanceof Uint8Array) writeFileSync(`${process.argv[1]}/${name}`, file);";
    let folder = tempfile::tempdir().unwrap();
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web");
    let mut node = Command::new("node");
    let node =
        node.args(["--input-type=module", "--eval", WRITE]).arg(folder.path()).current_dir(web).output().unwrap();
    let said = String::from_utf8_lossy(&node.stderr);
    assert!(node.status.success(), "not installed? npm ci --ignore-scripts --prefix tests/web\n{said}");
    files_below(folder.path())
}

struct Vector<'a> {
    expect: String,
    payload: Option<String>,
    identities: Vec<String>,
    passphrases: Vec<String>,
    armored: bool,
    compressed: bool,
    file: &'a [u8],
}

impl<'a> Vector<'a> {
    fn parse(bytes: &'a [u8]) -> Self {
        let end = bytes.windows(2).position(|w| w == b"\n\n").unwrap();
        let header = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let all = |key: &str| -> Vec<String> {
            header.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix(": ")).map(str::to_owned).collect()
        };
        Self {
            expect: all("expect").remove(0),
            payload: all("payload").pop(),
            identities: all("identity"),
            passphrases: all("passphrase"),
            armored: all("armored").first().is_some_and(|armored| armored == "yes"),
            compressed: !all("compressed").is_empty(),
            file: &bytes[end + 2..],
        }
    }

    /// Whether the crate does what the vector expects.
    fn is_judged_right(&self) -> bool {
        let opened = self.open();
        match opened {
            Some((plain, true)) if self.expect == "success" => {
                self.payload.as_deref().is_none_or(|digest| Digest::of(&plain).to_string() == digest)
            }
            _ if self.expect == "success" => false,
            // What came out before a payload failed is the beginning of what was sealed.
            opened => opened.is_none_or(|(_, whole)| !whole),
        }
    }

    /// What comes out, and whether it came to its end.
    fn open(&self) -> Option<(Vec<u8>, bool)> {
        let mut inflated = Vec::new();
        let file = if self.compressed {
            flate2::read::ZlibDecoder::new(self.file).read_to_end(&mut inflated).unwrap();
            &inflated[..]
        } else {
            self.file
        };
        let identities = self.identities();
        let identities = identities.iter().map(|identity| &**identity);
        let mut reader: Box<dyn Read> = if self.armored {
            Box::new(age::Decryptor::new_buffered(ArmoredReader::new(file)).ok()?.decrypt(identities).ok()?)
        } else {
            Box::new(age::Decryptor::new_buffered(file).ok()?.decrypt(identities).ok()?)
        };
        let mut plain = Vec::new();
        let whole = reader.read_to_end(&mut plain).is_ok();
        Some((plain, whole))
    }

    /// Those of a kind that the crate knows; with none of them nothing opens.
    fn identities(&self) -> Vec<Box<dyn age::Identity>> {
        let known = self.identities.iter().filter_map(|identity| identity.parse::<age::x25519::Identity>().ok());
        let mut identities: Vec<Box<dyn age::Identity>> = Vec::new();
        identities.extend(known.map(|identity| Box::new(identity) as Box<dyn age::Identity>));
        for passphrase in &self.passphrases {
            let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.clone()));
            identity.set_max_work_factor(16);
            identities.push(Box::new(identity));
        }
        identities
    }
}
