//! Yes or no for each pixel of a frame, 64 pixels in a word; and the operations of mathematical morphology with
//! rectangles (Serra, Image Analysis and Mathematical Morphology, 1982).

use crate::area::Rectangle;

/// Pixels in a word.
const WORD: usize = 64;

/// A rectangle of `2 rows + 1` by `2 columns + 1` pixels around a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stats) struct Reach {
    /// Rows above and below.
    pub(in crate::stats) rows: usize,
    /// Columns to the left and to the right, fewer than 64.
    pub(in crate::stats) columns: usize,
}

/// A bit for each pixel, row by row; a row begins with a new word, in which the first pixel is the lowest bit. Bits
/// behind the last column are clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::stats) struct Mask {
    columns: usize,
    rows: usize,
    words: Vec<u64>,
}

impl Mask {
    /// The pixels of a frame for which `is_set` says yes: `rows * columns` samples, row by row.
    pub(in crate::stats) fn of<T: Copy>(
        samples: &[T],
        columns: usize,
        is_set: impl Fn(T) -> bool,
    ) -> Self {
        let columns = columns.max(1);
        let word = |pixels: &[T]| {
            let bits = pixels.iter().enumerate();
            bits.fold(0, |word, (at, pixel)| word | u64::from(is_set(*pixel)) << at)
        };
        let rows = samples.chunks_exact(columns);
        let (count, words) = (rows.len(), rows.flat_map(|row| row.chunks(WORD).map(word)));
        Self { columns, rows: count, words: words.collect() }
    }

    pub(super) fn empty(columns: usize, rows: usize) -> Self {
        Self { columns, rows, words: vec![0; columns.div_ceil(WORD) * rows] }
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    fn width(&self) -> usize {
        self.columns.div_ceil(WORD)
    }

    /// The words of a row.
    pub(super) fn row(&self, row: usize) -> &[u64] {
        &self.words[row * self.width()..][..self.width()]
    }

    /// Sets the pixels of a row from `first` to before `end`.
    pub(super) fn set(&mut self, row: usize, first: usize, end: usize) {
        let start = row * self.width();
        for at in first / WORD..end.div_ceil(WORD) {
            let low = first.saturating_sub(at * WORD);
            let high = (end - at * WORD).min(WORD);
            self.words[start + at] |= u64::MAX >> (WORD - (high - low)) << low;
        }
    }

    /// The bits of the last word of a row that are pixels.
    fn tail(&self) -> u64 {
        u64::MAX >> (self.width() * WORD - self.columns)
    }

    /// The same with all that is no pixel cleared.
    fn trimmed(mut self) -> Self {
        let (width, tail) = (self.width(), self.tail());
        for last in self.words.iter_mut().skip(width - 1).step_by(width) {
            *last &= tail;
        }
        self
    }

    /// What is set in both, which have one size.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
        self
    }

    /// The pixels around which all of the rectangle is set. What lies outside of the image is not.
    pub(super) fn eroded(&self, reach: Reach) -> Self {
        self.swept(reach, |all, word| all & word)
    }

    /// The pixels in whose rectangle one is set.
    pub(super) fn dilated(&self, reach: Reach) -> Self {
        self.swept(reach, |any, word| any | word)
    }

    /// Joins each pixel with those in its rectangle, of which those outside of the image are clear.
    fn swept(&self, reach: Reach, join: impl Fn(u64, u64) -> u64) -> Self {
        let width = self.width();
        let mut across = Self::empty(self.columns, self.rows);
        let mut padded = vec![0; width + 2];
        for (row, out) in across.words.chunks_exact_mut(width).enumerate() {
            padded[1..=width].copy_from_slice(self.row(row));
            for (out, word) in out.iter_mut().zip(padded.windows(3)) {
                let [left, here, right] = [word[0], word[1], word[2]];
                *out = (1..=reach.columns).fold(here, |all, shift| {
                    let from_right = here >> shift | right << (WORD - shift);
                    let from_left = here << shift | left >> (WORD - shift);
                    join(join(all, from_right), from_left)
                });
            }
        }
        let across = across.trimmed();
        let mut swept = across.clone();
        let outside = vec![0; width];
        for (row, out) in swept.words.chunks_exact_mut(width).enumerate() {
            for away in 1..=reach.rows {
                let above = row.checked_sub(away).map_or(&outside[..], |near| across.row(near));
                let below = Some(row + away).filter(|near| *near < self.rows);
                let below = below.map_or(&outside[..], |near| across.row(near));
                let near = above.iter().zip(below);
                for (out, (above, below)) in out.iter_mut().zip(near) {
                    *out = join(join(*out, *above), *below);
                }
            }
        }
        swept
    }

