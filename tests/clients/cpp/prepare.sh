#!/usr/bin/env bash
# The program is a target of the project's own build. See ../README.md.
set -euo pipefail

[[ -x $BUILD_DIR/bin/client-example ]] || {
  echo "no $BUILD_DIR/bin/client-example: ninja -C $BUILD_DIR client-example" >&2
  exit 1
}
ln -sf "$BUILD_DIR/bin/client-example" run
