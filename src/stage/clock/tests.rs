use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::*;

const NAP: Duration = Duration::from_millis(2);

fn nap() {
    std::thread::sleep(NAP);
}

/// What `work` spends on a thread of its own.
fn spent(is_traced: bool, work: impl FnOnce() + Send) -> ThreadReport {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            StageClock::begin(1, is_traced);
            work();
            StageClock::report()
        });
        thread.join().unwrap()
    })
}

/// Naps that an activity was spent with at the least, and at the most: naps are never short.
fn naps(report: &ThreadReport, activity: Activity) -> f64 {
    report.timings.spent(activity) / NAP.as_secs_f64()
}

#[test]
fn a_stage_inside_another_counts_alone() {
    let around = Stopwatch::start();
    let report = spent(false, || {
        nap();
        StageClock::file("a", || {
            nap();
            StageClock::time(Stage::Encode, || {
                nap();
                StageClock::time(Stage::Verify, || (0..3).for_each(|_| nap()));
                nap();
            });
            StageClock::during(Activity::Pipe, nap);
        });
    });
    let wall = around.seconds();
    let stages = [Stage::Encode, Stage::Verify].map(|stage| naps(&report, Activity::Stage(stage)));
    let beside = [Activity::Waiting, Activity::File, Activity::Pipe].map(|it| naps(&report, it));
    for (found, least) in stages.into_iter().chain(beside).zip([2.0, 3.0, 1.0, 1.0, 1.0]) {
        assert!(found >= least, "{stages:?} {beside:?}");
    }
    // All others have napped too, so that none holds another one's.
    assert!(report.timings.total_s() <= wall);
    let lived = report.timings.lived_s();
    assert!(lived <= wall && lived >= 8.0 * NAP.as_secs_f64());
    assert_eq!(report.spans.spans, []);
}

#[test]
fn the_stage_of_a_panic_is_known_and_the_clock_goes_on() {
    let report = spent(true, || {
        StageClock::file("a", || {
            StageClock::time(Stage::Read, nap);
            assert_eq!(StageClock::current(), Some(Stage::Read));
            let panics = || StageClock::time(Stage::Verify, || panic!("as a codec might"));
            let outcome =
                catch_unwind(AssertUnwindSafe(|| StageClock::time(Stage::Encode, panics)));
            assert!(outcome.is_err());
            assert_eq!(StageClock::current(), Some(Stage::Verify));
            nap();
        });
        assert_eq!(StageClock::current(), None);
        StageClock::file("b", || assert_eq!(StageClock::current(), None));
    });
    assert!(naps(&report, Activity::File) >= 1.0);
    let names: Vec<_> = report.spans.spans.iter().map(|span| span.activity.name()).collect();
    assert_eq!(
        names,
        ["waiting", "read", "verify", "encode", "file", "waiting", "file", "waiting"]
    );
}

#[test]
fn a_file_inside_another_has_its_own_stage_and_name() {
    let report = spent(true, || {
        StageClock::file("a", || {
            StageClock::time(Stage::Encode, || {
                StageClock::file("b", || StageClock::time(Stage::Read, nap));
                assert_eq!(StageClock::current(), Some(Stage::Encode));
            });
        });
    });
    let spans = report.spans.spans.iter();
    let spans: Vec<_> = spans.map(|it| (it.activity.name(), it.path_id.as_deref())).collect();
    let (a, b) = (Some("a"), Some("b"));
    let inside = [("read", b), ("file", b), ("encode", a), ("file", a)];
    assert_eq!(spans, [&[("waiting", None)], &inside[..], &[("waiting", None)]].concat());
    assert!(naps(&report, Activity::Stage(Stage::Read)) >= 1.0);
}

#[test]
fn who_helps_counts_its_own_time_and_only_once() {
    let report = spent(true, || {
        StageClock::file("a", || {
            StageClock::time(Stage::Decode, || {
                let helped = StageClock::helped();
                helped.help(nap);
                let other = spent(true, || {
                    helped.help(nap);
                    nap();
                });
                assert!(naps(&other, Activity::Stage(Stage::Decode)) >= 1.0);
                assert!(naps(&other, Activity::Waiting) >= 1.0);
                let spans = other.spans.spans.iter();
                let spans: Vec<_> =
                    spans.map(|it| (it.activity.name(), it.path_id.as_deref())).collect();
                assert_eq!(spans, [("decode", Some("a")), ("waiting", None)]);
                // A file of its own, that a thread takes up while it waits for who helps it.
                StageClock::file("b", || {
                    StageClock::time(Stage::Read, || helped.help(nap));
                    assert_eq!(StageClock::current(), Some(Stage::Read));
                });
            });
        });
    });
    let own = |name| report.spans.spans.iter().filter(|it| it.activity.name() == name).count();
    assert_eq!(own("decode"), 2, "one of the stage, and one inside of the other file");
}
