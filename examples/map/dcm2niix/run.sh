#!/bin/bash
# Each series of a DICOM folder to NIfTI, by dcm2niix.
#
#   bash examples/map/dcm2niix/run.sh OUT [OPTION of sauva map..]
#
# IN is the folder (data_sample/dicom), SAUVA the program (sauva), LAUNCHER the words before it, as "mpirun -n 2 --bind-to none"
# (none).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -ra launcher <<<"${LAUNCHER:-}"

exec "${launcher[@]}" "${SAUVA:-sauva}" map --input "${IN:-$here/../../../data_sample/dicom}" --output "$1" --by series "${@:2}" \
  -- bash "$here/convert.sh" '{input}' '{output}'
