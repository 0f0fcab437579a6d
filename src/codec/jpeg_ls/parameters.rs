//! Coding parameters: those of the headers, and those that follow from them (T.87 sections A.2.1 and
//! C.2.4.1.1).

use super::CodecError;

/// The thresholds for images of 8 bits (T.87 table C.3).
const BASIC_T1: i32 = 3;
const BASIC_T2: i32 = 7;
const BASIC_T3: i32 = 21;
/// The default for RESET (T.87 section C.2.4.1.1).
pub(super) const DEFAULT_RESET: i32 = 64;
/// The most that NEAR may be (T.87 section C.2.3).
const MOST_NEAR: i32 = 255;
/// What the sum of a context's errors may become.
const MOST_A: i64 = 1 << 28;

/// The preset parameters as an LSE segment gives them; 0 stands for the default (table C.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Preset {
    pub(super) maxval: i32,
    pub(super) thresholds: [i32; 3],
    pub(super) reset: i32,
}

/// All parameters of a scan, by the names of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parameters {
    /// The largest value of a sample.
    pub(super) maxval: i32,
    /// The largest difference between a sample and its reconstruction; 0 is lossless.
    pub(super) near: i32,
    /// The thresholds T1, T2 and T3 between the regions of a gradient.
    pub(super) thresholds: [i32; 3],
    /// The count at which the variables of a context are halved.
    pub(super) reset: i32,
    /// How many values a prediction error has.
    pub(super) range: i32,
    /// Bits of a mapped error that is written as it is.
    pub(super) qbpp: u32,
    /// The longest code of a sample, in bits.
    pub(super) limit: u32,
}

impl Parameters {
    /// The parameters of a lossless scan with all defaults.
    #[inline(always)]
    pub(super) fn lossless(bits: u32) -> Self {
        Self::derived((1 << bits) - 1, 0, default_thresholds((1 << bits) - 1, 0), DEFAULT_RESET)
    }

    /// The parameters of a scan of samples of so many bits, once they are known to be sound.
    pub(super) fn new(bits: u32, near: i32, preset: Preset) -> Result<Self, CodecError> {
        let or = |given: i32, default: i32| if given == 0 { default } else { given };
        let largest = (1 << bits) - 1;
        let maxval = or(preset.maxval, largest);
        if !(1..=largest).contains(&maxval) || !(0..=MOST_NEAR.min(maxval / 2)).contains(&near) {
            return Err(CodecError::Damaged);
        }
        let defaults = default_thresholds(maxval, near);
        let [t1, t2, t3] = [0, 1, 2].map(|at| or(preset.thresholds[at], defaults[at]));
        let reset = or(preset.reset, DEFAULT_RESET);
        let are_ordered = near < t1 && t1 <= t2 && t2 <= t3 && t3 <= maxval;
        if !are_ordered || !(3..=maxval.max(255)).contains(&reset) {
            return Err(CodecError::Damaged);
        }
        let parameters = Self::derived(maxval, near, [t1, t2, t3], reset);
        // So that A, a sum of up to RESET errors, stays in its 32 bits.
        if i64::from(reset) * i64::from(parameters.range) > MOST_A {
            return Err(CodecError::Unsupported);
        }
        Ok(parameters)
    }

    #[inline(always)]
    fn derived(maxval: i32, near: i32, thresholds: [i32; 3], reset: i32) -> Self {
        let range = (maxval + 2 * near) / (2 * near + 1) + 1;
        let bpp = bits_for(maxval + 1).max(2);
        let limit = 2 * (bpp + bpp.max(8));
        Self { maxval, near, thresholds, reset, range, qbpp: bits_for(range), limit }
    }

    /// Whether errors are exact and wrap at a power of two, and contexts are halved at the default.
    pub(super) fn is_plain(&self) -> bool {
        self.near == 0 && self.range.count_ones() == 1 && self.reset == DEFAULT_RESET
    }

