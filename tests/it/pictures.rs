//! Small pictures, made here, with what cameras and programs write into them.

use img_parts::{
    Bytes,
    png::{Png, PngChunk},
};

/// Three by two, grey: tables and one scan, by hand.
pub fn jpeg() -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8];
    let mut segment = |marker: u8, contents: &[u8]| {
        bytes.extend([0xff, marker]);
        bytes.extend(u16::try_from(contents.len() + 2).unwrap().to_be_bytes());
        bytes.extend(contents);
    };
    segment(0xdb, &[&[0][..], &[1; 64]].concat());
    segment(0xc0, &[8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
    // One code of one bit for each table: a difference of nothing, and the end of the block.
    let counts = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    segment(0xc4, &[&[0x00][..], &counts].concat());
    segment(0xc4, &[&[0x10][..], &counts].concat());
    segment(0xda, &[1, 1, 0, 0, 63, 0]);
    bytes.extend([0x3f, 0xff, 0xd9]);
    bytes
}

/// Exif with the way up, and a GPS directory that says where.
pub fn exif(orientation: u16, place: &[u8]) -> Vec<u8> {
    let mut exif = b"II\x2a\0\x08\0\0\0\x02\0".to_vec();
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0]);
    exif.extend(orientation.to_le_bytes());
    exif.extend([0, 0]);
    // The GPS directory, behind this one.
    exif.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    exif.extend([0; 4]);
    // GPSAreaInformation, which lies behind it.
    exif.extend([1, 0, 0x1c, 0, 7, 0]);
    exif.extend(u32::try_from(place.len()).unwrap().to_le_bytes());
    exif.extend([56, 0, 0, 0]);
    exif.extend([0; 4]);
    exif.extend(place);
    exif
}

/// One black point, and a text.
pub fn png_with_text(text: &str) -> Vec<u8> {
    let plain: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\x0aIDAT\x78\x9c\x63\x60\0\0\0\x02\0\x01\x48\xaf\xa4\x71\0\0\0\0IEND\xaeB`\x82";
    let mut png = Png::from_bytes(Bytes::from_static(plain)).unwrap();
    let text = PngChunk::new(*b"tEXt", Bytes::from(format!("Comment\0{text}")));
    png.chunks_mut().insert(1, text);
    png.encoder().bytes().to_vec()
}

/// Frames of one point, with a comment, a text, and what a program wrote; the film repeats three times.
pub fn gif_with(secret: &str) -> Vec<u8> {
    let blocks = |data: &[u8]| -> Vec<u8> {
        let pieces = data.chunks(255).flat_map(|piece| [&[u8::try_from(piece.len()).unwrap()][..], piece].concat());
        pieces.chain([0]).collect()
    };
    let mut gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    gif.extend([&b"\x21\xfe"[..], &blocks(format!("{secret} {}", "x".repeat(300)).as_bytes())].concat());
    gif.extend(GIF_REPEATS);
    // XMP is no blocks, but bytes that end in a ladder on which every reader of blocks comes down.
    gif.extend([&b"\x21\xff\x0bXMP DataXMP<x>"[..], secret.as_bytes(), b"</x>\x01"].concat());
    gif.extend((0..=255).rev());
    gif.push(0);
    gif.extend(GIF_FRAME);
    gif.extend([&b"\x21\x01\x0c\0\0\0\0\x01\0\x01\0\x01\x01\0\x01"[..], &blocks(secret.as_bytes())].concat());
    gif.extend(GIF_FRAME);
    gif.push(0x3b);
    gif.extend(secret.as_bytes());
    gif
}

pub const GIF_REPEATS: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x03\0\0";
/// How long it is shown, and one point with a colour table of its own.
pub const GIF_FRAME: &[u8] =
    b"\x21\xf9\x04\x04\x0a\0\0\0\x2c\0\0\0\0\x01\0\x01\0\x80\0\0\0\xff\xff\xff\x02\x02\x44\x01\0";

/// One point, with Exif, and XMP and a piece of some program's own.
pub fn webp_with(orientation: u16, secret: &str) -> Vec<u8> {
    let chunk = |id: &[u8; 4], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        [&id[..], &length, data, &vec![0; data.len() % 2]].concat()
    };
    let point = b"\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07";
    let chunks = [
        chunk(b"VP8X", &[0b1100, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        chunk(b"VP8L", point),
        chunk(b"EXIF", &exif(orientation, secret.as_bytes())),
        chunk(b"XMP ", secret.as_bytes()),
        chunk(b"mine", secret.as_bytes()),
    ]
    .concat();
    let length = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
    [&b"RIFF"[..], &length, b"WEBP", &chunks].concat()
}
