package controller

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
	"github.com/patchops/patchops/internal/trust"
)

const repositoryID = "5b9f2a0c-test"

// stage is a world with a repository in it: ada proposes, dana and erin approve.
type stage struct {
	t       testing.TB
	world   *world
	root    trust.Root
	signed  trust.Signed
	signer  note.Signer
	people  map[string]ssh.Signer
	judge   *twoPeople
	clock   *ticker
	journal *memory
	started int
	state   string
	forge   Forge
	holder  string // "one"
	added   []resultlog.Record
}

// trustForge is that of a root whose changes are pull requests.
var trustForge = trust.Forge{Type: "github", Repository: "acme/plans", ID: 1}

// keys are made once: they take time.
type keys struct {
	people map[string]ssh.Signer
	owner  ssh.Signer
	log    note.Signer
	logKey string
	verify string
}

func makeKeys(t testing.TB) *keys {
	t.Helper()
	k := &keys{people: map[string]ssh.Signer{}}
	for _, name := range []string{"ada", "dana", "erin", "finn"} {
		k.people[name] = sshKey(t)
	}
	k.owner = sshKey(t)
	private, public, err := note.GenerateKey(rand.Reader, "patchops/"+repositoryID)
	if err != nil {
		t.Fatal(err)
	}
	if k.log, err = note.NewSigner(private); err != nil {
		t.Fatal(err)
	}
	k.verify, k.logKey = public, private
	return k
}

func sshKey(t testing.TB) ssh.Signer {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// begin sets the stage: main with a few files, and its root of trust.
func (k *keys) begin(t testing.TB) *stage {
	w := newWorld()
	book := &approval.Book{People: map[string]approval.Person{}, Groups: map[string][]string{"sre": {"dana", "erin", "finn"}}}
	for name, s := range k.people {
		book.People[name] = approval.Person{Name: name, Active: true, Keys: []string{signature.KeyOf(s).Fingerprint()}}
	}
	book.Rules = []approval.Rule{{Name: "break-glass", Require: approval.Require{Group: "sre", Count: 2}}}
	s := &stage{t: t, world: w, signer: k.log, people: k.people, clock: &ticker{now: scriptTime}}
	s.judge = &twoPeople{world: w, book: book, refuse: map[string]string{}, pass: s.clock.pass}
	s.journal = &memory{world: w}
	genesis := w.put("", "genesis", map[string]string{"patchops.yaml": "config", "plans/acme/march.yaml": "plan 1", "plans/globex/march.yaml": "plan 1"})
	w.refs[heads+"main"] = genesis
	manifest, _ := s.judge.Manifest(genesis)
	s.root = trust.Root{
		Type: trust.Type, Version: 1, Repository: repositoryID, Target: "main", Forge: trust.Forge{Type: "git"},
		Owners: []string{signature.KeyOf(k.owner).String()}, Threshold: 1, LogKeys: []string{k.verify},
		Genesis: trust.Genesis{Commit: genesis, Manifest: manifest},
	}
	s.resign(k)
	return s
}

// fork is another world that was the same until now.
func (s *stage) fork() *stage {
	w, judge, out := *s.world, *s.judge, *s
	w.objects, w.refs, w.trace = maps.Clone(w.objects), maps.Clone(w.refs), slices.Clone(w.trace)
	w.at, w.lies = maps.Clone(w.at), maps.Clone(w.lies)
	out.world, out.clock = &w, &ticker{now: s.clock.now, mono: s.clock.mono}
	judge.world, judge.refuse, judge.pass = &w, maps.Clone(judge.refuse), out.clock.pass
	out.judge, out.journal = &judge, &memory{world: &w, entries: slices.Clone(s.journal.entries)}
	return &out
}

// resign signs the root as it is now.
func (s *stage) resign(k *keys) {
	b, err := s.root.Encode()
	s.ok(err)
	armored, err := signature.Sign(k.owner, b, signature.Roots)
	s.ok(err)
	s.signed = trust.Signed{Root: string(b), Signatures: []string{armored}}
}

func (s *stage) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// propose pushes a branch with content on main.
func (s *stage) propose(branch string, content map[string]string) string {
	head := s.world.put(s.world.refs[heads+"main"], branch, content)
	s.world.refs[heads+branch] = head
	return head
}

// say puts a person's statement on a change onto their chain.
func (s *stage) say(person, act, name string) {
	w := s.world
	head, base := w.refs[heads+name], ""
	subject := "change:" + name
	if name == mainChange {
		subject, head = mainChange, w.refs[heads+"main"]
	}
	st := statement.Statement{Subject: subject, Head: head}
	if strings.Contains(name, ":") {
		st = statement.Statement{Subject: name, Reason: "the database is burning", Expires: resultlog.Instant(s.clock.now.Add(2 * time.Hour))}
	} else {
		a := s.fold().Tip
		base = s.judge.base(a, head)
		st.Base, st.Effect = base, between(s.judge.entries(base), s.judge.entries(head)).Digest().String()
	}
	if act != statement.Approve {
		st.Reason = "because"
	}
	st.Act = act
	s.sayThis(person, st)
}

func (s *stage) sayThis(person string, st statement.Statement) {
	w := s.world
	st.Repository, st.Target, st.Person, st.AsOf = repositoryID, "main", person, resultlog.Instant(s.clock.now)
	ref := heads + chainPrefix + person
	tip := w.refs[ref]
	var before []statement.Entry
	if tip != "" {
		files, err := w.clone().Files(tip)
		s.ok(err)
		before, _, err = statement.ReadChain(person, files)
		s.ok(err)
	}
	st.Serial, st.Prev = statement.Next(before)
	b, err := statement.Encode(st)
	s.ok(err)
	armored, err := signature.Sign(s.people[person], b, signature.Statements)
	s.ok(err)
	content := map[string]string{
		fmt.Sprintf("statements/%08d.json", st.Serial):     string(b),
		fmt.Sprintf("statements/%08d.json.sig", st.Serial): armored,
	}
	w.refs[ref] = w.put(tip, "statement", content)
}

func (s *stage) approve(name string, people ...string) {
	for _, p := range people {
		s.say(p, statement.Approve, name)
	}
}

// start is a new process: nothing but the journal and the state folder is left of
// the last.
func (s *stage) start() *Controller {
	s.started++
	c, err := New(Options{
		Root: s.root, Signed: s.signed, Store: s.world.clone(), Judge: s.judge, Forge: s.forge, Journal: s.journal, Left: s.journal.entries,
		Signer: s.signer, Added: s.added, Clock: s.clock.clock(), Holder: cmp.Or(s.holder, "one"), Process: fmt.Sprint(s.started), Engine: "test", State: s.state,
	})
	s.ok(err)
	return c
}

// run ticks once; crashed says that the process ended in the middle.
func (s *stage) run(c *Controller) (r *Report, crashed bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(crash); !ok {
				panic(p)
			}
			crashed = true
		}
	}()
	r, err = c.Tick(context.Background())
	return r, false, err
}

