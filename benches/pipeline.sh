#!/bin/bash
# The whole of sauva from end to end, beside cp and beside what others have to the same end, on the same files in alternation.
# Prints tables in Markdown: wall and processor time, memory, output, and the ratio to each of the others.
#
#   bash benches/pipeline.sh [--files 1000] [--rounds 3] [--folders "/tmp /dev/shm"] [--cores "1 2"] [--studies DIR]
#                            [--only WAY,WAY] [--results FILE]
#
#   --files     how many files of CT are generated, of 0.5 MB each
#   --rounds    how often each way is run
#   --folders   where inputs and outputs are, one after the other; all is removed again
#   --cores     on how many cores
#   --studies   also a folder of real studies; default ../shared/data/dicom/studies beside the project, where it is there
#   --only      not all ways: of copy copy-sync sauva-jpeg-ls sauva-jpeg-lossless sauva-native sauva-ranks classical anonymizer
#               dcmtk gdcm rust
#   --results   the tables go to this file as well
#
# SAUVA names a program that is built already. The programs of others are set up first: packages of Python in a venv and crates in
# the build folder, DCMTK and GDCM from Debian. What cannot be had is left out, and said to be. Results are worth something on a
# machine that has nothing else to do.
set -euo pipefail
source "$(dirname "$0")/../scripts/lib.sh"
baseline=$(cd "$(dirname "$0")" && pwd)/baseline

every=(copy copy-sync sauva-jpeg-ls sauva-jpeg-lossless sauva-native sauva-ranks classical anonymizer dcmtk gdcm rust)
dcmanon_version=0.3.1 dicom_pixeldata_version=0.10.1
files=1000 rounds=3 folders="/tmp /dev/shm" cores="1 2" studies="" only="" results=()

while [ $# != 0 ]; do
  [ $# -ge 2 ] || fail "$1: an option without its value, or none at all; see the head of this script"
  case $1 in
    --files) files=$2 ;;
    --rounds) rounds=$2 ;;
    --folders) folders=$2 ;;
    --cores) cores=$2 ;;
    --studies) studies=$2 ;;
    --only) only=$2 ;;
    --results) results=(--results "$(realpath -m "$2")") ;;
    *) fail "unknown option $1; see the head of this script" ;;
  esac
  shift 2
done
[[ $files =~ ^[1-9][0-9]*$ && $rounds =~ ^[1-9][0-9]*$ ]] || fail "--files and --rounds: give a whole number from 1 on"
read -ra folders <<<"$folders"
read -ra cores <<<"$cores"
for n in "${cores[@]}"; do
  [[ $n =~ ^[1-9][0-9]*$ ]] && [ "$n" -le "$(nproc)" ] || fail "--cores $n: give numbers from 1 to $(nproc), the cores here"
done
for folder in "${folders[@]}"; do
  [ -w "$folder" ] || fail "--folders $folder: give folders that you may write to"
done
[ -z "$studies" ] || [ -d "$studies" ] || fail "--studies $studies: give a folder"
[ ${#results[@]} = 0 ] || [ -w "$(dirname "${results[1]}")" ] || fail "--results: its folder is not there, or not to be written"
ways=("${every[@]}")
[ -z "$only" ] || IFS=, read -ra ways <<<"$only"
for way in "${ways[@]}"; do
  [[ " ${every[*]} " == *" $way "* ]] || fail "--only $way: give some of ${every[*]}"
done

# What is left out, in a sentence each.
skipped=()

# wants WAY: whether it is to be measured.
wants() { [[ " ${ways[*]} " == *" $1 "* ]]; }

# without WAY SENTENCE: leaves it out.
without() {
  local way kept=()
  for way in "${ways[@]}"; do [ "$way" = "$1" ] || kept+=("$way"); done
  ways=("${kept[@]}")
  skipped+=("$2")
  echo "${0##*/}: $2" >&2
}

# has PROGRAM PACKAGE: whether a program is there, or can be installed. In a shell of its own, which `install` may end.
has() { have "$1" || { (install "$2") >&2 && have "$1"; }; }

# crate PROGRAM CRATE VERSION [OPTION...]: builds a program of a published crate as anyone would, unless it is there.
crates=$build_root/peers
crate() {
  [ -x "$crates/bin/$1" ] ||
    cargo install --quiet --locked "$2" --version "$3" --bin "$1" "${@:4}" --root "$crates" --target-dir "$crates/target" >&2
}

use_mpi
if [ -z "${SAUVA:-}" ]; then
  (cd "$root" && cargo build --quiet --release --locked --features mpi)
  SAUVA=$CARGO_TARGET_DIR/release/sauva
fi
SAUVA=$(realpath "$SAUVA")

# Also what looks at the outputs is there.
mapfile -t requirements <"$baseline/requirements.txt"
make_tool_venv pipeline "${requirements[@]}" || fail "the Python packages that the comparison needs cannot be installed"
python=$build_root/venv-pipeline/bin/python

if wants dcmtk && ! { has dcmcjpls dcmtk && has dcmodify dcmtk; }; then
  without dcmtk "DCMTK is left out: it cannot be installed here."
fi
if wants gdcm && ! { has gdcmanon libgdcm-tools && has openssl openssl; }; then
  without gdcm "GDCM is left out: it, or openssl for a certificate, cannot be installed here."
fi
if wants rust && ! { crate dcmanon dicom-anonymization "$dcmanon_version" &&
  crate dicom-transcode dicom-pixeldata "$dicom_pixeldata_version" --features cli,charls; }; then
  without rust "The tools of Rust crates are left out: they cannot be built here."
fi

works=()
trap '[ ${#works[@]} = 0 ] || rm -rf "${works[@]}"' EXIT
for folder in "${folders[@]}"; do
  works+=("$(mktemp -d -p "$folder" sauva-pipeline.XXXXXX)")
done
work=${works[0]}
"$SAUVA" keygen "$work/key" >/dev/null
if wants gdcm; then
  openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=benchmark -days 1 -keyout /dev/null -out "$work/certificate.pem" \
    2>"$work/log" || { cat "$work/log" >&2; fail "openssl makes no certificate"; }
fi

[ -n "$studies" ] || studies=$root/../shared/data/dicom/studies
if [ -d "$studies" ]; then
  chosen=$("$python" "$baseline/choose.py" "$studies" "$work/studies")
  skipped+=("Of the real studies the images that every tool takes are compared: $chosen.")
else
  skipped+=("Real studies are left out: there are none beside the project, and --studies names none.")
fi
for other in "${works[@]}"; do
  "$SAUVA" generate --count "$files" --output "$other/generated" >/dev/null
  [ "$other" = "$work" ] || [ ! -d "$work/studies" ] || cp -r "$work/studies" "$other/"
done

"$python" "$baseline/compare.py" --sauva "$SAUVA" --launcher "$SAUVA_MPIRUN" --key "$work/key" \
  --certificate "$work/certificate.pem" --crates "$crates/bin" --rounds "$rounds" --cores "${cores[@]}" --works "${works[@]}" \
  --ways "${ways[@]}" --skipped "${skipped[@]}" "${results[@]}"
