#!/usr/bin/env python3
"""The classical design: a list of files dealt to the ranks of MPI, each file read, de-identified, measured, compressed and written
with pydicom, numpy and CharLS, and a table gathered at the end.

    classical.py TABLE KEY INPUT OUTPUT        alone, or as several ranks by mpirun

TABLE is PS3.15 Table E.1-1 as CSV. OUTPUT becomes a file an instance, named by its new SOP Instance UID, and statistics.csv.
"""

import csv
import sys
from pathlib import Path

import numpy
import pydicom
from mpi4py import MPI
from pydicom.uid import JPEGLSLossless

from basic_profile import Profile

COLUMNS = ("sop_instance_uid", "modality", "rows", "columns", "min", "max", "mean", "sd", "p05", "median", "p95", "entropy_bits")


def statistics(pixels: numpy.ndarray) -> list[float]:
    """First-order statistics of an image's samples, and the entropy of their histogram."""
    least = int(pixels.min())
    counts = numpy.bincount(pixels.ravel().astype(numpy.int32) - least)
    shares = counts[counts > 0] / pixels.size
    entropy = -(shares * numpy.log2(shares)).sum()
    return [least, pixels.max(), pixels.mean(), pixels.std(), *numpy.percentile(pixels, (5, 50, 95)), entropy]


def work(path: Path, profile: Profile, output: Path) -> list:
    """Takes a file through, and gives its row."""
    dataset = pydicom.dcmread(path)
    profile.apply(dataset)
    row = [dataset.SOPInstanceUID, dataset.get("Modality"), dataset.Rows, dataset.Columns, *statistics(dataset.pixel_array)]
    dataset.compress(JPEGLSLossless, generate_instance_uid=False)
    dataset.save_as(output / f"{dataset.SOPInstanceUID}.dcm")
    return row


def main() -> None:
    table, key, folder, output = map(Path, sys.argv[1:])
    world = MPI.COMM_WORLD
    shares = None
    if world.rank == 0:
        output.mkdir()
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        shares = [files[rank :: world.size] for rank in range(world.size)]
    share = world.scatter(shares)
    profile = Profile(table, key.read_bytes())
    gathered = world.gather([work(path, profile, output) for path in share])
    if world.rank == 0:
        with open(output / "statistics.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(sorted(row for rows in gathered for row in rows))


if __name__ == "__main__":
    main()
