//! A codestream taken apart: segments, the frame header, scans with the tables that they use (ITU-T T.81
//! annex B).

use super::UNREADABLE;
use super::bits::Table;
use crate::codestream::CodestreamError;

/// What the frame header says.
pub(super) struct Header {
    pub(super) precision: u8,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) largest: (usize, usize),
    pub(super) components: Vec<Named>,
}

/// A component of the frame.
#[derive(Clone, Copy)]
pub(super) struct Named {
    id: u8,
    pub(super) sampling: (usize, usize),
    quantisation: u8,
}

/// A component of a scan.
pub(super) struct Part {
    /// Its place in the frame.
    pub(super) component: usize,
    /// Blocks of a unit across and down.
    pub(super) blocks: (usize, usize),
    pub(super) dc: Table,
    pub(super) ac: Table,
    /// The quantisation step of the DC coefficient.
    pub(super) step: u16,
}

/// A scan with its entropy-coded data.
pub(super) struct Scan<'a> {
    pub(super) parts: Vec<Part>,
    pub(super) units: (usize, usize),
    pub(super) restart_interval: usize,
    pub(super) data: &'a [u8],
}

/// A whole codestream.
pub(super) struct Stream<'a> {
    pub(super) header: Header,
    /// Markers and what stands in their segments; nothing for Huffman tables.
    pub(super) segments: Vec<(u8, &'a [u8])>,
    pub(super) scans: Vec<Scan<'a>>,
    /// Where the stream ends.
    pub(super) end: usize,
}

