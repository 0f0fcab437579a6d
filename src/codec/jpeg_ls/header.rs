//! Reads marker segments up to the data of a scan (T.87 section C.2).

use super::parameters::{Parameters, Preset};
use super::segments::{APP, COM, DRI, EOI, LSE, PRESET, RST, SOF, SOI, SOS};
use super::{Frame, Interleave, JpegLsError};

/// What an APP8 segment starts with that asks for a colour transformation: HP's, outside the standard.
const COLOUR_TRANSFORMATION: &[u8] = b"mrfx";

/// What the segments have said so far.
#[derive(Debug)]
pub(super) struct Header<'a> {
    stream: &'a [u8],
    /// The identifiers of the components.
    components: Vec<u8>,
    frame: Frame,
    preset: Preset,
    /// Lines between two restart markers; 0 for none.
    restart_interval: u32,
}

/// The header of a scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScanHeader {
    /// The first component of the scan and how many there are, counted from 0.
    pub(super) first: usize,
    pub(super) count: usize,
    pub(super) interleave: Interleave,
    pub(super) parameters: Parameters,
    /// Lines between two restart markers; 0 for none.
    pub(super) restart_interval: u32,
}

impl<'a> Header<'a> {
    /// Reads up to the frame header, which must say what is wanted; its bits may be fewer.
    pub(super) fn read(stream: &'a [u8], wanted: Frame) -> Result<Self, JpegLsError> {
        let stream = stream.strip_prefix(&[0xFF, SOI]).ok_or(JpegLsError::Damaged)?;
        let mut header = Self {
            stream,
            components: Vec::new(),
            frame: wanted,
            preset: Preset::default(),
            restart_interval: 0,
        };
        loop {
            let (marker, content) = header.next_segment()?;
            if marker == SOF {
                header.frame_header(content, wanted)?;
                return Ok(header);
            }
            header.other_segment(marker, content)?;
        }
    }

    /// The frame as the codestream gives it.
    pub(super) fn frame(&self) -> Frame {
        self.frame
    }

    /// Reads up to the next scan header.
    pub(super) fn next_scan(&mut self) -> Result<ScanHeader, JpegLsError> {
        loop {
            let (marker, content) = self.next_segment()?;
            if marker == SOS {
                return self.scan_header(content);
            }
            self.other_segment(marker, content)?;
        }
    }

