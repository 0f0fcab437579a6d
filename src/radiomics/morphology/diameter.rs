//! The greatest distance of two points.

use crate::volume::{Triple, dot, sub};

/// So many points are compared one by one.
const FEW: usize = 16;

/// The greatest distance between any two of the points; 0 for a single one.
///
/// Points are parted into boxes, and boxes that cannot hold a longer distance than one known are passed over.
pub(super) fn diameter(mut points: Vec<Triple>) -> f64 {
    let Some(&first) = points.first() else { return 0.0 };
    // Going to and fro to the farthest point gives a long distance to begin with.
    let (mut greatest, mut from) = (0.0, first);
    for _ in 0..4 {
        for &point in &points {
            let distance = squared(from, point);
            if distance > greatest {
                (greatest, from) = (distance, point);
            }
        }
    }
    let mut boxes = vec![];
    part(&mut points, &mut boxes);
    for (place, a) in boxes.iter().enumerate() {
        for b in &boxes[place..] {
            if a.farthest(b) > greatest {
                for &p in a.points {
                    for &q in b.points {
                        greatest = f64::max(greatest, squared(p, q));
                    }
                }
            }
        }
    }
    greatest.sqrt()
}

fn squared(a: Triple, b: Triple) -> f64 {
    let way = sub(a, b);
    dot(way, way)
}

struct Box<'a> {
    points: &'a [Triple],
    min: Triple,
    max: Triple,
}

impl Box<'_> {
    /// No two points of the boxes have a greater squared distance.
    fn farthest(&self, other: &Self) -> f64 {
        let along = |axis: usize| {
            let (a, b) = (self.max[axis] - other.min[axis], other.max[axis] - self.min[axis]);
            a.max(b)
        };
        (0..3).map(|axis| along(axis).powi(2)).sum()
    }
}

/// Halves the points at the middle of the longest side of their box until they are few.
fn part<'a>(points: &'a mut [Triple], boxes: &mut Vec<Box<'a>>) {
    let end = |axis: usize, of: fn(f64, f64) -> f64| {
        points.iter().map(|p| p[axis]).reduce(of).unwrap_or_default()
    };
    let (min, max) = ([0, 1, 2].map(|a| end(a, f64::min)), [0, 1, 2].map(|a| end(a, f64::max)));
    if points.len() <= FEW {
        boxes.push(Box { points, min, max });
        return;
    }
    let longest = (0..3).max_by(|&a, &b| (max[a] - min[a]).total_cmp(&(max[b] - min[b])));
    let longest = longest.unwrap_or_default();
    let middle = points.len() / 2;
    points.select_nth_unstable_by(middle, |a, b| a[longest].total_cmp(&b[longest]));
    let (left, right) = points.split_at_mut(middle);
    part(left, boxes);
    part(right, boxes);
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_greatest_of_all_pairs(
            points in proptest::collection::vec([-9.0_f64..9.0, -1.0_f64..1.0, -9.0_f64..9.0], 1..200)
        ) {
            let pairs = points.iter().flat_map(|a| points.iter().map(move |b| squared(*a, *b)));
            let expected = pairs.fold(0.0, f64::max).sqrt();
            prop_assert_eq!(diameter(points.clone()), expected);
        }
    }

    #[test]
    fn one_point_and_none_have_no_extent() {
        assert_eq!(diameter(vec![]), 0.0);
        assert_eq!(diameter(vec![[1.0; 3]; 50]), 0.0);
    }
}
