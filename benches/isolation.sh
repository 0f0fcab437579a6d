#!/bin/bash
# What the worker process costs: the same run with --isolation none and process, in pairs and in turns.
# Prints each pair, and the median of their ratios.
#
#   bash benches/isolation.sh [FILES [PAIRS]]        1,000 generated CT files, 7 pairs
set -euo pipefail
source "$(dirname "$0")/../scripts/lib.sh"
cd "$root"
files=${1:-1000} pairs=${2:-7}
use_mpi
cargo build --quiet --release --locked --features mpi
sauva=$CARGO_TARGET_DIR/release/sauva
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$sauva" keygen "$work/key" >/dev/null
"$sauva" generate --count "$files" --output "$work/in" >/dev/null

# timed NAME ISOLATION: seconds of wall time and of processor time into $wall and $cpu.
timed() {
  local report
  rm -rf "$work/out"
  sync
  report=$({ TIMEFORMAT='%R %U %S'; time "$sauva" run --quiet --isolation "$1" --input "$work/in" \
    --output "$work/out" --key-file "$work/key" >/dev/null 2>"$work/log"; } 2>&1)
  wall=${report%% *}
  cpu=$(awk '{ print $2 + $3 }' <<<"$report")
}

timed none # the first fills the page cache
for ((pair = 0; pair < pairs; pair++)); do
  order=(none process)
  ((pair % 2)) && order=(process none)
  for isolation in "${order[@]}"; do
    timed "$isolation"
    declare "wall_$isolation=$wall" "cpu_$isolation=$cpu"
  done
  # shellcheck disable=SC2154 # declared by name
  awk -v a="$wall_none" -v b="$wall_process" -v c="$cpu_none" -v d="$cpu_process" \
    'BEGIN { printf "none %.2f s (cpu %.2f)  process %.2f s (cpu %.2f)  wall %+.1f %%  cpu %+.1f %%\n", a, c, b, d, (b/a-1)*100, (d/c-1)*100 }' |
    tee -a "$work/pairs"
done
sed -E 's/.*wall ([^ ]+) %.*/\1/' "$work/pairs" | sort -g |
  awk '{ v[NR] = $1 } END { printf "median of wall: %+.1f %%\n", NR % 2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2 }'
