#!/usr/bin/env bash
# What examples/clients/rust/README.md says. See ../README.md.
set -euo pipefail

for tool in cargo protoc; do
  command -v "$tool" >/dev/null || {
    echo "no $tool: Debian's protobuf-compiler and a Rust of https://rustup.rs" >&2
    exit 77
  }
done

export CARGO_TARGET_DIR=$PWD/target
cargo build --quiet --locked
ln -sf target/debug/spillway-caller run
