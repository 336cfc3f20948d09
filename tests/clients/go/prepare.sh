#!/usr/bin/env bash
# What examples/clients/go/README.md says; and the restart program, as a package beside. See ../README.md.
set -euo pipefail

for tool in go protoc; do
  command -v "$tool" >/dev/null || {
    echo "no $tool: apt-get install golang-go protobuf-compiler" >&2
    exit 77
  }
done

go=$("$SOURCE_DIR/tools/go-tools.sh" --go)
PATH=$(dirname "$go"):$PATH
export GOBIN=$PWD/bin CGO_ENABLED=0

wanted=$("$go" version && cat go.mod go.sum ../../../proto/spillway/v1/*.proto | sha256sum)
if [[ $(cat bin/made-for 2>/dev/null) != "$wanted" ]]; then
  # Unlike the other languages' tools, Go's asks only once.
  for try in 1 2 3; do
    if "$go" mod download; then break; fi
    sleep $((try * 5))
  done
  "$go" install tool
  PATH=$GOBIN:$PATH "$go" generate
  printf '%s\n' "$wanted" >bin/made-for
fi

mkdir -p restart-program
cp ../../../tests/clients/go/restart.go ../service-config.json restart-program/
"$go" vet ./...
"$go" build -buildvcs=false -o run .
"$go" build -buildvcs=false -o restart ./restart-program
