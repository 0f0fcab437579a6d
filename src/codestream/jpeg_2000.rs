//! JPEG 2000 and HTJ2K (ITU-T T.800 annex A, T.814): the main header, then every tile-part header and
//! the lengths that lead from one to the next, up to EOC. Packets are not opened.

use super::{CUT, CodestreamError, Frame, UNUSUAL, reaches_its_end};
use crate::image::{ImagePixel, SampleType};
use crate::numbers::{be16, be32};

const SIZ: u8 = 0x51;
const COD: u8 = 0x52;
const COC: u8 = 0x53;
const SOT: u8 = 0x90;
const SOD: u8 = 0x93;
const EOC: u8 = 0xD9;

/// A decoder keeps the parameters of every tile, 10 kB of them.
const MOST_TILES: u64 = 16_384;
/// A decoder keeps the state of every code block and precinct.
const MOST_BLOCKS_OF_ANY: u64 = 1 << 16;
const SAMPLES_PER_BLOCK: u64 = 64;
/// A decoder marks each packet of a tile as seen.
const MOST_PACKETS: u64 = 1 << 25;

pub(super) fn check(stream: &[u8], image: &ImagePixel) -> Result<(), CodestreamError> {
    walk(stream, image, &mut |_| Ok(()))?;
    if reaches_its_end(stream) { Ok(()) } else { Err(CUT) }
}

