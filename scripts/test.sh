#!/bin/bash
# Runs all tests: sets up, cargo's tests without and with MPI, those of the ranks with MPICH as well, a Slurm
# where one can be had, then other readers on sauva's output, then damaged files and a little fuzzing.
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

# readers CODEC PROFILE INPUT CATALOGUE: other people's readers open what sauva makes of a folder, and
# what it refuses to read. Images with text are wanted as well.
readers() {
  local rc=0 out codec=$1 profile=$2 input=$3 catalogue=$4
  out=$(mktemp -d "$work/XXXXXX")
  "$sauva" keygen "$out/key" || return
  "$sauva" run --quiet --input "$input" --output "$out/out" --codec "$codec" --profile "$profile" \
    --pixel-risk accept --key-file "$out/key" --private-log "$out/private.csv" --dicomdir || rc=$?
  # 2: some are quarantined, as the malformed ones must be.
  [ $rc = 0 ] || [ $rc = 2 ] || return $rc
  rc=0
  "$venv/bin/python" tests/readers/media.py "$out/out" || rc=$?
  "$venv/bin/python" tests/readers/tables.py "$out/out" || rc=$?
  "$venv/bin/python" tests/readers/refusals.py "$input" "$out/out" "$out/private.csv" || rc=$?
  "$venv/bin/python" tests/readers/check.py "$input" "$out/out" "$out/private.csv" "$catalogue" || rc=$?
  rm -rf "$out"
  return $rc
}

# reference INPUT: every number of the index of what sauva makes of a folder, computed anew by others.
reference() {
  local rc=0 out
  out=$(mktemp -d "$work/XXXXXX")
  "$sauva" keygen "$out/key" || return
  "$sauva" run --quiet --regions --input "$1" --output "$out/out" --pixel-risk accept --key-file "$out/key" || rc=$?
  # 2: some are quarantined, as the malformed ones must be.
  [ $rc = 0 ] || [ $rc = 2 ] || return $rc
  rc=0
  "$venv/bin/python" tests/reference/check.py "$out/out" --others --every-column || rc=$?
  "$venv/bin/python" tests/reference/regions.py "$out/out" --others --largest 20000 || rc=$?
  rm -rf "$out"
  return $rc
}

# map_examples: anyone's own programs by `sauva map`, alone and on two ranks.
map_examples() {
  local rc=0
  "$venv/bin/python" tests/readers/map.py --sauva "$sauva" --all || rc=$?
  "$venv/bin/python" tests/readers/map.py --sauva "$sauva" --all --launcher "$SAUVA_MPIRUN -n 2" \
    failures memory box_muller trapezoid pi gang chain radiomics || rc=$?
  return "$rc"
}

# plan: the doses of a real plan, and what other systems make of them.
plan() {
  local rc=0 out
  out=$(mktemp -d "$work/XXXXXX")
  "$sauva" keygen "$out/key" || return
  "$sauva" run --quiet --regions --input ../shared/data/dvh/dicom --output "$out/out" --key-file "$out/key" || rc=$?
  # 2: one slice of the images is there.
  [ $rc = 0 ] || [ $rc = 2 ] || return $rc
  rc=0
  "$venv/bin/python" tests/reference/dose.py "$out/out" --tables ../shared/data/dvh || rc=$?
  "$venv/bin/python" tests/readers/tables.py "$out/out" || rc=$?
  rm -rf "$out"
  return $rc
}

# burned_in_judge: what judges burned-in text, tried on outputs that are made for it.
burned_in_judge() {
  "$sauva" generate --burned-in --count 60 --output "$work/burned_in" || return
  "$venv/bin/python" tests/readers/test_burned_in.py "$work/burned_in"
}

# burned_in_text: text in pixels is covered, so that tesseract finds none, and all else stays; a browser shows
# the sheet of it.
burned_in_text() {
  local rc=0 out
  out=$(mktemp -d "$work/XXXXXX")
  "$sauva" keygen "$out/key" || return
  "$sauva" generate --burned-in --count 240 --seed 3 --output "$out/in" || return
  "$sauva" run --quiet --input "$out/in" --output "$out/out" --clean pixels --key-file "$out/key" \
    --private-log "$out/private.csv" || rc=$?
  # 2: some clean images say that they show text.
  [ $rc = 2 ] || return 1
  rc=0
  "$sauva" verify "$out/out" --input "$out/in" --key-file "$out/key" || return
  "$venv/bin/python" tests/readers/burned_in.py "$out/in" "$out/out" "$out/private.csv" --ocr --ocr-files 60 || rc=$?
  "$sauva" review "$out/out" || return
  python3 tests/readers/review.py "$out/out/review.html" || rc=$?
  return $rc
}

# report INPUT [OPTION...]: the report of a run in a browser. Its judge is tried on the same page with --judge.
report() {
  local rc=0 out input=$1 judge=false
  [ "${2:-}" = --judge ] && judge=true && shift
  shift
  out=$(mktemp -d "$work/XXXXXX")
  "$sauva" keygen "$out/key" || return
  "$sauva" run --quiet --input "$input" --output "$out/out" --key-file "$out/key" "$@" || rc=$?
  # 2: some are quarantined, as the malformed ones must be.
  [ $rc = 0 ] || [ $rc = 2 ] || return $rc
  rc=0
  "$sauva" report "$out/out" || return
  # With a study beside it, whose plots others have drawn as far as the page knows.
  "$sauva" report "$out/out" --experiments results/2026-11-22-xeon-2-cores --to "$out/study.html" || return
  if $judge; then
    node tests/browser/test_report.mjs "$out/out/report.html" || rc=$?
  else
    node tests/browser/report.mjs "$out/out/report.html" || rc=$?
    node tests/browser/report.mjs "$out/study.html" || rc=$?
  fi
  rm -rf "$out"
  return $rc
}

