#!/usr/bin/env python3
"""Opens what sauva wrote with other people's readers.

    check.py INPUT OUTPUT PRIVATE_LOG CATALOGUE

For every written instance: pydicom (with pyjpegls; of JPEG Lossless what dcmdjpeg makes of it) decodes it,
and the samples equal the catalogue's px_sha256 of its input; dcmdump reads it; dcmdjpls decodes it where it
is JPEG-LS; dciodvfy reports no error that it does not report of the input. Prints each difference and the totals.
"""

import csv
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
import pydicom
from pydicom.pixels import get_decoder

JPEG_LS = "1.2.840.10008.1.2.4.80"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
# Decoders of these may differ by a step.
LOSSY = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.91")
failures: list[str] = []
counts = dict.fromkeys(["pydicom", "pixels", "dcmdump", "dcmdjpls", "dciodvfy"], 0)


def samples(path: pathlib.Path) -> bytes:
    """All samples, little endian, those of a pixel side by side, one byte for a single bit."""
    data_set = pydicom.dcmread(path)
    for keyword in ("FloatPixelData", "DoubleFloatPixelData"):
        if keyword in data_set:
            return data_set[keyword].value
    syntax = data_set.file_meta.TransferSyntaxUID
    if syntax == JPEG_LOSSLESS:
        with tempfile.NamedTemporaryFile() as decoded:
            told = run("dcmdjpeg", "--conv-never", str(path), decoded.name)
            if told.returncode != 0:
                raise ValueError(told.stderr[-120:])
            return samples(pathlib.Path(decoded.name))
    array, _ = get_decoder(syntax).as_array(data_set, raw=True, decoding_plugin="")
    return numpy.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"))).tobytes()


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


def iod_errors(path: pathlib.Path) -> set[str]:
    """Errors of dciodvfy, without the values in them."""
    told = run("dciodvfy", "-filename", str(path))
    lines = (told.stderr + told.stdout).splitlines()
    errors = {line for line in lines if line.startswith("Error")}
    # Values stand in <..> as well, but behind other words than Element and Module.
    return {re.sub(r"(?<!Element=)(?<!Module=)<[^>]*>|\S+\.dcm|UID \S+", "", e).strip() for e in errors}


def check(source: pathlib.Path, target: pathlib.Path, wanted: dict) -> None:
    try:
        data_set = pydicom.dcmread(target)
        data_set.walk(lambda _, element: element.value)
        counts["pydicom"] += 1
    except Exception as error:  # every way to fail is a failure of the file
        failures.append(f"{source}: pydicom: {error}")
        return
    syntax = data_set.file_meta.TransferSyntaxUID
    is_settled = wanted["px_agree"] in ("one", "yes")
    if wanted["px_sha256"] and is_settled and wanted["transfer_syntax_uid"] not in LOSSY:
        try:
            found = hashlib.sha256(samples(target)).hexdigest()
        except Exception as error:
            found = repr(error)
        if found == wanted["px_sha256"]:
            counts["pixels"] += 1
        else:
            failures.append(f"{source}: samples differ: {found[:80]}")
    if run("dcmdump", "-q", str(target)).returncode == 0:
        counts["dcmdump"] += 1
    else:
        failures.append(f"{source}: dcmdump refuses it")
    if syntax == JPEG_LS:
        with tempfile.NamedTemporaryFile() as decoded:
            told = run("dcmdjpls", str(target), decoded.name)
            if told.returncode == 0:
                counts["dcmdjpls"] += 1
            else:
                failures.append(f"{source}: dcmdjpls: {told.stderr[-120:]}")
    before = iod_errors(source)
    # Of an input that it cannot read, such as a deflated one, it says nothing to compare with.
    is_blind = "Error - Dicom dataset read failed" in before
    new = set() if is_blind else iod_errors(target) - before
    if new:
        failures.append(f"{source}: dciodvfy: {sorted(new)}")
    else:
        counts["dciodvfy"] += 1


def main() -> int:
    root, output, private_log, catalogue = map(pathlib.Path, sys.argv[1:])
    wanted = {row["file"]: row for row in csv.DictReader(open(catalogue, newline=""))}
    index = {row["path_id"]: row for row in csv.DictReader(open(output / "index.csv", newline=""))}
    base = pathlib.Path(catalogue).parent.resolve()
    checked = 0
    for row in csv.DictReader(open(private_log, newline="")):
        if row["outcome"] == "written":
            source = (root / row["path"]).resolve()
            name = str(source.relative_to(base))
            check(source, output / index[row["path_id"]]["path"], wanted[name])
            checked += 1
    for failure in failures:
        print(failure)
    print(f"{checked} instances; " + ", ".join(f"{name} {n}" for name, n in counts.items()))
    failed = len({failure.split(':')[0] for failure in failures})
    print(f"readers: {checked - failed} passed, {failed} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