/// Whether the main header says that samples were transformed irreversibly (section A.6.1): something has
/// been lost for certain.
pub(crate) fn is_irreversible(stream: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xFF, marker, high, low]) = stream.get(at..at + 4) {
        if *marker == SOT {
            return false;
        }
        // Behind Lcod: Scod, four bytes of SGcod, four of SPcod, the transformation.
        if *marker == COD {
            return stream.get(at + 4 + 9) == Some(&0);
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    false
}

/// A part of a codestream between SOC and EOC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// A marker segment of the main header or of a tile-part header: its marker and what follows its
    /// length.
    Segment { marker: u8, content: &'a [u8] },
    /// A tile-part begins: SOT, its length and its content (section A.4.2).
    Start(&'a [u8; 12]),
    /// The packets of a tile-part, behind SOD.
    Packets(&'a [u8]),
}

type Visit<'a, 'v> = &'v mut dyn FnMut(Part<'a>) -> Result<(), CodestreamError>;

/// Walks a codestream from SOC to EOC and shows its parts to `visit`.
pub(crate) fn walk<'a>(
    stream: &'a [u8],
    image: &ImagePixel,
    visit: Visit<'a, '_>,
) -> Result<(), CodestreamError> {
    let mut walk = Walk::open(stream, image, visit)?;
    while walk.part(stream, visit)? {}
    if walk.seen.iter().all(|seen| *seen) { Ok(()) } else { Err(CUT) }
}

/// Where the walk is and what SIZ (section A.5.1) has said.
struct Walk {
    at: usize,
    /// Whether a part of the tile has been met.
    seen: Vec<bool>,
    tile_width: u64,
    tile_height: u64,
    components: u64,
    /// The most of each that any part of the stream asks for.
    layers: u64,
    precincts: u64,
}

impl Walk {
    fn open<'a>(
        stream: &'a [u8],
        image: &ImagePixel,
        visit: Visit<'a, '_>,
    ) -> Result<Self, CodestreamError> {
        let length = usize::from(be16(stream.get(4..6).ok_or(CUT)?, 0));
        let siz = stream.get(4..4 + length).filter(|siz| siz.len() >= 41).ok_or(CUT)?;
        let (width, height) = (be32(siz, 4), be32(siz, 8));
        let (x_offset, y_offset) = (be32(siz, 12), be32(siz, 16));
        let (tile_width, tile_height) = (be32(siz, 20), be32(siz, 24));
        let frame = Frame {
            rows: height.checked_sub(y_offset).ok_or(CUT)?,
            columns: width.checked_sub(x_offset).ok_or(CUT)?,
            components: be16(siz, 36),
            precision: u16::from(siz[38] & 0x7F) + 1,
        };
        frame.agrees_with(image)?;
        components(&siz[38..], &frame, image)?;
        if tile_width == 0 || tile_height == 0 {
            return Err(TILES);
        }
        let tiles = u64::from(width.div_ceil(tile_width)) * u64::from(height.div_ceil(tile_height));
        if tiles > MOST_TILES {
            return Err(TILES);
        }
        visit(Part::Segment { marker: SIZ, content: &siz[2..] })?;
        Ok(Self {
            at: 4 + length,
            seen: vec![false; tiles as usize],
            tile_width: u64::from(tile_width.min(width)),
            tile_height: u64::from(tile_height.min(height)),
            components: u64::from(frame.components),
            layers: 1,
            precincts: 1,
        })
    }

    /// Walks to the end of the next tile-part; false at EOC.
    fn part<'a>(
        &mut self,
        stream: &'a [u8],
        visit: Visit<'a, '_>,
    ) -> Result<bool, CodestreamError> {
        // The main header, before the first part.
        let marker = self.segments(stream, |marker| matches!(marker, SOT | EOC), visit)?;
        if marker == EOC {
            return Ok(false);
        }
        let start = self.at;
        let sot = stream.get(start..).and_then(<[u8]>::first_chunk).ok_or(CUT)?;
        let tile = usize::from(be16(sot, 4));
        *self.seen.get_mut(tile).ok_or(TILES)? = true;
        let length = be32(sot, 6) as usize;
        self.at += 12;
        visit(Part::Start(sot))?;
        self.segments(stream, |marker| marker == SOD, visit)?;
        // No length: the part goes on to EOC.
        let end = if length == 0 { last_marker(stream)? } else { start + length };
        if end < self.at + 2 || end > stream.len() {
            return Err(CUT);
        }
        visit(Part::Packets(&stream[self.at + 2..end]))?;
        self.at = end;
        Ok(true)
    }

    /// Steps over marker segments up to one that `ends` the walk, and returns it.
    fn segments<'a>(
        &mut self,
        stream: &'a [u8],
        ends: fn(u8) -> bool,
        visit: Visit<'a, '_>,
    ) -> Result<u8, CodestreamError> {
        loop {
            let Some([0xFF, marker]) = stream.get(self.at..self.at + 2) else { return Err(CUT) };
            if ends(*marker) {
                return Ok(*marker);
            }
            if matches!(*marker, SOT | SOD | EOC) {
                return Err(CUT);
            }
            let length = usize::from(be16(stream.get(self.at + 2..self.at + 4).ok_or(CUT)?, 0));
            let segment = stream.get(self.at + 4..self.at + 2 + length).ok_or(CUT)?;
            match *marker {
                // Style, progression, layers, colour transformation, then how components are coded.
                COD => {
                    let [_, _, layers @ .., _] = segment.get(..5).ok_or(CUT)? else {
                        return Err(CUT);
                    };
                    let has_precincts = segment[0] & 1 == 1;
                    self.layers = self.layers.max(u64::from(be16(layers, 0)));
                    self.coding(has_precincts, &segment[5..])?;
                }
                COC => {
                    let index = if self.components < 257 { 1 } else { 2 };
                    let coding = segment.get(index..).ok_or(CUT)?;
                    let [style, coding @ ..] = coding else { return Err(CUT) };
                    self.coding(style & 1 == 1, coding)?;
                }
                _ => {}
            }
            visit(Part::Segment { marker: *marker, content: segment })?;
            self.at += 2 + length;
        }
    }

    /// What a decoder keeps for this way of coding (section A.6.1): were all tiles and components
    /// coded so, their blocks and packets must not be more than the samples account for.
    fn coding(&mut self, has_precincts: bool, coding: &[u8]) -> Result<(), CodestreamError> {
        let [levels, width, height, _, _, precincts @ ..] = coding else { return Err(CUT) };
        if *levels > 32 || *width > 8 || *height > 8 || width + height > 8 {
            return Err(UNUSUAL);
        }
        let levels = usize::from(*levels);
        // Without sizes of their own, precincts are as large as can be.
        let precincts = if has_precincts { precincts } else { &[0xFF; 33] };
        let precincts = precincts.get(..=levels).ok_or(CUT)?;
        let (mut blocks, mut most) = (0, 0);
        for (level, sides) in precincts.iter().enumerate() {
            let (across, down) = (u32::from(*sides & 15), u32::from(*sides >> 4));
            let reduced = |side: u64| (side >> (levels - level)) + 1;
            let (columns, rows) = (reduced(self.tile_width), reduced(self.tile_height));
            // Cells of a grid over so many samples, wherever it begins.
            let cells = |side: u64, power: u32| (side >> power) + 2;
            let precincts_here = cells(columns, across) * cells(rows, down);
            most = precincts_here.max(most);
            // Past the lowest level there are three bands of half the size, and so are precincts there.
            let half = u32::from(level > 0);
            let block = |power: u8, precinct: u32| {
                (u32::from(power) + 2).min(precinct.saturating_sub(half))
            };
            let in_band = cells(columns >> half, block(*width, across))
                * cells(rows >> half, block(*height, down));
            blocks += if level == 0 { 1 } else { 3 } * (in_band + precincts_here);
        }
        let samples = self.tile_width * self.tile_height;
        self.precincts = self.precincts.max(most * (levels as u64 + 1));
        let packets = self.layers * self.precincts * self.components;
        if blocks > MOST_BLOCKS_OF_ANY + samples / SAMPLES_PER_BLOCK || packets > MOST_PACKETS {
            return Err(UNUSUAL);
        }
        Ok(())
    }
}

const TILES: CodestreamError = CodestreamError::Unsound("a codestream has impossible tiles");

/// Bits and sampling of each component: all alike, none sub-sampled, the sign that of the attributes.
fn components(entries: &[u8], frame: &Frame, image: &ImagePixel) -> Result<(), CodestreamError> {
    if entries.len() != 3 * usize::from(frame.components) {
        return Err(CUT);
    }
    if entries.chunks_exact(3).any(|entry| entry[0] != entries[0] || entry[1..] != [1, 1]) {
        return Err(CodestreamError::Unsound("the codestream's components differ from each other"));
    }
    let is_signed = entries[0] & 0x80 != 0;
    if is_signed != (image.sample_type == SampleType::Signed) {
        return Err(CodestreamError::Unsound(
            "the codestream's sign contradicts Pixel Representation",
        ));
    }
    if frame.precision < image.bits_stored && is_signed {
        return Err(CodestreamError::Unsound("the codestream has fewer bits than Bits Stored"));
    }
    Ok(())
}

/// Where the last EOC stands.
fn last_marker(stream: &[u8]) -> Result<usize, CodestreamError> {
    stream.windows(2).rposition(|pair| pair == [0xFF, EOC]).ok_or(CUT)
}
