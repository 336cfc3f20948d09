#!/usr/bin/env bash
# What examples/clients/typescript/README.md says, each part once until what it is made from changes. See ../README.md.
set -euo pipefail

{ command -v npm && command -v node && command -v protoc; } >/dev/null || {
  echo "no Node.js with npm, or no protoc: apt-get install nodejs npm protobuf-compiler" >&2
  exit 77
}
node -e 'process.exit(process.versions.node.split(".")[0] < 18 ? 1 : 0)' || {
  echo "Node.js $(node --version) is too old: 18 is needed" >&2
  exit 77
}

# changed WHAT FILE…: whether the files are others than when WHAT was made.
changed() {
  local what=$1
  shift
  wanted=$(cat "$@" | sha256sum)
  [[ $(cat ".made-$what" 2>/dev/null) != "$wanted" ]]
}

if changed packages package-lock.json; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  printf '%s\n' "$wanted" >.made-packages
fi
if changed program package.json package-lock.json tsconfig.json main.ts ../../../proto/spillway/v1/*.proto; then
  rm -rf gen dist
  npm run --silent generate
  npm run --silent build
  printf '%s\n' "$wanted" >.made-program
fi

# Not by npm, which would go on after a kill.
printf '#!/bin/sh\nexec node dist/main.js "$@"\n' >run
chmod +x run
# Beside the packages that it imports.
cp ../../../tests/clients/typescript/restart.mjs .
printf '#!/bin/sh\nexec node restart.mjs "$@"\n' >restart
chmod +x restart
