#!/bin/bash
# Runs all tests: sets up, cargo's tests without and with MPI, then other readers on sauva's output,
# then damaged files and a little fuzzing.
# Exit code 0 when all have passed. The last line has the totals.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

bash scripts/setup.sh --tests
use_mpi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
times=()

# part NAME COMMAND...: runs it, counts what its closing lines say, goes on when it fails.
part() {
  local name=$1 start=$EPOCHREALTIME rc=0 counts
  shift
  echo "== $name"
  "$@" 2>&1 </dev/null | tee "$work/log" || rc=$?
  # cargo: "test result: ok. 5 passed; 0 failed; .."; others: "readers: 5 passed, 0 failed"
  counts=$(sed -nE 's/^.*: (ok\. |FAILED\. )?([0-9]+) passed[;,] ([0-9]+) failed.*/\2 \3/p' "$work/log" |
    awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
  passed=$((passed + ${counts% *}))
  # A part that fails before it can count, as a build does, is one failure.
  [ $rc = 0 ] || [ "${counts#* }" != 0 ] || counts="0 1"
  failed=$((failed + ${counts#* }))
  times+=("$(printf '%8s s  %s' "$(seconds_since "$start")" "$name")")
}

# readers PROFILE INPUT [CATALOGUE]: other people's readers open what sauva makes of a folder under a
# profile, and what it refuses to read.
readers() {
  local rc=0 out profile=$1
  shift
  out=$(mktemp -d "$work/XXXXXX")
  # The binary that the tests with MPI had; `cargo build` would choose other features and compile.
  cargo test --quiet --locked --no-run --features mpi,test-hooks &&
    "$CARGO_TARGET_DIR/debug/sauva" keygen "$out/key" || return
  "$CARGO_TARGET_DIR/debug/sauva" run --quiet --input "$1" --output "$out/out" \
    --profile "$profile" --key-file "$out/key" --private-log "$out/private.csv" --dicomdir || rc=$?
  # 2: some are quarantined, as the malformed ones must be.
  [ $rc = 0 ] || [ $rc = 2 ] || return $rc
  rc=0
  "$venv/bin/python" tests/readers/media.py "$out/out" || rc=$?
  "$venv/bin/python" tests/readers/refusals.py "$1" "$out/out" "$out/private.csv" || rc=$?
  if [ $# = 2 ]; then
    "$venv/bin/python" tests/readers/check.py "$1" "$out/out" "$out/private.csv" "$2" || rc=$?
  fi
  return $rc
}

part "cargo test" cargo test --locked --no-fail-fast
part "cargo test, with MPI" cargo test --locked --no-fail-fast --features mpi,test-hooks
part "faults" bash scripts/test_faults.sh
part "readers, data_sample" readers basic data_sample/dicom data_sample/dicom/catalogue.csv
part "readers, data_sample, research" readers research data_sample/dicom data_sample/dicom/catalogue.csv
# More real files, where a checkout has them beside it.
if [ -e ../shared/data/dicom/studies ]; then
  part "readers, studies" readers research ../shared/data/dicom/studies ../shared/data/dicom/catalogue.csv
  part "readers, all" readers basic ../shared/data/dicom
fi
# Short; longer by hand: see the heads of these scripts.
part "damaged files" bash scripts/test_mutations.sh 400
part "fuzzing" bash scripts/fuzz.sh 60

echo
printf '%s\n' "${times[@]}"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
