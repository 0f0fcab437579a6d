#!/usr/bin/env python3
"""Tries what judges doses: on shapes in doses whose histograms are known, and on an output that is made for it, where
each wrong number must be found.

    test_dose.py"""

import contextlib
import csv
import io
import pathlib
import sys
import tempfile

import numpy

import dose
import trials
from dvh import BIN_GY, Dose, Histogram, histogram_of
from made_regions import base, images, item
from tree import Tree

# A grid of 2.5 mm about the origin, with planes at uneven distances.
STEP = 2.5
OFFSETS = numpy.cumsum([0, *[2.0, 3.0] * 20])


def made_dose(of) -> Dose:
    """`of` gives the dose of positions."""
    origin = numpy.array([-60.0, -60.0, -50.0])
    x, y = origin[0] + STEP * numpy.arange(49), origin[1] + STEP * numpy.arange(49)
    z, y, x = numpy.meshgrid(origin[2] + OFFSETS, y, x, indexing="ij")
    return Dose(origin, numpy.eye(3), numpy.array([STEP, STEP]), OFFSETS.astype(float), of(x, y, z))


def circle(z: float, radius: float, x: float = 0.0) -> numpy.ndarray:
    """A polygon with the area of the circle."""
    angle = numpy.arange(180) * 2 * numpy.pi / 180
    radius *= numpy.sqrt(2 * numpy.pi / 180 / numpy.sin(2 * numpy.pi / 180))
    return numpy.stack([x + radius * numpy.cos(angle), radius * numpy.sin(angle), numpy.full(180, z)], axis=1)


def close(value: float, wanted: float, share: float = 0.005) -> None:
    assert abs(value - wanted) <= share * abs(wanted), (value, wanted)


def cylinders_have_their_histograms():
    contours = [circle(z, 20.0) for z in numpy.arange(-15, 15.1, 3)]
    # Ends reach half a distance beyond the outer planes: 33 mm.
    volume = numpy.pi * 20**2 * 33 / 1000
    found = histogram_of(contours, made_dose(lambda x, y, z: 10 + z / 10)).values()
    close(found["volume_cm3"], volume)
    assert found["share_outside_grid"] == 0
    for name, wanted in (
        ("d_min", 8.35),
        ("d_mean", 10),
        ("d_max", 11.65),
        ("d50", 10),
        ("d98", 8.416),
        ("d2", 11.584),
    ):
        close(found[name], wanted)
    close(found["d1cc"], 11.65 - 3.3 / volume)
    close(found["hi"], 3.168 / 10, 0.01)
    constant = histogram_of(contours, made_dose(lambda x, y, z: numpy.full(x.shape, 3.0)))
    assert all(abs(constant.values()[name] - 3) < 1e-12 for name in ("d98", "d2", "d_mean"))
    close(constant.at_least(3.0), volume)
    assert constant.at_least(3.01) == 0
    # Across the dose: the chord of the circle.
    across = histogram_of(contours, made_dose(lambda x, y, z: 10 + x / 10)).values()
    close(across["d50"], 10)
    close(across["d_max"], 12)
    partly = histogram_of([circle(0, 10.0, x=61.25)], made_dose(lambda x, y, z: x * 0 + 1))
    assert abs(partly.values()["share_outside_grid"] - 0.5) < 0.015


def spheres_have_their_volumes():
    radius = 18.0
    levels = numpy.arange(-17, 17.1, 1.0)
    contours = [circle(z, float(numpy.sqrt(radius**2 - z**2))) for z in levels]
    found = histogram_of(contours, made_dose(lambda x, y, z: 20 + y / 5)).values()
    close(found["volume_cm3"], 4 / 3 * numpy.pi * radius**3 / 1000)
    close(found["d_mean"], 20)
    close(found["d50"], 20)


def figures_are_those_of_the_points():
    it = Histogram(numpy.array([4.0, 3.0, 2.0, 1.0]), numpy.full(4, 0.5), outside=0.5)
    found = it.values()
    assert (found["d_max"], found["d_min"], found["d_mean"], found["d50"]) == (4, 1, 2.5, 3)
    assert (found["d1cc"], found["d0_1cc"], found["volume_cm3"], found["share_outside_grid"]) == (3, 4, 2.5, 0.2)
    assert it.with_volume(2.1) is None and it.at_least(2.5) == 1


