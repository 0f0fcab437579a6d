"""Runs the tests of a judge and counts them, as the totals of all tests want it."""

import sys
import traceback
from collections.abc import Callable, Sequence


def run(judge: str, tests: Sequence[Callable[[], None]]) -> int:
    """The exit code; each test that fails is told of, and the rest goes on."""
    failed = 0
    for test in tests:
        try:
            test()
        except Exception:  # whatever a test meets is its failure
            failed += 1
            print(f"{test.__name__}:")
            traceback.print_exc(file=sys.stdout)
    print(f"{judge}, the judge: {len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0
