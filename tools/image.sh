#!/usr/bin/env bash
# Builds the image, and the one with spillway-sim, by buildah; prints their sizes and runs what is inside.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh
source tools/image/base.sh

STORE=.cache/image
MEGABYTES=60
SPDX_TOOLS=0.8.3
VERSION=$(sed -n 's/^project(spillway VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

usage() {
  cat <<'USAGE'
./dev image [--base-from registry|debootstrap] [--fresh] [--jobs N] [--no-test]
    builds localhost/spillway:VERSION and localhost/spillway-test:VERSION (spillway-sim added) of the Dockerfile, into
    .cache/image/oci, prints what they weigh, fails at 60 MB, and tests them. Needs root.
    --base-from     where debian:12-slim comes from; unless said: a registry, or if none answers, debootstrap
    --fresh         with the base and Debian's packages as they are today, not those of the last time
./dev image --from-build DIR [--out FOLDER]
    only the test image's root folder, of the programs in DIR (build/bin): FOLDER, or build/image/root. In seconds, on
    Debian 12, without root; the programs are as they were built, so not hardened.
USAGE
}

# buildah with a storage of its own, which `./dev clean` removes.
in_store() { buildah --root "$PWD/$STORE/storage" --runroot "$PWD/$STORE/run" "$@"; }

# Removes it. buildah may leave mounts behind.
forget_store() {
  local mounts
  mounts=$(findmnt --raw --noheadings --output TARGET | grep "^$PWD/$STORE/" | sort -r || true)
  [[ -z $mounts ]] || xargs umount <<<"$mounts"
  rm -rf "${STORE:?}/storage" "$STORE/run"
}

from_build() {
  local bin_dir=$1 out=$2
  need_packages image-files
  if [[ -e $out ]]; then
    [[ -f $out/usr/share/sbom/spillway.spdx.json ]] || die "image: $out is there, and is no image's root"
    rm -rf "$out"
  fi
  python3 tools/image/make_root.py --bin-dir "$bin_dir" --out "$out" --version "$VERSION" --with-sim
  say "The test image's root folder is $out"
}

base_from=any jobs='' tests=yes bin_dir='' out=build/image/root
while (($#)); do
  case $1 in
    --base-from) base_from=${2:?} && shift ;;
    --jobs) jobs=${2:?} && shift ;;
    --no-test) tests='' ;;
    --fresh) forget_store ;;
    --forget) forget_store && exit ;; # ./dev clean
    --from-build) bin_dir=${2:?} && shift ;;
    --out) out=${2:?} && shift ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && die "image: no option '$1'" ;;
  esac
  shift
done
if [[ -n $bin_dir ]]; then
  from_build "$bin_dir" "$out"
  exit
fi

# build_stage TARGET [ARGUMENT]…: the same build arguments for each, so that they share layers.
build_stage() {
  local target=$1
  shift
  in_store build --isolation chroot --layers --pull-never --format oci --target "$target" --build-arg VERSION="$VERSION" \
    --build-arg SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" --build-arg JOBS="$jobs" \
    --build-arg REVISION="$(git describe --match= --always --abbrev=40 --dirty)" \
    --build-arg CREATED="$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" "$@" .
}

# build_image STAGE TARGET NAME: STAGE makes what TARGET is made of.
build_image() {
  say "Building $3"
  # --timestamp is for what ships only: with it every file would be as old as the commit, the compiler too, by whose time
  # ccache knows it.
  build_stage "$1"
  build_stage "$2" --timestamp "$SOURCE_DATE_EPOCH" --tag "localhost/$3:$VERSION"
  in_store push --quiet --format oci "localhost/$3:$VERSION" "oci:$STORE/oci:$3:$VERSION"
}

# What SPDX's own reader says of the bill of materials.
check_bill() {
  local bill=$1
  say "Validating the bill of materials"
  [[ -x $STORE/venv/bin/pyspdxtools ]] || {
    python3 -m venv "$STORE/venv"
    "$STORE/venv/bin/pip" install --quiet --disable-pip-version-check "spdx-tools==$SPDX_TOOLS"
  }
  "$STORE/venv/bin/pyspdxtools" --infile "$bill" --version SPDX-2.3
}

((EUID == 0)) || die "image: building needs root"
need_packages image
mkdir -p "$STORE/run" "$STORE/tmp"
# Where buildah keeps RUN --mount=type=cache, the compiler's among them.
export TMPDIR=$PWD/$STORE/tmp
need_base "$base_from"
rm -rf "$STORE/oci"
build_image files-test test spillway-test
build_image files spillway spillway
python3 tests/image/oci.py "$STORE/oci" --limit-megabytes "$MEGABYTES" "spillway:$VERSION" "spillway-test:$VERSION"
[[ -n $tests ]] || exit 0
python3 tests/image/oci.py "$STORE/oci" --extract usr/share/sbom/spillway.spdx.json "spillway:$VERSION" >"$STORE/spillway.spdx.json"
check_bill "$STORE/spillway.spdx.json"
say "Testing the images"
python3 tests/image/image_test.py --layout "$STORE/oci" --image "spillway:$VERSION" --test-image "spillway-test:$VERSION"
