#!/bin/bash
# The tools of Rust crates over the files of a folder: dcmanon de-identifies in threads, dicom-transcode compresses, a process a file.
#
#   rust.sh PROCESSES INPUT OUTPUT BIN
#
# BIN holds both programs. What lies between is left in OUTPUT.between.
set -euo pipefail
source "$(dirname "$0")/pairs.sh"
processes=$1 input=$2 output=$3 bin=$4
mkdir "$output" "$output.between"

RAYON_NUM_THREADS=$processes "$bin/dcmanon" anonymize --recursive --input "$input" --output "$output.between"
pairs "$output.between" "$output" -o | xargs -0 -n 2 -P "$processes" "$bin/dicom-transcode" --jpeg-ls-lossless
