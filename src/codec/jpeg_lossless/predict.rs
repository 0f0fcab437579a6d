//! The predictors (T.81 section H.1.2.1, Table H.1): a line of differences to samples, and back. Those of a
//! pixel stand side by side.

use super::CodecError;

/// A predictor: the sample left (Ra), above (Rb), and left of that (Rc).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Predictor {
    /// Ra
    Left,
    /// Rb
    Above,
    /// Rc
    UpperLeft,
    /// Ra + Rb - Rc
    Plane,
    /// Ra + (Rb - Rc) / 2
    LeftAndSlope,
    /// Rb + (Ra - Rc) / 2
    AboveAndSlope,
    /// (Ra + Rb) / 2
    Mean,
}

impl Predictor {
    /// The predictor of this selection value (Ss of a scan header). 0 is for differential frames alone.
    pub(super) fn of_selection(value: u8) -> Result<Self, CodecError> {
        Ok(match value {
            1 => Self::Left,
            2 => Self::Above,
            3 => Self::UpperLeft,
            4 => Self::Plane,
            5 => Self::LeftAndSlope,
            6 => Self::AboveAndSlope,
            7 => Self::Mean,
            _ => return Err(CodecError::Damaged),
        })
    }

    /// Makes samples of a line of differences. The first pixel is predicted by the one above.
    pub(super) fn restore(self, line: &mut [u16], above: &[u16], components: usize) {
        match components {
            1 => self.restore_of::<1>(line, above),
            2 => self.restore_of::<2>(line, above),
            3 => self.restore_of::<3>(line, above),
            _ => self.restore_of::<4>(line, above),
        }
    }

    fn restore_of<const N: usize>(self, line: &mut [u16], above: &[u16]) {
        match self {
            Self::Left => restore::<N>(line, above, left),
            Self::Above => restore::<N>(line, above, |_, b, _| b),
            Self::UpperLeft => restore::<N>(line, above, |_, _, c| c),
            Self::Plane => restore::<N>(line, above, plane),
            Self::LeftAndSlope => restore::<N>(line, above, left_and_slope),
            Self::AboveAndSlope => restore::<N>(line, above, above_and_slope),
            Self::Mean => restore::<N>(line, above, mean),
        }
    }

    /// The differences of a line of samples.
    #[inline(always)]
    pub(super) fn differences(
        self,
        line: &[u16],
        above: &[u16],
        components: usize,
        to: &mut [u16],
    ) {
        match self {
            Self::Left => differences(line, above, components, to, left),
            Self::Above => differences(line, above, components, to, |_, b, _| b),
            Self::UpperLeft => differences(line, above, components, to, |_, _, c| c),
            Self::Plane => differences(line, above, components, to, plane),
            Self::LeftAndSlope => differences(line, above, components, to, left_and_slope),
            Self::AboveAndSlope => differences(line, above, components, to, above_and_slope),
            Self::Mean => differences(line, above, components, to, mean),
        }
    }
}

#[inline(always)]
fn left(a: i32, _: i32, _: i32) -> i32 {
    a
}

#[inline(always)]
fn plane(a: i32, b: i32, c: i32) -> i32 {
    a + b - c
}

#[inline(always)]
fn left_and_slope(a: i32, b: i32, c: i32) -> i32 {
    a + ((b - c) >> 1)
}

#[inline(always)]
fn above_and_slope(a: i32, b: i32, c: i32) -> i32 {
    b + ((a - c) >> 1)
}

#[inline(always)]
fn mean(a: i32, b: i32, _: i32) -> i32 {
    (a + b) >> 1
}

/// Predictions are exact and sums modulo 2^16.
#[inline(always)]
fn sum(difference: u16, prediction: i32) -> u16 {
    difference.wrapping_add(prediction as u16)
}

#[inline(always)]
fn restore<const N: usize>(
    line: &mut [u16],
    above: &[u16],
    predict: impl Fn(i32, i32, i32) -> i32,
) {
    let (line, above) = (line.as_chunks_mut::<N>().0, above.as_chunks::<N>().0);
    let mut pixels = line.iter_mut().zip(above);
    let Some((first, first_above)) = pixels.next() else { return };
    *first = std::array::from_fn(|of| first[of].wrapping_add(first_above[of]));
    let (mut left, mut upper_left) = (*first, *first_above);
    for (pixel, above) in pixels {
        left = std::array::from_fn(|of| {
            let prediction = predict(left[of].into(), above[of].into(), upper_left[of].into());
            sum(pixel[of], prediction)
        });
        *pixel = left;
        upper_left = *above;
    }
}

#[inline(always)]
fn differences(
    line: &[u16],
    above: &[u16],
    components: usize,
    to: &mut [u16],
    predict: impl Fn(i32, i32, i32) -> i32,
) {
    let (first, to) = to.split_at_mut(components);
    for (difference, (sample, above)) in first.iter_mut().zip(line.iter().zip(above)) {
        *difference = sample.wrapping_sub(*above);
    }
    let neighbours = line.iter().zip(&above[components..]).zip(above);
    let samples = line[components..].iter().zip(neighbours);
    for (difference, (sample, ((a, b), c))) in to.iter_mut().zip(samples) {
        let prediction = predict((*a).into(), (*b).into(), (*c).into());
        *difference = sample.wrapping_sub(prediction as u16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ra = 10, Rb = 21, Rc = 4: what Table H.1 says.
    #[test]
    fn predictors_are_those_of_table_h_1() {
        for (value, wanted) in [(1, 10), (2, 21), (3, 4), (4, 27), (5, 18), (6, 24), (7, 15)] {
            let predictor = Predictor::of_selection(value).unwrap();
            let above = [4, 21];
            let differences = [6, 0];
            let mut line = differences;
            predictor.restore(&mut line, &above, 1);
            assert_eq!(line, [10, wanted], "predictor {value}");
            let mut found = [0; 2];
            predictor.differences(&line, &above, 1, &mut found);
            assert_eq!(found, differences);
        }
        assert!(Predictor::of_selection(8).is_err());
    }
}
