package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/patchops/patchops/internal/generate"
)

// proposed is the branch that status and check --base judge.
const proposed = "deeper"

// git puts a copy of the repository into Git, with a remote and a branch that
// changes one plan, and returns its folder.
func (s settings) git() (string, error) {
	folder, remote := filepath.Join(s.work, "git"), filepath.Join(s.work, "remote.git")
	setup := `set -eu
cp -r "$1" "$2"
cd "$2"
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
git init -q --bare -b main "$3"
git init -q -b main
git add -A
git commit -q -m all
git remote add origin "$3"
git push -q origin main
git switch -q -c "$4"
sed -i 's/^  impact: .*/  impact: Nobody notices./' "$5"
git commit -q -a -m change
git push -q origin "$4"
git switch -q main
git fetch -q
export XDG_CONFIG_HOME="$6/config" XDG_STATE_HOME="$6/state"
"$7" trust init --quiet --new-key --forge git`
	var output bytes.Buffer
	cmd := exec.Command("sh", "-c", setup, "sh", s.repository, folder, remote, proposed, changed, s.work, s.patchops)
	cmd.Stderr = &output
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("put the repository into git: %w: %s", err, output.Bytes())
	}
	return folder, nil
}

// changes are check --base and status of one change, each with what earlier runs
// of its kind kept.
func (s settings) changes() ([]contender, error) {
	folder, err := s.git()
	if err != nil {
		return nil, err
	}
	nothing := func(int) error { return nil }
	env := func(cache string) []string {
		return append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(s.work, cache), "XDG_CONFIG_HOME="+filepath.Join(s.work, "config"),
			"XDG_STATE_HOME="+filepath.Join(s.work, "state"))
	}
	of := func(args ...string) [][]string {
		return [][]string{append([]string{s.patchops}, append(args, "--quiet", "--repo", folder, "--as-of", generate.AsOf)...)}
	}
	return []contender{
		{name: "check --base", prepare: nothing, commands: of("check", "--at", "origin/"+proposed, "--base", "origin/main"), env: env("kept-check"), findings: true},
		{name: "status", prepare: nothing, commands: of("status", proposed, "--offline"), env: env("kept-status"), findings: true},
	}, nil
}
