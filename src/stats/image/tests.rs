//! Images of several frames, scales and kinds of pixels, against what a plain computation gives.

#![expect(clippy::float_cmp, reason = "the numbers are exact")]

use bytes::Bytes;

use super::part::soft_tissue;
use super::*;
use crate::dataset::{Element, VR, Value};

fn image(rows: u32, columns: u32, frames: u32) -> ImagePixel {
    ImagePixel {
        rows,
        columns,
        frames,
        samples_per_pixel: 1,
        bits_allocated: 16,
        bits_stored: 12,
        high_bit: 11,
        sample_type: SampleType::Unsigned,
        planar_configuration: 0,
        photometric_interpretation: "MONOCHROME2".into(),
    }
}

fn ramp(count: usize) -> Samples {
    Samples::Sixteen((0..count).map(|at| (at * at * 7 % 4096) as u16).collect())
}

fn rescaled(slope: &str, intercept: &str) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::RESCALE_SLOPE, VR::DS, slope);
    item.put_text(tags::RESCALE_INTERCEPT, VR::DS, intercept);
    item
}

fn with_frames(slopes: &[&str]) -> DataSet {
    let groups = slopes.iter().map(|slope| {
        let mut group = DataSet::new();
        let item = vec![rescaled(slope, "-10")];
        group.put_sequence(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, item);
        group
    });
    let mut data_set = DataSet::new();
    data_set.put_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, groups.collect());
    data_set
}

#[test]
fn frames_with_scales_of_their_own_are_measured_in_output_units() {
    let samples = ramp(3 * 20);
    let data_set = with_frames(&["1", "0.5", "2"]);
    let found = measure_samples(&data_set, &image(4, 5, 3), &samples, Group::default()).unwrap();
    let Samples::Sixteen(stored) = &samples else { unreachable!() };
    let slopes = [1.0, 0.5, 2.0];
    let outputs: Vec<f64> =
        stored.iter().enumerate().map(|(at, it)| f64::from(*it) * slopes[at / 20] - 10.0).collect();
    let whole = &found.measured.as_ref().unwrap().measures;
    assert_eq!(whole.first_order.mean, outputs.iter().sum::<f64>() / 60.0);
    assert_eq!(whole.first_order.max, outputs.iter().copied().fold(f64::MIN, f64::max));
    assert_eq!(whole.flags & Flag::FrameRescale as u32, Flag::FrameRescale as u32);
    assert_eq!((whole.noise_imk, whole.dhash64), (None, None));
    for (number, frame) in found.frames.iter().enumerate() {
        let of_frame = &outputs[number * 20..][..20];
        let frame = frame.as_ref().unwrap();
        assert_eq!(frame.first_order.mean, of_frame.iter().sum::<f64>() / 20.0);
        assert!(frame.noise_imk.is_some() && frame.dhash64.is_some());
    }
    // What goes into the totals can be taken out again.
    let mut totals = Distributions::default();
    found.add_to(&mut totals);
    assert_eq!(totals.of(&Group::default()).bins().iter().map(|bin| bin.1).sum::<u64>(), 60);
    found.subtract_from(&mut totals);
    assert!(totals.of(&Group::default()).bins().is_empty());
}

#[test]
fn scales_that_cannot_be_brought_together_leave_stored_values() {
    let data_set = with_frames(&["1", "1E-40"]);
    let found = measure_samples(&data_set, &image(4, 5, 2), &ramp(40), Group::default()).unwrap();
    let mut totals = Distributions::default();
    found.add_to(&mut totals);
    let counted = totals.of(&Group::default()).clone();
    assert_eq!((counted.images(), counted.bins()[0].0), (1, -10.0), "in output units");
    found.subtract_from(&mut totals);
    assert!(totals.of(&Group::default()).bins().is_empty());
    let Measured { measures, sums } = found.measured.unwrap();
    assert_ne!(measures.flags & Flag::StoredValues as u32, 0);
    assert_eq!((measures.stored_sums, measures.quality.snr, measures.binned), (None, None, None));
    assert!(sums.s1.to_f64() < measures.first_order.mean * 40.0, "in output units");
    assert!(found.frames.iter().all(Option::is_some));
}

