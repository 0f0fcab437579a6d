#!/usr/bin/env python3
"""One reader in a process of its own, which a fault of the reader may end.

    worker.py MODULE

MODULE is one of `readers/`. On stdin a line a file, JSON: the path and that of its input. On stdout
lines of JSON: the name of a way to read before it is tried, then the digest of the samples and what the
refusal says, both null where there are no samples to compare; null at the beginning and behind each file.
"""

import hashlib
import importlib
import json
import os
import sys
import warnings


def answer(samples) -> list:
    try:
        found = samples()
    except Exception as error:  # every way to fail is an answer
        return [None, " ".join(f"{type(error).__name__}: {error}".split())[-160:]]
    return [found if found is None else hashlib.sha256(found).hexdigest(), None]


def main() -> None:
    warnings.simplefilter("ignore")
    reader = importlib.import_module(f"readers.{sys.argv[1]}")
    # Libraries write to both as they like.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)

    def tell(what) -> None:
        print(json.dumps(what), file=out, flush=True)

    tell(None)
    for line in sys.stdin:
        path, source = json.loads(line)
        try:
            for name, samples in reader.read(path, source):
                tell(name)
                tell(answer(samples))
        except Exception as error:
            tell(sys.argv[1])
            tell([None, f"{type(error).__name__}: {error}"])
        tell(None)


if __name__ == "__main__":
    main()
