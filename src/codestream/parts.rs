//! The parts of a JPEG or JPEG-LS codestream (ITU-T T.81 section B.1.1), as a walk shows them.

use super::{CUT, CodestreamError, UNUSUAL};

/// A part of a codestream between SOI and EOI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// A marker segment: its marker and what follows its length.
    Segment { marker: u8, content: &'a [u8] },
    /// The scan whose header came last uses a table; all tables count from 0 in their order.
    Uses { table: usize },
    /// What the scan has used of a Huffman table: a bit for each symbol that occurs, the lowest first.
    Symbols { table: usize, seen: [u64; 4] },
    /// What the scan has used of a quantisation table: a bit for each coefficient that is not zero, in the
    /// order of the table, that of the zig-zag.
    Coefficients { table: usize, seen: u64 },
    /// Entropy-coded data of a scan, or of one restart interval of it.
    Data(&'a [u8]),
    /// A restart marker between two of them.
    Restart { marker: u8 },
}

/// Who looks at the parts. An error of theirs ends the walk.
pub(crate) type Visit<'a, 'v> = &'v mut dyn FnMut(Part<'a>) -> Result<(), CodestreamError>;

/// The marker at a place behind fill bytes, and the place behind it.
pub(super) fn marker_at(stream: &[u8], mut at: usize) -> Result<(u8, usize), CodestreamError> {
    while stream.get(at..at + 2) == Some(&[0xFF, 0xFF]) {
        at += 1;
    }
    match stream.get(at..at + 2) {
        Some([0xFF, marker]) => Ok((*marker, at + 2)),
        _ => Err(CUT),
    }
}

/// What follows the length of the segment whose length stands at this place.
pub(super) fn segment_at(stream: &[u8], at: usize) -> Result<&[u8], CodestreamError> {
    let [high, low] = stream.get(at..at + 2).ok_or(CUT)? else { return Err(CUT) };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    stream.get(at + 2..at + length).ok_or(CUT)
}

/// The tables of a DHT (T.81 section B.2.4.2) or DQT segment (section B.2.4.1), one by one.
pub(crate) fn tables(marker: u8, mut content: &[u8]) -> Result<Vec<&[u8]>, CodestreamError> {
    let mut tables = Vec::new();
    while let [first, rest @ ..] = content {
        let length = match (marker, first >> 4) {
            (0xDB, precision @ 0..=1) => 64 << precision,
            (0xDB, _) => return Err(UNUSUAL),
            _ => {
                let lengths = rest.get(..16).ok_or(CUT)?;
                16 + lengths.iter().map(|n| usize::from(*n)).sum::<usize>()
            }
        };
        let (table, others) = content.split_at_checked(1 + length).ok_or(CUT)?;
        tables.push(table);
        content = others;
    }
    Ok(tables)
}
