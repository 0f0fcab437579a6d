#!/usr/bin/env python3
"""Computes anew, by pydicom and numpy, what an output's `dvh.parquet` and `dvh_curves.parquet` have of each region, and
compares the plan of `shared/data/dvh`, where the output has it, with what other systems give.

    dose.py OUTPUT [--tables FOLDER]

Tolerances against numpy: here each plane's contours reach half-way to the next plane, as they are; a section that is
fitted between planes tapers. So volumes and doses at the border may differ by what half a distance between planes does.

| value | of the value | or |
|---|---|---|
| volume | 2 %, under 2 cm3 15 % | 0.05 cm3 |
| mean dose, D98 to D2, D1cc, D0.1cc | 1.5 %, under 1 cm3 9 % | 0.1 Gy |
| least and largest dose | 20 % of what is between them | 0.2 Gy |
| homogeneity | 5 % | what 0.1 Gy in each of its doses makes |
| V of a dose | 2 % of the volume | 0.05 cm3 |

Against the tables: within 1 %, 0.1 Gy or the difference of the two systems there, whichever is largest, of one of
them. Under 1 cm3 the tables' own README has 9 % for doses and 61 % for volumes. Their least and largest doses are of
voxels' centres or of nothing that is told: here they may lie anywhere between those and what numpy finds.

Prints each difference, what was not compared and why, and the totals."""

import argparse
import collections
import csv
import pathlib
import re
import sys

import columns
from contours import NoRegion
from dvh import AT_SHARE, AT_VOLUME, BIN_GY, Dose, NoDose, histogram_of
from regions import Judge, is_told, near, path_ids
from tree import DOSE, STRUCTURE_SET, Tree, Wanted, closed

KEY = ("dose_SOPInstanceUID", "region_SOPInstanceUID", "region_number")
STAGES = ("regions", "dvh", "dose")
SMALL_CM3, TINY_CM3 = 2.0, 1.0
WHOLE_PLANS = ("PLAN", "MULTI_PLAN", "PLAN_OVERVIEW")
TABLES = pathlib.Path(__file__).resolve().parents[3] / "shared/data/dvh"
# Closed contours of each ROI of the plan in the tables, by which it is known: UIDs change.
PLAN = {1: 141, 2: 0, 3: 2, 4: 48, 5: 33, 6: 165, 7: 4, 8: 6, 9: 18, 10: 24}
OF_TABLES = {
    "volume_cm3": "volume_cm3", "d_min": "min_gy", "d_max": "max_gy", "d_mean": "mean_gy", "d95": "d95_gy",
    "d50": "d50_gy", "d2": "d2_gy",
}  # fmt: skip
AT_DOSE = re.compile(r"v(\d+(?:[._]\d+)?)(?:gy)?_(cm3|percent)", re.IGNORECASE)


def reach(name: str, volume: float, found: dict) -> tuple[float, float]:
    """How far from numpy's a value may be: of the value, and as it is."""
    if name == "volume_cm3":
        return (0.15 if volume < SMALL_CM3 else 0.02), 0.05
    if name == "share_outside_grid":
        return 0.02, 0.005
    if name == "hi":
        return 0.05, 0.3 / max(found["d50"], 0.1)
    if name in ("d_min", "d_max"):
        return 0.0, max(0.2, 0.2 * (found["d_max"] - found["d_min"]))
    return (0.09 if volume < TINY_CM3 else 0.015), 0.1


