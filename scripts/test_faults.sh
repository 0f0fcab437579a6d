#!/bin/bash
# Kills, stops and breaks runs of sauva in every way that can be had without special hardware, and checks
# after each that nothing is lost: the same command ends as if nothing had been, no file under a final
# name is ever partial, inputs are untouched, and no exit code tells of success with work left.
#
#   bash scripts/test_faults.sh [--long]
#
# Needs a binary with the features mpi and test-hooks, which it builds where it is missing, and strace;
# as root it also fills small file systems. The short form takes some minutes, the long one over an hour.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"
long=
[ "${1:-}" = --long ] && long=1
use_mpi
cargo build --quiet --locked --features mpi,test-hooks
sauva=$CARGO_TARGET_DIR/debug/sauva
work=$(mktemp -d)
passed=0 failed=0
# shellcheck disable=SC2329 # called by the trap
clean_up() {
  mountpoint -q "$work/small" && umount "$work/small"
  rm -rf "$work"
}
trap clean_up EXIT
"$sauva" keygen "$work/key" >/dev/null

ok() { passed=$((passed + 1)); }
bad() {
  failed=$((failed + 1))
  echo "FAILED: $*"
}

# --- inputs and what they must become ------------------------------------------------------------

input=$work/input
mkdir "$input"
cp -r data_sample/dicom/objects data_sample/dicom/studies data_sample/dicom/malformed "$input"
cp data_sample/dicom/objects/mr/MR_small.dcm "$input/again.dcm"
# The same instance with one other pixel.
cp data_sample/dicom/objects/mr/MR_small.dcm "$input/other.dcm"
printf '\377' | dd of="$input/other.dcm" bs=1 seek=6000 conv=notrunc status=none
chmod -R a-w "$input"
input_was=$(find "$input" -type f -printf '%p %T@ %i\n' -exec sha256sum {} + | sort | sha256sum)

# words OUT: the arguments of a run.
words() { echo run --quiet --threads 2 --input "$input" --output "$1" --key-file "$work/key"; }

# run OUT [MORE..]: a run that nothing harms; the log is kept for whoever looks.
run() {
  local out=$1 rc=0
  shift
  # shellcheck disable=SC2046 # words are words
  "$sauva" $(words "$out") "$@" >"$work/log" 2>&1 || rc=$?
  return $rc
}

run "$work/whole" || [ $? = 2 ]
# Every content that may stand under a final name at some time: that of each input alone.
while IFS= read -r file; do
  rm -rf "$work/alone" "$work/alone-out"
  mkdir "$work/alone"
  cp "$file" "$work/alone/file"
  "$sauva" run --quiet --isolation none --input "$work/alone" --output "$work/alone-out" \
    --key-file "$work/key" >/dev/null 2>&1 || [ $? = 2 ]
  cut -d' ' -f1 "$work/alone-out/manifest.sha256"
done < <(find "$input" -type f) | sort -u >"$work/contents"

facts "$work/whole" >"$work/facts"

# whole_files OUT: no partial file stands under a final name.
whole_files() {
  [ -d "$1/dicom" ] || return 0
  [ "$(find "$1/dicom" -name '*.dcm' -exec sha256sum {} + | cut -d' ' -f1 | sort -u |
    comm -23 - "$work/contents" | wc -l)" = 0 ]
}

# check NAME OUT RC: the invariants after a harmed run that ended with RC. A run that says
# that it is done must be; any other must end well when it is begun again.
check() {
  local name=$1 out=$2 rc=$3 again
  if ! whole_files "$out"; then
    bad "$name: a partial file under a final name"
    return
  fi
  # The standard library panics when the close of a folder fails, which ends the run with 70.
  if [ "$rc" = 70 ] && [[ $name != *close* ]]; then
    bad "$name: exit code 70: $(tail -n 1 "$work/harmed")"
    return
  fi
  # An input that could not be read is told, and read the next time.
  if [ "$rc" = 2 ] && grep -q ',input-error,' "$out/failures.csv"; then rc=75; fi
  case $rc in
    0 | 2) ;;
    101 | 132 | 134 | 135 | 136 | 139)
      bad "$name: exit code $rc"
      tail -n 3 "$work/harmed"
      return
      ;;
    *)
      again=0
      run "$out" || again=$?
      if [ $again != 2 ]; then
        bad "$name: exit code $rc, then $again: $(tail -n 1 "$work/log")"
        return
      fi
      ;;
  esac
  if facts "$out" | diff - "$work/facts" >"$work/diff" 2>&1; then
    ok
  else
    bad "$name: exit code $rc; the end is another: $(head -n 4 "$work/diff")"
  fi
  rm -rf "$out"
}

# --- one fault a run ------------------------------------------------------------------------------

out=$work/out
calls=openat,write,fsync,syncfs,renameat2,rename,unlink,mkdir,ftruncate,close,read,flock,linkat

