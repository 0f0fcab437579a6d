#!/usr/bin/env python3
"""Makes src/deident/tables/ps3.15-<edition>-e3-10-1.csv from the JSON of Table E.3.10-1 that the
GitHub repository pymedphys/pymedphys holds: lib/pymedphys/_dicom/deidentify/_standard/e3_10_1.json.

The JSON names its edition and the SHA-256 of its rows; the rows are checked against it here. Table
text (c) NEMA. Where a second copy of the same table is at hand, its disagreements are printed: that
of the PyPI package dicom-standard 0.1.0 (MIT licence, the 2020 edition).

    python3 scripts/tables/ps3_15_private.py e3_10_1.json [DIR/dicom_standard-0.1.0-py3-none-any.whl]
"""

import csv
import hashlib
import html
import json
import pathlib
import re
import sys
import zipfile

TAG = re.compile(r"\(([0-9A-F]{4}),xx([0-9A-Fa-f]{2})\)")
Row = tuple[str, str, str, str, str, str]


def main() -> None:
    table = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    assert table["table"] == "PS3.15 Table E.3.10-1"
    canonical = json.dumps(table["rows"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(canonical.encode()).hexdigest() == table["content_sha256"], "rows changed"
    columns = ["tag", "private_creator", "vr", "vm", "meaning"]
    rows = sorted(normal([row[column] for column in columns]) for row in table["rows"])
    assert len(rows) == len({row[:3] for row in rows}) == 479, "the table has changed its shape"
    assert all(int(group, 16) % 2 for _, group, *_ in rows), "a group that is not private"
    if len(sys.argv) > 2:
        compare(rows, second_copy(sys.argv[2]))

    edition = table["edition"]
    target = pathlib.Path(__file__).parents[2] / "src/deident/tables"
    with open(target / f"ps3.15-{edition}-e3-10-1.csv", "w", newline="") as out:
        out.write(
            f"# DICOM PS3.15 {edition}, Table E.3.10-1 (safe private attributes). (c) NEMA.\n"
        )
        out.write(f"# SHA-256 of {table['sources'][0]['path']}: {table['sources'][0]['sha256']}\n")
        out.write(f"# SHA-256 of the rows as canonical JSON: {table['content_sha256']}\n")
        out.write("# Made by scripts/tables/ps3_15_private.py\n")
        out.write(
            "# element is the low byte; the high byte is the block that the creator reserves.\n"
        )
        out.write("# Where vr is empty, the standard names none.\n")
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(["creator", "group", "element", "vr", "vm", "meaning"])
        lines.writerows(rows)


def normal(cells: list[str]) -> Row:
    tag, creator, vr, vm, meaning = cells
    match = TAG.fullmatch(tag)
    assert match and creator == creator.strip(), cells
    return creator, match[1], match[2].upper(), vr, vm, meaning


def second_copy(wheel: str) -> list[Row]:
    with zipfile.ZipFile(wheel) as files:
        name = next(n for n in files.namelist() if n.endswith("/references.json"))
        references = json.loads(files.read(name))
    page = next(text for key, text in references.items() if key.endswith("#sect_E.3.10"))
    rows = []
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        cells = re.findall(r"<td.*?</td>", row, re.DOTALL)
        if cells:
            rows.append(normal([html.unescape(re.sub("<[^>]+>", "", c)).strip() for c in cells]))
    return rows


def compare(rows: list[Row], others: list[Row]) -> None:
    known = {row[:3]: row for row in rows}
    for other in others:
        if known.get(other[:3]) != other:
            print(f"disagrees: {other} | {known.get(other[:3])}")
    print(f"{len(others)} rows compared")


if __name__ == "__main__":
    main()
