//! Whether a masked JPEG is what it should be: the codestream before and after in, and nothing out where
//! every block outside the covered rectangles has its old coefficients and every block inside is black.
//!
//! Written apart from what masks: it has a reader of its own for segments, bits and Huffman codes (ITU-T
//! T.81 annex F.2), counts in pixels instead of cells, and computes samples instead of coefficients.

mod bits;
mod parse;

use std::ops::Range;

use super::CodestreamError;
use crate::area::Rectangle;
use bits::{Block, Reader};
use parse::{Header, Scan, Stream};

/// Compares two codestreams of one image. `covered` are whole cells, as `mask` tells them, and `black`
/// has a sample for each component.
pub(crate) fn proves(
    original: &[u8],
    masked: &[u8],
    covered: &[Rectangle],
    black: &[u16],
) -> Result<(), CodestreamError> {
    let (before, after) = (Stream::parse(original)?, Stream::parse(masked)?);
    if before.segments != after.segments
        || before.scans.len() != after.scans.len()
        || before.header.components.len() != black.len()
        || after.end != masked.len()
    {
        return Err(DIFFERS);
    }
    let comparison = Comparison { header: &after.header, covered, black };
    for (before, after) in before.scans.iter().zip(&after.scans) {
        comparison.scan(before, after)?;
    }
    Ok(())
}

const DIFFERS: CodestreamError =
    CodestreamError::Unsound("a masked codestream is not what it should be");
const UNREADABLE: CodestreamError =
    CodestreamError::Unsound("a codestream cannot be read to be compared");

struct Comparison<'a> {
    header: &'a Header,
    covered: &'a [Rectangle],
    black: &'a [u16],
}

impl Comparison<'_> {
    fn scan(&self, before: &Scan<'_>, after: &Scan<'_>) -> Result<(), CodestreamError> {
        let (mut old, mut new) = (Reader::new(before.data), Reader::new(after.data));
        let mut previous = vec![(0, 0); after.parts.len()];
        let (across, down) = after.units;
        for unit in 0..across.saturating_mul(down) {
            let interval = after.restart_interval;
            if interval > 0 && unit > 0 && unit % interval == 0 {
                if !new.is_at_marker() || old.restart()? != new.restart()? {
                    return Err(DIFFERS);
                }
                previous.fill((0, 0));
            }
            let (row, column) = (unit / across, unit % across);
            for ((old_part, part), previous) in
                before.parts.iter().zip(&after.parts).zip(&mut previous)
            {
                let (wide, high) = part.blocks;
                for at in 0..wide * high {
                    let place = (column * wide + at % wide, row * high + at / wide);
                    let came = old.block(&old_part.dc, &old_part.ac, &mut previous.0)?;
                    let is = new.block(&part.dc, &part.ac, &mut previous.1)?;
                    let is_right = if self.is_covered(part.component, place)? {
                        self.is_black(part.component, part.step, &is)
                    } else {
                        came == is
                    };
                    if !is_right {
                        return Err(DIFFERS);
                    }
                }
            }
        }
        if new.is_at_end() { Ok(()) } else { Err(DIFFERS) }
    }

    /// Whether a block lies under a covered rectangle; one that lies there in part is an error. Blocks
    /// beyond the edge of the image count as if they lay just within.
    fn is_covered(
        &self,
        component: usize,
        (column, row): (usize, usize),
    ) -> Result<bool, CodestreamError> {
        let header = self.header;
        let (horizontal, vertical) = header.components[component].sampling;
        // In pixels, times the sampling factor.
        let span = |at: usize, largest: usize, factor: usize, side: usize| {
            let first = (8 * largest * at).min((side - 1) * factor);
            first..(8 * largest * (at + 1)).min(side * factor)
        };
        let block = (
            span(column, header.largest.0, horizontal, header.columns),
            span(row, header.largest.1, vertical, header.rows),
        );
        let scaled = |from: u32, length: u32, factor: usize| {
            let from = from as usize * factor;
            from..from + length as usize * factor
        };
        for area in self.covered {
            let across = relation(&block.0, &scaled(area.x, area.width, horizontal));
            let down = relation(&block.1, &scaled(area.y, area.height, vertical));
            match (across, down) {
                (Some(true), Some(true)) => return Ok(true),
                (None, _) | (_, None) => {}
                _ => return Err(DIFFERS),
            }
        }
        Ok(false)
    }

    /// Whether all samples of the block are black: an eighth of its DC coefficient above the middle of the
    /// range, rounded either way and cut to the range.
    fn is_black(&self, component: usize, step: u16, block: &Block) -> bool {
        let largest = (1_i64 << self.header.precision) - 1;
        let eighths = i64::from(block[0]) * i64::from(step) + 4 * (largest + 1);
        let black = i64::from(self.black[component]);
        let samples = [eighths + 3, eighths + 4].map(|n| n.div_euclid(8).clamp(0, largest));
        samples == [black; 2] && block[1..].iter().all(|coefficient| *coefficient == 0)
    }
}

/// Whether a span lies wholly in another, or in part; `None` where they do not meet.
fn relation(span: &Range<usize>, other: &Range<usize>) -> Option<bool> {
    let meets = span.start < other.end && other.start < span.end;
    meets.then_some(other.start <= span.start && span.end <= other.end)
}
