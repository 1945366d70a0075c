#!/usr/bin/env bash
# internal/fuzz.sh TIME: every fuzz target of the module, each for TIME, one after
# another; all run, whatever one of them finds.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
while IFS=: read -r file target; do
	dir=./$(dirname "$file")
	echo "== $target ($dir)"
	go test "$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$1" -fuzzminimizetime 10x || failed=1
done < <(grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' internal policies schemas | sed 's/func //' | sort)
exit "$failed"
