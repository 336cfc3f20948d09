#!/usr/bin/env bash
# Builds a benchmark and runs it: bench.py, or with --decisions first decisions.py, with --codecs codec_bench.py, with --streams
# streams.py, or with --peers peers.py.
# Further arguments are its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

need_packages build bench
configure build
cmake -S . -B build -DSPILLWAY_BENCH=ON >/dev/null
if [[ ${1:-} == --decisions ]]; then
  shift
  build_targets build decision-bench
  exec python3 tests/bench/decisions.py --bin-dir build/bin "$@"
fi
if [[ ${1:-} == --codecs ]]; then
  shift
  build_targets build codec-bench
  exec python3 tests/bench/codec_bench.py --bin-dir build/bin "$@"
fi
if [[ ${1:-} == --streams ]]; then
  shift
  build_targets build spillway-server spillway-sim bench-load bench-direct
  exec python3 tests/bench/streams.py --bin-dir build/bin "$@"
fi
if [[ ${1:-} == --peers ]]; then
  need_packages peers
  build_targets build spillway-server spillway-sim bench-load bench-null-router
  exec python3 tests/bench/peers.py --bin-dir build/bin "$@"
fi
build_targets build spillway-server bench-load bench-null-router
exec python3 tests/bench/bench.py --bin-dir build/bin "$@"
