//! Samples of more or fewer than 8 bits to 8: where the mass of the samples lies in, a mapping out.
//!
//! Burned-in text is often far beyond all else (a value of 4095 over content up to 1500), and padding far
//! below it. The middle of the range therefore gets most of the greys, and what lies beyond gets the rest:
//! nothing that differs much becomes equal.

use crate::codec::cpu::{self, Work};

/// Samples that are looked at to learn where the mass lies.
const SAMPLED: usize = 2048;
/// Greys below and above the middle of the range, and where what lies there is farther away than the middle
/// is wide.
const TAIL: u32 = 32;
const FAR_TAIL: u32 = 64;
/// Fraction bits of the slopes.
const FRACTION: u32 = 16;

/// A mapping to 8 bits: three straight pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    sign: u32,
    least: u32,
    /// So that what is left has at most 16 bits.
    shift: u32,
    /// Where the middle begins and ends, after the shift.
    low: u32,
    high: u32,
    most: u32,
    slopes: [u32; 3],
}

impl Stretch {
    /// For these samples, whose sign bit is given.
    pub(super) fn of<S: Copy + Into<u32>>(samples: &[S], sign: u32) -> Self {
        let (least, most) = cpu::run(Ends { samples, sign });
        // Where there are no samples, least is more than most.
        let least = least.min(most);
        let range = most - least;
        let shift = (u32::BITS - range.leading_zeros()).saturating_sub(16);
        // An odd step does not fall onto the same columns row after row.
        let step = (samples.len() / SAMPLED) | 1;
        let mut middle: Vec<u32> = samples
            .iter()
            .step_by(step)
            .map(|sample| (*sample).into() ^ sign)
            .filter(|value| *value != least && *value != most)
            .map(|value| (value - least) >> shift)
            .collect();
        middle.sort_unstable();
        let most = range >> shift;
        let (mut low, mut high) = (0, most);
        // Few between the ends: there is no content to speak of.
        if middle.len() * step * 20 > samples.len() {
            low = middle[middle.len() / 100];
            high = middle[middle.len() - 1 - middle.len() / 100];
        }
        let near = (high - low) / 6;
        low = if low <= near { 0 } else { low };
        high = if most - high <= near { most } else { high };
        let width = high - low;
        let tail = |length: u32| match length {
            0 => 0,
            _ if length > width => FAR_TAIL,
            _ => TAIL,
        };
        let (below, above) = (tail(low), tail(most - high));
        let slope = |greys: u32, range: u32| (greys << FRACTION) / range.max(1);
        let slopes =
            [slope(below, low), slope(255 - below - above, width), slope(above, most - high)];
        Self { sign, least, shift, low, high, most, slopes }
    }

    /// The grey of all samples.
    pub(super) fn apply<S: Copy + Into<u32>>(self, samples: &[S]) -> Vec<u8> {
        let mut to = vec![0; samples.len()];
        cpu::run(Mapping { stretch: self, samples, to: &mut to });
        to
    }

    #[inline(always)]
    fn gray(self, sample: u32) -> u8 {
        let value = (sample ^ self.sign).wrapping_sub(self.least) >> self.shift;
        let low = value.min(self.low);
        let middle = value.clamp(self.low, self.high) - self.low;
        let high = value.clamp(self.high, self.most) - self.high;
        let [below, within, above] = self.slopes;
        // No sum exceeds 255 << FRACTION: each slope is rounded down.
        ((low * below + middle * within + high * above) >> FRACTION) as u8
    }
}

/// The least and the most of all samples.
struct Ends<'a, S> {
    samples: &'a [S],
    sign: u32,
}

impl<S: Copy + Into<u32>> Work for Ends<'_, S> {
    type Output = (u32, u32);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let (mut least, mut most) = (u32::MAX, 0);
        for sample in self.samples {
            let value = (*sample).into() ^ self.sign;
            least = least.min(value);
            most = most.max(value);
        }
        (least, most)
    }
}

struct Mapping<'a, S> {
    stretch: Stretch,
    samples: &'a [S],
    to: &'a mut [u8],
}

impl<S: Copy + Into<u32>> Work for Mapping<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (to, sample) in self.to.iter_mut().zip(self.samples) {
            *to = self.stretch.gray((*sample).into());
        }
    }
}
