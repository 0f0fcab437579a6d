#!/usr/bin/env python3
"""Fits the trees that tell text from other lines: src/redact/text/trees.txt. It needs numpy, OpenCV,
Pillow, pydicom 3 and scikit-learn.

    cargo build --release --example find_text
    sauva generate --burned-in --count 300 --seed 103 --output FOLDER    (some of them, other seeds)
    python3 scripts/tables/text_lines.py --images 6000 --clean DICOM --generated FOLDER...

Lines that the detector asks about come from `find_text --features`, in three sets of images: those of
text_images.py, drawn over real images without text (`--clean`); those real images themselves; and
generated trees, whose burned_in.csv says where the text is. A line is text where text covers at least
0.7 of it, and left out where that is between 0.25 and 0.7. That something else is taken for text weighs
six times as much as the other way round. Every tenth image is left out, to tell how well the trees do.
"""

import argparse
import csv
import pathlib
import subprocess
import tempfile

import numpy as np
import pydicom
from sklearn.ensemble import HistGradientBoostingClassifier

import text_images

ROOT = pathlib.Path(__file__).parents[2]
FONTS = pathlib.Path("/usr/share/fonts/truetype")
STEPS = 4


def pgm(path, image):
    most = 255 if image.dtype == np.uint8 else 65535
    head = f"P5\n{image.shape[1]} {image.shape[0]}\n{most}\n".encode()
    path.write_bytes(head + image.astype(">u2" if most > 255 else np.uint8).tobytes())


def lines(finder, paths):
    """For each path its lines of the first frame: the rectangle and the features."""
    found = {}
    for at in range(0, len(paths), 500):
        command = [finder, "--features", *paths[at : at + 500]]
        for line in subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
            fields = line.split("\t")
            if fields[0] == "file":
                name = fields[1]
                found[name] = []
            elif fields[0] == "line" and fields[1] == "0":
                found[name].append((list(map(int, fields[2:6])), np.array(fields[6:], np.float32)))
    return found


def labelled(found, truths):
    """Features, whether they are of text, and the image that each is of."""
    features, is_text, names = [], [], []
    for name, candidates in found.items():
        text = truths.get(name, [])
        for (x, y, width, height), values in candidates:
            mask = np.zeros((height, width), bool)
            for left, top, wide, high in text:
                mask[max(0, top - y) : max(0, top + high - y), max(0, left - x) : max(0, left + wide - x)] = True
            share = mask.mean()
            if not 0.25 <= share < 0.7:
                features.append(values)
                is_text.append(share >= 0.7)
                names.append(name)
    return features, is_text, names


def drawn(count, clean, folder):
    fonts = sorted(str(path) for path in FONTS.rglob("*.ttf") if "Math" not in path.name)
    grounds, truths = [], {}
    for path in clean[::3]:
        data_set = pydicom.dcmread(path, force=True)
        if data_set.get("SamplesPerPixel") == 1 and data_set.get("NumberOfFrames", 1) == 1:
            try:
                grounds.append(data_set.pixel_array)
            except Exception:
                continue
    for seed in range(count):
        image, _, text = text_images.image(seed, grounds, fonts)
        path = pathlib.Path(folder) / f"{seed}.pgm"
        pgm(path, image)
        truths[str(path)] = [(x, y, mask.shape[1], mask.shape[0]) for x, y, mask in text]
    return truths


def generated(folder):
    truths = {}
    for row in csv.DictReader(open(folder / "files.csv")):
        truths[str(folder / row["file"])] = []
    for row in csv.DictReader(open(folder / "burned_in.csv")):
        if row["frame"] in ("", "1"):
            box = tuple(int(row[name]) for name in ("x", "y", "width", "height"))
            truths[str(folder / row["file"])].append(box)
    return truths


def number(value):
    text = f"{value:.5g}"
    return f"{value:.7f}" if "e" in text else text


def table(model):
    """The trees as text: all ways are four steps long, those that end before ask what is always so."""
    rows = ["# Fitted by scripts/tables/text_lines.py; read by trees.rs, which tells what it holds."]
    rows.append(number(float(np.ravel(model._baseline_prediction)[0])))
    for (tree,) in model._predictors:
        nodes, questions, ends = tree.nodes, {}, {}

        def walk(node, place, depth):
            if depth == STEPS:
                ends[place] = number(float(nodes[node]["value"]))
                return
            here = nodes[node]
            is_end = here["is_leaf"]
            questions[place] = "0 1e30" if is_end else f"{here['feature_idx']} {number(float(here['num_threshold']))}"
            walk(node if is_end else here["left"], 2 * place + 1, depth + 1)
            walk(node if is_end else here["right"], 2 * place + 2, depth + 1)

        walk(0, 0, 0)
        rows.append(" ".join([questions[at] for at in sorted(questions)] + [ends[at] for at in sorted(ends)]))
    return "\n".join(rows) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--finder", default=ROOT / "target/release/examples/find_text")
    parser.add_argument("--images", type=int, default=6000)
    parser.add_argument("--clean", type=pathlib.Path, required=True)
    parser.add_argument("--generated", type=pathlib.Path, nargs="*", default=[])
    arguments = parser.parse_args()
    clean = sorted(str(path) for path in arguments.clean.rglob("*") if path.is_file())
    with tempfile.TemporaryDirectory() as folder:
        truths = drawn(arguments.images, clean, folder)
        for tree in arguments.generated:
            truths |= generated(tree)
        truths |= {path: [] for path in clean}
        features, is_text, names = labelled(lines(arguments.finder, list(truths)), truths)
    features, is_text = np.array(features), np.array(is_text)
    order = {name: at for at, name in enumerate(truths)}
    is_test = np.array([order[name] % 10 == 9 for name in names])
    model = HistGradientBoostingClassifier(
        max_iter=260, max_depth=STEPS, max_leaf_nodes=2**STEPS, learning_rate=0.12, l2_regularization=1,
        min_samples_leaf=20, early_stopping=False, random_state=1,
    )
    model.fit(features[~is_test], is_text[~is_test], sample_weight=np.where(is_text[~is_test], 1, 6))
    scores = model.decision_function(features[is_test])
    tested = [(name, score, text) for name, score, text, test in zip(
        np.array(names)[is_test], scores, is_text[is_test], is_test[is_test]) if test]
    without = {name for name, text in truths.items() if not text and order[name] % 10 == 9}
    for threshold in (0, 0.5, 1, 1.5, 2):
        share = (scores[is_text[is_test]] > threshold).mean()
        wrong = {name for name, score, _ in tested if score > threshold and name in without}
        print(f"above {threshold}: {share:.4f} of lines of text, {len(wrong)} of {len(without)} clean images")
    (ROOT / "src/redact/text/trees.txt").write_text(table(model))


if __name__ == "__main__":
    main()
