//! Reads marker segments up to the data of a scan (T.81 section B.2).

use super::super::segments::{APP, COM, DRI, EOI, SOS, Segments, frame_header};
use super::huffman::Table;
use super::predict::Predictor;
use super::segments::{DHT, DQT, SOF3};
use super::{CodecError, Frame};

/// What the segments have said so far.
#[derive(Debug)]
pub(super) struct Header<'a> {
    /// The stream behind what was read.
    pub(super) segments: Segments<'a>,
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
    pub(super) fn read(stream: &'a [u8], wanted: Frame) -> Result<Self, CodecError> {
        let mut header = Self {
            segments: Segments::of(stream)?,
            components: Vec::new(),
            frame: wanted,
            tables: [const { None }; 4],
            restart_interval: 0,
        };
        loop {
            let (marker, content) = header.segments.read()?;
            if marker == SOF3 {
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
    pub(super) fn end(&mut self) -> Result<(), CodecError> {
        loop {
            let marker = self.segments.peek()?;
            if marker == EOI {
                return Ok(());
            }
            if marker == SOS {
                return Err(CodecError::Damaged);
            }
            // Some writers put tables or comments behind the last scan.
            let (marker, content) = self.segments.read()?;
            self.other_segment(marker, content)?;
        }
    }

    fn scan_header(&self, content: &[u8]) -> Result<ScanHeader, CodecError> {
        let (count, rest) = content.split_first().ok_or(CodecError::Damaged)?;
        let named = rest.split_at_checked(2 * usize::from(*count));
        let (named, rest) = named.ok_or(CodecError::Damaged)?;
        let [selection, _, transform] = rest else { return Err(CodecError::Damaged) };
        let (mut components, mut tables) = (Vec::new(), Vec::new());
        for [identifier, table] in named.as_chunks().0 {
            let component = self.components.iter().position(|named| named == identifier);
            components.push(component.ok_or(CodecError::Damaged)?);
            let table = self.tables.get(usize::from(table >> 4)).and_then(Option::as_ref);
            tables.push(table.ok_or(CodecError::Damaged)?.clone());
        }
        // They come in their order (section B.2.3), so that none comes twice.
        if components.is_empty() || !components.is_sorted_by(|one, next| one < next) {
            return Err(CodecError::Damaged);
        }
        let point_transform = u32::from(transform & 15);
        if point_transform >= self.frame.bits {
            return Err(CodecError::Damaged);
        }
        Ok(ScanHeader {
            components,
            tables,
            predictor: Predictor::of_selection(*selection)?,
            point_transform,
            restart_interval: self.restart_interval,
        })
    }

    fn other_segment(&mut self, marker: u8, content: &[u8]) -> Result<(), CodecError> {
        match marker {
            DHT => self.huffman_tables(content),
            DRI => {
                let interval = content.try_into().map_err(|_| CodecError::Damaged)?;
                self.restart_interval = u16::from_be_bytes(interval).into();
                Ok(())
            }
            APP..=0xEF | COM | DQT => Ok(()),
            _ => Err(CodecError::Unsupported),
        }
    }

    /// Tables of the second class are those of coefficients, which nothing here has.
    fn huffman_tables(&mut self, mut content: &[u8]) -> Result<(), CodecError> {
        while let [class_and_number, rest @ ..] = content {
            let (counts, rest) = rest.split_first_chunk().ok_or(CodecError::Damaged)?;
            let count = counts.iter().map(|count| usize::from(*count)).sum();
            let symbols = rest.split_at_checked(count);
            let (symbols, rest) = symbols.ok_or(CodecError::Damaged)?;
            let table = Table { counts: *counts, symbols: symbols.to_vec() };
            match (class_and_number >> 4, class_and_number & 15) {
                (0, number @ 0..4) => self.tables[usize::from(number)] = Some(table),
                (1, 0..4) => {}
                _ => return Err(CodecError::Damaged),
            }
            content = rest;
        }
        Ok(())
    }
}
