#!/usr/bin/env bash
# Builds bin/deployment and fetches bin/kubernetes-schemas.zip beside it, unless they are newer than their sources.
# Pure Go: no C compiler is asked for.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p bin

newer() {
  local made=bin/$1 source
  shift
  [ -e "$made" ] || return 1
  for source in "$@"; do [ "$made" -nt "$source" ] || return 1; done
}

# Renamed when done, so that nobody uses half of one.
made=$(mktemp -d bin/making.XXXXXX)
trap 'rm -rf "$made"' EXIT

if ! newer deployment main.go manifests.go go.mod go.sum build.sh; then
  go=$(command -v go || echo /usr/local/go/bin/go)
  CGO_ENABLED=0 "$go" build -mod=readonly -trimpath -ldflags '-s -w' -o "$made/deployment" .
  mv "$made/deployment" bin/deployment
fi

if ! newer kubernetes-schemas.zip requirements.txt build.sh; then
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --requirement requirements.txt --dest "$made"
  # A wheel is a ZIP file.
  touch "$made"/*.whl
  mv "$made"/*.whl bin/kubernetes-schemas.zip
fi
