//! The tags of a recording or a film: title, artist, comment, lyrics, and whatever else was written into it as text.

use std::{fs::File, io::BufReader};

use lofty::{
    ape::ApeTag,
    config::ParseOptions,
    file::{AudioFile, FileType},
    id3::{
        v1::Id3v1Tag,
        v2::{Frame, Id3v2Tag},
    },
    iff::wav::{RiffInfoList, WavFile},
    mp4::{AtomData, Ilst, Mp4File},
    mpeg::MpegFile,
    ogg::{OpusFile, SpeexFile, VorbisFile, tag::VorbisComments},
    probe::Probe,
    tag::ItemValue,
};

use super::{Unsaid, line};

pub(super) fn said(file: File) -> Result<String, Unsaid> {
    let probe = Probe::new(BufReader::new(file)).guess_file_type().map_err(|_| Unsaid::Closed)?;
    let Some(kind) = probe.file_type() else { return Err(Unsaid::Closed) };
    let mut file = probe.into_inner();
    let options = ParseOptions::new().read_properties(false).read_cover_art(false);
    let mut lines = String::new();
    let read = match kind {
        FileType::Mpeg => MpegFile::read_from(&mut file, options).map(|file| {
            file.id3v2().into_iter().for_each(|tag| id3v2(&mut lines, tag));
            file.id3v1().into_iter().for_each(|tag| id3v1(&mut lines, tag));
            file.ape().into_iter().for_each(|tag| ape(&mut lines, tag));
        }),
        FileType::Mp4 => Mp4File::read_from(&mut file, options)
            .map(|file| file.ilst().into_iter().for_each(|tag| ilst(&mut lines, tag))),
        FileType::Wav => WavFile::read_from(&mut file, options).map(|file| {
            file.id3v2().into_iter().for_each(|tag| id3v2(&mut lines, tag));
            file.riff_info().into_iter().for_each(|tag| riff(&mut lines, tag));
        }),
        FileType::Opus => {
            OpusFile::read_from(&mut file, options).map(|file| comments(&mut lines, file.vorbis_comments()))
        }
        FileType::Speex => {
            SpeexFile::read_from(&mut file, options).map(|file| comments(&mut lines, file.vorbis_comments()))
        }
        FileType::Vorbis => {
            VorbisFile::read_from(&mut file, options).map(|file| comments(&mut lines, file.vorbis_comments()))
        }
        _ => return Err(Unsaid::Closed),
    };
    read.map_err(|_| Unsaid::Closed)?;
    Ok(lines)
}

fn id3v2(lines: &mut String, tag: &Id3v2Tag) {
    for frame in tag {
        let id = frame.id_str();
        match frame {
            Frame::Text(text) => line(lines, id, &text.value),
            Frame::UserText(text) => line(lines, &text.description, &text.content),
            Frame::Comment(text) => {
                line(lines, id, &text.description);
                line(lines, id, &text.content);
            }
            Frame::UnsynchronizedText(text) => {
                line(lines, id, &text.description);
                line(lines, id, &text.content);
            }
            Frame::KeyValue(pairs) => {
                pairs.key_value_pairs.iter().for_each(|(key, value)| line(lines, key, value));
            }
            Frame::Popularimeter(rated) => line(lines, id, &rated.email),
            Frame::Url(url) => line(lines, id, url.url()),
            Frame::UserUrl(url) => line(lines, &url.description, &url.content),
            _ => {}
        }
    }
}

fn id3v1(lines: &mut String, tag: &Id3v1Tag) {
    let texts = [("title", &tag.title), ("artist", &tag.artist), ("album", &tag.album), ("comment", &tag.comment)];
    for (key, text) in texts {
        line(lines, key, text.as_deref().unwrap_or_default());
    }
}

fn ape(lines: &mut String, tag: &ApeTag) {
    for item in tag {
        if let ItemValue::Text(text) | ItemValue::Locator(text) = item.value() {
            line(lines, item.key(), text);
        }
    }
}

fn ilst(lines: &mut String, tag: &Ilst) {
    for atom in tag {
        for data in atom.data() {
            if let AtomData::UTF8(text) | AtomData::UTF16(text) = data {
                line(lines, "tag", text);
            }
        }
    }
}

fn riff(lines: &mut String, tag: &RiffInfoList) {
    tag.into_iter().for_each(|(key, text)| line(lines, key, text));
}

fn comments(lines: &mut String, tag: &VorbisComments) {
    tag.items().for_each(|(key, text)| line(lines, key, text));
}
