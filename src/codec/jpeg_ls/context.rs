//! What the coder has learnt: the variables of a context of the regular mode (T.87 sections A.3 to
//! A.6) and of the two contexts that end a run (section A.7.2).

use super::super::cpu::seldom;
use super::codes::Note;
use super::parameters::{DEFAULT_RESET, Parameters};

/// There are 365 contexts (section A.3.4); with these many, an index needs no check but a mask.
const CONTEXTS: usize = 512;

/// The variables of one context.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// A: the sum of the errors' magnitudes.
    a: u32,
    /// -B: what the errors sum up to, by the other sign; 0 to N - 1 between two samples.
    minus_b: i32,
    /// N: how often the context occurred.
    n: i32,
    /// C: the correction of the prediction, -128 to 127.
    correction: i8,
    /// k of the Golomb code: the smallest for which N 2^k reaches A (section A.5.1).
    k: u8,
}

impl Context {
    fn new(parameters: &Parameters) -> Self {
        let (a, n) = (initial_a(parameters), 1);
        Self { a, minus_b: 0, n, correction: 0, k: golomb_parameter(n as u32, a) as u8 }
    }

    #[inline(always)]
    pub(super) fn correction(&self) -> i32 {
        i32::from(self.correction)
    }

    #[inline(always)]
    pub(super) fn k(&self) -> u32 {
        u32::from(self.k)
    }

    /// All ones where errors change places with those of the other sign (section A.5.2), else 0.
    /// They do not where they are not exact.
    #[inline(always)]
    fn swap<const PLAIN: bool>(&self, parameters: &Parameters) -> i32 {
        let near = if PLAIN { 0 } else { parameters.near };
        let is_zero = (i32::from(self.k) + near - 1) >> 31;
        let is_low = (self.n - 1 - 2 * self.minus_b) >> 31;
        is_zero & is_low
    }

    /// The error of a non-negative number, which is less than 2^31.
    #[inline(always)]
    pub(super) fn error<const PLAIN: bool>(&self, mapped: u32, parameters: &Parameters) -> i32 {
        (mapped >> 1) as i32 ^ -((mapped & 1) as i32) ^ self.swap::<PLAIN>(parameters)
    }

    /// Learns from an error of a plain scan, and notes what its code will be made of (section A.5).
    #[inline(always)]
    pub(super) fn learn(&mut self, error: i32, parameters: &Parameters) -> Note {
        let note = self.note(error);
        self.update::<true>(error, parameters);
        note
    }

    #[inline(always)]
    fn note(&self, error: i32) -> Note {
        Note::error(error, self.n - 1 - 2 * self.minus_b, self.k())
    }

    /// Learns from an error (section A.6).
    #[inline(always)]
    pub(super) fn update<const PLAIN: bool>(&mut self, error: i32, parameters: &Parameters) {
        let (near, reset) =
            if PLAIN { (0, DEFAULT_RESET) } else { (parameters.near, parameters.reset) };
        let error_sum = error * (2 * near + 1);
        let mut a = self.a + error.unsigned_abs();
        let mut n = self.n + 1;
        let mut minus_b = self.minus_b - error_sum;
        if self.n == reset {
            seldom();
            a >>= 1;
            n = (self.n >> 1) + 1;
            minus_b = (minus_b + 1) >> 1;
        }
        // All ones where B is above 0, and where it is -N or less: nobody can guess which, so that no branch
        // depends on it.
        let (is_high, is_low) = (minus_b >> 31, (n - 1 - minus_b) >> 31);
        self.minus_b = (minus_b + (n & is_high) - (n & is_low)).max(0).min(n - 1);
        // At the end of its range the correction stays as it is.
        if let Ok(correction) = i8::try_from(self.correction() - is_high + is_low) {
            self.correction = correction;
        }
        self.a = a;
        self.n = n;
        // k mostly stays: as long as it is the smallest for which N 2^k reaches A. To write it only where it
        // changes lets the next sample begin before this one's error is known.
        let fit = (2 * a).wrapping_sub(1) >> self.k();
        if fit.wrapping_sub(n as u32) >= n as u32 {
            seldom();
            self.k = golomb_parameter(n as u32, a) as u8;
        }
    }
}

/// All contexts of the regular mode.
#[derive(Debug)]
pub(super) struct Contexts([Context; CONTEXTS]);

impl Contexts {
    pub(super) fn new(parameters: &Parameters) -> Self {
        Self([Context::new(parameters); CONTEXTS])
    }

    /// The context with this index, 0 to 364.
    #[inline(always)]
    pub(super) fn at(&mut self, index: u32) -> &mut Context {
        &mut self.0[index as usize % CONTEXTS]
    }
}

