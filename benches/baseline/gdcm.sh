#!/bin/bash
# GDCM over the files of a folder: gdcmanon de-identifies each folder that INPUT holds, a process a folder, gdcmconv compresses, a
# process a file.
#
#   gdcm.sh PROCESSES INPUT OUTPUT CERTIFICATE
#
# gdcmanon keeps what it removes in the files, encrypted for the certificate: it has no way to leave it out. What lies between is
# left in OUTPUT.between.
set -euo pipefail
source "$(dirname "$0")/pairs.sh"
processes=$1 input=$2 output=$3 certificate=$4
mkdir "$output" "$output.between"

find "$input" -mindepth 1 -maxdepth 1 -type d -printf '%f\0' |
  xargs -0 -I{} -P "$processes" gdcmanon --de-identify --certificate "$certificate" --recursive \
    --input "$input/{}" --output "$output.between/{}"
pairs "$output.between" "$output" | xargs -0 -n 2 -P "$processes" gdcmconv --jpegls
