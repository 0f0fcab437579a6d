#!/usr/bin/env python3
"""Runs the Spack recipe against stand-ins of Spack's words: every variant must lead to the right words of cargo.

    try_recipe.py spack/package.py      exit code 1 where one does not

This is no test of Spack: it finds misspelt names, missing methods and features that Cargo.toml does not have.
"""

import itertools
import sys
import tomllib
import types
from pathlib import Path
from unittest import mock

told: dict[str, list] = {}


def directive(name: str):
    """A word of a recipe that is only written down."""
    return lambda *words, **more: told.setdefault(name, []).append((words, more))


def stand_in() -> types.ModuleType:
    module = types.ModuleType("spack.package")
    for name in ("license", "version", "variant", "depends_on", "conflicts"):
        setattr(module, name, directive(name))
    module.Package = type("Package", (), {})
    module.which = mock.MagicMock()
    return module


def main() -> None:
    recipe = Path(sys.argv[1])
    features = tomllib.loads((recipe.parents[3] / "Cargo.toml").read_text())["features"]
    module = stand_in()
    sys.modules |= {"spack": types.ModuleType("spack"), "spack.package": module}
    space: dict = {}
    exec(compile(recipe.read_text(), recipe.name, "exec"), space)
    sauva = space["Sauva"]

    variants = [words[0] for words, _ in told["variant"]]
    assert set(variants) <= set(features), f"Cargo.toml has no feature for one of {variants}"
    dependencies = {words[0]: more for words, more in told["depends_on"]}
    assert dependencies["rust@1.90:"] == {"type": "build"}, "Rust 1.90 builds it"
    assert dependencies["mpi"] == {"when": "+mpi"}, "MPI belongs to the variant mpi"

    for chosen in itertools.chain.from_iterable(itertools.combinations(variants, n) for n in range(3)):
        package = sauva()
        package.spec = mock.MagicMock()
        package.spec.satisfies = lambda asked, chosen=chosen: asked[1:] in chosen
        module.which.reset_mock()
        package.setup_build_environment(mock.MagicMock())
        package.install(package.spec, "/prefix")
        words = list(module.which.return_value.call_args.args)
        assert words[0] == "install" and "--no-default-features" in words, words
        asked = words[words.index("--features") + 1].split(",") if "--features" in words else []
        assert sorted(asked) == sorted(chosen), (chosen, words)
    print(f"recipe: {2 ** len(variants)} choices of variants lead to the right features")


if __name__ == "__main__":
    main()
