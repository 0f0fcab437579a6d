# shellcheck shell=bash
# What is particular to a site, by its name in SITE: sdumont (Santos Dumont, Sequana), sdumont2nd, or
# generic (nothing is known of it). Sourced by the job scripts and by scripts/submit.sh. Sets, where they
# are not set already:
#
#   MODULES     loaded by `load_modules`, in this order; empty: none
#   PARTITION   where jobs go
#   CPUS        cores of a node
#   ACCOUNT     the project; NEEDS_ACCOUNT says whether jobs are refused without one
#
# submit.sh --modules wins over MODULES.

# shellcheck disable=SC2034 # used by the scripts that source this file
case ${SITE:=generic} in
  sdumont)
    : "${MODULES=openmpi/gnu/4.1.4_sequana}" "${PARTITION=sequana_cpu}" "${CPUS=48}"
    NEEDS_ACCOUNT=
    ;;
  sdumont2nd)
    # The first makes the modules of this processor visible, among them the Open MPI of the site.
    : "${MODULES=arch_cpu_amd/current openmpi}" "${PARTITION=lncc-cpu_amd}" "${CPUS=192}"
    NEEDS_ACCOUNT=1
    ;;
  generic)
    : "${MODULES=}" "${PARTITION=}" "${CPUS=}"
    NEEDS_ACCOUNT=
    ;;
  *)
    echo "env_sdumont.sh: SITE is sdumont, sdumont2nd or generic, not '$SITE'" >&2
    exit 1
    ;;
esac
: "${ACCOUNT=}"

load_modules() {
  local name
  set +u # module uses variables that are not set
  for name in $MODULES; do
    module load "$name"
  done
  set -u
}
