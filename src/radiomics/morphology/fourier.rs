//! Fourier transforms of many lines at once: the self-sorting method of Stockham with factors of 2, 3, 4 and 5.
//!
//! Four lines go through the same steps side by side, which compilers turn into vector instructions. The results
//! are the same bits on any machine.

use std::array::from_fn;

/// Lines that are transformed side by side.
pub(super) const LANES: usize = 4;

/// A complex number of each of four lines.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Complex {
    pub(super) re: [f64; LANES],
    pub(super) im: [f64; LANES],
}

impl Complex {
    fn add(self, other: Self) -> Self {
        Self {
            re: from_fn(|i| self.re[i] + other.re[i]),
            im: from_fn(|i| self.im[i] + other.im[i]),
        }
    }

    fn sub(self, other: Self) -> Self {
        Self {
            re: from_fn(|i| self.re[i] - other.re[i]),
            im: from_fn(|i| self.im[i] - other.im[i]),
        }
    }

    fn times(self, by: f64) -> Self {
        Self { re: self.re.map(|v| v * by), im: self.im.map(|v| v * by) }
    }

    /// The product with -i.
    fn turned(self) -> Self {
        Self { re: self.im, im: self.re.map(|v| -v) }
    }

    fn turned_by(self, [cos, sin]: [f64; 2]) -> Self {
        Self {
            re: from_fn(|i| self.re[i] * cos - self.im[i] * sin),
            im: from_fn(|i| self.re[i] * sin + self.im[i] * cos),
        }
    }
}

/// How lines of a length are transformed.
#[derive(Debug)]
pub(super) struct Plan {
    length: usize,
    stages: Vec<Stage>,
}

#[derive(Debug)]
struct Stage {
    radix: usize,
    /// For each of the groups the turns of all outputs but the first: cosine and sine.
    turns: Vec<[[f64; 2]; 4]>,
}

impl Plan {
    /// The plan of the smallest length from `least` on that has no prime factor above 5.
    pub(super) fn at_least(least: usize) -> Self {
        let mut length = least.max(1);
        while factors(length).is_none() {
            length += 1;
        }
        let mut left = length;
        let mut stages = vec![];
        for radix in factors(length).unwrap_or_default() {
            let groups = left / radix;
            let turn = |group: usize, output: usize| {
                let angle = -2.0 * std::f64::consts::PI * (group * output) as f64 / left as f64;
                [libm::cos(angle), libm::sin(angle)]
            };
            let turns =
                (0..groups).map(|group| from_fn(|output| turn(group, output + 1))).collect();
            stages.push(Stage { radix, turns });
            left = groups;
        }
        Self { length, stages }
    }

    /// The length of the lines.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Transforms lines: `width` fours of lines, of which the numbers of one place of the lines lie together.
    /// `room` becomes as large as the lines and keeps nothing of use.
    pub(super) fn transform(
        &self,
        lines: &mut Vec<Complex>,
        room: &mut Vec<Complex>,
        width: usize,
    ) {
        room.resize(lines.len(), Complex::default());
        let mut stride = width;
        for stage in &self.stages {
            match stage.radix {
                2 => run(&stage.turns, lines, room, stride, two),
                3 => run(&stage.turns, lines, room, stride, three),
                4 => run(&stage.turns, lines, room, stride, four),
                _ => run(&stage.turns, lines, room, stride, five),
            }
            std::mem::swap(lines, room);
            stride *= stage.radix;
        }
    }
}

/// The factors 4, 2, 3 and 5 of a length; `None` where there are others.
fn factors(mut length: usize) -> Option<Vec<usize>> {
    let mut factors = vec![];
    for factor in [4, 2, 3, 5] {
        while length.is_multiple_of(factor) {
            factors.push(factor);
            length /= factor;
        }
    }
    (length == 1).then_some(factors)
}

