#!/bin/bash
# Deals the files below INPUT out to PARTS lists for `sauva run --manifest`, OUTPUT/lists/part-1 and so on:
# every file stands in exactly one.
#
#   bash slurm/split_input.sh INPUT OUTPUT PARTS DEPTH
#
# Folders DEPTH levels down stay whole, so that the instances of a patient or study meet in one part; what
# lies above them goes to one part together. With 0 each file goes for itself. The largest are dealt first,
# each to the part that has the fewest bytes. Lists that are there already are kept, so that a part that is
# begun again has the same files.
set -euo pipefail
export LC_ALL=C

fail() {
  echo "split_input.sh: $*" >&2
  exit 1
}

[ $# = 4 ] || fail "wants INPUT OUTPUT PARTS DEPTH"
input=$1 output=$2 parts=$3 depth=$4
[[ $parts =~ ^[1-9][0-9]{0,2}$ ]] || fail "PARTS is a number from 1 to 999"
[[ $depth =~ ^[0-9]$ ]] || fail "DEPTH is a number from 0 to 9"
[ -d "$input" ] || fail "INPUT is no folder"
case $(realpath -m "$output")/ in "$(realpath "$input")"/*) fail "OUTPUT lies in INPUT: choose a folder outside" ;; esac

lists=$output/lists
how="$parts parts, folders whole from depth $depth"
agree() {
  [ "$(cat "$lists/how")" = "$how" ] ||
    fail "OUTPUT holds lists of $(cat "$lists/how"), not $how: go on with the same, or choose a new OUTPUT"
}
if [ -e "$lists" ]; then
  agree
  exit 0
fi

mkdir -p "$output"
# Paths may name patients.
umask 077
making=$(mktemp -d "$output/lists.XXXXXX")
trap 'rm -rf "$making"' EXIT

# A list has a path a line; a tab would begin the size.
odd=$(find "$input" -mindepth 1 \( -name $'*\n*' -o -name $'*\t*' \) -printf x 2>/dev/null | wc -c) || true
[ "$odd" = 0 ] || fail "$odd names in INPUT have a line feed or a tab, which a list cannot hold: rename them," \
  "or use one job (slurm/job_cpu.slurm)"
# Links and devices too: sauva says of each why it was not read.
find "$input" -mindepth 1 ! -type d -printf '%s\t%P\n' 2>/dev/null | sort -t $'\t' -k 2 >"$making/all" ||
  fail "some folders of INPUT cannot be listed: make them readable"

# unit PATH: the folder that stays whole with it.
unit='function unit(path, words, n, i, it) {
  if (depth == 0) return path
  n = split(path, words, "/")
  if (n <= depth) return ""
  it = words[1]
  for (i = 2; i <= depth; i++) it = it "/" words[i]
  return it "/"
}'
# First how large each is, then which part takes it, then the paths of each part.
awk -F '\t' -v depth="$depth" "$unit"' { bytes[unit($2)] += $1 + 1 }
  END { for (it in bytes) printf "%.0f\t%s\n", bytes[it], it }' "$making/all" |
  sort -t $'\t' -k 1,1nr -k 2 |
  awk -F '\t' -v parts="$parts" '{
    least = 1
    for (part = 2; part <= parts; part++) if (load[part] + 0 < load[least] + 0) least = part
    load[least] += $1
    print least "\t" $2
  }' >"$making/dealt"
for ((part = 1; part <= parts; part++)); do : >"$making/part-$part"; done
(cd "$making" && awk -F '\t' -v depth="$depth" "$unit"'
  FILENAME == "dealt" { part[$2] = $1; next }
  { print $2 >("part-" part[unit($2)]) }' dealt all)
[ "$(cat "$making"/part-* | wc -l)" = "$(wc -l <"$making/all")" ] || fail "the lists do not hold every file"
rm "$making/all" "$making/dealt"
echo "$how" >"$making/how"

# Another task of the array may have been faster: its lists hold.
mv -T "$making" "$lists" 2>/dev/null || agree