# experiments: a small study of how sauva scales; all its tables and plots.
experiments() {
  local out
  out=$(mktemp -d "$work/XXXXXX")
  SAUVA=$sauva bash scripts/run_experiments.sh --files 20 --reps 2 --max-procs 2 --results "$out" --commit test || return
  python3 tests/readers/experiments.py "$out" 2 2 || return
  rm -rf "$out"
}

# ranks_with_mpich: what goes over MPI, with the other one.
ranks_with_mpich() {
  local features=(--quiet --locked --features "mpi,test-hooks")
  MPICC=mpicc.mpich MPIRUN=mpirun.mpich
  use_mpi
  # The tests start it; cargo builds examples unasked only with all tests.
  cargo build "${features[@]}" --example comm_check || return
  cargo test "${features[@]}" --no-fail-fast --test it mpi::
}

# The units are the same with MPI, where the faults that tests switch on are there as well.
part "cargo test" cargo test --locked --no-fail-fast --test it
part "examples of the documentation" cargo test --locked --no-fail-fast --doc
part "cargo test, with MPI" cargo test --locked --no-fail-fast --features mpi,test-hooks --lib --bins --tests --examples
part "faults" bash scripts/test_faults.sh
# The binary that the tests with MPI had; `cargo build` would choose other features and compile.
part "build" cargo test --quiet --locked --no-run --features mpi,test-hooks
sauva=$CARGO_TARGET_DIR/debug/sauva
part "ranks with MPICH" ranks_with_mpich
part "Slurm" bash scripts/test_slurm.sh --short
# All that write in a transfer syntax of their own; what `keep` passes on, others wrote.
mapfile -t codecs < <("$sauva" run --help |
  sed -nE '/--codec/,/possible values/s/.*possible values: (.*)\]/\1/p' |
  tr -d , | tr ' ' '\n' | grep -vx keep)
[ ${#codecs[@]} != 0 ] || fail "--help names no codec"
sample=data_sample/dicom edge=$work/edge_cases shared=../shared/data/dicom
part "edge cases" "$venv/bin/python" tests/readers/edge_cases.py "$edge"
for codec in "${codecs[@]}"; do
  part "readers, $codec, data_sample" readers "$codec" basic "$sample" "$sample/catalogue.csv"
  part "readers, $codec, edge cases" readers "$codec" basic "$edge" "$edge/catalogue.csv"
  # More real files, where a checkout has them beside it.
  if [ -e "$shared/studies" ]; then
    part "readers, $codec, all" readers "$codec" basic "$shared" "$shared/catalogue.csv"
  fi
done
part "readers, research" readers "${codecs[0]}" research "$sample" "$sample/catalogue.csv"
if [ -e "$shared/studies" ]; then
  part "readers, studies, research" \
    readers "${codecs[0]}" research "$shared/studies" "$shared/catalogue.csv"
fi
part "follow and links, the judge" python3 tests/readers/test_follow.py
part "links" bash scripts/docs.sh --check
part "follow" python3 tests/readers/follow.py --sauva "$sauva" README.md README.pt-BR.md CONTRIBUTING.md \
  docs/src/tutorial.md docs/src/deidentification.md docs/src/how_to/*.md examples/map/*/README.md
part "map, the judge" "$venv/bin/python" tests/readers/test_map.py --sauva "$sauva"
part "examples of map" map_examples
part "reference, the judge" "$venv/bin/python" tests/reference/test_reference.py
part "regions, the judge" "$venv/bin/python" tests/reference/test_regions.py
part "dose, the judge" "$venv/bin/python" tests/reference/test_dose.py
part "instructions, the judge" python3 tests/readers/test_bench_check.py
part "instructions of the stages" bash scripts/bench_check.sh --profile dev
part "pipeline bench, the judge" "$venv/bin/python" benches/baseline/test_baseline.py
part "reference, data_sample" reference "$sample"
if [ -e "$shared/studies" ]; then
  part "reference, all" reference "$shared"
fi
if [ -e ../shared/data/dvh ]; then
  part "dose, a plan" plan
fi
part "burned-in text, the judge" burned_in_judge
part "burned-in text" burned_in_text
part "experiments" experiments
part "report, the judge" report "$sample" --judge
part "report, data_sample" report "$sample" --clean pixels
if [ -e "$shared/studies" ]; then
  part "report, all" report "$shared" --clean pixels --regions --crop body
fi
if [ -e ../shared/data/dvh ]; then
  part "report, a plan" report ../shared/data/dvh/dicom --regions
fi
# Short; longer by hand: see the heads of these scripts.
part "damaged files" bash scripts/test_mutations.sh 400
part "fuzzing" bash scripts/fuzz.sh 60

echo
printf '%s\n' "${times[@]}"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
