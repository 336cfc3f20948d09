# What ./dev demo shows of each example. Sourced by demo.sh, whose words it speaks.
# shellcheck shell=bash

story_model_failover() {
  fault openai rate_limited:retry_after=30
  step "A caller asks for gpt-4o. The first provider answers 429, Retry-After: 30; the call spills to the next."
  chat --model gpt-4o
  step "The same call again. The suspended provider is not even tried."
  chat --model gpt-4o
  step "Why: what the next call would do, this instant."
  route --model gpt-4o
  step "What Prometheus sees."
  type_out "curl -s http://127.0.0.1:9901/metrics | grep …"
  curl -s http://127.0.0.1:9901/metrics |
    grep -E '^spillway_(calls|attempts|failovers|suspensions)_total|^spillway_target_state'
  if [[ -n ${OPENAI_API_KEY:-} ]]; then
    step "OPENAI_API_KEY is set: the same against OpenAI itself (examples/openai.yaml)."
    kill "${PIDS[-1]}"
    wait "${PIDS[-1]}" 2>/dev/null || true
    start_server examples/openai.yaml
    story_openai
  fi
}

story_openai() {
  chat --model gpt-4o || true
  route --model gpt-4o || true
}

story_round_robin() {
  as demo-production-key
  step "Whatever model is asked for, the list takes turns."
  calls 6 gpt-4o
  step "mistral answers 503. Its turn spills to the next in the list, and the call still succeeds."
  fault mistral overloaded
  calls 2 gpt-4o
  chat --model gpt-4o
  step "Until it is due back the others take turns without it, in the same order."
  calls 4 gpt-4o
  step "The sandbox has no list: the call passes through to its primary endpoint, and keeps its model."
  chat --key demo-sandbox-key --model gpt-4o-mini
  step "Whose turn is next, and why."
  route --model gpt-4o
}

story_weighted_round_robin() {
  as demo-production-key
  step "5, 3 and 2 of every 10 calls, spread evenly."
  calls 10 gpt-4o | tee "$WORK/served"
  step "Counted."
  grep '^served by' "$WORK/served" | sort | uniq -c
  step "mistral is taken out by hand: the others share its part, 5 to 2."
  show "$BIN/spillway" suspend mistral/mistral-small --for 5m
  calls 7 gpt-4o
  step "It is back, and takes up where it left off."
  show "$BIN/spillway" resume mistral/mistral-small
  route --model gpt-4o
}

story_kong_failover() {
  step "openai has the greatest weight: it serves. The metadata says who, which model, and both latencies."
  chat --model gpt-4o --verbose
  step "It answers 503. The call goes to azure; openai has failed once of twice (max_fails)."
  fault openai overloaded
  chat --model gpt-4o
  step "The second failure within 30 s takes it out."
  chat --model gpt-4o
  step "For 30 s it is not tried."
  chat --model gpt-4o
  step "A key that openai refuses fails over, too: 401 is among the criteria."
  fault openai invalid_key
  show "$BIN/spillway" resume openai/gpt-4o
  chat --model gpt-4o
  route --model gpt-4o
}

story_fallback_codes() {
  step "The primary answers 429, which is on the list: the backup gets the same prompt."
  fault openai rate_limited
  chat --model gpt-4o
  step "It answers 404, which is not: the answer passes through as it came. (This call has to fail.)"
  fault openai model_not_found
  refused --model gpt-4o
  step "Both fail: the backup's failure, and both attempts. (So has this one.)"
  fault openai overloaded
  fault mistral overloaded
  refused --model gpt-4o
  step "Nothing is remembered: the next call tries the primary first."
  route --model gpt-4o
}

story_nested() {
  # shellcheck disable=SC2034  # stay says it.
  MODEL=assistant
  step "Two large models share the calls, 3 to 1."
  calls 4 assistant
  step "The prompt is too long for openai: it goes to the one with the larger window, and not to the same model elsewhere."
  fault openai context_length
  chat --model assistant
  step "openai answers 503: within its share azure stands in for it."
  fault openai overloaded
  chat --model assistant
  step "The whole tree, in the order of the next call, and what each target has of its own."
  route --model assistant
}

