//! A walk over a JPEG codestream and its entropy-coded data (ITU-T T.81): every coded symbol up to the
//! last must be there. A decoder invents the samples that a cut stream lacks, so nobody would see the
//! cut afterwards. Nothing is decoded but the lengths of the codes.

use super::bits::{Bits, Huffman};
use super::parts::{Part, Visit, marker_at, segment_at, tables};
use super::{CUT, CodestreamError, UNUSUAL};

/// Walks all scans of a sequential or lossless codestream.
pub(super) fn check_complete(stream: &[u8]) -> Result<(), CodestreamError> {
    walk(stream, &mut |_| Ok(()))
}

/// Walks a codestream from SOI to EOI and shows its parts to `visit`.
pub(crate) fn walk<'a>(stream: &'a [u8], visit: Visit<'a, '_>) -> Result<(), CodestreamError> {
    let mut walk = Walk::default();
    let mut at = 2;
    loop {
        let (marker, next) = marker_at(stream, at)?;
        at = next;
        match marker {
            0xD9 if walk.components.iter().all(|component| component.scanned) => return Ok(()),
            0xD9 => return Err(CUT),
            0xD0..=0xD7 | 0x01 => {}
            _ => {
                let content = segment_at(stream, at)?;
                at += 2 + content.len();
                walk.segment(marker, content)?;
                visit(Part::Segment { marker, content })?;
                if marker == 0xDA {
                    at += walk.scan(content, &stream[at..], visit)?;
                }
            }
        }
    }
}

/// What the marker segments have said so far.
#[derive(Default)]
struct Walk<'a> {
    lossless: bool,
    rows: usize,
    columns: usize,
    components: Vec<Component>,
    /// DC and lossless tables, then AC tables. They are built when a scan asks for them, so that a
    /// stream of nothing but tables costs no more than its bytes.
    tables: [[Option<Definition<'a>>; 4]; 2],
    /// The numbers of the quantisation tables.
    quantisation: [Option<usize>; 4],
    /// Tables of both kinds that were defined so far.
    defined: usize,
    restart_interval: usize,
}

/// A Huffman table as the stream gives it: how many codes of each length, and their symbols.
#[derive(Clone, Copy)]
pub(super) struct Definition<'a> {
    pub(super) lengths: &'a [u8; 16],
    pub(super) symbols: &'a [u8],
    pub(super) number: usize,
}

/// A component of the frame: identifier, sampling factors, whether its scan has been walked.
#[derive(Clone, Copy)]
struct Component {
    id: u8,
    horizontal: usize,
    vertical: usize,
    quantisation: usize,
    scanned: bool,
}

/// How a component of a scan is coded: its tables by their numbers, and the coefficients that are met, the
/// first of which every block has.
struct Coding {
    component: Component,
    dc: (usize, Huffman),
    ac: Option<(usize, Huffman)>,
    quantisation: Option<usize>,
    coefficients: u64,
}