    /// An error modulo the range, which is a power of two (code segment A.9).
    #[inline(always)]
    pub(super) fn wrapped(&self, error: i32) -> i32 {
        let unused = self.range.leading_zeros() + 1;
        (error << unused) >> unused
    }

    /// Q of a gradient: -4 to 4 (T.87 code segment A.4).
    #[inline(always)]
    pub(super) fn region(&self, gradient: i32) -> i32 {
        let [t1, t2, t3] = self.thresholds;
        let reaches = |threshold: i32| i32::from(gradient.abs() >= threshold);
        let region = reaches(self.near + 1) + reaches(t1) + reaches(t2) + reaches(t3);
        let sign = gradient >> 31;
        (region ^ sign) - sign
    }
}

/// Bits that hold the numbers below this one.
#[inline(always)]
fn bits_for(count: i32) -> u32 {
    i32::BITS - (count - 1).leading_zeros()
}

/// T.87 section C.2.4.1.1.1.
#[inline(always)]
fn default_thresholds(maxval: i32, near: i32) -> [i32; 3] {
    let clamp = |value: i32, least: i32| {
        if value > maxval || value < least { least } else { value }
    };
    let (t1, t2, t3) = if maxval >= 128 {
        let factor = (maxval.min(4095) + 128) / 256;
        let scaled = |basic: i32, offset: i32| factor * (basic - offset) + offset;
        (scaled(BASIC_T1, 2), scaled(BASIC_T2, 3), scaled(BASIC_T3, 4))
    } else {
        let factor = 256 / (maxval + 1);
        (BASIC_T1 / factor, BASIC_T2 / factor, BASIC_T3 / factor)
    };
    let t1 = clamp((t1 + 3 * near).max(2), near + 1);
    let t2 = clamp((t2 + 5 * near).max(3), t1);
    let t3 = clamp((t3 + 7 * near).max(4), t2);
    [t1, t2, t3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_thresholds_are_those_of_table_c_3() {
        assert_eq!(default_thresholds(255, 0), [3, 7, 21]);
        assert_eq!(default_thresholds(4095, 0), [18, 67, 276]);
        assert_eq!(default_thresholds(65535, 0), [18, 67, 276]);
        assert_eq!(default_thresholds(1, 0), [1, 1, 1]);
        assert_eq!(default_thresholds(3, 0), [2, 3, 3]);
        assert_eq!(default_thresholds(255, 3), [12, 22, 42]);
    }

    #[test]
    fn derived_parameters_follow_section_a_2_1() {
        let eight = Parameters::lossless(8);
        assert_eq!((eight.range, eight.qbpp, eight.limit), (256, 8, 32));
        let sixteen = Parameters::lossless(16);
        assert_eq!((sixteen.range, sixteen.qbpp, sixteen.limit), (65536, 16, 64));
        let near = Parameters::new(8, 3, Preset::default()).unwrap();
        assert_eq!((near.range, near.qbpp, near.limit), (38, 6, 32));
    }

    #[test]
    fn regions_change_at_the_thresholds() {
        let eight = Parameters::lossless(8);
        let regions = [-255, -21, -20, -7, -6, -3, -2, -1, 0, 1, 2, 3, 6, 7, 20, 21, 255];
        let found = regions.map(|gradient| eight.region(gradient));
        assert_eq!(found, [-4, -4, -3, -3, -2, -2, -1, -1, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    }

    #[test]
    fn contradicting_presets_are_refused() {
        let refused = |preset| Parameters::new(8, 0, preset).is_err();
        assert!(refused(Preset { maxval: 256, ..Preset::default() }));
        assert!(refused(Preset { thresholds: [9, 8, 20], ..Preset::default() }));
        assert!(refused(Preset { reset: 2, ..Preset::default() }));
        assert!(Parameters::new(8, 128, Preset::default()).is_err());
    }
}
