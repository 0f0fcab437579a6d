#!/bin/bash
# Fills a job script of slurm/ from flags and submits it with sbatch.
#
#   bash scripts/submit.sh --input IN --output OUT [FLAG..] [-- ARGS for sauva run]
#
#   --site NAME         sdumont, sdumont2nd or generic (the default); see slurm/env_sdumont.sh
#   --key-file FILE     of `sauva keygen`; wanted for --array
#   --private-log FILE  path IDs to real paths; names patients
#   --nodes N           (4)
#   --cpus N            cores of each node (those of the site; 4)
#   --time LIMIT        as of sbatch (08:00:00)
#   --partition NAME    (that of the site)
#   --account NAME      the project that pays
#   --array N           N jobs of one node, each on a part of the input, in place of one on N nodes
#   --split DEPTH       folders DEPTH levels below the input stay whole in --array (1); 0: each file for itself
#   --mpi NAME          for srun: pmix, pmi2 .. (its default)
#   --modules "A B"     in place of those of the site; "" for none
#   --sauva FILE        the program (target/release/sauva)
#   --dry-run           print the job script, which sbatch takes as it is, and submit nothing
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Bad usage. A path is not repeated: it may name a patient.
usage() {
  echo "submit.sh: $*; see the head of scripts/submit.sh" >&2
  exit 1
}

input='' output='' key_file='' private_log='' nodes='' cpus='' time='' array='' split='' mpi=''
sauva=$root/target/release/sauva dry_run='' extra=()
SITE=generic PARTITION='' ACCOUNT=''
unset MODULES CPUS
while [ $# != 0 ]; do
  case $1 in
    --dry-run) dry_run=1 && shift && continue ;;
    --)
      extra=("${@:2}")
      break
      ;;
    --input | --output | --site | --key-file | --private-log | --nodes | --cpus | --time | --partition | \
      --account | --array | --split | --mpi | --modules | --sauva)
      [ $# -ge 2 ] || usage "$1 wants a value"
      ;;
    --*=*) usage "${1%%=*} and its value are two words" ;;
    --*) usage "there is no $1" ;;
    *) usage "a word that belongs to no flag: words for sauva itself come behind --" ;;
  esac
  case $2 in
    # What a line of a job script cannot hold, or sbatch may take for the end of one.
    *$'\n'*) usage "$1: a line feed cannot be handed on" ;;
  esac
  case $1 in
    --input) input=$2 ;;
    --output) output=$2 ;;
    --site) SITE=$2 ;;
    --key-file) key_file=$2 ;;
    --private-log) private_log=$2 ;;
    --nodes) nodes=$2 ;;
    --cpus) cpus=$2 ;;
    --time) time=$2 ;;
    --partition) PARTITION=$2 ;;
    --account) ACCOUNT=$2 ;;
    --array) array=$2 ;;
    --split) split=$2 ;;
    --mpi) mpi=$2 ;;
    --modules) MODULES=$2 ;;
    --sauva) sauva=$2 ;;
  esac
  shift 2
done

# matches FLAG VALUE PATTERN WHAT
matches() {
  [ -z "$2" ] || [[ $2 =~ ^($3)$ ]] || usage "$1 is $4, not '$2'"
}
matches --site "$SITE" 'sdumont|sdumont2nd|generic' 'sdumont, sdumont2nd or generic'
matches --nodes "$nodes" '[1-9][0-9]{0,5}' 'a number of nodes'
matches --cpus "$cpus" '[1-9][0-9]{0,3}' 'a number of cores'
matches --time "$time" '[0-9]+(-[0-9]+)?(:[0-9]+){0,2}' 'a limit such as 08:00:00 or 1-12'
matches --partition "$PARTITION" '[A-Za-z0-9_.,-]+' 'the name of a partition'
matches --account "$ACCOUNT" '[A-Za-z0-9_.-]+' 'the name of an account'
matches --array "$array" '[1-9][0-9]{0,2}' 'a number of parts from 1 to 999'
matches --split "$split" '[0-9]' 'a depth from 0 to 9'
matches --mpi "$mpi" '[a-z0-9_]+' 'a name of srun --mpi=list'
[ -n "$input" ] || usage "--input is missing"
[ -n "$output" ] || usage "--output is missing"
[ -z "$array" ] || [ -n "$key_file" ] ||
  usage "--array wants --key-file: with keys of their own the parts would give a patient several pseudonyms"
[ -z "$array" ] || [ -z "$nodes" ] || usage "--array N is N jobs of one node: leave out --nodes"
[ -n "$array" ] || [ -z "$split" ] || usage "--split is for --array"
[ -z "$PARTITION" ] && unset PARTITION
source "$root/slurm/env_sdumont.sh"
[ -z "$NEEDS_ACCOUNT" ] || [ -n "$ACCOUNT" ] || usage "--site $SITE wants --account"

# Jobs begin in another folder than this one, as it may be.
for name in input output key_file private_log sauva; do
  case ${!name} in '' | /*) ;; *) printf -v "$name" %s "$PWD/${!name}" ;; esac
done

template=$root/slurm/job_cpu.slurm
declare -A options=([partition]=$PARTITION [account]=$ACCOUNT [cpus-per-task]=${cpus:-${CPUS:-4}}
  [time]=$time [nodes]=$nodes [array]=${array:+1-$array})
if [ -n "$array" ]; then
  template=$root/slurm/job_array.slurm
  options[nodes]=1
fi

# The value that the template has stays where nothing else is known. That of another site's partition does not.
sbatch_lines() {
  local line name
  while IFS= read -r line; do
    [[ $line =~ ^#SBATCH\ --([a-z-]+) ]] || continue
    name=${BASH_REMATCH[1]}
    if [ -n "${options[$name]:-}" ]; then
      echo "#SBATCH --$name=${options[$name]}"
    elif [ "$name" != partition ]; then
      echo "$line"
    fi
  done <"$template"
  [ -z "$ACCOUNT" ] || echo "#SBATCH --account=$ACCOUNT"
}

# Values stand in the script itself: sbatch --export would split them at commas.
values() {
  printf '%s=%q\n' SITE "$SITE" MODULES "$MODULES" CHECKOUT "$root" SAUVA "$sauva" INPUT "$input" \
    OUTPUT "$output" KEY_FILE "$key_file" PRIVATE_LOG "$private_log" SRUN_MPI "$mpi"
  if [ -n "$array" ]; then
    printf '%s=%q\n' PARTS "$array" SPLIT_DEPTH "${split:-1}"
  fi
  echo "ARGS=($([ ${#extra[@]} = 0 ] || printf '%q ' "${extra[@]}"))"
}

# The comments of the template tell of what is filled in here.
job() {
  echo '#!/bin/bash'
  echo "# sauva, filled in by scripts/submit.sh from ${template#"$root/"}"
  sbatch_lines
  sed -n '/^set -euo pipefail$/,$p' "$template" | sed 1q
  echo
  values
  sed -n '/^set -euo pipefail$/,$p' "$template" | sed 1d
}

if [ -n "$dry_run" ]; then
  job
  exit
fi
command -v sbatch >/dev/null || usage "there is no sbatch here: this is for the login node of a cluster"
[ -d "$input" ] || usage "--input is no folder"
[ -x "$sauva" ] || usage "--sauva is no program: build it with 'cargo build --release --features mpi'"
[ -z "$key_file" ] || [ -r "$key_file" ] || usage "--key-file cannot be read: make it with 'sauva keygen'"
# Once, and not by each of the tasks.
if [ -n "$array" ]; then
  bash "$root/slurm/split_input.sh" "$input" "$output" "$array" "${split:-1}"
fi
job | sbatch
