// Package logs makes repositories with result logs: for tests of what reads them,
// and for the benchmark. Keys come from fixed seeds, so that equal input gives
// equal bytes. It is no part of the product.
package logs

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
	"github.com/patchops/patchops/internal/trust"
)

// Repository is the id of the repository that the logs are of.
const Repository = "0123456789abcdef"

// Prefix is where the logs' branches are.
const Prefix = "patchops/log"

// Key is somebody's SSH key.
func Key(name string) ssh.Signer {
	seed := sha256.Sum256([]byte(name))
	s, err := ssh.NewSignerFromSigner(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic(err)
	}
	return s
}

// LogKey is a key of logs: the signer, its secret form, and the verifier key.
func LogKey(name string) (signer note.Signer, secret, verifier string) {
	secret, verifier, err := note.GenerateKey(&seeded{name: name}, "patchops/"+Repository)
	if err == nil {
		signer, err = note.NewSigner(secret)
	}
	if err != nil {
		panic(err)
	}
	return signer, secret, verifier
}

type seeded struct {
	name string
	n    int
}

func (s *seeded) Read(b []byte) (int, error) {
	for i := range b {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", s.name, s.n))
		b[i], s.n = sum[0], s.n+1
	}
	return len(b), nil
}

// Root is a root of trust of one owner, "owner", with the log key "log".
func Root() (trust.Root, trust.Signed) {
	_, _, verifier := LogKey("log")
	root := trust.Root{
		Type: trust.Type, Version: 1, Repository: Repository, Target: "main", Forge: trust.Forge{Type: "git"},
		Owners: []string{signature.KeyOf(Key("owner")).String()}, Threshold: 1, LogKeys: []string{verifier},
		Genesis: trust.Genesis{Commit: strings.Repeat("a", 40), Manifest: "sha256:" + strings.Repeat("a", 64)},
	}
	b, err := root.Encode()
	if err != nil {
		panic(err)
	}
	sig, err := signature.Sign(Key("owner"), b, signature.Roots)
	if err != nil {
		panic(err)
	}
	return root, trust.Signed{Root: string(b), Signatures: []string{sig}}
}

// RootRecord begins a client's first log.
func RootRecord() resultlog.Record {
	root, signed := Root()
	return resultlog.Record{Kind: resultlog.RootKind, Root: strings.TrimSpace(string(signed.Encode())), Commit: root.Genesis.Commit}
}

// Change is a change of somebody's branch, as it is approved.
type Change struct{ Branch, Head, Base, Effect string }

// Approved is the record of a person's signed approval of a change.
func Approved(c Change, person string, serial int64, prev string, t time.Time) resultlog.Record {
	text, err := statement.Encode(statement.Statement{
		Repository: Repository, Target: "main", Act: statement.Approve, Subject: "change:" + c.Branch, Person: person,
		Head: c.Head, Base: c.Base, Effect: c.Effect, AsOf: resultlog.Instant(t), Serial: serial, Prev: prev,
	})
	if err != nil {
		panic(err)
	}
	sig, err := signature.Sign(Key(person), text, signature.Statements)
	if err != nil {
		panic(err)
	}
	s := statement.Signed{Statement: string(text), Signature: sig}
	return resultlog.Record{
		Kind: resultlog.Approval, Change: c.Branch, Head: c.Head, Base: c.Base, Effect: c.Effect, AsOf: resultlog.Instant(t),
		Actor:    &resultlog.Actor{Kind: "person", ID: person, Key: signature.KeyOf(Key(person)).Fingerprint()},
		Evidence: s.Digest(), Statement: &s,
	}
}

// Decided are the decision on a change and its merge.
func Decided(id string, c Change, commit string, approvals ...resultlog.Record) []resultlog.Record {
	r := resultlog.Record{Decision: id, Change: c.Branch, Head: c.Head, Base: c.Base, Commit: commit}
	for _, a := range approvals {
		r.Approvals = append(r.Approvals, a.Evidence)
	}
	slices.Sort(r.Approvals)
	d, m := r, r
	d.Kind, d.Effect, d.Verdict = resultlog.Decision, c.Effect, "approved"
	m.Kind, m.Via = resultlog.Merge, "controller"
	return []resultlog.Record{d, m}
}

