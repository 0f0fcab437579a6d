#!/usr/bin/env python3
"""Every crate in the binary must have a permissive licence. Prints those that have none."""

import json
import re
import subprocess
import sys

PERMISSIVE = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0",
    "CC0-1.0", "IJG", "ISC", "MIT", "MIT-0", "Unicode-3.0", "Unlicense", "Zlib",
}


def is_permissive(expression: str) -> bool:
    """Of alternatives one must do; of what is joined by AND, all."""
    expression = expression.replace("/", " OR ").replace("(", "").replace(")", "")
    alternatives = re.split(r"\s+OR\s+", expression)
    parts = [re.split(r"\s+AND\s+", alternative.strip()) for alternative in alternatives]
    return any(all(part.strip() in PERMISSIVE for part in joined) for joined in parts)


command = ["cargo", "metadata", "--format-version", "1", "--locked", "--features", "mpi"]
metadata = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
refused = [
    f"{package['name']} {package['version']}: {package['license']}"
    for package in metadata["packages"]
    if not is_permissive(package["license"] or "")
]
print("\n".join(refused) or f"{len(metadata['packages'])} crates, all permissive")
sys.exit(1 if refused else 0)
