#!/bin/bash
# How well ranks share work that is only slept, on as many ranks as wanted whatever the cores: parallel
# efficiency by pattern and schedule, and what scheduling and gathering a million files cost.
#
#   bash benches/schedule.sh [RANKS...]      default: 1 2 4 8 16 64; prints a table in Markdown
#
# The times of files: even, all the same; adjacent, a twentieth in one place takes twenty times as long;
# strided, every fourth ten times; skewed, Pareto with exponent 1.2, cut at 200. All have the same size, so
# that no schedule knows them before. Ideal is the sum of all times over the ranks.
set -euo pipefail
source "$(dirname "$0")/../scripts/lib.sh"
cd "$root"
use_mpi
cargo build --quiet --release --locked --features mpi,test-hooks
sauva=$CARGO_TARGET_DIR/release/sauva
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$sauva" keygen "$work/key" >/dev/null
mkdir "$work/in"
seconds=${SECONDS_IDEAL:-12}

# list FILES: a list of so many files that are not there.
list() {
  awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "d%05d/f%07d\t524288\n", i / 500, i }'
}

# simulate RANKS SIMULATION SCHEDULE: runs it; the `all` row and the rows of the ranks are in metrics.csv.
simulate() {
  rm -rf "$work/out"
  mpirun_ranks "$1" "$sauva" run --quiet --input "$work/in" --output "$work/out" --key-file "$work/key" \
    --manifest "$work/list" --simulate "$2" --schedule "$3" --threads 1 --isolation none >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; fail "simulating $2 on $1 ranks failed"; }
}

# column NAME: of the `all` row.
column() {
  awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } END { print $at }' \
    "$work/out/metrics.csv"
}

echo "| ranks | pattern | ideal s | dynamic s | efficiency | static s | efficiency |"
echo "|---|---|---|---|---|---|---|"
for ranks in "${@:-1 2 4 8 16 64}"; do
  for n in $ranks; do
    files=$((400 * n))
    list "$files" >"$work/list"
    for pattern in even adjacent strided skewed; do
      # The pattern's times in units of the shortest, so that the ideal time is always the same.
      simulate 1 "$pattern:1:$files" static
      units=$(sed -nE 's/.*total_us=([0-9]+).*/\1/p' "$work/log")
      least=$(awk -v s="$seconds" -v n="$n" -v u="$units" 'BEGIN { printf "%d", s * n / u * 1e6 }')
      row="| $n | $pattern | $seconds |"
      for schedule in dynamic static; do
        simulate "$n" "$pattern:$least:$files" $schedule
        row+=$(awk -v work="$(column wall_s)" -v s="$seconds" 'BEGIN { printf " %.2f | %.3f |", work, s / work }')
      done
      echo "$row"
    done
  done
done

echo
echo "| ranks | files | wall s | us a file | largest resident set, MB |"
echo "|---|---|---|---|---|"
for files in 250000 1000000; do
  list $files >"$work/list"
  for n in 1 4 16; do
    simulate $n "even:0:$files" dynamic
    awk -v n=$n -v files=$files -v wall="$(column wall_s)" -v rss="$(column rss_peak_bytes)" \
      'BEGIN { printf "| %d | %d | %.1f | %.1f | %.0f |\n", n, files, wall, wall / files * 1e6, rss / 1e6 }'
  done
done
