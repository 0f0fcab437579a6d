#!/bin/bash
# The cases of test_slurm.sh, run by it inside the cluster of vcluster.sh. In come SAUVA_OPENMPI and SAUVA_MPICH,
# the programs; WORK with an input, a key and what one process made of them; SHORT. The totals go to
# WORK/totals.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$WORK"
# Between nodes Open MPI 4.1 may otherwise choose a wrong network, or crash when ranks first meet.
export OMPI_MCA_btl_tcp_if_include=eth0 OMPI_MCA_mpi_preconnect_mpi=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
passed=0 failed=0
echo "0 1" >totals

# begin NAME PROGRAM CODEC: sets what the words below go by.
begin() {
  name=$1 sauva=$2 codec=$3
  out=$WORK/out
  id='' log=/dev/null
  rm -rf "$out"
  start=$EPOCHREALTIME
  if [ "$sauva" = "$SAUVA_MPICH" ]; then mpi=pmi2; else mpi=pmix; fi
}

# verdict [PROBLEM]: of the case that was begun.
verdict() {
  if [ $# = 0 ]; then
    passed=$((passed + 1))
    echo "   $(seconds_since "$start") s  $name"
  else
    failed=$((failed + 1))
    echo "FAILED: $name: $1"
    tail -n 5 "$log"
    [ -z "$id" ] || scancel "${id%%_*}"
  fi
  echo "$passed $failed" >totals
}

# run ARGS..: the words of a run.
run() { echo run --quiet --input "$WORK/input" --output "$out" --key-file "$WORK/key" --codec "$codec" --threads 1; }

# within SECONDS COMMAND...: asks again and again until it is so.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}

# submit FLAG.. -- ARGS..: by submit.sh; sets `id` and `log`.
submit() {
  local said
  said=$(bash "$root/scripts/submit.sh" --input "$WORK/input" --output "$out" --key-file "$WORK/key" \
    --sauva "$sauva" --mpi "$mpi" --cpus 1 "$@")
  id=${said##* }
  log=$WORK/sauva-$id.out
}

field() { scontrol show job -o "$id" 2>/dev/null | grep -oE "(^| )$1=[^ ]*" | cut -d= -f2; }
is() { [ "$(field "$1")" = "$2" ]; }
ended() { [[ $(field JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY)$ ]]; }
log_has() { grep -q -e "$1" "$log"; }
# Some files are done, most are not.
working() { [ "$(find "$out/dicom" -name '*.dcm' 2>/dev/null | wc -l)" -ge 4 ]; }

# rank_pid RANK: the process of the job's rank.
rank_pid() {
  local pid words
  for pid in $(pgrep -x sauva); do
    words=$(tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null) || continue
    if grep -qx "SLURM_JOB_ID=$id" <<<"$words" && grep -qx "SLURM_PROCID=$1" <<<"$words" &&
      [ "$(tr '\0' '\n' <"/proc/$pid/cmdline" | sed -n 2p)" = run ]; then
      echo "$pid"
      return
    fi
  done
  return 1
}

# at_work: a job that was submitted has come to work, and not to its end.
at_work() {
  if ! within 60 working; then verdict "the job has not begun to work" && return 1; fi
  if ended; then verdict "the job has ended before it could be harmed" && return 1; fi
}

# starts_again: a job that is to be requeued was; Slurm would wait two minutes.
starts_again() {
  within 90 is Restarts 1 && within 60 is JobState PENDING && within 60 is_gone && restart
}
is_gone() { ! pgrep -f "slurmstepd: \[${id%%_*}\." >/dev/null; }
restart() {
  # Slurm counts in seconds: what begins in the second in which its last try ended would be killed with it.
  sleep 2
  within 60 scontrol update "JobId=$id" StartTime=now 2>/dev/null
}

# same: the output is that of one undisturbed process, with nothing left over.
same() {
  facts "$out" 2>&1 | diff - "$WORK/$codec.facts" >"$WORK/diff" ||
    { echo "the output is another: $(head -n 3 "$WORK/diff")" && return 1; }
}

# completes [WORDS..]: the job ends well, its output is right, and its log has all of WORDS.
completes() {
  local words problem
  if ! within 180 ended; then verdict "still $(field JobState) after three minutes" && return; fi
  if ! is JobState COMPLETED; then verdict "ended as $(field JobState), $(field ExitCode)" && return; fi
  for words; do
    log_has "$words" || { verdict "the log does not say '$words'" && return; }
  done
  if problem=$(same); then verdict; else verdict "$problem"; fi
}

# starts NAME PROGRAM COMMAND...: launched at once, in sbatch or out of it.
starts() {
  local rc=0 problem
  begin "$1" "$2" jpeg-ls
  shift 2
  log=$WORK/said
  timeout --kill-after 10 120 "$@" >"$log" 2>&1 || rc=$?
  if [ $rc != 0 ]; then verdict "exit code $rc"; elif problem=$(same); then verdict; else verdict "$problem"; fi
}
echo "-- launchers"
out=$WORK/out codec=jpeg-ls
# shellcheck disable=SC2046 # words are words
{
  starts "srun, Open MPI over pmix" "$SAUVA_OPENMPI" srun -N4 --mpi=pmix -K1 "$SAUVA_OPENMPI" $(run)
  starts "srun, MPICH over pmi2" "$SAUVA_MPICH" srun -N4 --mpi=pmi2 -K1 "$SAUVA_MPICH" $(run)
  if [ -z "$SHORT" ]; then
    batch=(sbatch --wait --nodes=4 --ntasks-per-node=1 --time=2 --output="$WORK/said" --wrap)
    starts "mpirun of Open MPI in sbatch" "$SAUVA_OPENMPI" \
      "${batch[@]}" "mpirun.openmpi --bind-to none $SAUVA_OPENMPI $(run)"
    starts "mpirun of MPICH in sbatch" "$SAUVA_MPICH" "${batch[@]}" "mpirun.mpich $SAUVA_MPICH $(run)"
    begin "the wrong srun --mpi is refused" "$SAUVA_MPICH" jpeg-ls
    rc=0
    timeout 60 srun -N4 --mpi=none -K1 "$sauva" $(run) >said 2>&1 || rc=$?
    # Each says so; what srun makes of the first that leaves is its own affair.
    if [ $rc != 0 ] && [ ! -e "$out" ] && grep -q "started as 4 processes" said; then
      verdict
    else
      verdict "exit code $rc"
    fi
  fi
}

both=("$SAUVA_OPENMPI" "$SAUVA_MPICH")
echo "-- slurm/job_cpu.slurm"
if [ -z "$SHORT" ]; then
  for sauva in "${both[@]}"; do
    begin "an undisturbed job" "$sauva" jpeg-ls
    submit --nodes 4 -- --quiet --codec jpeg-ls
    completes "try 1 ended with exit code 0"
  done
fi

# In the short form each fault meets one of the MPIs.
faulty=("$SAUVA_OPENMPI 0" "$SAUVA_OPENMPI 2" "$SAUVA_MPICH 0" "$SAUVA_MPICH 3")
[ -z "$SHORT" ] || faulty=("$SAUVA_OPENMPI 0")
for pair in "${faulty[@]}"; do
  begin "kill -9 of rank ${pair##* }" "${pair% *}" jpeg-2000
  submit --nodes 4 -- --quiet --codec jpeg-2000
  if at_work; then
    kill -KILL "$(rank_pid "${pair##* }")"
    completes "try 1 ended with exit code 1[0-9][0-9]" "try 2 ended with exit code 0"
  fi
done

faulty=("${both[@]}")
[ -z "$SHORT" ] || faulty=("$SAUVA_MPICH")
for sauva in "${faulty[@]}"; do
  begin "USR1, drained and requeued" "$sauva" jpeg-2000
  submit --nodes 4 -- --quiet --codec jpeg-2000
  if at_work; then
    scancel --signal=USR1 "$id"
    if starts_again; then
      completes "stopped by SIGUSR1" "ended with exit code 75" "ended with exit code 0"
    else
      verdict "not requeued"
    fi
  fi
done

if [ -z "$SHORT" ]; then
  for sauva in "${both[@]}"; do
    begin "scontrol requeue" "$sauva" jpeg-2000
    submit --nodes 4 -- --quiet --codec jpeg-2000
    if at_work; then
      scontrol requeue "$id"
      if starts_again; then completes "ended with exit code 0"; else verdict "not requeued"; fi
    fi
  done
  source "$root/scripts/test_slurm_map.sh"
  source "$root/scripts/test_slurm_long.sh"
fi
[ $failed = 0 ]