# inject NAME INJECTION [MORE..]: a run under strace with one injection; `fired` tells whether it came to it.
inject() {
  local name=$1 injection=$2 rc=0
  shift 2
  # The shell tells of killed children; the trace does too.
  {
    # shellcheck disable=SC2046
    strace -f -qq -o "$work/trace" -e "trace=${injection%%:*}" -e "inject=$injection" \
      "$sauva" $(words "$out") "$@" >"$work/harmed" 2>&1 || rc=$?
  } 2>/dev/null
  fired=
  if grep -qE 'INJECTED|killed by SIGKILL' "$work/trace"; then
    fired=1
    check "$name" "$out" $rc
  fi
  rm -rf "$out"
}

traces=
if strace -o /dev/null true 2>/dev/null; then
  traces=1
else
  echo "-- left out: no process may be traced here, so none can be harmed at a call"
fi

echo "-- killed at a storage call"
# In one process, so that every storage call of the run is met. strace counts the calls of each thread.
for call in ${traces:+${calls//,/ }}; do
  step=11
  case $call in openat | read | write | close) ;; *) step=3 ;; esac
  [ -z "$long" ] || step=1
  for ((at = 1; ; at += step)); do
    inject "killed at $call $at" "$call:signal=SIGKILL:when=$at" --isolation none
    [ -n "$fired" ] || break
  done
done

echo "-- errors of the storage"
calls_and_errors=('openat:EMFILE,EIO,ENOSPC,EDQUOT,EROFS' 'write:ENOSPC,EDQUOT,EIO,EFBIG'
  'syncfs:EIO,ENOSPC,EDQUOT' 'fsync:EIO,EDQUOT' 'close:EIO' 'renameat2:EIO,ENOSPC,EROFS,ENOENT'
  'rename:EIO,ENOSPC' 'unlink:EIO,EROFS' 'mkdir:ENOSPC,EROFS,EDQUOT' 'ftruncate:EIO')
