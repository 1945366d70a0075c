package controller

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
)

// hosted is a forge with pull requests, on a world. It merges itself.
type hosted struct {
	world   *world
	pulls   map[string]*change.Change
	reviews map[string][]change.Review
	// before is done when a merge is asked for, before the forge looks.
	before func()
	refuse error    // of every merge
	asked  []string // heads that merges were asked at
	checks []change.Required
	method string            // that it merges by; "" is merge
	extra  map[string]string // what it slips in
	deny   string            // change whose reviews it denies
	denied error             // so; nil is ErrDenied
	asks   map[string]bool   // changes whose pushers were asked for
	show   func(name string) error
	read   func(name string) error
	asking func(context.Context)
}

func (k *keys) hosted(t testing.TB) (*stage, *hosted) {
	s := k.begin(t)
	s.root.Forge = trustForge
	s.resign(k)
	h := &hosted{world: s.world, pulls: map[string]*change.Change{}, reviews: map[string][]change.Review{}}
	s.forge = h
	accounts := map[string]int64{"ada": 101, "dana": 103, "erin": 104, "finn": 105}
	for name, p := range s.judge.book.People {
		p.Account = accounts[name]
		s.judge.book.People[name] = p
	}
	return s, h
}

func (h *hosted) open(n int, branch string) {
	name := fmt.Sprintf("#%d", n)
	h.pulls[name] = &change.Change{Name: name, Branch: branch, Target: "main", Title: branch, Open: true, Author: 101}
}

func (h *hosted) review(n int, account int64, state string) {
	name := fmt.Sprintf("#%d", n)
	head := h.now(name).Head
	id := int64(len(h.reviews[name]) + 1)
	h.reviews[name] = append(h.reviews[name], change.Review{
		ID: id, Account: account, Commit: head, State: state, Submitted: scriptTime, Raw: fmt.Appendf(nil, "%s %d %d %s %s", name, id, account, head, state),
	})
}

func (h *hosted) now(name string) change.Change {
	c := *h.pulls[name]
	if !c.Merged {
		c.Head = h.world.refs[heads+c.Branch]
	}
	return c
}

func (h *hosted) Open(context.Context) ([]change.Change, error) {
	var out []change.Change
	for _, name := range slices.Sorted(maps.Keys(h.pulls)) {
		if c := h.now(name); c.Open && !c.Merged {
			out = append(out, c)
		}
	}
	return out, nil
}

func (h *hosted) Read(_ context.Context, name string) (change.Change, error) {
	if h.read != nil {
		if err := h.read(name); err != nil {
			return change.Change{}, err
		}
	}
	if h.pulls[name] == nil {
		return change.Change{}, ErrNoChange
	}
	return h.now(name), nil
}

func (h *hosted) Reviews(_ context.Context, name string) ([]change.Review, error) {
	if name == h.deny {
		if h.denied != nil {
			return nil, h.denied
		}
		return nil, ErrDenied
	}
	return h.reviews[name], nil
}

func (h *hosted) Pushers(_ context.Context, of change.Change) ([]int64, bool, error) {
	if h.asks != nil {
		h.asks[of.Name] = true
	}
	return []int64{101}, true, nil
}

func (h *hosted) Required(context.Context, change.Change) ([]change.Required, error) {
	return h.checks, nil
}

func (h *hosted) Show(_ context.Context, name string, _ change.Presentation) error {
	if h.show != nil {
		return h.show(name)
	}
	return nil
}

func (h *hosted) Refspecs() []string { return nil }

func (h *hosted) Merge(ctx context.Context, c change.Change, r change.MergeRequest) (change.Merged, error) {
	h.world.effect("before merge of %s", c.Name)
	h.asked = append(h.asked, r.Head)
	if h.asking != nil {
		h.asking(ctx)
	}
	if h.before != nil {
		do := h.before
		h.before = nil
		do()
	}
	now := h.now(c.Name)
	switch {
	case h.refuse != nil:
		return change.Merged{}, h.refuse
	case r.Head == "":
		return change.Merged{}, errors.New("no head: anything would be merged")
	case now.Head != r.Head:
		return change.Merged{}, ErrMoved
	case now.Merged:
		return change.Merged{Commit: now.MergeCommit}, nil
	case !now.Open || now.Draft:
		return change.Merged{}, ErrDenied
	}
	commit := h.merge(c.Name)
	h.world.effect("after merge of %s", c.Name)
	return change.Merged{Commit: commit}, nil
}

