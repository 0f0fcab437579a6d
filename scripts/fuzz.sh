#!/bin/bash
# Fuzzes reader, decoders and profile, one target after the other, for SECONDS_IN_ALL together.
#
#   bash scripts/fuzz.sh [SECONDS_IN_ALL] [TARGET...]     (60, all of fuzz/fuzz_targets)
#
# Needs no nightly and no cargo-fuzz: the flags that cargo-fuzz gives to rustc, its address sanitizer
# aside, are those of any Rust. What is found stays: new inputs in corpus/, what made a target crash,
# hang or grow in crashes/, both below $CARGO_TARGET_DIR/fuzz. To run one again, give it to its target:
#
#   $CARGO_TARGET_DIR/fuzz/x86_64-unknown-linux-gnu/release/TARGET FILE
set -euo pipefail
source "$(dirname "$0")/lib.sh"

seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "SECONDS_IN_ALL is a number, not '$seconds'"
shift || true
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  for source in "$root"/fuzz/fuzz_targets/*.rs; do
    targets+=("$(basename "$source" .rs)")
  done
fi
each=$(((seconds + ${#targets[@]} - 1) / ${#targets[@]}))
home=$build_root/fuzz
triple=$(rustc -vV | sed -n 's/^host: //p')
mkdir -p "$home/crashes"

# The first inputs, from the files that come with the source and from those beside it.
folders=("$root/data_sample/dicom")
if [ -e "$root/../shared/data/dicom" ]; then folders+=("$root/../shared/data/dicom"); fi
rm -rf "$home/seeds"
cargo run --quiet --locked --manifest-path "$root/Cargo.toml" --example fuzz_seeds -- \
  "$home/seeds" "${folders[@]}"

# Edge counters and comparisons for libFuzzer; --target keeps them out of build scripts.
flags=(--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1)
for option in level=4 inline-8bit-counters pc-table trace-compares; do
  flags+=("-Cllvm-args=-sanitizer-coverage-$option")
done
# One at a time; the whole tree is built once and kept.
env CARGO_TARGET_DIR="$home" CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f' && echo "${flags[*]}")" \
  cargo build --quiet --release --locked --target "$triple" --manifest-path "$root/fuzz/Cargo.toml"

# What libFuzzer's own watch over the resident memory may miss between two looks.
ulimit -v $((8 << 20)) -c 0
passed=0 failed=0
for target in "${targets[@]}"; do
  mkdir -p "$home/corpus/$target" "$home/seeds/$target"
  if "$home/$triple/release/$target" -seed=1 -max_total_time="$each" -timeout=2 -rss_limit_mb=1024 \
    -print_final_stats=1 -artifact_prefix="$home/crashes/$target-" -dict="$root/fuzz/dicom.dict" \
    "$home/corpus/$target" "$home/seeds/$target" >"$home/$target.log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    grep -E "panicked at|ERROR: |artifact_prefix" "$home/$target.log" || tail -5 "$home/$target.log"
  fi
  echo "$target: $(sed -n 's/^stat::number_of_executed_units: //p' "$home/$target.log") executions," \
    "$(sed -n 's/^stat::peak_rss_mb: *//p' "$home/$target.log") MB at most"
done
echo "fuzz: $passed passed, $failed failed"
[ $failed = 0 ]
