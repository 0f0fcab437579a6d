//! Nothing is lost, doubled or stuck, whatever the policies, the copies, the ranks and the room.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;

use proptest::prelude::*;

use super::stages::{Middle, Sink, Source, body, labels, number};
use super::*;
use crate::comm::stream;

/// By copy of the sink, number and labels: how often such a record came.
type Account = BTreeMap<(Option<usize>, u32, Vec<Vec<u8>>), usize>;

/// What one stage makes of records on their way to `copies` copies by a policy. Where which copy gets
/// a record is not to be foretold, none is named.
fn dealt(account: &Account, policy: Policy, copies: usize) -> Account {
    let mut dealt = Account::new();
    for ((_, number, labels), count) in account {
        let mut add = |copy, labels: &[Vec<u8>], count| {
            *dealt.entry((copy, *number, labels.to_vec())).or_default() += count;
        };
        match policy {
            Policy::RoundRobin | Policy::Random { .. } => add(None, labels, *count),
            Policy::Broadcast => (0..copies).for_each(|copy| add(Some(copy), labels, *count)),
            Policy::Labeled => add(Some(stream::owner(&labels[0], copies)), labels, *count),
            Policy::Selective => labels.iter().for_each(|label| {
                add(Some(stream::owner(label, copies)), std::slice::from_ref(label), *count);
            }),
        }
    }
    dealt
}

#[derive(Debug, Clone)]
struct Case {
    ranks: usize,
    copies: [usize; 4],
    policies: [Policy; 3],
    limits: Limits,
    naps: [bool; 2],
    records: u32,
}

fn cases() -> impl Strategy<Value = Case> {
    let policy = || {
        prop_oneof![
            Just(Policy::RoundRobin),
            any::<u64>().prop_map(|seed| Policy::Random { seed: seed >> 1 }),
            Just(Policy::Broadcast),
            Just(Policy::Labeled),
            Just(Policy::Selective),
        ]
    };
    let limits = (1..4000_u64, 1..30_u64).prop_map(|(window_bytes, window_records)| Limits {
        window_bytes,
        window_records,
        record_bytes: 100_000,
    });
    (
        1..=5_usize,
        prop::array::uniform4(1..=6_usize),
        prop::array::uniform3(policy()),
        limits,
        any::<[bool; 2]>(),
        0..60_u32,
    )
        .prop_map(|(ranks, copies, policies, limits, naps, records)| Case {
            ranks,
            copies,
            policies,
            limits,
            naps,
            records,
        })
}

impl Case {
    fn text(&self) -> String {
        let names = ["source", "middle", "red", "sink"];
        let mut text = "chain = \"source > middle > red > sink\"\n".to_owned();
        for (at, name) in names.iter().enumerate() {
            writeln!(text, "[stage.{name}]\ncopies = {}", self.copies[at]).unwrap();
            if let Some(policy) = at.checked_sub(1).map(|before| self.policies[before]) {
                writeln!(text, "input = \"{}\"", policy.name()).unwrap();
                if let Policy::Random { seed } = policy {
                    writeln!(text, "seed = {seed}").unwrap();
                }
            }
        }
        text
    }

    /// What the sink is to get.
    fn expected(&self) -> Account {
        let source: Account =
            (0..self.records).map(|number| ((None, number, labels(number)), 1)).collect();
        let mut middle = dealt(&source, self.policies[0], self.copies[1]);
        for ((_, number, _), count) in &mut middle {
            *count *= if number.is_multiple_of(2) { 2 } else { 1 };
        }
        let red = dealt(&middle, self.policies[1], self.copies[2]);
        dealt(&red, self.policies[2], self.copies[3])
    }

    fn check(&self) {
        let taken = Mutex::new(Vec::new());
        // The sinks of a test live as long as what they write to: leaked, since a chain that hangs has no end.
        let taken: &'static Mutex<_> = Box::leak(Box::new(taken));
        let [middle_naps, sink_naps] = self.naps;
        let make = |name: &str, copy: Copy| -> Result<Box<dyn Filter>, FilterError> {
            Ok(match name {
                "source" => Box::new(Source { copy, records: self.records }),
                "sink" => Box::new(Sink { copy: copy.number, naps: sink_naps, taken }),
                name => {
                    let doubles = name == "middle";
                    Box::new(Middle { naps: middle_naps, doubles, held: Vec::new() })
                }
            })
        };
        let chain = chain(&self.text());
        let nowhere = Path::new("/nonexistent");
        let outcomes = run_on(self.ranks, &chain, self.limits, nowhere, make, || false);
        assert!(outcomes.iter().all(|outcome| outcome.failure.is_none()), "{outcomes:?}");

        let is_foretold = !matches!(self.policies[2], Policy::RoundRobin | Policy::Random { .. });
        let mut account = Account::new();
        let taken = std::mem::take(&mut *taken.lock().unwrap());
        for (copy, record) in &taken {
            let number = number(record);
            assert_eq!(record.body, body(number));
            let key = (is_foretold.then_some(*copy), number, record.labels.clone());
            *account.entry(key).or_default() += 1;
        }
        let expected = self.expected();
        let summed = |account: Account| {
            let mut sums = Account::new();
            for ((copy, number, labels), count) in account {
                *sums.entry((copy, number, labels)).or_default() += count;
            }
            sums
        };
        assert_eq!(summed(account), summed(expected));
        self.check_rows(&outcomes, taken.len());
    }

    /// The rows name every copy once, in order, and their records add up.
    fn check_rows(&self, outcomes: &[ChainOutcome], taken: usize) {
        assert!(outcomes[1..].iter().all(|outcome| outcome.rows.is_empty()));
        let rows = &outcomes[0].rows;
        let places: Vec<_> =
            rows.iter().map(|row| (row.stage.as_str(), row.copy as usize)).collect();
        let names = ["source", "middle", "red", "sink"].iter().zip(self.copies);
        let expected: Vec<_> =
            names.flat_map(|(name, copies)| (0..copies).map(move |copy| (*name, copy))).collect();
        assert_eq!(places, expected);
        let sum = |stage: &str, of: fn(&CopyRow) -> u64| -> u64 {
            rows.iter().filter(|row| row.stage == stage).map(of).sum()
        };
        assert_eq!(sum("source", |row| row.records_out), u64::from(self.records));
        assert_eq!(sum("sink", |row| row.records_in), taken as u64);
        if self.policies[2] == Policy::RoundRobin {
            assert_eq!(sum("red", |row| row.bytes_out), sum("sink", |row| row.bytes_in));
        }
        assert!(
            rows.iter().all(|row| row.ended == Some(Ended::Exited) && row.exit_status == Some(0))
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
    #[test]
    fn nothing_is_lost_doubled_or_stuck(case in cases()) {
        case.check();
    }
}

#[test]
fn a_chain_without_records_ends() {
    let case = Case {
        ranks: 3,
        copies: [1, 2, 3, 1],
        policies: [Policy::Broadcast, Policy::Labeled, Policy::Selective],
        limits: Limits::default(),
        naps: [false; 2],
        records: 0,
    };
    case.check();
}
