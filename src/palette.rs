//! Palette colour: the lookup tables of a data set in, the grey of an index and the darkest index out.

use dicom::dictionary_std::tags;

use crate::dataset::{DataSet, Tag};

/// The luminance of each entry of the red, green and blue palette colour lookup tables (PS3.3 section
/// C.7.6.3.1.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    first: i32,
    grays: Vec<u8>,
}

impl Palette {
    /// The tables of a data set; `None` where there are none, where they are segmented (PS3.3 section
    /// C.7.9.2), or where they contradict their descriptors.
    pub fn of(data_set: &DataSet) -> Option<Self> {
        let red = table(
            data_set,
            tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        let green = table(
            data_set,
            tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        let blue = table(
            data_set,
            tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        let first = data_set.bytes(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR)?;
        let first = u16::from_le_bytes([*first.get(2)?, *first.get(3)?]);
        // The descriptor's second value has the sign of the samples.
        let is_signed = data_set.u16(tags::PIXEL_REPRESENTATION) == Some(1);
        let first = if is_signed { i32::from(first as i16) } else { i32::from(first) };
        let grays = red.iter().zip(&green).zip(&blue).map(|((red, green), blue)| {
            let [red, green, blue] = [*red, *green, *blue].map(u32::from);
            ((77 * red + 150 * green + 29 * blue) >> 8) as u8
        });
        Some(Self { first, grays: grays.collect() }).filter(|palette| !palette.grays.is_empty())
    }

    /// The grey of an index; one beyond the ends has that of the end.
    pub fn gray(&self, index: i32) -> u8 {
        let at = index.saturating_sub(self.first).max(0) as usize;
        self.grays[at.min(self.grays.len() - 1)]
    }

    /// The darkest of the indices from `least` to `most`.
    pub fn darkest(&self, least: i32, most: i32) -> Option<i32> {
        let last = self.first.saturating_add(self.grays.len() as i32 - 1);
        let ends = [self.first.clamp(least, most), last.clamp(least, most)];
        (ends[0]..=ends[1]).min_by_key(|index| self.gray(*index))
    }
}

/// The entries of a table in 8 bits.
fn table(data_set: &DataSet, descriptor: Tag, data: Tag) -> Option<Vec<u8>> {
    let descriptor = data_set.bytes(descriptor)?;
    let word =
        |at: usize| Some(u16::from_le_bytes([*descriptor.get(at)?, *descriptor.get(at + 1)?]));
    // 0 stands for 65536.
    let entries = word(0).map(|n| if n == 0 { 1 << 16 } else { usize::from(n) })?;
    let data = data_set.bytes(data)?;
    if data.len() >= 2 * entries {
        let words = || data.as_chunks().0.iter().take(entries).map(|two| u16::from_le_bytes(*two));
        // Some write 8 bits into words and say 16 in the descriptor.
        let shift = if words().all(|word| word < 256) { 0 } else { 8 };
        return Some(words().map(|word| (word >> shift) as u8).collect());
    }
    (word(4)? == 8 && data.len() >= entries).then(|| data[..entries].to_vec())
}
