#!/usr/bin/env python3
"""How long pyradiomics and MIRP take for all features of real regions, and dicompyler-core for the histograms of a
real plan, on one core, beside ours. Not part of the tests.

    speed_regions.py [--data FOLDER] [--repeat N] [--mirp] [--dicompyler PYTHON] [--sauva BINARY | --ours FILE]

--data        the folder with `dicom` and `dvh`
--mirp        MIRP too, once: it takes a minute for a region
--dicompyler  the Python of a venv with dicompyler-core 0.5.6, pydicom < 3 and numpy < 2
--sauva       a release build, which measures the same folders in one thread
--ours        lines such as `GTV_Mass_CT,12.3`: a name and milliseconds, of a benchmark of the features alone

pyradiomics: see `others.py` for how it is built. It gets its default classes (shape, first order, GLCM, GLRLM, GLSZM,
NGTDM, GLDM) with all their features, 32 bins, and arrays that are read and cropped: what it takes for files is left
out. Its textures are of one aggregation each, where ours are of all."""

import argparse
import csv
import importlib
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import time

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"):
    os.environ[threads] = "1"

import numpy

import region_others
from intensity import Discretisation
from tree import CANNOT, Tree

DATA = pathlib.Path(__file__).resolve().parents[3] / "shared/data"
FOLDERS = ("dicom/studies/STS_025", "dicom/studies/dcmqi-liver")
BINS = "fbn:32"
# The plan's regions one by one, from files to histograms: what dicompyler-core needs is read once.
DICOMPYLER = """
import sys, time
from dicompylercore import dicomparser, dvhcalc
folder, repeat = sys.argv[1], int(sys.argv[2])
structures = dicomparser.DicomParser(folder + "/rtss.dcm")
dose = dicomparser.DicomParser(folder + "/rtdose.dcm")
for number, roi in sorted(structures.GetStructures().items()):
    took = []
    for _ in range(repeat):
        start = time.perf_counter()
        dvhcalc.get_dvh(structures.ds, dose.ds, number)
        took.append((time.perf_counter() - start) * 1e3)
    print(f"{roi['name']},{min(took)}")
"""


def least_ms(work, repeat: int) -> float:
    took = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) * 1e3)
    return min(took)


def measured(data: pathlib.Path) -> dict[str, region_others.Measured]:
    """The regions, as they are measured."""
    found = {}
    for folder in FOLDERS:
        tree = Tree.of_files([data / folder])
        for region in tree.wanted():
            try:
                stack = tree.stack_of(
                    region.object_uid, region.number, tree.references(region.object_uid, region.number)[0]
                )
                mask = tree.region(region.object_uid, region.number, stack.grid).on(stack.grid)
            except CANNOT:
                continue
            within = mask & stack.used
            levels = numpy.zeros(mask.shape)
            levels[within] = Discretisation.parse(BINS).levels(stack.values[within], None)
            spacing = stack.grid.spacing[::-1]
            found[region.label] = region_others.Measured(stack.values, within, mask, levels, spacing).cropped()
    return found


def pyradiomics(region: region_others.Measured) -> None:
    """All features of all classes."""
    import SimpleITK

    def image(array):
        made = SimpleITK.GetImageFromArray(array)
        made.SetSpacing(tuple(map(float, region.spacing[::-1])))
        return made

    values, mask = image(region.values), image(region.within.astype(numpy.uint8))
    for module, name, *_ in region_others.PYRADIOMICS:
        feature_class = getattr(importlib.import_module(f"radiomics.{module}"), name)
        how = feature_class(values, mask, binCount=int(BINS.removeprefix("fbn:")))
        how.enableAllFeatures()
        how.execute()


def of_lines(text: str) -> dict[str, float]:
    return {row[0]: float(row[1]) for row in csv.reader(text.splitlines()) if len(row) == 2}


def dicompyler(python: str, folder: pathlib.Path, repeat: int) -> dict[str, float]:
    done = subprocess.run(
        [python, "-W", "ignore", "-c", DICOMPYLER, str(folder), str(repeat)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return of_lines(done.stdout)


def sauva(binary: str, folder: pathlib.Path, repeat: int) -> float:
    """The whole program, from files to tables, in one thread: not the features alone."""
    with tempfile.TemporaryDirectory() as out:
        at = iter(range(repeat))

        def run():
            command = [binary, "regions", str(folder), f"{out}/{next(at)}", "--threads", "1", "--quiet"]
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # 2: some regions have a reason instead.
            if done.returncode not in (0, 2):
                raise SystemExit(f"{binary} ended with {done.returncode}")

        return least_ms(run, repeat)


def line(name: str, ours: dict[str, float], others: dict[str, float]) -> None:
    told = [f"{source} {took:9.1f} ms" for source, took in others.items()]
    if name in ours:
        told += [f"ours {ours[name]:8.2f} ms"]
        told += [f"{took / ours[name]:7.1f} times {source}" for source, took in others.items()]
    print(f"{name:18} " + ", ".join(told), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=pathlib.Path, default=DATA)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--mirp", action="store_true")
    options.add_argument("--dicompyler")
    options.add_argument("--sauva")
    options.add_argument("--ours", type=pathlib.Path)
    typed = options.parse_args()
    ours = of_lines(typed.ours.read_text()) if typed.ours else {}
    logging.disable(logging.WARNING)
    try:
        importlib.import_module("radiomics")
        ways = {"pyradiomics": lambda region: least_ms(lambda: pyradiomics(region), typed.repeat)}
    except ImportError:
        print("pyradiomics is not installed")
        ways = {}
    if typed.mirp:
        ways["MIRP"] = lambda region: least_ms(lambda: region_others.mirp(region), 1)
    for name, region in measured(typed.data).items():
        print(f"{name}: {region.mask.sum()} voxels")
        line(name, ours, {source: way(region) for source, way in ways.items()})
    if typed.dicompyler:
        for name, took in dicompyler(typed.dicompyler, typed.data / "dvh/dicom", typed.repeat).items():
            line(name, ours, {"dicompyler-core": took})
    if typed.sauva:
        for folder in (*FOLDERS, "dvh/dicom"):
            print(f"{folder}: sauva {sauva(typed.sauva, typed.data / folder, typed.repeat):9.1f} ms, all of it")


if __name__ == "__main__":
    sys.exit(main())
