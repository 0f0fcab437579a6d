#!/usr/bin/env python3
"""Computes anew, from pixels that pydicom decodes, every number that an output's index has of them.

    check.py OUTPUT [--others] [--every-column]

--others        also by MIRP and, where it is installed, pyradiomics
--every-column  a number that the index has no column for is a failure

Prints each difference, what was not compared and why, and the totals."""

import argparse
import collections
import hashlib
import math
import pathlib
import sys

import numpy
import pydicom

import columns
import others
from first_order import first_order, histogram_features, moments
from images import Image, NotMeasured
from quality import quality
from series import Member, findings
from spatial import spatial

BIN_WIDTH = 25


def compute(image: Image) -> dict[str, dict]:
    """All numbers of an image, by family."""
    found = {"image": {"n_padding": image.padding}}
    if image.values.size == 0:
        return found
    grid, unit = image.grid
    if image.ends and unit is not None:
        whole = numpy.array([int(value) for value in grid[image.used]], object)
        found["image"] |= {f"s{power}": int((whole**power).sum()) for power in (1, 2, 3, 4)}
    found["first_order"] = first_order(image.values)
    found["histogram"] = histogram_features(image.bins(BIN_WIDTH))
    found["spatial"] = spatial(image)
    found["quality"] = quality(image)
    found["quality"]["air_frac"] = found["quality"]["bg_frac"] if image.is_ct else None
    if image.is_ct:
        found["quality"]["bg_frac"] = None
    return {family: {name: plain(value) for name, value in of.items()} for family, of in found.items()}


