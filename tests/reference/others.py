"""The same numbers by MIRP and by pyradiomics, under the names that they have here.

MIRP (PyPI `mirp`) follows the IBSI throughout. pyradiomics (PyPI `pyradiomics`, which must be built against
an installed numpy, as 3.0.1 was against 2.4.6: `pip install setuptools wheel cython versioneer &&
pip install --no-build-isolation pyradiomics`) is compared where it is installed. Where definitions differ:

| number | here, as the IBSI | pyradiomics |
|---|---|---|
| kurt | excess kurtosis, 0 of a normal distribution | 3 more; 3 less is taken here |
| skew, kurt of constant images | 0 | 0, which is not compared for kurt: -3 |
| entropy, uniformity | over the values as they are | over bins of 25: `entropy_25`, `uniformity_25` |
| entropy | sum p log2 p of what occurs | adds 2.2e-16 to each p; no digit compared shows it |
| energy | of the values as they are | the same with `voxelArrayShift` 0; TotalEnergy times the voxel's volume is left out |
| cov, qcod, medad, mode, p01.. | as the manual | there are none |
| qcod, cov with a divisor of 0 | none | there are none; MIRP gives 1: not compared |

MIRP has `stat_` of values and `ih_` of bin numbers; it gives no sd, no further percentiles, and no entropy
of values as they are. Its bins begin at the lower end of the range it is given: a multiple of 25 here. Its
mode takes the first of several: not compared."""

import logging
import sys
import types
import warnings

import numpy

from images import Image

WIDTH = 25
MIRP_VALUES = (
    "mean", "var", "skew", "kurt", "median", "min", "p10", "p90", "max", "iqr", "range", "mad", "rmad",
    "medad", "cov", "qcod", "energy", "rms",
)  # fmt: skip
MIRP_BINS = {
    "entropy": "entropy", "uniformity": "uniformity", "max_grad": "max_gradient", "min_grad": "min_gradient",
}  # fmt: skip
PYRADIOMICS_VALUES = {
    "10Percentile": "p10", "90Percentile": "p90", "Energy": "energy", "InterquartileRange": "iqr",
    "Kurtosis": "kurt", "Maximum": "max", "MeanAbsoluteDeviation": "mad", "Mean": "mean", "Median": "median",
    "Minimum": "min", "Range": "range", "RobustMeanAbsoluteDeviation": "rmad", "RootMeanSquared": "rms",
    "Skewness": "skew", "Variance": "var",
}  # fmt: skip
PYRADIOMICS_BINS = {"Entropy": "entropy", "Uniformity": "uniformity"}


def mirp(image: Image) -> dict[str, dict]:
    """By family, as `compute` has them; empty of an image that MIRP does not take."""
    # It reads files with ITK, which is large and not needed here.
    sys.modules.setdefault("itk", types.ModuleType("itk"))
    import mirp

    logging.disable(logging.WARNING)
    # It wants to know whether values are calibrated.
    warnings.simplefilter("ignore")
    low = image.values.min() // WIDTH * WIDTH
    features = mirp.extract_features(
        image=image.floats,
        mask=image.used.astype(numpy.uint8),
        base_feature_families=["statistics", "intensity_histogram"],
        base_discretisation_method="fixed_bin_size",
        base_discretisation_bin_width=float(WIDTH),
        resegmentation_intensity_range=[float(low), float(image.values.max()) + WIDTH],
    )[0]
    row = features.iloc[0]
    return {
        "first_order": {name: row[f"stat_{name}"] for name in MIRP_VALUES},
        "histogram": {ours: row[f"ih_{theirs}_fbs_w{WIDTH}.0"] for theirs, ours in MIRP_BINS.items()},
    }


def pyradiomics(image: Image) -> dict[str, dict] | None:
    """By family, as `compute` has them; None where it is not installed."""
    try:
        import SimpleITK
        from radiomics import firstorder
    except ImportError:
        return None
    logging.disable(logging.WARNING)
    made = SimpleITK.GetImageFromArray
    measured = firstorder.RadiomicsFirstOrder(
        made(image.floats), made(image.used.astype(numpy.uint8)), binWidth=WIDTH
    )
    measured.enableAllFeatures()
    found = {name: float(value) for name, value in measured.execute().items()}
    found["Kurtosis"] -= 3
    return {
        "first_order": {ours: found[theirs] for theirs, ours in PYRADIOMICS_VALUES.items()},
        "histogram": {ours: found[theirs] for theirs, ours in PYRADIOMICS_BINS.items()},
    }
