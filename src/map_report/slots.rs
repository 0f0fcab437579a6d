//! What the slots did: attempts in, where the time of the slots went and what limits the efficiency out, with a Gantt
//! chart.

use askama::Template;

use super::attempts::{Attempts, Slot};
use super::durations::Median;
use super::units::Units;
use super::{Source, gantt};
use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::percent;
use crate::plot::short;

/// What is lost to less than this share is not worth a sentence.
const LITTLE: f64 = 0.02;
/// A node whose units take so many times as long as those of the others is called slow.
const SLOW: f64 = 1.5;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "slots.html", config = "src/map_report/askama.toml")]
pub(super) struct Slots {
    efficiency: Option<String>,
    limit: Option<String>,
    slow: Option<String>,
    shares: Option<Grid>,
    gantt: Option<Figure>,
    earlier: u64,
}

impl Slots {
    pub(super) fn new(
        source: &Source<'_>,
        attempts: &Attempts,
        units: Option<&Units>,
        medians: &[Median],
    ) -> anyhow::Result<Self> {
        let losses = Losses::new(attempts, source.summary.run.slots);
        let limit = losses.as_ref().and_then(|losses| limit(losses, units));
        Ok(Self {
            efficiency: losses.as_ref().map(|losses| {
                let busy = percent(losses.done + losses.not_done);
                format!(
                    "The slots were busy {busy} % of the time, from the first attempt to the last."
                )
            }),
            limit,
            slow: slow(medians),
            shares: losses.as_ref().map(Losses::table),
            gantt: if attempts.slots.is_empty() {
                None
            } else {
                Some(gantt::figure(source, attempts)?)
            },
            earlier: attempts.earlier,
        })
    }
}

/// Where the time of the slots went, as shares of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Losses {
    done: f64,
    not_done: f64,
    /// Slots that had no unit.
    unused: f64,
    /// Before the first unit of a slot.
    before: f64,
    /// Between units.
    between: f64,
    /// After the last.
    after: f64,
}

impl Losses {
    /// Nothing where no time has passed.
    fn new(attempts: &Attempts, slots: u64) -> Option<Self> {
        let slots = (slots as f64).max(attempts.slots.len() as f64);
        let whole = slots * attempts.span_s;
        if whole <= 0.0 {
            return None;
        }
        let share = |of: &dyn Fn(&Slot) -> f64| attempts.slots.iter().map(of).sum::<f64>() / whole;
        let end_s = attempts.first_s + attempts.span_s;
        let done = share(&|slot| slot.busy_s[0]);
        let not_done = share(&|slot| slot.busy_s[1]);
        let before = share(&|slot| slot.first_s - attempts.first_s);
        let after = share(&|slot| end_s - slot.last_s);
        let unused = (slots - attempts.slots.len() as f64) / slots;
        let between = (1.0 - done - not_done - before - after - unused).max(0.0);
        Some(Self { done, not_done, unused, before, between, after })
    }

    fn table(&self) -> Grid {
        let rows = [
            ("attempts that succeeded", self.done),
            ("other attempts", self.not_done),
            ("slots that had no unit", self.unused),
            ("before the first unit of a slot", self.before),
            ("between units", self.between),
            ("after the last unit of a slot", self.after),
        ];
        let heads = vec![words("Where"), number("%")];
        Grid::new("shares", "Where the time of the slots went", heads)
            .with(rows.map(|(name, share)| GridRow::new([name.to_owned(), percent(share)])))
    }
}

/// What costs most, and what can be done about it.
fn limit(losses: &Losses, units: Option<&Units>) -> Option<String> {
    let costs = [
        (losses.not_done, "went into attempts that did not succeed: see how they ended"),
        (losses.unused, "is slots that had no unit: there were fewer units than slots"),
        (
            losses.before,
            "is slots that waited for their first unit: the input was still searched, or a rank came late",
        ),
        (
            losses.between,
            "lies between units: programs were started, slots waited for work, or before another attempt; longer units \
             make less of it",
        ),
        (
            losses.after,
            "is slots that had nothing left to do while the last units ran: more and shorter units would fill them",
        ),
    ];
    let (share, what) = costs.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    if share < LITTLE {
        return Some("Nothing of it is worth a change.".to_owned());
    }
    let longest = units.and_then(|units| {
        let walls = units.walls(|_, _| true);
        let [.., median, _, longest] = super::quartiles(&walls)?;
        (median > 0.0).then_some(longest / median)
    });
    let longest = longest.filter(|_| share.total_cmp(&losses.after).is_eq());
    let longest = longest.map_or_else(String::new, |times| {
        format!(" The longest unit took {} times the median.", short(times))
    });
    Some(format!("What costs most: {} % {what}.{longest}", percent(share)))
}

/// The node whose units take longest, where they take much longer.
fn slow(medians: &[Median]) -> Option<String> {
    let compared = || medians.iter().filter(|median| median.is_of_many());
    let slowest = compared().max_by(|a, b| a.median().total_cmp(&b.median()))?;
    let mut others: Vec<f64> =
        compared().filter(|median| median.host != slowest.host).map(Median::median).collect();
    others.sort_by(f64::total_cmp);
    let times = slowest.median() / super::quartiles(&others)?[2];
    (times.is_finite() && times >= SLOW).then(|| {
        format!(
            "Units took {} times as long on {} as on the other nodes (medians).",
            short(times),
            super::shown(&slowest.host)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(host: &str, number: u32, first_s: f64, last_s: f64, busy_s: [f64; 2]) -> Slot {
        let host = host.to_owned();
        Slot { host, number, first_s, last_s, busy_s, attempts: 1, ..Slot::default() }
    }

    fn attempts(slots: Vec<Slot>) -> Attempts {
        Attempts { slots, first_s: 100.0, span_s: 10.0, ..Attempts::default() }
    }

    #[test]
    fn shares_come_to_one_and_the_greatest_is_told() {
        let slots = vec![
            slot("a", 0, 100.0, 110.0, [9.0, 0.0]),
            slot("a", 1, 101.0, 104.0, [2.0, 1.0]),
            slot("b", 0, 100.0, 105.0, [5.0, 0.0]),
        ];
        let losses = Losses::new(&attempts(slots), 4).unwrap();
        let wanted = Losses {
            done: 0.4,
            not_done: 0.025,
            unused: 0.25,
            before: 0.025,
            between: 0.025,
            after: 0.275,
        };
        for (is, wanted) in [
            (losses.done, wanted.done),
            (losses.not_done, wanted.not_done),
            (losses.unused, wanted.unused),
            (losses.before, wanted.before),
            (losses.between, wanted.between),
            (losses.after, wanted.after),
        ] {
            assert!((is - wanted).abs() < 1e-9, "{losses:?}");
        }
        assert!(limit(&losses, None).unwrap().starts_with("What costs most: 27.5 % is slots that"));
        let full = Losses { done: 0.99, after: 0.01, ..Losses::default() };
        assert!(limit(&full, None).unwrap().starts_with("Nothing"));
        assert_eq!(Losses::new(&Attempts::default(), 4), None);
    }

    #[test]
    fn a_slow_node_is_named() {
        let median = |host: &str, median: f64, units: usize| Median {
            host: host.to_owned(),
            units,
            quartiles: [median; 5],
        };
        let mut medians = vec![median("a", 1.0, 9), median("b", 1.1, 9), median("c", 2.1, 9)];
        assert_eq!(
            slow(&medians).unwrap(),
            "Units took 2 times as long on c as on the other nodes (medians)."
        );
        medians[2].units = 1;
        assert_eq!(slow(&medians), None);
        assert_eq!(slow(&medians[..1]), None);
    }
}
