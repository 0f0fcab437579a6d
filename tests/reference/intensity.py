"""Intensities of a region by numpy: resegmentation, discretisation, statistics, histogram and intensity-volume
histogram, by the formulae of the IBSI reference manual (arXiv:1612.07003), sections 2.6, 2.7 and 3.3 to 3.5."""

import math
import re
from dataclasses import dataclass

import numpy

from first_order import first_order, histogram_features

STATISTICS = (
    "mean", "var", "skew", "kurt", "median", "min", "p10", "p90", "max", "iqr", "range", "mad", "rmad", "medad",
    "cov", "qcod", "energy", "rms",
)  # fmt: skip
# Of levels there are no energy and no root mean square.
HISTOGRAM = {name: name for name in (*STATISTICS[:16], "mode", "entropy", "uniformity")} | {
    "max_grad": "max_gradient", "max_grad_g": "max_gradient_level",
    "min_grad": "min_gradient", "min_grad_g": "min_gradient_level",
}  # fmt: skip
# Bins of an intensity-volume histogram where nothing else is told and units are arbitrary (the manual's section 3.5).
IVH_BINS = 1000


@dataclass(frozen=True)
class Discretisation:
    """`fbn:32`, `fbs:25`, `fbs:25:-1000` or `none`, as the column has it."""

    method: str
    bins: float = 0.0  # how many, or how wide
    low: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Discretisation":
        method, *numbers = text.split(":")
        if method not in ("fbn", "fbs", "none"):
            raise ValueError(f"discretisation {text}")
        bins, low, *_ = [*map(float, numbers), None, None]
        return cls(method, bins or 0.0, low)

    def levels(self, values: numpy.ndarray, low: float | None) -> numpy.ndarray:
        """The level of each value, from 1; `low` is the lower end of the resegmentation, where it has one."""
        if self.method == "none":
            return values
        least, most = values.min(), values.max()
        if self.method == "fbs":
            given = [end for end in (self.low, low) if end is not None]
            least = given[0] if given else least
            return numpy.maximum(numpy.floor((values - least) / self.bins) + 1, 1)
        if least == most:
            return numpy.ones(values.shape)
        # The product before the quotient: a quotient that is whole is then exact.
        return numpy.minimum(numpy.floor(self.bins * (values - least) / (most - least)) + 1, self.bins)


@dataclass(frozen=True)
class Resegmentation:
    """`none`, `-500:400`, `3sigma`, or both with something between."""

    low: float | None = None
    high: float | None = None
    sigmas: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Resegmentation":
        low = high = sigmas = None
        for part in re.split(r"[,;+ ]+", text):
            if part.endswith("sigma"):
                sigmas = float(part.removesuffix("sigma"))
            elif ":" in part:
                low, high = (float(end) if end else None for end in part.split(":"))
            elif part != "none":
                raise ValueError(f"resegmentation {text}")
        return cls(low, high, sigmas)

    def keeps(self, values: numpy.ndarray) -> numpy.ndarray:
        """The range first; outliers are those of what it leaves."""
        kept = numpy.ones(values.shape, bool)
        kept &= values >= (-math.inf if self.low is None else self.low)
        kept &= values <= (math.inf if self.high is None else self.high)
        if self.sigmas is not None and kept.any():
            mean, reach = values[kept].mean(), self.sigmas * values[kept].std()
            kept &= (values >= mean - reach) & (values <= mean + reach)
        return kept


def statistics(values: numpy.ndarray) -> dict:
    found = first_order(values)
    return {f"stat_{name}": found[name] for name in STATISTICS}


def histogram(levels: numpy.ndarray, n_levels: int) -> dict:
    """Of levels from 1; of bins above the last that occurs up to `n_levels` the heights are 0."""
    found = histogram_features(numpy.append(levels, [])) | first_order(levels)
    heights = numpy.bincount(levels.astype(int), minlength=n_levels + 1)[1:].astype(float)
    gradient = numpy.gradient(heights) if len(heights) > 1 else numpy.zeros(1)
    found["max_gradient"], found["max_gradient_level"] = gradient.max(), gradient.argmax() + 1
    found["min_gradient"], found["min_gradient_level"] = gradient.min(), gradient.argmin() + 1
    return {f"ih_{name}": found[number] for name, number in HISTOGRAM.items()}


def volume_histogram(values: numpy.ndarray, method: str, ends: tuple | None = None) -> dict:
    """`none`: a level a whole number. `fbs:W`: the middles of bins of that width. `fbn:N`: the numbers of bins. A
    level's share of the volume has it or more; `ends`: the levels' range where it is given."""
    how = Discretisation.parse(method)
    least, most = ends or (values.min(), values.max())
    if how.method == "none":
        levels, of = numpy.arange(least, most + 1), values
        step = 1.0
    elif how.method == "fbs":
        of = numpy.maximum(numpy.floor((values - least) / how.bins) + 1, 1)
        count = math.ceil((most - least) / how.bins) + 1
        of = least + (of - 0.5) * how.bins
        levels, step = least + (numpy.arange(1, count + 1) - 0.5) * how.bins, how.bins
    else:
        of, step = how.levels(values, None), 1.0
        levels = numpy.arange(1, how.bins + 1)
    shares = 1 - numpy.searchsorted(numpy.sort(of), levels, side="left") / values.size
    reach = levels[-1] - levels[0]
    gamma = (levels - levels[0]) / reach if reach else numpy.zeros(1)
    volume = {x: shares[gamma >= x / 100].max() if (gamma >= x / 100).any() else None for x in (10, 90)}
    intensity = {}
    for x in (10, 90):
        low_enough = levels[shares <= x / 100]
        intensity[x] = low_enough.min() if low_enough.size else levels[-1] + step
    return {
        "ivh_v10": volume[10],
        "ivh_v90": volume[90],
        "ivh_i10": intensity[10],
        "ivh_i90": intensity[90],
        "ivh_diff_v10_v90": None if None in volume.values() else volume[10] - volume[90],
        "ivh_diff_i10_i90": intensity[10] - intensity[90],
        "ivh_auc": numpy.trapezoid(shares, gamma) if reach else None,
    }


def ivh_methods(values: numpy.ndarray) -> list[str]:
    """How the manual lets a histogram of these values be made: units that are whole as they are, others in bins."""
    whole = bool((values == numpy.floor(values)).all())
    return (["none"] if whole else []) + [f"fbn:{IVH_BINS}"]