/// A step: each output group is the transform of one number of each of `R` parts of the input, turned.
#[inline]
fn run<const R: usize>(
    turns: &[[[f64; 2]; 4]],
    input: &[Complex],
    output: &mut [Complex],
    stride: usize,
    transform: impl Fn([Complex; R]) -> [Complex; R],
) {
    let groups = turns.len();
    for (group, (turns, output)) in
        turns.iter().zip(output.chunks_exact_mut(stride * R)).enumerate()
    {
        let parts: [&[Complex]; R] = from_fn(|j| &input[(group + groups * j) * stride..][..stride]);
        for at in 0..stride {
            let numbers = transform(from_fn(|j| parts[j][at]));
            output[at] = numbers[0];
            for j in 1..R {
                output[j * stride + at] = numbers[j].turned_by(turns[j - 1]);
            }
        }
    }
}

#[inline]
fn two([a, b]: [Complex; 2]) -> [Complex; 2] {
    [a.add(b), a.sub(b)]
}

#[inline]
fn three([a, b, c]: [Complex; 3]) -> [Complex; 3] {
    // The sine of a third of a turn.
    const SINE: f64 = 0.866_025_403_784_438_6;
    let (sum, difference) = (b.add(c), b.sub(c).turned().times(SINE));
    let middle = a.sub(sum.times(0.5));
    [a.add(sum), middle.add(difference), middle.sub(difference)]
}

#[inline]
fn four([a, b, c, d]: [Complex; 4]) -> [Complex; 4] {
    let (even, odd) = (two([a, c]), two([b, d]));
    let turned = odd[1].turned();
    [even[0].add(odd[0]), even[1].add(turned), even[0].sub(odd[0]), even[1].sub(turned)]
}

#[inline]
#[allow(clippy::large_types_passed_by_value, reason = "inlined, so not passed at all")]
fn five(numbers: [Complex; 5]) -> [Complex; 5] {
    // Cosine and sine of one and of two fifths of a turn.
    const COS: [f64; 2] = [0.309_016_994_374_947_45, -0.809_016_994_374_947_5];
    const SIN: [f64; 2] = [0.951_056_516_295_153_5, 0.587_785_252_292_473_1];
    let first = numbers[0];
    let (outer, inner) = (numbers[1].add(numbers[4]), numbers[2].add(numbers[3]));
    let outer_gap = numbers[1].sub(numbers[4]).turned();
    let inner_gap = numbers[2].sub(numbers[3]).turned();
    let near = first.add(outer.times(COS[0])).add(inner.times(COS[1]));
    let far = first.add(outer.times(COS[1])).add(inner.times(COS[0]));
    let near_gap = outer_gap.times(SIN[0]).add(inner_gap.times(SIN[1]));
    let far_gap = outer_gap.times(SIN[1]).sub(inner_gap.times(SIN[0]));
    [
        first.add(outer).add(inner),
        near.add(near_gap),
        far.add(far_gap),
        far.sub(far_gap),
        near.sub(near_gap),
    ]
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    #[test]
    fn transforms_are_those_of_the_definition() {
        for length in [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 25, 27, 30, 40, 60, 64, 75, 150] {
            let width = 2;
            let number = |i: usize| ((i * 7919 + 13) % 101) as f64 - 50.0;
            let mut lines: Vec<Complex> = (0..length * width)
                .map(|i| Complex {
                    re: from_fn(|l| number(4 * i + l)),
                    im: from_fn(|l| number(9 * i + l)),
                })
                .collect();
            let before = lines.clone();
            let plan = Plan::at_least(length);
            assert_eq!(plan.length(), length);
            plan.transform(&mut lines, &mut vec![], width);
            for k in 0..length {
                for (four, lane) in [(0, 0), (1, 3)] {
                    let (mut re, mut im) = (0.0, 0.0);
                    for n in 0..length {
                        let angle =
                            -std::f64::consts::TAU * (k * n % length) as f64 / length as f64;
                        let from = before[n * width + four];
                        re += from.re[lane] * angle.cos() - from.im[lane] * angle.sin();
                        im += from.re[lane] * angle.sin() + from.im[lane] * angle.cos();
                    }
                    let found = lines[k * width + four];
                    assert!((found.re[lane] - re).abs() < 1e-9, "{length}");
                    assert!((found.im[lane] - im).abs() < 1e-9, "{length}");
                }
            }
        }
    }

    #[test]
    fn lengths_have_small_factors() {
        let lengths = [1, 7, 145, 151, 251].map(|least| Plan::at_least(least).length());
        assert_eq!(lengths, [1, 8, 150, 160, 256]);
    }
}
