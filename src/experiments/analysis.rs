//! The whole examination on one page: runs in; studies with their laws, plots and bottlenecks out, and what is wrong.

use super::bottlenecks::{Bottlenecks, bottlenecks};
use super::figures::{Figure, figures};
use super::laws::{Laws, laws};
use super::runs::Run;
use super::study::{Configuration, Study, studies};

/// All that is made of the runs.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// Each study.
    pub studies: Vec<Examined>,
    /// Runs that count.
    pub runs: usize,
    /// Runs before them, which do not.
    pub warm_ups: usize,
}

/// A study and what follows from it.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The runs by configuration.
    pub study: Study,
    /// Laws of scaling.
    pub laws: Vec<Laws>,
    /// Plots.
    pub figures: Vec<Figure>,
    /// Where the time goes.
    pub bottlenecks: Vec<Bottlenecks>,
}

/// Examines runs.
pub fn analyse(runs: &[Run]) -> Analysis {
    let examined = |(number, study): (usize, Study)| {
        let laws = laws(&study);
        let suffix = if number == 0 { String::new() } else { format!("_{}", number + 1) };
        let figures = figures(&study, &laws, &suffix);
        Examined { bottlenecks: bottlenecks(&study), figures, laws, study }
    };
    let warm_ups = runs.iter().filter(|run| run.label.warm_up).count();
    let studies = studies(runs).into_iter().enumerate().map(examined).collect();
    Analysis { studies, runs: runs.len() - warm_ups, warm_ups }
}

impl Analysis {
    /// The studies alone, for the tables.
    pub fn plain(&self) -> Vec<Study> {
        self.studies.iter().map(|it| it.study.clone()).collect()
    }

    fn configurations(&self) -> impl Iterator<Item = &Configuration> {
        self.studies.iter().flat_map(|it| &it.study.configurations)
    }

    /// Configurations whose runs did not all write what the base has written.
    pub fn not_identical(&self) -> Vec<&Configuration> {
        self.configurations().filter(|it| it.identical == Some(false)).collect()
    }

    /// What is less efficient than it should be, and how many configurations were asked: those of several
    /// processors, not beyond the cores, that have a base.
    pub fn below(&self, efficiency: f64) -> (Vec<&Configuration>, usize) {
        let asked = |it: &&Configuration| {
            it.processors() > 1 && !it.is_oversubscribed() && it.efficiency.is_some()
        };
        let asked: Vec<&Configuration> = self.configurations().filter(asked).collect();
        let count = asked.len();
        let is_below = |it: &&Configuration| it.efficiency.is_some_and(|found| found < efficiency);
        (asked.into_iter().filter(is_below).collect(), count)
    }
}