class Check:
    """An output that is checked."""

    def __init__(self, output: pathlib.Path, tables: pathlib.Path | None):
        self.output, self.tables = output, tables
        self.tree, self.judge = Tree.of_output(output), Judge()
        self.rows = columns.read(output, "dvh") or []
        self.curves = collections.defaultdict(list)
        for row in columns.read(output, "dvh_curves") or []:
            self.curves[tuple(row[name] for name in KEY)].append(row)
        self.doses: dict[str, object] = {}

    def dose(self, uid: str) -> Dose:
        if uid not in self.doses:
            try:
                self.doses[uid] = Dose.of(self.tree.data(uid))
            except NoDose as error:
                self.doses[uid] = error
        if isinstance(self.doses[uid], Exception):
            raise self.doses[uid]
        return self.doses[uid]

    def row(self, row: dict) -> None:
        uid, structures, number = (row[name] for name in KEY)
        name = f"dose {uid}, {structures} region {number}"
        if uid not in self.tree.paths or structures not in self.tree.paths:
            self.judge.wrong(name, "the output has no such object")
            return
        self.judge.expect(name, row, "dose_summation_type", str(self.tree.data(uid).get("DoseSummationType") or ""))
        self.alone(name, row)
        try:
            found = histogram_of(closed(self.tree.data(structures), number), self.dose(uid))
        except (NoDose, NoRegion) as why:
            self.judge.wrong(name, f"it cannot be measured: {why}")
            return
        ours = found.values()
        self.judge.compared["numpy"] += 1
        for column, value in ours.items():
            theirs = row.get(column)
            relative, absolute = reach(column, found.total, ours)
            if near(found.total, AT_VOLUME.get(column, 0), 0.15):
                continue  # which of the two is the larger decides whether there is a value
            if theirs is None or value is None:
                if theirs is not value:
                    self.judge.wrong(name, f"{column} is {theirs}, not {value}")
            elif abs(theirs - value) > max(relative * abs(value), absolute):
                self.judge.wrong(name, f"{column} is {theirs}, not {value}")
        for column, theirs in row.items():
            if (parts := AT_DOSE.fullmatch(column)) and theirs is not None:
                value = found.at_least(float(parts[1].replace("_", ".")))
                unit = 1.0 if parts[2].lower() == "cm3" else 100 / (found.total - found.outside or 1)
                if abs(theirs - value * unit) > max(0.02 * found.total, 0.05) * unit:
                    self.judge.wrong(name, f"{column} is {theirs}, not {value * unit}")
        if self.is_the_plan(structures):
            self.against_tables(name, row, ours)

    def alone(self, name: str, row: dict) -> None:
        """What a row and its curve say must agree with each other."""
        wrong = lambda what: self.judge.wrong(name, what)  # noqa: E731
        order = [row[column] for column in ("d_min", "d98", "d95", "d50", "d2", "d_max")]
        if any(one > next_ + BIN_GY for one, next_ in zip(order, order[1:], strict=False)):
            wrong(f"doses do not ascend: {order}")
        if not row["d_min"] - BIN_GY <= row["d_mean"] <= row["d_max"] + BIN_GY:
            wrong("the mean is beyond the ends")
        index = (row["d2"] - row["d98"]) / row["d50"] if row["d50"] else None
        if (row["hi"] is None) != (index is None) or (index is not None and not near(row["hi"], index, 1e-9)):
            wrong(f"hi is {row['hi']}, not {index}")
        curve = sorted(self.curves[tuple(row[column] for column in KEY)], key=lambda one: one["bin"])
        if not curve:
            wrong("it has no curve")
            return
        volume = next(column for column in curve[0] if column.startswith(("cumulative", "volume")))
        bins, values = [one["bin"] for one in curve], [one[volume] for one in curve]
        if bins != list(range(len(bins))):
            wrong("bins of the curve are missing")
            return
        rounding = 1e-9 * values[0]
        falls = all(one >= next_ - rounding for one, next_ in zip(values, values[1:], strict=False))
        if not falls or values[-1] < -rounding:
            wrong("the curve rises")
        inside = row["volume_cm3"] * (1 - row["share_outside_grid"])
        if not near(values[0], inside, 1e-6):
            wrong(f"the curve begins at {values[0]} cm3, not {inside}")
        at = lambda gray: values[min(max(int(gray / BIN_GY), 0), len(values) - 1)]  # noqa: E731
        wanted = {column: share / 100 * inside for column, share in AT_SHARE.items()} | AT_VOLUME
        for column, cm3 in wanted.items():
            if column not in row:
                continue
            gray = row[column]
            if gray is None:
                if cm3 < inside * (1 - 1e-9):
                    wrong(f"{column} is missing")
            elif at(gray - BIN_GY) < cm3 * (1 - 1e-6) or at(gray + 2 * BIN_GY) > cm3 * (1 + 1e-6):
                wrong(f"{column} is {gray}, which is not on the curve")
        mean = (sum(values) - 0.5 * values[0]) * BIN_GY / inside if inside else 0
        if abs(mean - row["d_mean"]) > BIN_GY:
            wrong(f"d_mean is {row['d_mean']}, {mean} by the curve")
        for column, theirs in row.items():
            if (parts := AT_DOSE.fullmatch(column)) and parts[2].lower() == "cm3" and theirs is not None:
                gray = float(parts[1].replace("_", "."))
                known = values[round(gray / BIN_GY)] if round(gray / BIN_GY) < len(values) else 0.0
                if not near(theirs, known, 1e-6, 1e-6):
                    wrong(f"{column} is {theirs}, {known} by the curve")

    def is_the_plan(self, structures: str) -> bool:
        data = self.tree.data(structures)
        counts = {int(roi.ROINumber): len(closed(data, int(roi.ROINumber))) for roi in data.StructureSetROISequence}
        return self.tables is not None and counts == PLAN

    def against_tables(self, name: str, row: dict, ours: dict) -> None:
        self.judge.compared["tables"] += 1
        told = {}
        for table in ("dvh_in_rtdose", "dvh_computed_dicompyler_core"):
            with (self.tables / f"{table}.csv").open(newline="") as lines:
                told[table] = {int(line["roi_number"]): line for line in csv.DictReader(lines)}
        tiny = float(told["dvh_in_rtdose"][row["region_number"]]["volume_cm3"]) < TINY_CM3
        for column, of_tables in OF_TABLES.items():
            values = [float(lines[row["region_number"]][of_tables]) for lines in told.values()]
            difference = abs(values[0] - values[1])
            share = (0.61 if column == "volume_cm3" else 0.09) if tiny else 0.01
            least = 0.0 if column == "volume_cm3" else 0.1
            reaches = [max(share * value, least, difference) for value in values]
            if column in ("d_min", "d_max"):
                known = [*values, ours[column]]
                differs = not min(known) - max(reaches) <= row[column] <= max(known) + max(reaches)
            else:
                gaps = [abs(row[column] - value) - far for value, far in zip(values, reaches, strict=True)]
                differs = min(gaps) > 0
            if differs:
                self.judge.wrong(name, f"{column} is {row[column]}; other systems have {values}")

    def all_told(self) -> None:
        """A region and a dose of a whole plan, in Gy, that belong together have a row or a reason."""
        done = {tuple(row[name] for name in KEY) for row in self.rows}
        reasons = self.reasons()
        ids = path_ids(self.output)
        sets = self.tree.of_class(STRUCTURE_SET)
        for dose in self.tree.of_class(DOSE):
            data = self.tree.data(dose)
            of_frame = [uid for uid in sets if data.get("FrameOfReferenceUID") in frames(self.tree.data(uid))]
            whole = data.get("DoseUnits") == "GY" and data.get("DoseSummationType") in WHOLE_PLANS
            for structures in of_frame if whole else []:
                for roi in self.tree.data(structures).get("StructureSetROISequence") or []:
                    number = int(roi.ROINumber)
                    if (dose, structures, number) in done or not closed(self.tree.data(structures), number):
                        continue
                    found = [Wanted(uid, "RTSTRUCT", number, "", True) for uid in (dose, structures)]
                    if not any(is_told(one, reasons, ids.get(one.object_uid)) for one in found):
                        self.judge.wrong(f"dose {dose}, {structures} region {number}", "neither a row nor a reason")
            if not whole and not is_told(Wanted(dose, "", -1, "", True), reasons, ids.get(dose)):
                self.judge.wrong(f"dose {dose}", "it is no dose of a whole plan in Gy, and no reason is told")
            self.judge.compared["doses of the tree"] += 1

    def reasons(self) -> list[dict]:
        path = self.output / "failures.csv"
        if not path.exists():
            return []
        with path.open(newline="") as lines:
            return [line for line in csv.DictReader(lines) if line.get("stage") in STAGES]


