// Package planning reads documents into what a rollout depends on: which plan
// has what to do on which asset, for how long, with what risk and until when,
// and what stands in its way. The rollout is computed elsewhere, from that
// alone.
//
// Bad input never stops the rest. What a document says wrongly is a finding of
// whoever reads the document; what cannot be read is left out here, and every
// other asset is still planned.
package planning

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
)

// Options are what planning needs beside the documents.
type Options struct {
	AsOf    time.Time
	Granted bool          // assume the approvals that a change still needs
	Horizon time.Duration // how far ahead; 0: as Config says
	Clients []string      // which clients; nil: all
	// Facts are what the log knows of packages, by "CLIENT/ASSET" and package; of a fact and
	// what documents say the newer counts. Declared says since when what an asset list's file
	// says holds; nil: since before any fact.
	Facts    map[string]map[string]Fact
	Declared func(file string) int64
	// Overrides are the freezes that an approved override lifts for a plan, by
	// "CLIENT/PLAN": "Freeze/_/q1".
	Overrides map[string][]string
	// Each is called with each client in turn when its part is read, while the corpus still
	// holds what was derived of its assets.
	Each func(*rollout.Client)
}

// Result is what a rollout depends on, and where it comes from. It is for one
// goroutine.
type Result struct {
	Input    *rollout.Input
	Findings []finding.Finding // about plans, by client, then plan
	// Read is what each client's part of the input depends on, by client, each
	// sorted. Under corpus.Global is what every client's part depends on.
	Read map[string][]corpus.Dependency
	// Until is the next instant at which the same documents say something else because of
	// the time alone: an exception ends, an agreement begins, a contact is not valid any
	// more. 0: never.
	Until int64

	clients map[string]*client
}

// Build reads the open plans of a corpus, at every client that they are for.
func Build(c *corpus.Corpus, o Options) (*Result, error) {
	b := newBuilder(c, o)
	result := &Result{
		Input: &rollout.Input{
			AsOf: b.asOf, Horizon: b.horizon, Granted: o.Granted, Shifts: b.shifts,
		},
		Read: map[string][]corpus.Dependency{}, clients: map[string]*client{},
	}
	for _, cl := range b.all() {
		if cl == nil {
			continue
		}
		result.Input.Clients = append(result.Input.Clients, cl.out)
		result.clients[cl.name] = cl
		result.Findings = append(result.Findings, cl.said...)
		result.Read[cl.name] = cl.view.Dependencies()
	}
	result.Read[corpus.Global] = b.shared.Dependencies()
	result.Until = b.turn
	return result, nil
}

// all builds the clients, in order, on all processors: on one where somebody looks at each.
func (b *builder) all() []*client {
	names := b.clients()
	out := make([]*client, len(names))
	workers := min(len(names), runtime.GOMAXPROCS(0))
	if b.options.Each != nil {
		workers = min(workers, 1)
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(names)); i = next.Add(1) - 1 {
				out[i] = b.one(names[i])
			}
		})
	}
	group.Wait()
	return out
}

// one builds a client, and lets go what was derived of its assets; nil for one that
// has no part.
func (b *builder) one(name string) *client {
	cl := b.client(name)
	if cl == nil {
		return nil
	}
	cl.build()
	if b.options.Each != nil {
		b.options.Each(&cl.out)
	}
	cl.assets = nil
	b.corpus.Forget(name)
	return cl
}

// About are the findings that follow from one client's part of the input.
func (r *Result) About(client string) []finding.Finding {
	if c := r.clients[client]; c != nil {
		return c.said
	}
	return nil
}

// builder is one reading under way.
type builder struct {
	corpus        *corpus.Corpus
	shared        *corpus.View // what all clients depend on; for one goroutine, before clients are built
	options       Options
	asOf, horizon int64
	catalogue     *catalogue
	templates     []*plan // open plans without a client, sorted by name
	shifts        []rollout.Shift
	byGroup       map[string][]int // shifts of a group
	problems      scopedProblems   // the global ones

	mu        sync.Mutex               // for what follows: clients are built side by side
	calendars map[string][]window.Date // by name and zone
	turn      int64                    // Result.Until
}

