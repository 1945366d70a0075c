#!/usr/bin/env bash
# Every linter, with the versions pinned in internal/tools.mod.
set -euo pipefail
cd "$(dirname "$0")/.."
tool() { go tool -modfile=internal/tools.mod "$@"; }
failed=0
check() { # name, output that must be empty
	if [ -n "$2" ]; then
		printf '%s:\n%s\n' "$1" "$2"
		failed=1
	fi
}

go vet ./... || failed=1
tool golangci-lint run ./... || failed=1
check "gofumpt would change" "$(tool gofumpt -l cmd internal policies schemas docs)"
check "opa fmt would change" "$(tool opa fmt --list policies)"
check "cue fmt would change" "$(tool cue fmt --check ./schemas/*.cue 2>&1 || true)"
tool actionlint .github/workflows/*.yml || failed=1
check "go mod tidy would change" "$(go mod tidy -diff 2>&1 || true)"
exit $failed
