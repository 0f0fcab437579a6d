"""A small tree that has regions, and the table of them that is right: for the tests of what judges it."""

import pathlib

import numpy
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

import region_others
from intensity import Discretisation, Resegmentation, histogram, ivh_methods, statistics, volume_histogram
from regions import plain
from resample import Interpolation, resample
from shape import local_intensity, morphology
from test_reference import random, slice_of
from tree import Tree

SIDE, SLICES, STEP_MM, SPACING_MM = 24, 7, 2.5, 0.7
FRAME = generate_uid(entropy_srcs=["frame of reference"])
STUDY = generate_uid(entropy_srcs=["study"])


def uid_of(name: str) -> str:
    return generate_uid(entropy_srcs=["made regions", name])


def images() -> list:
    made = [slice_of(SIDE, STEP_MM * z, random(), number=z + 1) for z in range(SLICES)]
    for data in made:
        data.PatientID, data.StudyInstanceUID, data.FrameOfReferenceUID = "P", STUDY, FRAME
    return made


def base(kind: str, sop_class: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, sop_class
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = sop_class, uid_of(kind)
    meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.Modality, data.PatientID, data.StudyInstanceUID = kind, "P", STUDY
    data.SeriesInstanceUID, data.FrameOfReferenceUID = uid_of(f"series of {kind}"), FRAME
    return data


def item(**attributes) -> Dataset:
    made = Dataset()
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def rectangle(z: int, left: float, top: float, right: float, bottom: float) -> list:
    """Of pixels: from `left` to `right`, both within a hundredth of a pixel."""
    low = -100 + SPACING_MM * (numpy.array([left, top]) - 0.51)
    high = -100 + SPACING_MM * (numpy.array([right, bottom]) + 0.49)
    corners = [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]
    return [round(float(value), 6) for x, y in corners for value in (x, y, STEP_MM * z)]


def structure_set(series: list) -> FileDataset:
    """A box with a hole, a point, and an ROI without contours."""
    data = base("RTSTRUCT", "1.2.840.10008.5.1.4.1.1.481.3")
    refer = [item(ReferencedSOPInstanceUID=one.SOPInstanceUID) for one in series]
    one = item(SeriesInstanceUID=series[0].SeriesInstanceUID, ContourImageSequence=refer)
    study = item(RTReferencedSeriesSequence=[one])
    data.ReferencedFrameOfReferenceSequence = [item(FrameOfReferenceUID=FRAME, RTReferencedStudySequence=[study])]
    data.StructureSetROISequence = [
        item(ROINumber=n, ROIName=name) for n, name in ((1, "box"), (2, "point"), (5, "none"))
    ]
    contours = []
    for z in (2, 3, 4):
        for corners in ((8, 9, 15, 14), (10, 11, 12, 11)):
            points = rectangle(z, *corners)
            contours.append(item(ContourGeometricType="CLOSED_PLANAR", ContourData=points, NumberOfContourPoints=4))
    point = item(ContourGeometricType="POINT", ContourData=[0.0, 0.0, 0.0], NumberOfContourPoints=1)
    of = ((1, contours), (2, [point]), (5, []))
    data.ROIContourSequence = [item(ReferencedROINumber=n, ContourSequence=found) for n, found in of]
    return data


def segmentation(series: list) -> FileDataset:
    """Two segments of 1 bit, one of them of two slices, in frames that do not stand in order."""
    data = base("SEG", "1.2.840.10008.5.1.4.1.1.66.4")
    data.SegmentationType, data.Rows, data.Columns = "BINARY", SIDE, SIDE
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 1
    data.HighBit = data.PixelRepresentation = 0
    data.SegmentSequence = [item(SegmentNumber=n, SegmentLabel=f"segment {n}") for n in (1, 2)]
    refer = [item(ReferencedSOPInstanceUID=one.SOPInstanceUID) for one in series]
    data.ReferencedSeriesSequence = [
        item(SeriesInstanceUID=series[0].SeriesInstanceUID, ReferencedInstanceSequence=refer)
    ]
    measures = item(PixelSpacing=[SPACING_MM, SPACING_MM], SliceThickness=STEP_MM)
    orientation = item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    data.SharedFunctionalGroupsSequence = [
        item(PixelMeasuresSequence=[measures], PlaneOrientationSequence=[orientation])
    ]
    groups, frames = [], []
    for number, z in ((1, 3), (2, 5), (1, 2)):
        position = item(ImagePositionPatient=[-100, -100, STEP_MM * z])
        of = item(ReferencedSegmentNumber=number)
        groups.append(item(PlanePositionSequence=[position], SegmentIdentificationSequence=[of]))
        frame = numpy.zeros((SIDE, SIDE), numpy.uint8)
        frame[6 + number : 12, 3 : 9 + z] = 1
        frames.append(frame)
    data.PerFrameFunctionalGroupsSequence, data.NumberOfFrames = groups, len(frames)
    data.PixelData = numpy.packbits(numpy.concatenate([frame.ravel() for frame in frames]), bitorder="little").tobytes()
    return data


def write(output: pathlib.Path) -> list[dict]:
    """The tree; gives the rows of its index."""
    series = images()
    rows = []
    for at, data in enumerate([*series, structure_set(series), segmentation(series)]):
        data.save_as(output / f"{at}.dcm", enforce_file_format=True)
        uids = {"SOPInstanceUID": str(data.SOPInstanceUID), "SeriesInstanceUID": str(data.SeriesInstanceUID)}
        rows.append({"path": f"{at}.dcm"} | uids)
    return rows


def right_row(tree: Tree, region, discretisation="fbn:8", interpolation="none", resegmentation="none") -> dict:
    """A region's row, but for textures."""
    series = tree.references(region.object_uid, region.number)[0]
    stack = tree.stack_of(region.object_uid, region.number, series)
    mask = tree.region(region.object_uid, region.number, stack.grid).on(stack.grid)
    z, y, x = numpy.nonzero(mask)
    image = tree.data(stack.uids[0])
    row = {
        "PatientID": image.PatientID, "StudyInstanceUID": image.StudyInstanceUID, "SeriesInstanceUID": series,
        "Modality": image.Modality, "region_SOPInstanceUID": region.object_uid, "region_kind": region.kind,
        "region_number": region.number, "region_label": region.label, "discretisation": discretisation,
        "interpolation": interpolation, "resegmentation": resegmentation,
        "volume_mm3": mask.sum() * stack.grid.voxel_mm3, "n_padding": 0,
    }  # fmt: skip
    for axis, count, of in (("x", "columns", x), ("y", "rows", y), ("z", "slices", z)):
        row |= {f"box_{axis}": of.min(), f"box_{count}": numpy.ptp(of) + 1}
    values, within, spacing = stack.values, mask, stack.grid.spacing[::-1]
    between = Interpolation.parse(interpolation)
    if between is not None:
        values, mask, within, spacing = resample(between, values, mask, within, spacing)
    cut = Resegmentation.parse(resegmentation)
    within = within.copy()
    within[within] = cut.keeps(values[within])
    how, inside = Discretisation.parse(discretisation), values[within]
    levels = how.levels(inside, cut.low)
    row |= {f"voxel_{axis}_mm": size for axis, size in zip("zyx", spacing, strict=True)}
    row |= {"n_voxels": within.sum(), "n_voxels_morphological": mask.sum()}
    row["n_levels"] = int(how.bins) if how.method == "fbn" else int(levels.max())
    row |= statistics(inside) | histogram(levels, int(levels.max()))
    row |= morphology(values, mask, within, spacing) | local_intensity(values, within, spacing)
    ends = (inside.min() if cut.low is None else cut.low, inside.max() if cut.high is None else cut.high)
    row |= volume_histogram(inside, ivh_methods(inside)[0], ends)
    return {name: plain(value) for name, value in row.items()}


def phantom(folder: pathlib.Path) -> region_others.Measured:
    """The digital phantom of the IBSI, whose intensities are its levels."""
    rows = numpy.loadtxt(folder / "digital_phantom.csv", delimiter=",", skiprows=1, dtype=int)
    values, mask = numpy.zeros((4, 4, 5)), numpy.zeros((4, 4, 5), bool)
    values[rows[:, 2], rows[:, 1], rows[:, 0]] = rows[:, 3]
    mask[rows[:, 2], rows[:, 1], rows[:, 0]] = rows[:, 4] == 1
    return region_others.Measured(values, mask, mask, numpy.where(mask, values, 0), numpy.full(3, 2.0))
