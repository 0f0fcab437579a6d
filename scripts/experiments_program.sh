# shellcheck shell=bash disable=SC2034,SC2154
# The program of scripts/run_experiments.sh, which sources this and has set what was typed. Sets `sauva`, `commit` and
# `environment`, the identity of machine and program.

# The program that would be run, where it is built: `sauva`.
find_program() {
  if [ -n "${SAUVA:-}" ]; then
    sauva=$SAUVA
  elif [ -n "$slurm" ] || [ -n "${SLURM_JOB_ID:-}" ]; then
    sauva=$root/target/release/sauva
  else
    sauva=$(build_dir_for_mpi 2>/dev/null)/release/sauva || true
  fi
  # Jobs begin in another folder than this one, as it may be.
  case $sauva in /*) ;; *) sauva=$PWD/$sauva ;; esac
  [ -z "${SAUVA:-}" ] || [ -x "$sauva" ] || usage "SAUVA names no program that can be started"
}

# The commit of this checkout, with a mark where sources have changed since; nothing where git does not know it.
take_commit() {
  commit=$(git -C "$root" rev-parse --short=12 HEAD 2>/dev/null) || commit=''
  [ -z "$commit" ] || git -C "$root" diff --quiet HEAD -- src Cargo.toml Cargo.lock || commit+=-changed
}

# The commit of a program that was built before, where it is the release build of this checkout and no source is
# newer. A job was told.
find_commit() {
  [ -z "$commit" ] && [ -z "$plan_file" ] || return 0
  local program
  program=$(realpath -q "$sauva" || true)
  case $program in
    "$(realpath -qm "$root/target/release/sauva")" | "$(realpath -qm "$build_root")"/mpi-*/release/sauva)
      if [ -z "$(find "$root/src" "$root/Cargo.toml" "$root/Cargo.lock" -newer "$program" -print -quit)" ]; then
        take_commit
      fi
      ;;
  esac
  [ -n "$commit" ] ||
    echo "the commit that the program was built from is not known: --commit NAME records it" >&2
}

# ask_environment FOLDER: what this machine and program are, into `environment`.
ask_environment() {
  environment=$("$sauva" experiments "$1" --environment ${commit:+--commit "$commit"})
}

# The program, ready to be started, and `environment`: on the login node of --slurm that of this node.
environment=''
get_ready() {
  if [ -n "$slurm" ] || [ -n "${SLURM_JOB_ID:-}" ]; then
    find_program
    [ -x "$sauva" ] || usage "no program to run: build it with 'cargo build --release --features mpi', or name it in SAUVA"
  else
    use_mpi
    if [ -z "${SAUVA:-}" ]; then
      cargo build --release --locked --features mpi --manifest-path "$root/Cargo.toml"
      [ -n "$commit" ] || take_commit
    fi
    find_program
  fi
  find_commit
  ask_environment "$results"
}

# For a plan with --resume: nothing is built or left behind. The kind of the file system belongs to the environment,
# so that it is asked for in the folder of the results.
get_ready_to_plan() {
  local folder
  [ -n "$resume" ] && [ -e "$results/metrics.csv" ] || return 0
  find_program
  if [ -x "$sauva" ]; then
    find_commit
    folder=$(mktemp -d "$results/.plan-XXXXXX")
    ask_environment "$folder" 2>/dev/null || environment=''
    rm -rf "$folder"
  fi
  [ -n "$environment" ] ||
    echo "no program that starts here: runs of any machine and program in metrics.csv count as done" >&2
}
