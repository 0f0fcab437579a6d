//! JPEG 2000 and HTJ2K (ITU-T T.800 annex A, T.814): the marker segments that a decoder needs stay,
//! once, of the length that it must have, and only where some component goes by them; lengths of
//! tile-parts are told anew, those of packets not at all. Packets are not opened.

use std::collections::{BTreeMap, BTreeSet};

use super::{UNCLEAR, put_segment};
use crate::codestream::{CodestreamError, Jpeg2000Part as Part, walk_jpeg_2000};
use crate::image::ImagePixel;
use crate::numbers::{be16, be32};

const CAP: u8 = 0x50;
const SIZ: u8 = 0x51;
const COD: u8 = 0x52;
const COC: u8 = 0x53;
const TLM: u8 = 0x55;
const PLT: u8 = 0x58;
const QCD: u8 = 0x5C;
const QCC: u8 = 0x5D;
const RGN: u8 = 0x5E;
const CRG: u8 = 0x63;
const COM: u8 = 0x64;

/// Pcap of HTJ2K: part 15 and no other part (ITU-T T.814 annex A).
const PART_15: u32 = 1 << (32 - 15);

pub(super) fn scrub(stream: &[u8], image: &ImagePixel) -> Result<Vec<u8>, CodestreamError> {
    if !stream.starts_with(&[0xFF, 0x4F, 0xFF, SIZ]) {
        return Err(UNCLEAR);
    }
    let mut scrub = Scrub { out: Vec::with_capacity(stream.len()), ..Scrub::default() };
    scrub.out.extend([0xFF, 0x4F]);
    walk_jpeg_2000(stream, image, &mut |part| match part {
        Part::Segment { marker, content } => scrub.segment(marker, content),
        Part::Start(sot) => scrub.start(sot),
        Part::Packets(packets) => scrub.packets(packets),
    })?;
    scrub.finish()
}

#[derive(Default)]
struct Scrub {
    out: Vec<u8>,
    /// Number of components, of SIZ.
    components: u16,
    /// Coding styles and quantisations of the main header: of a component, or of those that have none of
    /// their own.
    codings: Own,
    quantisations: Own,
    /// Where the tile-part begins in `out`; `None` outside of one.
    start: Option<usize>,
    /// Markers of the header and the components that they are for.
    met: BTreeSet<(u8, Option<u16>)>,
    /// Tile and length of each tile-part, and where `out` holds the entries that repeat them.
    parts: Vec<(u8, u8, u32)>,
    entries: Vec<Entry>,
}

/// What components go by.
type Own = BTreeMap<Option<u16>, Vec<u8>>;

fn of_component(own: &Own, component: u16) -> Option<&Vec<u8>> {
    own.get(&Some(component)).or_else(|| own.get(&None))
}

/// An entry of TLM (T.800 section A.7.1): where it stands, the widths of its two numbers.
struct Entry {
    at: usize,
    tile: usize,
    length: usize,
}

impl Scrub {
    fn segment(&mut self, marker: u8, content: &[u8]) -> Result<(), CodestreamError> {
        let is_in_main_header = self.start.is_none() && self.parts.is_empty();
        // Lengths of packets may spell anything, and no decoder needs them.
        if marker == COM || marker == CRG || marker == PLT && self.start.is_some() {
            return Ok(());
        }
        if !is_in_main_header && self.start.is_none() {
            // Between two tile-parts.
            return Err(UNCLEAR);
        }
        let component = match marker {
            COC | QCC | RGN => Some(self.component(content).ok_or(UNCLEAR)?),
            _ => None,
        };
        // TLM may be cut into pieces.
        if marker != TLM && !self.met.insert((marker, component)) {
            return Err(UNCLEAR);
        }
        let content_of_component = content.get(self.index_width()..).unwrap_or_default();
        let is_sound = match marker {
            SIZ if self.components == 0 && content.len() >= 36 => {
                self.components = be16(content, 34);
                content.len() == 36 + 3 * usize::from(self.components)
            }
            CAP if is_in_main_header => content.len() == 6 && be32(content, 0) == PART_15,
            // In a tile-part they take the place of those of the main header, or repeat them.
            COC | QCC if !is_in_main_header => {
                let own = if marker == COC { &self.codings } else { &self.quantisations };
                let known = component.and_then(|component| of_component(own, component));
                let is_repeated = known.is_some_and(|known| known == content_of_component);
                return if is_repeated { Ok(()) } else { Err(UNCLEAR) };
            }
            COD | QCD if !is_in_main_header => false,
            COD if content.len() >= 5 => {
                // SOP and EPH are said for all components alike.
                let coding = [&[content[0] & 1], &content[5..]].concat();
                self.codings.insert(None, coding);
                true
            }
            COC => self.codings.insert(component, content_of_component.to_vec()).is_none(),
            QCD => self.quantisations.insert(None, content.to_vec()).is_none(),
            QCC => self.quantisations.insert(component, content_of_component.to_vec()).is_none(),
            RGN => content_of_component.len() == 2,
            TLM if is_in_main_header => self.tile_part_lengths(content),
            _ => false,
        };
        if is_sound { put_segment(&mut self.out, marker, content) } else { Err(UNCLEAR) }
    }

