#!/bin/bash
# Measures how sauva scales: runs it with many numbers of ranks and threads on synthetic CT, each run into a fresh
# folder, and makes tables, laws, plots and REPORT.md of it.
#
#   bash scripts/run_experiments.sh [FLAG..] [-- ARGS for sauva run]
#
#   --files LIST      numbers of files, such as 100,1000 (the default: small and medium)
#   --reps N          runs of each configuration (3)
#   --max-procs N     the most ranks times threads (16); numbers of processors are 1, 2, 4 .. and this one
#   --modes LIST      of ranks (of one thread), threads (of one rank) and hybrid (ranks times threads =
#                     --max-procs); all of them is the default. One rank of one thread is always there
#   --weak            --files for each processor in place of in all
#   --seed N          the order of the runs is shuffled with it, and the data are made with it (1)
#   --codec NAME      as of sauva run (its default)
#   --cache STATE     warm (the default), or cold: the system is asked to forget the input before each run
#   --variant NAME    a name for ARGS in the tables (plain; with ARGS a name made from them)
#   --results DIR     where metrics.csv and all else goes (results); the data, a key and the logs in DIR/work
#   --resume          what stands in DIR/metrics.csv is not run again
#   --dry-run         print the plan, and run nothing
#   --slurm           a job for each configuration and one that examines all, by sbatch, with the flags
#                     --site, --account, --partition, --time and --mpi of scripts/submit.sh. A job does all
#                     repetitions of its configuration one after the other: the shuffle is lost, and the report
#                     says so
#   --commit NAME     the commit that the program was built from; known without it where that is the release build
#                     of this checkout
#
# Builds sauva with MPI, unless SAUVA names a program; with --slurm that is target/release/sauva, built before.
# Ends with 1 where a run failed, and with 70 where outputs differ.
# Its parts in files of their own take up what is set here, and set what is used here.
# shellcheck disable=SC2034,SC2154
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
for part in plan program slurm; do
  # shellcheck source=/dev/null # the three files beside this one
  source "$root/scripts/experiments_$part.sh"
done

usage() { fail "$*; see the head of scripts/run_experiments.sh"; }

files=100,1000 reps=3 max_procs=16 modes=ranks,threads,hybrid scaling=strong seed=1 codec='' cache=warm
variant='' results=$root/results resume='' dry_run='' slurm='' commit='' site=generic account='' partition=''
limit=01:00:00 mpi='' plan_file='' extra=()
while [ $# != 0 ]; do
  case $1 in
    --weak) scaling=weak && shift && continue ;;
    --resume) resume=1 && shift && continue ;;
    --dry-run) dry_run=1 && shift && continue ;;
    --slurm) slurm=1 && shift && continue ;;
    --)
      extra=("${@:2}")
      break
      ;;
    --files | --reps | --max-procs | --modes | --seed | --codec | --cache | --variant | --results | --commit | \
      --site | --account | --partition | --time | --mpi | --plan)
      [ $# -ge 2 ] || usage "$1 wants a value"
      ;;
    --*=*) usage "${1%%=*} and its value are two words" ;;
    --*) usage "there is no $1" ;;
    *) usage "a word that belongs to no flag: words for sauva itself come behind --" ;;
  esac
  case $1 in
    --files) files=$2 ;;
    --reps) reps=$2 ;;
    --max-procs) max_procs=$2 ;;
    --modes) modes=$2 ;;
    --seed) seed=$2 ;;
    --codec) codec=$2 ;;
    --cache) cache=$2 ;;
    --variant) variant=$2 ;;
    --results) results=$2 ;;
    --commit) commit=$2 ;;
    --site) site=$2 ;;
    --account) account=$2 ;;
    --partition) partition=$2 ;;
    --time) limit=$2 ;;
    --mpi) mpi=$2 ;;
    --plan) plan_file=$2 ;; # the script's own: a job of --slurm does the runs of this file
  esac
  shift 2
done

