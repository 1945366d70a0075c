#!/usr/bin/env bash
# internal/release.sh VERSION DIR: builds the binaries of a release into DIR, below
# the root, with their checksums and bill of materials. The same commit gives the
# same bytes, in whatever folder it is built.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1 dir=$2
commit=$(git rev-parse HEAD)
mkdir -p "$dir"
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOWORK=off
for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64; do
	GOOS=${target%/*} GOARCH=${target#*/} go build -trimpath \
		-ldflags "-s -w -buildid= -X main.version=$version -X main.commit=$commit" \
		-o "$dir/patchops-${target%/*}-${target#*/}" ./cmd/patchops
done
# Which modules are inside, with their checksums, as Go itself records them.
go version -m "$dir"/patchops-* | sed "s#^$dir/##" >"$dir/modules.txt"
(cd "$dir" && sha256sum patchops-* modules.txt >SHA256SUMS)
