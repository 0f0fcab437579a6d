#!/bin/bash
# Pi by random points, four runs that keep checkpoints.
#
#   bash examples/map/pi/run.sh OUT [OPTION of sauva map..]
#
# SAUVA is the program (sauva), LAUNCHER the words before it, as "mpirun -n 2 --bind-to none" (none), SAMPLES the points of
# each run (10^9).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -ra launcher <<<"${LAUNCHER:-}"
cc -O2 -o "$here/pi" "$here/pi.c"

exec "${launcher[@]}" "${SAUVA:-sauva}" map --output "$1" --repetitions 4 "${@:2}" \
  -- "$here/pi" '{rank}' "${SAMPLES:-1000000000}" '{checkpoint}' '{output}'
