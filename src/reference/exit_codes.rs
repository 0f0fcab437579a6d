//! Exit codes: what each says, and what to do then.

use std::fmt::Write;

use super::MADE;
use crate::record::ExitStatus;

/// What a status says, and what to do.
fn meaning(status: ExitStatus) -> (&'static str, &'static str) {
    match status {
        ExitStatus::Done => ("all is done", "nothing"),
        ExitStatus::Usage => (
            "usage, configuration or environment: nothing was begun",
            "mend what the message names; `sauva doctor` looks at the rest",
        ),
        ExitStatus::Quarantined => (
            "done, and some inputs were quarantined, some regions not measured, or some units failed",
            "read failures.csv; the report groups it by reason",
        ),
        ExitStatus::Locked => {
            ("another run holds the output", "wait for it, or choose another --output")
        }
        ExitStatus::Check => (
            "an internal check failed, or `sauva verify` has found something wrong",
            "do not use the output; keep it and report what was printed",
        ),
        ExitStatus::Stopped => ("stopped before the end", "run the same command again: it goes on"),
    }
}

pub(super) fn page() -> anyhow::Result<String> {
    let mut page = format!("{MADE}# Exit codes\n\n");
    writeln!(page, "| code | meaning | what to do |\n|---|---|---|")?;
    for status in ExitStatus::ALL {
        let (says, to_do) = meaning(status);
        writeln!(page, "| {} | {says} | {to_do} |", status as i32)?;
    }
    Ok(page)
}
