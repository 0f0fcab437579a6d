"""The Spack recipe of sauva.

NOT BUILT where it was written: Spack compiles a compiler first. scripts/packaging/check.sh compiles this file, and
runs it against stand-ins of Spack's words to see that the variants lead to the right words of cargo.

    spack repo create sauva-repo && mkdir -p sauva-repo/packages/sauva
    cp scripts/packaging/spack/package.py sauva-repo/packages/sauva/
    spack repo add sauva-repo
    spack dev-build --source-path CHECKOUT sauva@main +mpi ^openmpi
"""

from spack.package import *


class Sauva(Package):
    """De-identifies, losslessly compresses and measures trees of DICOM files, on one machine or with MPI."""

    license("MIT OR Apache-2.0")

    # No release has an address yet: build from a checkout, with `spack dev-build`.
    version("main")

    variant("mpi", default=True, description="Ranks over MPI")
    variant("jpeg-2000", default=True, description="JPEG 2000, and decoding of HTJ2K, by OpenJPEG, compiled along")

    depends_on("c", type="build")
    depends_on("rust@1.90:", type="build")
    depends_on("mpi", when="+mpi")
    # bindgen reads mpi.h with libclang.
    depends_on("llvm+clang", type="build", when="+mpi")
    # For the tests alone: others' codecs, to compare with.
    depends_on("cmake", type="test")
    depends_on("cxx", type="test")

    conflicts("platform=windows", msg="sauva uses the file system calls of Linux")
    conflicts("platform=darwin", msg="sauva uses the file system calls of Linux")

    def cargo_features(self):
        """What cargo is told of the variants."""
        wanted = [name for name in ("mpi", "jpeg-2000") if self.spec.satisfies(f"+{name}")]
        return ["--no-default-features"] + (["--features", ",".join(wanted)] if wanted else [])

    def setup_build_environment(self, env):
        if self.spec.satisfies("+mpi"):
            env.set("MPICC", self.spec["mpi"].mpicc)
            env.set("LIBCLANG_PATH", self.spec["llvm"].prefix.lib)

    def install(self, spec, prefix):
        cargo = which("cargo", required=True)
        cargo("install", "--locked", "--path", ".", "--root", prefix, *self.cargo_features())

    def check(self):
        cargo = which("cargo", required=True)
        cargo("test", "--locked", *self.cargo_features())

    def test_version(self):
        """The program starts, and says what it is."""
        sauva = which(self.prefix.bin.sauva, required=True)
        assert "sauva" in sauva("--version", output=str.split)
