// Package githubtest is a stateful fake of GitHub over a real bare repository:
// pull requests, reviews, checks, comments, protection, the record of pushes,
// and merges that Git really does. Every request and every answer is checked
// against GitHub's published OpenAPI description, and it can lie, lose pages,
// stall and refuse on purpose.
//
// It is for tests only, and knows nothing of how it is used.
package githubtest

import (
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

type object = map[string]any

// Numbers of the fake: what a root of trust would name.
const (
	ID    = 4711  // of the repository
	AppID = 15368 // whose check runs a token makes
	BotID = 41898282
	Token = "ghs_fake_token_of_the_test"
)

// Forge is the fake. Its exported methods are what people and machines other than
// the client do.
type Forge struct {
	mu     sync.Mutex
	server *httptest.Server
	spec   *description
	dir    string // of the bare repository
	now    func() time.Time
	names  []string // owner/name, the last is the present one

	users    map[int64]string // login
	emails   map[string]int64
	pulls    []*pull
	comments []*comment
	runs     []*run
	statuses []object // sha, context, state
	required []required
	tips     map[string]string // of branches, as last seen
	events   []event           // oldest first
	ours     map[string]bool   // commits that the forge signed
	joins    map[string]bool   // base and head that Git merges, or does not
	counts   map[string]int    // commits between
	next     int64

	role       string // of the credential: write, maintain, admin
	scopes     string // of a classic token; "" is no such
	personal   bool   // the token is a person's
	computing  int    // answers until it knows whether a pull request can be merged
	app        *rsa.PublicKey
	granted    map[string]string // to the app
	tokens     map[string]time.Time
	faults     []*Fault
	requests   []string
	unchanged  int
	violations []string
}

type pull struct {
	number  int
	branch  string
	author  int64
	title   string
	base    string
	state   string
	draft   bool
	fork    int64 // id of the head's repository, 0: this one
	created time.Time
	head    string // once closed
	merged  string // commit
	before  string // base's tip before the merge
	reviews []*review
	changed []time.Time // when it got another base
	edits   []int64     // ids of these events
}

type review struct {
	id, user  int64
	state     string
	commit    string
	submitted time.Time
	body      string
}

type comment struct {
	id, user int64
	pull     int
	body     string
	edits    int
}

type run struct {
	id, app     int64
	fields      object // as sent
	head        string
	annotations []any
	updates     int
}

type required struct {
	name string
	app  int64
	rule bool // by a ruleset
}

type event struct {
	id            int64
	ref           string
	before, after string
	kind          string
	actor         int64
	at            time.Time
}

// New serves the bare repository dir as owner/name. Close it.
func New(dir, name string, now func() time.Time) (*Forge, error) {
	spec, err := load()
	if err != nil {
		return nil, err
	}
	f := &Forge{
		spec: spec, dir: dir, now: now, names: []string{name}, next: 1000, role: "write",
		users:  map[int64]string{BotID: "github-actions[bot]", 19864447: "web-flow"},
		emails: map[string]int64{"noreply@github.com": 19864447},
		tips:   map[string]string{}, ours: map[string]bool{}, joins: map[string]bool{}, counts: map[string]int{}, tokens: map[string]time.Time{},
	}
	if err := f.sync(0); err != nil {
		return nil, err
	}
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	return f, nil
}

// Close stops serving.
func (f *Forge) Close() { f.server.Close() }

// API is the base URL of the fake, as an Enterprise server's.
func (f *Forge) API() string { return f.server.URL + "/api/v3" }

// Violations are requests and answers that GitHub's description does not allow.
func (f *Forge) Violations() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.violations)
}

// Requests are all so far, such as "GET /repos/acme/plans/pulls?page=2".
func (f *Forge) Requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

// Forget empties Requests.
func (f *Forge) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = nil
}

func (f *Forge) id() int64 {
	f.next++
	return f.next
}

func (f *Forge) name() string { return f.names[len(f.names)-1] }

func (f *Forge) pull(n int) (*pull, error) {
	if n < 1 || n > len(f.pulls) {
		return nil, fmt.Errorf("no pull request %d", n)
	}
	return f.pulls[n-1], nil
}
