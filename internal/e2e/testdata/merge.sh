#!/bin/sh
# Proposes what is on standard input as rules/freezes.yaml, or that there is none, and has
# people agree to it: merge.sh BRANCH PERSON... Each looks at it, then signs what was seen.
set -eu
branch=$1
shift
git fetch --quiet origin
git checkout --quiet -B "$branch" origin/main
cat >rules/freezes.yaml
[ -s rules/freezes.yaml ] || rm rules/freezes.yaml
git add --all rules
git commit --quiet -m "$branch"
git push --quiet origin "$branch"
git checkout --quiet main
for person in "$@"; do
	digest=$("$PATCHOPS_BIN" approve "$branch" --key "../$person.key" 2>/dev/null | sed -n 's/^effect \(sha256:[0-9a-f]*\).*/\1/p')
	"$PATCHOPS_BIN" approve "$branch" --key "../$person.key" --effect "$digest"
done
