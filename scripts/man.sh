#!/bin/bash
# Writes a man page of each command of sauva to DIR: sauva.1, sauva-run.1 and so on.
#
#   bash scripts/man.sh [DIR]     (target/man)
#
# SAUVA=FILE takes that program in place of one that is built here, without MPI: the pages are the same.
# `man -l DIR/sauva.1` shows a page; copied to a folder man1 of the MANPATH, `man sauva-run` finds it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
[ $# -le 1 ] || fail "one folder at most; see the head of scripts/man.sh"
folder=${1:-$build_root/man}
case $folder in -*) fail "DIR is a folder, not an option" ;; esac

if [ -z "${SAUVA:-}" ]; then
  cargo build --quiet --locked --manifest-path "$root/Cargo.toml" --target-dir "$build_root"
  SAUVA=$build_root/debug/sauva
fi
"$SAUVA" man "$folder"

# A page that man cannot show is no page.
if have mandoc; then
  mandoc -T lint -W error "$folder"/*.1
elif have man; then
  for page in "$folder"/*.1; do
    complaints=$(MANWIDTH=80 man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null) || fail "man cannot show ${page##*/}"
    [ -z "$complaints" ] || fail "${page##*/}: $complaints"
  done
fi
