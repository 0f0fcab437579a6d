#!/usr/bin/env python3
"""Tries what judges the numbers: on the digital phantom of the IBSI, whose values are known, and on an output
that is made for it, where each wrong number must be found.

    test_reference.py"""

import contextlib
import csv
import io
import pathlib
import sys
import tempfile

import numpy
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

import check
import columns
import others
import trials
from first_order import first_order, histogram_features
from images import Image, Linear
from quality import efc
from series import Member, findings
from spatial import dhash64

SEED = 8
# The phantom's region of interest: 74 voxels of these intensities (theibsi/data_sets on GitHub,
# `ibsi_1_digital_phantom`, CC BY 4.0).
PHANTOM = {1: 50, 3: 1, 4: 16, 6: 7}
# Reference values with all their digits, and as published (IBSI reference manual, arXiv:1612.07003).
EXACT = {
    "mean": 159 / 74, "var": 16677 / 5476, "skew": 1.08382072256, "kurt": -0.354620480688,
    "mad": 1.55222790358, "rmad": 1.11383381599, "entropy": 1.26561155559, "uniformity": 0.512417823229,
}  # fmt: skip
PUBLISHED = {
    "median": 1, "min": 1, "max": 6, "p10": 1, "p90": 4, "iqr": 3, "range": 5, "medad": 1.15, "cov": 0.812,
    "qcod": 0.6, "energy": 567, "rms": 2.77, "mode": 1, "max_gradient": 8, "max_gradient_level": 3,
    "min_gradient": -50, "min_gradient_level": 1,
}  # fmt: skip


def the_phantom_has_its_published_values():
    values = numpy.repeat(list(PHANTOM), list(PHANTOM.values())).astype(float)
    found = first_order(values)
    for name, wanted in EXACT.items():
        assert abs(found[name] - wanted) < 1e-11 * max(1, abs(wanted)), name
    found |= histogram_features(values)
    for name, wanted in PUBLISHED.items():
        assert float(f"{found[name]:.3g}") == wanted, name


def mirp_and_pyradiomics_give_what_numpy_gives():
    image = Image.of(slice_of(40, 30.0, random(), number=1))
    found = check.compute(image)
    scale = numpy.abs(image.values).max()
    for source in (others.mirp, others.pyradiomics):
        told = source(image)
        if told is None:
            print(f"{source.__name__} is not installed: not compared")
            continue
        for column in columns.INDEX.values():
            theirs = told.get(column.family, {}).get(column.number)
            if theirs is not None:
                ours = found[column.family][column.number]
                assert column.agrees(ours, theirs, scale), (source.__name__, column.number, ours, theirs)


def known_arrays_have_known_numbers():
    # All energy in one pixel: 0; spread over all: 1.
    assert efc(numpy.array([0.0, 0.0, 3.0, 0.0])) == 0
    assert abs(efc(numpy.full(100, 7.0)) - 1) < 1e-12
    assert efc(numpy.array([-1.0, 1.0])) is None
    # Columns that rise or fall, and of each row of boxes the first above the second alone.
    rising = numpy.tile(numpy.arange(90), (80, 1))
    assert dhash64(rising) == 0
    assert dhash64(-rising) == 2**64 - 1
    assert dhash64(numpy.where(rising < 10, 100, 50)) == int("80" * 8, 16)
    # A step of 10 down the middle: the Sobel gradient is 40 in two columns of eight, the Laplacian 0.
    step = numpy.zeros((1, 10, 10), int)
    step[:, :, 5:] = 10
    spatial = check.spatial(Image.from_stored(step, step >= 0, [Linear()], (0, 255)))
    assert abs(spatial["sharpness"] - 2 / 8 * 1600) < 1e-9
    assert spatial["noise_imk"] == 0
    # What cannot be seen of a stencil with padding is left out.
    used = numpy.ones(step.shape, bool)
    used[:, :, 4] = False
    spatial = check.spatial(Image.from_stored(step, used, [Linear()], (0, 255)))
    assert spatial["sharpness"] == 0


def noise_is_estimated():
    generator = random()
    stored = 1024 + 40 + generator.normal(0, 18, (1, 256, 256)).round().astype(int)
    found = check.spatial(Image.from_stored(stored, stored >= 0, [Linear(1, -1024)], (0, 4095), is_ct=True))
    assert abs(found["noise_imk"] - 18) < 0.5, found
    assert abs(found["noise_gnl"] - 18) < 1.5, found


def a_volume_and_what_is_wrong_with_others():
    volume = [Member.of(slice_of(8, 2.5 * z, random(), number=z)) for z in range(20)]
    assert findings(volume)["regularly_spaced_3d_volume"] is True
    found = findings(volume[:7] + volume[9:])
    assert (found["missing_slices"], found["missing_instance_numbers"]) == (2, 2)
    assert found["regularly_spaced_3d_volume"] is False
    assert findings([*volume, volume[3]])["duplicate_slices"] == 1
    assert "single_orientation" not in findings(volume[:1])


