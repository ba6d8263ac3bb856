//! The one derivation: HKDF-SHA-256 (RFC 5869) with a label, a suite byte and fields of fixed length as `info`.

use hkdf::Hkdf;
use sha2::Sha256;

use super::Secret;

/// Which primitives the derived keys are for: X25519 and Ed25519.
const SUITE: &[u8] = &[1];

/// `HKDF-SHA-256(ikm = secret, salt = empty, info = label || suite || fields)`, 32 bytes.
///
/// The label is ASCII and the suite byte is not, so no label is the beginning of another's `info`; `fields` have fixed
/// lengths for each label.
pub(crate) fn derive(secret: &Secret, label: &'static str, fields: &[&[u8]]) -> Secret {
    let hkdf = Hkdf::<Sha256>::new(None, secret.expose());
    let info: Vec<&[u8]> = [label.as_bytes(), SUITE].into_iter().chain(fields.iter().copied()).collect();
    let mut out = [0; 32];
    hkdf.expand_multi_info(&info, &mut out).expect("32 bytes are within HKDF's limit");
    Secret::from_bytes(out)
}
