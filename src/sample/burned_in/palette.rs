//! A palette: a ramp of grey, the colours of flow and those of text; a colour in, its entry out.

use dicom::dictionary_std::tags;

use super::canvas::Colour;
use crate::dataset::{DataSet, Element, VR, Value};

/// What text is written in where there is colour.
pub(super) const INKS: [Colour; 6] = [
    [1.0, 1.0, 1.0],
    [1.0, 1.0, 0.0],
    [0.4, 1.0, 0.4],
    [0.3, 0.95, 1.0],
    [1.0, 0.75, 0.2],
    [0.8, 0.85, 0.9],
];

const GREYS: usize = 200;
const FLOWS: usize = 24;

/// 256 colours.
#[derive(Debug, Clone)]
pub(super) struct Palette {
    entries: Vec<Colour>,
    is_turned: bool,
}

impl Palette {
    /// Where `is_turned` it begins with the brightest, as some devices' do.
    pub(super) fn new(is_turned: bool) -> Self {
        let share = |at: usize, of: usize| at as f32 / (of - 1) as f32;
        let mut entries: Vec<Colour> = (0..GREYS).map(|at| [share(at, GREYS); 3]).collect();
        entries.extend(
            (0..FLOWS).map(|at| [0.3 + 0.7 * share(at, FLOWS), share(at, FLOWS) * 0.8, 0.0]),
        );
        entries.extend(
            (0..FLOWS).map(|at| [0.0, share(at, FLOWS) * 0.8, 0.3 + 0.7 * share(at, FLOWS)]),
        );
        entries.extend(INKS);
        entries.resize(256, [0.25, 0.0, 0.25]);
        if is_turned {
            entries.reverse();
        }
        Self { entries, is_turned }
    }

    /// The entry that is nearest to a colour.
    pub(super) fn nearest(&self, colour: Colour) -> u8 {
        let [red, green, blue] = colour;
        if (red - green).abs() < 0.02 && (green - blue).abs() < 0.02 {
            let at = (green.clamp(0.0, 1.0) * (GREYS - 1) as f32 + 0.5) as u8;
            // Greys stand first, or in the other direction last.
            return if self.is_turned { 255 - at } else { at };
        }
        let distance = |entry: &Colour| -> f32 {
            entry.iter().zip(colour).map(|(one, other)| (one - other) * (one - other)).sum()
        };
        let entries = self.entries.iter().enumerate();
        let nearest = entries.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
        nearest.map_or(0, |(at, _)| at as u8)
    }

    /// Puts the lookup tables (PS3.3 section C.7.6.3.1.5), of 16 bits.
    pub(super) fn put(&self, data_set: &mut DataSet) {
        let numbers = |numbers: Vec<u16>| {
            let bytes: Vec<u8> = numbers.into_iter().flat_map(u16::to_le_bytes).collect();
            Value::Bytes(bytes.into())
        };
        for (channel, (descriptor, data)) in [
            (
                tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
                tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            ),
            (
                tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
                tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            ),
            (
                tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
                tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let levels = self.entries.iter().map(|entry| (entry[channel] * 65_535.0 + 0.5) as u16);
            let value = numbers(vec![256, 0, 16]);
            data_set.put(Element { tag: descriptor, vr: VR::US, value });
            data_set.put(Element { tag: data, vr: VR::OW, value: numbers(levels.collect()) });
        }
    }
}