    /// The smallest box around all that is set.
    pub(super) fn bounds(&self) -> Option<Rectangle> {
        let is_set = |row: &usize| self.row(*row).iter().any(|word| *word != 0);
        let first_row = (0..self.rows).find(is_set)?;
        let last_row = (0..self.rows).rfind(is_set)?;
        let mut any = vec![0; self.width()];
        for row in first_row..=last_row {
            any.iter_mut().zip(self.row(row)).for_each(|(any, word)| *any |= word);
        }
        let at = any.iter().position(|word| *word != 0)?;
        let first = at * WORD + any[at].trailing_zeros() as usize;
        let at = any.iter().rposition(|word| *word != 0)?;
        let last = at * WORD + WORD - 1 - any[at].leading_zeros() as usize;
        Some(Rectangle {
            x: first as u32,
            y: first_row as u32,
            width: (last + 1 - first) as u32,
            height: (last_row + 1 - first_row) as u32,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pixels(mask: &Mask) -> Vec<bool> {
        let bit = |row: usize, column: usize| mask.row(row)[column / WORD] >> (column % WORD) & 1;
        (0..mask.rows)
            .flat_map(|row| (0..mask.columns).map(move |column| bit(row, column) == 1))
            .collect()
    }

    /// The pixels of the rectangle around one, as it is defined; `None` for those outside of the image.
    fn near(
        at: usize,
        columns: usize,
        rows: usize,
        reach: Reach,
    ) -> impl Iterator<Item = Option<usize>> {
        let (row, column) = ((at / columns) as isize, (at % columns) as isize);
        let (down, along) = (reach.rows as isize, reach.columns as isize);
        (row - down..=row + down).flat_map(move |row| {
            (column - along..=column + along).map(move |column| {
                let is_inside =
                    (0..rows as isize).contains(&row) && (0..columns as isize).contains(&column);
                is_inside.then_some((row * columns as isize + column) as usize)
            })
        })
    }

    proptest! {
        #[test]
        fn words_do_what_pixels_would(
            columns in 1..150_usize,
            rows in 1..12_usize,
            reach in (0..4_usize, 0..17_usize),
            seed in prop::collection::vec(0..8_u8, 1800),
        ) {
            let reach = Reach { rows: reach.0, columns: reach.1 };
            let set: Vec<bool> = seed[..columns * rows].iter().map(|it| *it > 0).collect();
            let mask = Mask::of(&set, columns, |it| it);
            prop_assert_eq!(&pixels(&mask), &set);
            let around = |at| near(at, columns, rows, reach);
            let all = |at| around(at).all(|it| it.is_some_and(|it| set[it]));
            let eroded: Vec<bool> = (0..set.len()).map(all).collect();
            prop_assert_eq!(pixels(&mask.eroded(reach)), eroded);
            let clear: Vec<bool> = set.iter().map(|it| !it).collect();
            let mask = Mask::of(&clear, columns, |it| it);
            let any = |at| around(at).flatten().any(|it| clear[it]);
            let dilated: Vec<bool> = (0..set.len()).map(any).collect();
            prop_assert_eq!(pixels(&mask.dilated(reach)), dilated);
            let places = (0..set.len()).filter(|at| clear[*at]);
            let bounds = places.map(|at| Rectangle {
                x: (at % columns) as u32,
                y: (at / columns) as u32,
                width: 1,
                height: 1,
            });
            prop_assert_eq!(mask.bounds(), bounds.reduce(Rectangle::around));
        }
    }

    #[test]
    fn ranges_are_set_across_words() {
        for (first, end) in [(0, 1), (3, 64), (63, 65), (0, 130), (64, 128), (129, 130)] {
            let mut mask = Mask::empty(130, 2);
            mask.set(1, first, end);
            let expected: Vec<bool> =
                (0..260).map(|at| (130 + first..130 + end).contains(&at)).collect();
            assert_eq!(pixels(&mask), expected, "{first} to {end}");
        }
    }
}
