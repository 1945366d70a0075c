package controller

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/internal/git"
)

// crash is what a fake panics with: the process ends here.
type crash struct{ at int }

// world is a remote repository and the faults that are planned for it. All clones
// share its objects; each has its own view of its branches.
type world struct {
	objects map[string]any // git.Commit, map[string]file (a tree), []byte
	refs    map[string]string
	// effects counts what was done to the outside; crashAt are the counts before
	// which the process ends, and at what happens there instead.
	effects int
	crashAt int
	at      map[int]func()
	trace   []string
	lies    map[int]error // pushes whose answer is lost, by effect
	down    func() error  // why the remote does not answer; nil: it does
	bad     map[string]git.Bad
}

func (w *world) reach() error {
	if w.down == nil {
		return nil
	}
	return w.down()
}

type file struct{ mode, blob string }

func newWorld() *world {
	return &world{objects: map[string]any{}, refs: map[string]string{}, crashAt: -1, at: map[int]func(){}, lies: map[int]error{}}
}

// effect is one point at which the process may end.
func (w *world) effect(format string, args ...any) int {
	n := w.effects
	w.effects++
	w.trace = append(w.trace, fmt.Sprintf(format, args...))
	if n == w.crashAt {
		panic(crash{n})
	}
	if do := w.at[n]; do != nil {
		delete(w.at, n)
		do()
	}
	return n
}

func idOf(format string, args ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, format, args...))
	return hex.EncodeToString(sum[:20])
}

func (w *world) blob(b []byte) string {
	id := idOf("blob %s", b)
	w.objects[id] = slices.Clone(b)
	return id
}

func (w *world) tree(files map[string]file) string {
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&b, "%s %s %s\n", files[p].mode, files[p].blob, p)
	}
	id := idOf("tree %s", b.String())
	w.objects[id] = files
	return id
}

func (w *world) commit(s git.CommitSpec) string {
	id := idOf("commit %s %v %v %v %d %s", s.Tree, s.Parents, s.Author, s.Committer, s.Time.Unix(), s.Message)
	w.objects[id] = git.Commit{ID: id, Tree: s.Tree, Parents: s.Parents, Author: s.Author, Committer: s.Committer, Time: s.Time, Message: s.Message}
	return id
}

func (w *world) info(id string) git.Commit {
	c, ok := w.objects[id].(git.Commit)
	if !ok {
		panic("no commit " + id)
	}
	return c
}

func (w *world) files(commit string) map[string]file {
	return w.objects[w.info(commit).Tree].(map[string]file)
}

// put commits files on a parent, as a person does.
func (w *world) put(parent, message string, content map[string]string) string {
	files := map[string]file{}
	var parents []string
	if parent != "" {
		files, parents = maps.Clone(w.files(parent)), []string{parent}
	}
	for name, text := range content {
		if text == "" {
			delete(files, name)
			continue
		}
		files[name] = file{"100644", w.blob([]byte(text))}
	}
	return w.commit(git.CommitSpec{Tree: w.tree(files), Parents: parents, Message: message, Time: scriptTime})
}

func (w *world) ancestor(a, b string) bool {
	if a == b {
		return true
	}
	c, ok := w.objects[b].(git.Commit)
	return ok && slices.ContainsFunc(c.Parents, func(p string) bool { return w.ancestor(a, p) })
}

// clone is one process's clone of the world.
type clone struct {
	*world
	seen map[string]string
}

func (w *world) clone() *clone { return &clone{w, maps.Clone(w.refs)} }

func (c *clone) Fetch(context.Context, ...string) error {
	if err := c.reach(); err != nil {
		return err
	}
	c.seen = maps.Clone(c.refs)
	for branch := range c.bad {
		delete(c.seen, heads+branch)
	}
	return nil
}

// Bad are branches whose tips the remote has and nobody can read.
func (c *clone) Bad() map[string]git.Bad { return c.bad }

func (c *clone) Branches(_ context.Context, prefix string) (map[string]string, error) {
	out := map[string]string{}
	for ref, id := range c.seen {
		if name := strings.TrimPrefix(ref, heads); strings.HasPrefix(name, prefix) {
			out[name] = id
		}
	}
	return out, nil
}

