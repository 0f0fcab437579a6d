#!/usr/bin/env python3
"""Computes anew, by pydicom and numpy, what an output's `regions.parquet` has of each region.

    regions.py OUTPUT [--others] [--largest VOXELS]

--others   also by MIRP and, where it is installed, pyradiomics
--largest  not by MIRP of regions with more voxels than so many; it takes minutes for them

Prints each difference, what was not compared and why, and the totals."""

import argparse
import collections
import csv
import math
import pathlib
import re
import sys
from dataclasses import dataclass, field

import numpy

import columns
import region_others
from intensity import Discretisation, Resegmentation, histogram, ivh_methods, statistics, volume_histogram
from resample import Interpolation, resample
from shape import local_intensity, morphology
from tree import CANNOT, Tree, Wanted

VOLUME = 5e-3
RELATIVE, ABSOLUTE = 1e-9, 1e-9
# Of a mesh, whose ambiguous cells may be filled either way; see the table of `region_others`.
MESH = region_others.MESH
STAGE = "regions"
KEY = ("region_SOPInstanceUID", "region_number")
SETTINGS = ("discretisation", "interpolation", "resegmentation")
# What is not defined for a single intensity: no number, or the one that others give.
OF_SPREAD = re.compile(r"(stat|ih)_(skew|kurt|cov|qcod|.*_grad.*)|ivh_.*|morph_(moran_i|geary_c|com|pca_.*|.*_aee)")


@dataclass
class Judge:
    """What was found of an output."""

    failures: list = field(default_factory=list)
    skipped: collections.Counter = field(default_factory=collections.Counter)
    compared: collections.Counter = field(default_factory=collections.Counter)

    def wrong(self, name: str, what: str) -> None:
        self.failures.append((name, what))

    def expect(self, name: str, row: dict, column: str, ours, tolerance: float = 0.0) -> None:
        """`tolerance` is relative; of 0 it is equal."""
        theirs = row.get(column)
        is_same = theirs == ours if tolerance == 0 or None in (ours, theirs) else near(ours, theirs, tolerance)
        if not is_same:
            self.wrong(name, f"{column} is {theirs}, not {ours}")

    def features(self, name: str, source: str, row: dict, found: dict, tolerance, scale: float, constant: bool) -> None:
        """Of columns that both have; `tolerance` gives that of a column."""
        self.compared[source] += 1
        for column, ours in found.items():
            if column not in row:
                continue
            ours, theirs = plain(ours), row[column]
            if constant and OF_SPREAD.fullmatch(column):
                continue
            if None in (ours, theirs):
                # Others give a number where the manual has none.
                if (ours is None) != (theirs is None) and source == "reference":
                    self.wrong(name, f"{source}: {column} is {theirs}, not {ours}")
                continue
            near_zero = ABSOLUTE * (scale if column.startswith(("stat_mean", "stat_med")) else 1.0)
            if not near(ours, theirs, tolerance(column), near_zero):
                self.wrong(name, f"{source}: {column} is {theirs}, not {ours}")


def near(ours: float, theirs: float, relative: float, absolute: float = ABSOLUTE) -> bool:
    return math.isclose(ours, theirs, rel_tol=relative, abs_tol=absolute)


