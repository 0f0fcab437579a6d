#!/usr/bin/env python3
"""Tries what judges regions: on the digital phantom of the IBSI, on shapes whose numbers are known, and on an output
that is made for it, where each wrong number must be found.

    test_regions.py [FOLDER OF THE IBSI'S FILES]"""

import contextlib
import csv
import io
import pathlib
import sys
import tempfile

import numpy

import made_regions
import region_others
import regions
import trials
from contours import NoRegion, region_of
from images import Image
from intensity import Discretisation, Resegmentation, histogram, statistics, volume_histogram
from made_regions import SPACING_MM, STEP_MM
from resample import Interpolation, resample
from shape import carlson, ellipsoid_surface, local_intensity, measures, mesh, morphology
from stack import Grid, NotAVolume, Stack
from test_reference import other, slice_of
from tree import Tree

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "data_sample/ibsi", ROOT.parent / "shared/data/ibsi")


def folder() -> pathlib.Path:
    given = [pathlib.Path(name) for name in sys.argv[1:]]
    return next(place for place in [*given, *FOLDERS] if (place / "digital_phantom.csv").exists())


def references() -> dict[str, tuple[float, float]]:
    """Of each column the reference value and its tolerance."""
    found = {}
    with (folder() / "reference_digital_phantom.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            aggregation = row["aggregation"].replace(".", "_")
            name = f"{row['feature']}_{aggregation}" if aggregation else row["feature"]
            found[name] = (float(row["value"]), float(row["tolerance"]))
    return found


def meets(found: dict) -> int:
    """How many reference values are met; the first that is not is an error."""
    table, count = references(), 0
    for name in sorted(table.keys() & found.keys()):
        value, tolerance = table[name]
        rounded = float(f"{found[name]:.3g}")
        assert abs(rounded - value) <= tolerance + 1e-12 * abs(value), (name, found[name], value)
        count += 1
    return count


def numpy_gives_the_reference_values():
    it = made_regions.phantom(folder())
    inside = it.values[it.within]
    found = statistics(inside) | histogram(inside, 6) | volume_histogram(inside, "none")
    found |= morphology(it.values, it.mask, it.within, it.spacing)
    found |= local_intensity(it.values, it.within, it.spacing)
    assert meets(found) == 74


def others_give_the_reference_values():
    it = made_regions.phantom(folder())
    # All but those that are not taken of MIRP.
    assert meets(region_others.mirp(it)) == 482 - len(region_others.NOT_OF_MIRP)
    told = region_others.pyradiomics(it)
    if told is None:
        print("pyradiomics is not installed: not compared")
    else:
        assert meets(told) == 100


def shapes_have_their_volumes():
    z, y, x = numpy.mgrid[-12:13, -12:13, -12:13]
    ball = z**2 + y**2 + x**2 <= 100
    volume, surface = measures(*mesh(ball, numpy.array([2.0, 1.0, 0.5])))
    assert abs(volume / (4 / 3 * numpy.pi * 1000) - 1) < 0.01
    box = numpy.zeros((5, 6, 7), bool)
    box[1:4, 1:5, 1:6] = True
    found = morphology(box * 3.0 + z[:5, :6, :7], box, box, numpy.array([1.0, 2.0, 3.0]))
    # A box without its edges.
    assert 0.9 < found["morph_volume"] / 360 < 1
    assert found["morph_vol_approx"] == 360
    assert abs(found["morph_pca_maj_axis"] - 4 * numpy.sqrt(18.0 * 60 / 59)) < 1e-12
    assert abs(carlson(2, 2, 2) / (16 * numpy.pi) - 1) < 1e-12
    # The manual's series is that of an ellipsoid whose two eccentricities are those of its long axis.
    assert abs(ellipsoid_surface(3, 2, 1) / 52.8134810120 - 1) < 1e-11
    assert ellipsoid_surface(3, 3, 1) == carlson(3, 3, 1)


def correlations_are_those_of_all_pairs():
    generator = made_regions.random()
    within = generator.random((4, 5, 6)) < 0.6
    values, spacing = generator.normal(1e3, 20, within.shape), numpy.array([3.0, 1.5, 0.7])
    places, inside = numpy.argwhere(within) * spacing, values[within]
    distance = numpy.linalg.norm(places[:, None] - places[None], axis=-1)
    weight = numpy.divide(1, distance, out=numpy.zeros(distance.shape), where=distance > 0)
    away = inside - inside.mean()
    moran = len(inside) / weight.sum() * (weight * numpy.outer(away, away)).sum() / (away**2).sum()
    differences = (away[:, None] - away[None]) ** 2
    geary = (len(inside) - 1) / (2 * weight.sum()) * (weight * differences).sum() / (away**2).sum()
    found = morphology(values, within, within, spacing)
    assert abs(found["morph_moran_i"] - moran) < 1e-11
    assert abs(found["morph_geary_c"] - geary) < 1e-11


def levels_are_those_of_the_manual():
    values = numpy.array([-10.0, 0.0, 24.9, 25.0, 90.0])
    parse = Discretisation.parse
    assert parse("fbs:25").levels(values, None).tolist() == [1, 1, 2, 2, 5]
    assert parse("fbs:25:0").levels(values, None).tolist() == [1, 1, 1, 2, 4]
    assert parse("fbs:25").levels(values, -50.0).tolist() == [2, 3, 3, 4, 6]
    assert parse("fbn:4").levels(values, None).tolist() == [1, 1, 2, 2, 4]
    assert parse("none").levels(values, None).tolist() == values.tolist()
    kept = Resegmentation.parse("0:80,3sigma").keeps(values)
    assert kept.tolist() == [False, True, True, True, False]
    assert Resegmentation.parse("none").keeps(values).all()
    outlier = numpy.append(numpy.zeros(99), 1.0)
    assert Resegmentation.parse("3sigma").keeps(outlier).sum() == 99


def histograms_of_other_units_are_in_bins():
    values = numpy.array([0.0, 1.0, 2.0, 3.0, 4.0, 10.0])
    assert volume_histogram(values, "none")["ivh_v10"] == 5 / 6
    assert volume_histogram(values, "none")["ivh_i90"] == 1
    assert volume_histogram(values, "fbn:10")["ivh_i10"] == 11
    assert volume_histogram(values, "fbs:2")["ivh_i90"] == 3


def axial(size, spacing=(1.0, 1.0, 1.0)) -> Grid:
    return Grid(size, numpy.zeros(3), numpy.eye(3), numpy.array(spacing))


def square(z: float, low: float, high: float) -> numpy.ndarray:
    return numpy.array([(low, low, z), (high, low, z), (high, high, z), (low, high, z)])


def contours_have_their_voxels():
    grid = axial((12, 12, 9))
    count = lambda *contours: int(region_of(list(contours), grid).mask.sum())  # noqa: E731
    outer, hole = square(4, 1.5, 8.5), square(4, 3.5, 5.5)
    assert count(outer) == 49
    assert count(outer, hole) == 45
    assert count(outer, outer) == 49
    # A key-hole is the hole, cut open.
    key_hole = numpy.concatenate([outer[:1], hole[[0, 3, 2, 1, 0]], outer[:1], outer[1:]])
    assert count(key_hole) == 45
    # Two planes, and a slice between them that is nearer to one.
    assert count(square(2, 1.5, 8.5), square(4.4, 1.5, 2.5)) == 49 * 3 + 2 + 0
    # Planes are missing: what is between stays empty.
    many = [square(z, 1.5, 3.5) for z in (0, 1, 2, 7, 8)]
    assert count(*many) == 20
    assert region_of([square(4, 2.0, 5.0)], grid).border.sum() == 12
    try:
        region_of([numpy.zeros((5, 3))], grid)
        raise AssertionError("nothing bounds something")
    except NoRegion:
        pass


def contours_on_oblique_grids_have_their_voxels():
    turn = numpy.radians(30)
    axes = numpy.array([[numpy.cos(turn), 0, numpy.sin(turn)], [0, 1, 0], [-numpy.sin(turn), 0, numpy.cos(turn)]])
    grid = Grid((12, 12, 5), numpy.array([3.0, -7.0, 40.0]), axes, numpy.array([0.8, 0.8, 2.0]))
    corners = numpy.array([(1.6, 2.6, 2), (6.4, 2.6, 2), (6.4, 7.4, 2), (1.6, 7.4, 2)])
    found = region_of([grid.position(corners)], grid)
    assert found.mask.sum() == 25 and not found.border.any()
    assert numpy.argwhere(found.on(grid)).min(axis=0).tolist() == [2, 3, 2]


def slices_make_a_volume_or_say_why_not():
    made = made_regions.images()
    stack = Stack.of(made[::-1])
    assert stack.grid.size == (24, 24, 7) and abs(stack.grid.spacing[2] - STEP_MM) < 1e-12
    assert (stack.values[3] == Image.of(made[3]).floats[0]).all()
    for bad in (made[:2] + made[3:], [*made, made[0]], [*made, slice_of(20, 30.0, made_regions.random(), number=9)]):
        try:
            Stack.of(bad)
            raise AssertionError("no volume is one")
        except NotAVolume:
            pass


def interpolation_keeps_planes():
    z, y, x = numpy.mgrid[:6, :10, :12].astype(float)
    values, mask = 3 * x - y + 2 * z, (x > 2) & (x < 9) & (y > 2) & (y < 8)
    spacing = numpy.array([2.0, 1.0, 1.0])
    image, inside, within, new = resample(Interpolation.parse("trilinear:0.5"), values, mask, mask, spacing)
    assert (new == 0.5).all() and (inside == within).all()
    # The middle of the voxels stays where it is, and a linear image is linear still.
    row = image[4, inside[4].argmax(axis=1).argmax()]
    row = row[inside[4, inside[4].argmax(axis=1).argmax()]]
    assert len(row) == 12 and numpy.abs(numpy.diff(row) - 1.5).max() < 1e-12
    assert inside.sum() == mask.sum() * 16
    rounded = resample(Interpolation.parse("trilinear:0.7:in-plane:round"), values, mask, mask, spacing)
    assert rounded[3].tolist() == [2.0, 0.7, 0.7] and (rounded[0] == numpy.rint(rounded[0])).all()


SETTINGS = (
    ("fbn:8", "none", "none"),
    ("fbs:5:-90", "none", "30:50"),
    ("fbn:16", "trilinear:1", "3sigma"),
)


def every_wrong_number_is_found():
    with tempfile.TemporaryDirectory() as folder_:
        output = pathlib.Path(folder_)
        index = made_regions.write(output)
        tree = Tree.of_rows(output, index)
        wanted = [region for region in tree.wanted() if region.has_area]
        assert [(region.kind, region.number) for region in tree.wanted()] == [
            ("RTSTRUCT", 1), ("RTSTRUCT", 2), ("RTSTRUCT", 5), ("SEG", 1), ("SEG", 2)
        ]  # fmt: skip
        rows = [made_regions.right_row(tree, region, *settings) for region in wanted for settings in SETTINGS]
        # 3 slices of 8 x 6 without 3 x 1.
        assert rows[0]["n_voxels"] == 135
        assert abs(rows[0]["volume_mm3"] - 135 * SPACING_MM**2 * STEP_MM) < 1e-9
        # Frames of 5 x 9 + 5 x 8 pixels.
        assert [row["n_voxels"] for row in rows[3:9:3]] == [5 * 9 + 5 * 8, 4 * 11]
        assert judge(output, index, rows) == 0
        for row in (rows[0], rows[1], rows[2], rows[3]):
            for name, value in row.items():
                # A setting that says something else is a setting.
                if name not in regions.SETTINGS:
                    changed = row | {name: value + "x" if isinstance(value, str) else other_of(name, value)}
                    assert row_alone(tree, wanted, changed) >= 1, f"{name} may be anything"
            for name, value in zip(regions.SETTINGS, ("fbn:9", "nearest:2", "35:45"), strict=True):
                assert row_alone(tree, wanted, row | {name: value}) >= 1, f"{name} may be anything"
        # A region that is left out, one that stands twice, and one that there is not.
        assert judge(output, index, rows[3:]) == 1
        assert judge(output, index, [*rows, rows[-1]]) == 1
        assert judge(output, index, [*rows, rows[-1] | {"region_number": 77}]) == 1
        failures = [
            {"path_id": "x", "stage": "regions", "class": "empty", "message": f"of {wanted[0].object_uid}, ROI 1"}
        ]
        assert judge(output, index, rows[3:], failures) == 0
        failures[0]["message"] = f"of {wanted[0].object_uid}, ROI 7"
        assert judge(output, index, rows[3:], failures) == 1


def row_alone(tree: Tree, wanted: list, row: dict) -> int:
    """The differences of a row."""
    found = regions.Judge()
    regions.check_row(found, tree, {(one.object_uid, one.number): one for one in wanted}, row, False, 0)
    return len(found.failures)


def other_of(name: str, value):
    """Something else, by more than what may differ."""
    if name == "region_number":
        return 55
    if isinstance(value, int):
        return value + 1
    return value * (1 + 5e-3) + 5e-3 if regions.shape_tolerance(name) == regions.MESH else other(value)


def judge(output: pathlib.Path, index: list[dict], rows: list[dict], failures: list[dict] | None = None) -> int:
    for name, of in (("index", index), ("regions", rows), ("failures", failures or [])):
        (output / f"{name}.csv").unlink(missing_ok=True)
        if of:
            with (output / f"{name}.csv").open("w", newline="") as to:
                table = csv.DictWriter(to, of[0])
                table.writeheader()
                table.writerows(of)
    with contextlib.redirect_stdout(io.StringIO()):
        return regions.check(output)


def wrong_textures_are_found():
    it = made_regions.phantom(folder())
    told = region_others.mirp(it)
    assert compared(told, told) == 0
    for name, value in told.items():
        if value is not None and name.startswith(("cm", "rlm", "szm", "dzm", "ngt", "ngl")):
            assert compared(told | {name: other(float(value)) + 3e-6}, told) == 1, name


def compared(row: dict, told: dict) -> int:
    found = regions.Judge()
    found.features("phantom", "mirp", row, told, region_others.tolerance, 1.0, False)
    return len(found.failures)


TESTS = (
    numpy_gives_the_reference_values,
    others_give_the_reference_values,
    shapes_have_their_volumes,
    correlations_are_those_of_all_pairs,
    levels_are_those_of_the_manual,
    histograms_of_other_units_are_in_bins,
    contours_have_their_voxels,
    contours_on_oblique_grids_have_their_voxels,
    slices_make_a_volume_or_say_why_not,
    interpolation_keeps_planes,
    every_wrong_number_is_found,
    wrong_textures_are_found,
)


if __name__ == "__main__":
    sys.exit(trials.run("regions", TESTS))
