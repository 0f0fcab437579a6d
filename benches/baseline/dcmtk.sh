#!/bin/bash
# DCMTK over the files of a folder: dcmcjpls compresses each, dcmodify then edits the smaller files in place. A file a process for
# the first, many for the second, which takes them.
#
#   dcmtk.sh PROCESSES INPUT OUTPUT
#
# New UIDs are drawn file by file: dcmodify cannot do more.
set -euo pipefail
source "$(dirname "$0")/pairs.sh"
processes=$1 input=$2 output=$3

# What names a patient, staff or a place, and what a date or a number tells, of the attributes that scanners write.
# shellcheck disable=SC2054 # Tags have commas in them.
removed=(0008,0012 0008,0013 0008,0014 0008,0054 0008,0081 0008,0092 0008,0094 0008,0096 0008,0201 0008,1010 0008,1030 0008,103e
  0008,1040 0008,1048 0008,1050 0008,1060 0008,1070 0008,1080 0008,1110 0008,1111 0008,1140 0008,2111 0008,3010 0010,0021
  0010,0032 0010,1000 0010,1001 0010,1002 0010,1005 0010,1010 0010,1020 0010,1030 0010,1040 0010,1060 0010,1090 0010,2000
  0010,2110 0010,2152 0010,2154 0010,2160 0010,2180 0010,21b0 0010,21f0 0010,2297 0010,2298 0010,4000 0018,1000 0018,1002
  0018,1008 0018,1012 0018,1030 0018,1200 0018,1201 0018,1400 0020,4000 0032,1032 0032,1033 0032,1060 0032,4000 0038,0010
  0038,0050 0038,0300 0038,0500 0040,0006 0040,0241 0040,0244 0040,0245 0040,0253 0040,0254 0040,0275 0040,1001 0040,1008
  0040,1400 0040,2016 0040,2017 0040,a124 0040,a730 0088,0140 0400,0500 0400,0561)
# shellcheck disable=SC2054
emptied=(0008,0020 0008,0021 0008,0022 0008,0023 0008,002a 0008,0030 0008,0031 0008,0032 0008,0033 0008,0050 0008,0080 0008,0090
  0010,0010 0010,0020 0010,0030 0010,0040 0020,0010)

edits=(-ep -gst -gse -gin -i "(0012,0062)=YES" -i "(0012,0063)=dcmodify")
for tag in "${removed[@]}"; do edits+=(-ea "($tag)"); done
for tag in "${emptied[@]}"; do edits+=(-ma "($tag)="); done

mkdir "$output"
pairs "$input" "$output" | xargs -0 -n 2 -P "$processes" dcmcjpls --quiet
find "$output" -type f -print0 |
  xargs -0 -n 64 -P "$processes" dcmodify --quiet --no-backup --ignore-missing-tags "${edits[@]}"
