#!/usr/bin/env python3
"""Looks for files that sauva refuses to read and others read.

    refusals.py INPUT OUTPUT PRIVATE_LOG

Of every input that the read stage refused for its structure: does pydicom read all elements and
decode the pixels, and does dcmdump read it without an error? Where both do, the refusal must stand in
`KNOWN` with its reason, or it counts as a failure. Prints what it found and the totals.
"""

import csv
import pathlib
import subprocess
import sys
import warnings

import pydicom

STRUCTURAL = ("damaged", "not-dicom", "over-limit", "pixel-data", "image-pixel-module")
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
# Refused though both others read them: the end of the path, and why.
NO_PIXELS = "an image without its pixels looks like one that was cut off between two elements"
KNOWN = {
    "malformed/J2K_pixelrep_mismatch.dcm": "signed by one header, unsigned by the other: either may lie",
    "malformed/no-meta-length-test.dcm": NO_PIXELS,
    "objects/mr/csa_slice_norm.dcm": NO_PIXELS,
    "syntaxes/big-endian/rtdose_expb.dcm": "readers differ in the order of the 16-bit words",
}


def pydicom_error(path: pathlib.Path) -> str:
    """Why pydicom cannot read all of it; empty where it can."""
    try:
        data_set = pydicom.dcmread(path)
        data_set.walk(lambda _, element: element.value)
        # pydicom takes what has no structure for an empty data set.
        if not len(data_set):
            return "no element"
        if any(keyword in data_set for keyword in PIXELS):
            data_set.pixel_array  # noqa: B018 (the property decodes)
    except Exception as error:  # every way to fail is an answer
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return ""


def dcmdump_error(path: pathlib.Path) -> str:
    """What dcmdump reports as an error; empty where there is none."""
    told = subprocess.run(
        ["dcmdump", str(path)], capture_output=True, text=True, errors="replace", check=False
    )
    errors = [line for line in told.stderr.splitlines() if line.startswith(("E:", "F:"))]
    if errors:
        return errors[0]
    return f"exit code {told.returncode}" if told.returncode else ""


def main() -> int:
    root, output, private_log = map(pathlib.Path, sys.argv[1:])
    warnings.simplefilter("ignore")
    refused = {}
    for row in csv.DictReader(open(output / "failures.csv", newline="")):
        if row["stage"] == "read" and row["class"] in STRUCTURAL:
            refused[row["path_id"]] = row
    agreed, failed = 0, 0
    for row in csv.DictReader(open(private_log, newline="")):
        if row["path_id"] not in refused:
            continue
        message = refused[row["path_id"]]["message"]
        path = root / row["path"]
        errors = {"pydicom": pydicom_error(path), "dcmdump": dcmdump_error(path)}
        told = "; ".join(f"{name}: {error or 'reads it'}" for name, error in errors.items())
        known = next((why for end, why in KNOWN.items() if row["path"].endswith(end)), None)
        if any(errors.values()) or known:
            agreed += 1
            print(f"{row['path']}: {message} [{known or told}]")
        else:
            failed += 1
            print(f"{row['path']}: {message} -- but pydicom and dcmdump read it")
    print(f"refusals: {agreed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