#[test]
fn a_table_gives_the_values_and_what_is_clipped_is_as_it_was_stored() {
    let mut item = DataSet::new();
    let words = |words: &[u16]| {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        Value::Bytes(Bytes::from(bytes))
    };
    let entries: Vec<u16> = (0..4096).map(|at| 60_000 - at * 3).collect();
    item.put(Element { tag: tags::LUT_DESCRIPTOR, vr: VR::US, value: words(&[4096, 0, 16]) });
    item.put(Element { tag: tags::LUT_DATA, vr: VR::OW, value: words(&entries) });
    let mut data_set = DataSet::new();
    data_set.put_sequence(tags::MODALITY_LUT_SEQUENCE, vec![item]);
    data_set.put_u16(tags::PIXEL_PADDING_VALUE, 7);
    let samples = Samples::Sixteen(vec![4095, 0, 7, 100, 4095, 3, 7, 1, 2, 5, 6, 8]);
    let found = measure_samples(&data_set, &image(3, 4, 1), &samples, Group::default()).unwrap();
    let measures = found.measured.unwrap().measures;
    let Samples::Sixteen(stored) = &samples else { unreachable!() };
    let outputs: Vec<f64> =
        stored.iter().filter(|it| **it != 7).map(|it| 60_000.0 - f64::from(*it) * 3.0).collect();
    assert_eq!((measures.first_order.n_pixels, measures.first_order.n_padding), (10, 2));
    assert_eq!(measures.first_order.mean, outputs.iter().sum::<f64>() / 10.0);
    assert_eq!((measures.quality.clip_lo, measures.quality.clip_hi), (Some(0.1), Some(0.2)));
    assert_eq!(measures.flags, Flag::ModalityLut as u32 | Flag::Saturated as u32);
}

#[test]
fn colours_are_measured_by_their_luminance() {
    let colour = ImagePixel {
        samples_per_pixel: 3,
        bits_allocated: 8,
        bits_stored: 8,
        high_bit: 7,
        photometric_interpretation: "RGB".into(),
        ..image(1, 2, 1)
    };
    let samples = Samples::Eight(vec![255, 0, 0, 10, 20, 30]);
    let group = Group::default();
    let found = measure_samples(&DataSet::new(), &colour, &samples, group.clone()).unwrap();
    let first_order = found.measured.unwrap().measures.first_order;
    // 0.299 * 255 = 76.2; 2.99 + 11.74 + 3.42 = 18.2
    assert_eq!((first_order.max, first_order.min), (76.0, 18.0));
    let palette = ImagePixel {
        samples_per_pixel: 1,
        photometric_interpretation: "PALETTE COLOR".into(),
        ..colour
    };
    let samples = Samples::Eight(vec![1, 2]);
    assert!(measure_samples(&DataSet::new(), &palette, &samples, group).is_none());
}

#[test]
fn floats_are_measured_but_for_what_is_no_number() {
    let floats = ImagePixel {
        bits_allocated: 32,
        bits_stored: 32,
        high_bit: 31,
        sample_type: SampleType::Float,
        ..image(2, 2, 2)
    };
    let values = [0.1_f32, f32::NAN, -3.5, 1e30, 7.0, 7.0, f32::INFINITY, 2.0];
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let data_set = DataSet::new();
    let found = measure_floats(&data_set, &floats, &bytes, Group::default()).unwrap();
    let whole = found.measured.unwrap().measures;
    assert_eq!((whole.first_order.n_pixels, whole.flags), (6, Flag::NotFinite as u32));
    assert_eq!((whole.first_order.min, whole.first_order.max), (-3.5, f64::from(1e30_f32)));
    let last = found.frames[1].as_ref().unwrap();
    assert_eq!((last.first_order.n_pixels, last.first_order.median), (3, 7.0));
    let mut padded = DataSet::new();
    let value = Value::Bytes(Bytes::from(7.0_f32.to_le_bytes().to_vec()));
    padded.put(Element { tag: tags::FLOAT_PIXEL_PADDING_VALUE, vr: VR::FL, value });
    let found = measure_floats(&padded, &floats, &bytes, Group::default()).unwrap();
    assert_eq!(found.measured.unwrap().measures.first_order.n_padding, 2);
}

#[test]
fn hounsfield_units_of_soft_tissue_are_found_in_stored_values() {
    let of = |slope: &str, intercept: &str| {
        let tissue = soft_tissue(&Rescale::from_ds(slope, intercept).unwrap())?;
        Some((tissue.low, tissue.high, tissue.unit))
    };
    assert_eq!(of("1", "-1024"), Some((964, 1164, 1.0)));
    assert_eq!(of("-0.5", "0"), Some((-280, 120, 0.5)));
    assert_eq!((of("0", "5"), of("1E-90", "5")), (None, None));
}
