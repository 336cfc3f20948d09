# Shared by ./dev and the scripts beside this one. Sourced, from the project's root.
# shellcheck shell=bash

# Debian 12 packages, by what needs them.
declare -A PACKAGES=(
  [build]="ccache cmake g++ git libabsl-dev libboost1.81-dev libcli11-dev libgrpc++-dev libgtest-dev libgmock-dev
           libprotobuf-dev libspdlog-dev libssl-dev libyaml-cpp-dev ninja-build pkgconf prometheus-cpp-dev
           protobuf-compiler protobuf-compiler-grpc zlib1g-dev"
  [demo]="ca-certificates curl python3"
  [test]="openssl prometheus python3"
  [clients]="git nodejs npm openssl protobuf-compiler protobuf-compiler-grpc python3-venv python3-yaml"
  [sdk]="curl nginx-light nodejs npm openssl python3-venv"
  [sanitize]="clang libclang-rt-14-dev llvm"
  [valgrind]="libc6-dbg python3 valgrind"
  [lint]="clang clang-format clang-tidy python3 python3-venv shellcheck"
  [bench]="libbenchmark-dev libnghttp2-dev nginx-light openssl python3"
  [chaos]="nginx-light openssl python3"
  [cluster]="containerd containernetworking-plugins etcd-server gcc iproute2 iptables libc6-dev openssl protobuf-compiler python3
             python3-grpcio python3-protobuf python3-yaml runc util-linux"
  [image]="buildah debootstrap python3 python3-venv"
  [image-files]="binutils ca-certificates python3"
  [prometheus]="jq prometheus python3 python3-yaml"
  [peers]="haproxy nodejs npm python3-venv"
  [go]="ca-certificates golang-go"
  [chart]="ca-certificates openssl python3 python3-venv"
)

# Go modules whose custom resource definitions the chart is held against.
# shellcheck disable=SC2034
PROMETHEUS_OPERATOR_MODULE=github.com/prometheus-operator/prometheus-operator@v0.85.0
# shellcheck disable=SC2034
KEDA_MODULE=github.com/kedacore/keda/v2@v2.20.2

say() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }
die() {
  printf '%s: %s\n' "./dev" "$*" >&2
  exit 1
}

# Whether a package need not be installed. Node.js is often another than Debian's, with which Debian's would clash; Go
# is often newer.
is_there() {
  case $1 in
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    golang-go) command -v go >/dev/null ;;
    *) [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]] ;;
  esac
}

# need_packages GROUP…: installs what is missing.
need_packages() {
  local group package missing=()
  for group in "$@"; do
    for package in ${PACKAGES[$group]}; do
      is_there "$package" || missing+=("$package")
    done
  done
  ((${#missing[@]})) || return 0
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "not root and no sudo: run  apt-get install ${missing[*]}  as root"
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  # A service that a package would start (nginx, prometheus) is not wanted: tests start their own.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 "${missing[@]}" | grep --line-buffered -E '^(Unpacking|Setting up)' || true
  for package in "${missing[@]}"; do
    is_there "$package" || die "apt-get could not install $package"
  done
}

# thrice COMMAND…: until it succeeds; what asks a registry may have to ask again. Only what it printed at last is left.
thrice() {
  local try out
  for try in 1 2 3; do
    if out=$("$@"); then
      printf '%s' "$out"
      return
    fi
    if ((try < 3)); then
      echo "$1 failed; once more in a moment" >&2
      sleep $((try * 5))
    fi
  done
  printf '%s' "$out"
  return 1
}

# configure DIR [CMAKE ARGS…]: once; ninja runs CMake again when it must.
configure() {
  local dir=$1
  shift
  # The sloppiness is what ccache asks for to look through precompiled headers.
  export CCACHE_SLOPPINESS=pch_defines,time_macros
  # It believes the compiler's list of headers, rather than preprocess everything once more to find out; and of a
  # precompiled header, what cmake/precompiled/compile.sh says of it.
  export CCACHE_DEPEND=1 CCACHE_PCH_EXTSUM=1
  # What one checkout has compiled, another need not. (The names of files in a debugger may then be the other's.)
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
  [[ -f $dir/build.ninja ]] && return
  say "Configuring $dir"
  cmake -S . -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE=Release ${CI:+-DSPILLWAY_WERROR=ON} "$@" >"/tmp/spillway-cmake.$$" 2>&1 || {
    cat "/tmp/spillway-cmake.$$" >&2
    die "CMake failed"
  }
  rm -f "/tmp/spillway-cmake.$$"
}

# configure_sanitized: build-sanitize/, for the tests and the fuzzers alike, so that everything is compiled once.
# -O1 and asserts: more is found in the same time than is lost.
configure_sanitized() {
  configure build-sanitize -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSPILLWAY_FUZZ=ON \
    "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -gline-tables-only" -DSPILLWAY_SANITIZE=address,undefined
}

# configure_threads: build-tsan/. The distribution's libraries are not instrumented: see tests/support/tsan.
configure_threads() {
  configure build-tsan -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -gline-tables-only" -DSPILLWAY_SANITIZE=thread
}

BUF_VERSION=1.75.0

# need_buf: puts it into .cache/buf, from PyPI.
need_buf() {
  [[ -x .cache/buf/bin/buf && $(.cache/buf/bin/buf --version) == "$BUF_VERSION" ]] && return
  python3 -m venv .cache/buf
  .cache/buf/bin/pip install -q --disable-pip-version-check "buf-bin==$BUF_VERSION"
}

# build_targets DIR [TARGET…]: ninja's own counter is the progress.
build_targets() {
  local dir=$1
  shift
  say "Building ${*:-everything} in $dir"
  NINJA_STATUS='[%f/%t %es] ' ninja -C "$dir" "$@"
}

# Every C++ file under version control or about to be.
sources() { git ls-files --cached --others --exclude-standard '*.h' '*.cc'; }
