#!/bin/bash
# First-order features of each series of a DICOM folder, by PyRadiomics.
#
#   bash examples/map/radiomics/run.sh OUT [OPTION of sauva map..]
#
# IN is the folder (data_sample/dicom), SAUVA the program (sauva), LAUNCHER the words before it, as "mpirun -n 2 --bind-to none"
# (none), PYTHON a python with PyRadiomics (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -ra launcher <<<"${LAUNCHER:-}"
python=${PYTHON:-python3}

"${launcher[@]}" "${SAUVA:-sauva}" map --input "${IN:-$here/../../../data_sample/dicom}" --output "$1" --by series "${@:2}" \
  -- "$python" "$here/first_order.py" '{list}' '{output}'
"$python" "$here/../join.py" "$1" first_order.csv >"$1/first_order.csv"
