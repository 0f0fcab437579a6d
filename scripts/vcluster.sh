#!/bin/bash
# A private Slurm cluster on this machine, for as long as COMMAND runs; nothing of it stays.
#
#   bash scripts/vcluster.sh NODES CPUS_PER_NODE COMMAND...
#
# Needs root, namespaces and what `setup.sh --slurm` installs; neither systemd nor a port of the host.
# The nodes n1, n2 .. have a network, a hostname, /dev/shm and processes of their own, inside one
# namespace that dies with this script. COMMAND finds in its environment
#   SLURM_CONF    for sbatch, srun, scontrol ..
#   VC_DIR        $VC_DIR/n1.pid holds the process with which node n1 dies; logs are in $VC_DIR/log
# VC_NODE_TIMEOUT: seconds after which Slurm gives up a node that does not answer (20).
# With --can instead of all arguments it says whether such a cluster can be had here, and why not.
set -euo pipefail

if [ "${1:-}" = --can ]; then
  [ "$(id -u)" = 0 ] || { echo "only root can make network namespaces"; exit 1; }
  for program in slurmctld slurmd munged ip unshare sbatch; do
    command -v "$program" >/dev/null || { echo "no $program: bash scripts/setup.sh --slurm"; exit 1; }
  done
  unshare --net --mount --uts --pid --fork --kill-child --mount-proc \
    ip link add br0 type bridge 2>/dev/null || { echo "the kernel gives no namespaces here"; exit 1; }
  exit 0
fi
if [ -z "${VC_INSIDE:-}" ]; then
  exec env VC_INSIDE=1 unshare --net --mount --uts --pid --fork --kill-child --mount-proc -- \
    bash "$0" "$@"
fi
nodes=$1 cpus=$2
shift 2

VC_DIR=$(mktemp -d)
trap 'rm -rf "$VC_DIR"' EXIT
chmod 755 "$VC_DIR"
mkdir -m 755 "$VC_DIR"/{state,munge,log,spool,tmp}
export VC_DIR SLURM_CONF=$VC_DIR/slurm.conf
# No job is to see what this one was started with, as another Slurm.
while IFS= read -r name; do unset "$name"; done < <(compgen -e | grep -E '^(SLURM_|SBATCH_|PMI|OMPI_COMM)' | grep -v '^SLURM_CONF$')

mount --make-rprivate /
hostname ctl
ip link set lo up
ip link add br0 type bridge
ip addr add 10.77.0.254/24 dev br0
ip link set br0 up
{
  echo "127.0.0.1 localhost"
  echo "10.77.0.254 ctl"
  for ((i = 1; i <= nodes; i++)); do echo "10.77.0.$i n$i"; done
} >"$VC_DIR/hosts"
mount --bind "$VC_DIR/hosts" /etc/hosts

(umask 077 && head -c 1024 /dev/urandom >"$VC_DIR/munge/key")
munged --key-file="$VC_DIR/munge/key" --socket="$VC_DIR/munge/socket" \
  --pid-file="$VC_DIR/munge/pid" --log-file="$VC_DIR/log/munged" \
  --seed-file="$VC_DIR/munge/seed" --num-threads=2

# %n apart for each node, or PMIx finds the files of another. Control groups are not to be had
# everywhere. Nothing but the network joins the nodes.
cat >"$SLURM_CONF" <<END
ClusterName=vc
SlurmctldHost=ctl
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$VC_DIR/munge/socket
StateSaveLocation=$VC_DIR/state
SlurmdSpoolDir=$VC_DIR/spool/%n
TmpFS=$VC_DIR/tmp/%n
SlurmctldPidFile=$VC_DIR/slurmctld.pid
SlurmdPidFile=$VC_DIR/slurmd.%n.pid
SlurmctldLogFile=$VC_DIR/log/slurmctld
SlurmdLogFile=$VC_DIR/log/slurmd.%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
KillWait=5
SlurmdTimeout=${VC_NODE_TIMEOUT:-20}
JobRequeue=1
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
NodeName=n[1-$nodes] CPUs=$cpus RealMemory=4000 State=UNKNOWN
PartitionName=sequana_cpu Nodes=ALL Default=YES MaxTime=96:00:00 State=UP
END
slurmctld -i

for ((i = 1; i <= nodes; i++)); do
  mkdir "$VC_DIR/spool/n$i" "$VC_DIR/tmp/n$i"
  # The second shell is the first process of its node; the node lives as long as it does. By the ID of the
  # boot, which each has for itself, UCX (under MPICH) and sauva's lock tell nodes apart.
  # shellcheck disable=SC2016 # the node's shell expands it
  node='hostname n$1; cat /proc/sys/kernel/random/uuid >$2
    mount --bind $2 /proc/sys/kernel/random/boot_id; mount -t tmpfs -o mode=1777 none /dev/shm; ip link set lo up
    until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
    ip addr add 10.77.0.$1/24 dev eth0; ip link set eth0 up
    slurmd -N n$1 -D & exec sleep infinity'
  unshare --net --mount --uts --pid --fork --kill-child --mount-proc -- \
    bash -c "$node" node "$i" "$VC_DIR/tmp/n$i/boot" >"$VC_DIR/log/n$i" 2>&1 &
  pid=$!
  disown # the shell does not tell of a node that is killed
  echo $pid >"$VC_DIR/n$i.pid"
  own=$(readlink /proc/self/ns/net)
  until [ "$(readlink /proc/$pid/ns/net)" != "$own" ]; do sleep 0.02; done
  ip link add "v$i" type veth peer name eth0 netns $pid
  ip link set "v$i" master br0 up
done

idle() { sinfo -h -o %D -t idle 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }
for ((i = 0; i < 300; i++)); do
  [ "$(idle)" != "$nodes" ] || break
  sleep 0.1
done
if [ "$(idle)" != "$nodes" ]; then
  echo "vcluster.sh: Slurm did not come up:" >&2
  tail -n 3 "$VC_DIR"/log/* >&2
  exit 1
fi
rc=0
"$@" || rc=$?
[ -z "${VC_KEEP_LOGS:-}" ] || cp -r "$VC_DIR/log" "$VC_KEEP_LOGS"
exit $rc
