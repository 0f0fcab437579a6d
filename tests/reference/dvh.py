"""Dose-volume histograms by numpy: points on a fine grid within the contours, each with the dose between the voxels
around it, trilinear. The region is that of `contours.py`: each plane's contours over the slab that it owns."""

from dataclasses import dataclass

import numpy
import scipy.ndimage

from contours import even_odd, planes_of
from images import Linear, text
from stack import attribute

BIN_GY = 0.01
# Points in a slab: so far apart, mm, but not more than so many and not fewer.
STEP_MM, MOST, LEAST = 0.5, 12_000, 3_000
LEVELS = 16  # of points along the normal
# Offsets that are this near to the position's own are absolute (PS3.3 section C.8.8.3.2).
SAME_MM = 1e-2
AT_SHARE = {"d98": 98.0, "d95": 95.0, "d90": 90.0, "d50": 50.0, "d10": 10.0, "d5": 5.0, "d2": 2.0}
AT_VOLUME = {"d2cc": 2.0, "d1cc": 1.0, "d0_1cc": 0.1}


class NoDose(Exception):
    """Why a dose cannot be used."""


@dataclass
class Dose:
    """Doses at the points of a grid; `axes` has the unit vectors along x, y and z in its rows."""

    origin: numpy.ndarray
    axes: numpy.ndarray
    spacing: numpy.ndarray  # along x and y, mm
    offsets: numpy.ndarray  # along z, ascending, mm
    gray: numpy.ndarray  # z, y, x

    @classmethod
    def of(cls, data) -> "Dose":
        if data.get("DoseUnits") != "GY":
            raise NoDose("relative units")
        orientation = numpy.array(attribute(data, [], "", "ImageOrientationPatient"), float)
        axes = numpy.array([orientation[:3], orientation[3:], numpy.cross(orientation[:3], orientation[3:])])
        origin = numpy.array(data.ImagePositionPatient, float)
        count = int(data.get("NumberOfFrames") or 1)
        offsets = numpy.array(data.get("GridFrameOffsetVector", [0.0]), float).reshape(-1)
        if len(offsets) != count:
            raise NoDose("offsets that are not as many as planes")
        if abs(offsets[0]) > SAME_MM and abs(offsets[0] - origin[2]) < SAME_MM:
            # Absolute ones are places along the patient's z.
            offsets = (offsets - offsets[0]) * numpy.sign(axes[2, 2])
        scale = float(Linear(data.DoseGridScaling).slope)
        gray = data.pixel_array.reshape(count, data.Rows, data.Columns).astype(float) * scale
        order = numpy.argsort(offsets)
        spacing = numpy.array([float(text(size)) for size in data.PixelSpacing])[::-1]
        return cls(origin, axes, spacing, offsets[order], gray[order])

    def at(self, positions: numpy.ndarray) -> numpy.ndarray:
        """Gy; NaN outside the voxels. The outermost reach half a distance beyond their centres, with their dose."""
        x, y, z = ((positions - self.origin) @ self.axes.T).T
        x, y = x / self.spacing[0], y / self.spacing[1]
        rows, columns = self.gray.shape[1:]
        ends = self.offsets[[0, -1]]
        if len(self.offsets) > 1:
            ends = ends + numpy.array([-0.5, 0.5]) * (self.offsets[[1, -1]] - self.offsets[[0, -2]])
        outside = (x < -0.5) | (y < -0.5) | (x > columns - 0.5) | (y > rows - 0.5) | (z < ends[0]) | (z > ends[1])
        plane = numpy.interp(z, self.offsets, numpy.arange(len(self.offsets)))
        found = scipy.ndimage.map_coordinates(self.gray, [plane, y, x], order=1, mode="nearest")
        return numpy.where(outside, numpy.nan, found)


@dataclass
class Histogram:
    """Doses of points, descending, with the volume, cm3, that each stands for."""

    gray: numpy.ndarray
    volume: numpy.ndarray
    outside: float  # cm3 that lie outside the dose grid

    @property
    def total(self) -> float:
        return float(self.volume.sum()) + self.outside

    def with_volume(self, wanted: float) -> float | None:
        """The least dose of the hottest so many cm3."""
        return None if wanted > self.volume.sum() else self.hottest(wanted)

    def hottest(self, wanted: float) -> float:
        sums = numpy.cumsum(self.volume)
        return float(self.gray[min(int(numpy.searchsorted(sums, wanted)), len(sums) - 1)])

    def at_least(self, gray: float) -> float:
        """The volume, cm3, of so much dose or more, but for rounding."""
        return float(self.volume[self.gray >= gray - 1e-9].sum())

    def values(self) -> dict:
        inside = float(self.volume.sum())
        found = {"volume_cm3": self.total, "share_outside_grid": self.outside / self.total}
        if not inside:
            return found
        found |= {
            "d_min": float(self.gray[-1]),
            "d_mean": float((self.gray * self.volume).sum() / inside),
            "d_max": float(self.gray[0]),
        }
        found |= {name: self.hottest(share / 100 * inside) for name, share in AT_SHARE.items()}
        found |= {name: self.with_volume(volume) for name, volume in AT_VOLUME.items()}
        found["hi"] = (found["d2"] - found["d98"]) / found["d50"] if found["d50"] else None
        return found


def histogram_of(contours: list[numpy.ndarray], dose: Dose) -> Histogram:
    """Of closed contours. A single plane is as thick as the dose grid's planes are apart."""
    steps = numpy.diff(dose.offsets)
    alone_mm = float(numpy.median(steps)) if len(steps) else 1.0
    normal, planes = planes_of(contours, alone_mm)
    start = dose.axes[numpy.abs(dose.axes @ normal).argmin()]
    u = start - (start @ normal) * normal
    u = u / numpy.linalg.norm(u)
    v = numpy.cross(normal, u)
    gray, volumes, outside = [], [], 0.0
    for plane in planes:
        polygons = [numpy.stack([points @ u, points @ v], axis=1) for points in plane.contours]
        corners = numpy.concatenate(polygons)
        low, high = corners.min(axis=0), corners.max(axis=0)
        area = float(numpy.prod(high - low))
        step = float(numpy.clip(STEP_MM, numpy.sqrt(area / MOST), numpy.sqrt(area / LEAST)))
        counts = numpy.maximum(numpy.ceil((high - low) / step), 1).astype(int)
        sizes = (high - low) / counts
        x, y = (low[at] + (numpy.arange(counts[at]) + 0.5) * sizes[at] for at in (0, 1))
        x, y = (part.ravel() for part in numpy.meshgrid(x, y))
        inside, _ = even_odd(polygons, x, y, with_border=False)
        x, y = x[inside], y[inside]
        thick = plane.high - plane.low
        volume = float(sizes.prod()) * thick / LEVELS / 1000
        for level in range(LEVELS):
            along = plane.low + (level + 0.5) / LEVELS * thick
            found = dose.at(x[:, None] * u + y[:, None] * v + along * normal)
            known = ~numpy.isnan(found)
            outside += float((~known).sum()) * volume
            gray.append(found[known])
            volumes.append(numpy.full(int(known.sum()), volume))
    gray, volumes = numpy.concatenate(gray), numpy.concatenate(volumes)
    order = numpy.argsort(-gray, kind="stable")
    return Histogram(gray[order], volumes[order], outside)
