package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
	"github.com/patchops/patchops/internal/trust"
	"github.com/patchops/patchops/internal/wal"
)

// childVariable names the file that tells a child process what to be.
const childVariable = "PATCHOPS_CONTROLLER_CHILD"

// killsVariable says how often a process is killed.
const killsVariable = "PATCHOPS_KILLS"

func TestMain(m *testing.M) {
	if file := os.Getenv(childVariable); file != "" {
		os.Exit(child(file))
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // memory is cheaper than time here
	}
	os.Exit(m.Run())
}

// part is what a child process works with.
type part struct {
	Root            trust.Root
	Signed          trust.Signed
	LogKey          string
	URL, Dir, Holds string
	Book            *approval.Book
}

// real is a controller on real Git, with a judge that only looks at bytes.
func (p part) real(t func(error)) (*Controller, func()) {
	ctx := context.Background()
	c, err := git.CloneAt(ctx, filepath.Join(p.Dir, "clone"), "origin", p.URL)
	t(err)
	t(c.Fetch(ctx))
	store, err := open(c)
	t(err)
	journal, left, torn, err := wal.Open(filepath.Join(p.Dir, "wal"))
	t(err)
	signer, err := note.NewSigner(p.LogKey)
	t(err)
	process, err := random()
	t(err)
	began := time.Now()
	out, err := New(Options{
		Root: p.Root, Signed: p.Signed, Store: store, Judge: &twoPeople{world: gitTrees{store}, book: p.Book, refuse: map[string]string{}},
		Journal: journal, Left: left, Torn: torn, Signer: signer, State: p.Dir, Holder: p.Holds, Process: process, Engine: "test",
		Clock: Clock{Now: time.Now, Monotonic: func() time.Duration { return time.Since(began) }},
	})
	t(err)
	return out, func() { t(errors.Join(store.Close(), journal.Close())) }
}

// child is the process that is killed: one tick.
func child(file string) int {
	must := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	b, err := os.ReadFile(file)
	must(err)
	var p part
	must(json.Unmarshal(b, &p))
	c, done := p.real(must)
	_, err = c.Tick(context.Background())
	if err != nil && Later(err) {
		return 5
	}
	must(err)
	done()
	return 0
}

// gitTrees reads trees of a real repository.
type gitTrees struct{ store *cloneStore }

func (g gitTrees) entries(commit string) []change.Entry {
	tree, err := g.store.repository.Tree(commit, "")
	if err != nil {
		panic(err)
	}
	var out []change.Entry
	for _, e := range tree.Entries() {
		out = append(out, change.Entry{Path: e.Path, Mode: git.ModeText(e.Mode), Blob: e.ID})
	}
	return out
}

func (g gitTrees) base(a, b string) string {
	base, err := g.store.repository.MergeBase(a, b)
	if err != nil {
		panic(err)
	}
	return base
}

func (g gitTrees) bytes(blob string) []byte { return []byte(blob) }

// ground is a real remote with changes that people approved.
type ground struct {
	t      testing.TB
	keys   *keys
	remote *gittest.Remote
	part   part
	file   string
	made   int
	serial map[string]int64
	prev   map[string]string
}

func (k *keys) ground(t testing.TB, remote *gittest.Remote) *ground {
	s := k.begin(t)
	s.root.Genesis = trust.Genesis{Commit: remote.Seed(gittest.Commit{Branch: "main", Files: map[string]string{"patchops.yaml": "config"}})[0]}
	g := &ground{t: t, keys: k, remote: remote, serial: map[string]int64{}, prev: map[string]string{}}
	g.part = part{LogKey: k.logKey, URL: remote.URL, Dir: t.TempDir(), Holds: "one", Book: s.judge.book}
	c, err := git.CloneAt(context.Background(), filepath.Join(g.part.Dir, "clone"), "origin", remote.URL)
	s.ok(err)
	s.ok(c.Fetch(context.Background()))
	store, err := open(c)
	s.ok(err)
	s.root.Genesis.Manifest, _ = (&twoPeople{world: gitTrees{store}}).Manifest(s.root.Genesis.Commit)
	s.ok(store.Close())
	s.resign(k)
	g.part.Root, g.part.Signed = s.root, s.signed
	g.file = filepath.Join(t.TempDir(), "part.json")
	g.write()
	return g
}

// write writes down what a child process is.
func (g *ground) write() {
	b, err := json.Marshal(g.part)
	if err == nil {
		err = os.WriteFile(g.file, b, 0o600)
	}
	if err != nil {
		g.t.Fatal(err)
	}
}

// more pushes n approved changes, each on the genesis.
func (g *ground) more(n int) {
	var commits []gittest.Commit
	var names []string
	for range n {
		name := fmt.Sprintf("change-%04d", g.made)
		client := []string{"acme", "globex"}[g.made%2]
		commits = append(commits, gittest.Commit{
			Branch: name, From: g.part.Root.Genesis.Commit, Files: map[string]string{"plans/" + client + "/" + name + ".yaml": name},
		})
		names = append(names, name)
		g.made++
	}
	ids := g.remote.Seed(commits...)
	commits = commits[:0]
	for i, name := range names {
		for _, person := range []string{"dana", "erin"} {
			commits = append(commits, g.statement(person, name, ids[i]))
		}
	}
	g.remote.Seed(commits...)
}

