#!/usr/bin/env bash
# Runs the workflow that users copy, and the action behind it, for real: with act,
# on the repository that `patchops init --example msp` writes, once as it is and
# once with a broken document. No network and no containers: checkout is the local
# folder, and the two actions of others that the workflow calls are stand-ins that
# check what they are given.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com
export GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com

fail() {
	echo "act: $1" >&2
	[ -z "${2:-}" ] || cat "$2" >&2
	exit 1
}

go build -o "$work/patchops" ./cmd/patchops
go build -modfile=internal/actions.mod -o "$work/act" github.com/nektos/act

# The action as it is in this folder, committed or not, without what Git ignores.
mkdir "$work/action"
git ls-files -z --cached --others --exclude-standard |
	while IFS= read -r -d '' f; do [ ! -e "$f" ] || printf '%s\0' "$f"; done |
	tar -c --null --files-from=- | tar -x -C "$work/action"

mkdir -p "$work/setup-go" "$work/codeql/upload-sarif"
cat >"$work/setup-go/action.yml" <<'EOF'
name: stand-in for actions/setup-go
inputs:
  go-version-file: {required: true}
  cache-dependency-path: {required: true}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        MOD: ${{ inputs.go-version-file }}
        SUM: ${{ inputs.cache-dependency-path }}
      run: grep -q '^go 1' "$MOD" && test -s "$SUM" && go version
EOF
cat >"$work/codeql/upload-sarif/action.yml" <<'EOF'
name: stand-in for github/codeql-action/upload-sarif
inputs:
  sarif_file: {required: true}
  category: {required: true}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        SARIF: ${{ inputs.sarif_file }}
      run: |
        grep -q '"version": *"2.1.0"' "$SARIF"
        echo "uploaded $(grep -c '"ruleId"' "$SARIF") results"
EOF

repo=$work/patches
"$work/patchops" init --example msp "$repo" 2>/dev/null
git -C "$repo" add --all
git -C "$repo" commit --quiet --message 'patch plans'
git -C "$repo" remote add origin https://github.com/example/patches
git -C "$repo" update-ref refs/remotes/origin/main HEAD
git -C "$repo" switch --quiet --create change

sed -n 's/.*uses: \([^ ]*@[0-9a-f]\{40\}\).*/\1/p' "$root/action.yml" "$repo/.github/workflows/patchops.yml" >"$work/uses"
ref() { # the pinned revision of an action
	sed -n "s#^$1@##p" "$work/uses"
}
run() { # is it a fork, log; the status of the job
	cat >"$work/event.json" <<EOF
{"action": "synchronize", "number": 7,
 "pull_request": {"number": 7,
  "head": {"ref": "change", "repo": {"full_name": "example/patches", "fork": $1}},
  "base": {"ref": "main", "repo": {"full_name": "example/patches", "fork": false}}},
 "repository": {"full_name": "example/patches", "default_branch": "main"}}
EOF
	(cd "$repo" && HOME=$work/home timeout 300 "$work/act" pull_request \
		--eventpath "$work/event.json" --env GOCACHE="$(go env GOCACHE)" --env GOMODCACHE="$(go env GOMODCACHE)" \
		-P ubuntu-latest=-self-hosted --pull=false --no-cache-server \
		--use-new-action-cache --action-cache-path "$work/cache" \
		--local-repository "patchops/patchops@$(ref patchops/patchops)=$work/action" \
		--local-repository "actions/setup-go@$(ref actions/setup-go)=$work/setup-go" \
		--local-repository "github/codeql-action@$(ref github/codeql-action/upload-sarif)=$work/codeql") >"$2" 2>&1
}

log=$work/log
shows() {
	grep -qF -- "$1" "$log" || fail "the log does not show: $1" "$log"
}
hides() {
	! grep -qF -- "$1" "$log" || fail "the log shows: $1" "$log"
}

run false "$log" || fail "a clean repository does not pass" "$log"
shows "Job succeeded"
shows "### patchops: no errors"
shows "uploaded 0 results"
hides "::error"
echo "act: a clean repository passes"

# A pull request from a colleague that asks for more than all hosts.
plan=plans/klinikum/linux-servers.yaml
sed -i '0,/percent: [0-9]*/s//percent: 250/' "$repo/$plan"
git -C "$repo" commit --quiet --all --message 'all of them'
! run false "$log" || fail "a broken document passes" "$log"
shows "::error file=$plan,line="
shows "### patchops: errors found"
shows "250"
shows "uploaded 2 results" # and a warning of the change gate: hosts are planned no more
shows "Job failed"
echo "act: a broken document fails, with an annotation on its line"

# The same from a fork, which has no right to upload.
! run true "$log" || fail "a broken document from a fork passes" "$log"
shows "::error file=$plan,line="
hides "uploaded"
echo "act: a fork's broken document fails too, without an upload"