def plain(value):
    """A number of Python's; None of what is not finite."""
    value = value.item() if isinstance(value, numpy.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def differences(table: dict, row: dict, found: dict[str, dict], scale: float, only: bool = False) -> list[str]:
    """Where a row says something else than what was found; with `only` nothing is said of numbers that either
    has not."""
    wrong = []
    for name, column in table.items():
        of_family = found.get(column.family, {})
        ours = of_family.get(column.number)
        if name not in row or (only and None in (ours, row[name])):
            continue
        if not column.agrees(ours, row[name], scale):
            wrong.append(f"{name} is {row[name]}, not {ours}")
    return wrong


def unmeasured(data) -> str | None:
    """Why an instance need not be measured that could be."""
    if data.SamplesPerPixel > 1 and data.BitsAllocated > 16:
        return "colour of more than 16 bits"
    if data.PhotometricInterpretation == "YBR_FULL_422":
        return "chroma that pixels share"
    return None


class Check:
    """An output that is checked."""

    def __init__(self, output: pathlib.Path, with_others: bool):
        self.output, self.with_others = output, with_others
        self.failures, self.skipped, self.compared = [], collections.Counter(), collections.Counter()
        self.members = collections.defaultdict(list)
        # Of each series how often which value occurs, and its padding; None where an image was not decoded.
        self.merged, self.padding = collections.defaultdict(collections.Counter), collections.Counter()
        self.frames = collections.defaultdict(dict)
        for row in columns.read(output, "frames") or []:
            self.frames[columns.key(row, "instance")][columns.key(row, "frame")] = row

    def instance(self, row: dict) -> bool:
        """Whether an instance was compared."""
        data = pydicom.dcmread(self.output / columns.key(row, "path"))
        name, series = columns.key(row, "instance"), columns.key(row, "series")
        is_measured = row[columns.MEASURED] is not None
        why, image = None, None
        try:
            image = Image.of(data)
            why = None if is_measured else unmeasured(data)
        except NotMeasured as not_measured:
            why = str(not_measured)
        if image is None or why:
            self.skipped[why] += 1
            self.members[series].append(Member.of(data))
            if "Rows" in data:
                self.merged[series] = None
            return False
        found = compute(image)
        measured = {
            "mean": found.get("first_order", {}).get("mean"),
            "noise": found.get("spatial", {}).get("noise_imk"),
            "dhash": found.get("spatial", {}).get("dhash64"),
            "digest": hashlib.sha256(image.stored.tobytes()).hexdigest(),
        }
        self.members[series].append(Member.of(data, **measured))
        self.padding[series] += image.padding
        if self.merged[series] is not None:
            self.merged[series].update(dict(zip(map(float, image.levels), image.counts.tolist(), strict=True)))
        if is_measured != bool(image.values.size):
            self.failures.append((name, "is measured" if is_measured else "is not measured"))
            return True
        self.compare("reference", name, row, found, image)
        if len(image.stored) > 1 and self.frames:
            self.of_frames(name, image)
        if self.with_others and image.values.size > 1 and numpy.ptp(image.values) > 0:
            for source in (others.mirp, others.pyradiomics):
                told = source(image)
                if told is None:
                    self.skipped[f"{source.__name__} is not installed"] += 1
                else:
                    self.compare(source.__name__, name, row, told, image, only=True)
        return True

    def of_frames(self, name: str, image: Image) -> None:
        rows = self.frames[name]
        if sorted(rows) != list(range(1, len(image.stored) + 1)):
            self.failures.append((name, "frames are missing"))
            return
        for number, row in rows.items():
            frame = image.frame(number - 1)
            if frame.values.size:
                self.compare("frame by frame", f"{name}, frame {number}", row, compute(frame), frame)

    def compare(self, source, name, row, found, image, only=False) -> None:
        self.compared[source] += 1
        scale = float(numpy.abs(image.values).max()) if image.values.size else 0.0
        wrong = differences(columns.INDEX, row, found, scale, only)
        self.failures += [(name, f"{source}: {difference}") for difference in wrong]

    def series(self, rows: list[dict]) -> None:
        for row in rows:
            uid = columns.key(row, "series")
            found = {"series": {name: plain(value) for name, value in findings(self.members[uid]).items()}}
            table, scale = columns.SERIES, 0.0
            if merged := {value: count for value, count in (self.merged[uid] or {}).items() if count}:
                levels, counts = numpy.array(list(merged)), numpy.array(list(merged.values()))
                found["merged"] = {name: plain(value) for name, value in moments(levels, counts).items()}
                found["merged"]["n_padding"] = self.padding[uid]
                scale = float(numpy.abs(levels).max())
            else:
                table = {name: column for name, column in table.items() if column.family != "merged"}
            if self.merged[uid] is None:
                table = {name: column for name, column in table.items() if name not in columns.OF_PIXELS}
            self.compared["series"] += 1
            self.failures += [(uid, wrong) for wrong in differences(table, row, found, scale)]


def absent(table: dict, rows: list[dict]) -> list[str]:
    return [name for name in table if rows and name not in rows[0]]


def check(output: pathlib.Path, with_others: bool, every_column: bool) -> int:
    """The number of instances and series with differences; prints what there is to say."""
    rows = columns.read(output, "index")
    if not rows:
        raise SystemExit("reference: the output has no index with rows")
    it = Check(output, with_others)
    names = [columns.key(row, "instance") for row in rows if it.instance(row)]
    of_series = columns.read(output, "series")
    if of_series:
        it.series(of_series)
        names += [columns.key(row, "series") for row in of_series]
    for name, why in it.failures:
        print(f"{name}: {why}")
    for why, count in sorted(it.skipped.items()):
        print(f"not compared {count} times: {why}")
    print("compared: " + ", ".join(f"{count} by {source}" for source, count in it.compared.items()))
    lacking = absent(columns.INDEX, rows) + absent(columns.SERIES, of_series or [])
    if lacking:
        print(f"no column for: {', '.join(lacking)}")
    failed = len({name for name, _ in it.failures}) + (len(lacking) if every_column else 0)
    print(f"reference: {len(names) - len({name for name, _ in it.failures})} passed, {failed} failed")
    return failed if names else 1


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("output", type=pathlib.Path)
    options.add_argument("--others", action="store_true")
    options.add_argument("--every-column", action="store_true")
    typed = options.parse_args()
    return 1 if check(typed.output, typed.others, typed.every_column) else 0


if __name__ == "__main__":
    sys.exit(main())
