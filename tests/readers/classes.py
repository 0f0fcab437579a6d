#!/usr/bin/env python3
"""Every class of failures.csv that the source can write must stand where a person is told what to do about it: in a
page, or in the table of the report.

    classes.py SOURCE_FOLDER TROUBLESHOOT.md ADVICE.rs      the last line has the totals
"""

import re
import sys
from pathlib import Path

# A class is written by a `fn class`, by Failure::new, as a constant of one, or in a table called CLASSES.
IN_FUNCTION = re.compile(r"fn class\(&?self\) -> &'static str \{(.*?)\n    \}", re.S)
GIVEN = re.compile(r"Failure::new\([^\"();]*(?:\([^\"()]*\))?[^\"();]*\"([a-z-]+)\"")
CONSTANT = re.compile(r"const [A-Z_]+: &str = \"([a-z][a-z-]+)\";")
ARM = re.compile(r"=> \"([a-z-]+)\"")
# "(Outcome, class, message)" and "(Stage, class, message)", which are handed on to Failure::new.
TUPLE = re.compile(r"\(\s*(?:Outcome|Stage)::\w+,\s*\"([a-z-]+)\"")


def classes(source: Path) -> dict[str, str]:
    """Each class with the file that has it."""
    found = {}
    for file in sorted(source.rglob("*.rs")):
        if "tests" in file.relative_to(source).as_posix():
            continue
        text = file.read_text()
        names = [name for body in IN_FUNCTION.findall(text) for name in ARM.findall(body)]
        names += GIVEN.findall(text) + TUPLE.findall(text)
        if "Failure::new" in text or "CLASSES" in text:
            names += CONSTANT.findall(text)
        found |= {name: file.relative_to(source).as_posix() for name in names}
    return found


def main() -> None:
    source, *places = map(Path, sys.argv[1:])
    found = classes(source)
    passed = failed = 0
    for place in places:
        told = set(re.findall(r"[`\"]([a-z][a-z0-9-]*)[`\"]", place.read_text()))
        for name in sorted(set(found) - told):
            print(f"{place}: nothing about the class {name} of {found[name]}")
        passed += len(set(found) & told)
        failed += len(set(found) - told)
    print(f"classes: {passed} passed, {failed} failed")
    sys.exit(failed != 0 or not passed)


if __name__ == "__main__":
    main()
