#!/usr/bin/env python3
"""Judges what sauva made of a tree of `sauva generate --burned-in`: is the text gone, and only the text?

    burned_in.py INPUT OUTPUT PRIVATE_LOG [--ocr] [options]

Looks at decoded samples alone: a line of text is found when its box in `burned_in.csv` is black. Clean
files must come out as they went in. With --ocr, Debian's tesseract may read no planted word in any
output, and must read a good share of them in the inputs. Prints what failed, the counts and the totals.
"""

import argparse
import collections
import csv
import pathlib
import sys
from dataclasses import dataclass, field

import numpy
import pydicom
from pydicom.pixels import pixel_array

# Decoders of these may differ by a step, and shared chroma by more where it is made whole again.
LOSSY = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
LOSSY_STEP, LOSSY_CHROMA = 3, 40
# A box counts as covered from this share of it on, and from this share of what was not black before.
BOX, INK = 0.95, 0.9
SHOWN = 20


@dataclass
class File:
    """An input with what became of it; `output` is None where nothing was written."""

    name: str
    row: dict
    outcome: str
    source: pathlib.Path
    output: pathlib.Path | None
    masked: str
    lines: list[dict] = field(default_factory=list)


def rows(path: pathlib.Path) -> list[dict]:
    with path.open(newline="") as text:
        return list(csv.DictReader(text))


def read_files(root: pathlib.Path, output: pathlib.Path, private_log: pathlib.Path) -> list[File]:
    index = {row["path_id"]: row for row in rows(output / "index.csv")}
    fates = {row["path"]: row for row in rows(private_log)}
    files = {}
    for row in rows(root / "files.csv"):
        fate = fates.get(row["file"], {"outcome": "unaccounted", "path_id": ""})
        written = index.get(fate["path_id"], {})
        target = output / written["path"] if written.get("path") else None
        masked = written.get("covered_areas") or ""
        files[row["file"]] = File(row["file"], row, fate["outcome"], root / row["file"], target, masked)
    for line in rows(root / "burned_in.csv"):
        files[line["file"]].lines.append(line)
    return list(files.values())


class Pixels:
    """The samples of a file as they are stored: frames, rows, columns, samples of a pixel."""

    def __init__(self, path: pathlib.Path):
        data_set = pydicom.dcmread(path)
        self.data_set = data_set
        self.is_lossy = data_set.file_meta.TransferSyntaxUID in LOSSY
        self.photometric = data_set.PhotometricInterpretation
        array = pixel_array(data_set, raw=True).astype(numpy.int32)
        frames = int(data_set.get("NumberOfFrames") or 1)
        self.array = array.reshape(frames, data_set.Rows, data_set.Columns, -1)

    def blacks(self) -> list[tuple[int, ...]]:
        """The values of a pixel that are seen as black."""
        data_set = self.data_set
        bits = data_set.BitsStored - (1 if data_set.PixelRepresentation else 0)
        lowest = -(1 << bits) if data_set.PixelRepresentation else 0
        if self.photometric == "MONOCHROME1":
            return [((1 << bits) - 1,), (int(self.array.max()),)]
        if self.photometric == "MONOCHROME2":
            # Of signed samples the lowest that is there is what is seen as black.
            return [(0,), (int(self.array.min()),), (lowest,)]
        if self.photometric == "PALETTE COLOR":
            light = sum(table.astype(numpy.int64) for table in self.tables())
            return [(int(entry),) for entry in numpy.flatnonzero(light == light.min())]
        if self.photometric.startswith("YBR_FULL"):
            return [(0, 128, 128)]
        return [(0, 0, 0)]

    def tables(self) -> list[numpy.ndarray]:
        names = (f"{name}PaletteColorLookupTableData" for name in ("Red", "Green", "Blue"))
        return [numpy.frombuffer(self.data_set[name].value, "<u2") for name in names]

    def is_black(self) -> numpy.ndarray:
        step = LOSSY_STEP if self.is_lossy else 0
        black = numpy.zeros(self.array.shape[:3], bool)
        for value in self.blacks():
            black |= (numpy.abs(self.array - numpy.array(value)) <= step).all(axis=-1)
        return black

    def luma(self) -> numpy.ndarray:
        """Brightness of any range, dark to light."""
        array = self.array.astype(float)
        if self.photometric == "MONOCHROME1":
            return -array[..., 0]
        if self.photometric == "PALETTE COLOR":
            light = numpy.dot([0.299, 0.587, 0.114], [t.astype(float) for t in self.tables()])
            return light[self.array[..., 0].clip(0, len(light) - 1)]
        if array.shape[-1] == 3 and not self.photometric.startswith("YBR_FULL"):
            return array @ numpy.array([0.299, 0.587, 0.114])
        return array[..., 0]


def is_covered(line: dict, before: numpy.ndarray, after: numpy.ndarray) -> bool:
    """Whether a line's box is black on each frame that the line is on."""
    x, y, width, height = (int(line[name]) for name in ("x", "y", "width", "height"))
    frames = [int(line["frame"]) - 1] if line["frame"] else range(len(after))
    for frame in frames:
        box = after[frame, y : y + height, x : x + width]
        ink = ~before[frame, y : y + height, x : x + width]
        if box.mean() < BOX or (ink.any() and box[ink].mean() < INK):
            return False
    return True


