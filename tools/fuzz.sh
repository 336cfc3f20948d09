#!/usr/bin/env bash
# Builds the fuzzers and runs them, two at a time: ./dev fuzz [NAME…] [--seconds N | --runs N]. See tests/fuzz/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/common.sh

BUILD=build-sanitize
SEEDS=tests/fuzz/corpus
AT_A_TIME=2
MEGABYTES=2048
SECONDS_EACH=600
RUNS=
NAMES=()

# seeds NAME: what people wrote, as the fuzzer reads it, in a folder of its own; prints its path.
seeds() {
  local name=$1 out=$BUILD/seeds/$1 text
  rm -rf "$out"
  mkdir -p "$out"
  cp "$SEEDS/$name"/* "$out/"
  if [[ $name == config ]]; then cp examples/*.yaml "$out/"; fi
  for text in "$out"/*.textproto; do
    if [[ ! -e $text ]]; then break; fi
    protoc -I proto --encode=spillway.v1.ChatRequest spillway/v1/chat.proto <"$text" >"${text%.textproto}"
    rm "$text"
  done
  echo "$out"
}

# dictionary NAME: words of the target's language; prints the file's path.
dictionary() {
  case $1 in
    config) echo tests/fuzz/yaml.dict ;;
    retry_hint) echo tests/fuzz/headers.dict ;;
    http_request) echo tests/fuzz/http.dict ;;
    decode_stream_*)
      cat tests/fuzz/stream.dict tests/fuzz/json.dict >"$BUILD/seeds/$1.dict"
      echo "$BUILD/seeds/$1.dict"
      ;;
    *) echo tests/fuzz/json.dict ;;
  esac
}

# fuzz NAME: one fuzzer for its time. Its log is its report; findings land under artifacts/.
fuzz() {
  local name=$1 corpus=$BUILD/corpus/$1 artifacts=$BUILD/artifacts/$1
  mkdir -p "$corpus" "$artifacts"
  "$BUILD/bin/${name}_fuzzer" "$corpus" "$(seeds "$name")" "${LIMIT[@]}" -timeout=10 \
    -rss_limit_mb="$MEGABYTES" -max_len="$([[ $name == retry_hint ]] && echo 1024 || echo 8192)" \
    -dict="$(dictionary "$name")" -artifact_prefix="$artifacts/" -print_final_stats=1 -verbosity=1 >"$BUILD/log/$name" 2>&1
}

files_in() { mkdir -p "$1" && find "$1" -type f | wc -l; }
stat_of() { sed -nE "s/^stat::$2: +//p" "$BUILD/log/$1"; }

# report NAME FILES_BEFORE: one line of the table.
report() {
  local name=$1 before=$2 after coverage
  after=$(files_in "$BUILD/corpus/$name")
  coverage=$(sed -nE 's/.* cov: ([0-9]+) .*/\1/p' "$BUILD/log/$name" | tail -n 1)
  printf '%-20s %12s %9s %9s %15s %9s\n' "$name" "$(stat_of "$name" number_of_executed_units)" \
    "$(stat_of "$name" average_exec_per_sec)" "$coverage" "$before -> $after" "$(files_in "$BUILD/artifacts/$name")"
}

while (($#)); do
  case $1 in
    --seconds)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "fuzz: --seconds wants a number"
      SECONDS_EACH=$2
      shift
      ;;
    --runs)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "fuzz: --runs wants a number"
      RUNS=$2
      shift
      ;;
    -*) die "fuzz: no option '$1'; there are --seconds N and --runs N" ;;
    *)
      [[ -d $SEEDS/$1 ]] || die "fuzz: no target '$1'; there are: $(cd "$SEEDS" && echo *)"
      NAMES+=("$1")
      ;;
  esac
  shift
done
# A number of runs from one seed is the same search each time; a time never is.
if [[ -n $RUNS ]]; then
  LIMIT=(-seed=1 -runs="$RUNS") EACH="$RUNS runs"
else
  LIMIT=(-max_total_time="$SECONDS_EACH") EACH="$SECONDS_EACH s"
fi
((${#NAMES[@]})) || mapfile -t NAMES < <(cd "$SEEDS" && printf '%s\n' *)

need_packages build test sanitize
configure_sanitized
build_targets "$BUILD" "${NAMES[@]/%/_fuzzer}"

mkdir -p "$BUILD/log"
say "Fuzzing ${#NAMES[@]} targets, ${EACH} each, $AT_A_TIME at a time"
failed=()
printf '%-20s %12s %9s %9s %15s %9s\n' target executions per_s coverage corpus findings
for ((i = 0; i < ${#NAMES[@]}; i += AT_A_TIME)); do
  pids=() before=()
  for name in "${NAMES[@]:i:AT_A_TIME}"; do
    before+=("$(files_in "$BUILD/corpus/$name")")
    fuzz "$name" &
    pids+=($!)
  done
  for j in "${!pids[@]}"; do
    name=${NAMES[i + j]}
    wait "${pids[j]}" || failed+=("$name")
    report "$name" "${before[j]}"
  done
done

for name in "${failed[@]}"; do
  say "$name failed"
  grep -E 'what\(\): |ERROR: |SUMMARY: |runtime error: ' "$BUILD/log/$name" || tail -n 20 "$BUILD/log/$name"
  echo "the whole of it: $BUILD/log/$name"
  for artifact in "$BUILD/artifacts/$name"/*; do echo "again: $BUILD/bin/${name}_fuzzer $artifact"; done
done
((${#failed[@]} == 0))