// merge merges a pull request, as the forge or anybody with its button does.
func (h *hosted) merge(name string) string {
	w, c := h.world, h.now(name)
	main := w.refs[heads+"main"]
	judge := &twoPeople{world: w}
	entries, _ := change.Merge(judge.entries(judge.base(main, c.Head)), judge.entries(main), judge.entries(c.Head))
	files := map[string]file{}
	for _, e := range entries {
		files[e.Path] = file{e.Mode, e.Blob}
	}
	for path, text := range h.extra {
		files[path] = file{"100644", w.blob([]byte(text))}
	}
	parents := []string{main, c.Head}
	switch h.method {
	case "squash":
		parents = parents[:1]
	case "rebase": // two commits, of which the first has a tree of its own
		half := maps.Clone(files)
		half["plans/globex/half.yaml"] = file{"100644", w.blob([]byte("half"))}
		parents = []string{w.commit(git.CommitSpec{Tree: w.tree(half), Parents: parents[:1], Message: "half", Time: scriptTime})}
	}
	commit := w.commit(git.CommitSpec{Tree: w.tree(files), Parents: parents, Message: "Merge pull request " + name, Time: scriptTime})
	w.refs[heads+"main"] = commit
	p := h.pulls[name]
	p.Open, p.Merged, p.MergeCommit, p.Head = false, true, commit, c.Head
	return commit
}

func (k *keys) twoPulls(t testing.TB) (*stage, *hosted) {
	s, h := k.hosted(t)
	s.propose("a-acme", map[string]string{"plans/acme/april.yaml": "plan"})
	s.propose("b-globex", map[string]string{"plans/globex/april.yaml": "plan", "plans/acme/may.yaml": "plan"})
	h.open(1, "a-acme")
	h.open(2, "b-globex")
	h.review(1, 103, "APPROVED")
	h.review(1, 104, "APPROVED")
	h.review(2, 104, "APPROVED")
	h.review(2, 105, "APPROVED")
	return s, h
}

func TestAForgeMergesWhatWasJudged(t *testing.T) {
	s, h := makeKeys(t).twoPulls(t)
	if r := s.tick(); len(r.Merged) != 2 {
		t.Fatalf("%+v", r)
	}
	if got, want := s.kinds("globex"), "root approval approval decision merge{controller}"; got != want {
		t.Errorf("log of globex: %s, wanted %s", got, want)
	}
	s.ok(s.verify())
	if slices.Contains(h.asked, "") {
		t.Error("R13: a merge without a head")
	}
}

// TestEveryCrashOfAForgeMergeEndsTheSame: between the decision, the forge's merge
// and its record lie two systems; whoever looks next completes it (R64).
func TestEveryCrashOfAForgeMergeEndsTheSame(t *testing.T) {
	k := makeKeys(t)
	whole, _ := k.twoPulls(t)
	whole.finish()
	want, points := whole.end(), whole.world.effects
	if !strings.Contains(want, "landed 2 spent 4 seen 4") {
		t.Fatal(want)
	}
	for n := range points {
		s, h := k.twoPulls(t)
		s.world.crashAt = n
		s.run(s.start())
		s.finish()
		if got := s.end(); got != want {
			t.Fatalf("crash at %d (%s):\n%swanted\n%s", n, s.world.trace[n], got, want)
		}
		if len(h.asked) > 3 {
			t.Fatalf("crash at %d: %d merges were asked for", n, len(h.asked))
		}
	}
}

// R13, R14, R15, R16, F4: what moves between the judgement and the merge.
func TestWhatMovesBeforeAForgeMerges(t *testing.T) {
	k := makeKeys(t)
	for name, test := range map[string]struct {
		move func(*stage, *hosted)
		want string // of the log of acme, behind the approvals
	}{
		"R13 M1 the head": {func(s *stage, _ *hosted) {
			s.world.refs[heads+"a-acme"] = s.world.put(s.world.refs[heads+"a-acme"], "more", map[string]string{"plans/acme/evil.yaml": "evil"})
		}, "decision merge{abandoned}"},
		"R15 it becomes a draft": {func(_ *stage, h *hosted) { h.pulls["#1"].Draft = true }, "decision merge{abandoned}"},
		"R15 M7 it is closed":    {func(_ *stage, h *hosted) { h.pulls["#1"].Open = false }, "decision merge{abandoned}"},
		"R14 the base, for another client": {func(s *stage, _ *hosted) {
			s.world.refs[heads+"main"] = s.world.put(s.main(), "other", map[string]string{"plans/globex/evil.yaml": "evil"})
		}, "decision merge{abandoned}"},
		"merged with the button": {func(_ *stage, h *hosted) { h.merge("#1") }, "decision merge{controller}"},
		"the forge denies":       {func(_ *stage, h *hosted) { h.refuse = ErrDenied }, "decision merge{abandoned}"},
	} {
		t.Run(name, func(t *testing.T) {
			s, h := k.hosted(t)
			s.propose("a-acme", map[string]string{"plans/acme/april.yaml": "plan"})
			h.open(1, "a-acme")
			h.review(1, 103, "APPROVED")
			h.review(1, 104, "APPROVED")
			h.before = func() { test.move(s, h) }
			if _, crashed, err := s.run(s.start()); crashed || err != nil {
				t.Fatal(err)
			}
			got := strings.TrimSuffix(strings.TrimPrefix(s.kinds("acme"), "root approval approval "), " blocked")
			if got != test.want {
				t.Errorf("log of acme: %s, wanted %s", got, test.want)
			}
			s.sound(name)
		})
	}
}

