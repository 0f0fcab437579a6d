//! A fast stage is held back: no more is under way than its limits say.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use super::*;

/// Records given, records taken, and the most that was between the two.
#[derive(Default)]
struct Account {
    given: AtomicU64,
    taken: AtomicU64,
    most: AtomicU64,
}

struct Fast(Arc<Account>);
struct Slow(Arc<Account>);

impl Filter for Fast {
    fn take(&mut self, _: Record, _: &mut dyn Out) -> Result<(), FilterError> {
        unreachable!("a source has no input")
    }

    fn end(&mut self, out: &mut dyn Out) -> Result<(), FilterError> {
        for _ in 0..200 {
            out.give(Record::new("label", vec![0; 1000]))?;
            let given = self.0.given.fetch_add(1, SeqCst) + 1;
            self.0.most.fetch_max(given.saturating_sub(self.0.taken.load(SeqCst)), SeqCst);
        }
        Ok(())
    }
}

impl Filter for Slow {
    fn take(&mut self, _: Record, _: &mut dyn Out) -> Result<(), FilterError> {
        self.0.taken.fetch_add(1, SeqCst);
        std::thread::sleep(Duration::from_millis(1));
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Out) -> Result<(), FilterError> {
        Ok(())
    }
}

#[test]
fn a_fast_source_waits_for_a_slow_sink() {
    let by_records = Limits { window_records: 5, ..Limits::default() };
    let by_bytes = Limits { window_bytes: 5 * 1030, ..Limits::default() };
    for (ranks, limits) in [(1, by_records), (2, by_records), (1, by_bytes), (2, by_bytes)] {
        let account = Arc::new(Account::default());
        let make = |name: &str, _: Copy| -> Result<Box<dyn Filter>, FilterError> {
            Ok(match name {
                "source" => Box::new(Fast(Arc::clone(&account))),
                _ => Box::new(Slow(Arc::clone(&account))),
            })
        };
        let nowhere = Path::new("/nonexistent");
        let outcomes =
            run_on(ranks, &chain("chain = \"source > sink\""), limits, nowhere, make, || false);
        assert_eq!(outcomes[0].failure, None);
        assert_eq!(account.taken.load(SeqCst), 200);
        // Five under way, and one more that the sink has in hand and has not counted.
        let most = account.most.load(SeqCst);
        assert!((2..=6).contains(&most), "{most} records on {ranks} ranks");
        let source = &outcomes[0].rows[0];
        assert!(source.blocked_s > source.process_s + source.write_s, "{source:?}");
    }
}
