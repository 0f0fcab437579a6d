#!/bin/bash
# The k nearest neighbours for 15 k; tells the best at the end.
#
#   bash examples/map/knn/run.sh OUT [OPTION of sauva map..]
#
# SAUVA is the program (sauva), LAUNCHER the words before it, as "mpirun -n 2 --bind-to none" (none), PYTHON a python with
# scikit-learn (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -ra launcher <<<"${LAUNCHER:-}"
python=${PYTHON:-python3}

"${launcher[@]}" "${SAUVA:-sauva}" map --output "$1" --parameters "$here/grid.csv" "${@:2}" \
  -- "$python" "$here/knn.py" '{param:k}' '{output}'
"$python" "$here/../join.py" "$1" score.csv --best accuracy
