#!/usr/bin/env bash
# What examples/clients/java/README.md says, once until something changes. See ../README.md.
set -euo pipefail

for tool in javac mvn; do
  command -v "$tool" >/dev/null || {
    echo "no $tool: apt-get install openjdk-17-jdk-headless maven" >&2
    exit 77
  }
done

wanted=$(find pom.xml src ../../../proto/spillway/v1 -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
if [[ $(cat target/made-for 2>/dev/null) != "$wanted" ]]; then
  mvn --batch-mode --no-transfer-progress --quiet -Dmaven.repo.local="$PWD/.m2" package
  printf '%s\n' "$wanted" >target/made-for
fi

printf '#!/bin/sh\nexec java -cp "target/classes:target/dependency/*" dev.spillway.examples.Caller "$@"\n' >run
chmod +x run
