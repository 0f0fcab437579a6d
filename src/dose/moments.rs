//! Size, place and form of a cross-section.

use crate::contours::edges::bounds;
use crate::contours::scanline::Crossings;

/// Strips in which a cross-section is measured. A circle's area comes out to 1e-4.
const STRIPS: f64 = 256.0;

/// Area, centre and second moments of a cross-section by the even-odd rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moments {
    /// The area, in squares of the polygons' unit.
    pub(super) area: f64,
    /// The centre (x, y), and the variances and the covariance about it (xx, xy, yy).
    pub(super) form: [f64; 5],
}

impl Moments {
    /// Measures polygons: exactly along x, in strips along y. `None` where they have no area.
    pub(super) fn of(polygons: &[Vec<[f64; 2]>], lines: &mut Crossings) -> Option<Self> {
        let [[left, low], [_, high]] = bounds(polygons)?;
        let strips = STRIPS.min(Crossings::most_lines(polygons, high - low));
        let height = (high - low) / strips;
        if height <= 0.0 {
            return None;
        }
        lines.find(polygons, low, height, strips as usize);
        let mut sums = [0.0; 6];
        for (strip, line) in lines.lines().enumerate() {
            let y = (strip as f64 + 0.5) * height;
            for pair in line.chunks_exact(2) {
                let [a, b] = [pair[0] - left, pair[1] - left];
                let length = b - a;
                let x = f64::midpoint(a, b);
                // The mean square of a stretch is that of its middle and a twelfth of its own.
                let squares =
                    [x * x + length * length / 12.0, x * y, y * y + height * height / 12.0];
                for (sum, value) in
                    sums.iter_mut().zip([1.0, x, y, squares[0], squares[1], squares[2]])
                {
                    *sum += length * value;
                }
            }
        }
        let [length, x, y, xx, xy, yy] = sums;
        if length <= 0.0 {
            return None;
        }
        let [x, y] = [x / length, y / length];
        let form =
            [x + left, y + low, xx / length - x * x, xy / length - x * y, yy / length - y * y];
        (determinant(&form) > 0.0).then_some(Self { area: length * height, form })
    }

    /// The area of a section of this form for each unit of its spread: an ellipse has 4 pi, a
    /// rectangle 12, two ellipses far apart much less.
    pub(super) fn fullness(&self) -> f64 {
        self.area / determinant(&self.form).sqrt()
    }
}

/// The determinant of the second moments: the product of the variances along the main axes.
pub(super) fn determinant(&[_, _, xx, xy, yy]: &[f64; 5]) -> f64 {
    xx * yy - xy * xy
}
