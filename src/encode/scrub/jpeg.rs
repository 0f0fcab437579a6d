//! JPEG (ITU-T T.81): frame and scan headers, restart intervals, the tables that a scan uses and the
//! coded data stay; what no scan uses of a table, JFIF and the colour transform of APP14 are told anew.

use std::collections::BTreeMap;

use super::{UNCLEAR, put_segment};
use crate::codestream::{CodestreamError, Part, tables, walk_jpeg};

pub(super) fn scrub(stream: &[u8]) -> Result<Vec<u8>, CodestreamError> {
    if !stream.starts_with(&[0xFF, 0xD8]) {
        return Err(UNCLEAR);
    }
    // Once to see what is used of which table, once to write.
    let all = write(stream, &Written::default())?;
    Ok(write(stream, &all)?.out)
}

/// What was written, what was used of which table, and whether there are three components.
#[derive(Default)]
struct Written {
    out: Vec<u8>,
    tables: usize,
    used: BTreeMap<usize, Used>,
    is_colour: bool,
}

/// What scans use of a table.
#[derive(Default)]
struct Used {
    symbols: [u64; 4],
    coefficients: u64,
}

/// Writes what stays by what is `known` of the stream.
fn write(stream: &[u8], known: &Written) -> Result<Written, CodestreamError> {
    let mut written = Written { out: Vec::with_capacity(stream.len()), ..Written::default() };
    let mut colour = Colour::default();
    written.out.extend([0xFF, 0xD8]);
    walk_jpeg(stream, &mut |part| match part {
        Part::Segment { marker, content } => {
            if colour.looks_at(marker, content)? {
                written.segment(marker, content, known)?;
            }
            Ok(())
        }
        Part::Uses { table } => {
            written.used.entry(table).or_default();
            Ok(())
        }
        Part::Symbols { table, seen } => {
            let used = written.used.entry(table).or_default();
            used.symbols.iter_mut().zip(seen).for_each(|(all, seen)| *all |= seen);
            Ok(())
        }
        Part::Coefficients { table, seen } => {
            written.used.entry(table).or_default().coefficients |= seen;
            Ok(())
        }
        Part::Data(data) => {
            written.out.extend(data);
            Ok(())
        }
        Part::Restart { marker } => {
            written.out.extend([0xFF, marker]);
            Ok(())
        }
    })?;
    colour.check()?;
    written.out.extend([0xFF, 0xD9]);
    Ok(written)
}

impl Used {
    /// The table with all that is not used told anew: it may spell anything.
    fn table(&self, marker: u8, table: &[u8]) -> Vec<u8> {
        let (&class_and_id, content) = table.split_first().unwrap_or((&0, &[]));
        let mut out = vec![class_and_id];
        if marker == 0xDB {
            let width = 1 + usize::from(class_and_id >> 4);
            for (place, step) in content.chunks(width).enumerate() {
                let is_used = self.coefficients >> place & 1 == 1;
                out.extend(if is_used { step } else { &[0, 1][2 - width..] });
            }
            return out;
        }
        let (lengths, symbols) = content.split_at(content.len().min(16));
        out.extend(lengths);
        let is_used = |symbol: u8| self.symbols[usize::from(symbol >> 6)] >> (symbol & 63) & 1 == 1;
        let mut others = (0..=255_u8).filter(|symbol| !is_used(*symbol));
        for symbol in symbols {
            let other = if is_used(*symbol) { None } else { others.next() };
            out.push(other.unwrap_or(*symbol));
        }
        out
    }
}

impl Written {
    fn segment(&mut self, marker: u8, content: &[u8], known: &Self) -> Result<(), CodestreamError> {
        match (marker, content) {
            // SOF0, SOF1, SOF3.
            (0xC0 | 0xC1 | 0xC3, [_, _, _, _, _, count, components @ ..])
                if components.len() == 3 * usize::from(*count) =>
            {
                self.is_colour = *count == 3;
            }
            // SOS.
            (0xDA, [count, rest @ ..]) if rest.len() == 2 * usize::from(*count) + 3 => {}
            // DRI.
            (0xDD, [_, _]) => {}
            // DHT, DQT.
            (0xC4 | 0xDB, _) => {
                let first = self.tables;
                let tables = tables(marker, content)?;
                self.tables += tables.len();
                let kept = (first..).zip(tables).filter_map(|(number, table)| {
                    Some(known.used.get(&number)?.table(marker, table))
                });
                let kept: Vec<Vec<u8>> = kept.collect();
                if kept.is_empty() {
                    return Ok(());
                }
                return put_segment(&mut self.out, marker, &kept.concat());
            }
            (0xE0, _) if known.is_colour => return put_segment(&mut self.out, marker, JFIF),
            (0xE0, _) => return Ok(()),
            (0xEE, _) => return put_segment(&mut self.out, marker, &adobe(content)),
            _ => return Err(UNCLEAR),
        }
        put_segment(&mut self.out, marker, content)
    }
}

/// What a codestream says about its colours beside the data set; some decoders act on it.
#[derive(Default)]
struct Colour {
    transform: Option<u8>,
    jfif: bool,
    names_rgb: bool,
}

impl Colour {
    /// Whether the segment stays.
    fn looks_at(&mut self, marker: u8, content: &[u8]) -> Result<bool, CodestreamError> {
        match (marker, content) {
            (0xEE, [b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..]) => {
                let is_first = self.transform.is_none();
                if *transform > 2 || *self.transform.get_or_insert(*transform) != *transform {
                    return Err(UNCLEAR);
                }
                Ok(is_first)
            }
            // Readers that see it take three components for YCbCr, whatever else is said.
            (0xE0, [b'J', b'F', b'I', b'F', 0, ..]) => Ok(!std::mem::replace(&mut self.jfif, true)),
            // APPn and COM.
            (0xE0..=0xEF | 0xFE, _) => Ok(false),
            (0xC0 | 0xC1 | 0xC3, [_, _, _, _, _, 3, r, _, _, g, _, _, b, ..]) => {
                self.names_rgb = [*r, *g, *b] == *b"RGB";
                Ok(true)
            }
            _ => Ok(true),
        }
    }

    /// JFIF means YCbCr, and components that are called R, G and B contradict it.
    fn check(&self) -> Result<(), CodestreamError> {
        if self.jfif && self.names_rgb && self.transform.is_none() { Err(UNCLEAR) } else { Ok(()) }
    }
}

/// APP0 of JFIF (ITU-T T.871 section 10.1): version 1.2, no unit, pixels as wide as high, no thumbnail.
const JFIF: &[u8] = b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0";

/// APP14 of Adobe: version 100, no flags, the transform (ITU-T T.872 section 6.5.3).
fn adobe(content: &[u8]) -> [u8; 12] {
    let mut segment = *b"Adobe\0\x64\0\0\0\0\0";
    segment[11] = content.get(11).copied().unwrap_or(0);
    segment
}