func (c *clone) Push(_ context.Context, updates []git.Update) error {
	var refs []string
	for _, u := range updates {
		refs = append(refs, strings.TrimPrefix(u.Ref, heads))
	}
	slices.Sort(refs)
	n := c.effect("before push of %s", strings.Join(refs, " "))
	if err := c.reach(); err != nil {
		return err
	}
	for _, u := range updates {
		if c.refs[u.Ref] != u.Old {
			return fmt.Errorf("%s is at %q, wanted %q: %w", u.Ref, c.refs[u.Ref], u.Old, git.ErrRace)
		}
		if u.Old != "" && !c.ancestor(u.Old, u.New) {
			return fmt.Errorf("%s: %w", u.Ref, git.ErrRefused)
		}
	}
	for _, u := range updates {
		c.refs[u.Ref] = u.New
	}
	c.effect("after push of %s", strings.Join(refs, " "))
	if err := c.lies[n]; err != nil {
		delete(c.lies, n)
		return err
	}
	for _, u := range updates {
		c.seen[u.Ref] = u.New
	}
	return nil
}

func (c *clone) WriteTree(_ context.Context, base string, files []git.File) (string, error) {
	out := map[string]file{}
	if base != "" {
		out = maps.Clone(c.objects[base].(map[string]file))
	}
	for _, f := range files {
		switch {
		case f.Mode == "":
			delete(out, f.Path)
		case f.Blob != "":
			out[f.Path] = file{f.Mode, f.Blob}
		default:
			out[f.Path] = file{f.Mode, c.blob(f.Bytes)}
		}
	}
	return c.tree(out), nil
}

func (c *clone) Commit(_ context.Context, spec git.CommitSpec) (string, error) {
	return c.commit(spec), nil
}

func (c *clone) Info(id string) (git.Commit, error) {
	info, ok := c.objects[id].(git.Commit)
	if !ok {
		return info, fmt.Errorf("no commit %s: %w", id, fs.ErrNotExist)
	}
	return info, nil
}

func (c *clone) FirstParents(stop, tip string) ([]git.Commit, error) {
	var out []git.Commit
	for id := tip; id != stop; {
		info := c.info(id)
		out = append(out, info)
		if len(info.Parents) == 0 {
			if stop == "" {
				return out, nil
			}
			return nil, git.ErrRewound
		}
		id = info.Parents[0]
	}
	return out, nil
}

func (c *clone) IsAncestor(a, b string) (bool, error) { return c.ancestor(a, b), nil }

func (c *clone) Files(commit string) (fs.FS, error) {
	info, ok := c.objects[commit].(git.Commit)
	if !ok {
		return nil, errors.New("no commit " + commit)
	}
	out := fstest.MapFS{}
	for name, f := range c.objects[info.Tree].(map[string]file) {
		out[name] = &fstest.MapFile{Data: c.objects[f.blob].([]byte), Mode: 0o644}
	}
	return out, nil
}

func (c *clone) Close() error { return nil }

// memory is a journal that outlives its process.
type memory struct {
	world   *world
	entries [][]byte
}

func (m *memory) Append(entry []byte) error {
	m.world.effect("before journal")
	m.entries = append(m.entries, slices.Clone(entry))
	m.world.effect("after journal")
	return nil
}

func (m *memory) Stop(entry []byte) error { return m.Append(entry) }

func (m *memory) Cut() error {
	m.world.effect("before cut")
	m.entries = nil
	m.world.effect("after cut")
	return nil
}

// scriptTime is when everything begins.
var scriptTime = time.Date(2026, 3, 12, 9, 0, 30, 0, time.UTC)

// ticker is a clock that only moves when told.
type ticker struct {
	mu   sync.Mutex // hosts look at it too
	now  time.Time
	mono time.Duration
}

func (t *ticker) clock() Clock {
	return Clock{
		Now: func() time.Time {
			t.mu.Lock()
			defer t.mu.Unlock()
			return t.now
		},
		Monotonic: func() time.Duration {
			t.mu.Lock()
			defer t.mu.Unlock()
			return t.mono
		},
	}
}

func (t *ticker) pass(d time.Duration) {
	t.set(d)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mono += d
}

// set moves the clock, and no time passes.
func (t *ticker) set(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now = t.now.Add(d)
}
