#!/bin/bash
# De-identification beside a copy: `cp -r` and `sauva run --codec native` over the same tree of files of
# 0.5 MB, each five times in turn; and the stage alone. Prints the best time of each.
#
#   benches/deidentify.sh [FILES] [FOLDER]     1000 files below a new folder in FOLDER (default /tmp)
set -euo pipefail
source "$(dirname "$0")/../scripts/lib.sh"
cd "$root"
files=${1:-1000}
work=$(mktemp -d -p "${2:-/tmp}")
trap 'rm -rf "$work"' EXIT
use_mpi
cargo build --release --locked --features mpi
sauva=$CARGO_TARGET_DIR/release/sauva
"$sauva" generate --count "$files" --output "$work/in"
"$sauva" keygen "$work/key"

# best NAME COMMAND...: runs it; keeps the least time by name.
declare -A least
best() {
  local name=$1 start=$EPOCHREALTIME took
  shift
  "$@" >/dev/null 2>&1
  took=$(seconds_since "$start")
  [[ -n ${least[$name]:-} ]] && awk "BEGIN { exit !(${least[$name]} < $took) }" || least[$name]=$took
}

for _ in 1 2 3 4 5; do
  rm -rf "$work/copy" && best "cp -r" cp -r "$work/in" "$work/copy"
  for profile in basic research; do
    rm -rf "$work/out"
    best "sauva run --codec native --profile $profile" "$sauva" run --quiet --codec native \
      --profile $profile --input "$work/in" --output "$work/out" --key-file "$work/key"
  done
done
for name in "${!least[@]}"; do
  awk -v t="${least[$name]}" -v n="$files" -v name="$name" \
    'BEGIN { printf "%8.2f s %8.0f files/s  %s\n", t, n / t, name }'
done
# Thread seconds of the stage in the last run.
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
  NR > 1 && $column["scope"] == "all" { s = $column["deid_s"]; n = $column["files"]; t = $column["threads"];
    printf "%8.0f us a file in the stage alone: %.0f files/s on %d threads\n", 1e6 * s / n, n * t / s, t }' \
  "$work/out/metrics.csv"
