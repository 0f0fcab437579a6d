# shellcheck shell=bash disable=SC2154
# The jobs of scripts/run_experiments.sh --slurm, which sources this and has set what was typed: runs in, a job for
# each configuration and one that examines all out.

# The site's own words for a job, as scripts/submit.sh has them.
know_site() {
  SITE=$site ACCOUNT=$account
  unset PARTITION MODULES
  [ -z "$partition" ] || PARTITION=$partition
  source "$root/slurm/env_sdumont.sh"
  [ -z "$NEEDS_ACCOUNT" ] || [ -n "$ACCOUNT" ] || usage "--site $SITE wants --account"
}

# submit: a job for each configuration of the runs on standard input, and one that waits for all of them.
submit() {
  local jobs=() runs=() shape dataset count ranks threads plan job again
  have sbatch || usage "there is no sbatch here: --slurm is for the login node of a cluster"
  mapfile -t runs
  again=()
  for shape in results seed cache variant codec mpi site commit; do
    [ -z "${!shape}" ] || again+=("--$shape" "${!shape}")
  done
  [ "$scaling" = strong ] || again+=(--weak)
  # Its node may be another machine than this one: the job leaves out what was done on its own.
  [ -z "$resume" ] || again+=(--resume)
  mkdir -p "$work/jobs"
  while read -r dataset count ranks threads; do
    plan=$work/jobs/$dataset-$count-$ranks-$threads-$scaling-$cache-$variant.plan
    printf '%s\n' "${runs[@]}" | awk -v want="$dataset $count $ranks $threads" \
      '$2 " " $3 " " $4 " " $5 == want' >"$plan"
    job=$(job_script "$ranks" "$threads" "${again[@]}" --plan "$plan" -- "${extra[@]}" | sbatch --parsable)
    jobs+=("${job%%;*}")
    echo "job ${job%%;*}: $dataset, $count files, $ranks x $threads"
  done < <(printf '%s\n' "${runs[@]}" | awk '{ print $2, $3, $4, $5 }' | sort -u)
  # Also where a run has failed: the others count.
  job=$(job_script 1 1 --examine |
    sbatch --parsable --dependency="afterany:$(IFS=: && echo "${jobs[*]}")")
  echo "job ${job%%;*} examines them: ${results#"$PWD"/}/REPORT.md"
}

# job_script RANKS THREADS WORDS...: this script again, in a job of its own.
job_script() {
  local ranks=$1 threads=$2
  shift 2
  echo '#!/bin/bash'
  printf '#SBATCH --%s\n' job-name=sauva-experiment "ntasks=$ranks" "cpus-per-task=$threads" "time=$limit" \
    exclusive open-mode=append "output=\"$work/jobs/%x-%j.out\""
  [ -z "$PARTITION" ] || echo "#SBATCH --partition=$PARTITION"
  [ -z "$ACCOUNT" ] || echo "#SBATCH --account=$ACCOUNT"
  printf 'export SITE=%q MODULES=%q SAUVA=%q\n' "$site" "$MODULES" "$sauva"
  printf 'source %q\nload_modules\n' "$root/slurm/env_sdumont.sh"
  if [ "$1" = --examine ]; then
    printf '%q experiments %q\n' "$sauva" "$results"
  else
    printf 'exec bash %q' "$root/scripts/run_experiments.sh"
    printf ' %q' "$@"
    echo
  fi
}
