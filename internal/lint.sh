#!/usr/bin/env bash
# Every linter, with the versions pinned in internal/{tools,lint,actions}.mod. All
# run, whatever one of them says.
set -euo pipefail
cd "$(dirname "$0")/.."
tool() { # modules, name, arguments
	go tool -modfile="internal/$1.mod" "${@:2}"
}
failed=0
step() { # what it is, command
	local name=$1 out
	shift
	if ! out=$("$@" 2>&1); then
		printf '== %s\n%s\n' "$name" "$out"
		failed=1
	fi
}
silent() { # fails if the command prints anything
	local out
	out=$("$@") || { printf '%s\n' "$out"; return 1; }
	[ -z "$out" ] || { printf '%s\n' "$out"; return 1; }
}

shopt -s globstar nullglob
step "go vet" go vet ./...
step "go mod tidy would change go.mod" go mod tidy -diff
step "golangci-lint" tool lint golangci-lint run ./...
step "gofumpt would change" silent tool tools gofumpt -l cmd internal policies schemas docs
step "opa fmt would change" silent tool tools opa fmt --list policies internal/generate/peers
step "cue fmt would change" tool tools cue fmt --check schemas/*.cue
step "actionlint" tool actions actionlint .github/workflows/*.yml internal/scaffold/*.yml
for script in .ci/run internal/**/*.sh; do
	step "bash -n $script" bash -n "$script"
done
[ "$failed" -eq 0 ] && echo "lint: nothing found"
exit "$failed"
