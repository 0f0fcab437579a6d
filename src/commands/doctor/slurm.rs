//! The time that a Slurm job has left.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Asked;
use super::finding::Finding;
use crate::commands::wording::in_words;

/// A job with less time left than this had better begin anew.
const LEAST_S: f64 = 600.0;

/// How long this job may yet run (`SLURM_JOB_END_TIME`, sbatch(1), from Slurm 23.02 on).
pub(super) fn time(_: &Asked<'_>) -> Option<Finding> {
    std::env::var_os("SLURM_JOB_ID")?;
    let end: Option<f64> =
        std::env::var("SLURM_JOB_END_TIME").ok().and_then(|text| text.trim().parse().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64());
    Some(finding(end.map(|end| end - now)))
}

fn finding(left_s: Option<f64>) -> Finding {
    let topic = "time limit";
    match left_s {
        None => Finding::ok(topic, "a job of Slurm, which does not say when it ends")
            .advise("`squeue --job $SLURM_JOB_ID --format %L` tells; a run that is cut off goes on by the same command"),
        Some(left) if left < LEAST_S => Finding::warn(
            topic,
            format!("this job of Slurm ends in {}", in_words(left)),
            "submit a new one with more --time; a run that is cut off goes on by the same command",
        ),
        Some(left) => Finding::ok(
            topic,
            format!("this job of Slurm ends in {}; a run that is cut off goes on by the same command", in_words(left)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::Mark;

    #[test]
    fn little_time_is_warned_of() {
        assert_eq!(finding(Some(60.0)).mark, Mark::Warn);
        assert_eq!(finding(Some(-60.0)).mark, Mark::Warn);
        assert_eq!(finding(None).mark, Mark::Ok);
        let found = finding(Some(7500.0));
        assert_eq!(found.mark, Mark::Ok);
        assert!(found.text.contains("ends in 2 h 05 min"), "{}", found.text);
    }
}
