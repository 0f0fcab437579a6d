# shellcheck shell=bash disable=SC2034,SC2154 # variables of the script that sources this file
# `sauva map` in test_slurm_cases.sh, whose words these are: a node dies while programs run on it.

map_units=40

# map_on NODES FLAG..: the same command each time, on so many nodes. It ends soon after a node has died.
map_on() {
  local nodes=$1
  shift
  # shellcheck disable=SC2016 # the program's own shell expands it
  timeout --kill-after 10 150 srun "-N$nodes" "$@" "--mpi=$mpi" -K1 "$sauva" map --quiet --output "$out" \
    --repetitions $map_units --slots 1 -- sh -c 'sleep 0.4; echo "$1"' sh '{rank}' >>"$log" 2>&1
}

# Some units are done, most are not.
mapping() { [ "$(find "$out/logs" -name '*.out' 2>/dev/null | wc -l)" -ge 6 ]; }

# map_is_whole: every unit said its number, and came to a good end once.
map_is_whole() {
  local odd
  seq 0 $((map_units - 1)) | diff - "$out/output.txt" >"$WORK/diff" ||
    { echo "output.txt is not that of all units: $(head -n 3 "$WORK/diff")" && return 1; }
  # attempts.csv: 1 rank, 12 exit_status, 13 ended
  odd=$(awk -F, 'NR > 1 && $13 == "exited" && $12 == 0 { n[$1]++ } NR > 1 && !($1 in n) { n[$1] += 0 }
    END { for (unit in n) if (n[unit] != 1) print unit, n[unit] }' "$out/attempts.csv")
  [ -z "$odd" ] || { echo "good ends that are not one: $odd" && return 1; }
}

echo "-- sauva map"
begin "a node dies under sauva map" "$SAUVA_OPENMPI" jpeg-ls
log=$WORK/said
: >"$log"
map_on 4 &
mapping_job=$!
if ! within 60 mapping; then
  verdict "no unit was done in a minute"
else
  kill -KILL "$(cat "$VC_DIR/n4.pid")"
  rc=0
  wait $mapping_job || rc=$?
  if [ $rc = 0 ]; then
    verdict "the job ended well without a node"
  elif ! map_on 3 --exclude=n4; then
    verdict "the units of the dead node were not done on the others"
  elif problem=$(map_is_whole); then
    verdict
  else
    verdict "$problem"
  fi
fi
