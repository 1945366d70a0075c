#!/usr/bin/env bash
# The last step of action.yml: annotations on stdout, a job summary, SARIF; and
# the exit status of `patchops check`. What is judged is untrusted: it reaches
# this script only through files and variables, never as code.
set -euo pipefail

repo=${PATCHOPS_REPO:-}
if [ -z "$repo" ]; then
	for dir in . plans; do
		if [ -f "$dir/patchops.yaml" ]; then
			repo=$dir
			break
		fi
	done
fi
if [ -z "$repo" ]; then
	echo "::error title=patchops::neither . nor plans holds patchops.yaml: say where with the input repo"
	exit 1
fi
args=(--repo "$repo" --color never)
if [ -n "${PATCHOPS_BASE:-}" ]; then
	args+=(--base "$PATCHOPS_BASE")
fi
# One instant for all formats, so that they say the same.
args+=(--as-of "$(date -u +%Y-%m-%dT%H:%M:%SZ)")

status=0
"$PATCHOPS" check "${args[@]}" --format github || status=$?

# What status 0 and 3 leave behind is a judgement; the others explain themselves
# on stderr.
text=$(mktemp)
trap 'rm -f "$text"' EXIT
if [ "$status" -eq 0 ] || [ "$status" -eq 3 ]; then
	"$PATCHOPS" check "${args[@]}" --format text >"$text" || [ $? -eq 3 ]
	# Beside the checkout, where no link of a pull request can lead it astray.
	sarif=$RUNNER_TEMP/patchops.sarif
	"$PATCHOPS" check "${args[@]}" --format sarif >"$sarif" || [ $? -eq 3 ]
	echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
else
	echo "patchops could not check: exit status $status, see the log of this step" >"$text"
fi

# A summary may hold 1 MiB. Within <pre>, only markup could escape.
{
	case $status in
	0) echo "### patchops: no errors" ;;
	3) echo "### patchops: errors found" ;;
	*) echo "### patchops: not checked" ;;
	esac
	echo "<pre>"
	head -c 600000 "$text" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'
	echo "</pre>"
} >>"$GITHUB_STEP_SUMMARY"
exit "$status"
