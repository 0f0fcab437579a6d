#!/usr/bin/env python3
"""Runs a command and tells what it took: its wall time, the processor time and the largest process of its whole tree.

    timed.py REPORT LOG COMMAND...

REPORT is written as JSON: the fields of `Timed`. What the command says goes to LOG. Processes that nobody waits for are not
counted; launchers of MPI, xargs and shells do wait. Linux hands the peak of the process that starts another on to that one,
so that no peak is below that of this program: it imports little, and is run without site packages.
"""

import json
import os
import sys
import time


def timed(command: list[str], log: str) -> dict[str, float]:
    """Runs a command to its end, and gives the fields of the report."""
    to_log = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    begun = time.monotonic()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=to_log)
    status, used = wait(child)
    wall = time.monotonic() - begun
    return {
        "wall_s": wall,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_bytes": used.ru_maxrss * 1024,
        "exit_code": os.waitstatus_to_exitcode(status),
    }  # fmt: skip


def wait(child: int):
    """Waits for the child even where Ctrl-C comes, which it has been told of as well: its files are still in use."""
    try:
        return os.wait4(child, 0)[1:]
    except KeyboardInterrupt:
        os.wait4(child, 0)
        raise SystemExit(130) from None


def main() -> None:
    report, log, *command = sys.argv[1:]
    with open(report, "w") as file:
        json.dump(timed(command, log), file)


if __name__ == "__main__":
    main()
