//! One pass over a codestream from SOI to EOI: it is written with its areas masked, and the symbols that
//! its Huffman tables lack are noted.

use super::additions::{Additions, Codes, appended};
use super::cells::Cells;
use super::frame::{Component, Frame};
use super::scan::{self, Coding, Table, Target};
use super::writer::Writer;
use super::{Masked, NO_BLACK, NOT_SEQUENTIAL, OUT_OF_RANGE, Request, black};
use crate::codestream::bits::Huffman;
use crate::codestream::entropy::Definition;
use crate::codestream::parts::{marker_at, segment_at, tables};
use crate::codestream::{CUT, CodestreamError, UNUSUAL};

/// What a pass has written.
pub(super) struct Written {
    pub(super) masked: Masked,
    pub(super) missing: Additions,
}

/// Writes the stream with symbols appended to its tables.
pub(super) fn write(
    stream: &[u8],
    request: Request<'_>,
    additions: &Additions,
) -> Result<Written, CodestreamError> {
    if !stream.starts_with(&[0xFF, 0xD8]) {
        return Err(CUT);
    }
    let mut pass = Pass::new(stream.len(), request, additions);
    let mut at = 2;
    loop {
        let (marker, next) = marker_at(stream, at)?;
        at = next;
        match marker {
            0xD9 => return pass.finish(),
            // Those that stand alone say nothing between segments.
            0xD0..=0xD7 | 0x01 => {}
            0xD8 => return Err(UNUSUAL),
            _ => {
                let content = segment_at(stream, at)?;
                at += 2 + content.len();
                pass.segment(marker, content)?;
                if marker == 0xDA {
                    at += pass.scan(content, &stream[at..])?;
                }
            }
        }
    }
}

