# shellcheck shell=bash disable=SC2034,SC2154 # variables of the script that sources this file
# The cases of test_slurm_cases.sh that only its long form has; sourced by it, in its words.

# restart_whenever_asked: as Slurm would some minutes later, until the job has ended.
restart_whenever_asked() {
  if is JobState PENDING && is_gone; then restart; fi
  ended
}

echo "-- the time limit"
begin "the time limit" "$SAUVA_OPENMPI" jpeg-2000
# The shortest limit is a minute. What is submitted is the job as it is printed, with an earlier signal.
id=$(bash "$root/scripts/submit.sh" --input "$WORK/input" --output "$out" --key-file "$WORK/key" \
  --sauva "$sauva" --mpi pmix --cpus 1 --nodes 1 --time 1 --dry-run -- --quiet --codec jpeg-2000 |
  sed 's/USR1@300/USR1@50/' | sbatch --parsable)
log=$WORK/sauva-$id.out
if at_work; then
  # Slurm's clock is slow: the work goes on for a tenth of the time, so that it lasts until the signal.
  until log_has "ended with exit code" || ended; do
    worker=$(pgrep -P "$(rank_pid 0)") || true
    for state in STOP CONT; do
      kill -$state "$worker" 2>/dev/null || true
      if [ $state = STOP ]; then sleep 0.9; else sleep 0.1; fi
    done
  done
  within 240 restart_whenever_asked || true
  completes "stopped by SIGUSR1" "try 1 ended with exit code 75" "try 1 ended with exit code 0"
fi

echo "-- slurm/job_array.slurm"
# parts_are_whole: the parts together have the instances of one run, each once.
parts_are_whole() {
  local part
  for part in "$out"/part-?; do
    (cd "$part/dicom" 2>/dev/null && find . -type f -exec sha256sum {} +)
    find "$part" -name '*.part' -o -name '*.in-flight' | sed 's/^/left over: /'
  done | sort | diff - <(cd "$WORK/$codec/dicom" && find . -type f -exec sha256sum {} + | sort) >"$WORK/diff"
}
begin "an array of jobs, one of them stopped and requeued" "$SAUVA_OPENMPI" jpeg-2000
if ! "$sauva" run --help | grep -q -e --manifest; then
  echo "   left out: this sauva has no --manifest"
else
  submit --array 4 -- --quiet --codec jpeg-2000
  array=$id
  id=${array}_1
  log=$WORK/sauva-$id.out
  out=$out/part-1
  if at_work; then
    scancel --signal=USR1 "$id"
    if starts_again; then
      out=${out%/part-1}
      restarts=''
      for part in 1 2 3 4; do
        id=${array}_$part
        within 180 ended || true
        restarts+="$(field JobState) $(field Restarts), "
      done
      if [ "$restarts" != "COMPLETED 1, COMPLETED 0, COMPLETED 0, COMPLETED 0, " ]; then
        verdict "ended as $restarts"
      elif parts_are_whole; then
        verdict
      else
        verdict "the parts are not the whole: $(head -n 3 "$WORK/diff")"
      fi
    else
      verdict "not requeued"
    fi
  fi
fi

# Last, since the nodes stay away. Of the four, each job has two.
echo "-- a node is lost"
begin "the first node of a job dies" "$SAUVA_OPENMPI" jpeg-2000
submit --nodes 2 -- --quiet --codec jpeg-2000
if at_work; then
  # It has the job script and rank 0, which holds the lock.
  node=$(field BatchHost)
  kill -KILL "$(cat "$VC_DIR/$node.pid")"
  if starts_again; then completes "ended with exit code 0"; else verdict "not requeued"; fi
fi

# kill_all_on NODE: Slurm's processes too, but the machine still answers, and says so.
kill_all_on() {
  local pid space
  space=$(readlink "/proc/$(pgrep -P "$(cat "$VC_DIR/$1.pid")")/ns/pid")
  for pid in $(pgrep -x 'sauva|srun|slurmd|slurmstepd'); do
    if [ "$(readlink "/proc/$pid/ns/pid")" = "$space" ]; then kill -KILL "$pid" || true; fi
  done
}
is_down() { sinfo -h -n "$node" -o %t | grep -q down; }
begin "all processes of the last node of a job die" "$SAUVA_OPENMPI" jpeg-2000
submit --nodes 2 -- --quiet --codec jpeg-2000
if at_work; then
  node=$(scontrol show hostnames "$(field NodeList)" | tail -n 1)
  kill_all_on "$node"
  # Not to be started on the same node again, as it would not be after the two minutes.
  if within 60 is_down && starts_again; then
    completes "ended with exit code 0"
  else
    verdict "not requeued"
  fi
fi
