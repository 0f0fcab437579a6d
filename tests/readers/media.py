#!/usr/bin/env python3
"""Opens the file-set of `sauva run --dicomdir` with other people's readers.

    media.py OUTPUT

pydicom's FileSet finds every instance of index.csv once, and each is the one that its record names;
dcmdump reads the DICOMDIR and meets as many records as it has; dciodvfy reports no error of it but for
types of records that are younger than it is. Prints each difference and the totals.
"""

import csv
import pathlib
import re
import subprocess
import sys

from pydicom import fileset

# Types of records of the standard that are younger than these readers.
YOUNG = ("ANNOTATION",)
failures: list[str] = []


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


def check_pydicom(directory: pathlib.Path, expected: set[str]) -> None:
    for name in YOUNG:
        if name not in fileset.DIRECTORY_RECORDERS:
            fileset._PREFIXES[name] = name[:2]
    found = []
    for instance in fileset.FileSet(directory):
        data_set = instance.load()
        found.append(data_set.SOPInstanceUID)
        same = (
            data_set.SOPInstanceUID == instance.ReferencedSOPInstanceUIDInFile
            and data_set.SOPClassUID == instance.ReferencedSOPClassUIDInFile
            and data_set.file_meta.TransferSyntaxUID
            == instance.ReferencedTransferSyntaxUIDInFile
        )
        if not same:
            failures.append(f"pydicom: {instance.ReferencedFileID} is not what its record says")
    if len(found) != len(expected) or set(found) != expected:
        failures.append(f"pydicom: finds {len(found)} instances of {len(expected)}")


def check_dcmdump(directory: pathlib.Path) -> None:
    told = run("dcmdump", str(directory))
    records = len(re.findall(r"\(0004,1430\) CS \[", told.stdout))
    items = len(re.findall(r'"Directory Record"', told.stdout))
    if told.returncode or told.stderr or records == 0 or records != items:
        failures.append(f"dcmdump: {records} records, {items} items, {told.stderr}")


def check_dciodvfy(directory: pathlib.Path) -> None:
    told = run("dciodvfy", str(directory))
    lines = (told.stderr + told.stdout).splitlines()
    errors = [line for line in lines if line.startswith("Error")]
    for error in errors:
        if not any(f"<{name}>" in error for name in YOUNG):
            failures.append(f"dciodvfy: {error}")


def main() -> int:
    output = pathlib.Path(sys.argv[1])
    with (output / "index.csv").open() as index:
        expected = {row["sop_instance_uid"] for row in csv.DictReader(index)}
    directory = output / "media" / "DICOMDIR"
    checks = [
        lambda: check_pydicom(directory, expected),
        lambda: check_dcmdump(directory),
        lambda: check_dciodvfy(directory),
    ]
    failed = 0
    for check in checks:
        before = len(failures)
        check()
        failed += len(failures) > before
    print(*failures, sep="\n")
    print(f"file-set: {len(checks) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
