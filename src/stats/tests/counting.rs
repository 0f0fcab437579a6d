//! Counting: which samples are the same value, and which are padding.

use super::*;

#[test]
fn signed_values_are_sign_extended_from_bits_stored() {
    let samples = [0xFFFu16, 0x800, 0x7FF, 0, 0xF001];
    let histogram = Histogram::from_u16(&samples, format(12, true), None).unwrap();
    let expected = [(-2048, 1), (-1, 1), (0, 1), (1, 1), (2047, 1)];
    assert_eq!(histogram.bins(), expected);
    let bytes = Histogram::from_u8(&[0x80, 0x7F, 0xFF], format(8, true), None).unwrap();
    assert_eq!(bytes.bins(), [(-128, 1), (-1, 1), (127, 1)]);
    let words = Histogram::from_u32(&[1 << 19, 1, 0xF_FFFF], format(20, true), None);
    assert_eq!(words.bins(), [(-(1 << 19), 1), (-1, 1), (1, 1)]);
}

#[test]
fn padding_ranges_may_be_given_in_either_order() {
    let samples = [0u16, 1, 2, 3, 4, 5, 3];
    for padding in [Padding::new(2, 4), Padding::new(4, 2)] {
        let histogram = Histogram::from_u16(&samples, format(8, false), Some(padding)).unwrap();
        assert_eq!(histogram.bins(), [(0, 1), (1, 1), (5, 1)]);
        assert_eq!(histogram.n_padding(), 4);
    }
}

#[test]
fn samples_narrower_than_bits_stored_are_refused() {
    assert_eq!(SampleFormat::new(0, false), Err(HistogramError::BitsStored(0)));
    assert_eq!(SampleFormat::new(33, false), Err(HistogramError::BitsStored(33)));
    let expected = HistogramError::TooNarrow { bits_stored: 12, sample_bits: 8 };
    assert_eq!(Histogram::from_u8(&[], format(12, false), None), Err(expected));
    assert!(Histogram::from_u16(&[], format(17, false), None).is_err());
}

#[test]
fn a_modality_lut_maps_the_bins() {
    let histogram = histogram_of(&[0, 1, 1, 2, 3]).mapped(|value| 10 - value / 2);
    assert_eq!(histogram.bins(), [(9, 2), (10, 3)]);
}
