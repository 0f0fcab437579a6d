//! Reads marker segments up to the data of a scan (T.81 section B.2).

use super::huffman::Table;
use super::predict::Predictor;
use super::segments::{APP, COM, DHT, DQT, DRI, EOI, RST, SOF3, SOI, SOS};
use super::{Frame, JpegLosslessError};

/// What the segments have said so far.
#[derive(Debug)]
pub(super) struct Header<'a> {
    stream: &'a [u8],
    /// The identifiers of the components.
    components: Vec<u8>,
    frame: Frame,
    tables: [Option<Table>; 4],
    /// Pixels between two restart markers; 0 for none.
    restart_interval: usize,
}

/// The header of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScanHeader {
    /// The components of the scan, counted from 0, in their order.
    pub(super) components: Vec<usize>,
    /// The Huffman table of each.
    pub(super) tables: Vec<Table>,
    pub(super) predictor: Predictor,
    /// Bits by which samples were shifted down before they were coded (Pt).
    pub(super) point_transform: u32,
    /// Pixels between two restart markers; 0 for none.
    pub(super) restart_interval: usize,
}

impl<'a> Header<'a> {
    /// Reads up to the frame header, which must say what is wanted; its bits may be fewer.
    pub(super) fn read(stream: &'a [u8], wanted: Frame) -> Result<Self, JpegLosslessError> {
        let stream = stream.strip_prefix(&[0xFF, SOI]).ok_or(JpegLosslessError::Damaged)?;
        let mut header = Self {
            stream,
            components: Vec::new(),
            frame: wanted,
            tables: [const { None }; 4],
            restart_interval: 0,
        };
        loop {
            let (marker, content) = header.next_segment()?;
            if marker == SOF3 {
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
    pub(super) fn next_scan(&mut self) -> Result<ScanHeader, JpegLosslessError> {
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
    pub(super) fn end(&mut self) -> Result<(), JpegLosslessError> {
        loop {
            let (marker, _) = marker_of(self.stream)?;
            if marker == EOI {
                return Ok(());
            }
            if marker == SOS {
                return Err(JpegLosslessError::Damaged);
            }
            // Some writers put tables or comments behind the last scan.
            let (marker, content) = self.next_segment()?;
            self.other_segment(marker, content)?;
        }
    }

    fn next_segment(&mut self) -> Result<(u8, &'a [u8]), JpegLosslessError> {
        let (marker, rest) = marker_of(self.stream)?;
        if marker == EOI || marker == SOI || (RST..RST + 8).contains(&marker) {
            return Err(JpegLosslessError::Damaged);
        }
        let (length, rest) = rest.split_first_chunk().ok_or(JpegLosslessError::Cut)?;
        let length = usize::from(u16::from_be_bytes(*length)).checked_sub(2);
        let length = length.ok_or(JpegLosslessError::Damaged)?;
        let (content, rest) = rest.split_at_checked(length).ok_or(JpegLosslessError::Cut)?;
        self.stream = rest;
        Ok((marker, content))
    }

    fn frame_header(&mut self, content: &[u8], wanted: Frame) -> Result<(), JpegLosslessError> {
        let [bits, h1, h2, w1, w2, count, components @ ..] = content else {
            return Err(JpegLosslessError::Damaged);
        };
        self.frame = Frame {
            width: u16::from_be_bytes([*w1, *w2]).into(),
            height: u16::from_be_bytes([*h1, *h2]).into(),
            components: (*count).into(),
            bits: (*bits).into(),
        };
        let is_wanted = (Frame { bits: wanted.bits, ..self.frame }) == wanted;
        if !is_wanted || self.frame.bits > wanted.bits || self.frame.bits < 2 {
            return Err(JpegLosslessError::OtherFrame);
        }
        let (components, rest) = components.as_chunks::<3>();
        if components.len() != usize::from(*count) || !rest.is_empty() {
            return Err(JpegLosslessError::Damaged);
        }
        // Factors that are all alike sub-sample nothing, but those of one unit are all that is used.
        if components.iter().any(|[_, sampling, _]| *sampling != 0x11) {
            return Err(JpegLosslessError::Unsupported);
        }
        self.components = components.iter().map(|[identifier, ..]| *identifier).collect();
        Ok(())
    }

    fn scan_header(&self, content: &[u8]) -> Result<ScanHeader, JpegLosslessError> {
        let (count, rest) = content.split_first().ok_or(JpegLosslessError::Damaged)?;
        let named = rest.split_at_checked(2 * usize::from(*count));
        let (named, rest) = named.ok_or(JpegLosslessError::Damaged)?;
        let [selection, _, transform] = rest else { return Err(JpegLosslessError::Damaged) };
        let (mut components, mut tables) = (Vec::new(), Vec::new());
        for [identifier, table] in named.as_chunks().0 {
            let component = self.components.iter().position(|named| named == identifier);
            components.push(component.ok_or(JpegLosslessError::Damaged)?);
            let table = self.tables.get(usize::from(table >> 4)).and_then(Option::as_ref);
            tables.push(table.ok_or(JpegLosslessError::Damaged)?.clone());
        }
        // They come in their order (section B.2.3), so that none comes twice.
        if components.is_empty() || !components.is_sorted_by(|one, next| one < next) {
            return Err(JpegLosslessError::Damaged);
        }
        let point_transform = u32::from(transform & 15);
        if point_transform >= self.frame.bits {
            return Err(JpegLosslessError::Damaged);
        }
        Ok(ScanHeader {
            components,
            tables,
            predictor: Predictor::of_selection(*selection)?,
            point_transform,
            restart_interval: self.restart_interval,
        })
    }

    fn other_segment(&mut self, marker: u8, content: &[u8]) -> Result<(), JpegLosslessError> {
        match marker {
            DHT => self.huffman_tables(content),
            DRI => {
                let interval = content.try_into().map_err(|_| JpegLosslessError::Damaged)?;
                self.restart_interval = u16::from_be_bytes(interval).into();
                Ok(())
            }
            APP..=0xEF | COM | DQT => Ok(()),
            _ => Err(JpegLosslessError::Unsupported),
        }
    }

    /// Tables of the second class are those of coefficients, which nothing here has.
    fn huffman_tables(&mut self, mut content: &[u8]) -> Result<(), JpegLosslessError> {
        while let [class_and_number, rest @ ..] = content {
            let (counts, rest) = rest.split_first_chunk().ok_or(JpegLosslessError::Damaged)?;
            let count = counts.iter().map(|count| usize::from(*count)).sum();
            let symbols = rest.split_at_checked(count);
            let (symbols, rest) = symbols.ok_or(JpegLosslessError::Damaged)?;
            let table = Table { counts: *counts, symbols: symbols.to_vec() };
            // Two codes of one category decode well enough, but no writer of sense has them.
            if table.has_twins() {
                return Err(JpegLosslessError::Unsupported);
            }
            match (class_and_number >> 4, class_and_number & 15) {
                (0, number @ 0..4) => self.tables[usize::from(number)] = Some(table),
                (1, 0..4) => {}
                _ => return Err(JpegLosslessError::Damaged),
            }
            content = rest;
        }
        Ok(())
    }
}

/// The marker at the start of a stream, behind fill bytes, and what stands behind it.
fn marker_of(mut stream: &[u8]) -> Result<(u8, &[u8]), JpegLosslessError> {
    loop {
        match stream {
            [0xFF, 0xFF, ..] => stream = &stream[1..],
            [0xFF, marker, rest @ ..] => return Ok((*marker, rest)),
            [] | [0xFF] => return Err(JpegLosslessError::Cut),
            _ => return Err(JpegLosslessError::Damaged),
        }
    }
}

/// What stands behind the restart marker with this number at the start of a stream.
pub(super) fn behind_restart(stream: &[u8], number: usize) -> Result<&[u8], JpegLosslessError> {
    let (marker, rest) = marker_of(stream)?;
    let wanted = RST + (number % 8) as u8;
    if marker == wanted { Ok(rest) } else { Err(JpegLosslessError::Damaged) }
}
