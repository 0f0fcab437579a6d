//! The whole of frames with rescales of their own.

use super::*;

/// Frames as PET has them: a slope for each, one intercept for most.
fn any_frames() -> impl Strategy<Value = Vec<(Histogram, Rescale)>> {
    let values = prop::collection::vec(-500i64..30_000, 0..30);
    let frame = (values, -999_999i64..999_999, prop::sample::select(vec![0i64, -1024, 77]));
    let frame = frame.prop_map(|(values, slope, intercept)| {
        let to = Rescale { slope: Decimal::new(slope, -6), intercept: Decimal::from(intercept) };
        (histogram_of(&values), to)
    });
    prop::collection::vec(frame, 1..6)
}

#[test]
fn frames_with_one_rescale_keep_their_values() {
    let to = rescale("1", "-1024");
    let frames = [(histogram_of(&[0, 1]), to.clone()), (histogram_of(&[1, 4095]), to.clone())];
    assert_eq!(whole(&frames), Some((histogram_of(&[0, 1, 1, 4095]), to)));
}

#[test]
fn a_grid_beyond_53_bits_is_none() {
    let frames = |slope: &str| {
        [
            (histogram_of(&[30_000]), rescale(slope, "0")),
            (histogram_of(&[30_000]), rescale("0.1", "0")),
        ]
    };
    assert!(whole(&frames("0.12345678901")).is_some());
    assert!(whole(&frames("0.1234567890123456")).is_none());
    assert!(whole(&frames("1E-90")).is_none());
    assert!(whole(&[]).is_none());
}

#[test]
fn constant_frames_have_a_whole() {
    let frames =
        [(histogram_of(&[1, 2]), rescale("0", "7.5")), (histogram_of(&[3]), rescale("0", "7.5"))];
    let (histogram, to) = whole(&frames).unwrap();
    assert_eq!((histogram.n_pixels(), to.apply(histogram.bins()[0].0).to_f64()), (3, 7.5));
}

proptest! {
    #[test]
    fn the_whole_has_the_values_of_all_frames(frames in any_frames(), first in 0usize..6) {
        let outputs = |frames: &[(Histogram, Rescale)]| {
            let mut outputs = std::collections::BTreeMap::<Decimal, u64>::new();
            for (histogram, to) in frames {
                for &(value, count) in histogram.bins() {
                    *outputs.entry(to.apply(value)).or_default() += count;
                }
            }
            outputs
        };
        let found = whole(&frames).unwrap();
        prop_assert_eq!(outputs(std::slice::from_ref(&found)), outputs(&frames));
        // Nothing depends on the order of the frames, nor on how the sums came about.
        let mut turned = frames.clone();
        turned.rotate_left(first % frames.len());
        prop_assert_eq!(&whole(&turned).unwrap(), &found);
        let mut sums = PowerSums::default();
        for (histogram, to) in &frames {
            sums.merge(&PowerSums::of(histogram, to));
        }
        prop_assert_eq!(PowerSums::of(&found.0, &found.1), sums);
    }
}
