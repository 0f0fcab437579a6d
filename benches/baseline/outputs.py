"""What the ways are given, and whether what they made of it will do.

`Inputs.of(folder)` looks at the files of a folder; `check(way, output, inputs)` gives the size of what a way has written, and
raises `Fault` where files are missing, cannot be read, have other samples or still show an identity.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pydicom

from ways import Way


class Fault(Exception):
    """Why a way's output does not count. Names no path and no value."""


@dataclass(frozen=True)
class Inputs:
    """A folder of files with what any output of them is compared with."""

    folder: Path
    files: int
    size: int
    samples: frozenset[str]
    patients: frozenset[str]

    @classmethod
    def of(cls, folder: Path) -> "Inputs":
        """Reads every file, which also brings them into the page cache."""
        size, digests, patients = 0, [], set()
        for path in folder.rglob("*"):
            if path.is_file():
                dataset = pydicom.dcmread(path)
                size += path.stat().st_size
                digests.append(samples(dataset))
                patients.add(str(dataset.get("PatientID", "")))
        return cls(folder, len(digests), size, frozenset(digests), frozenset(patients - {""}))


def samples(dataset: pydicom.Dataset) -> str:
    """A digest of the shape and samples of an image."""
    pixels = dataset.pixel_array
    return hashlib.sha256(repr((pixels.shape, pixels.dtype.str)).encode() + pixels.tobytes()).hexdigest()


def instances(folder: Path) -> list[Path]:
    """The DICOM files below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and is_dicom(path))


def is_dicom(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(132)[128:] == b"DICM"


def check(way: Way, output: Path, inputs: Inputs) -> tuple[int, int]:
    """How many files there are and how large they are together, once the first and the last have been looked at."""
    written = instances(output / way.instances)
    expected = sauva_accounts(output, inputs) if way.is_sauva else inputs.files
    if len(written) != expected:
        raise Fault(f"{len(written)} files instead of {expected}")
    if not written:
        raise Fault("no file")
    for path in (written[0], written[-1]):
        look(way, path, inputs)
    return len(written), sum(path.stat().st_size for path in written)


def look(way: Way, path: Path, inputs: Inputs) -> None:
    try:
        dataset = pydicom.dcmread(path)
        syntax, found = str(dataset.file_meta.TransferSyntaxUID), samples(dataset)
    except Exception as error:  # pydicom and its decoders raise of every kind
        raise Fault(f"a file that pydicom cannot read: {type(error).__name__}") from error
    if syntax not in way.syntaxes:
        raise Fault(f"a file in transfer syntax {syntax}")
    if found not in inputs.samples:
        raise Fault("a file with other samples than any of the input")
    if way.deidentifies and str(dataset.get("PatientID", "")) in inputs.patients:
        raise Fault("a file with a Patient ID of the input")


def sauva_accounts(output: Path, inputs: Inputs) -> int:
    """How many files sauva says it has written; the others must be accounted for."""
    counts = json.loads((output / "summary.json").read_text())["outcome"]
    if sum(counts[kind] for kind in ("written", "duplicate", "quarantined", "not_dicom")) != inputs.files:
        raise Fault("accounts that do not add up")
    if counts["not_dicom"] != 0:
        raise Fault("files that it does not take for DICOM")
    return counts["written"]
