//! Lines of samples with the samples beyond their edges (T.87 section A.2.1).

use super::Sample;

/// The line that is coded and the one above it. The samples of `stride` components stand side by
/// side. Before the first pixel and behind the last each line has one more.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    stride: usize,
    above: Vec<u16>,
    current: Vec<u16>,
}

impl Lines {
    /// Lines of so many pixels, with the line of zeros that stands above an image.
    pub(super) fn new(width: usize, stride: usize) -> Self {
        let line = vec![0; (width + 2) * stride];
        Self { stride, above: line.clone(), current: line }
    }

    /// Goes on to the next line and sets the samples beyond the edges: to the left stands what is
    /// above the first sample, and above to the right once more what is above the last.
    pub(super) fn advance(&mut self) {
        std::mem::swap(&mut self.above, &mut self.current);
        let (stride, behind) = (self.stride, self.above.len() - self.stride);
        self.above.copy_within(behind - stride..behind, behind);
        self.current[..stride].copy_from_slice(&self.above[stride..2 * stride]);
    }

    /// The line above and the current one, each with its edges: the sample at `n` of the image has
    /// its left neighbour at `n` and itself at `n + stride`.
    #[inline(always)]
    pub(super) fn both(&mut self) -> (&[u16], &mut [u16]) {
        (&self.above, &mut self.current)
    }

    /// Takes the samples of the current line; `every` is from one pixel to the next in the source.
    #[inline(always)]
    pub(super) fn load<S: Sample>(&mut self, source: &[S], every: usize) {
        let stride = self.stride;
        let end = self.current.len() - stride;
        let line = &mut self.current[stride..end];
        if every == stride {
            for (to, from) in line.iter_mut().zip(source) {
                *to = (*from).into();
            }
        } else {
            for (to, from) in line.iter_mut().zip(source.iter().step_by(every)) {
                *to = (*from).into();
            }
        }
    }

    /// Gives the samples of the current line.
    pub(super) fn store<S: Sample>(&self, target: &mut [S], every: usize) {
        let stride = self.stride;
        let line = &self.current[stride..self.current.len() - stride];
        if every == stride {
            for (to, from) in target.iter_mut().zip(line) {
                *to = S::from_value(*from);
            }
        } else {
            for (to, from) in target.iter_mut().step_by(every).zip(line) {
                *to = S::from_value(*from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_follow_figure_a_1() {
        let mut lines = Lines::new(2, 1);
        lines.advance();
        lines.load(&[5_u8, 6], 1);
        assert_eq!(lines.both(), (&[0, 0, 0, 0][..], &mut [0, 5, 6, 0][..]));
        lines.advance();
        lines.load(&[7_u8, 8], 1);
        assert_eq!(lines.both(), (&[0, 5, 6, 6][..], &mut [5, 7, 8, 0][..]));
        lines.advance();
        assert_eq!(lines.both().0, [5, 7, 8, 8]);
        assert_eq!(lines.both().1[0], 7);
    }
}
