//! One scan, block by block: entropy-coded data in, the same out but for the blocks that are replaced and
//! the DC differences behind them (ITU-T T.81 sections F.1.1.5 and F.1.2).

use super::OUT_OF_RANGE;
use super::additions::{Additions, Codes};
use super::cells::Cells;
use super::frame::{Component, Units};
use super::writer::Writer;
use crate::codestream::bits::{Bits, Huffman};
use crate::codestream::{CodestreamError, UNUSUAL};

/// A Huffman table as the scan uses it: to read by what it is, to write by what it will be.
pub(super) struct Table {
    pub(super) number: usize,
    pub(super) reads: Huffman,
    pub(super) writes: Codes,
}

/// A component of the scan.
pub(super) struct Coding {
    pub(super) component: Component,
    /// Blocks in a cell, across and down.
    pub(super) blocks_of_cell: (usize, usize),
    pub(super) dc: Table,
    pub(super) ac: Table,
    /// The DC coefficient of black.
    pub(super) black: i32,
    /// The DC coefficients of the block before, as it came and as it was written.
    pub(super) came: i32,
    pub(super) written: i32,
}

/// Where a scan is written to, and the symbols that its tables lack.
pub(super) struct Target<'t> {
    pub(super) out: &'t mut Writer,
    pub(super) missing: &'t mut Additions,
    /// The largest category of a DC difference (T.81 table F.1 and section F.1.2.1.1).
    pub(super) most: u8,
}

impl Target<'_> {
    /// A symbol by its code; one that has none is noted.
    fn symbol(&mut self, table: &Table, symbol: u8) {
        match table.writes.of(symbol) {
            Some((code, length)) => self.out.put(u32::from(code), length),
            None => {
                self.missing.entry(table.number).or_default().insert(symbol);
            }
        }
    }
}

/// Writes one scan; the data are followed by a marker.
pub(super) fn write<'a>(
    data: &'a [u8],
    parts: &mut [Coding],
    units: Units,
    restart_interval: usize,
    cells: &Cells,
    target: &mut Target<'_>,
) -> Result<Bits<'a>, CodestreamError> {
    let mut bits = Bits::new(data);
    let mut until_restart = restart_interval;
    for row in 0..units.down {
        for column in 0..units.across {
            if restart_interval > 0 {
                if until_restart == 0 {
                    target.out.align();
                    target.out.marker(bits.restart()?);
                    for part in &mut *parts {
                        (part.came, part.written) = (0, 0);
                    }
                    until_restart = restart_interval;
                }
                until_restart -= 1;
            }
            for part in &mut *parts {
                let (across, down) = if units.are_interleaved {
                    (part.component.horizontal, part.component.vertical)
                } else {
                    (1, 1)
                };
                for y in row * down..(row + 1) * down {
                    for x in column * across..(column + 1) * across {
                        let cell = (x / part.blocks_of_cell.0, y / part.blocks_of_cell.1);
                        let is_replaced = cells.are_replaced_at(cell.0, cell.1);
                        block(&mut bits, part, is_replaced, target)?;
                    }
                }
            }
        }
    }
    target.out.align();
    Ok(bits)
}

/// One block.
fn block(
    bits: &mut Bits<'_>,
    part: &mut Coding,
    is_replaced: bool,
    target: &mut Target<'_>,
) -> Result<(), CodestreamError> {
    let (category, length) = bits.symbol_and_length(&mut part.dc.reads)?;
    let code = bits.passed(length);
    if category > 15 {
        return Err(OUT_OF_RANGE);
    }
    bits.skip(category)?;
    let value = bits.passed(category);
    let difference = extended(value, category);
    part.came += difference;
    if i16::try_from(part.came).is_err() {
        return Err(OUT_OF_RANGE);
    }
    let now = if is_replaced { part.black } else { part.came };
    if now - part.written == difference {
        target.out.put(code, length);
        target.out.put(value, category);
    } else {
        dc(now - part.written, &part.dc, target)?;
    }
    part.written = now;
    if is_replaced {
        ac(bits, &mut part.ac, None)?;
        // EOB: no other coefficient (section F.1.2.2.1).
        target.symbol(&part.ac, 0);
        Ok(())
    } else {
        ac(bits, &mut part.ac, Some(&mut *target.out))
    }
}

/// A DC difference: its category, and its bits (section F.1.2.1).
fn dc(difference: i32, table: &Table, target: &mut Target<'_>) -> Result<(), CodestreamError> {
    let category = (32 - difference.unsigned_abs().leading_zeros()) as u8;
    if category > target.most {
        return Err(OUT_OF_RANGE);
    }
    target.symbol(table, category);
    // A negative one is coded as what is one less.
    target.out.put((difference - i32::from(difference < 0)) as u32, category);
    Ok(())
}

/// The difference that bits of a category mean (section F.2.2.1).
fn extended(bits: u32, category: u8) -> i32 {
    let bits = bits as i32;
    if category > 0 && bits < 1 << (category - 1) { bits - (1 << category) + 1 } else { bits }
}

/// The AC coefficients, bit by bit as they came, or left out.
fn ac(
    bits: &mut Bits<'_>,
    table: &mut Table,
    mut out: Option<&mut Writer>,
) -> Result<(), CodestreamError> {
    let mut coefficient = 1;
    while coefficient < 64 {
        let (symbol, length) = bits.symbol_and_length(&mut table.reads)?;
        let code = bits.passed(length);
        let (run, size) = (symbol >> 4, symbol & 15);
        bits.skip(size)?;
        if let Some(out) = &mut out {
            out.put(code, length);
            out.put(bits.passed(size), size);
        }
        match (run, size) {
            (15, 0) => coefficient += 16,
            (_, 0) => return Ok(()),
            _ => coefficient += u32::from(run) + 1,
        }
    }
    // What a run beyond the last coefficient means is up to the decoder.
    if coefficient == 64 { Ok(()) } else { Err(UNUSUAL) }
}
