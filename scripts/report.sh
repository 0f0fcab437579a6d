#!/bin/bash
# Makes the technical report anew from the study that is kept in results/, and the rows of the READMEs that come from it.
#
#   bash scripts/report.sh [RESULTS]     (results/2026-11-22-xeon-2-cores)
#
# Builds sauva, unless SAUVA names a program. No number of results/REPORT.md is typed by hand.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"
results=${1:-results/2026-11-22-xeon-2-cores}
[ -e "$results/metrics.csv" ] || fail "$results has no metrics.csv: name the folder of a study"

if [ -z "${SAUVA:-}" ]; then
  cargo build --release --locked
  SAUVA=${CARGO_TARGET_DIR:-target}/release/sauva
fi
"$SAUVA" experiments "$results" --report results/REPORT.md
python3 tests/readers/study.py "$results" --write
