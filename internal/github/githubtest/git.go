package githubtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// git runs in the bare repository, without anybody's configuration.
func (f *Forge) git(args ...string) (string, error) { return f.gitIn(f.dir, args...) }

func (f *Forge) gitIn(dir string, args ...string) (string, error) {
	at := f.now().UTC().Format("2006-01-02T15:04:05Z")
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=GitHub", "GIT_AUTHOR_EMAIL=noreply@github.com", "GIT_AUTHOR_DATE=" + at,
		"GIT_COMMITTER_NAME=GitHub", "GIT_COMMITTER_EMAIL=noreply@github.com", "GIT_COMMITTER_DATE=" + at,
	}
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("git %s: %s%s", strings.Join(args, " "), exit.Stderr, out)
	}
	return strings.TrimSpace(string(out)), err
}

// ref is the commit that a ref names, "" for none.
func (f *Forge) ref(name string) string {
	if b, err := os.ReadFile(filepath.Join(f.dir, filepath.FromSlash(name))); err == nil && len(b) == 41 && b[40] == '\n' {
		return string(b[:40]) // loose: no process is needed
	}
	out, err := f.git("rev-parse", "--verify", "--quiet", name)
	if err != nil {
		return ""
	}
	return out
}

// count is the number of commits that head has and base has not.
func (f *Forge) count(base, head string) int {
	n, known := f.counts[base+head]
	if !known {
		out, _ := f.git("rev-list", "--count", base+".."+head)
		n, _ = strconv.Atoi(out)
		f.counts[base+head] = n
	}
	return n
}

type commit struct{ id, authorEmail, committerEmail, message string }

// commits of a range, the oldest first.
func (f *Forge) commits(span string) ([]commit, error) {
	args := append([]string{"log", "--reverse", "--format=%H%x00%ae%x00%ce%x00%B%x01"}, strings.Fields(span)...)
	out, err := f.git(append(args, "--")...)
	if err != nil {
		return nil, err
	}
	var all []commit
	for part := range strings.SplitSeq(out, "\x01") {
		fields := strings.Split(strings.TrimSpace(part), "\x00")
		if len(fields) == 4 {
			all = append(all, commit{fields[0], fields[1], fields[2], fields[3]})
		}
	}
	return all, nil
}

const none = "0000000000000000000000000000000000000000"

// sync notes which branches moved since the last time, as pushes by actor; 0 is
// the author of the branch's pull request, else account 1.
func (f *Forge) sync(actor int64) error {
	out, err := f.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/")
	if err != nil {
		return err
	}
	now := map[string]string{}
	for line := range strings.SplitSeq(out, "\n") {
		if name, tip, ok := strings.Cut(line, " "); ok {
			now[name] = tip
			if was := orElse(f.tips[name], none); was != tip {
				f.record(name, was, tip, actor)
			}
		}
	}
	for name, was := range f.tips {
		if now[name] == "" {
			f.record(name, was, none, actor)
		}
	}
	f.tips = now
	return nil
}

func (f *Forge) record(ref, before, after string, actor int64) {
	kind := "push"
	switch {
	case before == none:
		kind = "branch_creation"
	case after == none:
		kind = "branch_deletion"
	default:
		if _, err := f.git("merge-base", "--is-ancestor", before, after); err != nil {
			kind = "force_push"
		}
	}
	if actor == 0 {
		actor = 1
		for _, p := range f.pulls {
			if "refs/heads/"+p.branch == ref && p.fork == 0 {
				actor = p.author
			}
		}
	}
	f.events = append(f.events, event{f.id(), ref, before, after, kind, actor, f.now()})
}

// mergeable reports whether Git merges a pull request without conflict.
func (f *Forge) mergeable(p *pull) bool {
	if p.state != "open" {
		return false
	}
	base, head := f.ref("refs/heads/"+p.base), f.headOf(p)
	fine, known := f.joins[base+head]
	if !known {
		_, err := f.git("merge-tree", "--write-tree", base, head)
		fine = err == nil
		f.joins[base+head] = fine
	}
	return fine
}

// join makes the commit of a merge and moves the base.
func (f *Forge) join(p *pull, method, message string) (string, error) {
	base, head := f.ref("refs/heads/"+p.base), f.headOf(p)
	made := ""
	var err error
	switch method {
	case "rebase":
		made, err = f.rebase(base, head)
	default:
		var tree string
		if tree, err = f.git("merge-tree", "--write-tree", base, head); err != nil {
			return "", err
		}
		args := []string{"commit-tree", tree, "-p", base}
		if method != "squash" {
			args = append(args, "-p", head)
		}
		made, err = f.git(append(args, "-m", message)...)
	}
	if err != nil {
		return "", err
	}
	if _, err := f.git("update-ref", "refs/heads/"+p.base, made, base); err != nil {
		return "", err
	}
	f.ours[made] = true
	f.events = append(f.events, event{f.id(), "refs/heads/" + p.base, base, made, "pr_merge", BotID, f.now()})
	f.tips["refs/heads/"+p.base] = made
	p.before, p.head = base, head
	return made, nil
}

// rebase puts the commits one by one on the base, in a clone of its own.
func (f *Forge) rebase(base, head string) (string, error) {
	dir, err := os.MkdirTemp("", "rebase")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	work := filepath.Join(dir, "work")
	for _, args := range [][]string{
		{"clone", "--quiet", "--shared", "--no-checkout", f.dir, work},
		{"-C", work, "checkout", "--quiet", "--detach", head},
		{"-C", work, "rebase", "--quiet", "--force-rebase", base},
		{"-C", work, "push", "--quiet", "origin", "HEAD:refs/patchops/rebased"},
	} {
		if _, err := f.gitIn(dir, args...); err != nil {
			return "", err
		}
	}
	made := f.ref("refs/patchops/rebased")
	_, err = f.git("update-ref", "-d", "refs/patchops/rebased")
	return made, err
}
