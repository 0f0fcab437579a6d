#!/bin/bash
# One integral with 1,000 numbers of intervals, a run for each row of grid.csv.
#
#   bash examples/map/trapezoid/run.sh OUT [OPTION of sauva map..]
#
# SAUVA is the program (sauva), LAUNCHER the words before it, as "mpirun -n 2 --bind-to none" (none).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -ra launcher <<<"${LAUNCHER:-}"
# Contracted operations would give other last digits on other processors.
cc -O2 -ffp-contract=off -o "$here/trapezoid" "$here/trapezoid.c" -lm

exec "${launcher[@]}" "${SAUVA:-sauva}" map --output "$1" --parameters "$here/grid.csv" "${@:2}" \
  -- "$here/trapezoid" '{param:n}'
