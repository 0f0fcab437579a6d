"""A segment of a SEG to voxels of an image's grid, by numpy."""

import itertools

import numpy
from pydicom.pixels import pixel_array

from contours import NoRegion, Region
from stack import Grid, NotAVolume, planes

# A voxel this near, in voxels, to the middle between two of the segmentation may take either.
TIE = 1e-6
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"


def numbers(data) -> list[int]:
    """The segments that are regions: of a label map that is its background is none."""
    found = [int(segment.SegmentNumber) for segment in data.get("SegmentSequence") or []]
    return [number for number in found if number != 0]


def is_label_map(data) -> bool:
    return data.get("SegmentationType") == "LABELMAP" or data.SOPClassUID == LABEL_MAP


def frames_of(data, number: int, decoded: numpy.ndarray, places: list):
    """Pairs of a frame's plane and its pixels, as booleans, of a segment."""
    if is_label_map(data):
        return [(plane, frame == number) for plane, frame in zip(places, decoded, strict=True)]
    least = 1
    if data.SegmentationType == "FRACTIONAL":
        least = int(data.MaximumFractionalValue) / 2
    shared = list(data.get("SharedFunctionalGroupsSequence") or [])
    found = []
    for plane, frame in zip(places, decoded, strict=True):
        groups = [group for group in [plane.group, *shared] if group is not None]
        of = [item for group in groups for item in group.get("SegmentIdentificationSequence") or []]
        if of and int(of[0].ReferencedSegmentNumber) == number:
            found.append((plane, frame >= least))
    return found


class Segmentation:
    """A SEG that was read."""

    def __init__(self, data):
        self.data = data
        if "DimensionOrganizationType" in data and "TILED" in data.DimensionOrganizationType:
            raise NotAVolume("tiles of a slide")
        self.places = planes(data)
        pixels = decode(data)
        self.decoded = pixels.reshape(-1, data.Rows, data.Columns)

    def region(self, number: int, grid: Grid) -> Region:
        """The voxels of the grid whose centre is in a voxel of the segment that is set."""
        frames = frames_of(self.data, number, self.decoded, self.places)
        if not frames:
            raise NoRegion("no frame has the segment")
        mask, border = numpy.zeros(grid.size[::-1], bool), numpy.zeros(grid.size[::-1], bool)
        for plane, pixels in frames:
            if pixels.any():
                rasterise(plane, pixels, grid, mask, border)
        if not (mask | border).any():
            raise NoRegion("no voxel within")
        return Region(numpy.zeros(3, int), mask, border)


def rasterise(plane, pixels: numpy.ndarray, grid: Grid, mask: numpy.ndarray, border: numpy.ndarray) -> None:
    """Adds a frame: of each voxel of the image the nearest pixel of the frame, within its slab."""
    axes = numpy.array([plane.orientation[:3], plane.orientation[3:], plane.normal])
    spacing = numpy.array([plane.spacing[1], plane.spacing[0], plane.between])
    rows, columns = numpy.nonzero(pixels)
    ends = ((columns.min() - 1, columns.max() + 1), (rows.min() - 1, rows.max() + 1), (-1, 1))
    corners = numpy.array(list(itertools.product(*ends)))
    around = grid.place(plane.position + (corners * spacing) @ axes)
    size = numpy.array(grid.size)
    first = numpy.clip(numpy.floor(around.min(axis=0)).astype(int), 0, size - 1)
    last = numpy.clip(numpy.ceil(around.max(axis=0)).astype(int), 0, size - 1)
    x, y, z = numpy.moveaxis((grid.position(grid.box(first, last)) - plane.position) @ axes.T / spacing, -1, 0)
    # The same slice, whatever slabs are given as: a thickness that is wrong must not empty a region.
    level = numpy.abs(z) <= 0.5
    column, row = numpy.floor(x + 0.5).astype(int), numpy.floor(y + 0.5).astype(int)
    within = level & (column >= 0) & (column < pixels.shape[1]) & (row >= 0) & (row < pixels.shape[0])
    set_ = numpy.zeros(x.shape, bool)
    set_[within] = pixels[row[within], column[within]]
    tie = (numpy.abs(x - numpy.floor(x) - 0.5) < TIE) | (numpy.abs(y - numpy.floor(y) - 0.5) < TIE)
    tie |= numpy.abs(numpy.abs(z) - 0.5) < TIE
    part = tuple(slice(a, b + 1) for a, b in zip(first[::-1], last[::-1], strict=True))
    mask[part] |= set_
    border[part] |= tie & (numpy.abs(z) < 0.5 + TIE)


def decode(data) -> numpy.ndarray:
    try:
        return pixel_array(data, raw=True)
    except (NotImplementedError, RuntimeError, ValueError, AttributeError) as error:
        raise NotAVolume(f"pydicom does not decode: {type(error).__name__}") from error
