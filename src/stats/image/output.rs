//! The output values of an image, pixel by pixel, for those who need them where they lie.

use super::scale::{Lut, Scale};
use crate::dataset::DataSet;
use crate::image::ImagePixel;
use crate::stats::Rescale;
use crate::stats::rescale::FastRescale;

/// From the stored values of an image to its output values.
#[derive(Debug, Clone)]
pub struct OutputValues {
    /// One for all frames, or one for each.
    frames: Vec<FrameValues>,
}

/// From the stored values of a frame to its output values.
#[derive(Debug, Clone)]
pub struct FrameValues(Map);

#[derive(Debug, Clone)]
enum Map {
    /// Slope and intercept are whole numbers, which is exact and quick.
    Whole { slope: i64, intercept: i64 },
    /// Slope and intercept are decimal numbers.
    Decimal(Box<FastRescale>),
    /// A Modality LUT.
    Lut(Lut),
}

impl OutputValues {
    /// How output values follow from stored ones: Dose Grid Scaling, Rescale Slope and Intercept of all frames or
    /// of each, or a Modality LUT (PS3.3 sections C.8.8.3, C.11.1 and C.7.6.16.2.9); where none is told they are
    /// the stored ones. `None` where what is told cannot be used.
    pub fn of(data_set: &DataSet, image: &ImagePixel) -> Option<Self> {
        let frames = match Scale::of(data_set, image) {
            Scale::Same(rescale) => vec![FrameValues::new(&rescale)],
            Scale::ByFrame(rescales) => rescales.iter().map(FrameValues::new).collect(),
            Scale::Lut(lut) => vec![FrameValues(Map::Lut(lut))],
            Scale::Unusable => return None,
        };
        Some(Self { frames })
    }

    /// Those of a frame, counted from 0; `None` of a frame that the image does not have.
    pub fn frame(&self, number: usize) -> Option<&FrameValues> {
        if self.frames.len() == 1 { self.frames.first() } else { self.frames.get(number) }
    }
}

impl FrameValues {
    fn new(rescale: &Rescale) -> Self {
        Self(match rescale.whole() {
            Some((slope, intercept)) => Map::Whole { slope, intercept },
            None => Map::Decimal(Box::new(FastRescale::new(rescale))),
        })
    }

    /// The output value of a stored value of at most 32 bits, within one unit in the last place.
    pub fn output(&self, stored: i64) -> f64 {
        match &self.0 {
            Map::Whole { slope, intercept } => {
                slope.saturating_mul(stored).saturating_add(*intercept) as f64
            }
            Map::Decimal(rescale) => rescale.apply(stored),
            Map::Lut(lut) => lut.output(stored).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_ways_give_the_exact_value(
            slope in -99_999_i64..99_999,
            intercept in -99_999_i64..99_999,
            places in 0_i32..4,
            stored in any::<i32>(),
        ) {
            let text = |number: i64| format!("{number}E-{places}");
            let rescale = Rescale::from_ds(&text(slope), &text(intercept)).unwrap();
            let exact = rescale.apply(stored.into()).to_f64();
            let found = FrameValues::new(&rescale).output(stored.into());
            prop_assert!((found - exact).abs() <= exact.abs() * f64::EPSILON, "{found} {exact}");
        }
    }

    #[test]
    fn whole_numbers_take_the_quick_way() {
        let of = |slope, intercept| FrameValues::new(&Rescale::from_ds(slope, intercept).unwrap());
        assert!(matches!(of("1", "-1024").0, Map::Whole { slope: 1, intercept: -1024 }));
        assert!(matches!(of("2E1", "0").0, Map::Whole { slope: 20, intercept: 0 }));
        assert!(matches!(of("0.5", "0").0, Map::Decimal(_)));
        assert!(matches!(of("1", "5000000").0, Map::Decimal(_)));
    }
}
