package controller

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/trust"
	"github.com/patchops/patchops/internal/wal"
)

// Real is a controller on a clone and a folder.
type Real struct {
	Root   trust.Root
	Signed trust.Signed
	Clone  *git.Clone
	Forge  Forge // nil: plain Git
	Engine *pipeline.Engine
	Child  pipeline.Child
	Prefix string // folder of the documents below the repository's top
	State  string // folder of this machine's state
	Signer note.Signer
	Added  []resultlog.Record // key.add of log keys that an older one endorses
	Clock  Clock
	// Version, Tzdata and Policy say what judges.
	Version, Tzdata, Policy string
	Only                    string
	DryRun                  bool
	// Rollouts are carried out where it is given.
	Rollouts *Rollouts
}

// Open makes the controller. Close it in the end: until then no other process can
// use its state folder.
func Open(_ context.Context, r Real) (*Controller, func() error, error) {
	if err := os.MkdirAll(r.State, 0o700); err != nil {
		return nil, nil, err
	}
	journal, left, torn, err := wal.Open(filepath.Join(r.State, "wal"))
	if err != nil {
		return nil, nil, err
	}
	holder, err := holderOf(r.State)
	if err != nil {
		return nil, nil, errors.Join(err, journal.Close())
	}
	store, err := open(r.Clone)
	if err != nil {
		return nil, nil, errors.Join(err, journal.Close())
	}
	done := func() error { return errors.Join(store.Close(), journal.Close()) }
	process, err := random()
	if err != nil {
		return nil, nil, errors.Join(err, done())
	}
	rollouts, said, err := r.rollouts()
	if err != nil {
		return nil, nil, errors.Join(err, done())
	}
	c, err := New(Options{
		Root: r.Root, Signed: r.Signed, Store: store, Forge: r.Forge, Journal: journal, Left: left, Torn: torn,
		Judge:  &pipelineJudge{engine: r.Engine, child: r.Child, store: store, prefix: r.Prefix},
		Signer: r.Signer, Added: r.Added, Clock: r.Clock, State: r.State, Holder: holder, Process: process,
		Engine: r.Version, Tzdata: r.Tzdata, Policy: r.Policy, Only: r.Only, DryRun: r.DryRun,
		Rollouts: rollouts, Remote: r.Clone.URL(),
	})
	if err != nil {
		return nil, nil, errors.Join(err, done())
	}
	if c.rolling == nil {
		return c, done, nil
	}
	said.of = c.rolling.ledger.task
	files := &tips{clone: r.Clone, prefix: r.Prefix}
	said.tree = func() (fs.FS, error) { return files.at(c.rolling.ledger.tip()) }
	return c, func() error { return errors.Join(c.rolling.close(), done()) }, nil
}

var holderForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}-[0-9a-f]{16}$`)

// holderOf is who a state folder's controllers are: made once, so that a
// controller that was killed takes its own lease back at once. The journal's lock
// says that it is gone.
func holderOf(dir string) (string, error) {
	file := filepath.Join(dir, "holder")
	b, err := os.ReadFile(file)
	if err == nil && holderForm.Match(b) {
		return string(b), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	id, err := random()
	if err != nil {
		return "", err
	}
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "host"
	}
	host = strings.Map(func(c rune) rune {
		if c < 0x80 && (c == '.' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return c
		}
		return '_'
	}, host)
	name := host[:min(len(host), 60)] + "-" + id
	part := file + ".part"
	if err := os.WriteFile(part, []byte(name), 0o600); err != nil {
		return "", err
	}
	return name, os.Rename(part, file)
}

func random() (string, error) {
	b := make([]byte, 8)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("random number: %w", err)
	}
	return hex.EncodeToString(b), nil
}
