//! Images without text, in which nothing may be taken for text.

use super::letters::Canvas;

/// That no seed gives text.
fn check(name: &str, image: impl Fn(u64) -> Canvas) {
    for seed in 0..12 {
        let canvas = image(seed);
        assert_eq!(canvas.texts(), [], "{name} {seed}");
        assert_eq!(canvas.turned().texts(), [], "{name} turned {seed}");
    }
}

#[test]
fn noise_is_no_text() {
    for deviation in [2.0, 10.0, 30.0, 60.0] {
        check("noise", |seed| Canvas::flat(256, 200, 100).noisy(deviation, seed));
        check("coarse noise", |seed| Canvas::flat(256, 200, 100).noisy(deviation, seed).blurred(1));
    }
}

#[test]
fn speckle_is_no_text() {
    check("speckle", |seed| {
        let [a, b] = [seed, seed + 100].map(|seed| Canvas::flat(256, 200, 128).noisy(60.0, seed));
        let (a, b) = (a.blurred(1), b.blurred(1));
        Canvas::painted(256, 200, |x, y| {
            let [a, b] = [&a, &b].map(|one| f64::from(one.samples[y * 256 + x]) - 128.0);
            4.0 * a.hypot(b) * (0.4 + 0.6 * (x as f64 / 90.0).sin().abs())
        })
    });
}

#[test]
fn gradients_and_tissue_are_no_text() {
    check("gradient", |seed| {
        Canvas::painted(256, 200, |x, y| x as f64 * 0.7 + y as f64 * 0.3).noisy(3.0, seed)
    });
    check("phantom", |seed| {
        let shift = seed as f64 * 7.0;
        Canvas::painted(256, 200, |x, y| {
            let (x, y) = (x as f64 - 128.0, y as f64 - 100.0);
            let inside = |dx: f64, dy: f64, a: f64, b: f64| {
                f64::from(u8::from(((x - dx) / a).powi(2) + ((y - dy) / b).powi(2) < 1.0))
            };
            120.0 * inside(0.0, 0.0, 110.0, 85.0) + 80.0 * inside(shift - 40.0, 20.0, 30.0, 22.0)
                - 60.0 * inside(10.0, shift - 50.0, 18.0, 35.0)
        })
        .noisy(5.0, seed)
    });
    check("vessels", |seed| {
        Canvas::painted(256, 200, |x, y| {
            let (x, y) = (x as f64, y as f64);
            let vessel = |offset: f64, width: f64| {
                let middle = offset + 25.0 * (x / 31.0 + seed as f64 + offset).sin();
                (-((y - middle) / width).powi(2)).exp()
            };
            180.0 - 90.0 * vessel(60.0, 3.0) - 70.0 * vessel(110.0, 2.0) - 60.0 * vessel(150.0, 1.5)
        })
        .noisy(4.0, seed)
    });
}

#[test]
fn rulers_bars_and_boards_are_no_text() {
    for step in [4, 8, 10, 16, 25] {
        check("ruler", |seed| {
            let left = 20 + 3 * seed as usize;
            Canvas::painted(256, 200, |x, y| {
                let long = if y.is_multiple_of(5 * step) { 10 } else { 5 };
                let is_tick = y.is_multiple_of(step) && (left..left + long).contains(&x);
                if is_tick || x == left { 255.0 } else { 0.0 }
            })
        });
        check("board", |seed| {
            let (x0, y0) = (seed as usize, 2 * seed as usize);
            Canvas::painted(256, 200, |x, y| {
                if ((x + x0) / step + (y + y0) / step).is_multiple_of(2) { 220.0 } else { 30.0 }
            })
        });
        check("grid", |seed| {
            Canvas::painted(256, 200, |x, y| {
                let is_line = [x + seed as usize, y].iter().any(|at| at.is_multiple_of(step));
                if is_line { 200.0 } else { 60.0 }
            })
        });
    }
    check("bars", |seed| {
        Canvas::painted(256, 200, |x, y| {
            let is_bar = (200..216).contains(&x) && (20..180).contains(&y);
            if is_bar { (180 - y) as f64 * 1.5 } else { 5.0 }
        })
        .noisy(2.0, seed)
    });
    check("colour bars", |seed| {
        Canvas::painted(256, 200, |x, _| ((x + seed as usize) / 32 * 36) as f64)
    });
}
