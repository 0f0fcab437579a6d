#!/bin/bash
# A random forest on synthetic vital signs, for three seeds and three ways to fill gaps.
#
#   bash examples/map/vital_signs/run.sh OUT [OPTION of sauva map..]
#
# SAUVA is the program (sauva), LAUNCHER the words before it, as "mpirun -n 2 --bind-to none" (none), PYTHON a python with
# pandas and scikit-learn (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -ra launcher <<<"${LAUNCHER:-}"
python=${PYTHON:-python3}

"${launcher[@]}" "${SAUVA:-sauva}" map --output "$1" --parameters "$here/grid.csv" "${@:2}" \
  -- "$python" "$here/forest.py" '{param:seed}' '{param:longest_gap}' '{output}'
"$python" "$here/../join.py" "$1" score.csv
