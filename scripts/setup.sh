#!/bin/bash
# Installs what a Debian machine with git, cargo and gcc lacks to build sauva with MPI.
#
#   bash scripts/setup.sh [--tests] [--slurm]
#
#   --tests   also what the tests need: a second MPI, and what they read the output with
#   --slurm   also a Slurm, for scripts/test_slurm.sh, which starts one of its own
#
# On a cluster it installs nothing and takes the mpicc and libclang that are there.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

tests=false slurm=false
for option; do
  case $option in
    --tests) tests=true ;;
    --slurm) slurm=true ;;
    *) fail "unknown option $option; there are --tests and --slurm" ;;
  esac
done

# libclang-cpp is another library, which comes with LLVM and which bindgen cannot use.
has_libclang() {
  compgen -G "/usr/lib/llvm-*/lib/libclang[.-][0-9s]*" >/dev/null ||
    compgen -G "${LIBCLANG_PATH:-/nowhere}/libclang[.-][0-9s]*" >/dev/null ||
    ldconfig -p 2>/dev/null | grep -qE "libclang(\.so|-[0-9])" || have clang
}

# A cluster is no machine of ours: an MPI is there, and a batch system, modules or no apt-get.
on_cluster() {
  have "$MPICC" && { [ -n "${SLURM_JOB_ID:-}${LMOD_CMD:-}${MODULESHOME:-}" ] || ! have apt-get; }
}

# Tools first, so that an MPI or a CMake that did not come from Debian counts as well.
missing_packages() {
  have cc || echo gcc libc6-dev
  have "$MPICC" || echo libopenmpi-dev
  have "$MPIRUN" || echo openmpi-bin
  # The names of Debian 12. libclang alone fails for want of its headers, clang-common has them.
  has_libclang || echo libclang1-14
  clang_has_headers || echo libclang-common-14-dev
  if $tests; then
    # For CharLS, which the tests compare with.
    have c++ || echo g++
    have cmake || echo cmake
    have make || echo make # CMake drives it, and only recommends it
    have dcmdump || echo dcmtk
    have dciodvfy || echo dicom3tools
    # Beside Open MPI, which stays the one that mpicc and mpirun mean.
    have mpicc.mpich || echo libmpich-dev
    have mpirun.mpich || echo mpich
    have strace || echo strace
    have valgrind || echo valgrind # counts instructions
    have dcm2niix || echo dcm2niix # an example of sauva map
    # PyRadiomics is built here.
    has_python_headers || echo python3-dev
    have pgrep || echo procps
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    have tesseract || echo tesseract-ocr tesseract-ocr-eng # reads what is burned into pixels
    have chromium || have chromium-browser || echo chromium # shows the contact sheet and the report
    have node || echo nodejs # tells the browser what to do
    have npm || echo npm
    missing_fonts
  fi
  if $slurm; then
    have slurmctld || echo slurmctld
    have slurmd || echo slurmd
    have sbatch || echo slurm-client
    have munged || echo munge
    have ip || echo iproute2
    # Slurm's pmix plugin loads libpmix.so, which only this package has.
    compgen -G "/usr/lib/*/libpmix.so" >/dev/null || echo libpmix-dev
  fi
}

has_python_headers() {
  python3 -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
}

# The fonts that `sauva generate --burned-in` draws with.
missing_fonts() {
  local fonts=/usr/share/fonts/truetype
  [ -e $fonts/dejavu/DejaVuSans.ttf ] || echo fonts-dejavu-core
  [ -e $fonts/liberation/LiberationSans-Regular.ttf ] || echo fonts-liberation
  [ -e $fonts/freefont/FreeSans.ttf ] || echo fonts-freefont-ttf
  [ -e $fonts/hack/Hack-Regular.ttf ] || echo fonts-hack
  [ -e $fonts/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf ] || echo fonts-roboto-unhinted
  compgen -G "$fonts/terminus/TerminusTTF*.ttf" >/dev/null || echo fonts-terminus
}

# What the tests need from PyPI, in a venv; made anew when the list has changed.
make_venv() {
  local lists=("$root"/tests/{readers,reference}/requirements.txt) no_deps no_isolation list
  # MIRP wants 1.5 GB of ITK, which it reads files with alone.
  no_deps=$root/tests/reference/requirements-no-deps.txt
  # PyRadiomics is built against the numpy that is there.
  no_isolation=$root/tests/readers/requirements-no-isolation.txt
  list=$(cat "${lists[@]}" "$no_deps" "$no_isolation")
  [ "$list" = "$(cat "$venv/requirements.txt" 2>/dev/null)" ] && return
  echo "setup: making $venv"
  python3 -m venv --clear "$venv"
  local install=("$venv/bin/pip" install --quiet --disable-pip-version-check)
  "${install[@]}" "${lists[@]/#/--requirement=}"
  "${install[@]}" --no-deps -r "$no_deps"
  "${install[@]}" --no-build-isolation -r "$no_isolation"
  echo "$list" >"$venv/requirements.txt" # last: an interrupted install is seen as none
}

# What the tests need from npm, as package-lock.json has it; made anew when that has changed.
make_node_modules() {
  local folder=$root/tests/browser
  cmp -s "$folder/package-lock.json" "$folder/node_modules/.made-of" && return
  echo "setup: making $folder/node_modules"
  (cd "$folder" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error)
  cp "$folder/package-lock.json" "$folder/node_modules/.made-of" # last: an interrupted install is seen as none
}

cargo --version >/dev/null 2>&1 || fail "no cargo on the PATH: install Rust 1.90 or newer"
[ "$(cargo --version | sed -nE 's/^cargo 1\.([0-9]+).*/\1/p')" -ge 90 ] ||
  fail "cargo is older than 1.90: install a newer Rust (Debian 12's own is too old)"
# A line may name several.
mapfile -t missing < <(missing_packages | tr ' ' '\n')
if on_cluster; then
  { have cc && has_libclang; } ||
    fail "load the modules of a C compiler and LLVM, or 'pip install libclang'" \
      "in a venv and set LIBCLANG_PATH to its clang/native"
elif [ ${#missing[@]} != 0 ]; then
  have apt-get || fail "no MPI and no apt-get: load the cluster's MPI module so that mpicc is found"
  install "${missing[@]}"
fi
if $tests; then
  make_venv
  make_node_modules
fi
echo "setup: all is there"
