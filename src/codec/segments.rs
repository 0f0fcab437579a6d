//! Marker segments as all of JPEG has them (T.81 section B.1.1; JPEG-LS took them over, T.87 section C.1):
//! the stream taken apart, and put together.

use super::error::CodecError;
use super::frame::Frame;

/// The first of the eight restart markers.
pub(super) const RST: u8 = 0xD0;
/// Start of image.
pub(super) const SOI: u8 = 0xD8;
/// End of image.
pub(super) const EOI: u8 = 0xD9;
/// Start of scan.
pub(super) const SOS: u8 = 0xDA;
/// Define restart interval.
pub(super) const DRI: u8 = 0xDD;
/// The first of the sixteen application segments.
pub(super) const APP: u8 = 0xE0;
/// Comment.
pub(super) const COM: u8 = 0xFE;

/// Sampling factors of a component that is not sub-sampled: one by one.
const NOT_SAMPLED: u8 = 0x11;

/// A marker with nothing behind it.
pub(super) fn put_marker(marker: u8, stream: &mut Vec<u8>) {
    stream.extend([0xFF, marker]);
}

/// A marker and what it says.
pub(super) fn put_segment(marker: u8, content: &[u8], stream: &mut Vec<u8>) {
    put_marker(marker, stream);
    stream.extend((content.len() as u16 + 2).to_be_bytes());
    stream.extend(content);
}

/// The start of an image and its frame header (T.81 section B.2.2), with this marker; its components
/// count from 1.
pub(super) fn put_frame_header(marker: u8, frame: Frame, stream: &mut Vec<u8>) {
    put_marker(SOI, stream);
    let [h1, h2] = (frame.height as u16).to_be_bytes();
    let [w1, w2] = (frame.width as u16).to_be_bytes();
    let mut content = vec![frame.bits as u8, h1, h2, w1, w2, frame.components as u8];
    for component in 1..=frame.components as u8 {
        content.extend([component, NOT_SAMPLED, 0]);
    }
    put_segment(marker, &content, stream);
}

/// A stream that is taken apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segments<'a> {
    rest: &'a [u8],
}

impl<'a> Segments<'a> {
    /// A stream that begins with the start of an image.
    pub(super) fn of(stream: &'a [u8]) -> Result<Self, CodecError> {
        let rest = stream.strip_prefix(&[0xFF, SOI]).ok_or(CodecError::Damaged)?;
        Ok(Self { rest })
    }

    /// The stream behind what was read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Goes on from there.
    pub(super) fn go_on_at(&mut self, rest: &'a [u8]) {
        self.rest = rest;
    }

    /// The marker that comes next.
    pub(super) fn peek(&self) -> Result<u8, CodecError> {
        marker_of(self.rest).map(|(marker, _)| marker)
    }

    /// Reads a segment: its marker and its content.
    pub(super) fn read(&mut self) -> Result<(u8, &'a [u8]), CodecError> {
        let (marker, rest) = marker_of(self.rest)?;
        if marker == EOI || marker == SOI || (RST..RST + 8).contains(&marker) {
            return Err(CodecError::Damaged);
        }
        let (length, rest) = rest.split_first_chunk().ok_or(CodecError::Cut)?;
        let length = usize::from(u16::from_be_bytes(*length)).checked_sub(2);
        let length = length.ok_or(CodecError::Damaged)?;
        let (content, rest) = rest.split_at_checked(length).ok_or(CodecError::Cut)?;
        self.rest = rest;
        Ok((marker, content))
    }
}

/// The marker at the start of a stream, behind fill bytes, and what stands behind it.
fn marker_of(mut stream: &[u8]) -> Result<(u8, &[u8]), CodecError> {
    loop {
        match stream {
            [0xFF, 0xFF, ..] => stream = &stream[1..],
            [0xFF, marker, rest @ ..] => return Ok((*marker, rest)),
            [] | [0xFF] => return Err(CodecError::Cut),
            _ => return Err(CodecError::Damaged),
        }
    }
}

