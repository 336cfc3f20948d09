#!/bin/sh
# compile.sh COMPILER ARGS…: compiles a precompiled header, and writes beside it what ccache is to know it by (its setting
# pch_external_checksum): OUTPUT.sum. The file itself is hundreds of megabytes, to be read for each source, and other
# bytes in each checkout; here is what it comes from.
set -eu
"$@"

root=$(cd "$(dirname "$0")/../.." && pwd)
command=$*
version=
output=
depfile=
while [ $# -gt 0 ]; do
  case $1 in
    -o) output=$2 ;;
    -MF) depfile=$2 ;;
    *++) if [ -z "$version" ]; then version=$("$1" --version); fi ;;
  esac
  shift
done

{
  printf '%s\n%s\n' "$version" "$command" | sed "s|$PWD|BUILD|g; s|$root|SOURCE|g"
  sed 's/^[^:]*://; s/\\$//' "$depfile" | tr -s ' ' '\n' | xargs -r cat
} | sha256sum >"$output.sum"
