#!/usr/bin/env python3
"""How long numpy with scipy, MIRP and pyradiomics take for the first-order statistics of a 512 x 512 frame of
12 bits, beside `cargo bench`. Not part of the tests.

    speed.py [REPETITIONS]"""

import os
import statistics
import sys
import time

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"):
    os.environ[threads] = "1"

import numpy

import others
from first_order import first_order
from images import Image
from test_reference import slice_of

SEED = 8
SIDE = 512


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    image = Image.of(slice_of(SIDE, 0.0, numpy.random.default_rng(SEED), number=1))
    values = image.values
    ways = {
        "numpy and scipy": lambda: first_order(values),
        "MIRP, with bins": lambda: others.mirp(image),
        "pyradiomics": lambda: others.pyradiomics(image),
    }
    for name, way in ways.items():
        if way() is None:
            print(f"{name:16} is not installed")
            continue
        took_ms = []
        for _ in range(repetitions):
            start = time.perf_counter()
            way()
            took_ms.append((time.perf_counter() - start) * 1e3)
        print(f"{name:16} median {statistics.median(took_ms):8.2f} ms, least {min(took_ms):8.2f} ms")


if __name__ == "__main__":
    main()