// turns notes that something becomes different at an instant; 0 is none.
func (b *builder) turns(at int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at > b.asOf && (b.turn == 0 || at < b.turn) {
		b.turn = at
	}
}

func newBuilder(c *corpus.Corpus, o Options) *builder {
	b := &builder{corpus: c, shared: c.View(""), options: o, calendars: map[string][]window.Date{}}
	b.asOf = o.AsOf.Unix()
	if o.AsOf.Nanosecond() > 0 {
		b.asOf++
	}
	b.readHorizon()
	b.catalogue = readCatalogue(b)
	b.templates = b.plansOf(b.shared, corpus.Global, "UTC")
	b.problems = readProblems(b.shared, corpus.Global)
	b.readShifts()
	return b
}

func (b *builder) readHorizon() {
	config := spec.ParseConfig(nil)
	for _, name := range b.shared.Names("Config", corpus.Global) {
		if b.shared.Document("Config", corpus.Global, name) != nil {
			config = spec.ParseConfig(b.corpus.Entry(finding.Identity{Kind: "Config", Name: name}).Document())
			break
		}
	}
	horizon := b.options.Horizon
	if horizon <= 0 {
		horizon = config.Horizon
	}
	b.horizon = int64(horizon / time.Second)
}

// clients are the names of the clients wanted, sorted.
func (b *builder) clients() []string {
	var out []string
	for _, name := range b.shared.Clients("Client") {
		if name != corpus.Global && (b.options.Clients == nil || slices.Contains(b.options.Clients, name)) {
			out = append(out, name)
		}
	}
	return out
}

// plan is an open plan with its patches.
type plan struct {
	*spec.Plan
	id      string        // "PatchPlan/acme/openssl"
	patches []*spec.Patch // sorted by name
}

// plansOf reads the open plans of a client, or those without one, sorted by
// name.
func (b *builder) plansOf(view *corpus.View, client, zone string) []*plan {
	var out []*plan
	for _, name := range view.Names("PatchPlan", client) {
		root := view.Document("PatchPlan", client, name)
		id := finding.Identity{Kind: "PatchPlan", Client: client, Name: name}
		if client == corpus.Global {
			id.Client = ""
		}
		entry := b.corpus.Entry(id)
		if root == nil || entry.Closed {
			continue
		}
		p := &plan{Plan: spec.ReadPlan(entry.Document(), zone), id: id.String()}
		p.patches = b.catalogue.resolve(view, p.Plan)
		out = append(out, p)
	}
	return out
}

// readShifts reads the shifts of technicians, which clients share.
func (b *builder) readShifts() {
	b.byGroup = map[string][]int{}
	for _, name := range b.shared.Names("Shift", corpus.Global) {
		root := b.shared.Document("Shift", corpus.Global, name)
		if root == nil {
			continue
		}
		s := root.Get("spec")
		group := s.Get("group").Text()
		b.shifts = append(b.shifts, rollout.Shift{
			Group: group, ID: "Shift/_/" + name, Week: spec.ReadWeek(s.Get("hours"), s.Get("timezone").Text(), nil),
			Capacity: int(spec.Whole(s.Get("capacity"), 1)),
		})
	}
	slices.SortFunc(b.shifts, func(x, y rollout.Shift) int { return strings.Compare(x.ID, y.ID) })
	for i, s := range b.shifts {
		b.byGroup[s.Group] = append(b.byGroup[s.Group], i)
	}
}

// named is the root of a document of a client, else of the global one of that
// name, and its identity; nil where there is none.
func named(view *corpus.View, kind, client, name string) (*document.Value, finding.Identity) {
	for _, c := range []string{client, corpus.Global} {
		if root := view.Document(kind, c, name); root != nil {
			return root, identity(kind, c, name)
		}
	}
	return nil, finding.Identity{}
}

func identity(kind, client, name string) finding.Identity {
	if client == corpus.Global {
		client = ""
	}
	return finding.Identity{Kind: kind, Client: client, Name: name}
}