/// What stands behind the restart marker with this number at the start of a stream.
pub(super) fn behind_restart(stream: &[u8], number: usize) -> Result<&[u8], CodecError> {
    let (marker, rest) = marker_of(stream)?;
    let wanted = RST + (number % 8) as u8;
    if marker == wanted { Ok(rest) } else { Err(CodecError::Damaged) }
}

/// A frame header: the form, and the identifiers of the components. It must say what is wanted; its bits
/// may be fewer.
pub(super) fn frame_header(content: &[u8], wanted: Frame) -> Result<(Frame, Vec<u8>), CodecError> {
    let [bits, h1, h2, w1, w2, count, components @ ..] = content else {
        return Err(CodecError::Damaged);
    };
    let frame = Frame {
        width: u16::from_be_bytes([*w1, *w2]).into(),
        height: u16::from_be_bytes([*h1, *h2]).into(),
        components: (*count).into(),
        bits: (*bits).into(),
    };
    let is_wanted = (Frame { bits: wanted.bits, ..frame }) == wanted;
    if !is_wanted || !(2..=wanted.bits).contains(&frame.bits) {
        return Err(CodecError::OtherFrame);
    }
    let (components, rest) = components.as_chunks::<3>();
    if components.len() != usize::from(*count) || !rest.is_empty() {
        return Err(CodecError::Damaged);
    }
    // Those of a component alone mean nothing (ITU-T T.81 section A.2.2).
    let is_sampled = components.iter().any(|[_, sampling, _]| *sampling != NOT_SAMPLED);
    if components.len() > 1 && is_sampled {
        return Err(CodecError::Unsupported);
    }
    Ok((frame, components.iter().map(|[identifier, ..]| *identifier).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { width: 300, height: 2, components: 3, bits: 12 };

    fn stream() -> Vec<u8> {
        let mut stream = Vec::new();
        put_frame_header(0xF7, FRAME, &mut stream);
        put_segment(COM, b"hi", &mut stream);
        stream.extend([0xFF, 0xFF, 0xFF, EOI]);
        stream
    }

    #[test]
    fn what_is_put_together_is_taken_apart() {
        let stream = stream();
        let mut segments = Segments::of(&stream).unwrap();
        let (marker, content) = segments.read().unwrap();
        assert_eq!(marker, 0xF7);
        assert_eq!(frame_header(content, FRAME), Ok((FRAME, vec![1, 2, 3])));
        let wider = Frame { bits: 16, ..FRAME };
        assert_eq!(frame_header(content, wider), Ok((FRAME, vec![1, 2, 3])));
        let narrower = Frame { bits: 11, ..FRAME };
        assert_eq!(frame_header(content, narrower), Err(CodecError::OtherFrame));
        assert_eq!(frame_header(&content[1..], FRAME).err(), Some(CodecError::OtherFrame));
        assert_eq!(frame_header(&content[..9], FRAME), Err(CodecError::Damaged));
        assert_eq!(segments.read(), Ok((COM, &b"hi"[..])));
        assert_eq!((segments.peek(), segments.read()), (Ok(EOI), Err(CodecError::Damaged)));
    }

    #[test]
    fn cut_segments_are_seen() {
        let stream = stream();
        for length in 2..stream.len() {
            let mut segments = Segments::of(&stream[..length]).unwrap();
            let mut last = segments.read();
            while last.is_ok() {
                last = segments.read();
            }
            assert_eq!(last, Err(CodecError::Cut), "{length}");
        }
        assert_eq!(Segments::of(&stream[1..]).err(), Some(CodecError::Damaged));
    }

    #[test]
    fn restart_markers_count_to_eight() {
        assert_eq!(behind_restart(&[0xFF, 0xD1, 7], 9), Ok(&[7][..]));
        assert_eq!(behind_restart(&[0xFF, 0xD1, 7], 2), Err(CodecError::Damaged));
    }
}
