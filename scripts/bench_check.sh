#!/bin/bash
# Guards the speed of the stages without a clock, so that other work on the machine does not matter: counts the instructions of each piece of work on a
# synthetic file (benches/kernels) by callgrind, and compares with the figures that are kept in benches.
#
#   bash scripts/bench_check.sh [--profile PROFILE] [--only NAME].. [--keep] [--strict]
#
#   --profile  what cargo builds with: kernels (the code of a release, the default; benches/instructions.csv) or dev
#              (what the tests have built already; benches/instructions_dev.csv)
#   --only     this piece of work alone; `--only list` lists them
#   --keep     the new figures are kept
#   --strict   figures of another compiler or processor fail, which else are told and let through
#
# Exit code 1 where a piece needs over 5 % more instructions than kept, or has no kept figure.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
usage() { fail "$*; see the head of scripts/bench_check.sh"; }

profile=kernels only=() judge=()
while [ $# != 0 ]; do
  case $1 in
    --profile | --only) [ $# -gt 1 ] || usage "$1 wants a word after it" ;;&
    --profile) profile=$2 && shift ;;
    --only) only+=("$2") && shift ;;
    --keep | --strict) judge+=("$1") ;;
    *) usage "unknown option $1" ;;
  esac
  shift
done
case $profile in
  kernels) kept=benches/instructions.csv folder=kernels ;;
  dev) kept=benches/instructions_dev.csv folder=debug ;;
  *) usage "--profile is kernels or dev, not $profile" ;;
esac

target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
export CARGO_TARGET_DIR=$target
cd "$root"
have valgrind || install valgrind
# Split as incremental builds split it, the code is another.
CARGO_INCREMENTAL=0 cargo build --locked --profile "$profile" --example kernels
kernels=$target/$folder/examples/kernels

mapfile -t names < <("$kernels" list)
if [ "${only[*]}" = list ]; then
  printf '%s\n' "${names[@]}"
  exit
fi
for name in "${only[@]}"; do
  printf '%s\n' "${names[@]}" | grep -qxF -e "$name" || fail "there is no $name: --only list lists what there is"
done
if [ ${#only[@]} != 0 ]; then
  names=("${only[@]}")
  judge+=(--part)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# count NAME: instructions, in a file of this name: of what one function does, and nothing of the operating system.
count() {
  local folder=$work/$1
  "$kernels" make "$folder"
  if ! valgrind --tool=callgrind --toggle-collect='kernels::counted*' --callgrind-out-file="$folder/callgrind" \
    "$kernels" run "$1" "$folder" >"$folder/log" 2>&1; then
    cat "$folder/log"
    echo "$1 ended with an error"
    return 1
  fi
  sed -nE 's/^totals: ([1-9][0-9]*)$/\1/p' "$folder/callgrind" >"$work/$1.count"
  [ -s "$work/$1.count" ] || { echo "$1: callgrind has counted nothing" && return 1; }
}
export -f count
export work kernels
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I NAME bash -c 'count NAME' || fail "not all could be counted"

# What the figures hold for stands above them.
{
  echo "# compiler: $(rustc -V), $(rustc -vV | sed -n 's/^host: //p')"
  echo "# profile: $profile${RUSTFLAGS:+, RUSTFLAGS=$RUSTFLAGS}"
  # Under valgrind, which hides instructions that it does not know.
  echo "# processor: $(valgrind --quiet --tool=none "$kernels" machine)"
  echo "# system: $(getconf GNU_LIBC_VERSION), $(valgrind --version)"
  echo "kernel,instructions"
  for name in "${names[@]}"; do
    echo "$name,$(cat "$work/$name.count")"
  done
} >"$work/now.csv"
python3 scripts/bench_check.py "$kept" "$work/now.csv" "${judge[@]}"
