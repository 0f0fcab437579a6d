#!/usr/bin/env python3
"""Tests burned_in.py with outputs made here: nothing blackened, all text, all text but one line, too much.

    test_burned_in.py INPUT      INPUT is made by `sauva generate --burned-in`
"""

import csv
import pathlib
import subprocess
import sys
import tempfile

import numpy
import pydicom
from pydicom.pixels import set_pixel_data

from burned_in import Pixels, rows

SCORER = pathlib.Path(__file__).with_name("burned_in.py")


def written(source: pathlib.Path, boxes: list[dict], target: pathlib.Path) -> None:
    """Native, with these boxes black."""
    pixels = Pixels(source)
    array, black = pixels.array, pixels.blacks()[-1]
    for box in boxes:
        x, y, width, height = (int(box[name]) for name in ("x", "y", "width", "height"))
        frames = slice(int(box["frame"]) - 1, int(box["frame"])) if box["frame"] else slice(None)
        array[frames, y : y + height, x : x + width] = black
    data_set = pixels.data_set
    kind = f"{'i' if data_set.PixelRepresentation else 'u'}{data_set.BitsAllocated // 8}"
    photometric = data_set.PhotometricInterpretation
    # Chroma is whole here, and the transform of JPEG 2000 undone.
    photometric = {"YBR_FULL_422": "YBR_FULL", "YBR_RCT": "RGB"}.get(photometric, photometric)
    if array.shape[-1] == 1:
        array = array[..., 0]
    if len(array) == 1:
        array = array[0]
    tables = {e.tag: e for e in data_set if "Palette" in e.keyword}
    bits = data_set.BitsStored
    if photometric == "PALETTE COLOR":
        photometric = "MONOCHROME2"
    set_pixel_data(data_set, numpy.ascontiguousarray(array.astype(kind)), photometric, bits)
    if tables:
        data_set.PhotometricInterpretation = "PALETTE COLOR"
        for element in tables.values():
            data_set.add(element)
    data_set.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    pydicom.dcmwrite(target, data_set)


def fake(root: pathlib.Path, output: pathlib.Path, masks: dict, refused: set) -> None:
    """An output folder with its index, and the private log beside it."""
    output.mkdir()
    index, log = [], []
    for number, row in enumerate(rows(root / "files.csv")):
        name, path_id = row["file"], f"{number:032x}"
        if name in refused:
            log.append((path_id, "quarantined", "burned-in-text", name))
            continue
        written(root / name, masks.get(name, []), output / f"{number}.dcm")
        index.append((f"{number}.dcm", path_id))
        log.append((path_id, "written", "", name))
    save(output / "index.csv", ("path", "path_id"), index)
    save(output.with_suffix(".csv"), ("path_id", "outcome", "class", "path"), log)


def save(path: pathlib.Path, names: tuple, lines: list) -> None:
    with path.open("w", newline="") as text:
        csv.writer(text).writerows([names, *lines])


def score(root: pathlib.Path, output: pathlib.Path) -> tuple[int, str]:
    command = [sys.executable, SCORER, root, output, output.with_suffix(".csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    truth = {}
    for line in rows(root / "burned_in.csv"):
        truth.setdefault(line["file"], []).append(line)
    lettered = sorted(truth)
    clean = [row["file"] for row in rows(root / "files.csv") if row["file"] not in truth]
    everywhere = {name: [{"x": 9, "y": 9, "width": 30, "height": 9, "frame": ""}] for name in clean}
    # Every second file's lines are left standing; of each box only the upper half is covered.
    half = {name: truth[name] for name in lettered[::2]}
    upper = {
        name: [{**line, "height": int(line["height"]) // 2} for line in truth[name]]
        for name in lettered
    }
    # Name, what is black, what is refused, whether it passes, what failed then.
    cases = [
        ("all covered", truth, set(), True, []),
        ("nothing covered", {}, set(), False, ["recall, banner", "recall, screen", "recall, content"]),
        ("every second file", half, set(), False, ["recall, content"]),
        ("upper halves", upper, set(), False, ["recall, banner", "recall, screen", "recall, content"]),
        ("clean files changed", truth | everywhere, set(), False, ["clean files changed"]),
        ("refused instead", {}, set(lettered), True, []),
        ("all refused", {}, set(lettered + clean), False, ["clean files quarantined"]),
    ]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, masks, refused, passes, failures) in enumerate(cases):
            output = pathlib.Path(folder) / str(number)
            fake(root, output, masks, refused)
            code, told = score(root, output)
            good = (code == 0) == passes and all(f"FAILED {text}" in told for text in failures)
            good = good and told.splitlines()[-1].startswith("burned in: ")
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"== {name}\n{told}")
    print(f"burned in, the scorer: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
