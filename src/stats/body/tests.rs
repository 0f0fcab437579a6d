//! Phantoms: what is body in them is known.

use super::*;

const SIDE: usize = 512;

/// An axis-parallel ellipse, turned by an angle around its centre.
struct Ellipse {
    centre: [f64; 2],
    half: [f64; 2],
    turned_degrees: f64,
}

impl Ellipse {
    fn of(centre: [f64; 2], half: [f64; 2]) -> Self {
        Self { centre, half, turned_degrees: 0.0 }
    }

    fn has(&self, x: usize, y: usize) -> bool {
        let (sine, cosine) = self.turned_degrees.to_radians().sin_cos();
        let [x, y] = [x as f64 - self.centre[0], y as f64 - self.centre[1]];
        let (u, v) = (x * cosine + y * sine, y * cosine - x * sine);
        (u / self.half[0]).powi(2) + (v / self.half[1]).powi(2) <= 1.0
    }
}

/// The dense pixels of a phantom of 1 mm pixels.
fn dense(is_dense: impl Fn(usize, usize) -> bool) -> Mask {
    let places: Vec<usize> = (0..SIDE * SIDE).collect();
    Mask::of(&places, SIDE, |at| is_dense(at % SIDE, at / SIDE))
}

fn found(is_dense: impl Fn(usize, usize) -> bool) -> Option<Rectangle> {
    body_box(&dense(is_dense), Reach::of_sheets([1.0, 1.0]))
}

fn around(is_body: impl Fn(usize, usize) -> bool) -> Option<Rectangle> {
    dense(is_body).bounds()
}

#[test]
fn sheets_are_covered_by_the_rectangle_whatever_the_spacing() {
    let sides = |spacing| {
        let Reach { rows, columns } = Reach::of_sheets(spacing);
        (2 * rows + 1, 2 * columns + 1)
    };
    assert_eq!(sides([1.0, 0.5]), (7, 13));
    assert_eq!(sides([0.976_562_5, 4.0]), (9, 3));
    assert_eq!(sides([0.01, 700.0]), (17, 3));
    assert_eq!(sides([0.0, f64::NAN]), (3, 3));
}

#[test]
fn a_table_is_no_body() {
    let body = Ellipse::of([250.0, 240.0], [170.0, 110.0]);
    // Lungs are holes.
    let lung = Ellipse::of([200.0, 240.0], [60.0, 70.0]);
    // Two skins of 3 mm that meet at the sides, 2 mm below the body.
    let is_table = |x: usize, y: usize| {
        let bend = (x as f64 - 256.0).powi(2) / 2000.0;
        let upper = 352.0 - bend;
        (60..450).contains(&x)
            && ((upper..upper + 3.0).contains(&(y as f64)) || (400..403).contains(&y))
    };
    let is_body = |x, y| body.has(x, y) && !lung.has(x, y);
    let box_of_body = around(is_body);
    assert_eq!(found(is_body), box_of_body);
    assert_eq!(found(|x, y| is_body(x, y) || is_table(x, y)), box_of_body);
    // The body lies on it: no more than the skin below it comes along.
    let lies = |x: usize, y: usize| is_body(x, y) || is_table(x, y + 2);
    let found = found(lies).unwrap();
    let expected = box_of_body.unwrap();
    assert_eq!((found.x, found.y, found.width), (expected.x, expected.y, expected.width));
    assert!((found.bottom() - expected.bottom()) <= 4, "{found:?} and {expected:?}");
}

#[test]
fn arms_and_legs_apart_are_body() {
    let trunk = Ellipse::of([256.0, 256.0], [150.0, 100.0]);
    let arms = [40.0, 472.0].map(|x| Ellipse::of([x, 300.0], [32.0, 38.0]));
    let is_body = |x, y| trunk.has(x, y) || arms.iter().any(|arm| arm.has(x, y));
    assert_eq!(found(is_body), around(is_body));
    let legs = [170.0, 330.0].map(|x| Ellipse::of([x, 256.0], [60.0, 70.0]));
    let is_legs = |x, y| legs.iter().any(|leg| leg.has(x, y));
    assert_eq!(found(is_legs), around(is_legs));
    // A block of the table's rail is too small for an arm.
    let is_rail = |x: usize, y: usize| (20..36).contains(&x) && (420..440).contains(&y);
    assert_eq!(found(|x, y| trunk.has(x, y) || is_rail(x, y)), around(|x, y| trunk.has(x, y)));
}

#[test]
fn where_there_is_air_alone_there_is_no_body() {
    assert_eq!(found(|_, _| false), None);
    // Noise, cables and a table are no body either.
    assert_eq!(found(|x, y| (x * 7919 + y * 104_729) % 97 == 0), None);
    assert_eq!(found(|x, y| x % 100 < 4 || (y / 2) % 100 == 7), None);
    assert_eq!(body_box(&Mask::of(&[false; 0], 0, |it| it), Reach::of_sheets([1.0, 1.0])), None);
}

#[test]
fn streaks_of_metal_are_no_body() {
    let body = Ellipse::of([256.0, 256.0], [180.0, 120.0]);
    // Bright rays from a hip go beyond the body, dark ones divide it.
    let angle = |x: usize, y: usize| (y as f64 - 290.0).atan2(x as f64 - 190.0).to_degrees();
    let is_ray = |x, y| (angle(x, y).rem_euclid(30.0)) < 0.6;
    let is_dark = |x, y| (angle(x, y).rem_euclid(30.0) - 15.0).abs() < 1.0;
    let is_hip = |x: usize, y: usize| x.abs_diff(190) + y.abs_diff(290) < 20;
    let shown = found(|x, y| is_hip(x, y) || is_ray(x, y) || body.has(x, y) && !is_dark(x, y));
    let (shown, body) = (shown.unwrap(), around(|x, y| body.has(x, y)).unwrap());
    // Where a ray leaves the body it comes along as far as the opening may give back.
    let reach = 2 * Reach::of_sheets([1.0, 1.0]).rows as u32;
    assert_eq!(shown.intersection(body), Some(body));
    assert_eq!(body.grown(reach, 512, 512).intersection(shown), Some(shown), "{shown:?} {body:?}");
}

#[test]
fn a_tilted_head_with_its_ears_is_whole() {
    for turned_degrees in [0.0, 17.0, 45.0, 120.0] {
        let head = Ellipse { centre: [300.0, 200.0], half: [75.0, 95.0], turned_degrees };
        let ear = Ellipse { centre: [300.0, 205.0], half: [80.0, 2.0], turned_degrees };
        let is_body = |x, y| head.has(x, y) || ear.has(x, y);
        assert_eq!(found(is_body), around(is_body), "{turned_degrees}");
    }
}

#[test]
fn what_the_edges_cut_is_whole() {
    let body = Ellipse::of([256.0, 256.0], [300.0, 200.0]);
    let is_body = |x, y| body.has(x, y);
    assert_eq!(found(is_body).map(|it| (it.x, it.width)), Some((0, 512)));
    assert_eq!(found(is_body), around(is_body));
    assert_eq!(found(|_, _| true), around(|_, _| true));
    // A sheet of the table at an edge.
    let is_shown = |x, y| y > 508 || body.has(x, y);
    assert_eq!(found(is_shown), around(is_body));
}
