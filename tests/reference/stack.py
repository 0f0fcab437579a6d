"""Slices as a volume: the values at the voxels of a box, and where the voxels lie in the patient."""

from dataclasses import dataclass, field

import numpy

from images import Image

ORIENTATION = 1e-4
# Slices may stand this far from an even row: a share of the spacing, or mm.
UNEVEN, UNEVEN_MM = 0.01, 0.01
SAME_POSITION_MM = 1e-4


class NotAVolume(Exception):
    """Why instances make no volume."""


@dataclass(frozen=True)
class Grid:
    """Voxel centres: `axes` has the unit vectors along x, y and z in its rows; `size` is of x, y and z."""

    size: tuple[int, int, int]
    origin: numpy.ndarray  # mm
    axes: numpy.ndarray
    spacing: numpy.ndarray  # mm

    @property
    def voxel_mm3(self) -> float:
        return float(numpy.prod(self.spacing))

    def position(self, places: numpy.ndarray) -> numpy.ndarray:
        """Positions in the patient, mm, of places among the voxels; the last axis has x, y and z."""
        return self.origin + (places * self.spacing) @ self.axes

    def place(self, positions: numpy.ndarray) -> numpy.ndarray:
        return (positions - self.origin) @ self.axes.T / self.spacing

    def box(self, first, last) -> numpy.ndarray:
        """The places of the voxels of a box, both ends within: z, y, x, 3."""
        z, y, x = numpy.mgrid[first[2] : last[2] + 1, first[1] : last[1] + 1, first[0] : last[0] + 1]
        return numpy.stack([x, y, z], axis=-1)


@dataclass
class Stack:
    """A series as a volume. Arrays are z, y, x; z counts along the normal."""

    grid: Grid
    values: numpy.ndarray
    used: numpy.ndarray  # False is padding
    uids: list[str]  # of each slice
    modality: str = ""
    series: str = ""

    @classmethod
    def of(cls, instances: list) -> "Stack":
        slices = [(plane, data, at) for data in instances for at, plane in enumerate(planes(data))]
        if not slices:
            raise NotAVolume("no slices")
        first = slices[0][0]
        for plane, data, _ in slices:
            if (data.Rows, data.Columns) != (instances[0].Rows, instances[0].Columns):
                raise NotAVolume("slices of several sizes")
            if numpy.abs(plane.orientation - first.orientation).max() > ORIENTATION:
                raise NotAVolume("slices of several orientations")
            if numpy.abs(plane.spacing - first.spacing).max() > ORIENTATION:
                raise NotAVolume("slices of several pixel spacings")
        normal = first.normal
        slices.sort(key=lambda one: one[0].position @ normal)
        along = numpy.array([plane.position @ normal for plane, _, _ in slices])
        between = first.between if len(along) == 1 else even(along)
        origin = slices[0][0].position
        axes = numpy.array([first.orientation[:3], first.orientation[3:], normal])
        shear = numpy.array([plane.position - origin for plane, _, _ in slices]) @ axes[:2].T
        if numpy.abs(shear).max() > 0.1:
            raise NotAVolume("slices are sheared")
        size = (int(instances[0].Columns), int(instances[0].Rows), len(slices))
        # Pixel Spacing has the distance between rows first.
        spacing = numpy.array([first.spacing[1], first.spacing[0], between])
        images = {id(data): Image.of(data) for data in instances}
        floats = {name: image.floats for name, image in images.items()}
        values = numpy.stack([floats[id(data)][at] for _, data, at in slices])
        used = numpy.stack([images[id(data)].used[at] for _, data, at in slices])
        uids = [str(data.SOPInstanceUID) for _, data, _ in slices]
        grid = Grid(size, origin, axes, spacing)
        one = instances[0]
        return cls(grid, values, used, uids, str(one.get("Modality", "")), str(one.SeriesInstanceUID))


@dataclass
class Plane:
    """Where a frame lies."""

    orientation: numpy.ndarray  # of a row, then of a column
    position: numpy.ndarray  # of the first pixel, mm
    spacing: numpy.ndarray  # between rows, between columns, mm
    between: float  # slices, mm; 1 where nothing tells
    thickness: float | None
    group: object = field(default=None, repr=False)

    @property
    def normal(self) -> numpy.ndarray:
        return numpy.cross(self.orientation[:3], self.orientation[3:])


def planes(data) -> list[Plane]:
    """Of each frame; of all none where one has no place."""
    count = int(data.get("NumberOfFrames") or 1)
    groups = list(data.get("PerFrameFunctionalGroupsSequence") or [])
    shared = list(data.get("SharedFunctionalGroupsSequence") or [])
    found = []
    for at in range(count):
        own = groups[at : at + 1]
        measures = "PixelMeasuresSequence"
        orientation = attribute(data, [*own, *shared], "PlaneOrientationSequence", "ImageOrientationPatient")
        position = attribute(data, [*own, *shared], "PlanePositionSequence", "ImagePositionPatient")
        spacing, thickness, between = (
            attribute(data, [*own, *shared], measures, name)
            for name in ("PixelSpacing", "SliceThickness", "SpacingBetweenSlices")
        )
        if None in (orientation, position, spacing):
            raise NotAVolume("a frame without a place")
        thickness = None if thickness is None else float(thickness)
        steps = [abs(float(step)) for step in (between, thickness) if step]
        orientation, position, spacing = (numpy.array(part, float) for part in (orientation, position, spacing))
        group = own[0] if own else None
        found.append(Plane(orientation, position, spacing, steps[0] if steps else 1.0, thickness, group))
    return found


def attribute(data, groups: list, sequence: str, name: str):
    """Of a frame: from its own functional groups, else the shared ones, else the data set."""
    for group in groups:
        for item in group.get(sequence) or []:
            if item.get(name) is not None:
                return item.get(name)
    return data.get(name)


def even(along: numpy.ndarray) -> float:
    """The distance of slices that stand in an even row, ascending."""
    steps = numpy.diff(along)
    if (steps < SAME_POSITION_MM).any():
        raise NotAVolume("several slices at one position")
    mean = (along[-1] - along[0]) / len(steps)
    if numpy.abs(steps - mean).max() > max(UNEVEN * mean, UNEVEN_MM):
        raise NotAVolume("slices at uneven distances")
    return float(mean)
