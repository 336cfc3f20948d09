#!/usr/bin/env bash
# from_build.sh BIN_DIR ROOT VERSION: makes the image's root folder at ROOT and tests it. Exit code 77: not possible here.
set -euo pipefail
bin_dir=$1 root=$2 version=$3
here=$(dirname "${BASH_SOURCE[0]}")

((EUID == 0)) || { echo "not root: skipped" && exit 77; }
command -v dpkg-query >/dev/null || { echo "not Debian: skipped" && exit 77; }
rm -rf "$root"
python3 "$here/../../tools/image/make_root.py" --bin-dir "$bin_dir" --out "$root" --version "$version" --with-sim
exec python3 "$here/image_test.py" --root "$root"
