#!/bin/bash
# Shows sauva at work on this machine: sets up, builds, makes a sample of COUNT synthetic CT images,
# runs it in one process with one thread and on 2 MPI ranks, and compares times and results.
#
#   bash scripts/run_local.sh [COUNT]     (100)
set -euo pipefail
source "$(dirname "$0")/lib.sh"
count=${1:-100}
[[ $count =~ ^[1-9][0-9]*$ ]] || fail "COUNT is a number of files, not '$count'"

bash "$root/scripts/setup.sh"
use_mpi
cargo build --release --locked --features mpi --manifest-path "$root/Cargo.toml"
sauva=$CARGO_TARGET_DIR/release/sauva

# Begun anew each time. Only a folder that this script made, by its mark, is ever removed.
work=$root/results/local
if [ -e "$work" ]; then
  [ -e "$work/.run_local" ] || fail "$work was not made by this script: move it away"
  rm -rf "$work"
fi
mkdir -p "$work"
touch "$work/.run_local"

echo
"$sauva" generate --count "$count" --output "$work/sample" --seed 1 --kind ct
"$sauva" keygen "$work/key"

# timed NAME COMMAND...: the whole command, its start included, in `elapsed`.
timed() {
  local name=$1 start=$EPOCHREALTIME
  shift
  "$@" >"$work/$name.txt" || fail "the $name run ended with exit code $?"
  elapsed=$(seconds_since "$start")
}
run=("$sauva" run --input "$work/sample" --key-file "$work/key" --threads 1)
timed serial "${run[@]}" --output "$work/serial"
serial_s=$elapsed
timed ranks mpirun_ranks 2 "${run[@]}" --output "$work/ranks"
ranks_s=$elapsed

# The job alone, without the start of MPI, which weighs in a run this short.
job_s() { sed -nE 's/^ *"wall_s": ([0-9.]+).*/\1/p' "$1/summary.json"; }
digests() { sed -n '/"digests": {/,/}/p' "$1/summary.json"; }
[ -n "$(digests "$work/serial")" ] || fail "no digests in $work/serial/summary.json"
diff <(digests "$work/serial") <(digests "$work/ranks") ||
  fail "the two runs differ in their results: see the digests above"

cat <<END

Summary of the run on 2 ranks:
$(cat "$work/ranks.txt")

  $count files of 512 x 512 pixels
$(awk -v serial="$serial_s" -v serial_job="$(job_s "$work/serial")" \
  -v ranks="$ranks_s" -v ranks_job="$(job_s "$work/ranks")" 'BEGIN {
    line = "  %-22s %9.2f s %11.2f s\n"
    printf "  %-22s %11s %13s\n", "", "command", "job alone"
    printf line, "1 process, 1 thread", serial, serial_job
    printf line, "2 ranks, 1 thread each", ranks, ranks_job
    printf "  %-22s %9.2f   %11.2f\n", "speed-up", serial / ranks, serial_job / ranks_job
  }')
  results                equal (the digests in both summary.json)

Outputs: ${work#"$PWD"/}
  sample/  the input    serial/  ranks/  the results    serial.txt  ranks.txt  what the runs said
END
