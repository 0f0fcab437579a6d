#!/bin/bash
# Two copies of a program that talk to each other.
#
#   bash examples/map/gang/run.sh OUT [OPTION of sauva map..]
#
# SAUVA is the program (sauva), LAUNCHER the words before it, as "mpirun -n 2 --bind-to none" (none), COPIES how many (2), PYTHON
# a python with numpy (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -ra launcher <<<"${LAUNCHER:-}"

exec "${launcher[@]}" "${SAUVA:-sauva}" map --output "$1" --parallel "${COPIES:-2}" "${@:2}" \
  -- "${PYTHON:-python3}" "$here/fit.py" '{master_addr}' '{master_port}' '{world_size}' '{rank}' '{output}'
