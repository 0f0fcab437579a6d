//! Experiments: the metrics of many runs in; statistics by configuration, laws of scaling, plots and a report out.
//! Nothing here touches a file or the machine.

mod analysis;
mod bottlenecks;
mod digits;
mod environment;
mod errors;
mod export;
mod figures;
mod fits;
mod intake;
mod label;
mod laws;
mod report;
mod runs;
mod statistics;
mod study;
mod table;
#[cfg(test)]
mod tests;

pub use analysis::{Analysis, Examined, analyse};
pub use bottlenecks::{Bottlenecks, bottlenecks};
pub use digits::three_digits;
pub use environment::{Environment, Environments, EnvironmentsError, physical_cores};
pub use errors::{IntakeError, RunsError};
pub use export::runs_json;
pub use figures::{FIGURES, Figure, figures};
pub use fits::{Amdahl, Gustafson, NoFit, Point, Usl, amdahl, gustafson, usl};
pub use intake::{Intake, Trial, intake, with_rows};
pub use label::{Cache, Label, STUDY_SCHEMA, Scaling, is_name};
pub use laws::{Laws, fits_json, laws};
pub use report::report;
pub use runs::{RUN_SCHEMA, Run, read_runs};
pub use statistics::{Sample, karp_flatt, speedup, speedup_sd, t_975};
pub use study::{Axis, Configuration, Data, Study, StudyKey, studies};
pub use table::{experiments_csv, experiments_header};

/// What a report starts with, and no other file.
pub const START: &str = "# How sauva scales: report of a study\n";