struct Pass<'a, 'r> {
    length: usize,
    request: Request<'r>,
    additions: &'r Additions,
    frame: Option<(Frame, Cells)>,
    /// DC tables, then AC tables.
    tables: [[Option<Definition<'a>>; 4]; 2],
    /// Huffman tables that were defined so far.
    defined: usize,
    /// The quantisation step of the DC coefficient, by table.
    steps: [Option<u16>; 4],
    restart_interval: usize,
    out: Writer,
    missing: Additions,
}

impl<'a, 'r> Pass<'a, 'r> {
    fn new(length: usize, request: Request<'r>, additions: &'r Additions) -> Self {
        let mut out = Writer::with_capacity(length + 64);
        out.marker(0xD8);
        Self {
            length,
            request,
            additions,
            frame: None,
            tables: [[None; 4]; 2],
            defined: 0,
            steps: [None; 4],
            restart_interval: 0,
            out,
            missing: Additions::new(),
        }
    }

    fn segment(&mut self, marker: u8, content: &'a [u8]) -> Result<(), CodestreamError> {
        match marker {
            0xC0 | 0xC1 => self.start(content)?,
            0xC4 => return self.huffman(content),
            // Other frames, arithmetic conditioning, DNL, hierarchical frames.
            0xC2..=0xCF | 0xDC | 0xDE | 0xDF => return Err(NOT_SEQUENTIAL),
            0xDB => self.quantisation(content)?,
            0xDD => {
                let interval = content.first_chunk().ok_or(CUT)?;
                self.restart_interval = usize::from(u16::from_be_bytes(*interval));
            }
            _ => {}
        }
        self.out.segment(marker, content)
    }

    fn start(&mut self, content: &[u8]) -> Result<(), CodestreamError> {
        let frame = Frame::new(content)?;
        if self.frame.is_some() || frame.components.len() != self.request.black.len() {
            return Err(UNUSUAL);
        }
        // A block has two codes at the least: before anything is made by what the header says.
        let (across, down) = frame.units();
        if across * down > self.length.saturating_mul(4) {
            return Err(CUT);
        }
        let cells = Cells::new(&frame, self.request.rectangles);
        self.frame = Some((frame, cells));
        Ok(())
    }

    fn quantisation(&mut self, content: &[u8]) -> Result<(), CodestreamError> {
        for table in tables(0xDB, content)? {
            let [precision_and_id, steps @ ..] = table else { return Err(CUT) };
            let step = match (precision_and_id >> 4, steps) {
                (0, [step, ..]) => u16::from(*step),
                (_, [high, low, ..]) => u16::from_be_bytes([*high, *low]),
                _ => return Err(CUT),
            };
            let slot = self.steps.get_mut(usize::from(precision_and_id & 15));
            *slot.ok_or(UNUSUAL)? = Some(step);
        }
        Ok(())
    }

    /// Copies a DHT segment, with what is appended to its tables.
    fn huffman(&mut self, content: &'a [u8]) -> Result<(), CodestreamError> {
        let mut copy = Vec::with_capacity(content.len());
        for table in tables(0xC4, content)? {
            let [class_and_id, rest @ ..] = table else { return Err(CUT) };
            let (lengths, symbols) = rest.split_first_chunk().ok_or(CUT)?;
            let number = self.defined;
            self.defined += 1;
            let (class, id) = (usize::from(class_and_id >> 4), usize::from(class_and_id & 15));
            let slot = self.tables.get_mut(class).and_then(|tables| tables.get_mut(id));
            *slot.ok_or(UNUSUAL)? = Some(Definition { lengths, symbols, number });
            copy.push(*class_and_id);
            if let Some(more) = self.additions.get(&number) {
                let (lengths, symbols) = appended(lengths, symbols, more)?;
                copy.extend(lengths);
                copy.extend(symbols);
            } else {
                copy.extend(rest);
            }
        }
        self.out.segment(0xC4, &copy)
    }

    /// Writes one scan; returns how many bytes of entropy-coded data it has.
    fn scan(&mut self, header: &[u8], data: &'a [u8]) -> Result<usize, CodestreamError> {
        let (count, rest) = header.split_first().ok_or(CUT)?;
        let (entries, parameters) = rest.split_at_checked(2 * usize::from(*count)).ok_or(CUT)?;
        if parameters != [0, 63, 0] {
            return Err(NOT_SEQUENTIAL);
        }
        let mut parts = Vec::new();
        for entry in entries.chunks_exact(2) {
            parts.push(self.part(entry[0], entry[1])?);
        }
        let (frame, cells) = self.frame.as_ref().ok_or(UNUSUAL)?;
        let components: Vec<Component> = parts.iter().map(|part| part.component).collect();
        if components.is_empty() {
            return Err(UNUSUAL);
        }
        let most = if frame.precision == 8 { 11 } else { 15 };
        let mut target = Target { out: &mut self.out, missing: &mut self.missing, most };
        let units = frame.units_of(&components);
        let bits = scan::write(data, &mut parts, units, self.restart_interval, cells, &mut target)?;
        Ok(bits.consumed())
    }

    /// A component of a scan with its tables.
    fn part(&mut self, id: u8, ids_of_tables: u8) -> Result<Coding, CodestreamError> {
        let dc = self.table(0, ids_of_tables >> 4)?;
        let ac = self.table(1, ids_of_tables & 15)?;
        let (frame, _) = self.frame.as_mut().ok_or(UNUSUAL)?;
        let at = frame.components.iter().position(|c| c.id == id).ok_or(UNUSUAL)?;
        let component = &mut frame.components[at];
        // Each has one scan, as nothing is progressive.
        if std::mem::replace(&mut component.scanned, true) {
            return Err(UNUSUAL);
        }
        let component = *component;
        let step = self.steps.get(component.quantisation).copied().flatten().ok_or(UNUSUAL)?;
        let sample = self.request.black.get(at).copied().ok_or(NO_BLACK)?;
        let black = black::quantised(sample, step, frame.precision)?;
        if i16::try_from(black).is_err() {
            return Err(OUT_OF_RANGE);
        }
        let blocks_of_cell = frame.blocks_of_cell(&component);
        Ok(Coding { component, blocks_of_cell, dc, ac, black, came: 0, written: 0 })
    }

    fn table(&self, class: usize, id: u8) -> Result<Table, CodestreamError> {
        let definition = self.tables[class].get(usize::from(id)).copied().flatten();
        let definition = definition.ok_or(UNUSUAL)?;
        let Definition { lengths, symbols, number } = definition;
        // It asks first whether there are more codes than bits can tell apart.
        let reads = Huffman::new(definition)?;
        let writes = match self.additions.get(&number) {
            Some(more) => {
                let (lengths, symbols) = appended(lengths, symbols, more)?;
                Codes::new(&lengths, &symbols)
            }
            None => Codes::new(lengths, symbols),
        };
        Ok(Table { number, reads, writes })
    }

    fn finish(mut self) -> Result<Written, CodestreamError> {
        let (frame, cells) = self.frame.ok_or(UNUSUAL)?;
        if !frame.components.iter().all(|component| component.scanned) {
            return Err(CUT);
        }
        self.out.marker(0xD9);
        let masked = Masked { stream: self.out.finish(), covered: cells.covered() };
        Ok(Written { masked, missing: self.missing })
    }
}
