//! The environment of programs: the user's own, without what belongs to the job and its ranks, with the number
//! of threads that they may use, their GPUs, and a mark by which their processes are known.
//!
//! Names of the launchers' variables were read off the environments of processes that Open MPI 4.1 (`mpirun`),
//! MPICH 4.0 (`mpirun`) and Slurm 22.05 (`srun` with pmi2 and with pmix) had started.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

/// The variable that marks the processes of a program. Its value begins with that of the program itself, so the
/// programs of a program that is a runner of its own are known too.
pub(super) const ATTEMPT_ID: &str = "SAUVA_ATTEMPT_ID";

/// Of a variable that belongs to the job: how its name begins, or all of it.
enum Name {
    Prefix(&'static str),
    Whole(&'static str),
}
use Name::{Prefix, Whole};

/// What would make a program's own MPI take itself for a rank of this job: it would wait for the others, or
/// disturb them.
const OF_MPI: [Name; 17] = [
    // Open MPI: rank and size; and as MCA parameters the addresses of its daemons and session folders.
    Prefix("OMPI_"),
    Prefix("ORTE_"),
    Prefix("PRTE_"),
    // The process management interfaces, by which a rank finds its peers.
    Prefix("PMI_"),
    Prefix("PMI2_"),
    Prefix("PMIX_"),
    // MPICH and what is made of it: Hydra's open pipes, the rank on this node, the network of this node's rank.
    Prefix("HYDRA_"),
    Prefix("HYDI_"),
    Prefix("MPI_LOCAL"),
    Whole("MPIR_CVAR_CH3_INTERFACE_HOSTNAME"),
    Whole("MPICH_INTERFACE_HOSTNAME"),
    // MVAPICH: rank and size, and its own launcher's.
    Prefix("MV2_COMM_WORLD_"),
    Prefix("MPIRUN_"),
    Prefix("MPISPAWN_"),
    // Cray's launchers.
    Prefix("PALS_"),
    Prefix("ALPS_APP_"),
    // Flux: the rank of a task.
    Prefix("FLUX_TASK_"),
];

/// What the user says to every Open MPI, not the launcher to its ranks.
const KEPT: [Name; 1] = [Prefix("OMPI_ALLOW_RUN_AS_ROOT")];

/// What `srun` tells a task of its step. An MPI that sees them takes itself for launched by `srun`; frameworks for
/// training take themselves for one of so many workers.
const OF_STEP: [Name; 16] = [
    Prefix("SLURM_STEP"),
    Prefix("SLURM_SRUN_"),
    Prefix("SLURM_PMI"),
    Whole("SLURM_MPI_TYPE"),
    Whole("SLURM_LAUNCH_NODE_IPADDR"),
    Whole("SLURM_PROCID"),
    Whole("SLURM_LOCALID"),
    Whole("SLURM_NODEID"),
    Whole("SLURM_GTIDS"),
    Whole("SLURM_TASK_PID"),
    Prefix("SLURM_NTASKS"),
    Whole("SLURM_NPROCS"),
    // How the step's tasks were laid out and bound: a step of the program's own would be laid out so too.
    Whole("SLURM_DISTRIBUTION"),
    Prefix("SLURM_CPU_BIND"),
    Prefix("SLURM_MEM_BIND"),
    Whole("SLURM_THREADS_PER_CORE"),
];

/// From what a program's own `mpirun` learns of the job's nodes: it would start its processes on the first of
/// them, where other programs run, and not where it is. `SLURM_JOB_ID` and the like stay.
const OF_ALLOCATION: [Name; 7] = [
    Whole("SLURM_JOBID"),
    Whole("SLURM_NODELIST"),
    Whole("SLURM_JOB_NODELIST"),
    Whole("SLURM_NNODES"),
    Whole("SLURM_JOB_NUM_NODES"),
    Whole("SLURM_TASKS_PER_NODE"),
    Prefix("SLURM_JOB_CPUS_PER_NODE"),
];

/// What libraries read the number of their threads from. Of each the documentation names it; TBB has none.
const THREADS: [&str; 15] = [
    // OpenMP 5.2, chapter 21.
    "OMP_NUM_THREADS",
    // Linear algebra.
    "OPENBLAS_NUM_THREADS",
    "GOTO_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    // Python.
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    // ITK, and with it SimpleITK and ANTs.
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
    // Other languages: Rust, Julia, R's package parallel, Go.
    "RAYON_NUM_THREADS",
    "JULIA_NUM_THREADS",
    "MC_CORES",
    "GOMAXPROCS",
];

/// Slurm's word for the cores of a task, which scripts read: it speaks of a rank, not of a program.
const CORES_OF_A_TASK: &str = "SLURM_CPUS_PER_TASK";

/// Takes the variables of MPI and of the job's step from what a command will see of this process's environment.
pub fn without_job(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| belongs_to_job(name)) {
        command.env_remove(name);
    }
}

/// Tells a program to use so many threads.
pub fn set_threads(command: &mut Command, cpus_per_task: usize) {
    let cpus = cpus_per_task.max(1).to_string();
    command.envs(THREADS.map(|name| (name, &*cpus)));
}

fn belongs_to_job(name: &OsStr) -> bool {
    let is_in = |table: &[Name]| {
        table.iter().any(|it| match it {
            Prefix(prefix) => name.as_bytes().starts_with(prefix.as_bytes()),
            Whole(whole) => name == *whole,
        })
    };
    (is_in(&OF_MPI) && !is_in(&KEPT)) || is_in(&OF_STEP) || is_in(&OF_ALLOCATION)
}

/// What all programs find, made of an environment.
pub(super) fn common(
    all: impl Iterator<Item = (OsString, OsString)>,
    cpus_per_task: usize,
) -> Vec<(OsString, OsString)> {
    let cpus = OsString::from(cpus_per_task.max(1).to_string());
    let own = all.filter(|(name, _)| !belongs_to_job(name));
    let own = own.map(|(name, value)| {
        let value = if name == CORES_OF_A_TASK { cpus.clone() } else { value };
        (name, value)
    });
    let mut common: Vec<_> = own.collect();
    common.extend(THREADS.map(|name| (name.into(), cpus.clone())));
    common
}

/// The variables that show a program its GPUs and hide the others.
///
/// AMD's runtime takes its list first, and HIP then counts among what is left (documentation of `ROCm`, GPU isolation
/// techniques): so HIP's says all of them. It goes before `CUDA_VISIBLE_DEVICES`, which HIP would read too.
pub(super) fn of_gpus(gpus: &[String]) -> [(&'static str, String); 3] {
    let names = gpus.join(",");
    let numbers: Vec<String> = (0..gpus.len()).map(|number| number.to_string()).collect();
    [
        ("CUDA_VISIBLE_DEVICES", names.clone()),
        ("ROCR_VISIBLE_DEVICES", names),
        ("HIP_VISIBLE_DEVICES", numbers.join(",")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_job_goes_and_the_users_own_stays() {
        let gone = [
            "OMPI_COMM_WORLD_RANK",
            "OMPI_MCA_orte_hnp_uri",
            "PMIX_RANK",
            "PMI_FD",
            "HYDI_CONTROL_FD",
            "MPI_LOCALRANKID",
            "SLURM_STEPID",
            "SLURM_STEP_NUM_TASKS",
            "SLURM_PROCID",
            "SLURM_NTASKS_PER_NODE",
            "SLURM_PMIXP_ABORT_AGENT_PORT",
            "SLURM_JOB_NODELIST",
            "SLURM_JOB_CPUS_PER_NODE_PACK_GROUP_0",
        ];
        let kept = [
            "PATH",
            "PYTHONPATH",
            "PYTHONUNBUFFERED",
            "CUDA_HOME",
            "UCX_TLS",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM",
            "MPICH_HOME",
            "SLURM_JOB_ID",
            "SLURM_JOB_NAME",
            "SLURM_TMPDIR",
            "SLURM_CPUS_ON_NODE",
            "SLURMD_NODENAME",
        ];
        for name in gone {
            assert!(belongs_to_job(OsStr::new(name)), "{name}");
        }
        for name in kept {
            assert!(!belongs_to_job(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_task_of_slurms_has_the_cores_of_a_program() {
        let rank = [(CORES_OF_A_TASK, "48"), ("OMP_NUM_THREADS", "48"), ("HOME", "/home/a")];
        let rank = rank.into_iter().map(|(name, value)| (name.into(), value.into()));
        let found: std::collections::HashMap<_, _> = common(rank, 3).into_iter().collect();
        assert_eq!(found[OsStr::new(CORES_OF_A_TASK)], "3");
        assert_eq!(found[OsStr::new("OMP_NUM_THREADS")], "3");
        assert_eq!(found[OsStr::new("HOME")], "/home/a");
        let nothing = common(std::iter::empty(), 1);
        assert!(!nothing.iter().any(|(name, _)| name == CORES_OF_A_TASK));
    }

    #[test]
    fn hip_counts_among_the_gpus_that_are_left() {
        let [cuda, rocr, hip] = of_gpus(&["2".to_owned(), "5".to_owned()]);
        assert_eq!(cuda, ("CUDA_VISIBLE_DEVICES", "2,5".to_owned()));
        assert_eq!(rocr, ("ROCR_VISIBLE_DEVICES", "2,5".to_owned()));
        assert_eq!(hip, ("HIP_VISIBLE_DEVICES", "0,1".to_owned()));
    }
}
