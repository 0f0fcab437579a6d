#!/usr/bin/env python3
"""dicom-anonymizer with its rules as they come, then JPEG-LS by pydicom, over the files of a folder in several processes.

    anonymizer.py PROCESSES INPUT OUTPUT

dicom-anonymizer draws a new UID for each old one and keeps it in its process; here it is a hash under a random key, so that the
processes agree. OUTPUT becomes a file an instance, numbered.
"""

import multiprocessing
import secrets
import sys
from pathlib import Path

import pydicom
from dicomanonymizer import simpledicomanonymizer
from pydicom.uid import JPEGLSLossless, generate_uid

# Files handed to a process at once.
CHUNK = 4


def prepare(key: str) -> None:
    """Readies a process."""
    simpledicomanonymizer.get_UID = lambda uid: generate_uid(prefix=None, entropy_srcs=[key, uid])


def work(paths: tuple[Path, Path]) -> None:
    """Takes a file through."""
    path, output = paths
    dataset = pydicom.dcmread(path)
    simpledicomanonymizer.anonymize_dataset(dataset)
    dataset.compress(JPEGLSLossless, generate_instance_uid=False)
    dataset.save_as(output)


def main() -> None:
    processes = int(sys.argv[1])
    folder, output = map(Path, sys.argv[2:])
    output.mkdir()
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    tasks = [(path, output / f"{number:06}.dcm") for number, path in enumerate(files)]
    key = secrets.token_hex()
    if processes == 1:
        prepare(key)
        for task in tasks:
            work(task)
        return
    with multiprocessing.Pool(processes, prepare, (key,)) as pool:
        for _ in pool.imap_unordered(work, tasks, CHUNK):
            pass


if __name__ == "__main__":
    main()
