#!/bin/bash
# What `sauva map` costs beside the programs it runs: many runs of `true`, with GNU parallel in turns, and how well many ranks
# keep their slots busy with short sleeps. Prints tables in Markdown.
#
#   bash benches/map/overhead.sh [RUNS [PAIRS [RANKS..]]]        10,000 runs, 3 pairs, 2 and 64 ranks
#
# SAUVA names a program that is built already. GNU parallel is Debian's package `parallel`; without it its rows are left out. It is asked
# to keep outputs and a log of jobs, as sauva map does, and to keep neither.
set -euo pipefail
source "$(dirname "$0")/../../scripts/lib.sh"
cd "$root"
runs=${1:-10000} pairs=${2:-3}
ranks=("${@:3}")
[ ${#ranks[@]} != 0 ] || ranks=(2 64)
use_mpi
if [ -z "${SAUVA:-}" ]; then
  cargo build --quiet --release --locked --features mpi
  SAUVA=$CARGO_TARGET_DIR/release/sauva
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
slots=$(nproc)

# timed COMMAND...: seconds of wall and of processor time into $wall and $cpu.
timed() {
  local report
  rm -rf "$work/out"
  sync
  report=$({
    TIMEFORMAT='%R %U %S'
    time "$@" >"$work/log" 2>&1 </dev/null
  } 2>&1) || { cat "$work/log" >&2; fail "failed: ${1##*/}"; }
  wall=${report%% *}
  cpu=$(awk '{ print $2 + $3 }' <<<"$report")
}

# told KEYS..: a number of the last run's summary.json.
told() {
  python3 -c 'import json, sys
it = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: it = it[key]
print(it)' "$work/out/summary.json" "$@"
}

with_sauva() { "$SAUVA" map --quiet --output "$work/out" --repetitions "$runs" --slots "$slots" -- true; }
with_sauva_on_2_ranks() {
  mpirun_ranks 2 "$SAUVA" map --quiet --output "$work/out" --repetitions "$runs" --slots "$(((slots + 1) / 2))" -- true
}
with_parallel() { seq "$runs" | parallel -N0 -j "$slots" true; }
with_parallel_keeping() { seq "$runs" | parallel -N0 -j "$slots" --results "$work/out" --joblog "$work/jobs" true; }

ways=(sauva sauva_on_2_ranks)
! have parallel || ways+=(parallel parallel_keeping)
declare -A names=([sauva]="sauva map" [sauva_on_2_ranks]="sauva map, 2 ranks" [parallel]="GNU parallel"
  [parallel_keeping]="GNU parallel, with --results and --joblog")

echo "| $runs runs of \`true\`, $slots at once | wall s | ms a run | processor ms a run |"
echo "|---|---|---|---|"
for ((pair = 0; pair < pairs; pair++)); do
  for way in "${ways[@]}"; do
    timed "with_$way"
    if [[ $way == sauva* ]] && [ "$(told units "done")" != "$runs" ]; then fail "not all runs are done"; fi
    awk -v name="${names[$way]}" -v n="$runs" -v wall="$wall" -v cpu="$cpu" \
      'BEGIN { printf "| %s | %.2f | %.2f | %.2f |\n", name, wall, wall / n * 1e3, cpu / n * 1e3 }'
  done
done

echo
echo "| ranks of one slot | runs of \`sleep 0.1\` | ideal s | from the first to the last, s | ideal over that | slots busy | whole command s |"
echo "|---|---|---|---|---|---|---|"
for n in "${ranks[@]}"; do
  runs=$((100 * n))
  timed mpirun_ranks "$n" "$SAUVA" map --quiet --output "$work/out" --repetitions "$runs" --slots 1 -- sleep 0.1
  awk -v n="$n" -v runs="$runs" -v work="$(told performance work_s)" \
    -v busy="$(told performance efficiency)" -v wall="$wall" \
    'BEGIN { ideal = runs * 0.1 / n; printf "| %d | %d | %.2f | %.2f | %.3f | %.3f | %.2f |\n", n, runs, ideal, work, ideal / work, busy, wall }'
done
