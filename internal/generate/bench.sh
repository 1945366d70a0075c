#!/usr/bin/env bash
# What docs/benchmarks.md tells of, measured on this machine. Each part can be run by
# itself: ONLY="run next" internal/generate/bench.sh
#   check  patchops check, and status, beside cue vet and conftest on a generated repository
#   plan   rollouts of big estates, and the commands plan and windows
#   log    a million records appended, cloned and verified
#   next   decisions for 100,000 hosts
#   run    a whole patchops run on 1,000 lite hosts
#   hosts  the ssh executor beside ansible-playbook on full hosts (root, namespaces)
# CLIENTS, DOCUMENTS, ASSETS, ROUNDS, RECORDS, RUN_HOSTS and HOSTS may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."

only=${ONLY:-check plan log next run hosts}
for part in $only; do
	case $part in
	check | plan | log | next | run | hosts) ;;
	*)
		echo "bench: ONLY names $part, wanted check, plan, log, next, run or hosts" >&2
		exit 2
		;;
	esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() { # programs of ours
	for name; do
		go build -o "$work/$name" "./internal/generate/cmd/$name"
	done
}

check() {
	build generate bench
	go build -modfile=internal/tools.mod -o "$work/cue" cuelang.org/go/cmd/cue
	go build -modfile=internal/tools.mod -o "$work/conftest" github.com/open-policy-agent/conftest
	"$work/generate" -clients "${CLIENTS:-500}" -documents "${DOCUMENTS:-10000}" -out "$work/repository"
	"$work/bench" -patchops "$work/patchops" -cue "$work/cue" -conftest "$work/conftest" \
		-schemas schemas -rego internal/generate/peers/rego -repository "$work/repository" \
		-work "$work" -rounds "${ROUNDS:-5}"
}

plan() {
	build plan
	"$work/plan" -patchops "$work/patchops" -assets "${ASSETS:-100000}" -rounds "${ROUNDS:-5}"
}

log() {
	build logbench
	mkdir "$work/log"
	"$work/logbench" -patchops "$work/patchops" -work "$work/log" -records "${RECORDS:-1000000}"
	rm -rf "$work/log"
}

next() {
	echo "progress.Next for 100,000 hosts (ns/op is a tick: wanted 1 s) and Apply of records:"
	go test -run '^$' -bench 'Next|Apply' -benchtime 20x -cpu 1 ./internal/progress
}

run() {
	build runbench
	mkdir "$work/run"
	"$work/runbench" -patchops "$work/patchops" -work "$work/run" -hosts "${RUN_HOSTS:-1000}"
	rm -rf "$work/run"
}

hosts() { internal/generate/hosts.sh; }

echo "building" >&2
go build -o "$work/patchops" ./cmd/patchops
for part in $only; do
	echo "$part" >&2
	echo
	"$part"
done