func TestAForgeThatSaysLaterIsAskedAgain(t *testing.T) {
	s, h := makeKeys(t).twoPulls(t)
	h.refuse = ErrLater
	if _, _, err := s.run(s.start()); !Later(err) || !errors.Is(err, ErrLater) {
		t.Fatalf("%v, wanted ErrLater", err)
	}
	h.refuse = nil
	s.clock.pass(time.Minute)
	s.finish()
	if got, want := s.kinds("acme"), "root approval approval approval approval decision merge{recovered} decision merge{controller}"; got != want {
		t.Errorf("log of acme: %s, wanted %s", got, want)
	}
	s.ok(s.verify())
}

// A forge that refuses for good is not asked in every tick for ever.
func TestAForgeThatDeniesIsAskedLessAndLess(t *testing.T) {
	s, h := makeKeys(t).hosted(t)
	s.propose("a-acme", map[string]string{"plans/acme/april.yaml": "plan"})
	h.open(1, "a-acme")
	h.review(1, 103, "APPROVED")
	h.review(1, 104, "APPROVED")
	h.refuse = ErrDenied
	for range 120 {
		s.tick()
		s.clock.pass(time.Minute)
	}
	if n := len(h.asked); n < 3 || n > 9 {
		t.Errorf("asked %d times in two hours", n)
	}
	h.refuse = nil
	s.clock.pass(6 * time.Hour)
	if r := s.tick(); len(r.Merged) != 1 {
		t.Errorf("healed, and not merged: %+v", r)
	}
}

// F5: what a review accepts is computed once, and frozen.
func TestAReviewIsRecordedOnce(t *testing.T) {
	s, h := makeKeys(t).hosted(t)
	s.propose("a-acme", map[string]string{"plans/acme/april.yaml": "plan"})
	h.open(1, "a-acme")
	h.review(1, 103, "APPROVED")
	h.review(1, 103, "COMMENTED")
	s.tick()
	s.tick()
	if got, want := s.kinds("acme"), "root approval"; got != want {
		t.Fatalf("log of acme: %s, wanted %s", got, want)
	}
	h.review(1, 103, "DISMISSED")
	h.review(1, 999, "APPROVED") // nobody's account
	s.tick()
	if got, want := s.kinds("acme"), "root approval withdrawal"; got != want {
		t.Fatalf("log of acme: %s, wanted %s", got, want)
	}
	for _, b := range s.logs() {
		for _, r := range b.Records {
			if r.Kind == resultlog.Approval && (r.Review == nil || r.Actor.Account != 103 || r.Actor.ID != "dana") {
				t.Errorf("%+v", r)
			}
		}
	}
}

// M8, R16: a check that the forge requires and that is not there is missing, also
// when it vanishes between the decision and the merge.
func TestM8AMissingCheckIsNotPassed(t *testing.T) {
	s, h := makeKeys(t).hosted(t)
	s.propose("a-acme", april)
	h.open(1, "a-acme")
	h.review(1, 103, "APPROVED")
	h.review(1, 104, "APPROVED")
	h.checks = []change.Required{{Name: "build", State: "missing"}}
	if r := s.tick(); len(r.Merged) != 0 || !slices.Contains(r.Waiting[0].Why, "missing: build") {
		t.Fatalf("%+v", r)
	}
	h.checks[0].State = "passed"
	points := s.world.effects
	s.world.at[points+8] = func() { h.checks[0].State = "missing" }
	s.tick()
	s.ok(s.verify())
	if len(h.asked) > 1 {
		t.Errorf("asked to merge %d times", len(h.asked))
	}
}
