# shellcheck shell=bash
# For tools that take one file a process; sourced by the baselines.

# pairs FROM TO [PREFIX]: every file below FROM and a numbered file in TO, with PREFIX before it, each ended by a NUL.
pairs() {
  local path number=0
  find "$1" -type f -print0 | while IFS= read -r -d '' path; do
    printf '%s\0%s%s/%06d.dcm\0' "$path" "${3:-}" "$2" $((number++))
  done
}
