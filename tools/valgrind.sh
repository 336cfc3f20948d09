#!/usr/bin/env bash
# Runs the server under valgrind: 1,200 calls of ten kinds, and what they leave in memory. Arguments go to valgrind.py.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

need_packages build test valgrind
configure build
build_targets build spillway-server spillway-sim mixed-calls
say "Running the server under valgrind"
exec python3 tools/valgrind.py --bin-dir build/bin "$@"
