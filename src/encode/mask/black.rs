//! What black is (PS3.3 section C.7.6.3.1.2): the Image Pixel Module and the samples in, the stored value
//! of each component of a black pixel out.

use crate::dataset::DataSet;
use crate::image::{ImagePixel, SampleType};
use crate::instance::Samples;
use crate::palette::Palette;

/// The value of each component of a black pixel, masked to Bits Stored; `None` where nobody can say.
///
/// Where values have no fixed end, it is the darkest value that the image has: the least that its type can
/// hold would spoil every window that viewers set by the range of the samples.
pub(super) fn black(
    image: &ImagePixel,
    data_set: &DataSet,
    samples: Option<&Samples>,
) -> Option<Vec<u32>> {
    let stored = u32::from(image.bits_stored);
    if image.sample_type == SampleType::Float || !(1..=32).contains(&stored) {
        return None;
    }
    let most = u32::MAX >> (32 - stored);
    let half = 1 << (stored - 1);
    Some(match image.photometric_interpretation.as_str() {
        "MONOCHROME2" if image.sample_type == SampleType::Unsigned => vec![0],
        "MONOCHROME1" if image.sample_type == SampleType::Unsigned && stored <= 8 => vec![most],
        "MONOCHROME1" => vec![extremes(samples?, image)?.1],
        "MONOCHROME2" => vec![extremes(samples?, image)?.0],
        "PALETTE COLOR" => vec![darkest(data_set, image)?],
        "RGB" => vec![0; 3],
        "YBR_FULL" | "YBR_FULL_422" => vec![0, half, half],
        // Reference black is 16 of 256 (section C.7.6.3.1.2).
        "YBR_PARTIAL_422" if stored == 8 => vec![16, half, half],
        _ => return None,
    })
}

/// The black of a coded stream, whose values are cut to their range when they are decoded.
pub(super) fn coded_black(image: &ImagePixel) -> Option<Vec<u16>> {
    let stored = u32::from(image.bits_stored);
    let most = u16::MAX.checked_shr(16_u32.checked_sub(stored)?)?;
    let half = 1_u16.checked_shl(stored - 1)?;
    Some(match image.photometric_interpretation.as_str() {
        _ if image.sample_type != SampleType::Unsigned => return None,
        "MONOCHROME2" => vec![0],
        "MONOCHROME1" => vec![most],
        "RGB" => vec![0; 3],
        "YBR_FULL" | "YBR_FULL_422" => vec![0, half, half],
        _ => return None,
    })
}

/// The least and the greatest sample, by their values.
fn extremes(samples: &Samples, image: &ImagePixel) -> Option<(u32, u32)> {
    // With the sign bit turned over, signed numbers stand in the order of unsigned ones.
    let is_signed = image.sample_type == SampleType::Signed;
    let flip = if is_signed { 1_u32 << (image.bits_stored - 1) } else { 0 };
    let (least, most) = match samples {
        Samples::Eight(all) => ends(all.iter().map(|n| u32::from(*n) ^ flip)),
        Samples::Sixteen(all) => ends(all.iter().map(|n| u32::from(*n) ^ flip)),
        Samples::ThirtyTwo(all) => ends(all.iter().map(|n| n ^ flip)),
    }?;
    Some((least ^ flip, most ^ flip))
}

fn ends(mut samples: impl Iterator<Item = u32>) -> Option<(u32, u32)> {
    let first = samples.next()?;
    Some(samples.fold((first, first), |(least, most), n| (least.min(n), most.max(n))))
}

/// The index of the darkest entry of the palette, as it is stored.
fn darkest(data_set: &DataSet, image: &ImagePixel) -> Option<u32> {
    let stored = u32::from(image.bits_stored).min(16);
    let (least, most) = match image.sample_type {
        SampleType::Signed => (-(1_i32 << (stored - 1)), (1 << (stored - 1)) - 1),
        _ => (0, (1 << stored) - 1),
    };
    let index = Palette::of(data_set)?.darkest(least, most)?;
    Some(index as u32 & u32::MAX >> (32 - stored))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Element, Tag, VR, Value};

    fn image(photometric: &str, bits_stored: u16, sample_type: SampleType) -> ImagePixel {
        let bits_allocated = if bits_stored > 8 { 16 } else { 8 };
        ImagePixel {
            rows: 1,
            columns: 4,
            frames: 1,
            samples_per_pixel: 1,
            bits_allocated,
            bits_stored,
            high_bit: bits_stored - 1,
            sample_type,
            planar_configuration: 0,
            photometric_interpretation: photometric.into(),
        }
    }

    #[test]
    fn black_goes_by_the_photometric_interpretation() {
        let none = DataSet::new();
        let of =
            |photometric: &str| black(&image(photometric, 8, SampleType::Unsigned), &none, None);
        assert_eq!(of("MONOCHROME2"), Some(vec![0]));
        assert_eq!(of("MONOCHROME1"), Some(vec![255]));
        assert_eq!(of("RGB"), Some(vec![0, 0, 0]));
        assert_eq!(of("YBR_FULL"), Some(vec![0, 128, 128]));
        assert_eq!(of("PALETTE COLOR"), None);
        assert_eq!(of("CMYK"), None);
        let coded = coded_black(&image("MONOCHROME1", 12, SampleType::Unsigned));
        assert_eq!(coded, Some(vec![4095]));
    }

    #[test]
    fn without_a_fixed_end_it_is_the_darkest_value_of_the_image() {
        let samples = Samples::Sixteen(vec![5, 0xFFF, 0xFF0, 900]);
        let of = |photometric, sample_type| {
            black(&image(photometric, 12, sample_type), &DataSet::new(), Some(&samples))
        };
        assert_eq!(of("MONOCHROME2", SampleType::Signed), Some(vec![0xFF0]));
        assert_eq!(of("MONOCHROME1", SampleType::Signed), Some(vec![900]));
        assert_eq!(of("MONOCHROME1", SampleType::Unsigned), Some(vec![0xFFF]));
    }

    #[test]
    fn the_darkest_entry_of_a_palette_is_black() {
        let mut data_set = DataSet::new();
        for (descriptor, data, values) in [
            (Tag(0x28, 0x1101), Tag(0x28, 0x1201), [90_u8, 30, 200, 20]),
            (Tag(0x28, 0x1102), Tag(0x28, 0x1202), [90, 40, 1, 20]),
            (Tag(0x28, 0x1103), Tag(0x28, 0x1203), [90, 50, 1, 20]),
        ] {
            let words = [4_u16, 10, 8].iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
            data_set.put(Element {
                tag: descriptor,
                vr: VR::US,
                value: Value::Bytes(words.into()),
            });
            let values = Value::Bytes(values.to_vec().into());
            data_set.put(Element { tag: data, vr: VR::OW, value: values });
        }
        let image = image("PALETTE COLOR", 8, SampleType::Unsigned);
        assert_eq!(black(&image, &data_set, None), Some(vec![13]));
    }
}
