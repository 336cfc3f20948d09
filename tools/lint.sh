#!/usr/bin/env bash
# Style, contract and purity. Every finding is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

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

# The latest release that this commit descends from: a tag v1.2.3. v1.2.3-rc1 is none.
last_release() { git tag --merged HEAD --list 'v[0-9]*' --sort=-version:refname | grep -v -- - | head -n 1 || true; }

# The contract is frozen: compared with the commit that first had it, and with the last release, which has what came since.
check_proto() {
  say "buf lint, buf breaking"
  need_buf
  .cache/buf/bin/buf lint
  local frozen release
  frozen=$(git log --diff-filter=A --format=%H -- proto/spillway/v1/chat.proto | tail -n 1)
  release=$(last_release)
  if [[ -z $frozen ]]; then
    echo "nothing to compare with yet: proto/ has no commit"
    return
  fi
  .cache/buf/bin/buf breaking --against ".git#ref=$frozen"
  if [[ -z $release ]]; then
    echo "no release yet (no tag v*): compared with the contract's first commit alone, ${frozen:0:7}"
  else
    .cache/buf/bin/buf breaking --against ".git#tag=$release"
    echo "compared with the contract's first commit, ${frozen:0:7}, and with the last release, $release"
  fi
}

check_scripts() {
  say "shellcheck"
  shellcheck -x dev .ci/run cmake/precompiled/*.sh tools/*.sh tools/image/*.sh tests/image/*.sh tests/sdk/run.sh tests/clients/*/*.sh
}

ROOMS=(router providers transport server client)

# What differs from the last commit on main, uncommitted files included.
changed_files() {
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null || true)
  if [[ -z $base || $base == "$(git rev-parse HEAD)" ]]; then base=$(git rev-parse -q --verify HEAD~1 || true); fi
  { [[ -n $base ]] && git diff --name-only "$base"; git ls-files --others --exclude-standard; } | sort -u
}

# The rooms' sources that have changed, or include a header that has. Tests only with --all: they take longer than
# everything else together.
sources_to_tidy() {
  local changed headers
  if [[ ${1:-} == --all ]]; then
    git ls-files --cached --others --exclude-standard '*.cc' | grep -E '^(router|providers|transport|server|client|tests)/'
    return
  fi
  changed=$(changed_files)
  if grep -qx '.clang-tidy' <<<"$changed"; then
    git ls-files --cached --others --exclude-standard "${ROOMS[@]/%//*.cc}"
    return
  fi
  {
    grep -E "^($(IFS='|'; echo "${ROOMS[*]}"))/.*\.cc$" <<<"$changed" || true
    headers=$(grep '\.h$' <<<"$changed" | sed 's|.*|#include "&"|' || true)
    [[ -z $headers ]] || grep -rlF --include='*.cc' "$headers" "${ROOMS[@]}" || true
  } | sort -u
}

check_tidy() {
  local sources
  sources=$(sources_to_tidy "$@")
  say "clang-tidy: $(grep -c . <<<"$sources" || true) sources"
  [[ -n $sources ]] || return 0
  configure build
  # Generated headers must exist before anything can be parsed.
  build_targets build spillway_proto spillway_grpc
  compiled_only <<<"$sources" |
    xargs -P "$(nproc)" -n 4 clang-tidy -p build/tidy --quiet --extra-arg=-Wno-unknown-warning-option 2>/dev/null
}

# clang-tidy can only read what the build knows how to compile. It reads without precompiled headers: GCC's are not for
# it, and a source that forgets an include is found.
compiled_only() {
  mkdir -p build/tidy
  python3 -c '
import json, os, re, sys
entries = json.load(open("build/compile_commands.json"))
for entry in entries:
    entry["command"] = re.sub(r" -include \S*/cmake_pch\.hxx| -Winvalid-pch| -fpch-preprocess", "", entry["command"])
json.dump(entries, open("build/tidy/compile_commands.json", "w"))
known = {os.path.relpath(entry["file"]) for entry in entries}
sys.stdout.writelines(line for line in sys.stdin if line.strip() in known)'
}

need_packages build lint
check_format
check_purity
check_proto
check_scripts
check_tidy "$@"
say "lint: nothing to say"
