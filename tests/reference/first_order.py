"""First-order statistics and those of bins by numpy and scipy, as the IBSI reference manual has them."""

import numpy
import scipy.stats

PERCENTS = {"p01": 1, "p05": 5, "p10": 10, "p25": 25, "median": 50, "p75": 75, "p90": 90, "p95": 95, "p99": 99}


def first_order(values: numpy.ndarray) -> dict:
    """Of all values together, as they are. None where something is not defined."""
    levels, counts = numpy.unique(values, return_counts=True)
    mean, var = values.mean(), values.var()
    sd = numpy.sqrt(var)
    found = {name: numpy.percentile(values, percent) for name, percent in PERCENTS.items()}
    robust = values[(values >= found["p10"]) & (values <= found["p90"])]
    is_constant = len(levels) == 1
    return found | {
        "n_pixels": values.size,
        "n_distinct": len(levels),
        "min": values.min(),
        "max": values.max(),
        "mean": mean,
        "var": var,
        "sd": sd,
        "skew": 0.0 if is_constant else scipy.stats.skew(values),
        "kurt": 0.0 if is_constant else scipy.stats.kurtosis(values),
        "cov": ratio(sd, mean),
        "mode": mode(levels, counts, mean),
        "iqr": scipy.stats.iqr(values),
        "range": numpy.ptp(values),
        "mad": numpy.abs(values - mean).mean(),
        "rmad": numpy.abs(robust - robust.mean()).mean() if robust.size else None,
        "medad": numpy.abs(values - found["median"]).mean(),
        "qcod": ratio(found["p75"] - found["p25"], found["p75"] + found["p25"]),
        "energy": (values**2).sum(),
        "rms": numpy.sqrt((values**2).mean()),
        "entropy": scipy.stats.entropy(counts, base=2),
        "uniformity": ((counts / values.size) ** 2).sum(),
    }


def mode(levels, counts, mean) -> float:
    """The commonest; of several the one nearest the mean, then the lower one."""
    commonest = levels[counts == counts.max()]
    return commonest[numpy.argmin(numpy.abs(commonest - mean))]


def ratio(num, den):
    return num / den if den != 0 else None


def histogram_features(bins: numpy.ndarray) -> dict:
    """The intensity histogram family: of bin numbers, from 1 for the first that occurs."""
    numbers = bins - bins.min() + 1
    found = first_order(numbers)
    heights = numpy.bincount(numbers.astype(int))[1:].astype(float)
    # Central differences, one-sided at the ends: the manual's section 3.4. One bin has none.
    gradient = numpy.gradient(heights) if len(heights) > 1 else numpy.zeros(1)
    found["max_gradient"], found["max_gradient_level"] = gradient.max(), gradient.argmax() + 1
    found["min_gradient"], found["min_gradient_level"] = gradient.min(), gradient.argmin() + 1
    return found


def moments(levels: numpy.ndarray, counts: numpy.ndarray) -> dict:
    """Of values that are counted, of many images together. Percentiles are left out: those of groups come
    from bins."""
    n = counts.sum()
    mean = (levels * counts).sum() / n
    m2, m3, m4 = (((levels - mean) ** power * counts).sum() / n for power in (2, 3, 4))
    return {
        "n_pixels": n,
        "min": levels.min(),
        "max": levels.max(),
        "mean": mean,
        "sd": numpy.sqrt(m2),
        "skew": m3 / m2**1.5 if len(levels) > 1 else 0.0,
        "kurt": m4 / m2**2 - 3 if len(levels) > 1 else 0.0,
    }
