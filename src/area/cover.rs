//! The pixels of an image that areas cover, and those that they do not, as ranges.

use std::ops::Range;
use std::rc::Rc;

use super::{Area, Rectangle};

/// Extent of an image with all its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Columns.
    pub columns: u32,
    /// Rows.
    pub rows: u32,
    /// Frames.
    pub frames: u32,
}

impl Extent {
    /// Pixels of a frame.
    fn frame(self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// Pixels of all frames.
    pub fn pixels(self) -> usize {
        self.frame() * self.frames as usize
    }
}

/// The pixels that no area covers, as ranges over all frames, first to last: pixel `x` of row `y` of frame
/// `f` is `(f * rows + y) * columns + x`. Each area counts as if it went `margin` pixels further. No more
/// than the ranges of one frame is held.
pub fn outside(
    areas: &[Area],
    extent: Extent,
    margin: u32,
) -> impl Iterator<Item = Range<usize>> + '_ {
    in_frames(areas, extent, margin, move |rectangles| {
        let mut free = Vec::new();
        let mut from = 0;
        for covered in covered(rectangles, extent) {
            if from < covered.start {
                free.push(from..covered.start);
            }
            from = covered.end;
        }
        if from < extent.frame() {
            free.push(from..extent.frame());
        }
        free
    })
}

/// The pixels that areas cover; see [`outside`].
pub fn inside(
    areas: &[Area],
    extent: Extent,
    margin: u32,
) -> impl Iterator<Item = Range<usize>> + '_ {
    in_frames(areas, extent, margin, move |rectangles| covered(rectangles, extent))
}

/// Ranges of every frame: what `ranges` makes of the rectangles that lie on it.
fn in_frames<'a>(
    areas: &'a [Area],
    extent: Extent,
    margin: u32,
    ranges: impl Fn(&[Rectangle]) -> Vec<Range<usize>> + 'a,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut last: Vec<Rectangle> = Vec::new();
    let mut of_last: Rc<[Range<usize>]> = ranges(&[]).into();
    (0..extent.frames).flat_map(move |frame| {
        let here = areas.iter().filter(|area| area.frames.have(frame));
        let here = here.map(|area| area.rectangle.grown(margin, extent.columns, extent.rows));
        let here: Vec<Rectangle> = here.collect();
        // Most areas are on all frames.
        if here != last {
            of_last = ranges(&here).into();
            last = here;
        }
        let of_frame = Rc::clone(&of_last);
        let start = extent.frame() * frame as usize;
        (0..of_frame.len()).map(move |at| start + of_frame[at].start..start + of_frame[at].end)
    })
}

/// The pixels of a frame that rectangles cover, as ranges that neither meet nor touch.
fn covered(rectangles: &[Rectangle], extent: Extent) -> Vec<Range<usize>> {
    let mut covered: Vec<Range<usize>> = Vec::new();
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for row in 0..extent.rows {
        let here =
            rectangles.iter().filter(|it| (it.y..it.bottom()).contains(&row) && it.width > 0);
        spans.clear();
        spans.extend(here.map(|it| (it.x, it.right())));
        spans.sort_unstable();
        let start = row as usize * extent.columns as usize;
        for (x, right) in &spans {
            let span = start + *x as usize..start + *right as usize;
            match covered.last_mut() {
                Some(last) if last.end >= span.start => last.end = last.end.max(span.end),
                _ => covered.push(span),
            }
        }
    }
    covered
}

/// The areas without so many pixels at each of their sides.
pub fn shrunk(areas: &[Area], margin: u32) -> Vec<Area> {
    let smaller = |area: &Area| {
        let Rectangle { x, y, width, height } = area.rectangle;
        let width = width.checked_sub(2 * margin).filter(|width| *width > 0)?;
        let height = height.checked_sub(2 * margin).filter(|height| *height > 0)?;
        let rectangle = Rectangle { x: x + margin, y: y + margin, width, height };
        Some(Area { rectangle, ..area.clone() })
    };
    areas.iter().filter_map(smaller).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Frames, Reason};
    use super::*;

    const A: Rectangle = Rectangle { x: 2, y: 3, width: 4, height: 5 };

    #[test]
    fn every_pixel_is_inside_or_outside_once() {
        let area = |rectangle, frames| Area { rectangle, frames, reason: Reason::Text };
        let wide = Rectangle { x: 0, y: 1, width: 8, height: 2 };
        let areas = [area(A, Frames::All), area(wide, Frames::These(vec![2]))];
        let extent = Extent { columns: 8, rows: 9, frames: 3 };
        for margin in [0, 1, 20] {
            let mut seen = [0; 8 * 9 * 3];
            let ranges = outside(&areas, extent, margin).chain(inside(&areas, extent, margin));
            ranges.flatten().for_each(|at| seen[at] += 1);
            assert_eq!(seen, [1; 8 * 9 * 3]);
        }
        assert_eq!(inside(&areas, extent, 0).flatten().count(), 3 * 20 + 16);
        assert_eq!(inside(&areas, extent, 0).next(), Some(26..30));
        assert_eq!(extent.pixels(), 8 * 9 * 3);
    }
}
