#!/usr/bin/env bash
# debian:12-slim in buildah's storage: from a registry, or made by debootstrap of what Debian's mirrors have, where no
# registry can be reached. Sourced by tools/image.sh, which has `in_store`.
# shellcheck shell=bash

BASE=docker.io/library/debian:12-slim

# debian_sources: sources.list of the mirrors that this machine has Debian 12 from, and of nobody else's packages.
debian_sources() {
  # shellcheck disable=SC2016  # apt's own.
  apt-get indextargets --format '$(ORIGIN) deb $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    sed -n 's/^Debian \(deb [^ ]* bookworm\(-updates\|-security\)\? main\)$/\1/p' | sort -u
}

# What debian:12-slim leaves out, too: documentation, but for the licences.
slim_down() {
  find "$1/usr/share/doc" -type f ! -name copyright -delete
  rm -rf "$1"/usr/share/{info,locale,man}/* "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*
}

make_base() {
  local root=$1
  say "Making $BASE by debootstrap"
  local sources mirror
  sources=$(debian_sources)
  mirror=$(sed -n 's/^deb \([^ ]*\) bookworm main$/\1/p' <<<"$sources" | head -n 1)
  [[ $mirror ]] || die "apt knows no mirror of Debian 12 (bookworm): run apt-get update"
  debootstrap --variant=minbase bookworm "$root" "$mirror" | grep -v '^I: \(Retrieving\|Validating\)' || die "debootstrap failed"
  echo "$sources" >"$root/etc/apt/sources.list"
  slim_down "$root"
}

# need_base HOW: registry, debootstrap, or any (the first that works).
need_base() {
  local how=$1 container root
  in_store inspect --type image "$BASE" >/dev/null 2>&1 && return
  if [[ $how != debootstrap ]] && in_store pull --quiet "$BASE" 2>/dev/null; then return; fi
  [[ $how != registry ]] || die "no registry has $BASE for us; --base-from debootstrap makes it"
  root=$(mktemp -d .cache/image/base.XXXXXX)
  make_base "$root"
  container=$(in_store from scratch)
  in_store config --cmd bash --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  in_store add --quiet "$container" "$root" /
  in_store commit --quiet --rm "$container" "$BASE"
  rm -rf "$root"
}
