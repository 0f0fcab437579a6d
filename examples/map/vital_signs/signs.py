"""Synthetic vital signs of patients on a ward: measured at irregular times, with gaps, as nurses and monitors leave them.

`make(patients, seed)` gives the measurements and who gets worse. Nothing is of real people.
"""

from typing import NamedTuple

import numpy
import pandas

HOURS = 48
START = pandas.Timestamp("2026-01-01")


class Sign(NamedTuple):
    """How a sign behaves."""

    usual: float
    sd_between: float  # of patients' own means
    sd_within: float  # of one patient's measurements
    interval_h: float  # mean time between measurements
    shift: float  # how far it goes in a day in those who get worse


SIGNS = {
    "heart_rate": Sign(82, 11, 5, 0.5, 7),
    "respiratory_rate": Sign(17, 2.5, 1.5, 1.5, 1.5),
    "systolic_pressure": Sign(124, 14, 7, 2.0, -7),
    "temperature": Sign(36.8, 0.3, 0.2, 4.0, 0.2),
}


def make(patients: int, seed: int) -> tuple[pandas.DataFrame, numpy.ndarray]:
    """A row a measurement (patient, sign, time, value), and for each patient whether he or she gets worse in the last day."""
    random = numpy.random.default_rng(seed)
    gets_worse = random.random(patients) < 0.3
    tables = []
    for patient in range(patients):
        # Away for a scan, or a night without a monitor: nothing at all is measured.
        gap_start, gap_hours = random.uniform(0, HOURS), random.exponential(4)
        for name, sign in SIGNS.items():
            hours = numpy.cumsum(random.exponential(sign.interval_h, int(3 * HOURS / sign.interval_h)))
            hours = hours[(hours < HOURS) & ((hours < gap_start) | (hours > gap_start + gap_hours))]
            values = random.normal(sign.usual, sign.sd_between) + random.normal(0, sign.sd_within, len(hours))
            # Slow ups and downs that mean nothing.
            values += sign.sd_within * numpy.sin(2 * numpy.pi * (hours / 36 + random.random()))
            if gets_worse[patient]:
                values += sign.shift * numpy.clip((hours - 24) / 24, 0, 1)
            times = START + pandas.to_timedelta(hours, unit="h")
            tables.append(pandas.DataFrame({"patient": patient, "sign": name, "time": times, "value": values}))
    return pandas.concat(tables, ignore_index=True), gets_worse


def hourly(measured: pandas.DataFrame, longest_gap: int) -> pandas.DataFrame:
    """A row an hour of each patient, a column a sign: the median of the hour's measurements; hours without any
    are interpolated between those around them, at most `longest_gap` in a row, never beyond the first and the last.
    """
    hours = pandas.date_range(START, periods=HOURS, freq="h")
    medians = measured.groupby(["patient", "sign", pandas.Grouper(key="time", freq="h")])["value"].median()
    table = medians.unstack("sign")
    everyone = pandas.MultiIndex.from_product([measured["patient"].unique(), hours], names=["patient", "time"])
    return table.reindex(everyone).groupby("patient", group_keys=False).apply(
        lambda one: one.interpolate(limit=longest_gap, limit_area="inside")
    )
