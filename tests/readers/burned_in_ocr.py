"""Reads images with Debian's tesseract: words planted in inputs must be readable there, and none of them
in outputs. Used by burned_in.py."""

import pathlib
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy

PROCESSES = 2
TIMEOUT_S = 60
SHORTEST = 4
# Tesseract wants letters of some 20 pixels: images up to this side are doubled.
DOUBLED_UP_TO = 1100
# What becomes black and white, as percentiles of the brightness.
WINDOWS = ((0, 100), (2, 98))


def words(text: str) -> set[str]:
    """Letters and digits that stand together, in small letters."""
    return {word for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) >= SHORTEST}


def planted(file) -> set[str]:
    return {word for line in file.lines if line["text"].isascii() for word in words(line["text"])}


def render(frame: numpy.ndarray, window: tuple[int, int], path: pathlib.Path) -> None:
    """Writes brightness as an image of 8 bits, in the simplest form that tesseract reads."""
    low, high = numpy.percentile(frame, window)
    grey = ((frame - low) / max(high - low, 1e-9)).clip(0, 1) * 255
    grey = grey.astype("u1")
    if max(grey.shape) <= DOUBLED_UP_TO:
        grey = grey.repeat(2, axis=0).repeat(2, axis=1)
    path.write_bytes(b"P5 %d %d 255\n" % (grey.shape[1], grey.shape[0]) + grey.tobytes())


def tesseract(image: pathlib.Path) -> str:
    command = ["tesseract", image, "-", "--psm", "11"]
    environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT_S, env=environment, check=True
    )
    return done.stdout


def read(luma: numpy.ndarray, frames: list[int]) -> str:
    """All that is read on some frames, in all windows."""
    with tempfile.TemporaryDirectory() as folder:
        image = pathlib.Path(folder) / "frame.pgm"
        texts = []
        for frame in frames:
            for window in WINDOWS:
                render(luma[frame], window, image)
                texts.append(tesseract(image))
    return "\n".join(texts)


def frames_of(file) -> list[int]:
    """The first frame, and those with a line of their own."""
    return sorted({0} | {int(line["frame"]) - 1 for line in file.lines if line["frame"]})


def found(file, path: pathlib.Path, pixels) -> set[str]:
    """The planted words that are read in an image; within a longer word counts too."""
    read_words = words(read(pixels(path).luma(), frames_of(file)))
    return {word for word in planted(file) if any(word in other for other in read_words)}


def check(files, pixels, checks, chosen) -> None:
    if shutil.which("tesseract") is None:
        checks.check("OCR", "there is no tesseract: run scripts/setup.sh --tests", False)
        return
    with_text = [file for file in files if file.lines]
    if chosen.ocr_files:
        step = max(1, len(with_text) // chosen.ocr_files)
        with_text = with_text[::step][: chosen.ocr_files]
    written = [file for file in with_text if file.output]
    with ThreadPoolExecutor(PROCESSES) as pool:
        inputs = list(pool.map(lambda file: len(found(file, file.source, pixels)), with_text))
        outputs = list(pool.map(lambda file: found(file, file.output, pixels), written))
    all_words = sum(len(planted(file)) for file in with_text)
    rate = sum(inputs) / all_words if all_words else 0
    told = f"{sum(inputs)} of {all_words}, {rate:.4f}"
    checks.check("words read in the inputs", told, rate >= chosen.readable)
    for file, left in zip(written, outputs):
        if left:
            print(f"read in the output of {file.name}: {' '.join(sorted(left))}")
    told = f"{sum(map(len, outputs))} words, {len(written)} files"
    checks.check("words read in the outputs", told, not any(outputs))