def files(output: pathlib.Path) -> list[dict]:
    """A structure set with a cylinder and a dose of it; another dose in relative units."""
    frame = images()[0].FrameOfReferenceUID
    structures = base("RTSTRUCT", "1.2.840.10008.5.1.4.1.1.481.3")
    structures.StructureSetROISequence = [item(ROINumber=3, ROIName="target", ReferencedFrameOfReferenceUID=frame)]
    contours = []
    for z in numpy.arange(-15, 15.1, 3):
        points = [round(float(value), 4) for value in circle(float(z), 20.0).ravel()]
        contours.append(item(ContourGeometricType="CLOSED_PLANAR", ContourData=points, NumberOfContourPoints=180))
    structures.ROIContourSequence = [item(ReferencedROINumber=3, ContourSequence=contours)]
    made = made_dose(lambda x, y, z: 10 + z / 10 + x / 50)
    doses = []
    for name, units in (("RTDOSE", "GY"), ("RTDOSE ", "RELATIVE")):
        data = base(name, "1.2.840.10008.5.1.4.1.1.481.2")
        data.DoseUnits, data.DoseType, data.DoseSummationType = units, "PHYSICAL", "PLAN"
        data.ImageOrientationPatient, data.ImagePositionPatient = [1, 0, 0, 0, 1, 0], made.origin.tolist()
        data.PixelSpacing, data.GridFrameOffsetVector = [STEP, STEP], [float(step) for step in OFFSETS]
        data.NumberOfFrames, data.Rows, data.Columns = made.gray.shape
        data.SamplesPerPixel, data.PhotometricInterpretation, data.PixelRepresentation = 1, "MONOCHROME2", 0
        data.BitsAllocated = data.BitsStored = 32
        data.HighBit, data.DoseGridScaling = 31, "1e-6"
        data.PixelData = numpy.rint(made.gray * 1e6).astype("<u4").tobytes()
        doses.append(data)
    rows = []
    for at, data in enumerate([structures, *doses]):
        data.save_as(output / f"{at}.dcm", enforce_file_format=True)
        uids = {"SOPInstanceUID": str(data.SOPInstanceUID), "SeriesInstanceUID": str(data.SeriesInstanceUID)}
        rows.append({"path": f"{at}.dcm"} | uids)
    return rows


def every_wrong_number_is_found():
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder)
        index = files(output)
        structures, gray, relative = (row["SOPInstanceUID"] for row in index)
        tree = Tree.of_rows(output, index)
        found = histogram_of(dose.closed(tree.data(structures), 3), Dose.of(tree.data(gray)))
        keys = {"dose_SOPInstanceUID": gray, "region_SOPInstanceUID": structures, "region_number": 3}
        row = keys | {"region_label": "target", "dose_summation_type": "PLAN"} | found.values()
        row |= {"v10_cm3": found.at_least(10), "v10_percent": 100 * found.at_least(10) / found.total, "v15_cm3": 0.0}
        bins = int(row["d_max"] / BIN_GY) + 2
        curve = [keys | {"bin": at, "volume_cm3": found.at_least(at * BIN_GY)} for at in range(bins)]
        reason = [{"stage": "regions", "class": "relative-dose", "message": f"{relative}"}]
        assert judge(output, index, [row], curve, reason) == 0
        for name, value in row.items():
            if name in ("region_label",):
                continue
            wrong = value + "x" if isinstance(value, str) else 4 if name == "region_number" else value * 1.08 + 0.3
            assert judge(output, index, [row | {name: wrong}], curve, reason) >= 1, f"{name} may be anything"
        assert judge(output, index, [row], curve, []) == 1
        assert judge(output, index, [row, row], curve, reason) == 1
        assert judge(output, index, [row], curve[:-3] + curve[-2:], reason) == 1
        assert (
            judge(output, index, [row], [one | {"volume_cm3": one["volume_cm3"] * 1.001} for one in curve], reason) == 1
        )
        assert judge(output, index, [row], [one | {"region_number": 9} for one in curve], reason) == 1
        none = [row | {"region_SOPInstanceUID": gray}]
        assert judge(output, index, none, curve, reason) >= 1


def judge(output: pathlib.Path, index: list[dict], rows: list[dict], curve: list[dict], failures: list[dict]) -> int:
    for name, of in (("index", index), ("dvh", rows), ("dvh_curves", curve), ("failures", failures)):
        (output / f"{name}.csv").unlink(missing_ok=True)
        if of:
            with (output / f"{name}.csv").open("w", newline="") as to:
                table = csv.DictWriter(to, of[0])
                table.writeheader()
                table.writerows(of)
    with contextlib.redirect_stdout(io.StringIO()):
        return dose.check(output, None)


TESTS = (
    cylinders_have_their_histograms,
    spheres_have_their_volumes,
    figures_are_those_of_the_points,
    every_wrong_number_is_found,
)


if __name__ == "__main__":
    sys.exit(trials.run("dose", TESTS))
