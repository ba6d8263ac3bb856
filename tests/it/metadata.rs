//! What programs write into pictures does not come along, in the kinds that few programs clean: GIF and WebP.

use img_parts::{Bytes, ImageEXIF, webp::WebP};

use crate::{
    attachments::{entries, file, opened},
    draft::Draft,
    pictures::{self, GIF_FRAME, GIF_REPEATS},
    site::TestSite,
};

const SECRET: &str = "52.5200N-Ines-Halloran";

/// The picture as its reader gets it.
fn given(name: &str, bytes: &[u8]) -> Vec<u8> {
    let site = TestSite::empty().group("a");
    let card = site.member("ann", &["a"]);
    file(&site, &format!("groups/a/{name}"), bytes);
    site.page("groups/a/x.md", &format!("# X\n\n![A leaf]({name})"));
    site.build();
    let entry = entries(&site, &card).remove(0);
    let given = opened(&site, &entry.attachments[0]);
    assert!(!given.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()), "{name} tells");
    given
}

#[test]
fn a_gif_is_its_frames_and_how_often_they_come() {
    let bytes = pictures::gif_with(SECRET);
    let given = given("leaf.gif", &bytes);
    let head = &bytes[..19];
    assert!(given == [head, GIF_REPEATS, GIF_FRAME, GIF_FRAME, b"\x3b"].concat(), "{given:x?}");
}

#[test]
fn a_gif_that_is_cut_short_is_refused_wherever_it_was_cut() {
    let mut whole = pictures::gif_with("words");
    whole.truncate(whole.len() - "words".len());
    let cuts = (6..whole.len()).step_by(37).chain([whole.len() - 1]);
    for cut in cuts {
        let site = Draft::new().file("content/library/x.md", "# X\n\n![A leaf](leaf.gif)");
        let told = site.file("content/library/leaf.gif", &whole[..cut]).mistakes().to_string();
        assert!(told.contains("`content/library/leaf.gif` is damaged, or not a GIF picture"), "{cut}: {told}");
    }
}

#[test]
fn a_webp_keeps_which_way_up_it_is_and_nothing_else() {
    let webp = |bytes: Vec<u8>| WebP::from_bytes(Bytes::from(bytes)).unwrap();
    for (orientation, kept) in [(6, Some(6)), (1, None)] {
        let given = webp(given("leaf.webp", &pictures::webp_with(orientation, SECRET)));
        let chunks: Vec<[u8; 4]> = given.chunks().iter().map(img_parts::riff::RiffChunk::id).collect();
        let promised = given.chunk_by_id(*b"VP8X").unwrap().content().data().unwrap()[0];
        let exif = given.exif().map(|exif| exif::Reader::new().read_raw(exif.to_vec()).unwrap());
        let fields = exif.iter().flat_map(exif::Exif::fields).map(|field| (field.tag, field.value.get_uint(0)));
        let expected: Vec<_> = kept.map(|value| (exif::Tag::Orientation, Some(value))).into_iter().collect();
        assert_eq!(fields.collect::<Vec<_>>(), expected);
        // What the header promises is there: without that bit no browser would turn it.
        assert_eq!((promised & 0b1000 != 0, promised & 0b0100), (kept.is_some(), 0));
        let own = if kept.is_some() { &[*b"VP8X", *b"VP8L", *b"EXIF"][..] } else { &[*b"VP8X", *b"VP8L"] };
        assert_eq!(chunks, own);
    }
}
