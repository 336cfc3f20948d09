#!/usr/bin/env bash
# Line coverage of the two rooms that must stay above 95 %: router/ and providers/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

MINIMUM=95

need_packages build test
configure build-coverage -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS=--coverage
build_targets build-coverage core_tests
find build-coverage -name '*.gcda' -delete
say "Running the tests of router/ and providers/"
ctest --test-dir build-coverage -L core --output-on-failure --parallel "$(nproc)"
[[ -x .cache/gcovr/bin/gcovr ]] || {
  need_packages lint
  python3 -m venv .cache/gcovr
  .cache/gcovr/bin/pip install -q --disable-pip-version-check gcovr
}
for room in router providers; do
  say "Coverage of $room/"
  .cache/gcovr/bin/gcovr --root . --filter "$room/" --exclude-unreachable-branches --fail-under-line "$MINIMUM" \
    --gcov-ignore-errors=no_working_dir_found build-coverage
done
