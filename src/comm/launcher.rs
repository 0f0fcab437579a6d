//! The guard against a foreign launcher. In go the environment and the number of ranks that MPI
//! sees, out comes a refusal when they differ: then each process would be rank 0 of 1, do the
//! whole job and write the same outputs, and none would notice.

/// Where launchers say how many processes they started. Slurm comes last: `mpirun -n 1` inside an
/// allocation inherits the number of its step.
const VARIABLES: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"];

/// Why this process cannot join the ranks it was started with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LauncherError {
    /// The launcher belongs to another MPI than the one the binary was built with.
    #[error(
        "started as {expected} processes ({variable}={expected}), but this binary's MPI ({library}) \
         sees {world_size}, so that each process would do the whole job: start it with the mpirun \
         of the MPI it was built with (under srun, with the right --mpi), or build it with the MPI \
         of this launcher"
    )]
    WrongLauncher {
        /// The number of processes that the launcher started.
        expected: usize,
        /// The variable that says so.
        variable: &'static str,
        /// The number of ranks that MPI sees.
        world_size: usize,
        /// Name and version of the MPI library.
        library: String,
    },
    /// A launcher started several processes of a binary that has no MPI.
    #[error(
        "started as {expected} processes ({variable}={expected}), but this binary was built without \
         MPI, so that each process would do the whole job: build it with --features mpi, or start \
         one process"
    )]
    BuiltWithoutMpi {
        /// The number of processes that the launcher started.
        expected: usize,
        /// The variable that says so.
        variable: &'static str,
    },
    /// MPI was initialised before, by an earlier connection.
    #[error("failed to initialise MPI: it can be initialised only once in a process")]
    AlreadyConnected,
    /// The MPI library cannot live with the threads of a rank.
    #[error("failed to initialise MPI: {library} does not allow a process to have threads")]
    NoThreads {
        /// Name and version of the MPI library.
        library: String,
    },
}

/// Whose processes set a variable of these.
pub fn name_of(variable: &str) -> &'static str {
    match variable {
        "OMPI_COMM_WORLD_SIZE" => "Open MPI's mpirun",
        "PMI_SIZE" => "MPICH's mpirun (or srun --mpi=pmi2)",
        _ => "srun",
    }
}

/// How many processes the launcher started, and the variable that says so; `None` when no
/// launcher is seen. A variable that holds no number counts as not set.
pub fn expected_ranks(env: impl Fn(&str) -> Option<String>) -> Option<(usize, &'static str)> {
    VARIABLES.into_iter().find_map(|name| {
        let ranks = env(name)?.trim().parse().ok()?;
        Some((ranks, name))
    })
}

/// Whether MPI sees the processes that the launcher started. `library` names the MPI library;
/// `None` is a binary without MPI, whose world has one rank.
pub fn check(
    (expected, variable): (usize, &'static str),
    world_size: usize,
    library: Option<&str>,
) -> Result<(), LauncherError> {
    match library {
        _ if expected == world_size => Ok(()),
        None => Err(LauncherError::BuiltWithoutMpi { expected, variable }),
        Some(library) => Err(LauncherError::WrongLauncher {
            expected,
            variable,
            world_size,
            library: library.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(env: &[(&str, &str)]) -> Option<(usize, &'static str)> {
        expected_ranks(|name| {
            env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_launcher_nearest_to_the_process_counts() {
        const OMPI: &str = "OMPI_COMM_WORLD_SIZE";
        const PMI: &str = "PMI_SIZE";
        const SLURM: &str = "SLURM_STEP_NUM_TASKS";
        let table: [(&[(&str, &str)], _); 9] = [
            (&[], None),
            (&[("SLURM_NTASKS", "8")], None),
            (&[(OMPI, "4")], Some((4, OMPI))),
            (&[(PMI, "2")], Some((2, PMI))),
            (&[(SLURM, "3")], Some((3, SLURM))),
            (&[(OMPI, "1"), (SLURM, "8")], Some((1, OMPI))),
            (&[(PMI, "2"), (SLURM, "8")], Some((2, PMI))),
            (&[(OMPI, ""), (PMI, "many"), (SLURM, " 8 ")], Some((8, SLURM))),
            (&[(PMI, "-1")], None),
        ];
        for (env, ranks) in table {
            assert_eq!(expected(env), ranks, "{env:?}");
        }
    }

    #[test]
    fn only_the_expected_world_is_joined() {
        let started = |ranks| (ranks, "PMI_SIZE");
        let library = Some("Open MPI v4.1.4");
        assert_eq!(check(started(4), 4, library), Ok(()));
        assert_eq!(check(started(1), 1, library), Ok(()));
        assert_eq!(check(started(1), 1, None), Ok(()));
        assert!(check(started(4), 1, library).is_err());
        assert!(check(started(1), 4, library).is_err());
        assert!(check(started(4), 1, None).is_err());
        assert!(check(started(0), 1, None).is_err());
    }

    #[test]
    fn a_refusal_says_what_why_and_what_to_do() {
        let foreign = check((4, "PMI_SIZE"), 1, Some("Open MPI v4.1.4")).unwrap_err().to_string();
        assert!(foreign.starts_with(
            "started as 4 processes (PMI_SIZE=4), but this binary's MPI (Open MPI v4.1.4) sees 1, "
        ));
        assert!(foreign.contains("start it with the mpirun of the MPI it was built with"));
        let without = check((4, "PMI_SIZE"), 1, None).unwrap_err().to_string();
        assert!(without.contains("build it with --features mpi"));
    }
}
