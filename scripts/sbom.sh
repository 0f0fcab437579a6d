#!/bin/bash
# Writes the bill of materials of the binary, CycloneDX 1.5 JSON, and checks it against the schema.
#
#   bash scripts/sbom.sh [FILE]     (target/sauva.cdx.json)
#
# Which crates: those of `--features mpi` on x86_64 Linux, with the digests of Cargo.lock. The validator comes from
# PyPI into a venv of its own; where PyPI cannot be reached the bill is written, and said not to be checked.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
file=${1:-$build_root/sauva.cdx.json}
mkdir -p "$(dirname "$file")"

python3 "$root/scripts/packaging/sbom.py" --manifest-path "$root/Cargo.toml" >"$file.part"
mv "$file.part" "$file"
echo "sbom: $(grep -c '"purl"' "$file") components, sauva among them"

if ! make_tool_venv cyclonedx 'cyclonedx-python-lib[json-validation]==11.12.0'; then
  echo "sbom: not checked against the schema: its validator cannot be had here"
  exit
fi
"$build_root/venv-cyclonedx/bin/python" - "$file" <<'END'
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

with open(sys.argv[1], encoding="utf-8") as file:
    fault = JsonStrictValidator(SchemaVersion.V1_5).validate_str(file.read())
if fault:
    sys.exit(f"sbom: not CycloneDX 1.5: {fault}")
END
echo "sbom: valid CycloneDX 1.5"