/// The variables of a context of run interruption samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunContext {
    /// 1 where the sample to the left is near the one above, else 0: `RItype`.
    kind: i32,
    a: i32,
    n: i32,
    /// Nn: how many errors were negative.
    negative: i32,
}

impl RunContext {
    pub(super) fn new(kind: i32, parameters: &Parameters) -> Self {
        Self { kind, a: initial_a(parameters) as i32, n: 1, negative: 0 }
    }

    /// k of the Golomb code (code segment A.20 and section A.5.1).
    #[inline(always)]
    pub(super) fn k(&self) -> u32 {
        golomb_parameter(self.n as u32, (self.a + self.kind * (self.n >> 1)) as u32)
    }

    /// An error to its non-negative number (code segments A.21 and A.22).
    #[inline(always)]
    pub(super) fn mapped(&self, error: i32, k: u32) -> u32 {
        let is_odd = if error > 0 { !self.negatives_are_odd(k) } else { self.negatives_are_odd(k) };
        (2 * error.abs() - self.kind - i32::from(error != 0 && is_odd)) as u32
    }

    /// The error of a non-negative number.
    #[inline(always)]
    pub(super) fn error(&self, mapped: u32, k: u32) -> i32 {
        let doubled = mapped as i32 + self.kind;
        let is_odd = doubled & 1 == 1;
        let magnitude = (doubled + 1) >> 1;
        if is_odd == self.negatives_are_odd(k) { -magnitude } else { magnitude }
    }

    /// Whether negative errors are those with odd numbers, as `map` says (code segment A.21).
    fn negatives_are_odd(&self, k: u32) -> bool {
        k != 0 || 2 * self.negative >= self.n
    }

    /// Learns from an error (code segment A.23).
    #[inline(always)]
    pub(super) fn update(&mut self, error: i32, mapped: u32, parameters: &Parameters) {
        self.negative += i32::from(error < 0);
        self.a += (mapped as i32 + 1 - self.kind) >> 1;
        if self.n == parameters.reset {
            self.a >>= 1;
            self.n >>= 1;
            self.negative >>= 1;
        }
        self.n += 1;
    }
}

/// A before the first sample (section A.2.1).
fn initial_a(parameters: &Parameters) -> u32 {
    ((parameters.range as u32 + 32) / 64).max(2)
}

/// The smallest k for which n 2^k reaches a (code segment A.10).
#[inline(always)]
fn golomb_parameter(n: u32, a: u32) -> u32 {
    let fewest = n.leading_zeros() - (a | n).leading_zeros();
    fewest + u32::from(n << fewest < a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golomb_parameter_is_the_smallest_that_reaches() {
        for n in 1..=64 {
            for a in (0..2000).chain([1 << 20, (1 << 21) - 1, 1 << 21]) {
                let wanted = (0..32).find(|k| u64::from(n) << k >= u64::from(a)).unwrap();
                assert_eq!(golomb_parameter(n, a), wanted, "n {n}, a {a}");
            }
        }
    }

    #[test]
    fn errors_of_the_regular_mode_map_and_back() {
        let parameters = Parameters::lossless(8);
        let mut context = Context::new(&parameters);
        for k in [0, 1] {
            context.k = k;
            for minus_b in [0, 1] {
                context.minus_b = minus_b;
                for error in -128..128 {
                    let number = context.note(error).number();
                    assert_eq!(context.error::<true>(number, &parameters), error);
                }
            }
        }
        context.k = 0;
        let swapped = [0, -1, 1].map(|error| context.note(error).number());
        assert_eq!(swapped, [1, 0, 3]);
    }

    #[test]
    fn errors_of_run_interruptions_map_and_back() {
        for (kind, n, negative) in [(0, 4, 1), (0, 4, 2), (1, 4, 1), (1, 4, 3)] {
            let context = RunContext { kind, a: 4, n, negative };
            for k in [0, 1] {
                // Behind a run of equal samples there is no error 0: it would have gone on.
                for error in (-128..128).filter(|error| kind == 0 || *error != 0) {
                    assert_eq!(context.error(context.mapped(error, k), k), error, "{context:?}");
                }
            }
        }
    }

    #[test]
    fn corrections_stay_in_their_range() {
        let parameters = Parameters::lossless(16);
        let mut context = Context::new(&parameters);
        for error in [1000, -1000] {
            for _ in 0..1000 {
                context.update::<true>(error, &parameters);
                assert!((0..context.n).contains(&context.minus_b) && context.n <= 64);
            }
            assert_eq!(context.correction(), if error > 0 { 127 } else { -128 });
        }
    }
}
