#!/usr/bin/env bash
# What examples/clients/python/README.md says, once until requirements.txt or the contract changes. See ../README.md.
set -euo pipefail

python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || {
  echo "no Python 3.10 with venv: apt-get install python3-venv" >&2
  exit 77
}

wanted=$(cat requirements.txt ../../../proto/spillway/v1/*.proto | sha256sum)
if [[ $(cat .venv/made-for 2>/dev/null) != "$wanted" ]]; then
  rm -rf .venv spillway
  python3 -m venv .venv
  .venv/bin/pip install -q --disable-pip-version-check --only-binary :all: -r requirements.txt
  .venv/bin/python -m grpc_tools.protoc -I ../../../proto --python_out=. --grpc_python_out=. \
    spillway/v1/chat.proto spillway/v1/router.proto
  printf '%s\n' "$wanted" >.venv/made-for
fi

printf '#!/bin/sh\nexec .venv/bin/python -B main.py "$@"\n' >run
printf '#!/bin/sh\nPYTHONPATH=. exec .venv/bin/python -B ../../../tests/clients/python/restart.py "$@"\n' >restart
chmod +x run restart
