//! What becomes of the bits of a line: samples that are stored, or the word that they are others.

use super::bit_reader::BitReader;
use super::codes::Codes;
use super::header::ScanHeader;
use super::huffman::Table;
use super::lookup::Lookup;
use super::predict::Predictor;
use super::{CodecError, Frame, Sample};

/// The lines of a scan that are at work; the samples of a pixel that the scan has stand side by side.
#[derive(Debug)]
pub(super) struct Lines {
    /// The differences of a line.
    pub(super) differences: Vec<u16>,
    /// The samples of the line above.
    pub(super) above: Vec<u16>,
    /// The samples of the line, where they are known before.
    line: Vec<u16>,
}

impl Lines {
    pub(super) fn new(width: usize, scan: &ScanHeader) -> Self {
        let line = vec![0; width * scan.components.len()];
        Self { differences: line.clone(), above: line.clone(), line }
    }
}

/// The place of a line in its image, and how it is predicted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'s> {
    pub(super) row: usize,
    pub(super) frame: Frame,
    pub(super) scan: &'s ScanHeader,
    pub(super) predictor: Predictor,
}

/// An image that a scan belongs to.
pub(super) trait Target {
    /// A Huffman table as it wants it.
    type Table;

    fn table(table: &Table) -> Result<Self::Table, CodecError>;

    /// Takes a line from the bits; returns whether it is that of the image. There is a table for all
    /// components, or one for each.
    fn take(
        &mut self,
        place: Place<'_>,
        tables: &[Self::Table],
        lines: &mut Lines,
        bits: &mut BitReader<'_>,
    ) -> Result<bool, CodecError>;
}

/// An image that is filled.
#[derive(Debug)]
pub(super) struct Filled<'s, S>(pub(super) &'s mut [S]);

impl<S: Sample> Target for Filled<'_, S> {
    type Table = Lookup;

    fn table(table: &Table) -> Result<Lookup, CodecError> {
        Lookup::new(table)
    }

    #[inline(always)]
    fn take(
        &mut self,
        place: Place<'_>,
        tables: &[Lookup],
        lines: &mut Lines,
        bits: &mut BitReader<'_>,
    ) -> Result<bool, CodecError> {
        if let [table] = tables {
            *bits = bits.read_all(table, &mut lines.differences);
        } else {
            for (difference, table) in lines.differences.iter_mut().zip(tables.iter().cycle()) {
                (*bits, *difference) = bits.read(table);
            }
        }
        let Place { row, frame, scan, predictor } = place;
        let count = scan.components.len();
        predictor.restore(&mut lines.differences, &lines.above, count);
        std::mem::swap(&mut lines.differences, &mut lines.above);
        let line = &lines.above;
        let all_bits = line.iter().fold(0, |all, sample| all | sample);
        if u32::from(all_bits) << scan.point_transform >> frame.bits != 0 {
            return Err(CodecError::Damaged);
        }
        let every = frame.components as usize;
        let row = row_of(row, frame);
        let shifted = |sample: &u16| S::from_value(sample << scan.point_transform);
        if count == every {
            for (to, sample) in self.0[row].iter_mut().zip(line) {
                *to = shifted(sample);
            }
            return Ok(true);
        }
        for (at, component) in scan.components.iter().enumerate() {
            let places = self.0[row.clone()][*component..].iter_mut().step_by(every);
            for (to, sample) in places.zip(line[at..].iter().step_by(count)) {
                *to = shifted(sample);
            }
        }
        Ok(true)
    }
}

/// An image that is compared with.
#[derive(Debug)]
pub(super) struct Compared<'s, S>(pub(super) &'s [S]);

impl<S: Sample> Target for Compared<'_, S> {
    type Table = Codes;

    fn table(table: &Table) -> Result<Codes, CodecError> {
        Codes::new(table)
    }

    #[inline(always)]
    fn take(
        &mut self,
        place: Place<'_>,
        tables: &[Codes],
        lines: &mut Lines,
        bits: &mut BitReader<'_>,
    ) -> Result<bool, CodecError> {
        let Place { row, frame, scan, predictor } = place;
        let (count, every) = (scan.components.len(), frame.components as usize);
        let samples = &self.0[row_of(row, frame)];
        if count == every {
            for (sample, from) in lines.line.iter_mut().zip(samples) {
                *sample = (*from).into();
            }
        } else {
            for (at, component) in scan.components.iter().enumerate() {
                let places = lines.line[at..].iter_mut().step_by(count);
                for (sample, from) in places.zip(samples[*component..].iter().step_by(every)) {
                    *sample = (*from).into();
                }
            }
        }
        if scan.point_transform > 0 {
            // What was shifted out is lost: an image that had it does not come back.
            let lost = (1 << scan.point_transform) - 1;
            if lines.line.iter().any(|sample| sample & lost != 0) {
                return Ok(false);
            }
            lines.line.iter_mut().for_each(|sample| *sample >>= scan.point_transform);
        }
        predictor.differences(&lines.line, &lines.above, count, &mut lines.differences);
        std::mem::swap(&mut lines.line, &mut lines.above);
        let mut is_equal = true;
        if let [table] = tables {
            (*bits, is_equal) = bits.has_all(table, &lines.differences);
        } else {
            for (difference, table) in lines.differences.iter().zip(tables.iter().cycle()) {
                is_equal &= bits.has(table, *difference);
            }
        }
        Ok(is_equal)
    }
}

/// Where the samples of a row are.
fn row_of(row: usize, frame: Frame) -> std::ops::Range<usize> {
    let length = (frame.width * frame.components) as usize;
    row * length..(row + 1) * length
}
