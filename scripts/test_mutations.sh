#!/bin/bash
# Gives the real command COUNT damaged files, made from the real ones by a seed, and checks how it ends:
# exit code 0 or 2, each input in exactly one state, nothing written that lacks something, at most
# 512 MiB in memory, and at most 2 seconds a file.
#
#   bash scripts/test_mutations.sh [COUNT] [SEED]     (5000, 1)
set -euo pipefail
source "$(dirname "$0")/lib.sh"
count=${1:-5000}
[[ $count =~ ^[1-9][0-9]*$ ]] || fail "COUNT is a number of files, not '$count'"
work=$(mktemp -d "${TMPDIR:-/tmp}/sauva-mutations.XXXXXX")
trap 'rm -rf "$work"' EXIT

folders=("$root/data_sample/dicom")
if [ -e "$root/../shared/data/dicom" ]; then folders+=("$root/../shared/data/dicom"); fi
cargo build --quiet --locked --manifest-path "$root/Cargo.toml" --bin sauva --example mutate
binaries=${CARGO_TARGET_DIR:-$build_root}/debug
"$binaries/examples/mutate" write "$work/in" "$count" "${2:-1}" "${folders[@]}"

failed=0
# wrong N WHAT...: counts N files that are not as they must be.
wrong() {
  [ "$1" = 0 ] || echo "mutations: $*"
  failed=$((failed + $1))
}

"$binaries/sauva" keygen "$work/key"
rc=0
SAUVA_LOG=error "$binaries/sauva" run --quiet --threads 1 --input "$work/in" --output "$work/out" \
  --key-file "$work/key" --private-log "$work/private.csv" >"$work/told" 2>&1 || rc=$?
cat "$work/told"
if [ $rc != 0 ] && [ $rc != 2 ]; then
  wrong "$count" "files lost: the command ended with exit code $rc"
else
  # path_id,outcome,class,path; no name has a comma.
  listed=$(tail -n +2 "$work/private.csv" | cut -d, -f4 | sort -u | wc -l)
  rows=$(tail -n +2 "$work/private.csv" | wc -l)
  wrong $((count - listed)) "files are not accounted for"
  wrong $((rows - listed)) "files are accounted for twice"
  # A second file for the name of one that was written was as good as written, too.
  lacking=$(awk -F, '$4 ~ /^(cut|endback)/ && ($2 == "written" || $2 == "duplicate" ||
    $3 == "uid-conflict") { print $4 }' "$work/private.csv")
  wrong "$(grep -c . <<<"$lacking")" "files that lack something were written:" "$lacking"
  panicked=$(awk -F, '$3 == "panic" { print $4 }' "$work/private.csv")
  wrong "$(grep -c . <<<"$panicked")" "files made the program panic:" "$panicked"
  prefixes=$(awk -F, '$4 ~ /^prefix/ && $2 != "quarantined"' "$work/private.csv" | wc -l)
  # What a file may take is 512 MiB; the column is found by its name.
  peak=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "rss_peak_bytes") at = i }
    END { print int($at / 1048576) }' "$work/out/metrics.csv")
  [ "$peak" -le 512 ] || wrong 1 "run took $peak MiB"
  rc=0
  "$binaries/examples/mutate" time "$work/in" >"$work/times" || rc=$?
  cat "$work/times"
  # More than 1: it did not come to its end.
  [ $rc -le 1 ] || wrong "$count" "files, one of which ended the process with exit code $rc"
  slow=$(sed -n 's/^slow: //p' "$work/times")
  wrong "${slow:-0}" "files took more than 2 seconds"
  unreadable=$(sed -n 's/^unreadable: //p' "$work/times")
  wrong "${unreadable:-0}" "files became something that cannot be read again"
  echo "$peak MiB at most; $prefixes objects without pixels were written though whole elements were" \
    "cut off behind them, which no reader can tell"
  cut -d, -f2,3 "$work/private.csv" | tail -n +2 | sort | uniq -c | sort -rn
fi
[ "$failed" -le "$count" ] || failed=$count
echo "mutations: $((count - failed)) passed, $failed failed"
[ "$failed" = 0 ]
