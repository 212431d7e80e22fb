#!/usr/bin/env bash
# Builds bin/ferretdb unless it is newer than its sources. Pure Go: no C compiler is asked for.
set -euo pipefail
cd "$(dirname "$0")"

newer() {
  [ -x bin/ferretdb ] || return 1
  local source
  for source in main.go go.mod go.sum build.sh; do [ bin/ferretdb -nt "$source" ] || return 1; done
}

newer && exit
go=$(command -v go || echo /usr/local/go/bin/go)
mkdir -p bin
made=$(mktemp bin/ferretdb.XXXXXX)
trap 'rm -f "$made"' EXIT
CGO_ENABLED=0 "$go" build -mod=readonly -tags ferretdb_no_postgresql -trimpath -ldflags '-s -w' -o "$made" .
# Renamed when done, so that nobody starts half of one.
mv "$made" bin/ferretdb
