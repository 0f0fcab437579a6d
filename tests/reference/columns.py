"""Which column of an output's tables is which number here, and how far they may differ. A column that is
renamed is renamed here alone."""

import csv
import math
from dataclasses import dataclass

RELATIVE = 1e-9
# MRIQC's formulae.
QUALITY = 1e-6
# Numbers of order one that may be near zero.
ABSOLUTE = 1e-9

# Of each table the names that its keys may have.
KEYS = {
    "path": ("path",),
    "series": ("SeriesInstanceUID", "series_instance_uid"),
    "instance": ("SOPInstanceUID", "sop_instance_uid"),
    "frame": ("frame",),
}


@dataclass(frozen=True)
class Column:
    """A number of a family, as `compute` gives them, and its tolerance; of 0 it is equal."""

    family: str
    number: str
    relative: float = RELATIVE
    absolute: float = 0.0

    def agrees(self, ours, theirs, scale: float) -> bool:
        """`scale`: the largest value of the image, of which rounding leaves a trace in sums near zero."""
        if ours is None or theirs is None:
            return ours is None and theirs is None
        if self.relative == 0:
            return ours == theirs
        near = self.absolute + 1e-13 * scale if self.absolute else 1e-13 * scale
        return math.isclose(ours, theirs, rel_tol=self.relative, abs_tol=near)


def equal(family: str, number: str) -> Column:
    return Column(family, number, relative=0.0)


LOCATION = ("min", "max", "mean", "sd", "median", "mode", "p01", "p05", "p10", "p25", "p75", "p90", "p95", "p99")
SPREAD = ("var", "cov", "iqr", "range", "mad", "rmad", "medad", "qcod", "energy", "rms")
SHAPE = ("skew", "kurt", "entropy", "uniformity")

INDEX = {
    **{name: equal("first_order", name) for name in ("n_pixels", "n_distinct")},
    "n_padding": equal("image", "n_padding"),
    **{name: equal("image", name) for name in ("s1", "s2", "s3", "s4")},
    **{name: Column("first_order", name) for name in LOCATION + SPREAD},
    **{name: Column("first_order", name, absolute=ABSOLUTE) for name in SHAPE},
    "entropy_25": Column("histogram", "entropy", absolute=ABSOLUTE),
    "uniformity_25": Column("histogram", "uniformity"),
    "max_gradient_25": Column("histogram", "max_gradient"),
    "min_gradient_25": Column("histogram", "min_gradient"),
    "noise_imk": Column("spatial", "noise_imk"),
    "noise_gnl": Column("spatial", "noise_gnl"),
    "sharpness": Column("spatial", "sharpness"),
    "dhash64": equal("spatial", "dhash64"),
    "air_frac": Column("quality", "air_frac"),
    "bg_frac": Column("quality", "bg_frac"),
    "clip_lo": Column("quality", "clip_lo"),
    "clip_hi": Column("quality", "clip_hi"),
    **{name: Column("quality", name, relative=QUALITY) for name in ("snr", "snrd", "fber", "efc")},
}  # fmt: skip

# Null where nothing was measured.
MEASURED = "n_pixels"

FLAGS = (
    "single_orientation", "orthogonal_orientation", "unique_slice_positions", "consistent_in_plane_row",
    "consistent_in_plane_col", "consistent_pixel_spacing", "consistent_image_dimensions",
    "uniform_slice_spacing", "regularly_spaced_3d_volume",
)  # fmt: skip
COUNTS = (
    "instances", "frames", "missing_slices", "duplicate_slices", "missing_instance_numbers",
    "duplicate_instance_numbers", "identical_slices", "alike_slices", "mean_jumps",
)  # fmt: skip
LENGTHS = (
    "obliquity_degrees", "slice_spacing_mean_mm", "slice_spacing_sd_mm", "slice_spacing_mode_mm",
    "gap_max_mm", "slice_thickness_mm",
)  # fmt: skip

# Of a series with images that pydicom does not decode these are not compared.
OF_PIXELS = ("identical_slices", "alike_slices", "mean_jumps", "noise_median")

SERIES = {
    **{name: equal("series", name) for name in FLAGS + COUNTS},
    **{name: Column("series", name, absolute=1e-9) for name in LENGTHS},
    "noise_median": Column("series", "median_noise"),
    **{name: equal("merged", name) for name in ("n_pixels", "n_padding")},
    **{name: Column("merged", name) for name in ("min", "max", "mean", "sd")},
    **{name: Column("merged", name, absolute=ABSOLUTE) for name in ("skew", "kurt")},
}


def read(folder, table: str) -> list[dict] | None:
    """The rows of a table, as Parquet or else as CSV; None where there is neither."""
    parquet, text = folder / f"{table}.parquet", folder / f"{table}.csv"
    if parquet.exists():
        import pyarrow.parquet

        return pyarrow.parquet.read_table(parquet).to_pylist()
    if not text.exists():
        return None
    with text.open(newline="") as rows:
        return [{name: cell(value) for name, value in row.items()} for row in csv.DictReader(rows)]


def cell(text: str):
    """A cell of a CSV file, which knows no types."""
    if text in ("", "true", "false"):
        return {"": None, "true": True, "false": False}[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def key(row: dict, name: str):
    return next((row[column] for column in KEYS[name] if column in row), None)
