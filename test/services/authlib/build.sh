#!/usr/bin/env bash
# Installs the packages of requirements.txt into bin/packages, unless they are newer than it.
set -euo pipefail
cd "$(dirname "$0")"

newer() {
  local source
  for source in requirements.txt build.sh; do [ bin/packages -nt "$source" ] || return 1; done
}

newer && exit
mkdir -p bin
made=$(mktemp -d bin/making.XXXXXX)
trap 'rm -rf "$made"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --only-binary=:all: \
  --requirement requirements.txt --target "$made"
chmod 755 "$made"
rm -rf bin/packages
# Renamed when done, so that nobody uses half of them.
mv "$made" bin/packages
touch bin/packages
