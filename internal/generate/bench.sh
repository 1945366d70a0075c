#!/usr/bin/env bash
# Times `patchops check` beside cue vet and conftest on a generated repository, in
# one run on one machine, and then rollouts of big estates; prints tables. CLIENTS,
# DOCUMENTS, ASSETS and ROUNDS may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "building" >&2
go build -o "$work/patchops" ./cmd/patchops
go build -o "$work/generate" ./internal/generate/cmd/generate
go build -o "$work/bench" ./internal/generate/cmd/bench
go build -o "$work/plan" ./internal/generate/cmd/plan
go build -o "$work/logbench" ./internal/generate/cmd/logbench
go build -modfile=internal/tools.mod -o "$work/cue" cuelang.org/go/cmd/cue
go build -modfile=internal/tools.mod -o "$work/conftest" github.com/open-policy-agent/conftest

"$work/generate" -clients "${CLIENTS:-500}" -documents "${DOCUMENTS:-10000}" -out "$work/repository"
"$work/bench" -patchops "$work/patchops" -cue "$work/cue" -conftest "$work/conftest" \
	-schemas schemas -rego internal/generate/peers/rego -repository "$work/repository" \
	-work "$work" -rounds "${ROUNDS:-5}"

echo
"$work/plan" -patchops "$work/patchops" -assets "${ASSETS:-100000}" -rounds "${ROUNDS:-5}"

echo
mkdir "$work/log"
"$work/logbench" -patchops "$work/patchops" -work "$work/log" -records "${RECORDS:-1000000}"

echo
internal/generate/hosts.sh
