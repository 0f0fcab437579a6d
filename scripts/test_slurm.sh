#!/bin/bash
# Runs sauva under a real Slurm of four nodes, made for this and gone after it, with both MPIs; kills ranks and
# nodes, stops and requeues jobs, and checks after each that the output equals that of one undisturbed
# process. What is done in the cluster stands in test_slurm_cases.sh. First come the job scripts
# themselves, which needs no Slurm.
#
#   bash scripts/test_slurm.sh [--short]
#
# Needs root, namespaces, both MPIs and what `setup.sh --slurm` installs; without them it says so and counts
# only what it could do. Binaries with mpi and test-hooks are built where they are missing. The short form
# takes about a minute, the long one five.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"
case ${1:-} in
  '') short='' ;;
  --short) short=1 ;;
  *) fail "unknown option $1; there is only --short" ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# holds NAME COMMAND...
holds() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
  fi
}

# --- what submit.sh makes of its flags ----------------------------------------------------------------

echo "-- job scripts"
# Values that a shell, sbatch and a careless script would each take apart.
folder="$work/it's, \"odd\" \$HOME \`x\` é"
mkdir -p "$folder/in/a" "$folder/in/b" "$work/bin"
echo 1 >"$folder/in/a/1"
echo 2 >"$folder/in/b/2"
touch "$folder/key"
# In place of sbatch, srun and sauva; they keep what they are given.
cat >"$work/bin/sbatch" <<END
#!/bin/bash
printf '%s\n' "\$#" "\$@" >"$work/sbatch-words"
cat >"$work/job"
echo "Submitted batch job 7"
END
cat >"$work/bin/srun" <<END
#!/bin/bash
# What asks whether the nodes answer.
[ "\${*: -1}" != true ] || exit "\${NODES_ANSWER:-0}"
printf '%s\n' "\$@" >"$work/srun-words"
exit "\${SRUN_ENDS:-0}"
END
cat >"$work/bin/scontrol" <<END
#!/bin/bash
echo "\$@" >>"$work/scontrol-words"
END
chmod +x "$work/bin"/*

# submit FLAG..: with the programs above; what it says is in $work/said.
submit() {
  PATH=$work/bin:$PATH bash scripts/submit.sh "$@" >"$work/said" 2>&1
}
# refused SENTENCE FLAG..: bad usage is told in one line, with SENTENCE in it, and nothing is submitted.
refused() {
  local sentence=$1
  shift
  rm -f "$work/job"
  ! submit "$@" && [ ! -e "$work/job" ] && [ "$(wc -l <"$work/said")" = 1 ] && grep -q -e "$sentence" "$work/said"
}
# runs VARIABLE=VALUE..: the job that was submitted, as Slurm would start it.
runs() {
  rm -f "$work/srun-words" "$work/scontrol-words"
  (cd "$folder" && env PATH="$work/bin:$PATH" SLURM_CPUS_PER_TASK=3 SLURM_SUBMIT_DIR="$folder" SLURM_JOB_ID=7 \
    "$@" bash "$work/job" >"$work/job-said" 2>&1)
}
# handed_on WORD..: the job has started srun with these very words.
handed_on() { diff <(printf '%s\n' "$@") "$work/srun-words"; }
ends_with() {
  local wanted=$1 rc=0
  shift
  runs "$@" || rc=$?
  [ $rc = "$wanted" ]
}
# options WORD..: each stands as a line of options in the job.
options() {
  local option
  for option; do grep -qx -e "#SBATCH $option" "$work/job" || return 1; done
}

io=(--input "$folder/in" --output "$folder/out")
program=(--sauva "$work/bin/srun")
submit "${io[@]}" "${program[@]}" --key-file "$folder/key" --nodes 2 --cpus 3 --time 00:20:00 --partition dev \
  --account me --mpi pmix --private-log "$folder/log" -- --codec rle --pixel-rules "a, b" || true
holds "sbatch gets no words, only a script" grep -qx 0 "$work/sbatch-words"
holds "what sbatch says is handed on" grep -qx "Submitted batch job 7" "$work/said"
holds "flags become options of the job" options --nodes=2 --cpus-per-task=3 --time=00:20:00 --partition=dev \
  --account=me --signal=USR1@300 --requeue
holds "the job runs" runs
holds "values survive" handed_on --mpi=pmix -K1 -c 3 "$work/bin/srun" run "${io[@]}" --threads 3 \
  --key-file "$folder/key" --private-log "$folder/log" --codec rle --pixel-rules "a, b"
holds "75 is handed on" ends_with 75 SRUN_ENDS=75
holds "75 asks for a requeue" grep -qx "requeue 7" "$work/scontrol-words"
holds "75 after two requeues" ends_with 75 SRUN_ENDS=75 SLURM_RESTART_COUNT=2
holds "the third time is the last" test ! -e "$work/scontrol-words"
holds "bad usage is handed on" ends_with 1 SRUN_ENDS=1
holds "bad usage is not tried again" grep -qx "sauva: try 1 ended with exit code 1" <(tail -n 1 "$work/job-said")

holds "a rank that died" ends_with 137 SRUN_ENDS=137
holds "three tries" diff <(grep -c "ended with exit code 137" "$work/job-said") <(echo 3)
holds "after three tries no requeue" test ! -e "$work/scontrol-words"
holds "a node that does not answer" ends_with 137 SRUN_ENDS=137 NODES_ANSWER=1
holds "one try" diff <(grep -c "ended with exit code 137" "$work/job-said") <(echo 1)
holds "then a requeue" grep -qx "requeue 7" "$work/scontrol-words"

submit "${io[@]}" "${program[@]}" --key-file "$folder/key" --array 2 --private-log "$folder/log" --dry-run || true
holds "a dry run submits nothing" test ! -e "$folder/out"
# What it prints is the job.
PATH=$work/bin:$PATH sbatch <"$work/said" >/dev/null
holds "an array has its options" options --array=1-2 --nodes=1 --cpus-per-task=4
array=(SLURM_ARRAY_JOB_ID=5 SLURM_ARRAY_TASK_ID=2 SRUN_ENDS=75)
holds "a task of an array ends" ends_with 75 "${array[@]}"
holds "a task has its part" handed_on -K1 -c 3 "$work/bin/srun" run --input "$folder/in" --manifest \
  "$folder/out/lists/part-2" --output "$folder/out/part-2" --key-file "$folder/key" --threads 3 \
  --private-log "$folder/log-part-2"
holds "one task alone is requeued" grep -qx "requeue 5_2" "$work/scontrol-words"
holds "the parts have every file" diff <(cat "$folder"/out/lists/part-? | sort) <(printf '%s\n' a/1 b/2)
holds "other parts of the same output" refused "not 3 parts" "${io[@]}" "${program[@]}" --key-file "$folder/key" \
  --array 3

submit --site sdumont "${io[@]}" "${program[@]}" || true
holds "Santos Dumont" options --partition=sequana_cpu --cpus-per-task=48
submit --site sdumont2nd --account me "${io[@]}" "${program[@]}" || true
holds "its second machine" options --partition=lncc-cpu_amd --cpus-per-task=192 --account=me
holds "no account" refused "wants --account" --site sdumont2nd "${io[@]}" "${program[@]}"
holds "no such site" refused "not 'x'" --site x "${io[@]}"
holds "no input" refused "--input is missing" --output out
holds "no output" refused "--output is missing" --input in
holds "no value" refused "--nodes wants a value" "${io[@]}" --nodes
holds "no number" refused "a number of nodes, not '0'" "${io[@]}" --nodes 0
holds "no such flag" refused "there is no --node" "${io[@]}" --node 2
holds "a word too many" refused "belongs to no flag" "${io[@]}" "$folder"
holds "no key for parts" refused "wants --key-file" "${io[@]}" --array 2
holds "nodes and parts" refused "leave out --nodes" "${io[@]}" --key-file k --array 2 --nodes 2
holds "an option by a back door" refused "the name of a partition" "${io[@]}" --partition "a --uid=0"
holds "an input that is not there" refused "--input is no folder" --input "$work/missing" --output out

# --- the cluster ---------------------------------------------------------------------------------------

missing=
have mpicc.openmpi && have mpirun.openmpi || missing="no Open MPI: bash scripts/setup.sh --tests"
have mpicc.mpich && have mpirun.mpich || missing="no MPICH: bash scripts/setup.sh --tests"
[ -n "$missing" ] || missing=$(bash scripts/vcluster.sh --can) || true
if [ -n "$missing" ]; then
  echo "-- left out, all that needs a Slurm: $missing"
else
  # built MPICC: the program of the tests; `cargo build` would choose other features and compile anew.
  built() {
    # A plain mpicc that is the same MPI has its folder already.
    if [ "$("$MPICC" -show)" != "$("$1" -show)" ]; then MPICC=$1 MPIRUN=${1/mpicc/mpirun}; fi
    use_mpi
    cargo test --quiet --locked --no-run --features mpi,test-hooks --test it >&2 || return
    echo "$CARGO_TARGET_DIR/debug/sauva"
  }
  SAUVA_OPENMPI=$(built mpicc.openmpi)
  SAUVA_MPICH=$(built mpicc.mpich)
  export SAUVA_OPENMPI SAUVA_MPICH SHORT=$short WORK=$work
  "$SAUVA_OPENMPI" generate --count 160 --seed 7 --output "$work/input" >/dev/null
  "$SAUVA_OPENMPI" keygen "$work/key" >/dev/null
  # The fast codec where nothing is to happen, the slow one where something is.
  for codec in jpeg-ls jpeg-2000; do
    "$SAUVA_OPENMPI" run --quiet --input "$work/input" --output "$work/$codec" --codec $codec \
      --key-file "$work/key" >/dev/null 2>&1
    facts "$work/$codec" >"$work/$codec.facts"
  done
  # A hang is a failure, not a wait. The totals of the cases come from there.
  rc=0
  timeout --kill-after 10 1500 bash scripts/vcluster.sh 4 2 bash scripts/test_slurm_cases.sh || rc=$?
  read -r more_passed more_failed <"$work/totals" || { more_passed=0 more_failed=1; }
  passed=$((passed + more_passed)) failed=$((failed + more_failed))
  [ $rc = 0 ] || [ "$more_failed" != 0 ] || failed=$((failed + 1))
fi
echo "slurm: $passed passed, $failed failed"
[ $failed = 0 ]
