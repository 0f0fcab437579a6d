"""The expected results of the examples of `sauva map`, by closed formulas and numpy."""

import csv
import importlib.util
import math
import struct
from collections.abc import Iterator
from pathlib import Path

from map_output import Output


def trapezoid(errors: list[tuple[int, float]]) -> Iterator[str]:
    """Errors by number of intervals: 1 / (6 n^2), a slope of -2 in logarithms, until rounding is larger."""
    import numpy

    # The next term of Euler-Maclaurin for this function is of the sixth order; each of n additions of at most 4 n
    # may round by half a unit in the last place.
    off = [n for n, error in errors if abs(error - 1 / (6 * n * n)) > 0.05 / n**6 + n * 4 * 2**-53]
    if off:
        yield f"the error is not 1 / (6 n^2) for {len(off)} n, the first {off[0]}"
    n, error = (numpy.log([row[column] for row in errors if 10 <= row[0] <= 30_000]) for column in (0, 1))
    slope = numpy.polyfit(n, error, 1)[0]
    if abs(slope + 2) > 1e-3:
        yield f"the error falls with n to the {slope:.4f}"
    if not any(error > 2 / (6 * n * n) for n, error in errors if n > 1_000_000):
        yield "no rounding is seen beyond a million intervals"


def nearest_neighbours(ks: list[int]) -> dict[int, int]:
    """How many of the cell images are told right, by k: brute force."""
    import numpy
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    right = dict.fromkeys(ks, 0)
    fold = numpy.arange(len(x)) % 10
    for one in range(10):
        train, test = x[fold != one], x[fold == one]
        train, test = ((it - x[fold != one].mean(0)) / x[fold != one].std(0) for it in (train, test))
        distances = ((test[:, None, :] - train[None, :, :]) ** 2).sum(2)
        votes = numpy.cumsum(y[fold != one][numpy.argsort(distances, axis=1, kind="stable")], axis=1)
        for k in ks:
            right[k] += int(((2 * votes[:, k - 1] > k) == y[fold == one]).sum())
    return right


def hourly(program: Path, run: dict[str, str], table: Path) -> Iterator[str]:
    """The table by the hour against medians and interpolation by numpy."""
    import numpy

    spec = importlib.util.spec_from_file_location("signs", program / "signs.py")
    signs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(signs)
    with open(table, newline="") as file:
        found = list(csv.DictReader(file))
    longest_gap, patients = int(run["param_longest_gap"]), len(found) // signs.HOURS
    measured, _ = signs.make(patients, int(run["param_seed"]))
    of = {key: (group["time"].to_numpy(), group["value"].to_numpy()) for key, group in measured.groupby(["patient", "sign"])}
    wrong = 0
    for patient in range(patients):
        rows = found[patient * signs.HOURS : (patient + 1) * signs.HOURS]
        for sign in signs.SIGNS:
            times, values = of.get((patient, sign), (numpy.array([], "datetime64[ns]"), numpy.array([])))
            hour = ((times - signs.START.to_datetime64()) // numpy.timedelta64(1, "h")).astype(int)
            known = numpy.unique(hour)
            medians = numpy.array([numpy.median(values[hour == it]) for it in known])
            for at, row in enumerate(rows):
                before = known[known <= at]
                is_told = len(before) > 0 and at <= known[-1] and at - before[-1] <= longest_gap
                expected = numpy.interp(at, known, medians) if is_told else math.nan
                cell = float(row[sign]) if row[sign] else math.nan
                wrong += not (math.isnan(cell) and math.isnan(expected) or math.isclose(cell, expected, rel_tol=1e-9))
    if wrong or patients < 2:
        yield f"{wrong} of {len(found)} rows by the hour are not those of numpy"


def first_order(found: dict[str, dict], expected: dict[str, dict]) -> Iterator[str]:
    """PyRadiomics against `sauva stats`: the same series, pixels, mean, extremes and standard deviation."""
    if set(found) != set(expected) or not expected:
        yield f"PyRadiomics has measured {len(found)} series, sauva stats {len(expected)}"
    for unit in sorted(set(found) & set(expected)):
        one, other = found[unit], expected[unit]
        pairs = [("Mean", "mean"), ("Minimum", "min"), ("Maximum", "max")]
        # Sums of ten million values differ by their order.
        off = [name for name, ours in pairs if not math.isclose(float(one[name]), float(other[ours]), rel_tol=1e-6, abs_tol=1e-9)]
        if not math.isclose(math.sqrt(float(one["Variance"])), float(other["sd"]), rel_tol=1e-6, abs_tol=1e-9):
            off.append("Variance")
        if one["pixels"] != other["n_pixels"] or one["images"] != other["images"]:
            off.append("pixels")
        if off:
            yield f"a series of {one['images']} images differs in {', '.join(off)}"


def line(copies: int) -> dict[str, float]:
    """The line through the data of all copies of gang/fit.py, by least squares."""
    import numpy

    parts = []
    for rank in range(copies):
        random = numpy.random.default_rng(rank)
        x = random.random(1000)
        parts.append((x, 3 * x - 1 + random.normal(0, 0.1, len(x))))
    slope, intercept = numpy.polyfit(*(numpy.concatenate(part) for part in zip(*parts)), 1)
    return {"slope": slope, "intercept": intercept}


def nifti(file: Path):
    """The voxels of an uncompressed NIfTI-1 file, scaled: fields of its header at 40, 70 and 108."""
    import numpy

    kinds = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4"}
    data = file.read_bytes()
    size, (kind,) = struct.unpack_from("<8h", data, 40), struct.unpack_from("<h", data, 70)
    start, slope, intercept = struct.unpack_from("<3f", data, 108)
    count = math.prod(size[1 : size[0] + 1])
    voxels = numpy.frombuffer(data, "<" + kinds[kind], count, int(start)).astype(float)
    return voxels * slope + intercept if slope else voxels


def volumes(output: Output, data: Path) -> Iterator[str]:
    """Each series' NIfTI has the values of its images, however it turns them."""
    import numpy
    import pydicom
    from pydicom.pixels import apply_modality_lut

    images, series = {}, set()
    for file in sorted(path for path in data.rglob("*") if path.is_file()):
        try:
            image = pydicom.dcmread(file)
        except pydicom.errors.InvalidDicomError:
            continue
        if uid := image.get("SeriesInstanceUID"):
            series.add(uid)
        if uid and "PixelData" in image:
            values = apply_modality_lut(image.pixel_array, image).astype(float).ravel()
            # The same image of the same place twice is converted once.
            place = str(image.get("ImagePositionPatient"))
            images.setdefault(uid, {})[place, values.tobytes()] = values
    if {run["unit"] for run in output.runs} != series or len(images) < 2:
        yield f"{len(output.runs)} units, and {len(series)} series in the folder"
    if {run["unit"] for run in output.runs if run["output"]} != set(images):
        yield "not exactly the series with images have left files"
    for unit, slices in images.items():
        # Resliced beside the original: slices that lie unevenly.
        files = [file for file in sorted(output.unit(unit).rglob("*.nii")) if "_Eq" not in file.stem]
        expected = numpy.sort(numpy.concatenate(list(slices.values())))
        found = numpy.sort(numpy.concatenate([nifti(file) for file in files])) if files else numpy.array([])
        if len(found) != len(expected) or not numpy.allclose(found, expected, rtol=1e-6):
            yield f"the NIfTI of a series of {len(slices)} images has other values"
