#!/usr/bin/env bash
# run.sh BUILD_DIR SUITE [FILE…]: what the ctest entries of README.md run. SUITE is sdk, aimock, aimock_stream,
# door_node, door_python, door_curl or door_description.
#
# Nothing is installed into the source tree: the packages of package-lock.json and requirements.txt and the tests are
# put into BUILD_DIR/sdk, the packages again only when those files change.
set -euo pipefail

# OpenAI's description of its API, whole, is in this crate (MIT, as the description itself).
DESCRIPTION_CRATE=openapi-to-rust DESCRIPTION_VERSION=0.4.0 DESCRIPTION_FILE=specs/openai.yaml
DESCRIPTION_SHA256=00994178cc8e20d71754b00c54b0e4f5b4128e1c1cce765e9b7d696bd8c80d33

die() {
  printf 'run.sh: %s\n' "$*" >&2
  exit 1
}

(($# >= 2)) || die "usage: run.sh BUILD_DIR sdk|aimock|aimock_stream|door_node|door_python|door_curl|door_description [FILE…]"
build=$(realpath -e "$1") suite=$2
shift 2
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$build/sdk
mkdir -p "$work"
python=/usr/bin/python3
[[ -x $python ]] || python=python3

# Without what the suites need: skipped, for ctest, but not in CI.
missing() {
  printf 'run.sh: no %s: apt-get install curl nodejs npm nginx-light openssl python3-venv\n' "$1" >&2
  if [[ -n ${CI:-} ]]; then exit 1; else exit 77; fi
}
need() { command -v "$1" >/dev/null || [[ -x /usr/sbin/$1 ]] || missing "$1"; }

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

install_python_packages() {
  local wanted
  wanted=$(sha256sum requirements.txt | cut -d ' ' -f 1)
  [[ $(cat "$work/venv/installed" 2>/dev/null) == "$wanted" ]] && return
  rm -rf "$work/venv"
  "$python" -m venv "$work/venv"
  # Wheels only: nothing of a package runs when it is installed.
  "$work/venv/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.txt ||
    die "pip failed"
  printf '%s\n' "$wanted" >"$work/venv/installed"
}

# By cargo, of which `info` fetches a crate and nothing else: 1.82 has it, Debian 12's has not.
install_description() {
  local crate=$DESCRIPTION_CRATE-$DESCRIPTION_VERSION archive
  sha256sum --check --status <<<"$DESCRIPTION_SHA256  $work/openai.yaml" 2>/dev/null && return
  (cd "$work" && cargo info --quiet --color never "$DESCRIPTION_CRATE@$DESCRIPTION_VERSION" >/dev/null) ||
    die "cargo info failed"
  for archive in "${CARGO_HOME:-$HOME/.cargo}"/registry/cache/*/"$crate.crate"; do
    tar -xzOf "$archive" "$crate/$DESCRIPTION_FILE" >"$work/openai.yaml"
  done
  sha256sum --check --status <<<"$DESCRIPTION_SHA256  $work/openai.yaml" || die "$crate is not what it was"
}

need npm
case $suite in
  sdk) need openssl ;;
  aimock*) need openssl && need nginx ;;
  door_node) need openssl ;;
  door_curl) need curl ;;
  # The hashes in requirements.txt are those of the wheels for Debian 12's Python.
  door_python)
    "$python" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null ||
      missing "python3-venv of Python 3.11"
    ;;
  door_description)
    if ! cargo info --help >/dev/null 2>&1; then
      printf 'run.sh: no cargo of 1.82 or newer: SKIPPED, nothing is held against the description of OpenAI\n' >&2
      exit 77
    fi
    ;;
  *) die "no suite '$suite'" ;;
esac

# One at a time: ctest may run several suites at once.
exec 9>"$work/lock"
flock 9
install_packages
case $suite in
  door_python) install_python_packages ;;
  door_description) install_description ;;
esac
# -C leaves a file alone that is the same, since another suite may be reading it.
install -C -m 644 -- *.mjs *.py "$work/"
exec 9>&-

# The Node that was installed, by its file: npm 9 forgets the link in .bin. Where none of them runs, the system's.
node=
for candidate in "$work"/node_modules/node-linux-*/bin/node "$(command -v node || true)"; do
  if [[ -x $candidate ]] && "$candidate" --version >/dev/null 2>&1; then node=$candidate && break; fi
done
[[ -n $node ]] || die "no Node.js"
major=$("$node" -p 'process.versions.node.split(".")[0]')
((major >= 22)) || die "Node.js $major is too old: 22 is needed"

# The suite that a file of tests is of, by its name.
suite_of() {
  case $1 in
    aimock*) printf '%s' "${1%%.*}" ;;
    door_curl*) printf door_curl ;;
    door_*.py) printf door_python ;;
    door_*) printf door_node ;;
    *) printf sdk ;;
  esac
}

files=("$@")
if ((${#files[@]} == 0)); then
  # By the source tree: what is no longer there may still lie in $work.
  for file in *.test.mjs *_test.py; do
    if [[ $(suite_of "$file") == "$suite" ]]; then files+=("$file"); fi
  done
fi
# Nobody's keys, proxies or ~/.aws: SDKs read all of these.
run=(env -i PATH="$PATH" HOME="$work" TMPDIR="${TMPDIR:-/tmp}" SPILLWAY_SOURCE_DIR="$(realpath ../..)"
  SPILLWAY_BIN_DIR="$build/bin" DOOR_EXCHANGES="$work/$suite.jsonl" "$node")
tests=(--test --test-reporter=spec --test-timeout=30000)
case $suite in
  sdk) run+=(with_simulator.mjs) ;;
  # Without --test, which would end on a signal before the file does.
  aimock*) run+=("${tests[@]:1}") ;;
  # One of them over TLS.
  door_node) run+=(with_door.mjs --tls "$node" "${tests[@]}") ;;
  door_curl) run+=(with_door.mjs "$node" "${tests[@]}") ;;
  door_python) run+=(with_door.mjs "$work/venv/bin/python" -B -W ignore::ResourceWarning -m unittest --verbose) ;;
  # What the other suites of the door have left.
  door_description) run+=(check_description.mjs openai.yaml) && files=(door_node.jsonl door_python.jsonl door_curl.jsonl) ;;
esac
((${#files[@]})) || die "no files of suite '$suite'"
cd "$work"
exec "${run[@]}" "${files[@]}"
