#!/bin/bash
# Five streams of normal random numbers, each with a seed of its own.
#
#   bash examples/map/box_muller/run.sh OUT [OPTION of sauva map..]
#
# SAUVA is the program (sauva), LAUNCHER the words before it, as "mpirun -n 2 --bind-to none" (none).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -ra launcher <<<"${LAUNCHER:-}"

exec "${launcher[@]}" "${SAUVA:-sauva}" map --output "$1" --repetitions 5 "${@:2}" \
  -- "${PYTHON:-python3}" "$here/normal.py" '{rank}' 20000
