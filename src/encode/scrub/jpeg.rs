//! JPEG (ITU-T T.81): frame and scan headers, restart intervals, the tables that a scan uses and the
//! coded data stay; the colour transform of APP14 is told anew.

use std::collections::BTreeSet;

use super::{UNCLEAR, put_segment};
use crate::codestream::{CodestreamError, Part, tables, walk_jpeg};

pub(super) fn scrub(stream: &[u8]) -> Result<Vec<u8>, CodestreamError> {
    if !stream.starts_with(&[0xFF, 0xD8]) {
        return Err(UNCLEAR);
    }
    let all = write(stream, |_| true)?;
    if all.tables == all.used.len() {
        return Ok(all.out);
    }
    // A table that no scan uses may spell anything.
    Ok(write(stream, |table| all.used.contains(&table))?.out)
}

/// What was written, and of which tables.
struct Written {
    out: Vec<u8>,
    tables: usize,
    used: BTreeSet<usize>,
}

fn write(stream: &[u8], is_kept: impl Fn(usize) -> bool) -> Result<Written, CodestreamError> {
    let mut written =
        Written { out: Vec::with_capacity(stream.len()), tables: 0, used: BTreeSet::new() };
    let mut colour = Colour::default();
    written.out.extend([0xFF, 0xD8]);
    walk_jpeg(stream, &mut |part| match part {
        Part::Segment { marker, content } => {
            if colour.looks_at(marker, content)? {
                written.segment(marker, content, &is_kept)?;
            }
            Ok(())
        }
        Part::Uses { table } => {
            written.used.insert(table);
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

impl Written {
    fn segment(
        &mut self,
        marker: u8,
        content: &[u8],
        is_kept: impl Fn(usize) -> bool,
    ) -> Result<(), CodestreamError> {
        match (marker, content) {
            // SOF0, SOF1, SOF3.
            (0xC0 | 0xC1 | 0xC3, [_, _, _, _, _, count, components @ ..])
                if components.len() == 3 * usize::from(*count) => {}
            // SOS.
            (0xDA, [count, rest @ ..]) if rest.len() == 2 * usize::from(*count) + 3 => {}
            // DRI.
            (0xDD, [_, _]) => {}
            // DHT, DQT.
            (0xC4 | 0xDB, _) => {
                let first = self.tables;
                let tables = tables(marker, content)?;
                self.tables += tables.len();
                let kept = (first..).zip(tables).filter(|(number, _)| is_kept(*number));
                let kept: Vec<&[u8]> = kept.map(|(_, table)| table).collect();
                if kept.is_empty() {
                    return Ok(());
                }
                return put_segment(&mut self.out, marker, &kept.concat());
            }
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
            (0xE0, _) => {
                self.jfif |= content.starts_with(b"JFIF\0");
                Ok(false)
            }
            // APPn and COM.
            (0xE0..=0xEF | 0xFE, _) => Ok(false),
            (0xC0 | 0xC1 | 0xC3, [_, _, _, _, _, 3, r, _, _, g, _, _, b, ..]) => {
                self.names_rgb = [*r, *g, *b] == *b"RGB";
                Ok(true)
            }
            _ => Ok(true),
        }
    }

    /// JFIF means YCbCr. Without it, components that are called R, G and B would be taken for these.
    fn check(&self) -> Result<(), CodestreamError> {
        if self.jfif && self.names_rgb && self.transform.is_none() { Err(UNCLEAR) } else { Ok(()) }
    }
}

/// APP14 of Adobe: version 100, no flags, the transform (ITU-T T.872 section 6.5.3).
fn adobe(content: &[u8]) -> [u8; 12] {
    let mut segment = *b"Adobe\0\x64\0\0\0\0\0";
    segment[11] = content.get(11).copied().unwrap_or(0);
    segment
}
