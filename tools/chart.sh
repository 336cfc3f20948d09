#!/usr/bin/env bash
# The Helm chart, tested without a cluster: lint, templates of every ci file, refusals, assertions on the objects, and Kubernetes'
# own schemas. tests/chart/README.md says more.
#
#   tools/chart.sh [ARGS]   ARGS go to Python's unittest (-k NAME, -v)
#   tools/chart.sh --docs   writes README.md's table and the schema's descriptions anew, from values.yaml
#
# SPILLWAY_BIN=DIR: take spillway-server from there in place of building it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

# Python with what validates, installed anew when the list changes.
prepare_python() {
  local wanted python=/usr/bin/python3
  [[ -x $python ]] || python=python3
  wanted=$(sha256sum tests/chart/requirements.txt)
  [[ $(cat .cache/chart/installed 2>/dev/null) == "$wanted" ]] && return
  say "Installing tests/chart/requirements.txt"
  rm -rf .cache/chart
  mkdir -p .cache
  "$python" -m venv .cache/chart
  .cache/chart/bin/pip install -q --disable-pip-version-check --require-hashes -r tests/chart/requirements.txt
  echo "$wanted" >.cache/chart/installed
}

need_packages chart
prepare_python
if [[ ${1:-} == --docs ]]; then
  exec .cache/chart/bin/python tests/chart/values_docs.py --write helm/spillway
fi

HELM=$(tools/go-tools.sh helm)
PROMETHEUS_OPERATOR=$(tools/go-tools.sh --module "$PROMETHEUS_OPERATOR_MODULE")
KEDA=$(tools/go-tools.sh --module "$KEDA_MODULE")
if [[ -z ${SPILLWAY_BIN:-} ]]; then
  need_packages build
  configure build
  build_targets build spillway-server
  SPILLWAY_BIN=$PWD/build/bin
fi
SPILLWAY_SERVER=$SPILLWAY_BIN/spillway-server
export HELM PROMETHEUS_OPERATOR KEDA SPILLWAY_SERVER

say "helm lint, of each of helm/spillway/ci"
for values in helm/spillway/ci/*-values.yaml; do
  "$HELM" lint --strict --quiet helm/spillway --values "$values"
done
say "Testing what the chart makes of its values"
PYTHONDONTWRITEBYTECODE=1 .cache/chart/bin/python -m unittest discover -s tests/chart -p '*_test.py' "$@"
