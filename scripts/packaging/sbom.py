#!/usr/bin/env python3
"""The bill of materials of the binary: `cargo metadata` and Cargo.lock in, CycloneDX 1.5 JSON out.

    sbom.py [--features LIST] [--target TRIPLE] [--manifest-path Cargo.toml] > sauva.cdx.json

Crates that only tests and benches use are left out, and so are those of other platforms than TRIPLE. The same
checkout gives the same bytes: there is no time and no random serial number in it. What C libraries a crate brings
along stands in NOTICE.md; an SBOM of crates does not see them.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote

SPECIFICATION = "1.5"


def used(resolve: dict, root: str) -> dict[str, list[str]]:
    """The crates that the root needs to be built and run, each with those that it names itself."""
    nodes = {node["id"]: node for node in resolve["nodes"]}
    needs, ahead = {}, [root]
    while ahead:
        crate = ahead.pop()
        if crate in needs:
            continue
        # A kind of null is a normal dependency.
        needs[crate] = sorted(
            dependency["pkg"]
            for dependency in nodes[crate]["deps"]
            if any(kind["kind"] in (None, "build") for kind in dependency["dep_kinds"])
        )
        ahead += needs[crate]
    return needs


def purl(package: dict) -> str:
    """The package URL of a crate."""
    return f"pkg:cargo/{quote(package['name'])}@{quote(package['version'])}"


def component(package: dict, checksums: dict) -> dict:
    """A crate as CycloneDX tells of it."""
    told = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
        "scope": "required",
    }
    if package["description"]:
        told["description"] = " ".join(package["description"].split())
    # "MIT/Apache-2.0" is an older way to say OR.
    if package["license"]:
        told["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    checksum = checksums.get((package["name"], package["version"]))
    if checksum:
        told["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package["repository"]:
        told["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return told


def bill(metadata: dict, lock: dict) -> dict:
    """The whole bill."""
    packages = {package["id"]: package for package in metadata["packages"]}
    root = metadata["resolve"]["root"]
    needs = used(metadata["resolve"], root)
    checksums = {
        (package["name"], package["version"]): package["checksum"]
        for package in lock["package"]
        if "checksum" in package
    }
    order = sorted(needs, key=lambda crate: (packages[crate]["name"], packages[crate]["version"]))
    main = component(packages[root], checksums) | {"type": "application"}
    del main["scope"]
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": {"component": main},
        "components": [component(packages[crate], checksums) for crate in order if crate != root],
        "dependencies": [
            {"ref": purl(packages[crate]), "dependsOn": sorted({purl(packages[one]) for one in needs[crate]})}
            for crate in order
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", default="mpi")
    parser.add_argument("--target", default="x86_64-unknown-linux-gnu")
    parser.add_argument("--manifest-path", type=Path, default=Path("Cargo.toml"))
    asked = parser.parse_args()
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--manifest-path", asked.manifest_path]
    command += ["--features", asked.features, "--filter-platform", asked.target]
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    lock = tomllib.loads(asked.manifest_path.with_name("Cargo.lock").read_text())
    json.dump(bill(metadata, lock), sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
