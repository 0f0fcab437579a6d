# shellcheck shell=bash
# What a job does about each end of a run; sourced by the job scripts. Needs bash 4.4.

# until_done JOB COMMAND...: runs sauva by srun, again after a rank has died, three times in all. Asks for
# the requeue of JOB when sauva was told to stop, or when a node no longer answers. Leaves with the last
# exit code.
until_done() {
  local job=$1 try rc
  shift
  # -K1: without it the other ranks wait for ever for one that died. srun does not take -c from sbatch.
  local srun=(srun ${SRUN_MPI:+--mpi="$SRUN_MPI"} -K1 -c "$SLURM_CPUS_PER_TASK")
  for try in 1 2 3; do
    rc=0
    "${srun[@]}" "$@" || rc=$?
    echo "sauva: try $try ended with exit code $rc"
    case "$rc" in
      0 | 2) exit "$rc" ;; # all done; done, some quarantined
      1 | 4) exit "$rc" ;; # usage or environment; another run holds the output: no retry helps
      75)                  # asked to stop before the time limit, or the storage failed
        requeue "$job"
        exit "$rc"
        ;;
    esac
    # A rank died: the same command line again goes on where it stopped. On a dead node it cannot, and
    # Slurm takes minutes to notice one: the tries would be used up before.
    if ! all_nodes_answer; then
      echo "sauva: a node does not answer"
      requeue "$job"
      exit "$rc"
    fi
  done
  exit "$rc"
}

all_nodes_answer() {
  timeout "${NODE_WAIT:-60}" srun --mpi=none -K1 true
}

# At most twice, so that what fails for ever ends.
requeue() {
  [ "${SLURM_RESTART_COUNT:-0}" -ge 2 ] || scontrol requeue "$1"
}
