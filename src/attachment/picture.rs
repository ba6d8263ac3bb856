//! Pictures without what a camera or a program wrote into them: place, time, device, words.
//!
//! The pixels are not touched: what is kept are the pieces that a picture is drawn from, and everything else goes, whatever
//! it is called. Which way up it was taken is written anew, alone; the colour profile stays.

use img_parts::{
    Bytes, ImageEXIF,
    jpeg::{Jpeg, JpegSegment, markers},
    png::{Png, PngChunk},
    riff::{RiffChunk, RiffContent},
    webp::WebP,
};

/// A picture that can be given away.
pub struct Stripped {
    pub bytes: Vec<u8>,
    /// As it is seen, upright.
    pub width: usize,
    pub height: usize,
}

/// The picture in `bytes`, of this media type, without metadata; none where it is damaged.
pub fn stripped(bytes: Vec<u8>, media_type: &str) -> Option<Stripped> {
    let bytes = Bytes::from(bytes);
    let (bytes, turned) = match media_type {
        "image/jpeg" => jpeg(bytes)?,
        "image/png" => png(bytes)?,
        "image/webp" => webp(bytes)?,
        "image/gif" => (gif(&bytes)?, false),
        _ => return None,
    };
    let size = imagesize::blob_size(&bytes).ok().filter(|size| size.width > 0 && size.height > 0)?;
    let (width, height) = if turned { (size.height, size.width) } else { (size.width, size.height) };
    Some(Stripped { bytes, width, height })
}

/// Which way up a picture was taken, 2 to 8; none where it is upright already.
fn orientation(exif: &Bytes) -> Option<u16> {
    let exif = exif::Reader::new().read_raw(exif.to_vec()).ok()?;
    let value = exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?.value.get_uint(0)?;
    u16::try_from(value).ok().filter(|value| (2..=8).contains(value))
}

/// From 5 on, width and height change places.
fn is_turned(orientation: Option<u16>) -> bool {
    orientation.is_some_and(|value| value >= 5)
}

/// Exif that says which way up, and nothing else: one directory with one entry.
fn upright(orientation: u16) -> Bytes {
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    exif.extend(orientation.to_be_bytes());
    exif.extend([0; 6]);
    exif.into()
}

fn jpeg(bytes: Bytes) -> Option<(Vec<u8>, bool)> {
    let mut jpeg = Jpeg::from_bytes(bytes).ok()?;
    let orientation = jpeg.exif().as_ref().and_then(orientation);
    let segments = jpeg.segments_mut();
    segments.retain(is_drawn);
    let last = segments.pop().filter(JpegSegment::has_entropy)?;
    let encoded = last.clone().encoder().bytes();
    let scans = scans(encoded.get(last.len()..)?)?;
    segments.push(JpegSegment::new_with_entropy(last.marker(), last.contents().clone(), scans.into()));
    if let Some(orientation) = orientation {
        jpeg.set_exif(Some(upright(orientation)));
    }
    Some((jpeg.encoder().bytes().to_vec(), is_turned(orientation)))
}

/// Whether a decoder needs it: frames and tables, JFIF, Adobe's word on colours, the colour profile.
fn is_drawn(segment: &JpegSegment) -> bool {
    let begins = |with: &[u8]| segment.contents().starts_with(with);
    match segment.marker() {
        // JFIF may hold a small picture of the whole one from before it was cut: only its bare form stays.
        markers::APP0 => begins(b"JFIF\0") && segment.contents().len() == 14,
        markers::APP2 => begins(b"ICC_PROFILE\0"),
        markers::APP14 => begins(b"Adobe\0"),
        markers::APP0..=markers::APP15 | markers::COM => false,
        _ => true,
    }
}

/// What follows the first scan's header, up to the end of the picture: nothing that a phone has put behind it (a film, a
/// second picture) comes along, and no comment between scans.
fn scans(entropy: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(entropy.len());
    let mut at = 0;
    loop {
        let found = at + entropy[at..].windows(2).position(|pair| pair[0] == 0xff && !is_data(pair[1]))?;
        out.extend_from_slice(&entropy[at..found]);
        let marker = entropy[found + 1];
        if marker == markers::EOI {
            out.extend([0xff, markers::EOI]);
            return Some(out);
        }
        let length = usize::from(u16::from_be_bytes([*entropy.get(found + 2)?, *entropy.get(found + 3)?]));
        let segment = entropy.get(found..found + 2 + length.max(2))?;
        if !matches!(marker, markers::APP0..=markers::APP15 | markers::COM) {
            out.extend_from_slice(segment);
        }
        at = found + segment.len();
    }
}

/// What may follow 0xff within a scan: stuffing, a restart, a fill byte.
fn is_data(byte: u8) -> bool {
    matches!(byte, 0x00 | 0xd0..=0xd7 | 0xff)
}

fn png(bytes: Bytes) -> Option<(Vec<u8>, bool)> {
    const DRAWN: [&[u8; 4]; 15] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs",
        b"acTL", b"fcTL", b"fdAT",
    ];
    let mut png = Png::from_bytes(bytes).ok()?;
    let orientation = png.exif().as_ref().and_then(orientation);
    png.chunks_mut().retain(|chunk: &PngChunk| DRAWN.contains(&&chunk.kind()));
    if png.chunks().last().is_none_or(|chunk| chunk.kind() != *b"IEND") {
        return None;
    }
    if let Some(orientation) = orientation {
        png.set_exif(Some(upright(orientation)));
    }
    Some((png.encoder().bytes().to_vec(), is_turned(orientation)))
}

fn webp(bytes: Bytes) -> Option<(Vec<u8>, bool)> {
    const DRAWN: [&[u8; 4]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
    let mut webp = WebP::from_bytes(bytes).ok()?;
    let orientation = webp.exif().as_ref().and_then(orientation);
    webp.chunks_mut().retain(|chunk: &RiffChunk| DRAWN.contains(&&chunk.id()));
    for chunk in webp.chunks_mut().iter_mut().filter(|chunk| chunk.id() == *b"VP8X") {
        let RiffContent::Data(data) = chunk.content_mut() else { return None };
        let mut header = data.to_vec();
        // The bits that promise Exif and XMP.
        *header.first_mut()? &= !0b1100;
        *data = header.into();
    }
    if let Some(orientation) = orientation {
        webp.set_exif(Some(upright(orientation)));
    }
    Some((webp.encoder().bytes().to_vec(), is_turned(orientation)))
}

/// A GIF's blocks, without comments, plain text and what applications wrote; how often it repeats stays.
fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let table = |packed: u8| if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) };
    let mut at = 13 + table(*bytes.get(10)?);
    let mut out = bytes.get(..at)?.to_vec();
    loop {
        let begin = at;
        match bytes.get(at)? {
            0x3b => {
                out.push(0x3b);
                return Some(out);
            }
            0x2c => at = blocks(bytes, at + 11 + table(*bytes.get(at + 9)?))?,
            0x21 => {
                let label = *bytes.get(at + 1)?;
                at = blocks(bytes, at + 2)?;
                let repeats = bytes[begin..at].get(3..14) == Some(b"NETSCAPE2.0");
                if label != 0xf9 && !(label == 0xff && repeats) {
                    continue;
                }
            }
            _ => return None,
        }
        out.extend_from_slice(bytes.get(begin..at)?);
    }
}

/// Behind the blocks that begin at `at`, each led by its length, the last one empty.
fn blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}
