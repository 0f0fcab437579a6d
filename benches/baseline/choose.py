#!/usr/bin/env python3
"""Copies those files of a folder that every tool of the comparison takes: images of one frame, not compressed, with 16 bits a sample.

    choose.py FROM TO

They are numbered in TO, in a numbered folder for each folder at the top of FROM. Prints how many there are of how many. An instance
is taken once, and small images are left out: to compress them makes them larger.
"""

import sys
import warnings
from collections import defaultdict
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError

from ways import NATIVE

LEAST_PIXELS = 64 * 64


def fits(path: Path, seen: set[str]) -> bool:
    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        syntax = str(dataset.file_meta.TransferSyntaxUID)
    except (InvalidDicomError, AttributeError):
        return False
    instance = dataset.get("SOPInstanceUID")
    if instance in seen:
        return False
    seen.add(instance)
    pixels = dataset.get("Rows", 0) * dataset.get("Columns", 0)
    frames, bits = dataset.get("NumberOfFrames") or 1, dataset.get("BitsAllocated")
    return syntax in NATIVE and bits == 16 and frames == 1 and pixels >= LEAST_PIXELS


def main() -> None:
    warnings.simplefilter("ignore")  # Those of pydicom name paths and values.
    source, target = map(Path, sys.argv[1:])
    files = sorted(path for path in source.rglob("*") if path.is_file())
    seen: set[str] = set()
    chosen = defaultdict(list)
    for path in files:
        if fits(path, seen):
            chosen[path.relative_to(source).parts[0]].append(path)
    for number, group in enumerate(chosen.values()):
        folder = target / f"{number:03}"
        folder.mkdir(parents=True)
        for place, path in enumerate(group):
            (folder / f"{place:06}.dcm").write_bytes(path.read_bytes())
    print(f"{sum(map(len, chosen.values()))} of {len(files)} files")


if __name__ == "__main__":
    main()
