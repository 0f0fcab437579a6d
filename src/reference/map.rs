//! What `sauva map` leaves: its files, and the columns of its tables. The tests hold them against what is written.

use std::fmt::Write;

use super::{MADE, cell};

/// Every file of an output of `sauva map`; that of a folder ends in a slash.
pub const MAP_FILES: [(&str, &str); 14] = [
    ("units/", "what programs left in `{output}`, a folder a unit; what is empty is not kept"),
    (
        "logs/",
        "what programs printed in their last attempt: `<name>.out` and `<name>.err`, where there is any",
    ),
    (
        "output.txt",
        "the standard outputs of all units that are done, in the order of their numbers",
    ),
    ("runs.csv", "a row a unit"),
    ("attempts.csv", "a row an attempt"),
    ("failures.csv", "a row a unit that was given up, with the end of its standard error"),
    ("skipped.csv", "with `--input`: files that are in no unit, and why"),
    ("files/", "of a chain: what its stage `write` has made"),
    ("collected", "of a chain: what its stage `collect` has made"),
    ("chain.csv", "of a chain: a row a copy of a stage"),
    ("summary.json", "the job as a whole, for programs"),
    ("report.html", "the job on one page for the eye; needs nothing but a browser"),
    (".sauva/", "lock, journals, checkpoints and attempts in work"),
    (".sauva/checkpoints/", "`{checkpoint}` of units that are not done"),
];

type Text = (&'static str, &'static str, &'static str);

/// The columns of each table; those of parameters, `param_` and the name, follow in runs.csv.
pub const MAP_COLUMNS: [(&str, &[Text]); 5] = [
    (
        "runs.csv",
        &[
            ("rank", "", "number of the unit, from 0: `{rank}`"),
            ("unit", "", "its name: `{unit}`"),
            ("state", "", "`done`, `failed`, or `open` in a job that was stopped"),
            ("attempts", "", "how often it was tried, in all tries of the job"),
            ("host", "", "node of the last attempt, as all that follows"),
            ("mpi_rank", "", "rank of MPI"),
            ("slot", "", "slot of that rank, from 0"),
            ("start_unix_s", "s", "when it began, since 1970-01-01 UTC"),
            ("wall_s", "s", "how long it took"),
            ("cpu_s", "s", "processor time of all its processes"),
            (
                "peak_memory_bytes",
                "byte",
                "most memory that its processes were seen to have; no less than some 15 MB, what the process that starts programs has itself",
            ),
            ("exit_status", "", "its exit status, or the number of the signal that ended it"),
            (
                "ended",
                "",
                "`exited`, `signal`, `time-limit`, `out-of-memory`, `cannot-start`, `lost` (its rank or node died) or `interrupted`",
            ),
            ("files", "", "files of the input that it is made of"),
            ("bytes", "byte", "their size"),
            ("output", "", "folder of what it left, below OUT"),
        ],
    ),
    (
        "attempts.csv",
        &[
            ("rank", "", "number of the unit"),
            ("unit", "", "its name"),
            ("attempt", "", "number of the attempt, from 1: `{attempt}`"),
            ("mpi_rank", "", "rank of MPI"),
            ("host", "", "node"),
            ("slot", "", "slot of the rank"),
            ("gpus", "", "GPUs that it had"),
            ("start_unix_s", "s", "when it began"),
            ("wall_s", "s", "how long it took"),
            ("cpu_s", "s", "processor time"),
            ("peak_memory_bytes", "byte", "most memory, as in runs.csv"),
            ("exit_status", "", "exit status, or number of the signal"),
            ("ended", "", "how, as in runs.csv"),
        ],
    ),
    (
        "failures.csv",
        &[
            ("rank", "", "number of the unit"),
            ("unit", "", "its name; of a chain the stage, the copy and what happened"),
            ("attempts", "", "how often it was tried"),
            ("ended", "", "how the last attempt ended"),
            ("exit_status", "", "its exit status, or the number of the signal"),
            ("stderr_tail", "", "the last 2,000 bytes of its standard error"),
        ],
    ),
    (
        "skipped.csv",
        &[
            ("path", "", "path below the input; of what a chain's `encode` held back, the label"),
            ("reason", "", "short name of the reason"),
        ],
    ),
    (
        "chain.csv",
        &[
            ("stage", "", "name of the stage"),
            ("copy", "", "number of the copy, from 0"),
            ("mpi_rank", "", "rank of MPI"),
            ("host", "", "node"),
            ("program", "", "first word of the command, or the built-in stage"),
            ("policy", "", "how records came to it"),
            ("records_in", "", "records that it took"),
            ("records_out", "", "records that it gave"),
            ("bytes_in", "byte", "their bodies"),
            ("bytes_out", "byte", "their bodies"),
            ("read_s", "s", "waiting for records"),
            ("process_s", "s", "working"),
            ("write_s", "s", "handing records over"),
            ("blocked_s", "s", "wanting to hand records over to a stage that had no room"),
            ("cpu_s", "s", "processor time"),
            ("peak_memory_bytes", "byte", "most memory of a process; none of what is built in"),
            ("exit_status", "", "exit status, or number of the signal"),
            ("ended", "", "how, as in runs.csv"),
        ],
    ),
];

pub(super) fn page() -> anyhow::Result<String> {
    let mut page = format!("{MADE}# Files and columns of sauva map\n\n");
    page += "Only you can enter OUT: names of units, and what programs write, may name patients. All but `units/`, \
             `output.txt`, `files/` and `collected` tell of the run, with its times and hosts.\n\n";
    writeln!(page, "| file | holds |\n|---|---|")?;
    for (name, meaning) in MAP_FILES {
        writeln!(page, "| `{name}` | {meaning} |")?;
    }
    for (name, columns) in MAP_COLUMNS {
        writeln!(page, "\n## {name}\n\n| column | unit | meaning |\n|---|---|---|")?;
        for (name, unit, meaning) in columns {
            writeln!(page, "| `{name}` | {unit} | {} |", cell(meaning))?;
        }
    }
    Ok(page)
}
