#!/usr/bin/env bash
# Programs written in Go, built from pinned modules: what Debian has too old or not at all.
#
#   tools/go-tools.sh NAME…                  builds each that is not there yet; prints the path of each
#   tools/go-tools.sh --module PATH@VERSION  prints the folder that has the module's files (read-only)
#   tools/go-tools.sh --go                   prints the Go command that the above use
#
# Binaries are kept in .cache/go-bin/NAME-VERSION. Modules come by Go's own settings (GOPROXY, GOSUMDB) and are
# checked against the public sum database. Go is the one on PATH; one that is too old to fetch a newer one by itself
# (Debian 12's) fetches it as the module golang.org/toolchain.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

# Name: module, version, package. Pinned: a newer one is taken here, on purpose.
declare -A GO_TOOLS=(
  [helm]="helm.sh/helm/v3 v3.21.4 ./cmd/helm"
)
# As its own build sets them: without, it takes every cluster that it does not ask for Kubernetes 1.20.
declare -A GO_LDFLAGS=(
  [helm]="-X helm.sh/helm/v3/internal/version.version=v3.21.4
    -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=36
    -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=36"
)
# What an old Go is replaced with, and the oldest that gets what it needs by itself.
GO_TOOLCHAIN=1.26.8
OLDEST_GO=1.21

# go_is_new_enough GO: since 1.21 the command fetches the toolchain that a module asks for.
go_is_new_enough() {
  local version
  version=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
  [[ $(printf '%s\n' "$OLDEST_GO" "${version#go}" | sort -V | head -n 1) == "$OLDEST_GO" ]]
}

# fetch_toolchain: makes .cache/go/ with the means of an old Go. Its files come without their x bits, as modules do.
fetch_toolchain() {
  need_packages go
  local arch module scratch
  arch=$(go env GOARCH)
  module=golang.org/toolchain@v0.0.1-go$GO_TOOLCHAIN.linux-$arch
  say "Fetching Go $GO_TOOLCHAIN: $(go env GOVERSION) is too old" >&2
  mkdir -p .cache
  scratch=$(mktemp -d "$PWD/.cache/go-fetch.XXXXXX")
  (cd "$scratch" && GOFLAGS=-modcacherw GOPATH="$scratch/path" GO111MODULE=on go mod download -json "$module") \
    >"$scratch/answer.json" || {
    cat "$scratch/answer.json" >&2
    die "the toolchain $module could not be fetched"
  }
  rm -rf .cache/go
  mv "$scratch/path/pkg/mod/$module" .cache/go
  rm -rf "$scratch"
  chmod -R u+w .cache/go
  chmod +x .cache/go/bin/* .cache/go/pkg/tool/*/*
}

# find_go: the path of a Go command that will do.
find_go() {
  if command -v go >/dev/null && go_is_new_enough go; then
    command -v go
    return
  fi
  if ! go_is_new_enough .cache/go/bin/go; then fetch_toolchain >&2; fi
  echo "$PWD/.cache/go/bin/go"
}

# build_tool NAME: prints the binary's path.
build_tool() {
  local module version package binary
  [[ -n ${GO_TOOLS[$1]:-} ]] || die "no Go tool '$1': there are ${!GO_TOOLS[*]}"
  read -r module version package <<<"${GO_TOOLS[$1]}"
  binary=$PWD/.cache/go-bin/$1-$version
  if [[ ! -x $binary ]]; then
    say "Building $1 $version from $module" >&2
    mkdir -p .cache/go-bin
    local scratch
    scratch=$(mktemp -d "$PWD/.cache/go-bin/build.XXXXXX")
    GOBIN=$scratch thrice "$(find_go)" install -trimpath -ldflags "-s -w ${GO_LDFLAGS[$1]:-}" "$module/${package#./}@$version" >&2
    # Renamed into place: an interrupted build leaves nothing that looks whole.
    mv "$scratch/$(basename "$package")" "$binary"
    rmdir "$scratch"
  fi
  echo "$binary"
}

module_folder() {
  local answer
  answer=$(thrice "$(find_go)" mod download -json "$1") || {
    printf '%s\n' "$answer" >&2
    die "the module $1 could not be fetched"
  }
  sed -nE 's/^\s*"Dir": "(.*)",?$/\1/p' <<<"$answer"
}

export GOTOOLCHAIN=${GOTOOLCHAIN:-auto} CGO_ENABLED=0
case ${1:-} in
  --go) find_go ;;
  --module) module_folder "${2:?PATH@VERSION}" ;;
  '' | -*) die "usage: tools/go-tools.sh NAME… | --module PATH@VERSION | --go" ;;
  *) for name in "$@"; do build_tool "$name"; done ;;
esac
