#!/bin/bash
# Checks the pages and builds the book: links without the network, the classes of failures in the page about
# trouble, numbers of the READMEs, and `mdbook build docs` into target/book.
#
#   bash scripts/docs.sh [--check]
#
#   --check   no book: where no mdbook is at hand and none shall be compiled
#
# mdbook is taken from the PATH or from target/tools, where it is installed if need be, which takes minutes. The pages of
# docs/src/reference are written by `cargo run --example reference`.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"
build=true
case ${1:-} in
  '') ;;
  --check) build=false ;;
  *) fail "unknown option; there is --check" ;;
esac

if $build; then
  mkdir -p "$build_root"
  for page in commands files columns summary exit_codes map; do
    [ -e "docs/src/reference/$page.md" ] || fail "docs/src/reference/$page.md is not there: run 'cargo run --example reference'"
  done
  find_tool mdbook 0.5.4 || fail "no mdbook, and none can be installed: run with --check"
  # A warning is a fault here: a page that is not there, a template that is not known.
  "$tool" build docs --dest-dir "$build_root/book" >"$build_root/book.log" 2>&1 || { cat "$build_root/book.log" && exit 1; }
  if grep -E "WARN|ERROR" "$build_root/book.log"; then fail "mdbook warns"; fi
  echo "book: $build_root/book/index.html"
fi

rc=0
python3 tests/readers/classes.py src docs/src/how_to/troubleshoot.md src/report/advice.rs || rc=$?
python3 tests/readers/study.py results/2026-11-22-xeon-2-cores || rc=$?
mapfile -t pages < <(git ls-files --cached --others --exclude-standard '*.md' ':!:docs/src/reference/*')
python3 tests/readers/links.py "${pages[@]}" || rc=$?
exit $rc
