#!/bin/bash
# Licences, bans and sources of the crates (deny.toml), and known advisories where their database can be fetched.
# Says which of the four ran. Takes cargo-deny from the PATH or from target/tools, or installs it there.
#
#   bash .ci/deny.sh
set -euo pipefail
source "$(dirname "$0")/../scripts/lib.sh"
cd "$root"
mkdir -p "$build_root"

find_tool cargo-deny 0.20.2
# The crates' own dependencies are in the lock file: nothing here writes it.
deny() { "$tool" deny --locked "$@"; }

# Two versions of a crate are only told: of these the count is enough.
rc=0
deny check --hide-inclusion-graph licenses bans sources >"$build_root/deny.log" 2>&1 || rc=$?
if [ $rc != 0 ]; then
  cat "$build_root/deny.log"
  fail "licences, bans or sources are not as deny.toml wants them"
fi
tail -1 "$build_root/deny.log"
echo "deny: $(grep -c 'warning\[duplicate\]' "$build_root/deny.log") crates come in two versions or more (told, not refused)"

if timeout 60 "$tool" deny --locked fetch db >"$build_root/deny.log" 2>&1; then
  deny check --hide-inclusion-graph advisories
  echo "deny: ran licences, bans, sources and advisories"
else
  echo "deny: ran licences, bans and sources; NOT advisories: their database cannot be fetched here"
fi
