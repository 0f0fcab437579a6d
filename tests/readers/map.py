#!/usr/bin/env python3
"""Runs the examples of examples/map, and looks at all that they leave.

    map.py --sauva FILE [--launcher "mpirun -n 2 .."] [--data FOLDER] [--all] [EXAMPLE ..]

Results are compared with what formulas, numpy, `sauva stats` or the same program by hand give; tables and summary.json with each
other. An example whose requirements are not here is told as skipped, and with --all as failed. --data is a folder with DICOM
series; default: ../shared/data/dicom/studies beside the checkout where that is, else data_sample/dicom/studies. Python runs the
examples with the modules that this one has. The last line has the totals.
"""

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import map_output
from map_bench import ROOT, Bench
from map_examples import EXAMPLES
from map_output import Output


def missing(modules: list[str], programs: list[str]) -> list[str]:
    return [it for it in modules if importlib.util.find_spec(it) is None] + [it for it in programs if shutil.which(it) is None]


def judge(example, sauva: Path, launcher: str, data: Path) -> list[str]:
    """What is wrong with one example: its results, then the output as such."""
    with tempfile.TemporaryDirectory(prefix="sauva-map-") as folder:
        bench = Bench(sauva, launcher, data, Path(folder))
        try:
            wrong = list(example(bench))
            out = bench.folder / "out"
            return wrong + (map_output.faults(Output(out)) if out.exists() else [])
        except (AssertionError, OSError, KeyError, TypeError, ValueError, subprocess.SubprocessError) as fault:
            return [f"{type(fault).__name__}: {fault}"]


def main() -> int:
    beside = ROOT.parent / "shared" / "data" / "dicom" / "studies"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sauva", type=Path, required=True)
    parser.add_argument("--launcher", default="", help="the words before it, as `mpirun -n 2`")
    parser.add_argument("--data", type=Path, default=beside if beside.exists() else ROOT / "data_sample" / "dicom" / "studies")
    parser.add_argument("--all", action="store_true", help="what cannot be run has failed")
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE", help="only these")
    asked = parser.parse_args()
    names = {example.__name__: example for example in EXAMPLES}
    if unknown := set(asked.examples) - set(names):
        parser.error(f"no example {', '.join(unknown)}; there are {', '.join(names)}")

    passed = failed = skipped = 0
    for name in asked.examples or names:
        lacking = missing(*EXAMPLES[names[name]])
        if lacking:
            print(f"skipped: {name} wants {', '.join(lacking)}")
            skipped += 1
            continue
        start = time.monotonic()
        wrong = judge(names[name], asked.sauva.resolve(), asked.launcher, asked.data.resolve())
        print(*(f"FAILED: {name}: {fault}" for fault in wrong), sep="\n", end="\n" if wrong else "")
        print(f"{name}: {time.monotonic() - start:.1f} s")
        passed, failed = passed + (not wrong), failed + bool(wrong)
    if asked.all:
        failed, skipped = failed + skipped, 0
    print(f"map: {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