// tick is a process that ticks once and does not fail.
func (s *stage) tick() *Report {
	s.t.Helper()
	r, _, err := s.run(s.start())
	s.ok(err)
	return r
}

// fold reads the logs as anybody can.
func (s *stage) fold() *authority.State {
	s.t.Helper()
	st, err := authority.Fold(s.root, s.logs())
	s.ok(err)
	return st
}

func (s *stage) logs() []authority.Branch {
	s.t.Helper()
	verifiers, err := s.root.Verifiers()
	s.ok(err)
	var out []authority.Branch
	for _, ref := range slices.Sorted(maps.Keys(s.world.refs)) {
		name, ok := resultlog.ParseBranch("patchops/log", repositoryID, strings.TrimPrefix(ref, heads))
		if !ok {
			continue
		}
		// Where others wrote on it, the last good commit counts, until it is mended.
		for tip := s.world.refs[ref]; ; tip = first(s.world.info(tip).Parents) {
			files, err := s.world.clone().Files(tip)
			s.ok(err)
			log, records, err := resultlog.Open(name, files, verifiers)
			if err != nil && len(s.world.info(tip).Parents) > 0 {
				continue
			}
			s.ok(err)
			out = append(out, authority.Branch{Log: log, Records: records})
			break
		}
	}
	return out
}

// kinds are the records of a client, as words.
func (s *stage) kinds(client string) string {
	var out []string
	for _, b := range s.logs() {
		if b.Log.Name.Client == client {
			for _, r := range b.Records {
				word := string(r.Kind)
				if r.Via != "" {
					word += "{" + r.Via + "}"
				}
				out = append(out, word)
			}
		}
	}
	return strings.Join(out, " ")
}

func (s *stage) main() string { return s.world.refs[heads+"main"] }

// content is a file of main.
func (s *stage) content(path string) string {
	f, ok := s.world.files(s.main())[path]
	if !ok {
		return ""
	}
	return string(s.world.objects[f.blob].([]byte))
}

// past is the branch of a log in the world.
type past struct {
	*clone
	tip string
}

func (p past) Commits() ([]resultlog.Commit, error) {
	var out []resultlog.Commit
	for id := p.tip; id != ""; {
		info := p.info(id)
		out = append([]resultlog.Commit{{ID: id, Parents: len(info.Parents)}}, out...)
		id = first(info.Parents)
	}
	return out, nil
}

func (p past) Changed(from, to string) ([]resultlog.Change, error) {
	before := map[string]file{}
	if from != "" {
		before = p.files(from)
	}
	after := p.files(to)
	var out []resultlog.Change
	for name, f := range after {
		if old, ok := before[name]; !ok || old != f {
			out = append(out, resultlog.Change{Path: name, Added: !ok})
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			out = append(out, resultlog.Change{Path: name, Removed: true})
		}
	}
	slices.SortFunc(out, func(a, b resultlog.Change) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

func (p past) Files(commit string) (fs.FS, error) { return p.clone.Files(commit) }

// verify checks the logs as log verify does.
func (s *stage) verify() error {
	keys, err := s.root.Verifiers()
	s.ok(err)
	var sources []resultlog.Source
	for _, b := range s.logs() {
		tip := s.world.refs[heads+b.Log.Name.Branch("patchops/log")]
		c := s.world.clone()
		files, err := c.Files(tip)
		s.ok(err)
		sources = append(sources, resultlog.Source{Name: b.Log.Name, Tip: tip, Files: files, History: past{c, tip}})
	}
	_, err = resultlog.Verify(sources, resultlog.Options{Keys: keys, Root: &s.root})
	return err
}
