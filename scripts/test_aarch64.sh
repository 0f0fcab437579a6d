#!/bin/bash
# Runs the unit tests of the codecs as a processor of ARM would, in an emulator: their loops are compiled
# for it in other ways, and must give the same bytes.
#
#   bash scripts/test_aarch64.sh [FILTER]     (codec::, all tests of the codecs)
#
# Installs the compilers and the emulator where they are missing (Debian, as root or by sudo).
set -euo pipefail
source "$(dirname "$0")/lib.sh"

filter=${1:-codec::}
triple=aarch64-unknown-linux-gnu
tools=aarch64-linux-gnu

missing=()
have $tools-gcc || missing+=("gcc-$tools" libc6-dev-arm64-cross)
have $tools-g++ || missing+=("g++-$tools") # for CharLS
have qemu-aarch64 || missing+=(qemu-user)
have cmake || missing+=(cmake)
if [ ${#missing[@]} != 0 ]; then
  have apt-get || fail "no apt-get here: install ${missing[*]} in another way"
  install "${missing[@]}"
fi
[ -d "$(rustc --print sysroot)/lib/rustlib/$triple" ] ||
  fail "Rust has no standard library for $triple: rustup target add $triple"

# The compilers of the crates that hold C and C++ follow from the triple; the linker does not.
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$tools-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/$tools"
cargo test --locked --no-run --lib --target $triple --manifest-path "$root/Cargo.toml"

# An emulator is slow: a quarter of the random cases. What counts is that a test was run at all.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
PROPTEST_CASES=${PROPTEST_CASES:-64} cargo test --locked --quiet --lib --target $triple \
  --manifest-path "$root/Cargo.toml" -- "$filter" | tee "$log"
passed=$(sed -n 's/^test result: ok\. \([0-9]*\) passed; 0 failed.*/\1/p' "$log")
[ "${passed:-0}" -gt 0 ] || fail "no test has the name $filter"
echo "test_aarch64: $passed tests passed on $triple"
