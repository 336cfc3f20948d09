#!/usr/bin/env bash
# Tries the chart on a real Kubernetes of one node: `./dev cluster`. As root; takes minutes, the first time many.
#
#   --bin-dir DIR   take Spillway's programs from there instead of building them
#   --layout DIR    take the images that `./dev image` made (.cache/image/oci) instead of the root folder that it makes of programs
#   --keep          leave the cluster running afterwards, until Enter is pressed
#   ARGS            go to tests/kube/cluster.py
#
# Everything runs in namespaces of its own (network, mounts, processes) with its files in memory: when the script ends,
# nothing of it is left. The programs that were built stay in .cache/kube.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

KUBERNETES=v1.33.13
PROGRAMS=(kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl)

# inside STATE COMMAND…: the namespaces' first process. It has the files of the machine, and writes to none.
inside() {
  local state=$1
  shift
  mount --make-rprivate /
  mount -t tmpfs tmpfs "$state"
  mount -t tmpfs tmpfs /run
  mount -t tmpfs tmpfs /var/log
  mkdir "$state/var-lib" "$state/var-lib.work"
  mount -t overlay -o "lowerdir=/var/lib,upperdir=$state/var-lib,workdir=$state/var-lib.work" overlay /var/lib
  # Settings of the kernel that are the machine's own, not a namespace's. The kubelet wants some at certain values, and sets
  # those that are not: it is shown what it wants to see.
  local setting
  for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    echo "${setting#*=}" >"$state/${setting//[\/=]/.}"
    mount --bind "$state/${setting//[\/=]/.}" "/proc/sys/${setting%=*}"
  done
  for setting in /proc/sys/vm /proc/sys/kernel /proc/sys/fs; do
    mount --rbind "$setting" "$setting"
    mount -o remount,bind,ro "$setting"
  done
  # As a pod has it.
  printf '%s\n' 'nameserver 192.168.77.1' 'search trial.svc.cluster.local svc.cluster.local cluster.local' 'options ndots:5' \
    >"$state/resolv.conf.host"
  mount --bind "$state/resolv.conf.host" /etc/resolv.conf
  mount --make-rshared /
  # Not `exec`: what loses its parent becomes this shell's child, and is reaped.
  "$@"
}

if [[ ${INSIDE_OF:-} ]]; then
  inside "$INSIDE_OF" "$@"
  exit
fi

bin_dir='' layout='' rest=()
while (($#)); do
  case $1 in
    --bin-dir) bin_dir=$(realpath "$2") && shift 2 ;;
    --layout) layout=$(realpath "$2") && shift 2 ;;
    *) rest+=("$1") && shift ;;
  esac
done

# build_kubernetes: its own programs, each from the module as it was published, and a CoreDNS that knows the cluster only.
build_kubernetes() {
  local go programs=.cache/kube/$KUBERNETES missing=() stamp name
  for name in "${PROGRAMS[@]}" coredns; do
    [[ -x $programs/$name ]] || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  say "Building ${missing[*]} of Kubernetes $KUBERNETES"
  go=$(tools/go-tools.sh --go)
  mkdir -p "$programs"
  stamp=$(version_flags)
  for name in "${missing[@]}"; do
    echo "$name"
    if [[ $name == coredns ]]; then
      (cd tests/kube/dns && CGO_ENABLED=0 "$go" build -trimpath -ldflags '-s -w' -o coredns.built .)
      mv tests/kube/dns/coredns.built "$programs/coredns"
    else
      (cd tests/kube/go && CGO_ENABLED=0 "$go" build -trimpath -ldflags "-s -w $stamp" -o "$name.built" "k8s.io/kubernetes/cmd/$name")
      mv "tests/kube/go/$name.built" "$programs/$name"
    fi
  done
}

# version_flags: what Kubernetes' own build says to its programs; without it they call themselves v0.0.0.
version_flags() {
  local package
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf -- '-X %s ' "$package.gitVersion=$KUBERNETES" "$package.gitMajor=1" "$package.gitMinor=${KUBERNETES:3:2}" \
      "$package.gitTreeState=clean" "$package.gitCommit=module" "$package.buildDate=1970-01-01T00:00:00Z"
  done
}

# shellcheck disable=SC2317 # the trap calls it
# remove_cgroups NAME: the deepest first; what was in them has ended with its namespace.
remove_cgroups() {
  local hierarchy
  for hierarchy in /sys/fs/cgroup/*/; do
    [[ -d $hierarchy$1 ]] || continue
    find "$hierarchy$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}

make_cgroups() {
  local hierarchy
  for hierarchy in /sys/fs/cgroup/*/; do
    mkdir "$hierarchy$1" 2>/dev/null || true
  done
  # A cgroup without processors or memory takes no process.
  cat /sys/fs/cgroup/cpuset/cpuset.cpus >"/sys/fs/cgroup/cpuset/$1/cpuset.cpus"
  cat /sys/fs/cgroup/cpuset/cpuset.mems >"/sys/fs/cgroup/cpuset/$1/cpuset.mems"
}

((EUID == 0)) || die "cluster needs root: it makes namespaces and mounts"
[[ -d /sys/fs/cgroup/cpuset ]] || die "cluster needs cgroups of version 1 at /sys/fs/cgroup: this kubelet's set-up knows no other"
need_packages cluster
build_kubernetes
helm=$(tools/go-tools.sh helm)
if [[ ! $bin_dir ]]; then
  need_packages build
  configure build
  build_targets build spillway-server spillway spillway-sim
  bin_dir=$PWD/build/bin
fi

if [[ $layout ]]; then
  images=(--layout "$layout")
else
  tools/image.sh --from-build "$bin_dir" --out build/cluster/root
  images=(--root build/cluster/root)
fi
prometheus_types=$(tools/go-tools.sh --module "$PROMETHEUS_OPERATOR_MODULE")/example/prometheus-operator-crd
keda_types=$(tools/go-tools.sh --module "$KEDA_MODULE")/config/crd/bases

cgroup=spillway-cluster-$$
state=$(mktemp -d /tmp/spillway-cluster.XXXXXX)
child=''
# shellcheck disable=SC2317
# Ends everything by ending the namespace of processes, which takes a moment.
cleanup() {
  if [[ $child ]]; then
    kill -KILL "$child" || true
    wait "$child" || true
  fi 2>/dev/null
  for _ in {1..50}; do
    remove_cgroups "$cgroup"
    compgen -G "/sys/fs/cgroup/*/$cgroup" >/dev/null || break
    sleep 0.1
  done
  rmdir "$state"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
make_cgroups "$cgroup"
say "Starting Kubernetes $KUBERNETES"
# Debian's Python, which has gRPC. In the background, so that a signal is heard at once; if even this shell is killed, so is all else.
INSIDE_OF=$state setpriv --pdeathsig KILL unshare --mount --net --pid --fork --kill-child --mount-proc tools/cluster.sh \
  /usr/bin/python3 tests/kube/cluster.py --state "$state" --cgroup "/$cgroup" --programs "$PWD/.cache/kube/$KUBERNETES" \
  --helm "$helm" --bin-dir "$bin_dir" --types "$prometheus_types" --types "$keda_types" "${images[@]}" "${rest[@]}" <&0 &
child=$!
code=0
wait "$child" || code=$?
child=''
exit "$code"
