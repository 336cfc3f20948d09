#!/usr/bin/env bash
# Style, contract and purity. Every finding is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

BUF_VERSION=1.75.0

check_format() {
  say "clang-format"
  sources | xargs clang-format --dry-run -Werror
}

# router/ and providers/ do no I/O, read no clock, draw no randomness, know no threads.
check_purity() {
  say "purity of router/ and providers/"
  local pattern='::now\(|absl::Now\(|random_device|std::rand\b|\bgettimeofday\b|\bclock_gettime\b|\btime\((NULL|nullptr|0)\)'
  pattern+='|getenv|\bfopen\b|std::(cout|cerr|clog)|\bprintf\('
  pattern+='|#include <(thread|mutex|shared_mutex|condition_variable|future|iostream|fstream|cstdio|filesystem|unistd\.h|sys/.*)>'
  pattern+='|boost/(asio|beast)|grpcpp|spdlog|absl/(time/clock|synchronization|log)'
  if grep -rnE "$pattern" router providers --include='*.h' --include='*.cc'; then
    die "the lines above do I/O, read a clock, draw randomness or use threads: the core is pure"
  fi
  # Each room includes only what stands left of it.
  local room
  for room in router:'providers|transport/[^h]|server|client' providers:'server|client|transport/[^h]' transport:'providers|server|client' client:'router|providers|transport|server'; do
    if grep -rnE "#include \"(${room#*:})" "${room%%:*}" --include='*.h' --include='*.cc'; then
      die "${room%%:*}/ may not include the lines above (CMakeLists.txt has the order)"
    fi
  done
}

# The contract is frozen: compared with the commit that first had it.
check_proto() {
  say "buf lint, buf breaking"
  if [[ ! -x .cache/buf/bin/buf || $(.cache/buf/bin/buf --version) != "$BUF_VERSION" ]]; then
    python3 -m venv .cache/buf
    .cache/buf/bin/pip install -q --disable-pip-version-check "buf-bin==$BUF_VERSION"
  fi
  .cache/buf/bin/buf lint
  local frozen
  frozen=$(git log --diff-filter=A --format=%H -- proto/spillway/v1/chat.proto | tail -n 1)
  if [[ -z $frozen ]]; then
    echo "nothing to compare with yet: proto/ has no commit"
  else
    .cache/buf/bin/buf breaking --against ".git#ref=$frozen"
  fi
}

check_scripts() {
  say "shellcheck"
  shellcheck -x dev .ci/run tools/*.sh tests/sdk/run.sh
}

# The rooms that differ from the last commit on main, uncommitted files included. Tests only with --all: they take
# longer than everything else together.
rooms_to_tidy() {
  if [[ ${1:-} == --all ]]; then
    echo router providers transport server client tests
    return
  fi
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null || true)
  if [[ -z $base || $base == "$(git rev-parse HEAD)" ]]; then base=$(git rev-parse -q --verify HEAD~1 || true); fi
  { [[ -n $base ]] && git diff --name-only "$base"; git ls-files --others --exclude-standard; } |
    sed -nE '/\.(cc|h)$/{ /^tests\//d; s|/.*||; p }' | sort -u | tr '\n' ' '
}

check_tidy() {
  local rooms
  rooms=$(rooms_to_tidy "$@")
  say "clang-tidy: ${rooms:-no room changed}"
  [[ -n $rooms ]] || return 0
  configure build
  # Generated headers must exist before anything can be parsed.
  build_targets build spillway_proto spillway_grpc
  local room
  # shellcheck disable=SC2086
  for room in $rooms; do git ls-files --cached --others --exclude-standard "$room/*.cc" "$room/**/*.cc"; done | sort -u |
    compiled_only | xargs -P "$(nproc)" -n 4 clang-tidy -p build --quiet --extra-arg=-Wno-unknown-warning-option 2>/dev/null
}

# clang-tidy can only read what the build knows how to compile.
compiled_only() {
  python3 -c '
import json, os, sys
known = {os.path.relpath(entry["file"]) for entry in json.load(open("build/compile_commands.json"))}
sys.stdout.writelines(line for line in sys.stdin if line.strip() in known)'
}

need_packages build lint
check_format
check_purity
check_proto
check_scripts
check_tidy "$@"
say "lint: nothing to say"
