#!/usr/bin/env python3
"""Makes src/deident/tables/ps3.3-2026b-types.csv and ps3.3-2026b-iods.csv from the PyPI package
highdicom (MIT licence), whose maps of IODs, modules and attributes are those of PS3.3 2026b (its
repository says so in src/highdicom/_standard/README.md). Table text (c) NEMA. It needs pydicom 3.

    pip download --no-deps -d DIR highdicom==0.28.2
    python3 scripts/tables/ps3_3.py DIR/highdicom-0.28.2-py3-none-any.whl
"""

import csv
import json
import pathlib
import sys
import zipfile

from pydicom._dicom_dict import RepeatersDictionary
from pydicom.datadict import dictionary_VR, tag_for_keyword

EDITION = "2026b"
TARGET = pathlib.Path(__file__).parents[2] / "src/deident/tables"
TYPES = ["1", "1C", "2", "2C"]  # the strictest first
VRS = {"DA", "DT", "LT", "PN", "ST", "TM", "UI", "UR", "UT"}
REPEATERS = {keyword: (mask, vr) for mask, (vr, _, _, _, keyword) in RepeatersDictionary.items()}
# Retired classes have no table any more; these had the IOD of the class that took their place.
RETIRED = {
    "1.2.840.10008.5.1.4.1.1.3": "ultrasound-multi-frame-image",
    "1.2.840.10008.5.1.4.1.1.5": "nuclear-medicine-image",
    "1.2.840.10008.5.1.4.1.1.6": "ultrasound-image",
}


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        maps = ["sop_class_iod_map", "iod_module_map", "module_attribute_map"]
        classes, iods, modules = (
            json.loads(wheel.read(f"highdicom/_standard/{name}.json")) for name in maps
        )
    assert len(classes) == 180 and len(iods) == 175 and len(modules) == 436
    assert not RETIRED.keys() & classes.keys()
    classes.update(RETIRED)
    held = {module["key"] for iod in classes.values() for module in iods[iod]}
    lost = sorted(held - modules.keys())
    write_iods(classes, iods, lost)
    write_types({key: modules[key] for key in sorted(held & modules.keys())})


def write_iods(classes: dict, iods: dict, lost: list[str]) -> None:
    with open(TARGET / f"ps3.3-{EDITION}-iods.csv", "w", newline="") as out:
        out.write(f"# DICOM PS3.3 {EDITION}, annex A: the modules of each IOD by usage, for each\n")
        out.write(
            "# storage SOP class. (c) NEMA. From the package highdicom 0.28.2 (MIT licence).\n"
        )
        out.write("# Made by scripts/tables/ps3_3.py\n")
        out.write("# The functional group macros of an IOD stand as one module of it.\n")
        out.write(
            f"# Of three retired classes the IOD is that of their successors: {', '.join(RETIRED)}\n"
        )
        out.write("# The source has no attributes of these modules:\n")
        out.writelines(f"#   {key}\n" for key in lost)
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(["sop_class_uid", "iod", "mandatory", "conditional", "optional"])
        for uid, iod in sorted(
            classes.items(), key=lambda item: [int(n) for n in item[0].split(".")]
        ):
            usages: dict[str, set[str]] = {"M": set(), "C": set(), "U": set()}
            for module in iods[iod]:
                usages[module["usage"]].add(module["key"])
            lines.writerow([uid, iod, *(" ".join(sorted(usage)) for usage in usages.values())])


def write_types(modules: dict) -> None:
    with open(TARGET / "ps3.15-2026d-e1-1.csv", newline="") as file:
        profile = {row["tag"] for row in csv.DictReader(line for line in file if line[0] != "#")}
    strictest: dict[tuple[str, str, str], str] = {}
    for key, attributes in modules.items():
        for attribute in attributes:
            tag, vr = tag_and_vr(attribute["keyword"])
            parent = tag_and_vr(attribute["path"][-1])[0] if attribute["path"] else ""
            if attribute["type"] in TYPES and (tag in profile or vr in VRS):
                at = (tag, parent, key)
                strictest[at] = min(strictest.get(at, "2C"), attribute["type"], key=TYPES.index)
    rows: dict[tuple[str, str, str], list[str]] = {}
    for (tag, parent, key), kind in sorted(strictest.items()):
        rows.setdefault((tag, parent, kind), []).append(key)

    with open(TARGET / f"ps3.3-{EDITION}-types.csv", "w", newline="") as out:
        out.write(
            f"# DICOM PS3.3 {EDITION}, annex C: attributes of type 1, 1C, 2 or 2C, with the modules\n"
        )
        out.write("# in which they are of that type. (c) NEMA.\n")
        out.write(
            "# From the package highdicom 0.28.2 (MIT licence). Made by scripts/tables/ps3_3.py\n"
        )
        out.write(
            "# Of all attributes: those of Table E.1-1 of PS3.15, and those of VR DA, DT, LT, PN, ST,\n"
        )
        out.write(
            "# TM, UI, UR and UT. parent is the sequence that encloses the attribute at once, empty at\n"
        )
        out.write(
            "# the root. Where a module has an attribute in several places under one parent, the\n"
        )
        out.write(
            "# strictest type stands: 1, 1C, 2, 2C. What does not stand here is of type 3, or absent.\n"
        )
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(["tag", "parent", "type", "modules"])
        for key, where in sorted(rows.items()):
            lines.writerow([*key, " ".join(where)])
    print(f"{len(strictest)} attributes of modules, {len(rows)} rows")


def tag_and_vr(keyword: str) -> tuple[str, str]:
    if keyword in REPEATERS:
        mask, vr = REPEATERS[keyword]
        return mask.upper(), vr
    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    return f"{tag:08X}", dictionary_VR(tag)


if __name__ == "__main__":
    main()