    /// Bytes of a component's index (section A.6.2).
    fn index_width(&self) -> usize {
        if self.components < 257 { 1 } else { 2 }
    }

    /// The component that a segment is for.
    fn component(&self, content: &[u8]) -> Option<u16> {
        let index = content.get(..self.index_width())?;
        let index = index.iter().fold(0, |index, byte| index << 8 | u16::from(*byte));
        (index < self.components).then_some(index)
    }

    /// Whether each segment is gone by, and holds what it must and no more.
    fn is_consistent(&self) -> bool {
        let components = usize::from(self.components);
        // With one of its own for each component nobody goes by the one for all.
        let are_used =
            [&self.codings, &self.quantisations].iter().all(|own| own.len() <= components);
        let is_sound = |component| {
            let coding = of_component(&self.codings, component)?;
            let levels = levels(coding)?;
            let quantisation = of_component(&self.quantisations, component)?;
            steps(quantisation, levels).then_some(())
        };
        are_used && (0..self.components).all(|component| is_sound(component).is_some())
    }

    /// Notes where the entries stand.
    fn tile_part_lengths(&mut self, content: &[u8]) -> bool {
        let [_, sizes, entries @ ..] = content else { return false };
        let tile = usize::from(sizes >> 4 & 3);
        let length = if sizes >> 6 & 1 == 1 { 4 } else { 2 };
        // Behind marker, length, index and sizes.
        let first = self.out.len() + 6;
        let count = entries.len() / (tile + length);
        let places = (0..count).map(|n| Entry { at: first + n * (tile + length), tile, length });
        self.entries.extend(places);
        tile < 3 && sizes & 0x8F == 0 && entries.len().is_multiple_of(tile + length)
    }

    fn start(&mut self, sot: &[u8; 12]) -> Result<(), CodestreamError> {
        // Lsot is 10 (section A.4.2).
        if be16(sot, 2) != 10 || !self.is_consistent() {
            return Err(UNCLEAR);
        }
        self.start = Some(self.out.len());
        self.met.clear();
        self.out.extend(sot);
        Ok(())
    }

    fn packets(&mut self, packets: &[u8]) -> Result<(), CodestreamError> {
        let start = self.start.take().ok_or(UNCLEAR)?;
        self.out.extend([0xFF, 0x93]);
        self.out.extend(packets);
        let length = u32::try_from(self.out.len() - start).map_err(|_| UNCLEAR)?;
        let sot = &mut self.out[start..start + 12];
        if be32(sot, 6) != 0 {
            sot[6..10].copy_from_slice(&length.to_be_bytes());
        } else if packets.windows(2).any(|pair| pair == [0xFF, 0xD9]) {
            // The tile-part goes on to EOC, and there are two.
            return Err(UNCLEAR);
        }
        self.parts.push((sot[4], sot[5], length));
        Ok(())
    }

    /// Rewrites TLM and ends the stream with EOC.
    fn finish(mut self) -> Result<Vec<u8>, CodestreamError> {
        if !self.entries.is_empty() && self.entries.len() != self.parts.len() {
            return Err(UNCLEAR);
        }
        for (entry, (high, low, length)) in self.entries.iter().zip(&self.parts) {
            let place = &mut self.out[entry.at..][..entry.tile + entry.length];
            let (tile, place) = place.split_at_mut(entry.tile);
            match tile {
                [one] if *high == 0 => *one = *low,
                [one, two] => (*one, *two) = (*high, *low),
                [] => {}
                _ => return Err(UNCLEAR),
            }
            let length = length.to_be_bytes();
            let (over, length) = length.split_at(4 - entry.length);
            if over.iter().any(|byte| *byte != 0) {
                return Err(UNCLEAR);
            }
            place.copy_from_slice(length);
        }
        self.out.extend([0xFF, 0xD9]);
        Ok(self.out)
    }
}

/// The levels of a coding: style, levels, block sizes, block style and transformation, then precincts if
/// there are any (section A.6.1).
fn levels(coding: &[u8]) -> Option<usize> {
    let [style, levels, _, _, _, _, precincts @ ..] = coding else { return None };
    let levels = usize::from(*levels);
    (precincts.len() == if style & 1 == 1 { levels + 1 } else { 0 }).then_some(levels)
}

/// Whether a quantisation has one step of 8 or 16 bits for each sub-band, or one for all (section A.6.4).
fn steps(quantisation: &[u8], levels: usize) -> bool {
    let Some((style, steps)) = quantisation.split_first() else { return false };
    match style & 0x1F {
        0 => steps.len() == 3 * levels + 1,
        1 => steps.len() == 2,
        _ => steps.len() == 2 * (3 * levels + 1),
    }
}