# matches FLAG VALUE PATTERN WHAT
matches() { [[ $2 =~ ^($3)$ ]] || usage "$1 is $4, not '$2'"; }
name='[A-Za-z0-9._-]{1,60}'
matches --files "$files" '[1-9][0-9]{0,6}(,[1-9][0-9]{0,6})*' 'a list of numbers such as 100,1000'
matches --reps "$reps" '[1-9][0-9]{0,2}' 'a number of runs'
matches --max-procs "$max_procs" '[1-9][0-9]{0,4}' 'a number of processors'
matches --modes "$modes" '(ranks|threads|hybrid)(,(ranks|threads|hybrid))*' 'a list of ranks, threads, hybrid'
matches --seed "$seed" '[0-9]{1,15}' 'a number'
matches --codec "${codec:-x}" "$name" 'the name of a codec'
matches --cache "$cache" 'warm|cold' 'warm or cold'
matches --variant "${variant:-x}" "$name" 'a name'
matches --commit "${commit:-x}" "$name" 'a name'
matches --time "$limit" '[0-9]+(-[0-9]+)?(:[0-9]+){0,2}' 'a limit such as 08:00:00'
matches --partition "${partition:-x}" '[A-Za-z0-9_.,-]+' 'the name of a partition'
matches --account "${account:-x}" '[A-Za-z0-9_.-]+' 'the name of an account'
matches --mpi "${mpi:-x}" '[a-z0-9_]+' 'a name of srun --mpi=list'
# Only the node of the script would forget the input.
[ -z "$slurm" ] || [ "$cache" = warm ] || usage "--cache cold is not for --slurm"
case $results in /*) ;; *) results=$PWD/$results ;; esac
# What was typed behind -- may hold a path: the tables have a number made from it.
if [ -z "$variant" ]; then
  variant=plain
  [ ${#extra[@]} = 0 ] || variant=args-$(printf '%q ' "${extra[@]}" | sha256sum | cut -c1-8)
fi

# Everything but the tables goes to a folder that this script made, by its mark.
work=$results/work
open_work() {
  if [ -e "$work" ] && [ ! -e "$work/.run_experiments" ]; then
    fail "the folder work in --results was not made by this script: move it away"
  fi
  mkdir -p "$work/data"
  touch "$work/.run_experiments"
}

# The data of so many files, made once for a seed.
data_of() { echo "$work/data/seed-$seed-files-$1"; }
make_data() {
  local folder
  folder=$(data_of "$1")
  [ -e "$folder.made" ] && return
  rm -rf "$folder"
  "$sauva" generate --count "$1" --output "$folder" --seed "$seed" --kind ct >/dev/null ||
    fail "sauva generate ended with exit code $?"
  touch "$folder.made"
}

forget() { find "$1" -type f -exec dd of={} oflag=nocache conv=notrunc,fdatasync count=0 status=none \; ; }

# launch RANKS THREADS COMMAND...: under Slurm by srun, as slurm/tries.sh does.
launch() {
  local ranks=$1 threads=$2
  shift 2
  if [ -n "${SLURM_JOB_ID:-}" ]; then
    srun ${mpi:+--mpi="$mpi"} -K1 -n "$ranks" -c "$threads" "$@"
  else
    mpirun_ranks "$ranks" "$@"
  fi
}

# measure ORDER DATASET FILES RANKS THREADS REPETITION [--warm-up]: one run, and its rows into the table. Leaves
# the exit code of what failed.
measure() {
  local order=$1 dataset=$2 count=$3 ranks=$4 threads=$5 rep=$6 rc=0
  local out=$work/out-$order-${SLURM_JOB_ID:-local} data log
  data=$(data_of "$count")
  log=$out.log
  rm -rf "$out"
  [ "$cache" = warm ] || forget "$data"
  launch "$ranks" "$threads" "$sauva" run --quiet --input "$data" --output "$out" --key-file "$work/key" \
    --threads "$threads" ${codec:+--codec "$codec"} "${extra[@]}" >"$log" 2>&1 || rc=$?
  if [ "$rc" = 0 ]; then
    "$sauva" experiments "$results" --add "$out" --dataset "$dataset" --files "$count" --repetition "$rep" \
      --scaling "$scaling" --cache "$cache" --variant "$variant" --seed "$seed" --order "$order" \
      ${commit:+--commit "$commit"} "${@:7}" >>"$log" 2>&1 || rc=$?
  fi
  if [ "$rc" != 0 ]; then
    echo "  FAILED with exit code $rc; what sauva says, and the end of the log:"
    { grep '^sauva: ' "$log" | sort -u | tail -n 3; tail -n 5 "$log"; } | sed 's/^/    /'
  else
    rm -f "$log"
  fi
  rm -rf "$out"
  return "$rc"
}

failed=0
# measure_all: the runs on standard input, a line each, warm-ups first.
measure_all() {
  local runs=() line order dataset count ranks threads rep at=0 start=$EPOCHREALTIME begun took
  mapfile -t runs
  local -A warm=()
  for line in "${runs[@]}"; do
    read -r order dataset count ranks threads rep <<<"$line"
    [ -z "${warm[$count]:-}" ] || continue
    warm[$count]=1
    echo "warm-up: $dataset, $count files"
    measure 0 "$dataset" "$count" "$ranks" "$threads" 1 --warm-up </dev/null || failed=$((failed + 1))
  done
  start=$EPOCHREALTIME
  for line in "${runs[@]}"; do
    read -r order dataset count ranks threads rep <<<"$line"
    at=$((at + 1)) begun=$EPOCHREALTIME
    measure "$order" "$dataset" "$count" "$ranks" "$threads" "$rep" </dev/null || failed=$((failed + 1))
    took=$(seconds_since "$begun")
    awk -v at="$at" -v all="${#runs[@]}" -v took="$took" -v since="$(seconds_since "$start")" \
      -v run="$dataset, $ranks x $threads, repetition $rep" 'BEGIN {
        printf "[%d/%d] %s: %.1f s; %d left, about %.0f min\n", at, all, run, took, all - at,
          since / at * (all - at) / 60 }'
  done
}

# What was asked for ends here, and with the exit code of the examination.
examine() {
  local rc=0
  echo
  "$sauva" experiments "$results" || rc=$?
  case $rc in 0 | 70) echo "  plots: ${results#"$PWD"/}/plots" ;; esac
  [ "$failed" = 0 ] || echo "$failed runs failed, warm-ups among them; --resume runs what is missing" >&2
  [ "$rc" = 0 ] || exit "$rc"
  [ "$failed" = 0 ]
}

if [ -n "$plan_file" ]; then
  get_ready
  measure_all < <(left <"$plan_file")
  [ "$failed" = 0 ]
  exit
fi
if [ -n "$dry_run" ]; then
  get_ready_to_plan
  mapfile -t todo < <(numbered)
  [ ${#todo[@]} = 0 ] || printf '%s\n' "${todo[@]}" | while read -r order dataset count ranks threads rep; do
    printf '%4d  %-12s %7d files  %4d ranks x %d threads  repetition %d\n' \
      "$order" "$dataset" "$count" "$ranks" "$threads" "$rep"
  done
  echo "${#todo[@]} runs, and a warm-up for each number of files"
  exit
fi
get_ready
open_work
[ -e "$work/key" ] || "$sauva" keygen "$work/key" >/dev/null
mapfile -t todo < <(numbered)
echo "${#todo[@]} runs in --results ${results#"$PWD"/}"
for count in $(printf '%s\n' "${todo[@]}" | awk 'NF { print $3 }' | sort -nu); do
  make_data "$count"
done
if [ -n "$slurm" ]; then
  know_site
  [ ${#todo[@]} = 0 ] || printf '%s\n' "${todo[@]}" | submit
  exit
fi
[ ${#todo[@]} = 0 ] || measure_all < <(printf '%s\n' "${todo[@]}")
examine
