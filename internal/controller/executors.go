package controller

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/secret"
)

// executors are the ways to reach hosts from this machine. Without a file of secrets
// none is for any host.
func (r Real) executors(o *Rollouts, said *words) (map[string]executor.Executor, error) {
	book := secret.Empty()
	if o.Secrets != "" {
		read, err := secret.Read(o.Secrets, secret.Options{Repository: r.Clone.Dir(), Getenv: os.Getenv, Agent: os.Getenv("SSH_AUTH_SOCK")})
		switch {
		case err == nil:
			book = read
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("secrets: %w", err)
		}
	}
	sink := executor.Sink{Folder: cmp.Or(o.Output, filepath.Join(r.State, "output"))}
	o.prune = func() error { return sink.Prune(mostKept, mostFiles) }
	var err error
	if sink.Salt, err = saltOf(r.State); err != nil {
		return nil, err
	}
	out := map[string]executor.Executor{
		manual: executor.NewManual(executor.ManualOptions{Words: said.said, Now: r.Clock.Now}),
		"ssh":  executor.NewSSH(executor.SSHOptions{Secrets: book, KnownHosts: o.KnownHosts, AcceptNew: o.AcceptNewHostKeys, Now: r.Clock.Now, Sink: sink}),
	}
	out["ansible"] = executor.NewAnsible(executor.AnsibleOptions{Secrets: book, KnownHosts: o.KnownHosts, Now: r.Clock.Now, Sink: sink, Tree: said.playbooks})
	if o.AllowLocal != "" {
		out["local"] = &executor.Local{Allow: o.AllowLocal, Wrapper: filepath.Join(r.State, "wrapper"), Sink: sink}
	}
	return out, nil
}

// What is kept of what hosts print: bytes, and files.
const (
	mostKept  = 1 << 30
	mostFiles = 200_000
)

// saltOf is this machine's salt: what hosts print is hashed with it, so that whoever
// reads the log cannot find an output out by trying.
func saltOf(dir string) ([]byte, error) {
	file := filepath.Join(dir, "salt")
	b, err := os.ReadFile(file)
	if err == nil && len(b) >= 16 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	b = []byte(rand.Text())
	if err := os.WriteFile(file+".part", b, 0o600); err != nil {
		return nil, err
	}
	return b, os.Rename(file+".part", file)
}

// words are what executors ask the controller for: what technicians said of their
// tasks, by key, of which the first word counts, and the files of the authorised tip.
type words struct {
	of   func(key string) (resultlog.Record, bool)
	tree func() (fs.FS, error)
}

// playbooks are the files of the authorised tip.
func (w *words) playbooks() (fs.FS, error) {
	if w.tree == nil {
		return nil, errors.New("no tip is authorised yet")
	}
	return w.tree()
}

func (w *words) said(key string) (executor.Word, bool) {
	r, ok := w.of(key)
	if !ok {
		return executor.Word{}, false
	}
	return executor.Word{Person: personOf(r), Outcome: r.Outcome, Text: r.Why, At: instant(r.T).Unix()}, true
}

// rollouts are those that were asked for, with ways to reach hosts.
func (r Real) rollouts() (*Rollouts, *words, error) {
	said := &words{of: func(string) (resultlog.Record, bool) { return resultlog.Record{}, false }}
	if r.Rollouts == nil {
		return nil, said, nil
	}
	out := *r.Rollouts
	var err error
	if out.Executors == nil {
		out.Executors, err = r.executors(&out, said)
	}
	if out.Wrap != nil {
		out.Executors = maps.Clone(out.Executors)
		for kind, e := range out.Executors {
			out.Executors[kind] = out.Wrap(e)
		}
	}
	return &out, said, err
}

// tips gives the files of the authorised tip through a repository of its own, opened
// once for each tip.
type tips struct {
	clone  *git.Clone
	prefix string

	mu     sync.Mutex
	commit string
	files  fs.FS
}

func (t *tips) at(commit string) (fs.FS, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if commit == t.commit && t.files != nil {
		return t.files, nil
	}
	repository, err := t.clone.Repository() // stays open: whoever has the files reads on
	if err != nil {
		return nil, err
	}
	files, err := repository.Tree(commit, t.prefix)
	if err != nil {
		return nil, errors.Join(err, repository.Close())
	}
	t.commit, t.files = commit, files
	return files, nil
}
