#!/usr/bin/env python3
"""Tries map_output.py on an output of `sauva map` that is spoilt in many ways: each must be found.

    test_map.py --sauva FILE
"""

import argparse
import csv
import json
import shutil
import sys
import tempfile
from pathlib import Path

import map_output
from map_bench import Bench
from map_kills import FAULTY_WORDS
from map_output import Output


def cell(table: str, row: int, column: str, value: str):
    """Puts another value into a table."""

    def spoil(out: Path) -> None:
        with open(out / table, newline="") as file:
            rows = list(csv.DictReader(file))
        rows[row][column] = value
        with open(out / table, "w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return spoil


def without(table: str, row: int):
    """Takes a row away; 0 is the heading."""

    def spoil(out: Path) -> None:
        with open(out / table, newline="") as file:
            rows = list(csv.reader(file))
        del rows[row]
        with open(out / table, "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    return spoil


def told(value, *keys: str):
    """Puts another value into summary.json."""

    def spoil(out: Path) -> None:
        it = whole = json.loads((out / "summary.json").read_text())
        for key in keys[:-1]:
            it = it[key]
        it[keys[-1]] = value
        (out / "summary.json").write_text(json.dumps(whole))

    return spoil


def file(name: str, text: str):
    """Writes a file, into a new folder as it may be."""

    def spoil(out: Path) -> None:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)

    return spoil


def lost_input(out: Path) -> None:
    """As if a file of an input stood in no table."""
    (out / "skipped.csv").write_text("path,reason\n")
    told({"files": 1, "bytes": 1, "in_units": 0, "skipped": {}}, "inputs")(out)


# What is done to the output of FAULTY_WORDS, and the check that must notice.
SPOILT = {
    "headings": [without("runs.csv", 0), cell("failures.csv", 0, "extra", "x")],
    "ranks": [cell("runs.csv", 1, "rank", "0"), cell("runs.csv", 1, "unit", "000000")],
    "states": [cell("runs.csv", 1, "state", "done"), cell("runs.csv", 0, "state", "failed")],
    "attempts": [
        without("attempts.csv", 1), cell("attempts.csv", 0, "ended", "gone"), cell("runs.csv", 2, "attempts", "1"),
        cell("runs.csv", 2, "wall_s", "99"),
    ],
    "units": [
        lambda out: (out / "units/000000/file").unlink(), file("units/000001/file", "of a unit that has failed"),
        cell("runs.csv", 0, "output", ""),
    ],
    "logs": [file("output.txt", "else"), file("logs/000003.out", ""), file("logs/stray.err", "x")],
    "failures": [without("failures.csv", 1), cell("failures.csv", 0, "stderr_tail", "luck")],
    "inputs": [cell("runs.csv", 0, "files", "1"), lost_input],
    "summary": [
        told(70, "units", "total"), told("sauva-map/2", "schema"), told(0.001, "performance", "efficiency"),
        told({"exited 0": 1}, "attempts", "by_end"), told(1e6, "performance", "busy_s"),
    ],
    "rights": [lambda out: out.chmod(0o755), file("report.html", "")],
}


def found(out: Path) -> str:
    try:
        return "; ".join(map_output.faults(Output(out)))
    except (KeyError, TypeError, ValueError) as fault:
        return f"headings: {type(fault).__name__}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sauva", type=Path, required=True)
    asked = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="sauva-map-") as folder:
        bench = Bench(asked.sauva.resolve(), "", Path(), Path(folder))
        bench.map(*FAULTY_WORDS, expect=2, out="whole")
        whole = bench.folder / "whole"
        cases = [("", lambda out: None)] + [(name, spoil) for name, spoils in SPOILT.items() for spoil in spoils]
        for name, spoil in cases:
            out = bench.folder / "spoilt"
            shutil.copytree(whole, out, symlinks=True)
            out.chmod(0o700)
            spoil(out)
            said = found(out)
            if (f"{name}: " in said) if name else not said:
                passed += 1
            else:
                failed += 1
                print(f"FAILED: {name or 'nothing'} expected, found: {said or 'nothing'}")
            shutil.rmtree(out)
    print(f"map, the judge: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