for call_and_errors in ${traces:+"${calls_and_errors[@]}"}; do
  call=${call_and_errors%%:*}
  errors=${call_and_errors#*:}
  for error in ${errors//,/ }; do
    for at in $([ -n "$long" ] && seq 1 60 || echo 1 4 17 40); do
      inject "$error at $call $at" "$call:error=$error:when=$at"
      [ -z "$long" ] || inject "$error from $call $at on" "$call:error=$error:when=$at+"
    done
  done
done

if [ -n "$traces" ]; then
  echo "-- an input on a bad sector"
  rc=0
  # shellcheck disable=SC2046
  strace -f -qq -o "$work/trace" -P "$input/again.dcm" -e trace=read -e inject=read:error=EIO \
    "$sauva" $(words "$out") >"$work/harmed" 2>&1 || rc=$?
  if [ $rc = 2 ] && [ "$(grep -c ',input-error,' "$out/failures.csv")" = 1 ]; then
    check "a bad sector" "$out" 2
  else
    bad "a bad sector: exit code $rc"
  fi
  rm -rf "$out"
fi

echo "-- killed at random, as a whole"
RANDOM=7
rounds=12
[ -z "$long" ] || rounds=500
for ((round = 0; round < rounds; round++)); do
  # shellcheck disable=SC2046
  setsid "$sauva" $(words "$out") >"$work/harmed" 2>&1 &
  sleep "0.$(printf '%03d' $((RANDOM % 250)))"
  kill -KILL -- -$! 2>/dev/null || true
  rc=0
  wait $! 2>/dev/null || rc=$?
  check "killed at random, round $round" "$out" $rc
done

echo "-- small files only"
rc=0
# shellcheck disable=SC2046
(ulimit -f 16 && "$sauva" $(words "$out") >"$work/harmed" 2>&1) || rc=$?
[ $rc = 75 ] || bad "a limit of a file's size: exit code $rc, not 75"
check "a limit of a file's size" "$out" $rc

if [ "$(id -u)" = 0 ] && mkdir "$work/small" && mount -t tmpfs -o size=64k tmpfs "$work/small" 2>/dev/null; then
  echo "-- a file system that is too small"
  umount "$work/small"
  bytes=$(du -sB1 "$work/whole" | cut -f1)
  inodes=$(find "$work/whole" | wc -l)
  stopped=0
  for percent in 10 40 70 90 97; do
    for limit in "size=$((bytes * percent / 100))" "nr_inodes=$((inodes * percent / 100))"; do
      mount -t tmpfs -o "$limit" tmpfs "$work/small"
      rc=0
      # shellcheck disable=SC2046
      "$sauva" $(words "$work/small/out") >"$work/harmed" 2>&1 || rc=$?
      [ $rc != 75 ] || stopped=$((stopped + 1))
      mount -o remount,size=64m,nr_inodes=10000 "$work/small"
      check "tmpfs $limit" "$work/small/out" $rc
      umount "$work/small"
    done
  done
  [ $stopped -ge 5 ] || bad "small file systems: only $stopped runs were stopped by them"
fi

echo "-- other surroundings"
for setting in "TZ=Asia/Kolkata LC_ALL=C umask=000" "TZ=UTC LC_ALL=C.UTF-8 umask=077"; do
  rc=0
  # shellcheck disable=SC2046,SC2086
  (umask ${setting##*=} && cd / && env ${setting% umask*} "$sauva" $(words "$out") >"$work/harmed" 2>&1) || rc=$?
  check "$setting" "$out" $rc
done

# --- several ranks ---------------------------------------------------------------------------------

# ranks N OUT: the arguments of mpirun.
on_ranks() {
  local n=$1 out=$2
  shift 2
  # shellcheck disable=SC2046
  mpirun_ranks "$n" "$@" "$sauva" $(words "$out")
}

echo "-- a rank is killed at a storage call"
for rank in ${traces:+0 1}; do
  for call in write renameat2 syncfs; do
    for at in $([ -n "$long" ] && seq 1 25 || echo 2 5); do
      traced=(strace -f -qq -o "$work/trace" -e "trace=$call" -e "inject=$call:signal=SIGKILL:when=$at")
      plain=("$sauva")
      first=("${plain[@]}") second=("${plain[@]}")
      if [ "$rank" = 0 ]; then
        first=("${traced[@]}" "${plain[@]}")
      else
        second=("${traced[@]}" "${plain[@]}")
      fi
      read -ra launcher <<<"$SAUVA_MPIRUN"
      rc=0
      # shellcheck disable=SC2046
      timeout 120 "${launcher[@]}" -n 1 "${first[@]}" $(words "$out") --isolation none \
        : -n 1 "${second[@]}" $(words "$out") --isolation none >"$work/harmed" 2>&1 || rc=$?
      # What a launcher makes of a killed rank is its own affair; 124 would be a hang.
      [ $rc != 124 ] || bad "rank $rank killed at $call $at: the others hang"
      [ $rc = 0 ] || [ $rc = 2 ] || rc=137
      check "rank $rank killed at $call $at" "$out" $rc
    done
  done
done

echo "-- ranks are asked to stop"
many=$work/many
"$sauva" generate --count 400 --output "$many" >/dev/null 2>&1
for rank in 0 1; do
  for signal in TERM USR1; do
    mpirun_ranks 2 "$sauva" run --quiet --threads 1 --input "$many" --output "$out" --key-file "$work/key" \
      >"$work/harmed" 2>&1 &
    job=$!
    for ((i = 0; i < 600; i++)); do
      # The announcements of a rank begin when its work does; the lock names rank 0.
      [ -s "$out/.sauva/journal/rank-00001.in-flight" ] && break
      sleep 0.05
    done
    sleep 0.5
    zero=$(cut -d' ' -f1 "$out/.sauva/lock")
    one=$(pgrep -f "sauva run .*--output $out" | while read -r pid; do
      [ "$(tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^OMPI_COMM_WORLD_RANK=//p;s/^PMI_RANK=//p')" = 1 ] && echo "$pid"
    done | head -n 1 || true)
    target=$zero
    [ $rank = 0 ] || target=$one
    start=$EPOCHREALTIME
    kill -$signal "$target"
    rc=0
    wait $job || rc=$?
    took=$(seconds_since "$start")
    if [ $rc = 75 ] && awk "BEGIN { exit !($took < 10) }"; then ok; else bad "rank $rank, SIG$signal: exit code $rc after $took s"; fi
    rc=0
    mpirun_ranks 3 "$sauva" run --quiet --threads 1 --input "$many" --output "$out" --key-file "$work/key" \
      >"$work/harmed" 2>&1 || rc=$?
    if [ $rc = 0 ] && [ "$(wc -l <"$out/index.csv")" = 401 ]; then
      ok
    else
      bad "rank $rank, SIG$signal: the second try: exit code $rc"
    fi
    rm -rf "$out"
  done
done

echo "-- a poison file in a job on two ranks"
cp data_sample/dicom/objects/ct/CT_small.dcm "$many/poison-segfault.dcm"
rc=0
mpirun_ranks 2 "$sauva" run --quiet --threads 1 --input "$many" --output "$out" --key-file "$work/key" \
  >"$work/harmed" 2>&1 || rc=$?
if [ $rc = 2 ] && [ "$(wc -l <"$out/index.csv")" = 401 ] && grep -q ',crashed,' "$out/failures.csv"; then
  ok
else
  bad "a poison file: exit code $rc"
fi
rm -rf "$out"

if [ -n "$long" ]; then
  echo "-- a rank that sleeps"
  mpirun_ranks 2 "$sauva" run --quiet --threads 1 --input "$many" --output "$out" --key-file "$work/key" \
    >"$work/harmed" 2>&1 &
  job=$!
  sleep 2
  sleeper=$(pgrep -f "sauva run .*--output $out" | while read -r pid; do
    tr '\0' '\n' <"/proc/$pid/environ" | grep -qx OMPI_COMM_WORLD_RANK=1 && echo "$pid"
  done | head -n 1)
  kill -STOP "$sleeper"
  rc=0
  wait $job || rc=$?
  if [ $rc = 75 ]; then ok; else bad "a rank that sleeps: exit code $rc"; fi
  rm -rf "$out"
fi

input_is=$(find "$input" -type f -printf '%p %T@ %i\n' -exec sha256sum {} + | sort | sha256sum)
if [ "$input_was" = "$input_is" ]; then ok; else bad "the input has changed"; fi
echo "faults: $passed passed, $failed failed"
[ $failed = 0 ]
