# shellcheck shell=bash disable=SC2154
# The plan of scripts/run_experiments.sh, which sources this and has set what was typed: numbers of files and
# processors in, a line for each run out, in the order in which runs are done.

# 1, 2, 4 .. and the most.
processors() {
  local p
  for ((p = 1; p < max_procs; p *= 2)); do echo "$p"; done
  echo "$max_procs"
}

# RANKS THREADS of each configuration, each once.
shapes() {
  local p
  echo 1 1
  for p in $(processors); do
    case ,$modes, in *,ranks,*) echo "$p 1" ;; esac
    case ,$modes, in *,threads,*) echo "1 $p" ;; esac
    case ,$modes, in
      *,hybrid,*) ((p == 1 || p == max_procs || max_procs % p)) || echo "$p $((max_procs / p))" ;;
    esac
  done
}

dataset_of() {
  case $1 in
    100) echo small ;;
    1000) echo medium ;;
    *) echo "files-$1" ;;
  esac
}

# DATASET FILES RANKS THREADS REPETITION of every run, shuffled: sorted by a hash of the seed and the run, which
# gives the same order on every machine.
plan() {
  local count ranks threads rep each
  for count in ${files//,/ }; do
    shapes | sort -u | while read -r ranks threads; do
      each=$count
      [ "$scaling" = strong ] || each=$((count * ranks * threads))
      for ((rep = 1; rep <= reps; rep++)); do
        echo "$(dataset_of "$count") $each $ranks $threads $rep"
      done
    done
  done | while read -r run; do
    echo "$(echo "$seed $run" | sha256sum | cut -c1-16) $run"
  done | sort | cut -d' ' -f2-
}

# is_done DATASET FILES RANKS THREADS REPETITION: whether the run stands in metrics.csv, of this machine and program;
# of any, where `environment` is not known. Its cells hold neither commas nor quotes. The threads of a row of all ranks are those of all of them.
is_done() {
  [ -e "$results/metrics.csv" ] || return 1
  awk -F, -v want="$1 $2 $3 $(($3 * $4)) $5 $scaling $cache $variant $seed false all" -v codec="$codec" \
    -v environment="$environment" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    {
      has = $at["dataset"] " " $at["files_wanted"] " " $at["ranks"] " " $at["threads"] " " $at["repetition"]
      has = has " " $at["scaling"] " " $at["cache"] " " $at["variant"] " " $at["seed"]
      has = has " " $at["warm_up"] " " $at["scope"]
      if (has == want && (codec == "" || codec == $at["codec"]) &&
          (environment == "" || environment == $at["environment"])) { found = 1; exit }
    }
    END { exit !found }' "$results/metrics.csv"
}

# left: the numbered runs on standard input, without what is done.
left() {
  local order run
  while read -r order run; do
    # shellcheck disable=SC2086 # the words of the run
    if [ -z "$resume" ] || ! is_done $run; then echo "$order $run"; fi
  done
}

# numbered: the plan with the place of each run before it, without what is done.
numbered() { plan | awk '{ print NR, $0 }' | left; }
