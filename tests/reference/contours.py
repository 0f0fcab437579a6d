"""Closed contours to voxels, by numpy: voxel by voxel and edge by edge, without scan-lines.

A voxel belongs where its centre is inside by the even-odd rule over all contours of the plane that owns it. A plane
owns what is nearer to it than to its neighbours; the outermost, and those at a gap, own half the usual distance. Of
contours that are equal one counts."""

from dataclasses import dataclass

import numpy

from stack import Grid

# Positions along the normal that are one plane, mm.
SAME_PLANE_MM = 0.01
# Planes further apart than this many usual distances have a gap between them.
GAP = 1.5
# A centre this near to an edge, mm, may fall on either side.
BORDER_MM = 1e-6


class NoRegion(Exception):
    """Why contours bound nothing."""


@dataclass
class Region:
    """Voxels of a grid: `first` is the x, y, z of the box that `mask` and `border` (z, y, x) are of."""

    first: numpy.ndarray
    mask: numpy.ndarray
    border: numpy.ndarray  # may be in or out

    def on(self, grid: Grid, of=None) -> numpy.ndarray:
        """On the whole grid."""
        whole = numpy.zeros(grid.size[::-1], bool)
        part = self.mask if of is None else of
        z, y, x = (slice(start, start + count) for start, count in zip(self.first[::-1], part.shape, strict=True))
        whole[z, y, x] = part
        return whole


@dataclass
class Plane:
    position: float  # along the normal, mm
    contours: list  # of points, mm
    low: float = 0.0  # what it owns along the normal
    high: float = 0.0


def area_vector(points: numpy.ndarray) -> numpy.ndarray:
    """Along the normal, as long as the area is large."""
    from_first = points - points[0]
    return numpy.cross(from_first[:-1], from_first[1:]).sum(axis=0) / 2


def planes_of(contours: list[numpy.ndarray], alone_mm: float) -> tuple[numpy.ndarray, list[Plane]]:
    """The normal and the planes, ascending. `alone_mm`: how thick a single plane is."""
    contours = [points for points in contours if len(points) >= 3 and numpy.isfinite(points).all()]
    vectors = [area_vector(points) for points in contours]
    if not contours or max(map(numpy.linalg.norm, vectors)) == 0:
        raise NoRegion("no contour has an area")
    largest = max(vectors, key=numpy.linalg.norm)
    normal = largest / numpy.linalg.norm(largest)
    # Up rather than down, so that nothing depends on which way round a contour was drawn.
    normal = normal * numpy.sign(normal[numpy.abs(normal).argmax()])
    planes: list[Plane] = []
    for position, points in sorted(((points @ normal).mean(), at) for at, points in enumerate(contours)):
        if not planes or position - planes[-1].position > SAME_PLANE_MM:
            planes.append(Plane(float(position), []))
        # A contour that was stored twice would be a hole in itself.
        if not any(numpy.array_equal(contours[points], other) for other in planes[-1].contours):
            planes[-1].contours.append(contours[points])
    steps = numpy.diff([plane.position for plane in planes])
    # Of an even number the lower of the two in the middle.
    usual = float(numpy.sort(steps)[(len(steps) - 1) // 2]) if len(steps) else alone_mm
    for plane in planes:
        plane.low, plane.high = plane.position - usual / 2, plane.position + usual / 2
    for one, next_, step in zip(planes, planes[1:], steps, strict=False):
        if step <= GAP * usual:
            one.high = next_.low = (one.position + next_.position) / 2
    return normal, planes


def region_of(contours: list[numpy.ndarray], grid: Grid) -> Region:
    """The voxels of a grid within contours."""
    normal, planes = planes_of(contours, alone_mm=abs(grid.spacing[2]))
    everything = numpy.concatenate([points for plane in planes for points in plane.contours])
    reach = normal * max(plane.high - plane.low for plane in planes)
    places = grid.place(numpy.concatenate([everything - reach, everything + reach]))
    size = numpy.array(grid.size)
    first = numpy.clip(numpy.floor(places.min(axis=0)).astype(int), 0, size - 1)
    last = numpy.clip(numpy.ceil(places.max(axis=0)).astype(int), 0, size - 1)
    centres = grid.position(grid.box(first, last))
    along = centres @ normal
    u, v = axes_across(normal, grid)
    across, up = centres @ u, centres @ v
    mask = numpy.zeros(along.shape, bool)
    border = numpy.zeros(along.shape, bool)
    for plane in planes:
        owned = (along >= plane.low) & (along < plane.high)
        ends = owned | (numpy.abs(along - plane.low) < BORDER_MM) | (numpy.abs(along - plane.high) < BORDER_MM)
        if not ends.any():
            continue
        polygons = [numpy.stack([points @ u, points @ v], axis=1) for points in plane.contours]
        inside, near = even_odd(polygons, across[ends], up[ends])
        tie = ends & ((numpy.abs(along - plane.low) < BORDER_MM) | (numpy.abs(along - plane.high) < BORDER_MM))
        mask[ends] |= inside & owned[ends]
        border[ends] |= near | (inside & tie[ends])
    if not (mask | border).any():
        raise NoRegion("no voxel within")
    return Region(first, mask, border)


def axes_across(normal: numpy.ndarray, grid: Grid) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Two unit vectors in the planes; those of the grid where it lies in them."""
    start = min(grid.axes, key=lambda axis: abs(axis @ normal))
    u = start - (start @ normal) * normal
    u = u / numpy.linalg.norm(u)
    return u, numpy.cross(normal, u)


def even_odd(polygons: list[numpy.ndarray], x: numpy.ndarray, y: numpy.ndarray, with_border: bool = True):
    """Whether points are within an odd number of polygons, and whether they are within BORDER_MM of an edge."""
    inside, near = numpy.zeros(x.shape, bool), numpy.zeros(x.shape, bool)
    order = numpy.argsort(y, kind="stable")
    x, sorted_y = x[order], y[order]
    odd, close = numpy.zeros(x.shape, bool), numpy.zeros(x.shape, bool)
    for polygon in polygons:
        for (x0, y0), (x1, y1) in zip(polygon, numpy.roll(polygon, -1, axis=0), strict=True):
            # Only points at the height of an edge can be beside it.
            low, high = min(y0, y1), max(y0, y1)
            start, end = numpy.searchsorted(sorted_y, [low - BORDER_MM, high + BORDER_MM])
            some = slice(start, end)
            px, py = x[some], sorted_y[some]
            if not px.size:
                continue
            crosses = (y0 <= py) != (y1 <= py)
            rise = y1 - y0 if y1 != y0 else 1.0
            odd[some] ^= crosses & (px < x0 + (py - y0) / rise * (x1 - x0))
            if not with_border:
                continue
            length = (x1 - x0) ** 2 + (y1 - y0) ** 2
            share = ((px - x0) * (x1 - x0) + (py - y0) * (y1 - y0)) / length if length else numpy.zeros(px.shape)
            share = numpy.clip(share, 0, 1)
            close[some] |= numpy.hypot(px - x0 - share * (x1 - x0), py - y0 - share * (y1 - y0)) < BORDER_MM
    inside[order], near[order] = odd, close
    return inside, near
