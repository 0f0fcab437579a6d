#!/usr/bin/env python3
"""Makes one table of the small tables that the runs of a map have left, with the parameters of each beside.

    join.py OUT FILE [--best COLUMN]

Every OUT/units/<name>/FILE is a CSV table with the same heading. Prints all their rows as CSV, in order of rank, each after
its unit and the parameters of its run. With --best only the row with the largest number in COLUMN is printed, as a sentence.
"""

import argparse
import csv
import sys
from pathlib import Path


def rows(out: Path, file: str) -> list[dict[str, str]]:
    """One row for each row that a unit has left."""
    found = []
    with open(out / "runs.csv", newline="") as runs:
        for run in csv.DictReader(runs):
            parameters = {name.removeprefix("param_"): value for name, value in run.items() if name.startswith("param_")}
            # A unit that left nothing, or is not done, has no output.
            if run["output"] and (table := out / run["output"] / file).exists():
                with open(table, newline="") as opened:
                    found += [{"unit": run["unit"]} | parameters | row for row in csv.DictReader(opened)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="the output folder of sauva map")
    parser.add_argument("file", help="the name of the table in each unit's folder")
    parser.add_argument("--best", metavar="COLUMN", help="tell only the row with the largest number in this column")
    asked = parser.parse_args()
    found = rows(asked.out, asked.file)
    if not found:
        sys.exit(f"join.py: no unit has left a row in {asked.file}")
    if asked.best:
        best = max(found, key=lambda row: float(row[asked.best]))
        print(f"best {asked.best} of {len(found)}: " + ", ".join(f"{name} {value}" for name, value in best.items()))
        return
    writer = csv.DictWriter(sys.stdout, list(found[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)


if __name__ == "__main__":
    main()
