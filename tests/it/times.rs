//! Where the time of a run has gone, as `metrics.csv` tells it.

use crate::help::{Work, rows, sample};

/// What a crew's threads do with their time.
const ACTIVITIES: [&str; 11] = [
    "read_s", "deid_s", "redact_s", "decode_s", "encode_s", "verify_s", "stats_s", "write_s",
    "other_s", "wait_s", "pipe_s",
];

#[test]
fn the_columns_come_to_the_time_of_the_threads() {
    let work = Work::new();
    for isolation in ["process", "none"] {
        work.run(&sample(), isolation, &["--threads", "2", "--isolation", isolation]);
        for row in rows(&work.path(isolation).join("metrics.csv")) {
            let seconds = |column: &str| -> f64 { row[column].parse().unwrap() };
            for column in ACTIVITIES {
                assert!(seconds(column) > 0.0, "{isolation}: {column}");
            }
            let (sum, lived) = (ACTIVITIES.map(seconds).iter().sum::<f64>(), seconds("crew_s"));
            assert!((sum - lived).abs() <= 0.02 * lived, "{isolation}: {sum} of {lived}");
            // The crew is there before the work begins, and goes before the run ends.
            assert!(lived <= seconds("threads") * seconds("wall_s"), "{isolation}: {row:?}");
            assert!(lived >= seconds("work_s"), "{isolation}: {row:?}");
        }
    }
}
