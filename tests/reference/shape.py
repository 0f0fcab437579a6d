"""Morphology and local intensity of a region by numpy, scipy and scikit-image, by the formulae of the IBSI
reference manual (arXiv:1612.07003), sections 3.1 and 3.2. Arrays are z, y, x; lengths are mm."""

import numpy
import scipy.ndimage
import scipy.signal
import scipy.special
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist
from skimage.measure import marching_cubes

# A sphere of 1 cm3.
PEAK_RADIUS_MM = 10 * (3 / (4 * numpy.pi)) ** (1 / 3)
# Terms of the series for the surface of an ellipsoid (the manual, RDD2).
ELLIPSOID_TERMS = 21


def mesh(mask: numpy.ndarray, spacing: numpy.ndarray):
    """Vertices (z, y, x) and triangles at half of the mask, by marching cubes."""
    padded = numpy.pad(mask, 1).astype(numpy.float32)
    vertices, faces, _, _ = marching_cubes(padded, 0.5, spacing=tuple(map(float, spacing)))
    return vertices.astype(float), faces


def measures(vertices: numpy.ndarray, faces: numpy.ndarray) -> tuple[float, float]:
    """Volume and surface."""
    a, b, c = (vertices[faces[:, at]] for at in range(3))
    volume = abs((a * numpy.cross(b, c)).sum() / 6)
    return volume, numpy.linalg.norm(numpy.cross(b - a, c - a), axis=1).sum() / 2


def ellipsoid_surface(a: float, b: float, c: float) -> float:
    """Of semi-axes a >= b >= c, by the manual's series. It is not the true surface: with that, the phantom has 1.30,
    which is not its reference value, 1.36."""
    alpha, beta = numpy.sqrt(1 - (b / a) ** 2), numpy.sqrt(1 - (c / a) ** 2)
    product = alpha * beta
    if product == 0:
        # The series has 0 / 0 where the two long axes are equal.
        return carlson(a, b, c)
    order = numpy.arange(ELLIPSOID_TERMS)
    legendre = scipy.special.eval_legendre(order, (alpha**2 + beta**2) / (2 * product))
    return float(4 * numpy.pi * a * b * (product**order / (1 - 4.0 * order**2) * legendre).sum())


def carlson(a: float, b: float, c: float) -> float:
    """The true surface, by Carlson's integral: 4 pi R_G of the squared products."""
    return float(4 * numpy.pi * scipy.special.elliprg((a * b) ** 2, (a * c) ** 2, (b * c) ** 2))


def morphology(values: numpy.ndarray, mask: numpy.ndarray, within: numpy.ndarray, spacing: numpy.ndarray) -> dict:
    """`mask` is the morphological one, `within` that of the intensities."""
    vertices, faces = mesh(mask, spacing)
    volume, surface = measures(vertices, faces)
    ball = (36 * numpy.pi * volume**2) ** (1 / 3)  # the surface of a sphere of that volume
    places = numpy.argwhere(mask) * spacing
    inside = numpy.argwhere(within) * spacing
    weights = values[within]
    hull = ConvexHull(vertices)
    box = numpy.ptp(vertices, axis=0)
    found = {
        "volume": volume,
        "vol_approx": mask.sum() * float(numpy.prod(spacing)),
        "area_mesh": surface,
        "av": surface / volume,
        "comp_1": volume / (numpy.sqrt(numpy.pi) * surface**1.5),
        "comp_2": 36 * numpy.pi * volume**2 / surface**3,
        "sph_dispr": surface / ball,
        "sphericity": ball / surface,
        "asphericity": (surface**3 / (36 * numpy.pi * volume**2)) ** (1 / 3) - 1,
        "com": numpy.linalg.norm(places.mean(axis=0) - (inside * weights[:, None]).sum(axis=0) / weights.sum())
        if weights.sum() != 0
        else None,
        "diam": pdist(vertices[hull.vertices]).max(),
        "vol_dens_aabb": volume / box.prod(),
        "area_dens_aabb": surface / (2 * (box[0] * box[1] + box[0] * box[2] + box[1] * box[2])),
        "vol_dens_conv_hull": volume / hull.volume,
        "area_dens_conv_hull": surface / hull.area,
        "integ_int": volume * weights.mean(),
    }
    found |= axes(places, volume, surface)
    found |= spatial_correlation(values, within, spacing)
    return {f"morph_{name}": value for name, value in found.items()}