def every_wrong_number_is_found():
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder)
        rows, series = made_output(output)
        assert judge(output, rows, series) == 0
        for table, of in ((columns.INDEX, rows), (columns.SERIES, series)):
            for name in table:
                changed = [dict(row) for row in of]
                at = next(i for i, row in enumerate(changed) if row[name] is not None)
                changed[at][name] = other(changed[at][name])
                wrong = judge(output, *((changed, series) if of is rows else (rows, changed)))
                assert wrong == 1, f"{name} may be anything"
                changed[at][name] = None
                wrong = judge(output, *((changed, series) if of is rows else (rows, changed)))
                assert wrong == 1, f"{name} may be missing"


def other(value):
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else value * (1 + 3e-6) + 3e-6


def judge(output: pathlib.Path, rows: list[dict], series: list[dict]) -> int:
    for name, of in (("index", rows), ("series", series)):
        with (output / f"{name}.csv").open("w", newline="") as to:
            table = csv.DictWriter(to, of[0])
            table.writeheader()
            table.writerows({key: cell_of(value) for key, value in row.items()} for row in of)
    with contextlib.redirect_stdout(io.StringIO()):
        return check.check(output, with_others=False, every_column=True)


def cell_of(value):
    return str(value).lower() if isinstance(value, bool) else value


def made_output(output: pathlib.Path) -> tuple[list[dict], list[dict]]:
    """A CT volume, an MR image with padding and one in colour, and tables that are right."""
    generator = random()
    images = [slice_of(24, 2.5 * z, generator, number=z) for z in range(9)]
    padded = slice_of(24, 0.0, generator, number=1, modality="MR")
    padded.PixelPaddingValue = int(padded.pixel_array[0, 0])
    colour = slice_of(24, 0.0, generator, number=1, modality="OT", samples=3)
    rows, members, pixels = [], {}, {}
    for at, data in enumerate([*images, padded, colour]):
        data.save_as(output / f"{at}.dcm", enforce_file_format=True)
        image = Image.of(data)
        found = check.compute(image)
        pixels.setdefault(data.SeriesInstanceUID, []).append(image)
        row = {"path": f"{at}.dcm", "series_instance_uid": data.SeriesInstanceUID}
        row["sop_instance_uid"] = data.SOPInstanceUID
        row |= {name: found[column.family].get(column.number) for name, column in columns.INDEX.items()}
        rows.append(row)
        member = Member.of(
            data, mean=row["mean"], noise=row["noise_imk"], dhash=row["dhash64"], digest=data.PixelData.hex()
        )
        members.setdefault(data.SeriesInstanceUID, []).append(member)
    series = []
    for uid, of_series in members.items():
        found = {"series": findings(of_series)}
        found["merged"] = first_order(numpy.concatenate([image.values for image in pixels[uid]]))
        found["merged"]["n_padding"] = sum(image.padding for image in pixels[uid])
        row = {"series_instance_uid": uid}
        of_row = {name: found[column.family].get(column.number) for name, column in columns.SERIES.items()}
        series.append(row | {name: check.plain(value) for name, value in of_row.items()})
    return rows, series


def random() -> numpy.random.Generator:
    return numpy.random.default_rng(SEED)


SERIES = {modality: generate_uid(entropy_srcs=[modality]) for modality in ("CT", "MR", "OT")}


def slice_of(side: int, z_mm: float, generator, number: int, modality="CT", samples=1) -> FileDataset:
    """A disc of soft tissue in air, or of red in black, of 12 bits or of 8."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID = meta.MediaStorageSOPClassUID
    data.SOPInstanceUID = generate_uid(entropy_srcs=[modality, str(number), str(z_mm), str(side)])
    meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.SeriesInstanceUID, data.Modality, data.InstanceNumber = SERIES[modality], modality, number
    data.Rows = data.Columns = side
    data.SamplesPerPixel, data.PixelRepresentation = samples, 0
    y, x = numpy.mgrid[:side, :side] - (side - 1) / 2
    disc = numpy.hypot(y, x) < side * 0.42
    values = numpy.where(disc, 1064, 20) + generator.normal(0, 6, (side, side))
    if samples == 3:
        data.PhotometricInterpretation, data.PlanarConfiguration = "RGB", 0
        values = numpy.repeat(values[..., None] / 5, 3, axis=2) * [1.0, 0.5, 0.25]
    else:
        data.PhotometricInterpretation = "MONOCHROME2"
        data.RescaleSlope, data.RescaleIntercept = ("1", "-1024") if modality == "CT" else ("0.1", "0")
        data.ImageOrientationPatient, data.PixelSpacing = [1, 0, 0, 0, 1, 0], [0.7, 0.7]
        data.ImagePositionPatient, data.SliceThickness = [-100, -100, z_mm], "2.5"
    data.BitsAllocated, data.BitsStored = (8, 8) if samples == 3 else (16, 12)
    data.HighBit = data.BitsStored - 1
    data.PixelData = values.clip(0, 2**data.BitsStored - 1).astype(f"<u{data.BitsAllocated // 8}").tobytes()
    return data


TESTS = (
    the_phantom_has_its_published_values,
    mirp_and_pyradiomics_give_what_numpy_gives,
    known_arrays_have_known_numbers,
    noise_is_estimated,
    a_volume_and_what_is_wrong_with_others,
    every_wrong_number_is_found,
)


if __name__ == "__main__":
    sys.exit(trials.run("reference", TESTS))
