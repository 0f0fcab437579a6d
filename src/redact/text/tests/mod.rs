//! What is found, and what is not.

mod letters;
mod nothing;
mod samples;

use proptest::prelude::*;

use super::{Finder, Gray, find};
use letters::{Canvas, is_covered};

const NAME: &str = "DOE-JANE 1953-02-19";

#[test]
fn names_on_banners_are_found_in_all_sizes_and_both_polarities() {
    for (ground, ink) in [(0, 255), (255, 0), (40, 200), (90, 230), (160, 20)] {
        for scale in 1..=4 {
            let mut canvas = Canvas::flat(512, 200, ground);
            let line = canvas.write((20, 60), NAME, scale, ink);
            assert!(is_covered(line, &canvas.texts()), "{ground} {ink} {scale}");
        }
    }
}

#[test]
fn outlined_names_are_found_whatever_is_behind_them() {
    for (ink, outline) in [(255, 0), (0, 255)] {
        for scale in 2..=3 {
            let mut canvas = Canvas::painted(512, 200, |x, y| {
                128.0 + 90.0 * (x as f64 / 40.0 + y as f64 / 25.0).sin()
            });
            let line = canvas.write_outlined((20, 60), NAME, scale, (ink, outline));
            assert!(is_covered(line, &canvas.texts()), "{ink} {scale}");
        }
    }
}

#[test]
fn names_over_noise_are_found() {
    for seed in 0..5 {
        for scale in 1..=3 {
            let mut canvas = Canvas::flat(512, 200, 80).noisy(10.0, seed);
            let line = canvas.write((30, 70), NAME, scale, 255);
            assert!(is_covered(line, &canvas.texts()), "{seed} {scale}");
        }
    }
}

#[test]
fn turned_names_are_found() {
    let mut canvas = Canvas::flat(512, 200, 20).noisy(4.0, 1);
    let line = canvas.write((30, 70), NAME, 2, 240);
    let turned =
        crate::area::Rectangle { x: line.y, y: line.x, width: line.height, height: line.width };
    assert!(is_covered(turned, &canvas.turned().texts()));
}

#[test]
fn short_words_beside_longer_ones_are_found() {
    let mut canvas = Canvas::flat(400, 200, 0);
    let name = canvas.write((20, 40), "DOE JANE", 2, 255);
    let short = canvas.write((20, 64), "45 M", 2, 255);
    let initials = canvas.write((20, 88), "JDN", 2, 255);
    let texts = canvas.texts();
    for line in [name, short, initials] {
        assert!(is_covered(line, &texts), "{line:?}");
    }
}

#[test]
fn letters_beyond_a_change_of_the_ground_are_covered_with_the_others() {
    let mut canvas = Canvas::painted(400, 120, |x, _| if x < 200 { 10.0 } else { 190.0 });
    let line = canvas.write((100, 50), "JOHN ANDERSON", 2, 255);
    assert!(is_covered(line, &canvas.texts()));
}

#[test]
fn a_frame_that_equals_the_last_gives_the_same() {
    let mut canvas = Canvas::flat(300, 100, 0);
    canvas.write((20, 40), "DOE JANE", 2, 255);
    let (named, other) = (canvas.gray(), Canvas::flat(300, 100, 0).gray());
    let mut finder = Finder::default();
    let first = finder.find(&named);
    assert_eq!(first, find(&named));
    assert!(!first.is_empty());
    assert_eq!(finder.find(&named), first);
    assert!(finder.find(&other).is_empty());
    assert_eq!(finder.find(&named), first);
}

#[test]
fn tiny_and_empty_images_hold_no_text() {
    for (columns, rows) in [(0, 0), (1, 1), (3, 1000), (1000, 3), (2, 2), (7, 9), (8, 8), (65, 1)] {
        assert!(find(&Canvas::flat(columns, rows, 9).gray()).is_empty());
    }
    assert!(Gray::new(3, 3, vec![0; 8]).is_none());
}

proptest! {
    #[test]
    fn rectangles_lie_inside_of_any_image(
        columns in 1_usize..90,
        rows in 1_usize..90,
        greys in 1_u8..=255,
        seed: u64,
        blur in 0_usize..3,
    ) {
        let canvas = Canvas::flat(columns, rows, 128).noisy(f64::from(greys), seed).blurred(blur);
        for found in find(&canvas.gray()) {
            prop_assert!(found.rectangle.width > 0 && found.rectangle.height > 0);
            prop_assert!(found.rectangle.right() <= columns as u32);
            prop_assert!(found.rectangle.bottom() <= rows as u32);
        }
    }
}