def axes(places: numpy.ndarray, volume: float, surface: float) -> dict:
    """Of the principal components of the voxels' places."""
    if len(places) < 2:
        return {}
    # Of a sample: with 73 voxels for 74, the reference values tell.
    spread = numpy.linalg.eigvalsh(numpy.cov(places.T))[::-1].clip(0)
    major, minor, least = (4 * numpy.sqrt(value) for value in spread)
    found = {
        "pca_maj_axis": major,
        "pca_min_axis": minor,
        "pca_least_axis": least,
        "pca_elongation": numpy.sqrt(spread[1] / spread[0]),
        "pca_flatness": numpy.sqrt(spread[2] / spread[0]),
    }
    if least > 1e-9 * major:
        found["vol_dens_aee"] = volume / (numpy.pi / 6 * major * minor * least)
        found["area_dens_aee"] = surface / ellipsoid_surface(major / 2, minor / 2, least / 2)
    return found


def spatial_correlation(values: numpy.ndarray, within: numpy.ndarray, spacing: numpy.ndarray) -> dict:
    """Moran's I and Geary's C with the inverse of the distance as weight, over all pairs: sums over offsets of
    correlations, which Fourier transforms give."""
    count = int(within.sum())
    corner = numpy.argwhere(within)
    box = tuple(slice(a, b + 1) for a, b in zip(corner.min(axis=0), corner.max(axis=0), strict=True))
    within = within[box]
    # In units of the spread, so that the transform's errors are relative to it.
    away = numpy.where(within, values[box] - values[box][within].mean(), 0.0)
    total = (away**2).sum()
    if count < 2 or total == 0:
        return {}
    scale = numpy.sqrt(total / count)
    away = away / scale
    offsets = [numpy.arange(-(size - 1), size) * step for size, step in zip(within.shape, spacing, strict=True)]
    distance = numpy.sqrt(sum(part**2 for part in numpy.meshgrid(*offsets, indexing="ij")))
    weight = numpy.divide(1.0, distance, out=numpy.zeros(distance.shape), where=distance > 0)
    over = lambda one, other: (weight * correlate(one, other)).sum()  # noqa: E731
    ones = within.astype(float)
    weights = over(ones, ones)
    products = over(away, away)
    squares = over(away**2, ones)
    spread = (away**2).sum()
    return {
        "moran_i": count / weights * products / spread,
        "geary_c": (count - 1) / (2 * weights) * (2 * squares - 2 * products) / spread,
    }


def correlate(one: numpy.ndarray, other: numpy.ndarray) -> numpy.ndarray:
    return scipy.signal.fftconvolve(one, other[::-1, ::-1, ::-1])


def local_intensity(values: numpy.ndarray, within: numpy.ndarray, spacing: numpy.ndarray) -> dict:
    """Means in a sphere of 1 cm3 around voxels of the region, of those voxels that the image has."""
    reach = numpy.floor(PEAK_RADIUS_MM / spacing).astype(int)
    corner = numpy.argwhere(within)
    first = (corner.min(axis=0) - reach).clip(0)
    last = numpy.minimum(corner.max(axis=0) + reach + 1, values.shape)
    box = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    values, within = values[box], within[box]
    offsets = [numpy.arange(-size, size + 1) * step for size, step in zip(reach, spacing, strict=True)]
    ball = sum(part**2 for part in numpy.meshgrid(*offsets, indexing="ij")) <= PEAK_RADIUS_MM**2
    ball = ball.astype(float)
    sums = scipy.ndimage.correlate(values, ball, mode="constant")
    counts = scipy.ndimage.correlate(numpy.ones(values.shape), ball, mode="constant")
    means = numpy.where(within, sums / counts, -numpy.inf)
    highest = values[within].max()
    return {
        "loc_peak_loc": means[within & (values == highest)].max(),
        "loc_peak_glob": means.max(),
    }