def frames(data) -> set[str]:
    """The frames of reference of a structure set's regions."""
    return {str(roi.get("ReferencedFrameOfReferenceUID")) for roi in data.get("StructureSetROISequence") or []}


def check(output: pathlib.Path, tables: pathlib.Path | None) -> int:
    """The number of rows with differences; prints what there is to say."""
    if columns.read(output, "dvh") is None:
        raise SystemExit("dose: the output has no table of doses")
    it = Check(output, tables if tables is not None and tables.exists() else None)
    for row in it.rows:
        it.row(row)
    for key, count in collections.Counter(tuple(row[name] for name in KEY) for row in it.rows).items():
        if count > 1:
            it.judge.wrong(" ".join(map(str, key)), f"{count} rows")
    it.all_told()
    for name, why in it.judge.failures:
        print(f"{name}: {why}")
    print("compared: " + ", ".join(f"{count} by {source}" for source, count in it.judge.compared.items()))
    failed = {name for name, _ in it.judge.failures}
    print(f"dose: {len(row_names(it.rows) - failed)} passed, {len(failed)} failed")
    return len(failed)


def row_names(rows: list[dict]) -> set[str]:
    return {f"dose {row[KEY[0]]}, {row[KEY[1]]} region {row[KEY[2]]}" for row in rows}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("output", type=pathlib.Path)
    options.add_argument("--tables", type=pathlib.Path, default=TABLES)
    typed = options.parse_args()
    return 1 if check(typed.output, typed.tables) else 0


if __name__ == "__main__":
    sys.exit(main())
