#!/usr/bin/env bash
# run.sh BUILD_DIR sdk|aimock|aimock_stream [FILE…]: what the ctest entries sdk_test, aimock_test and
# aimock_stream_test run.
#
# Nothing is installed into the source tree: the packages of package-lock.json and the tests are put into
# BUILD_DIR/sdk, the packages again only when the lock file changes.
set -euo pipefail

die() {
  printf 'run.sh: %s\n' "$*" >&2
  exit 1
}

(($# >= 2)) || die "usage: run.sh BUILD_DIR sdk|aimock|aimock_stream [FILE…]"
build=$(realpath -e "$1") suite=$2
shift 2
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$build/sdk
mkdir -p "$work"

# Without what the suites need: skipped, for ctest, but not in CI.
need() {
  command -v "$1" >/dev/null || [[ -x /usr/sbin/$1 ]] && return
  printf 'run.sh: no %s: apt-get install nodejs npm nginx-light openssl\n' "$1" >&2
  if [[ -n ${CI:-} ]]; then exit 1; else exit 77; fi
}

install_packages() {
  local wanted
  wanted=$(sha256sum package.json package-lock.json | sha256sum | cut -d ' ' -f 1)
  [[ $(cat "$work/installed" 2>/dev/null) == "$wanted" ]] && return
  rm -rf "$work/installed" "$work/node_modules"
  cp package.json package-lock.json "$work/"
  # No package needs its install scripts, so none of them runs. npm warns of its own, older Node: it only installs.
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || die "npm ci failed"
  printf '%s\n' "$wanted" >"$work/installed"
}

for program in npm openssl nginx; do need "$program"; done
# One at a time: ctest may run both suites at once.
exec 9>"$work/lock"
flock 9
install_packages
# -C leaves a file alone that is the same, since another suite may be reading it.
install -C -m 644 -- *.mjs "$work/"
exec 9>&-

# The Node that was installed, by its file: npm 9 forgets the link in .bin. Where none of them runs, the system's.
node=
for candidate in "$work"/node_modules/node-linux-*/bin/node "$(command -v node || true)"; do
  if [[ -x $candidate ]] && "$candidate" --version >/dev/null 2>&1; then node=$candidate && break; fi
done
[[ -n $node ]] || die "no Node.js"
major=$("$node" -p 'process.versions.node.split(".")[0]')
((major >= 22)) || die "Node.js $major is too old: 22 is needed"

files=("$@")
if ((${#files[@]} == 0)); then
  # By the source tree: what is no longer there may still lie in $work.
  for file in *.test.mjs; do
    if [[ $file == aimock* ]]; then in=${file%%.*}; else in=sdk; fi
    if [[ $in == "$suite" ]]; then files+=("$file"); fi
  done
fi
((${#files[@]})) || die "no suite '$suite'"
# Nobody's keys, proxies or ~/.aws: SDKs read all of these.
run=(env -i PATH="$PATH" HOME="$work" TMPDIR="${TMPDIR:-/tmp}" SPILLWAY_SOURCE_DIR="$(realpath ../..)"
  SPILLWAY_BIN_DIR="$build/bin" "$node")
case $suite in
  sdk) run+=(with_simulator.mjs) ;;
  # Without --test, which would end on a signal before the file does.
  aimock*) run+=(--test-reporter=spec --test-timeout=30000) ;;
esac
cd "$work"
exec "${run[@]}" "${files[@]}"
