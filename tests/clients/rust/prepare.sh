#!/usr/bin/env bash
# What examples/clients/rust/README.md says. See ../README.md.
set -euo pipefail

for tool in cargo protoc; do
  # rustup's may be there without one behind it.
  "$tool" --version >/dev/null 2>&1 || {
    echo "no $tool: Debian's protobuf-compiler and a Rust of https://rustup.rs" >&2
    exit 77
  }
done

export CARGO_TARGET_DIR=$PWD/target
cargo build --quiet --locked
ln -sf target/debug/spillway-caller run
