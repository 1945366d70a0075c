package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/generate/logs"
	"github.com/patchops/patchops/internal/report"
)

// logBench is a repository with logs, and a machine that trusts its root or not.
type logBench struct {
	t    *testing.T
	dir  string // of everything
	repo string // bare
	root string // file
	env  map[string]string
}

func newLogBench(t *testing.T) *logBench {
	t.Helper()
	dir := t.TempDir()
	b := &logBench{t: t, dir: dir, repo: filepath.Join(dir, "log.git"), root: filepath.Join(dir, "root.json"), env: map[string]string{
		"HOME": filepath.Join(dir, "home"), "http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1",
	}}
	branches, err := logs.Story()
	if err != nil {
		t.Fatal(err)
	}
	if err := logs.Write(b.repo, branches...); err != nil {
		t.Fatal(err)
	}
	_, signed := logs.Root()
	b.write(b.root, string(signed.Encode()))
	return b
}

func (b *logBench) write(file, text string) {
	b.t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// run runs patchops log; it returns the exit status and what was printed.
func (b *logBench) run(args ...string) (status int, out, said string) {
	b.t.Helper()
	var stdout, stderr bytes.Buffer
	status = Main(context.Background(), Env{
		Args: append([]string{"log"}, args...), Dir: b.dir, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
		Getenv: func(name string) string { return b.env[name] },
	})
	return status, stdout.String(), stderr.String()
}

func (b *logBench) want(status int, args ...string) string {
	b.t.Helper()
	got, out, said := b.run(args...)
	if got != status {
		b.t.Fatalf("log %q: status %d, wanted %d\n%s%s", args, got, status, out, said)
	}
	return out + said
}

func (b *logBench) git(args ...string) string {
	b.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", b.repo}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=m", "GIT_AUTHOR_EMAIL=m@x", "GIT_COMMITTER_NAME=m", "GIT_COMMITTER_EMAIL=m@x")
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestLogOfAFolder(t *testing.T) {
	b := newLogBench(t)
	out := b.want(0, "verify", b.repo, "--root", b.root)
	for _, want := range []string{"acme/2026: 6 records", "10 records in 3 logs hold, by root 1"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	var v report.LogVerdict
	if err := json.Unmarshal([]byte(b.want(0, "verify", b.repo, "--root", b.root, "--format", "json", "--client", "acme")), &v); err != nil || !v.OK || v.Records != 6 || v.FirstBad != nil || v.Head == "" {
		t.Errorf("%+v %v", v, err)
	}
	out = b.want(0, "show", b.repo, "--root", b.root, "--client", "acme")
	if !strings.Contains(out, "acme/2026/5 merge controller openssl cccccccccccc") || strings.Contains(out, "globex") {
		t.Error(out)
	}
	if out := b.want(0, "show", "acme/2026/1", b.repo, "--root", b.root); !strings.Contains(out, "BEGIN SSH SIGNATURE") || strings.Contains(out, "acme/2026/2") {
		t.Error(out)
	}
	var all struct {
		Records []struct {
			Log    string
			Record struct{ Kind string }
		}
	}
	if err := json.Unmarshal([]byte(b.want(0, "show", b.repo, "--root", b.root, "--format", "json", "--since", "2026-03-12T08:03:00Z")), &all); err != nil || len(all.Records) != 4 {
		t.Errorf("%+v %v", all, err)
	}
	if err := json.Unmarshal([]byte(b.want(0, "show", b.repo, "--root", b.root, "--format", "json", "--since", "2027-01-01")), &all); err != nil || len(all.Records) != 0 {
		t.Errorf("%+v %v", all, err)
	}
	b.want(1, "show", "acme/2026/6", b.repo, "--root", b.root)
	b.want(1, "verify", b.repo, "--root", b.root, "--client", "nobody")
	b.want(2, "verify", "nowhere")
	b.want(2, "verify", b.repo, "--format", "xml")
	b.want(2, "verify", b.repo, "--root", b.root, "--since", "yesterday")
	b.want(2, "prove", "acme/2026")
	b.want(2, "export")
	if out := b.want(1, "verify", b.repo); !strings.Contains(out, "no root of trust") {
		t.Error(out)
	}
}

// TestR58Evidence: one file verifies alone, without network, and names no other
// client.
func TestR58Evidence(t *testing.T) {
	b := newLogBench(t)
	b.want(0, "export", b.repo, "--root", b.root, "--client", "acme", "--out", "acme.bundle")
	if err := os.RemoveAll(b.repo); err != nil {
		t.Fatal(err)
	}
	out := b.want(0, "verify", "acme.bundle")
	if !strings.Contains(out, "6 records in 1 log hold") || !strings.Contains(out, "the bundle's own") {
		t.Error(out)
	}
	b.want(0, "verify", "acme.bundle", "--root", b.root)
	if out := b.want(0, "show", "acme.bundle"); strings.Contains(out, "globex") {
		t.Error(out)
	}
	b.want(0, "export", "acme.bundle", "--out", "again.bundle")
	b.want(0, "verify", "again.bundle")
	whole, err := os.ReadFile(filepath.Join(b.dir, "acme.bundle"))
	if err != nil || bytes.Contains(whole, []byte("globex")) {
		t.Error("it names another client", err)
	}
	b.write(filepath.Join(b.dir, "cut.bundle"), string(whole[:len(whole)-40]))
	b.want(4, "verify", "cut.bundle")
}

// TestR58NoNetwork verifies where there is no network at all.
func TestR58NoNetwork(t *testing.T) {
	b := newLogBench(t)
	b.want(0, "export", b.repo, "--root", b.root, "--out", "all.bundle")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--map-root-user", "--net", self, "-test.run", "^TestLogAlone$")
	cmd.Env = append(os.Environ(), "PATCHOPS_ALONE="+b.dir)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || strings.Contains(string(out), "unshare")) {
		t.Skipf("no namespace without network here: %v %s", err, out)
	}
	if err != nil || !strings.Contains(string(out), "10 records in 3 logs hold") {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestLogAlone is what TestR58NoNetwork runs without network.
func TestLogAlone(t *testing.T) {
	dir := os.Getenv("PATCHOPS_ALONE")
	if dir == "" {
		t.Skip("only run by TestR58NoNetwork")
	}
	b := &logBench{t: t, dir: dir, env: map[string]string{"HOME": dir}}
	if _, err := os.Stdout.WriteString(b.want(0, "verify", "all.bundle")); err != nil {
		t.Fatal(err)
	}
}

func TestLogProof(t *testing.T) {
	b := newLogBench(t)
	b.want(0, "prove", "acme/2026/5", b.repo, "--root", b.root, "--out", "merge.proof")
	text, err := os.ReadFile(filepath.Join(b.dir, "merge.proof"))
	if err != nil || len(text) > 2048 {
		t.Fatalf("%d bytes, %v", len(text), err)
	}
	if out := b.want(0, "verify", "merge.proof", "--root", b.root); !strings.Contains(out, "acme/2026/5 merge controller openssl") {
		t.Error(out)
	}
	b.write(filepath.Join(b.dir, "bad.proof"), strings.Replace(string(text), `"via":"controller"`, `"via":"hand"`, 1))
	b.want(4, "verify", "bad.proof", "--root", b.root)
	if out := b.want(1, "verify", "merge.proof"); !strings.Contains(out, "no root of trust") {
		t.Error(out)
	}
	if out := b.want(0, "prove", "acme/2026/0", b.repo, "--root", b.root); !strings.HasPrefix(out, "patchops/proof/v1\n") {
		t.Error(out)
	}
	for _, command := range []string{"prove", "show"} {
		if out := b.want(1, command, "acme/2026/6", b.repo, "--root", b.root); !strings.Contains(out, "no record acme/2026/6: the log holds 6, counted from 0") {
			t.Error(out)
		}
	}
	b.want(1, "prove", "acme/2027/0", b.repo, "--root", b.root)
}

// TestM13Command: a changed record, and a branch that was pushed back, end with
// status 4 and say where.
func TestM13Command(t *testing.T) {
	b := newLogBench(t)
	ref := "refs/heads/patchops/log/acme/2026"
	old := b.git("show", ref+":checkpoint")
	b.write(filepath.Join(b.dir, "seen.checkpoint"), old+"\n")
	work := filepath.Join(b.dir, "work")
	b.git("worktree", "add", "--quiet", "--detach", work, ref)
	segment := filepath.Join(work, "seg", "000000000001.jsonl")
	text, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	b.write(segment, strings.Replace(string(text), "1 of 2", "2 of 2", 1))
	b.git("-C", work, "commit", "--quiet", "-a", "-m", "nothing to see")
	tampered := b.git("-C", work, "rev-parse", "HEAD")
	tip := b.git("rev-parse", ref)
	b.git("update-ref", ref, tampered)
	var v report.LogVerdict
	answer := b.want(4, "verify", b.repo, "--root", b.root, "--format", "json")
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		t.Fatal(err)
	}
	for key := range strings.FieldsSeq("ok records head firstBad branch segment line seq commit why") {
		if !strings.Contains(answer, `"`+key+`": `) {
			t.Errorf("the contract's key %q is not in\n%s", key, answer)
		}
	}
	if v.OK || v.FirstBad == nil || v.FirstBad.Segment != "seg/000000000001.jsonl" || v.FirstBad.Line != 2 || v.FirstBad.Seq != 2 || v.FirstBad.Commit != tampered || v.FirstBad.Branch != "patchops/log/acme/2026" {
		t.Errorf("%+v", v.FirstBad)
	}
	b.want(4, "show", b.repo, "--root", b.root)
	b.want(4, "export", b.repo, "--root", b.root, "--out", "x.bundle")
	b.git("update-ref", ref, tip+"~1")
	b.want(0, "verify", b.repo, "--root", b.root)
	if out := b.want(4, "verify", b.repo, "--root", b.root, "--since", "seen.checkpoint"); !strings.Contains(out, "rewound") || strings.Count(out, "fence 1") < 2 {
		t.Error(out)
	}
	b.git("update-ref", ref, tip)
	b.want(0, "verify", b.repo, "--root", b.root, "--since", "seen.checkpoint")
	b.want(4, "verify", b.repo, "--root", b.root, "--since", "seen.checkpoint", "--client", "globex")
}

// TestABranchThatIsNoLog: whoever may push makes branches with names of logs. One on which
// nothing was ever signed is no log, and none is missing where none was; one that took the place
// of a log is found out by whoever saw that.
func TestABranchThatIsNoLog(t *testing.T) {
	b := newLogBench(t)
	clone := filepath.Join(b.dir, "clone")
	b.git("clone", "--quiet", b.repo, clone)
	empty := b.git("-C", clone, "commit-tree", "-m", "garbage", b.git("-C", clone, "mktree"))
	fake := "refs/remotes/origin/patchops/log/zeta/2026"
	b.git("-C", clone, "update-ref", fake, empty)
	out := b.want(0, "verify", "--repo", clone, "--root", b.root)
	if !strings.Contains(out, "patchops/log/zeta/2026 is no log") || !strings.Contains(out, "10 records in 3 logs hold") {
		t.Error(out)
	}
	b.want(1, "verify", "--repo", clone, "--root", b.root, "--client", "zeta")
	ref := "refs/remotes/origin/patchops/log/acme/2026"
	tip := b.git("-C", clone, "rev-parse", ref)
	b.git("-C", clone, "update-ref", ref, b.git("-C", clone, "commit-tree", "-m", "on top", "-p", empty, "-p", tip, b.git("-C", clone, "mktree")))
	if out := b.want(4, "verify", "--repo", clone, "--root", b.root); strings.Contains(out, "is no log") && !strings.Contains(out, "acme/2026:") {
		t.Error(out)
	}
	b.git("-C", clone, "update-ref", ref, empty)
	if out := b.want(4, "verify", "--repo", clone, "--root", b.root); !strings.Contains(out, "the log that was on this branch is gone") {
		t.Error(out)
	}
}

// TestFilesThatNobodyWrote: what is longer than anything a log holds is a fault of the log, and
// is not read.
func TestFilesThatNobodyWrote(t *testing.T) {
	b := newLogBench(t)
	ref := "refs/heads/patchops/log/acme/2026"
	work := filepath.Join(b.dir, "work")
	b.git("worktree", "add", "--quiet", "--detach", work, ref)
	for name, size := range map[string]int{"seg/000000000001.jsonl": 65 << 20, "checkpoint": 65 << 20} {
		b.write(filepath.Join(work, name), strings.Repeat("x", size))
		b.git("-C", work, "commit", "--quiet", "-a", "-m", "big")
		b.git("update-ref", ref, b.git("-C", work, "rev-parse", "HEAD"))
		if out := b.want(4, "verify", b.repo, "--root", b.root); !strings.Contains(out, "wanted at most") {
			t.Errorf("%s: %s", name, out)
		}
		b.git("-C", work, "reset", "--quiet", "--hard", "HEAD~1")
	}
}

// TestR39Witness: a clone remembers what it verified; afterwards a log that was
// pushed back is found out without being told.
func TestR39Witness(t *testing.T) {
	b := newLogBench(t)
	clone := filepath.Join(b.dir, "clone")
	b.git("clone", "--quiet", b.repo, clone)
	b.want(0, "verify", "--repo", clone, "--root", b.root)
	ref := "refs/remotes/origin/patchops/log/acme/2026"
	b.git("-C", clone, "update-ref", ref, ref+"~1")
	if out := b.want(4, "verify", "--repo", clone, "--root", b.root); !strings.Contains(out, "rewound: 6 records were signed, 4 are there") {
		t.Error(out)
	}
	b.want(0, "verify", clone, "--root", b.root)
	b.git("-C", clone, "update-ref", "-d", ref)
	if out := b.want(4, "verify", "--repo", clone, "--root", b.root); !strings.Contains(out, "patchops/log/acme/2026: the log's branch is gone") {
		t.Error(out)
	}
	b.want(0, "verify", "--repo", clone, "--root", b.root, "--client", "globex")
}
