//! Reads marker segments up to the data of a scan (T.87 section C.2).

use super::super::segments::{APP, COM, DRI, EOI, SOS, Segments, frame_header};
use super::parameters::{Parameters, Preset};
use super::segments::{LSE, PRESET, SOF};
use super::{CodecError, Frame, Interleave};

/// What an APP8 segment starts with that asks for a colour transformation: HP's, outside the standard.
const COLOUR_TRANSFORMATION: &[u8] = b"mrfx";

/// What the segments have said so far.
#[derive(Debug)]
pub(super) struct Header<'a> {
    /// The stream behind what was read.
    pub(super) segments: Segments<'a>,
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
    pub(super) fn read(stream: &'a [u8], wanted: Frame) -> Result<Self, CodecError> {
        let mut header = Self {
            segments: Segments::of(stream)?,
            components: Vec::new(),
            frame: wanted,
            preset: Preset::default(),
            restart_interval: 0,
        };
        loop {
            let (marker, content) = header.segments.read()?;
            if marker == SOF {
                (header.frame, header.components) = frame_header(content, wanted)?;
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
    pub(super) fn next_scan(&mut self) -> Result<ScanHeader, CodecError> {
        loop {
            let (marker, content) = self.segments.read()?;
            if marker == SOS {
                return self.scan_header(content);
            }
            self.other_segment(marker, content)?;
        }
    }

    /// Reads the end of the image. What stands behind it is no part of the codestream.
    pub(super) fn end(&self) -> Result<(), CodecError> {
        if self.segments.peek()? == EOI { Ok(()) } else { Err(CodecError::Damaged) }
    }

    fn scan_header(&mut self, content: &[u8]) -> Result<ScanHeader, CodecError> {
        let (count, rest) = content.split_first().ok_or(CodecError::Damaged)?;
        let count = usize::from(*count);
        let (named, rest) = rest.split_at_checked(2 * count).ok_or(CodecError::Damaged)?;
        let [near, interleave, transformation] = rest else { return Err(CodecError::Damaged) };
        let (named, _) = named.as_chunks::<2>();
        if named.iter().any(|[_, table]| *table != 0) || *transformation != 0 {
            return Err(CodecError::Unsupported);
        }
        let interleave = match interleave {
            0 => Interleave::None,
            1 => Interleave::Line,
            2 => Interleave::Sample,
            _ => return Err(CodecError::Damaged),
        };
        let names: Vec<u8> = named.iter().map(|[identifier, _]| *identifier).collect();
        let first = self.components.windows(count.max(1)).position(|some| some == names);
        let first = first.ok_or(CodecError::Damaged)?;
        if interleave == Interleave::None && count > 1 {
            return Err(CodecError::Damaged);
        }
        let parameters = Parameters::new(self.frame.bits, (*near).into(), self.preset)?;
        let restart_interval = self.restart_interval;
        Ok(ScanHeader { first, count, interleave, parameters, restart_interval })
    }

    fn other_segment(&mut self, marker: u8, content: &[u8]) -> Result<(), CodecError> {
        match marker {
            LSE => self.preset_parameters(content),
            DRI if (2..=4).contains(&content.len()) => {
                self.restart_interval = number(content);
                Ok(())
            }
            APP..=0xEF => match content.strip_prefix(COLOUR_TRANSFORMATION) {
                None | Some([0]) => Ok(()),
                Some(_) => Err(CodecError::Unsupported),
            },
            COM => Ok(()),
            _ => Err(CodecError::Unsupported),
        }
    }

    fn preset_parameters(&mut self, content: &[u8]) -> Result<(), CodecError> {
        let [PRESET, values @ ..] = content else { return Err(CodecError::Unsupported) };
        let (values, rest) = values.as_chunks::<2>();
        let ([maxval, t1, t2, t3, reset], []) = (values, rest) else {
            return Err(CodecError::Damaged);
        };
        let [maxval, t1, t2, t3, reset] =
            [maxval, t1, t2, t3, reset].map(|value| u16::from_be_bytes(*value).into());
        self.preset = Preset { maxval, thresholds: [t1, t2, t3], reset };
        Ok(())
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}