story_any_api() {
  # shellcheck disable=SC2034  # stay says it.
  MODEL=assistant
  step "OpenAI serves."
  chat --model assistant
  step "OpenAI and Azure are throttled: Anthropic gets the same question in its own protocol."
  fault openai rate_limited:retry_after=30
  fault azure rate_limited:retry_after=30
  chat --model assistant
  step "Anthropic is overloaded: Bedrock, whose requests are signed."
  fault anthropic overloaded
  chat --model assistant
  step "What each provider was really asked, the last of its requests."
  for provider in openai azure anthropic bedrock; do
    type_out "curl -s '$CONTROL/log?personality=$provider'"
    curl -s "$CONTROL/log?personality=$provider" | python3 -c '
import json, sys
entry = json.load(sys.stdin)[-1]
print(entry["method"], entry["path"]); print(entry["body"])'
  done
}

story_streaming() {
  # shellcheck disable=SC2034  # stay says it.
  MODEL=assistant
  step "openai answers, word by word."
  fault openai ok:tokens=20:pause_ms=30
  chat --stream --model assistant
  step "It breaks off after three words. The caller has them, and gets an error. (This call has to fail.)"
  fault openai cut:tokens=20:after=3
  refused --stream --model assistant
  step "The same, and the caller allows a reset: the next target answers from the beginning."
  chat --stream --allow-reset --model assistant
  step "It falls silent after three words: stream_idle_timeout tells."
  fault openai stall:tokens=20:after=3
  chat --stream --allow-reset --model assistant
  step "It pings, but says nothing: after first_token_timeout the next target answers, and no caller notices."
  fault openai stall_pings:after=0
  chat --stream --model assistant
  step "What Prometheus sees."
  type_out "curl -s http://127.0.0.1:9901/metrics | grep …"
  curl -s http://127.0.0.1:9901/metrics | grep -E '^spillway_(calls|attempts)_total|^spillway_time_to_first_token_seconds_count'
}

# ask [CURL'S FLAGS]: one completion by the door, as curl shows it. MORE: further members of the request.
ask() {
  local key=() shown="curl${*:+ $*} $DOOR/chat/completions"
  local data="{\"model\": \"gpt-4o\", \"messages\": [{\"role\": \"user\", \"content\": \"$QUESTION\"}]${MORE:-}}"
  if [[ -n ${SPILLWAY_KEY:-} ]]; then
    key=(-H "Authorization: Bearer $SPILLWAY_KEY")
    # shellcheck disable=SC2016  # As one would type it.
    shown+=' -H "Authorization: Bearer $SPILLWAY_KEY"'
  fi
  type_out "$shown -d '$data'"
  curl -sS "$@" "$DOOR/chat/completions" "${key[@]}" -d "$data"
  printf '\n'
}

story_openai_door() {
  DOOR=http://127.0.0.1:8080/v1
  step "What speaks to OpenAI speaks to Spillway: another base URL, and a key of its own."
  as demo-production-key
  ask
  step "OpenAI is throttled. Anthropic answers in its own protocol, the client gets OpenAI's; the headers say who it was."
  fault openai rate_limited:retry_after=30
  ask -i | grep -E 'chat/completions|^HTTP|^x-spillway-(provider|model|attempts)|^\{'
  step "A stream, with its tokens at the end."
  MORE=', "stream": true, "stream_options": {"include_usage": true}' ask -N
  step "All are throttled: an error that OpenAI's SDKs know, and when to come back. (This call has to fail.)"
  fault anthropic rate_limited:retry_after=30
  fault bedrock rate_limited:retry_after=30
  ask -i
  step "A call without a key. (It has to fail.)"
  SPILLWAY_KEY='' ask -i
  step "The models that this caller may ask for."
  type_out "curl $DOOR/models -H \"Authorization: Bearer \$SPILLWAY_KEY\""
  curl -sS "$DOOR/models" -H "Authorization: Bearer $SPILLWAY_KEY"
  printf '\n'
}

story_callers() {
  step "A call without a key. (It has to fail.)"
  refused --model gpt-4o
  step "checkout's key is one for production."
  as demo-production-key
  chat --model gpt-4o
  step "ci's key is one for the sandbox: other endpoints, other provider keys."
  as demo-sandbox-key
  chat --model gpt-4o
  step "ci may ask for gpt-4o only. (This call has to fail.)"
  refused --model summaries
  route --model gpt-4o
}