def plain(value):
    """A number of Python's; None of what is not finite."""
    value = value.item() if isinstance(value, numpy.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def name_of(row: dict) -> str:
    of = " ".join(str(row[column]) for column in SETTINGS)
    return f"{row['region_kind']} {row['region_SOPInstanceUID']} region {row['region_number']}, {of}"


def check_row(judge: Judge, tree: Tree, wanted: dict, row: dict, with_others: bool, largest: float) -> None:
    name = name_of(row)
    uid, number = (row[column] for column in KEY)
    region = wanted.get((uid, number))
    if region is None:
        judge.wrong(name, "there is no such region")
        return
    judge.expect(name, row, "region_kind", region.kind)
    judge.expect(name, row, "region_label", region.label or None)
    series = row["SeriesInstanceUID"]
    if series not in tree.references(uid, number):
        judge.wrong(name, f"it does not refer to the series {series}")
        return
    try:
        stack = tree.stack_of(uid, number, series)
        found = tree.region(uid, number, stack.grid)
    except CANNOT as why:
        judge.wrong(name, f"it cannot be measured: {why}")
        return
    image = tree.data(stack.uids[0])
    for keyword in ("PatientID", "StudyInstanceUID", "Modality"):
        # A table that is text has numbers for names that look so.
        theirs = None if row[keyword] is None else str(row[keyword])
        judge.expect(name, {keyword: theirs}, keyword, str(image.get(keyword) or "") or None)
    mask, border = found.on(stack.grid), found.on(stack.grid, found.border)
    if not geometry(judge, name, row, stack, mask, int(border.sum())):
        judge.skipped["first-order features of a region whose border runs through voxel centres"] += 1
        return
    measured = measure(judge, name, row, stack, mask)
    if measured is None:
        return
    if with_others:
        others(judge, name, row, measured, largest)


def geometry(judge: Judge, name: str, row: dict, stack, mask: numpy.ndarray, n_border: int) -> bool:
    """Whether both have the same voxels."""
    grid, count = stack.grid, int(mask.sum())
    volume = row["volume_mm3"]
    if abs(volume - count * grid.voxel_mm3) > max(VOLUME * volume, n_border * grid.voxel_mm3):
        judge.wrong(name, f"volume_mm3 is {volume}, not {count * grid.voxel_mm3}")
        return False
    theirs = round(volume / grid.voxel_mm3)
    if not near(volume, theirs * grid.voxel_mm3, RELATIVE):
        judge.wrong(name, f"volume_mm3 is {volume}, no multiple of the voxels' {grid.voxel_mm3}")
    if abs(theirs - count) > n_border:
        judge.wrong(name, f"volume_mm3 is of {theirs} voxels, not {count}; {n_border} are on the border")
        return False
    if theirs != count:
        return False
    z, y, x = numpy.nonzero(mask)
    for axis, name_, of in (("x", "columns", x), ("y", "rows", y), ("z", "slices", z)):
        judge.expect(name, row, f"box_{axis}", int(of.min()))
        judge.expect(name, row, f"box_{name_}", int(numpy.ptp(of)) + 1)
    if "n_voxels_image" in row:
        judge.expect(name, row, "n_voxels_image", count)
    judge.expect(name, row, "n_padding", int((mask & ~stack.used).sum()))
    return True


def measure(judge: Judge, name: str, row: dict, stack, mask: numpy.ndarray):
    """Compares all that numpy gives; gives the arrays, for others."""
    how, cut = Discretisation.parse(row["discretisation"]), Resegmentation.parse(row["resegmentation"])
    between = Interpolation.parse(row["interpolation"])
    values, within = stack.values, mask & stack.used
    spacing = stack.grid.spacing[::-1]
    if between is not None:
        values, mask, within, spacing = resample(between, values, mask, within, spacing)
        if not within.any():
            judge.wrong(name, "no voxel is left by interpolation")
            return None
    for axis, size in zip("zyx", spacing, strict=True):
        judge.expect(name, row, f"voxel_{axis}_mm", float(size), RELATIVE)
    judge.expect(name, row, "n_voxels_morphological", int(mask.sum()))
    kept = cut.keeps(values[within])
    within = within.copy()
    within[within] = kept
    judge.expect(name, row, "n_voxels", int(within.sum()))
    if not within.any() or row["n_voxels"] != within.sum():
        judge.skipped["features of other voxels"] += 1
        return None
    inside = values[within]
    levels = how.levels(inside, cut.low)
    judge.expect(name, row, "n_levels", int(levels.max()) if how.method != "fbn" else int(how.bins))
    scale, constant = float(numpy.abs(inside).max()), bool(numpy.ptp(inside) == 0)
    found = statistics(inside) | histogram(levels, int(levels.max()))
    found |= local_intensity(values, within, spacing)
    judge.features(name, "reference", row, found, lambda _: RELATIVE, scale, constant)
    shape = morphology(values, mask, within, spacing)
    judge.features(name, "reference", row, shape, shape_tolerance, scale, constant)
    curves(judge, name, row, inside, cut)
    whole = numpy.zeros(values.shape)
    whole[within] = levels
    return region_others.Measured(values, within, mask, whole, numpy.asarray(spacing))


def shape_tolerance(column: str) -> float:
    """Of what the mesh gives, and of what the voxels give."""
    return MESH if region_others.tolerance(column) == MESH else 1e-7


def curves(judge: Judge, name: str, row: dict, inside: numpy.ndarray, cut: Resegmentation) -> None:
    """The intensity-volume histogram: by the method that the row names, else by one that the manual advises."""
    ends = (inside.min() if cut.low is None else cut.low, inside.max() if cut.high is None else cut.high)
    methods = [row["ivh"]] if row.get("ivh") not in (None, "", "default") else ivh_methods(inside)
    differs = []
    for method in methods:
        found = volume_histogram(inside, method, ends)
        trial = Judge()
        constant = bool(numpy.ptp(inside) == 0)
        trial.features(name, "reference", row, found, lambda _: RELATIVE, 1.0, constant)
        if not trial.failures:
            judge.compared[f"intensity-volume histogram, {method}"] += 1
            return
        differs = differs or trial.failures
    judge.failures += differs


def others(judge: Judge, name: str, row: dict, measured, largest: float) -> None:
    inside = measured.values[measured.within]
    scale, constant = float(numpy.abs(inside).max()), bool(numpy.ptp(inside) == 0)
    tolerances = {
        region_others.mirp: region_others.tolerance,
        region_others.pyradiomics: region_others.tolerance_of_pyradiomics,
    }
    for source, tolerance in tolerances.items():
        if source is region_others.mirp and measured.mask.sum() > largest:
            judge.skipped[f"by mirp: more than {largest:.0f} voxels"] += 1
            continue
        told = source(measured)
        if told is None:
            judge.skipped[f"{source.__name__} is not installed"] += 1
        else:
            judge.features(name, source.__name__, row, told, tolerance, scale, constant)


def failed(output: pathlib.Path) -> list[dict]:
    """The rows of `failures.csv` that are about regions."""
    path = output / "failures.csv"
    if not path.exists():
        return []
    with path.open(newline="") as rows:
        return [row for row in csv.DictReader(rows) if row.get("stage") == STAGE]


def path_ids(output: pathlib.Path) -> dict[str, str]:
    """The keyed name of the input of each instance: `index.csv` has it."""
    path = output / "index.csv"
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        rows = csv.DictReader(file)
        if not {"sop_instance_uid", "path_id"} <= set(rows.fieldnames or []):
            return {}
        return {row["sop_instance_uid"]: row["path_id"] for row in rows}


def is_told(region: Wanted, rows: list[dict], path_id: str | None) -> bool:
    """Whether a reason stands for a region: a row that names its object, and this region or none."""
    for row in rows:
        text = " ".join(str(cell) for cell in row.values())
        if region.object_uid not in text and (path_id is None or row.get("path_id") != path_id):
            continue
        numbers = re.findall(r"(?:region|ROI|segment|number)\s+#?(\d+)", text, re.IGNORECASE)
        if not numbers or str(region.number) in numbers:
            return True
    return False


def check_all_told(judge: Judge, output: pathlib.Path, wanted: dict, rows: list[dict]) -> None:
    """A region with contours or frames has a row or a reason."""
    measured = {tuple(row[column] for column in KEY) for row in rows}
    reasons = failed(output)
    ids = path_ids(output)
    for key, region in sorted(wanted.items()):
        judge.compared["regions of the tree"] += 1
        if key in measured or not region.has_area:
            continue
        if is_told(region, reasons, ids.get(region.object_uid)):
            judge.skipped["a region with a reason"] += 1
        else:
            judge.wrong(f"{region.kind} {region.object_uid} region {region.number}", "neither a row nor a reason")


def check(output: pathlib.Path, with_others: bool = False, largest: float = math.inf) -> int:
    """The number of regions with differences; prints what there is to say."""
    rows = columns.read(output, "regions")
    if rows is None:
        raise SystemExit("regions: the output has no table of regions")
    tree, judge = Tree.of_output(output), Judge()
    wanted = {(region.object_uid, region.number): region for region in tree.wanted()}
    seen = collections.Counter((row["SeriesInstanceUID"], *(row[name] for name in KEY + SETTINGS)) for row in rows)
    for key, count in seen.items():
        if count > 1:
            judge.wrong(" ".join(map(str, key)), f"{count} rows")
    for row in rows:
        check_row(judge, tree, wanted, row, with_others, largest)
    check_all_told(judge, output, wanted, rows)
    for name, why in judge.failures:
        print(f"{name}: {why}")
    for why, count in sorted(judge.skipped.items()):
        print(f"not compared {count} times: {why}")
    print("compared: " + ", ".join(f"{count} by {source}" for source, count in judge.compared.items()))
    n_failed = len({name for name, _ in judge.failures})
    names = {name_of(row) for row in rows} | {name for name, _ in judge.failures}
    if not names and not wanted:
        print("regions: the output has none")
    print(f"regions: {len(names) - n_failed} passed, {n_failed} failed")
    return n_failed


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("output", type=pathlib.Path)
    options.add_argument("--others", action="store_true")
    options.add_argument("--largest", type=float, default=math.inf)
    typed = options.parse_args()
    return 1 if check(typed.output, typed.others, typed.largest) else 0


if __name__ == "__main__":
    sys.exit(main())