// Branch is a log that grows: every flush is a commit.
type Branch struct {
	Log     *resultlog.Log
	Commits []Commit
	now     time.Time
	signer  note.Signer
}

// Commit is one flush: the files that it adds or changes.
type Commit struct {
	Files   map[string][]byte
	Message string
	Time    time.Time
}

// NewBranch is a client's log without records; the first is a minute after begin.
func NewBranch(client string, begin time.Time) *Branch {
	signer, _, verifier := LogKey("log")
	name := resultlog.Name{Repository: Repository, Client: client, Year: begin.Year()}
	return &Branch{Log: resultlog.New(name, []string{verifier}), now: begin, signer: signer}
}

// Flush appends records, each a minute after the one before, unless they say when.
func (b *Branch) Flush(records ...resultlog.Record) error {
	var message strings.Builder
	for i := range records {
		if records[i].T == "" {
			b.now = b.now.Add(time.Minute)
			records[i].T = resultlog.Instant(b.now)
		}
		if len(records) <= 10 {
			fmt.Fprintf(&message, "%s %s\n", records[i].Kind, records[i].Change)
		}
	}
	next, u, err := b.Log.Append(records, 1, b.signer)
	if err != nil {
		return err
	}
	b.Log = next
	b.Commits = append(b.Commits, Commit{u.Files, message.String(), b.now})
	return nil
}

// Write adds the branches to the repository in dir, made bare where absent.
func Write(dir string, branches ...*Branch) error {
	if _, err := os.Stat(dir); err != nil {
		if out, err := command(nil, "init", "--quiet", "--bare", "-b", "main", dir); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
	}
	var b bytes.Buffer
	for _, branch := range branches {
		for i, c := range branch.Commits {
			c.stream(&b, "refs/heads/"+branch.Log.Name.Branch(Prefix), i == 0)
		}
	}
	out, err := command(&b, "-C", dir, "fast-import", "--quiet", "--force", "--date-format=raw")
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func (c Commit) stream(b *bytes.Buffer, ref string, first bool) {
	if first {
		fmt.Fprintf(b, "reset %s\n", ref)
	}
	fmt.Fprintf(b, "commit %s\ncommitter patchops controller <controller@patchops.invalid> %d +0000\ndata %d\n%s\n", ref, c.Time.Unix(), len(c.Message), c.Message)
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		fmt.Fprintf(b, "M 100644 inline %s\ndata %d\n%s\n", name, len(c.Files[name]), c.Files[name])
	}
}

func command(stdin *bytes.Buffer, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C")
	if stdin != nil {
		cmd.Stdin = stdin
	}
	return cmd.CombinedOutput()
}

// Story is two clients' logs: a change that two people approved and that was merged,
// denials before and after, and what belongs to no client.
func Story() ([]*Branch, error) {
	begin := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	acme, globex, org := NewBranch("acme", begin), NewBranch("globex", begin), NewBranch(resultlog.Org, begin)
	c := Change{"openssl", strings.Repeat("b", 40), strings.Repeat("a", 40), "sha256:" + strings.Repeat("e", 64)}
	dana, erin := Approved(c, "dana", 1, "", begin), Approved(c, "erin", 1, "", begin)
	denied := resultlog.Record{Kind: resultlog.Denial, Change: c.Branch, Head: c.Head, Verdict: "pending", Why: "1 of 2 approvals"}
	var errs error
	for _, b := range []*Branch{acme, globex, org} {
		errs = firstErr(errs, b.Flush(RootRecord()))
	}
	errs = firstErr(errs, org.Flush(resultlog.Record{Kind: resultlog.Lease, Holder: "host-1"}))
	errs = firstErr(errs, acme.Flush(dana, denied))
	errs = firstErr(errs, acme.Flush(erin))
	errs = firstErr(errs, acme.Flush(Decided("d-1", c, strings.Repeat("c", 40), dana, erin)...))
	errs = firstErr(errs, globex.Flush(denied))
	return []*Branch{acme, globex, org}, errs
}

func firstErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
