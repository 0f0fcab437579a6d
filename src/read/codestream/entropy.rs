//! A walk over the entropy-coded data of a JPEG codestream (ITU-T T.81): every coded symbol up to the
//! last must be there. A decoder invents the samples that a cut stream lacks, so nobody would see the
//! cut afterwards. Nothing is decoded but the lengths of the codes.

use super::{CUT, UNUSUAL};
use crate::read::ReadError;

/// Walks all scans of a sequential or lossless codestream.
pub(super) fn check_complete(stream: &[u8]) -> Result<(), ReadError> {
    let mut walk = Walk::default();
    let mut at = 2;
    loop {
        while stream.get(at..at + 2) == Some(&[0xFF, 0xFF]) {
            at += 1;
        }
        let Some([0xFF, marker]) = stream.get(at..at + 2) else { return Err(CUT) };
        at += 2;
        match marker {
            0xD9 if walk.components.iter().all(|component| component.scanned) => return Ok(()),
            0xD9 => return Err(CUT),
            0xD0..=0xD7 | 0x01 => {}
            _ => {
                let length = usize::from(be16(stream, at).ok_or(CUT)?);
                let segment = stream.get(at + 2..at + length).ok_or(CUT)?;
                at += length;
                walk.segment(*marker, segment)?;
                if *marker == 0xDA {
                    at += walk.scan(segment, &stream[at..])?;
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
    restart_interval: usize,
}

/// A Huffman table as the stream gives it: how many codes of each length, and their symbols.
#[derive(Clone, Copy)]
struct Definition<'a> {
    lengths: &'a [u8; 16],
    symbols: &'a [u8],
}

/// A component of the frame: identifier, sampling factors, whether its scan has been walked.
#[derive(Clone, Copy)]
struct Component {
    id: u8,
    horizontal: usize,
    vertical: usize,
    scanned: bool,
}

impl<'a> Walk<'a> {
    fn segment(&mut self, marker: u8, segment: &'a [u8]) -> Result<(), ReadError> {
        match marker {
            0xC0 | 0xC1 | 0xC3 if self.components.is_empty() => self.frame(marker == 0xC3, segment),
            // A second frame would be checked by nobody.
            0xC0 | 0xC1 | 0xC3 => Err(UNUSUAL),
            // Progressive, hierarchical and arithmetic coding have no place in these transfer syntaxes.
            0xC2 | 0xC5..=0xC7 | 0xC9..=0xCF => Err(UNUSUAL),
            0xC4 => self.huffman_tables(segment),
            0xDD => {
                self.restart_interval = usize::from(be16(segment, 0).ok_or(CUT)?);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn frame(&mut self, lossless: bool, segment: &[u8]) -> Result<(), ReadError> {
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
                scanned: false,
            })
            .collect();
        if self.components.is_empty() { Err(CUT) } else { Ok(()) }
    }

    fn huffman_tables(&mut self, mut segment: &'a [u8]) -> Result<(), ReadError> {
        while let [class_and_id, rest @ ..] = segment {
            let lengths: &[u8; 16] = rest.first_chunk().ok_or(CUT)?;
            let count: usize = lengths.iter().map(|n| usize::from(*n)).sum();
            let symbols = rest.get(16..16 + count).ok_or(CUT)?;
            let (class, id) = (usize::from(class_and_id >> 4), usize::from(class_and_id & 15));
            let slot = self.tables.get_mut(class).and_then(|tables| tables.get_mut(id));
            *slot.ok_or(UNUSUAL)? = Some(Definition { lengths, symbols });
            segment = &rest[16 + count..];
        }
        Ok(())
    }

    /// Walks one scan; returns how many bytes of entropy-coded data it has.
    fn scan(&mut self, header: &[u8], data: &[u8]) -> Result<usize, ReadError> {
        let count = usize::from(*header.first().ok_or(CUT)?);
        let entries = header.get(1..1 + 2 * count).ok_or(CUT)?;
        let mut parts = Vec::with_capacity(count);
        for entry in entries.chunks_exact(2) {
            let component = self.components.iter_mut().find(|c| c.id == entry[0]).ok_or(UNUSUAL)?;
            // Each has one scan, as nothing is progressive: there are no more scans than components.
            if std::mem::replace(&mut component.scanned, true) {
                return Err(UNUSUAL);
            }
            let table = |class: usize, id: u8| {
                let definition = self.tables[class].get(usize::from(id)).copied().flatten();
                Huffman::new(definition.ok_or(UNUSUAL)?)
            };
            let dc = table(0, entry[1] >> 4)?;
            let ac = if self.lossless { None } else { Some(table(1, entry[1] & 15)?) };
            parts.push((*component, dc, ac));
        }
        if parts.is_empty() {
            return Err(UNUSUAL);
        }
        let units = self.units(&parts.iter().map(|part| part.0).collect::<Vec<_>>());
        let mut bits = Bits::new(data);
        for unit in 0..units {
            if self.restart_interval > 0 && unit > 0 && unit % self.restart_interval == 0 {
                bits.restart()?;
            }
            for (component, dc, ac) in &parts {
                let times = if count == 1 { 1 } else { component.horizontal * component.vertical };
                for _ in 0..times {
                    match ac {
                        None => sample(&mut bits, dc)?,
                        Some(ac) => block(&mut bits, dc, ac)?,
                    }
                }
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
fn sample(bits: &mut Bits<'_>, table: &Huffman) -> Result<(), ReadError> {
    let category = bits.symbol(table)?;
    if category == 16 { Ok(()) } else { bits.skip(category) }
}

/// A block: the DC difference, then runs of AC coefficients up to 63 (T.81 section F.1.2).
fn block(bits: &mut Bits<'_>, dc: &Huffman, ac: &Huffman) -> Result<(), ReadError> {
    let category = bits.symbol(dc)?;
    bits.skip(category)?;
    let mut coefficient = 1;
    while coefficient < 64 {
        let symbol = bits.symbol(ac)?;
        let (run, size) = (symbol >> 4, symbol & 15);
        match (run, size) {
            (15, 0) => coefficient += 16,
            (_, 0) => break,
            _ => {
                coefficient += usize::from(run) + 1;
                bits.skip(size)?;
            }
        }
    }
    Ok(())
}

/// A Huffman table as (symbol, length) by the next 16 bits.
struct Huffman {
    by_bits: Vec<(u8, u8)>,
}

impl Huffman {
    fn new(definition: Definition<'_>) -> Result<Self, ReadError> {
        let Definition { lengths, symbols } = definition;
        // More codes than bits can tell apart; before anything is filled in.
        let room: u32 =
            (1_u32..).zip(lengths).map(|(n, count)| u32::from(*count) << (16 - n)).sum();
        if room > 1 << 16 {
            return Err(UNUSUAL);
        }
        let mut by_bits = Vec::with_capacity(1 << 16);
        let mut symbols = symbols.iter();
        for (length, count) in (1_u8..).zip(lengths) {
            for symbol in symbols.by_ref().take(usize::from(*count)) {
                by_bits.extend(std::iter::repeat_n((*symbol, length), 1 << (16 - length)));
            }
        }
        // Length 0: no code begins so.
        by_bits.resize(1 << 16, (0, 0));
        Ok(Self { by_bits })
    }
}

/// Entropy-coded data bit by bit, without the zeros stuffed behind FF; it ends at a marker.
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    buffer: u64,
    available: u32,
}

impl<'a> Bits<'a> {
    fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, buffer: 0, available: 0 }
    }

    fn fill(&mut self) {
        while self.available <= 48 {
            let byte = match self.data.get(self.at..) {
                Some([0xFF, 0x00, ..]) => {
                    self.at += 2;
                    0xFF
                }
                Some([0xFF, ..] | []) | None => return,
                Some([byte, ..]) => {
                    self.at += 1;
                    *byte
                }
            };
            self.buffer = self.buffer << 8 | u64::from(byte);
            self.available += 8;
        }
    }

    fn symbol(&mut self, table: &Huffman) -> Result<u8, ReadError> {
        if self.available < 16 {
            self.fill();
        }
        // Behind the last bit the table is asked with zeros; a code that needs them is a cut.
        let next = if self.available >= 16 {
            self.buffer >> (self.available - 16)
        } else {
            self.buffer << (16 - self.available)
        };
        let (symbol, length) = table.by_bits[(next & 0xFFFF) as usize];
        if length == 0 {
            return Err(CUT);
        }
        self.skip(length)?;
        Ok(symbol)
    }

    fn skip(&mut self, count: u8) -> Result<(), ReadError> {
        let count = u32::from(count);
        if self.available < count {
            self.fill();
        }
        self.available = self.available.checked_sub(count).ok_or(CUT)?;
        Ok(())
    }

    /// Steps over a restart marker.
    fn restart(&mut self) -> Result<(), ReadError> {
        self.available = 0;
        match self.data.get(self.at..self.at + 2) {
            Some([0xFF, 0xD0..=0xD7]) => {
                self.at += 2;
                Ok(())
            }
            _ => Err(CUT),
        }
    }

    /// Bytes up to the marker that ends the data; what is left before it is padding.
    fn consumed(&self) -> usize {
        let is_marker = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xFF);
        let rest = &self.data[self.at..];
        self.at + rest.windows(2).position(is_marker).unwrap_or(rest.len())
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}