    /// The stream behind what was read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.stream
    }

    /// Goes on from there.
    pub(super) fn go_on_at(&mut self, rest: &'a [u8]) {
        self.stream = rest;
    }

    /// Reads the end of the image. What stands behind it is no part of the codestream.
    pub(super) fn end(&mut self) -> Result<(), JpegLsError> {
        if self.next_marker()? == EOI { Ok(()) } else { Err(JpegLsError::Damaged) }
    }

    fn next_marker(&mut self) -> Result<u8, JpegLsError> {
        let (marker, rest) = marker_of(self.stream)?;
        self.stream = rest;
        Ok(marker)
    }

    fn next_segment(&mut self) -> Result<(u8, &'a [u8]), JpegLsError> {
        let marker = self.next_marker()?;
        if marker == EOI || marker == SOI || (RST..RST + 8).contains(&marker) {
            return Err(JpegLsError::Damaged);
        }
        let (length, rest) = self.stream.split_first_chunk().ok_or(JpegLsError::Cut)?;
        let length = usize::from(u16::from_be_bytes(*length)).checked_sub(2);
        let length = length.ok_or(JpegLsError::Damaged)?;
        let (content, rest) = rest.split_at_checked(length).ok_or(JpegLsError::Cut)?;
        self.stream = rest;
        Ok((marker, content))
    }

    fn frame_header(&mut self, content: &[u8], wanted: Frame) -> Result<(), JpegLsError> {
        let [bits, h1, h2, w1, w2, count, components @ ..] = content else {
            return Err(JpegLsError::Damaged);
        };
        self.frame = Frame {
            width: u16::from_be_bytes([*w1, *w2]).into(),
            height: u16::from_be_bytes([*h1, *h2]).into(),
            components: (*count).into(),
            bits: (*bits).into(),
        };
        if self.frame.bits > wanted.bits
            || (Frame { bits: wanted.bits, ..self.frame }) != wanted
            || self.frame.bits < 2
        {
            return Err(JpegLsError::OtherFrame);
        }
        let (components, rest) = components.as_chunks::<3>();
        if components.len() != usize::from(*count) || !rest.is_empty() {
            return Err(JpegLsError::Damaged);
        }
        if components.iter().any(|[_, sampling, _]| *sampling != 0x11) {
            return Err(JpegLsError::Unsupported);
        }
        self.components = components.iter().map(|[identifier, ..]| *identifier).collect();
        Ok(())
    }

    fn scan_header(&mut self, content: &[u8]) -> Result<ScanHeader, JpegLsError> {
        let (count, rest) = content.split_first().ok_or(JpegLsError::Damaged)?;
        let count = usize::from(*count);
        let (named, rest) = rest.split_at_checked(2 * count).ok_or(JpegLsError::Damaged)?;
        let [near, interleave, transformation] = rest else { return Err(JpegLsError::Damaged) };
        let (named, _) = named.as_chunks::<2>();
        if named.iter().any(|[_, table]| *table != 0) || *transformation != 0 {
            return Err(JpegLsError::Unsupported);
        }
        let interleave = match interleave {
            0 => Interleave::None,
            1 => Interleave::Line,
            2 => Interleave::Sample,
            _ => return Err(JpegLsError::Damaged),
        };
        let names: Vec<u8> = named.iter().map(|[identifier, _]| *identifier).collect();
        let first = self.components.windows(count.max(1)).position(|some| some == names);
        let first = first.ok_or(JpegLsError::Damaged)?;
        if interleave == Interleave::None && count > 1 {
            return Err(JpegLsError::Damaged);
        }
        let parameters = Parameters::new(self.frame.bits, (*near).into(), self.preset)?;
        let restart_interval = self.restart_interval;
        Ok(ScanHeader { first, count, interleave, parameters, restart_interval })
    }

    fn other_segment(&mut self, marker: u8, content: &[u8]) -> Result<(), JpegLsError> {
        match marker {
            LSE => self.preset_parameters(content),
            DRI if (2..=4).contains(&content.len()) => {
                self.restart_interval = number(content);
                Ok(())
            }
            APP..=0xEF => match content.strip_prefix(COLOUR_TRANSFORMATION) {
                None | Some([0]) => Ok(()),
                Some(_) => Err(JpegLsError::Unsupported),
            },
            COM => Ok(()),
            _ => Err(JpegLsError::Unsupported),
        }
    }

    fn preset_parameters(&mut self, content: &[u8]) -> Result<(), JpegLsError> {
        let [PRESET, values @ ..] = content else { return Err(JpegLsError::Unsupported) };
        let (values, rest) = values.as_chunks::<2>();
        let ([maxval, t1, t2, t3, reset], []) = (values, rest) else {
            return Err(JpegLsError::Damaged);
        };
        let [maxval, t1, t2, t3, reset] =
            [maxval, t1, t2, t3, reset].map(|value| u16::from_be_bytes(*value).into());
        self.preset = Preset { maxval, thresholds: [t1, t2, t3], reset };
        Ok(())
    }
}

/// The marker at the start of a stream, behind fill bytes, and what stands behind it.
fn marker_of(mut stream: &[u8]) -> Result<(u8, &[u8]), JpegLsError> {
    loop {
        match stream {
            [0xFF, 0xFF, ..] => stream = &stream[1..],
            [0xFF, marker, rest @ ..] => return Ok((*marker, rest)),
            [] | [0xFF] => return Err(JpegLsError::Cut),
            _ => return Err(JpegLsError::Damaged),
        }
    }
}

/// What stands behind the restart marker with this number at the start of a stream.
pub(super) fn behind_restart(stream: &[u8], number: u32) -> Result<&[u8], JpegLsError> {
    let (marker, rest) = marker_of(stream)?;
    let wanted = RST + (number % 8) as u8;
    if marker == wanted { Ok(rest) } else { Err(JpegLsError::Damaged) }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}