impl<'a> Walk<'a> {
    fn segment(&mut self, marker: u8, segment: &'a [u8]) -> Result<(), CodestreamError> {
        match marker {
            0xC0 | 0xC1 | 0xC3 if self.components.is_empty() => self.frame(marker == 0xC3, segment),
            // A second frame would be checked by nobody.
            0xC0 | 0xC1 | 0xC3 => Err(UNUSUAL),
            // Progressive, hierarchical and arithmetic coding have no place in these transfer syntaxes.
            0xC2 | 0xC5..=0xC7 | 0xC9..=0xCF => Err(UNUSUAL),
            0xC4 | 0xDB => {
                tables(marker, segment)?.into_iter().try_for_each(|t| self.table(marker, t))
            }
            0xDD => {
                self.restart_interval = usize::from(be16(segment, 0).ok_or(CUT)?);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn frame(&mut self, lossless: bool, segment: &[u8]) -> Result<(), CodestreamError> {
        let [_, h1, h2, w1, w2, _, components @ ..] = segment else { return Err(CUT) };
        self.lossless = lossless;
        self.rows = usize::from(u16::from_be_bytes([*h1, *h2]));
        self.columns = usize::from(u16::from_be_bytes([*w1, *w2]));
        self.components = components
            .chunks_exact(3)
            .map(|c| Component {
                id: c[0],
                horizontal: usize::from(c[1] >> 4),
                vertical: usize::from(c[1] & 15),
                quantisation: usize::from(c[2]),
                scanned: false,
            })
            .collect();
        // A sampling factor of 0 (section B.2.2) would divide the frame by nothing.
        let is_sampled = |c: &Component| c.horizontal.min(c.vertical) > 0;
        if !self.components.is_empty() && self.components.iter().all(is_sampled) {
            Ok(())
        } else {
            Err(UNUSUAL)
        }
    }

    fn table(&mut self, marker: u8, table: &'a [u8]) -> Result<(), CodestreamError> {
        let [class_and_id, lengths_and_symbols @ ..] = table else { return Err(CUT) };
        let (class, id) = (usize::from(class_and_id >> 4), usize::from(class_and_id & 15));
        let number = self.defined;
        self.defined += 1;
        if marker == 0xDB {
            *self.quantisation.get_mut(id).ok_or(UNUSUAL)? = Some(number);
            return Ok(());
        }
        let (lengths, symbols) = lengths_and_symbols.split_first_chunk().ok_or(CUT)?;
        let slot = self.tables.get_mut(class).and_then(|tables| tables.get_mut(id));
        *slot.ok_or(UNUSUAL)? = Some(Definition { lengths, symbols, number });
        Ok(())
    }

    /// Walks one scan; returns how many bytes of entropy-coded data it has.
    fn scan(
        &mut self,
        header: &[u8],
        data: &'a [u8],
        visit: Visit<'a, '_>,
    ) -> Result<usize, CodestreamError> {
        let count = usize::from(*header.first().ok_or(CUT)?);
        let entries = header.get(1..1 + 2 * count).ok_or(CUT)?;
        let mut parts = Vec::with_capacity(count);
        for entry in entries.chunks_exact(2) {
            let component = self.components.iter_mut().find(|c| c.id == entry[0]).ok_or(UNUSUAL)?;
            // Each has one scan, as nothing is progressive: there are no more scans than components.
            if std::mem::replace(&mut component.scanned, true) {
                return Err(UNUSUAL);
            }
            let mut table = |class: usize, id: u8| {
                let definition = self.tables[class].get(usize::from(id)).copied().flatten();
                let definition = definition.ok_or(UNUSUAL)?;
                visit(Part::Uses { table: definition.number })?;
                Ok((definition.number, Huffman::new(definition)?))
            };
            let dc = table(0, entry[1] >> 4)?;
            let ac = if self.lossless { None } else { Some(table(1, entry[1] & 15)?) };
            let quantisation = self.quantisation.get(component.quantisation).copied().flatten();
            let quantisation = quantisation.filter(|_| !self.lossless);
            if let Some(table) = quantisation {
                visit(Part::Uses { table })?;
            }
            parts.push(Coding { component: *component, dc, ac, quantisation, coefficients: 1 });
        }
        if parts.is_empty() {
            return Err(UNUSUAL);
        }
        let units = self.units(&parts.iter().map(|part| part.component).collect::<Vec<_>>());
        let mut bits = Bits::new(data);
        for unit in 0..units {
            if self.restart_interval > 0 && unit > 0 && unit % self.restart_interval == 0 {
                visit(Part::Data(bits.used()))?;
                visit(Part::Restart { marker: bits.restart()? })?;
            }
            for Coding { component, dc, ac, coefficients, .. } in &mut parts {
                let times = if count == 1 { 1 } else { component.horizontal * component.vertical };
                for _ in 0..times {
                    match ac {
                        None => sample(&mut bits, &mut dc.1)?,
                        Some(ac) => *coefficients |= block(&mut bits, &mut dc.1, &mut ac.1)?,
                    }
                }
            }
        }
        visit(Part::Data(bits.used()))?;
        for Coding { dc, ac, quantisation, coefficients, .. } in parts {
            for (table, huffman) in [Some(dc), ac].into_iter().flatten() {
                visit(Part::Symbols { table, seen: huffman.seen })?;
            }
            if let Some(table) = quantisation {
                visit(Part::Coefficients { table, seen: coefficients })?;
            }
        }
        Ok(bits.consumed())
    }

    /// Minimum coded units of a scan (T.81 section A.2): blocks of 8 x 8, or samples when lossless.
    fn units(&self, components: &[Component]) -> usize {
        let side = if self.lossless { 1 } else { 8 };
        let most =
            |pick: fn(&Component) -> usize| self.components.iter().map(pick).max().unwrap_or(1);
        let (across, down) = (most(|c| c.horizontal), most(|c| c.vertical));
        match components {
            [one] => {
                let columns = (self.columns * one.horizontal).div_ceil(across).div_ceil(side);
                columns * (self.rows * one.vertical).div_ceil(down).div_ceil(side)
            }
            _ => self.columns.div_ceil(side * across) * self.rows.div_ceil(side * down),
        }
    }
}

/// A lossless difference: its category, and that many bits, but none for 16 (T.81 section H.1.2.2).
fn sample(bits: &mut Bits<'_>, table: &mut Huffman) -> Result<(), CodestreamError> {
    let category = bits.symbol(table)?;
    if category == 16 { Ok(()) } else { bits.skip(category) }
}

/// A block: the DC difference, then runs of AC coefficients up to 63 (T.81 section F.1.2). Returns a bit
/// for each coefficient that is not zero.
fn block(bits: &mut Bits<'_>, dc: &mut Huffman, ac: &mut Huffman) -> Result<u64, CodestreamError> {
    let category = bits.symbol(dc)?;
    bits.skip(category)?;
    let mut coefficient = 1;
    let mut seen = 0;
    while coefficient < 64 {
        let symbol = bits.symbol(ac)?;
        let (run, size) = (symbol >> 4, symbol & 15);
        match (run, size) {
            (15, 0) => coefficient += 16,
            (_, 0) => break,
            _ => {
                let place = coefficient + u32::from(run);
                // Beyond the last there is nothing to decode with.
                seen |= 1_u64.checked_shl(place).unwrap_or(0);
                coefficient = place + 1;
                bits.skip(size)?;
            }
        }
    }
    Ok(seen)
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}