def is_touched(file: File) -> bool:
    """Whether the detector covered anything, or any sample is another than it was. What lies outside of the
    ultrasound regions, or where a rule says, is covered whether there is text or not."""
    areas = [area.split(" ", 1) for area in file.masked.split("; ") if area]
    if any(reason == "text" for _, reason in areas):
        return True
    before, after = Pixels(file.source), Pixels(file.output)
    if before.array.shape != after.array.shape:
        return True
    apart = numpy.abs(before.array - after.array)
    for place, _ in areas:
        x, y, width, height = map(int, place.split("@")[0].split(","))
        # Decoders blend chroma with what lies beside it.
        apart[:, max(y - 2, 0) : y + height + 2, max(x - 2, 0) : x + width + 2] = 0
    if not before.is_lossy:
        return bool(apart.any())
    return bool((apart[..., 0] > LOSSY_STEP).any() or (apart > LOSSY_CHROMA).any())


def judge_lines(files: list[File]) -> tuple[dict, list[str]]:
    """Counts of lines as (covered, all) by background and style, and the lines that stand there."""
    counts, missed = collections.defaultdict(lambda: [0, 0]), []
    for file in files:
        if not file.lines:
            continue
        if file.output:
            before, after = Pixels(file.source).is_black(), Pixels(file.output).is_black()
            same = before.shape == after.shape
        for line in file.lines:
            # Nobody sees the text of a file that is not let through.
            found = file.outcome == "quarantined"
            if file.output:
                found = same and is_covered(line, before, after)
            for key in (line["background"], f"{line['background']}, {line['style']}"):
                counts[key][0] += found
                counts[key][1] += 1
            if not found:
                box = " ".join(line[name] for name in ("frame", "x", "y", "width", "height"))
                look = f"{line['background']}, {line['style']}, {line['font']} {line['size_px']}"
                missed.append(f"{file.name}: [{box}] {look}")
    return counts, missed


class Checks:
    """What passed and what failed, printed as it comes."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, name: str, value: str, passed: bool) -> None:
        self.passed, self.failed = self.passed + passed, self.failed + (not passed)
        print(f"{'ok    ' if passed else 'FAILED'} {name}: {value}")


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("private_log", type=pathlib.Path)
    parser.add_argument("--banner", type=float, default=0.99, help="least share of lines found")
    parser.add_argument("--screen", type=float, default=0.99)
    parser.add_argument("--content", type=float, default=0.95)
    parser.add_argument("--touched", type=float, default=0.02, help="most clean files changed")
    parser.add_argument("--quarantined", type=float, default=0.1, help="most clean files refused")
    parser.add_argument("--ocr", action="store_true", help="read outputs and inputs with tesseract")
    parser.add_argument("--ocr-files", type=int, default=0, help="only so many files, 0: all")
    parser.add_argument("--readable", type=float, default=0.5, help="least words read in the inputs")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    files = read_files(chosen.input, chosen.output, chosen.private_log)
    checks = Checks()
    lost = [f.name for f in files if f.output is None and f.outcome != "quarantined"]
    checks.check("files accounted for", f"{len(files) - len(lost)} of {len(files)}", not lost)
    counts, missed = judge_lines(files)
    for line in missed[:SHOWN]:
        print(f"not covered: {line}")
    if len(missed) > SHOWN:
        print(f"not covered: {len(missed) - SHOWN} more")
    for key in sorted(counts):
        found, all_lines = counts[key]
        rate = share(found, all_lines)
        told = f"{found} of {all_lines} lines, {rate:.4f}"
        if key in ("banner", "screen", "content"):
            checks.check(f"recall, {key}", told, rate >= getattr(chosen, key))
        else:
            print(f"       recall, {key}: {told}")
    refused = [f for f in files if f.lines and f.outcome == "quarantined"]
    print(f"       files with text: {sum(bool(f.lines) for f in files)}, quarantined {len(refused)}")
    clean = [file for file in files if not file.lines]
    touched = [file.name for file in clean if file.output and is_touched(file)]
    for name in touched[:SHOWN]:
        print(f"changed, but has no text: {name}")
    told = f"{len(touched)} of {len(clean)}"
    checks.check("clean files changed", told, share(len(touched), len(clean)) <= chosen.touched)
    # One that says that it shows text, where none is found, is refused rightly. Screens and films of which the
    # detector is unsure are too; only that must not become the rule.
    quiet = [file for file in clean if file.row["burned_in_annotation"] != "YES"]
    refused = sum(file.outcome == "quarantined" for file in quiet)
    told = f"{refused} of {len(quiet)}"
    rate = refused / len(quiet) if quiet else 0
    checks.check("clean files quarantined", told, rate <= chosen.quarantined)
    if chosen.ocr:
        import burned_in_ocr

        burned_in_ocr.check(files, Pixels, checks, chosen)
    print(f"burned in: {checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
