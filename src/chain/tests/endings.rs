//! Chains that do not come to their end: a stage fails or panics, or somebody wants them to stop.

use std::sync::Mutex;

use super::stages::{Middle, Sink, Source};
use super::*;

/// A middle that fails, or panics, at its tenth record.
struct Broken {
    left: u32,
    panics: bool,
}

impl Filter for Broken {
    fn take(&mut self, record: Record, out: &mut dyn Out) -> Result<(), FilterError> {
        self.left -= 1;
        assert!(self.left > 0 || !self.panics, "the fault of a filter");
        if self.left == 0 {
            Err(FilterError::Failed("has had enough".into()))
        } else {
            out.give(record)
        }
    }

    fn end(&mut self, _: &mut dyn Out) -> Result<(), FilterError> {
        Ok(())
    }
}

const ENDLESS: &str = r#"
chain = "source > middle > sink"
[stage.source]
copies = 3
[stage.middle]
copies = 4
[stage.sink]
copies = 2
"#;

fn endless(
    panics: Option<bool>,
) -> impl Fn(&str, Copy) -> Result<Box<dyn Filter>, FilterError> + Sync + Send {
    let taken: &'static Mutex<_> = Box::leak(Box::new(Mutex::new(Vec::new())));
    move |name, copy| {
        Ok(match (name, panics) {
            ("source", _) => Box::new(Source { copy, records: u32::MAX }),
            ("middle", Some(panics)) if copy.number == 2 => Box::new(Broken { left: 10, panics }),
            ("middle", _) => Box::new(Middle { naps: false, doubles: false, held: Vec::new() }),
            _ => Box::new(Sink { copy: copy.number, naps: true, taken }),
        })
    }
}

#[test]
fn one_failure_ends_all_and_every_rank_knows_which() {
    let nowhere = Path::new("/nonexistent");
    for ranks in [1, 2, 4] {
        let limits = Limits { window_records: 20, ..Limits::default() };
        let outcomes =
            run_on(ranks, &chain(ENDLESS), limits, nowhere, endless(Some(false)), || false);
        let failure = failure(&outcomes);
        assert_eq!(failure.to_string(), "stage middle, copy 2: has had enough");
        let rows = &outcomes[0].rows;
        assert_eq!(rows.len(), 9);
        let at_fault = rows.iter().filter(|row| row.ended == Some(Ended::Exited));
        assert_eq!(
            at_fault.map(|row| (&*row.stage, row.copy)).collect::<Vec<_>>(),
            [("middle", 2)]
        );
    }
}

#[test]
fn a_chain_that_is_told_to_stop_stops_on_all_ranks() {
    let nowhere = Path::new("/nonexistent");
    let asked = std::sync::atomic::AtomicU32::new(0);
    let should_stop = || asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 50;
    let outcomes =
        run_on(3, &chain(ENDLESS), Limits::default(), nowhere, endless(None), should_stop);
    assert!(failure(&outcomes).is_stop());
}

#[test]
fn a_panic_of_a_stage_goes_on_in_its_rank_and_ends_all() {
    let nowhere = Path::new("/nonexistent");
    let panic = std::panic::catch_unwind(|| {
        team::run(3, |comm| {
            let setup = Setup {
                cores: &[1; 3],
                host: "host",
                logs: nowhere.to_owned(),
                limits: Limits::default(),
                built_in: &endless(Some(true)),
                prepare: &|_| {},
                should_stop: &|| false,
            };
            run(comm, &chain(ENDLESS), &setup)
        })
    });
    let panic = panic.unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the fault of a filter"));
}
