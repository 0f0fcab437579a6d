//! What a Gantt chart tells and how large it becomes.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::lane::Lane;
use super::{Gantt, GanttRow, MOST_BARS};
use crate::plot::{Chart, svg_element};

const KINDS: [&str; 4] = ["done", "failed", "over a limit", "lost"];
const MOST_BYTES: usize = 150_000;

fn rows(count: usize) -> Vec<GanttRow> {
    let row = |n: usize| GanttRow {
        group: format!("node{:03}", n / 4),
        label: format!("{}.{}", n / 2, n % 2),
        slots: 1,
    };
    (0..count).map(row).collect()
}

#[test]
fn each_attempt_of_few_has_its_bar_and_its_mark() {
    let mut gantt = Gantt::new("Slots", "time", &KINDS, rows(2), 100.0);
    gantt.add(0, 0.0, 40.0, 0);
    gantt.add(0, 40.0, 60.0, 1);
    gantt.add(1, 0.0, 100.0, 2);
    let svg = svg_element(&gantt, "g").unwrap();
    // Three bars and the three of the legend.
    assert_eq!(svg.matches("<rect").count(), 6, "{svg}");
    // The triangle of a limit, and in the legend.
    assert_eq!(svg.matches("<polygon").count(), 2, "{svg}");
    assert_eq!(
        gantt.description(),
        "A Gantt chart of 2 rows along 100 s, with a bar from the start of each piece to its end: 1 done, 1 failed, \
         1 over a limit. The busiest row is node000 0.1, 100 %; the least busy is node000 0.0, 60 %."
    );
}

#[test]
fn what_is_no_time_is_passed_over() {
    let mut gantt = Gantt::new("Slots", "time", &KINDS, rows(1), f64::NAN);
    for (from, until) in [(f64::NAN, 1.0), (0.0, f64::INFINITY)] {
        gantt.add(0, from, until, 0);
    }
    gantt.add(9, 0.0, 1.0, 0);
    gantt.add(0, 0.0, 1.0, 9);
    assert_eq!(gantt.counts, [0; 4]);
    gantt.add(0, -5.0, 50.0, 0);
    gantt.add(0, 3.0, 1.0, 1);
    assert!(svg_element(&gantt, "g").is_ok());
    assert!(svg_element(&Gantt::new("", "", &[], Vec::new(), 0.0), "e").is_ok());
}

/// Attempts of seeded lengths one after the other on 60 rows, a third of them failed.
fn filled(attempts: u64) -> Gantt {
    let mut random = ChaCha8Rng::seed_from_u64(attempts);
    let share = 60.0 / attempts as f64;
    let mut gantt = Gantt::new("Slots", "time", &KINDS, rows(60), 1000.0);
    let mut ends = [0.0; 60];
    for n in 0..attempts {
        let lane = (n % 60) as usize;
        let length = 1000.0 * share * f64::from(random.next_u32() % 1000) / 500.0;
        let kind = if random.next_u32().is_multiple_of(3) { 1 + n as usize % 3 } else { 0 };
        gantt.add(lane, ends[lane], ends[lane] + length, kind);
        ends[lane] += length * 1.1;
    }
    gantt
}

#[test]
fn a_drawing_is_small_whatever_stands_on_it() {
    for attempts in [600, 10_000, 200_000, 1_000_000] {
        let gantt = filled(attempts);
        assert!(gantt.weight <= MOST_BARS);
        assert_eq!(gantt.counts.iter().sum::<u64>(), attempts);
        let bytes = svg_element(&gantt, "g").unwrap().len();
        assert!(bytes < MOST_BYTES, "{bytes} of {attempts}");
    }
}

#[test]
fn a_failure_among_very_many_is_still_seen() {
    let mut gantt = Gantt::new("Slots", "time", &KINDS, rows(1), 1000.0);
    for n in 0..100_000 {
        let from = f64::from(n) * 0.01;
        gantt.add(0, from, from + 0.01, usize::from(n == 50_000));
    }
    let failed: Vec<_> = gantt.runs(Lane::others).into_iter().flatten().collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].until - failed[0].from <= 2);
    let shades = gantt.runs(Lane::shades).concat();
    assert_eq!((shades.len(), shades[0].level), (1, 4));
}
