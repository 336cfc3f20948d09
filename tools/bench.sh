#!/usr/bin/env bash
# Builds the benchmark and runs it; the arguments are bench.py's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

need_packages build bench
configure build
cmake -S . -B build -DSPILLWAY_BENCH=ON >/dev/null
build_targets build spillway-server bench-load bench-null-router
exec python3 tests/bench/bench.py --bin-dir build/bin "$@"
