#!/usr/bin/env bash
# Builds what the chaos run needs and runs it. Arguments are tests/chaos/chaos.py's own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

need_packages build chaos
configure build
build_targets build spillway-server spillway-sim chaos-load
exec python3 tests/chaos/chaos.py --bin-dir build/bin "$@"
