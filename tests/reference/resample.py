"""Interpolation to isotropic voxels by scipy, as the IBSI reference manual has it (section 2.4): the centre of the new
grid is that of the whole image, and the mask has what is at least half within. Arrays are z, y, x."""

from dataclasses import dataclass

import numpy
import scipy.ndimage

PARTIAL = 0.5
ROUNDING = 1e-9


@dataclass(frozen=True)
class Interpolation:
    """`trilinear:1`, `nearest:2`, with `:in-plane` and `:round` behind."""

    method: str
    spacing_mm: float
    in_plane: bool
    rounded: bool

    @classmethod
    def parse(cls, text: str) -> "Interpolation | None":
        if text == "none":
            return None
        method, spacing, *flags = text.split(":")
        if method not in ("trilinear", "nearest") or not set(flags) <= {"in-plane", "round"}:
            raise ValueError(f"interpolation {text}")
        return cls(method, float(spacing), "in-plane" in flags, "round" in flags)


def resample(how: Interpolation, values, mask, within, spacing):
    """The image, the two masks and the voxels' sizes on the new grid."""
    new = numpy.full(3, how.spacing_mm)
    if how.in_plane:
        new[0] = spacing[0]
    old_size = numpy.array(values.shape)
    size = numpy.maximum(numpy.ceil(old_size * spacing / new - ROUNDING), 1).astype(int)
    start = (old_size - 1 - (size - 1) * new / spacing) / 2
    # Places along each axis in old voxels; what is a whole number but for rounding is one.
    axes = [a + numpy.arange(n) * s for a, n, s in zip(start, size, new / spacing, strict=True)]
    axes = [numpy.where(numpy.abs(axis - numpy.round(axis)) < ROUNDING, numpy.round(axis), axis) for axis in axes]
    # Only around the region: all else is far from any voxel that is asked for.
    corner = numpy.argwhere(mask)
    reach = numpy.ceil(12 / new).astype(int) + 2
    first = [numpy.searchsorted(axis, low - 1) for axis, low in zip(axes, corner.min(axis=0), strict=True)]
    last = [numpy.searchsorted(axis, high + 1, "right") for axis, high in zip(axes, corner.max(axis=0), strict=True)]
    axes = [axis[max(a - margin, 0) : b + margin] for axis, a, b, margin in zip(axes, first, last, reach, strict=True)]
    places = numpy.stack(numpy.meshgrid(*axes, indexing="ij"))
    if how.method == "trilinear":
        image = linear(values, places)
    else:
        near = [
            numpy.clip(numpy.floor(axis + 0.5).astype(int), 0, n - 1) for axis, n in zip(axes, old_size, strict=True)
        ]
        image = values[numpy.ix_(*near)]
    if how.rounded:
        image = numpy.rint(image)
    inside = linear(mask, places) >= PARTIAL - ROUNDING
    return image, inside, inside & (linear(within, places) >= PARTIAL - ROUNDING), new


def linear(array, places):
    return scipy.ndimage.map_coordinates(array.astype(float), places, order=1, mode="nearest")
