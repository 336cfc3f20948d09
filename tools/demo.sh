#!/usr/bin/env bash
# One file of examples/, end to end, on this machine: TLS providers (spillway-sim), the server, a caller.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh
source tools/demo-stories.sh

BIN=build/bin
WORK=build/demo
CONTROL=http://127.0.0.1:18440
QUESTION='Say this is a test!'
EXAMPLE=model-failover
STAY=
PIDS=()
STEPS=0

stop_all() {
  local pid
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}

headline() { printf '\n\033[1m%s\033[0m\n' "$*"; }
step() { headline "$((++STEPS)). $*"; }
type_out() { printf '\033[2m$ %s\033[0m\n' "$*"; }
show() {
  type_out "$@"
  "$@"
}

# chat [ARGS]: one call, with who served it and why.
chat() { show "$BIN/spillway" chat "$@" "$QUESTION"; }
route() { show "$BIN/spillway" route "$@"; }

# refused [ARGS]: the same of a call that has to fail.
refused() {
  local code=0
  chat "$@" || code=$?
  ((code == 1)) || die "the call should have failed; its exit code is $code"
}

# calls COUNT MODEL: that many calls, and who served each.
calls() {
  local i
  type_out "$BIN/spillway chat --model $2 \"$QUESTION\"   # $1 times"
  for ((i = 0; i < $1; ++i)); do "$BIN/spillway" chat --model "$2" "$QUESTION" 2>&1 >/dev/null | grep '^served by'; done
}

# fault PERSONALITY STEP: what its requests meet from now on (tests/sim/README.md).
fault() {
  local answer
  type_out "curl -X PUT -d $2 $CONTROL/personalities/$1/script"
  answer=$(curl -sS --fail-with-body -X PUT -d "$2" "$CONTROL/personalities/$1/script") || die "$answer"
}

# as KEY: who calls from here on.
as() {
  type_out "export SPILLWAY_KEY=$1"
  export SPILLWAY_KEY=$1
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
  "$BIN/spillway-sim" --config tools/demo-providers.json --ca-out "$WORK/ca.pem" --ports-out "$WORK/ports.json" >"$WORK/sim.log" 2>&1 &
  PIDS+=($!)
  wait_for spillway-sim "$WORK/sim.log" test -s "$WORK/ports.json"
}

start_server() {
  # An earlier server's last words must not be taken for this one's first.
  rm -f "$WORK/server.log"
  DEMO_OPENAI_KEY=sk-demo-openai DEMO_AZURE_KEY=sk-demo-azure DEMO_MISTRAL_KEY=sk-demo-mistral DEMO_SANDBOX_KEY=sk-demo-sandbox \
    DEMO_ANTHROPIC_KEY=sk-demo-anthropic DEMO_AWS_ACCESS_KEY_ID=AKIDDEMO DEMO_AWS_SECRET_ACCESS_KEY=sk-demo-bedrock \
    "$BIN/spillway-server" --config "$1" >"$WORK/server.log" 2>&1 &
  PIDS+=($!)
  wait_for spillway-server "$WORK/server.log" grep -q '"event":"serving"' "$WORK/server.log"
}

stay() {
  cat <<EOF

It goes on running${SPILLWAY_KEY:+; callers need a key:  export SPILLWAY_KEY=$SPILLWAY_KEY}. In another terminal:

  $BIN/spillway chat --model $MODEL "Hello"          ask
  $BIN/spillway route --model $MODEL                 what a call would do now, and why
  $BIN/spillway targets                              every target and its health
  $BIN/spillway suspend openai/gpt-4o --for 10s      take a target out by hand
  curl -s http://127.0.0.1:9901/metrics              for Prometheus
  curl -s $CONTROL/log                 what the simulated providers were asked
  tail -f $WORK/server.log                           one JSON line a call
  curl -X PUT -d overloaded $CONTROL/personalities/openai/script
                                                     break a provider, and mend it with ok (tests/sim/README.md)
EOF
  if [[ -n ${DOOR:-} ]]; then
    cat <<EOF
  curl $DOOR/chat/completions -H "Authorization: Bearer \$SPILLWAY_KEY" \\
    -d '{"model": "$MODEL", "messages": [{"role": "user", "content": "Hello"}]}'
                                                     ask as OpenAI's clients do
EOF
  fi
  printf '\nCtrl-C stops everything.\n'
  trap 'exit 0' INT TERM
  wait
}

for argument in "$@"; do
  case $argument in
    --stay) STAY=yes ;;
    -*) die "demo: no option '$argument'; there is --stay" ;;
    *) EXAMPLE=${argument%.yaml} ;;
  esac
done
STORY=story_${EXAMPLE//-/_}
if [[ ! -f examples/$EXAMPLE.yaml ]] || ! declare -F "$STORY" >/dev/null; then
  die "demo: no example '$EXAMPLE'; there are: $(cd examples && echo *.yaml | sed 's/\.yaml//g')"
fi
if [[ $EXAMPLE == openai && -z ${OPENAI_API_KEY:-} ]]; then
  die "demo: examples/openai.yaml asks OpenAI itself: export OPENAI_API_KEY first"
fi
# A caller's own settings must not lead the demo elsewhere.
unset SPILLWAY_KEY SPILLWAY_SERVER SPILLWAY_ADMIN SPILLWAY_MODEL

need_packages build demo
configure build
build_targets build spillway-server spillway-sim spillway
mkdir -p "$WORK"
trap stop_all EXIT

headline "Starting simulated providers (TLS) and the server on examples/$EXAMPLE.yaml"
start_providers
start_server "examples/$EXAMPLE.yaml"
MODEL=gpt-4o
"$STORY"
if [[ -n $STAY ]]; then stay; fi
headline "Done. ./dev demo $EXAMPLE --stay leaves it running; README.md goes on from here."