/// What the segments have set so far.
#[derive(Default)]
struct State<'a> {
    header: Option<Header>,
    huffman: [[Option<&'a [u8]>; 4]; 2],
    steps: [Option<u16>; 4],
    restart_interval: usize,
}

impl<'a> Stream<'a> {
    pub(super) fn parse(stream: &'a [u8]) -> Result<Self, CodestreamError> {
        let mut state = State::default();
        let (mut segments, mut scans) = (Vec::new(), Vec::new());
        let mut rest = stream.strip_prefix(&[0xFF, 0xD8]).ok_or(UNREADABLE)?;
        loop {
            let [0xFF, marker, behind @ ..] = rest else { return Err(UNREADABLE) };
            match marker {
                0xFF => rest = &rest[1..],
                0xD0..=0xD7 | 0x01 => rest = behind,
                0xD9 => {
                    let header = state.header.ok_or(UNREADABLE)?;
                    return Ok(Self { header, segments, scans, end: stream.len() - behind.len() });
                }
                _ => {
                    let (length, _) = behind.split_first_chunk().ok_or(UNREADABLE)?;
                    let length = usize::from(u16::from_be_bytes(*length));
                    let content = behind.get(2..length).ok_or(UNREADABLE)?;
                    rest = &behind[length..];
                    segments.push((*marker, if *marker == 0xC4 { &[] } else { content }));
                    if *marker == 0xDA {
                        let data;
                        (data, rest) = rest.split_at(data_length(rest));
                        scans.push(state.scan(content, data)?);
                    } else {
                        state.segment(*marker, content)?;
                    }
                }
            }
        }
    }
}

/// The bytes up to a marker that is none of restart.
fn data_length(bytes: &[u8]) -> usize {
    let ends = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xD0..=0xD7);
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

impl<'a> State<'a> {
    fn segment(&mut self, marker: u8, mut content: &'a [u8]) -> Result<(), CodestreamError> {
        match (marker, content) {
            (0xC0 | 0xC1, _) => self.header = Some(Header::parse(content)?),
            (0xC4, _) => {
                while let [class_and_id, table @ ..] = content {
                    let symbols: usize = table.iter().take(16).map(|n| usize::from(*n)).sum();
                    let table = table.get(..16 + symbols).ok_or(UNREADABLE)?;
                    let class = self.huffman.get_mut(usize::from(class_and_id >> 4));
                    let slot = class.and_then(|c| c.get_mut(usize::from(class_and_id & 15)));
                    *slot.ok_or(UNREADABLE)? = Some(table);
                    content = &content[1 + table.len()..];
                }
            }
            (0xDB, _) => {
                while let [precision_and_id, steps @ ..] = content {
                    let is_wide = precision_and_id >> 4 != 0;
                    let steps = steps.get(..if is_wide { 128 } else { 64 }).ok_or(UNREADABLE)?;
                    let slot = self.steps.get_mut(usize::from(precision_and_id & 15));
                    *slot.ok_or(UNREADABLE)? = Some(if is_wide {
                        u16::from(steps[0]) << 8 | u16::from(steps[1])
                    } else {
                        u16::from(steps[0])
                    });
                    content = &content[1 + steps.len()..];
                }
            }
            (0xDD, [high, low, ..]) => {
                self.restart_interval = usize::from(*high) << 8 | usize::from(*low);
            }
            (0xC2..=0xCF, _) => return Err(UNREADABLE),
            _ => {}
        }
        Ok(())
    }

    fn scan(&self, content: &[u8], data: &'a [u8]) -> Result<Scan<'a>, CodestreamError> {
        let header = self.header.as_ref().ok_or(UNREADABLE)?;
        let [count, entries @ .., _, _, _] = content else { return Err(UNREADABLE) };
        if *count == 0 || entries.len() != 2 * usize::from(*count) {
            return Err(UNREADABLE);
        }
        let is_alone = *count == 1;
        let mut parts = Vec::new();
        for entry in entries.chunks_exact(2) {
            let at = header.components.iter().position(|c| c.id == entry[0]).ok_or(UNREADABLE)?;
            let component = header.components[at];
            let step = self.steps.get(usize::from(component.quantisation)).copied().flatten();
            parts.push(Part {
                component: at,
                blocks: if is_alone { (1, 1) } else { component.sampling },
                dc: self.table(0, entry[1] >> 4)?,
                ac: self.table(1, entry[1] & 15)?,
                step: step.ok_or(UNREADABLE)?,
            });
        }
        let units = |side: usize, largest: usize, factor: usize| {
            if is_alone {
                (side * factor).div_ceil(largest).div_ceil(8)
            } else {
                side.div_ceil(8 * largest)
            }
        };
        let first = header.components[parts[0].component].sampling;
        let units = (
            units(header.columns, header.largest.0, first.0),
            units(header.rows, header.largest.1, first.1),
        );
        Ok(Scan { parts, units, restart_interval: self.restart_interval, data })
    }

    fn table(&self, class: usize, id: u8) -> Result<Table, CodestreamError> {
        let table = self.huffman[class].get(usize::from(id)).copied().flatten();
        let (lengths, symbols) = table.and_then(<[u8]>::split_first_chunk).ok_or(UNREADABLE)?;
        Ok(Table::new(lengths, symbols))
    }
}

impl Header {
    fn parse(content: &[u8]) -> Result<Self, CodestreamError> {
        let [precision, h1, h2, w1, w2, count, entries @ ..] = content else {
            return Err(UNREADABLE);
        };
        let mut components: Vec<Named> = entries
            .chunks_exact(3)
            .map(|entry| Named {
                id: entry[0],
                sampling: (usize::from(entry[1] >> 4), usize::from(entry[1] & 15)),
                quantisation: entry[2],
            })
            .collect();
        if let [alone] = components.as_mut_slice() {
            alone.sampling = (1, 1);
        }
        let most = |pick: fn(&Named) -> usize| components.iter().map(pick).max().unwrap_or(0);
        let largest = (most(|c| c.sampling.0), most(|c| c.sampling.1));
        let least = components.iter().map(|c| c.sampling.0.min(c.sampling.1)).min();
        let (rows, columns) =
            (usize::from(*h1) << 8 | usize::from(*h2), usize::from(*w1) << 8 | usize::from(*w2));
        let is_sound = entries.len() == 3 * usize::from(*count)
            && least.is_some_and(|n| n > 0)
            && rows.min(columns) > 0
            && matches!(precision, 8 | 12);
        if !is_sound {
            return Err(UNREADABLE);
        }
        Ok(Self { precision: *precision, rows, columns, largest, components })
    }
}
