# shellcheck shell=bash
# What the scripts share; sourced by them. Sets `root` and `build_root`; after setup.sh, `use_mpi`
# readies the shell to build and start sauva with MPI.
#
# Another MPI than the first on the PATH: MPICC=mpicc.mpich MPIRUN=mpirun.mpich bash scripts/test.sh

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# A script that another one calls finds the folder that use_mpi has chosen: back to its parent.
build_root=${CARGO_TARGET_DIR:-$root/target}
build_root=${build_root%/mpi-*}
case $build_root in /*) ;; *) build_root=$PWD/$build_root ;; esac
export MPICC=${MPICC:-mpicc} MPIRUN=${MPIRUN:-mpirun}
# What tests/readers and tests/reference need from PyPI.
# shellcheck disable=SC2034 # used by the scripts that source this file
venv=$build_root/venv

have() { command -v "$1" >/dev/null; }

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# install PACKAGE...: Debian packages, as root or by sudo.
install() {
  local name=${0##*/} as_root=()
  if [ "$(id -u)" != 0 ]; then
    # -n: a password prompt would wait for ever where nobody types.
    { have sudo && sudo -n true 2>/dev/null; } ||
      fail "an administrator must install these Debian packages: $*"
    as_root=(sudo -n)
  fi
  echo "${name%.sh}: installing $*"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null </dev/null
}

# The cargo target dir of the MPI at hand. mpi-sys does not notice that MPICC has changed, so in a
# shared folder the old MPI would silently stay.
build_dir_for_mpi() {
  local version
  version=$("$MPICC" --showme:version 2>/dev/null || "$MPICC" -v 2>&1) || fail "$MPICC does not work"
  echo "$build_root/mpi-$(echo "$(command -v "$MPICC") $version" | sha256sum | cut -c1-8)"
}

# libclang comes without its own headers in some packages; bindgen then misses stddef.h.
clang_has_headers() {
  compgen -G "/usr/lib/llvm-*/lib/clang/*/include/stddef.h" >/dev/null ||
    { [ -n "${LIBCLANG_PATH:-}" ] &&
      compgen -G "$LIBCLANG_PATH/clang/*/include/stddef.h" >/dev/null; } ||
    { have clang && [ -e "$(clang -print-resource-dir)/include/stddef.h" ]; }
}

use_mpi() {
  have "$MPICC" || fail "no $MPICC on the PATH: run scripts/setup.sh, or load the cluster's MPI module"
  CARGO_TARGET_DIR=$(build_dir_for_mpi)
  export CARGO_TARGET_DIR
  if ! clang_has_headers; then
    BINDGEN_EXTRA_CLANG_ARGS="${BINDGEN_EXTRA_CLANG_ARGS:-} -I$(gcc -print-file-name=include)"
    export BINDGEN_EXTRA_CLANG_ARGS
  fi
  # Open MPI refuses root unless told twice, and more ranks than cores; it binds each of two ranks
  # to one core, whatever its threads. MPICH does none of this.
  if [ "$(id -u)" = 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
  SAUVA_MPIRUN=$MPIRUN
  if "$MPIRUN" --version 2>&1 | grep -q "Open MPI"; then
    SAUVA_MPIRUN+=" --bind-to none --oversubscribe"
  fi
  # The tests start their ranks with these words and `-n N`.
  export SAUVA_MPIRUN
}

# mpirun_ranks N COMMAND...
mpirun_ranks() {
  local words
  read -ra words <<<"$SAUVA_MPIRUN"
  "${words[@]}" -n "$@"
}

# make_tool_venv NAME REQUIREMENT...: a venv of its own for a tool of PyPI, $build_root/venv-NAME, made anew when the
# list has changed. Returns 1 where PyPI cannot be reached.
make_tool_venv() {
  local folder=$build_root/venv-$1
  shift
  [ "$*" != "$(cat "$folder/requirements.txt" 2>/dev/null)" ] || return 0
  python3 -m venv --clear "$folder" &&
    "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" || return 1
  echo "$*" >"$folder/requirements.txt" # last: an interrupted install is seen as none
}

# find_tool NAME VERSION: sets `tool` to a program of a published crate, from the PATH or from $build_root/tools, where it is
# installed if need be, which takes minutes. Returns 1 where it cannot be had.
find_tool() {
  tool=$(command -v "$1" || echo "$build_root/tools/bin/$1")
  # Built quickly, not to be quick.
  [ -x "$tool" ] ||
    env CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install --quiet --locked "$1" --version "$2" --root "$build_root/tools" \
      --target-dir "$build_root/tools/target"
}

# Seconds since START, which was taken from $EPOCHREALTIME.
seconds_since() {
  awk -v start="$1" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.2f", now - start }'
}

# facts OUT: all of a result that must not depend on ranks or on what happened on the way, and what must not
# be left over.
facts() {
  (cd "$1" && find . -path ./.sauva -prune -o -type f -print | LC_ALL=C sort |
    grep -v -e '^./summary.json$' -e '^./metrics.csv$' -e '^./report.html$' | xargs sha256sum)
  python3 -c 'import json, sys; it = json.load(open(sys.argv[1])); print(it["statistics"], it["digests"])' \
    "$1/summary.json"
  find "$1" -name '*.part' -o -name '*.in-flight' -o -name contested | sed 's/^/left over: /'
  find "$1/dicom" -type d -empty | sed 's/^/empty: /'
}
