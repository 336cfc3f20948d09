#!/usr/bin/env bash
# A failover, end to end, on this machine: two TLS providers (spillway-sim), the server, a caller.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

BIN=build/bin
WORK=build/demo
MODEL=gpt-4o
QUESTION='Say this is a test!'
PIDS=()

stop_all() {
  local pid
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() {
  printf '\033[2m$ %s\033[0m\n' "$*"
  "$@"
}

# wait_for WHAT LOG COMMAND…: until the command succeeds, 10 s at most.
wait_for() {
  local what=$1 log=$2 tries
  shift 2
  for ((tries = 0; tries < 200; ++tries)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.05
  done
  cat "$log" >&2
  die "$what did not come up; its last words are above"
}

start_providers() {
  rm -f "$WORK/ports.json"
  "$BIN/spillway-sim" --ca-out "$WORK/ca.pem" --ports-out "$WORK/ports.json" --control 127.0.0.1:18440 \
    --openai "openai=127.0.0.1:18441,tls,model=gpt-4o,key=sk-demo-openai,fault=rate_limited:retry_after=30" \
    --openai "azure=127.0.0.1:18442,tls,model=gpt-4o,key=sk-demo-azure" >"$WORK/sim.log" 2>&1 &
  PIDS+=($!)
  wait_for spillway-sim "$WORK/sim.log" test -s "$WORK/ports.json"
}

start_server() {
  # An earlier server's last words must not be taken for this one's first.
  rm -f "$WORK/server.log"
  DEMO_OPENAI_KEY=sk-demo-openai DEMO_AZURE_KEY=sk-demo-azure "$BIN/spillway-server" --config "$1" >"$WORK/server.log" 2>&1 &
  PIDS+=($!)
  wait_for spillway-server "$WORK/server.log" grep -q '"event":"serving"' "$WORK/server.log"
}

failover_story() {
  step "1. A caller asks for $MODEL. The first provider answers 429, Retry-After: 30; the call spills to the next."
  show "$BIN/spillway" chat --model "$MODEL" "$QUESTION"
  step "2. The same call again. The suspended provider is not even tried."
  show "$BIN/spillway" chat --model "$MODEL" "$QUESTION"
  step "3. Why: what the next call would do, this instant."
  show "$BIN/spillway" route --model "$MODEL"
  step "4. What Prometheus sees."
  printf '\033[2m$ %s\033[0m\n' "curl -s http://127.0.0.1:9901/metrics | grep …"
  curl -s http://127.0.0.1:9901/metrics |
    grep -E '^spillway_(calls|attempts|failovers|suspensions)_total|^spillway_target_state'
}

real_story() {
  step "5. OPENAI_API_KEY is set: the same against OpenAI itself (examples/openai.yaml)."
  kill "${PIDS[-1]}"
  wait "${PIDS[-1]}" 2>/dev/null || true
  start_server examples/openai.yaml
  show "$BIN/spillway" chat --model "$MODEL" "$QUESTION" || true
  show "$BIN/spillway" route --model "$MODEL" || true
}

stay() {
  cat <<EOF

It goes on running. In another terminal:

  $BIN/spillway chat --model $MODEL "Hello"          ask
  $BIN/spillway route --model $MODEL                 what a call would do now, and why
  $BIN/spillway targets                              every target and its health
  $BIN/spillway suspend azure/$MODEL --for 10s       take a target out by hand
  curl -s http://127.0.0.1:9901/metrics              for Prometheus
  curl -s http://127.0.0.1:18440/log                 what the simulated providers were asked
  tail -f $WORK/server.log                           one JSON line a call

Ctrl-C stops everything.
EOF
  trap 'exit 0' INT TERM
  wait
}

need_packages build demo
configure build
build_targets build spillway-server spillway-sim spillway
mkdir -p "$WORK"
trap stop_all EXIT

step "Starting two simulated providers (TLS) and the server on examples/model-failover.yaml"
start_providers
start_server examples/model-failover.yaml
failover_story
if [[ -n ${OPENAI_API_KEY:-} ]]; then real_story; fi
if [[ ${1:-} == --stay ]]; then stay; fi
step "Done. ./dev demo --stay leaves it running; README.md goes on from here."