func (g *ground) statement(person, name, head string) gittest.Commit {
	g.serial[person]++
	st := statement.Statement{
		Act: statement.Approve, Subject: changeSubject + name, Head: head, Base: g.part.Root.Genesis.Commit, Effect: anyEffect,
		Repository: repositoryID, Target: "main", Person: person, AsOf: resultlog.Instant(time.Now()), Serial: g.serial[person], Prev: g.prev[person],
	}
	b, err := statement.Encode(st)
	if err != nil {
		g.t.Fatal(err)
	}
	armored, err := signature.Sign(g.keys.people[person], b, signature.Statements)
	if err != nil {
		g.t.Fatal(err)
	}
	g.prev[person] = statement.Signed{Statement: string(b), Signature: armored}.Digest()
	file := fmt.Sprintf("statements/%08d.json", st.Serial)
	return gittest.Commit{Branch: chainPrefix + person, Files: map[string]string{file: string(b), file + ".sig": armored}}
}

// tick runs one child; with a limit it is killed after that time.
func (g *ground) tick(limit time.Duration) (killed bool, took time.Duration) {
	g.t.Helper()
	began := time.Now()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+g.file)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	if limit > 0 {
		timer := time.AfterFunc(limit, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != -1 && exit.ExitCode() != 5) {
		g.t.Fatalf("a tick: %v\n%s", err, stderr.String())
	}
	return exit != nil && exit.ExitCode() == -1, time.Since(began)
}

// logs are the logs as the remote has them, verified.
func (g *ground) logs() []authority.Branch {
	g.t.Helper()
	ok := func(err error) {
		g.t.Helper()
		if err != nil {
			g.t.Fatal(err)
		}
	}
	ctx := context.Background()
	c, err := git.CloneAt(ctx, filepath.Join(g.t.TempDir(), "clone"), "origin", g.part.URL)
	ok(err)
	ok(c.Fetch(ctx))
	store, err := open(c)
	ok(err)
	defer func() { ok(store.Close()) }()
	verifiers, err := g.part.Root.Verifiers()
	ok(err)
	branches, err := c.Branches(ctx, "patchops/log/")
	ok(err)
	var logs []authority.Branch
	var sources []resultlog.Source
	for branch, tip := range branches {
		name, _ := resultlog.ParseBranch("patchops/log", repositoryID, branch)
		files, err := store.Files(tip)
		ok(err)
		log, records, err := resultlog.Open(name, files, verifiers)
		ok(err)
		logs = append(logs, authority.Branch{Log: log, Records: records})
		sources = append(sources, resultlog.Source{Name: name, Branch: branch, Tip: tip, Files: files})
	}
	_, err = resultlog.Verify(sources, resultlog.Options{Keys: verifiers, Root: &g.part.Root})
	ok(err)
	return logs
}

// check verifies the logs and that every change landed, once.
func (g *ground) check() {
	g.t.Helper()
	st, err := authority.Fold(g.part.Root, g.logs())
	if err != nil {
		g.t.Fatal(err)
	}
	if st.Tip != g.remote.Tip("main") || st.Open != nil || len(st.Tips) != g.made+1 || len(st.Landed) != g.made || len(st.Seen) != 2*g.made {
		g.t.Fatalf("tip %s of main %s, open %v, %d tips, %d landed, %d seen, of %d changes", st.Tip, g.remote.Tip("main"), st.Open, len(st.Tips), len(st.Landed), len(st.Seen), g.made)
	}
	if n := len(strings.Fields(g.remote.Git("ls-tree", "-r", "--name-only", "main"))); n != g.made+1 {
		g.t.Fatalf("main has %d files, wanted %d", n, g.made+1)
	}
}

// TestKill kills the process with signal 9 at a random moment, again and again;
// then the end state is the uninterrupted one (R61). PATCHOPS_KILLS says how often;
// without it the test ends after a while, however slow the machine is. The kills are of
// four repositories: a long log makes each tick slower, and proves no more.
func TestKill(t *testing.T) {
	t.Parallel()
	const repositories = 4
	kills, limit := 200, 40*time.Second
	if testing.Short() {
		kills = 20
	}
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills, limit = n, 24*time.Hour
	}
	k := makeKeys(t)
	for n := range repositories {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			k.ground(t, gittest.Bare(t)).kill(t, (kills+repositories-1)/repositories, limit)
		})
	}
}

// kill ends processes until so many were killed in the middle, and checks the end. The
// moment is within one and a half of what a tick takes; one after the other that is killed
// says that it takes longer.
func (g *ground) kill(t *testing.T, kills int, limit time.Duration) {
	_, took := g.tick(0)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	began, killed, ticks := time.Now(), 0, 0
	for killed < kills && time.Since(began) < limit {
		if g.made < 3*(ticks/8+1) {
			g.more(3)
		}
		ticks++
		died, whole := g.tick(time.Duration(random.Int64N(int64(took)*3/2)) + time.Millisecond)
		if died {
			killed++
			took += took / 16
		} else {
			took = (3*took + whole) / 4
		}
	}
	g.tick(0)
	g.tick(0)
	g.check()
	t.Logf("%d kills in %d ticks and %s, %d changes merged", killed, ticks, time.Since(began).Round(time.Second), g.made)
}
