//! Compiles hot loops twice: for every processor, and for those with AVX2 and the bit manipulation
//! instructions. Both do the same arithmetic and give the same bytes.

#![cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "instructions beyond the baseline are used where they were found"
    )
)]

/// A piece of work that is worth compiling twice. Its `run` and all that it calls in its loops are
/// `#[inline(always)]`, or they would be compiled for the baseline alone.
pub(crate) trait Work {
    /// What comes out.
    type Output;

    /// Does the work.
    fn run(self) -> Self::Output;
}

/// Does the work with the best instructions of this processor.
pub(crate) fn run<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: the processor has just said that it has these instructions.
        return unsafe { run_with_avx2(work) };
    }
    work.run()
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    #[cfg(test)]
    if tests::BASELINE.get() {
        return false;
    }
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
fn run_with_avx2<W: Work>(work: W) -> W::Output {
    work.run()
}

/// Tells the compiler that a branch is seldom taken, so that nothing waits for its condition.
#[cold]
pub(crate) fn seldom() {}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    thread_local! {
        /// Whether this thread leaves the newer instructions alone.
        pub(crate) static BASELINE: Cell<bool> = const { Cell::new(false) };
    }
}
