package approval

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// mostRisk is what unknown risk counts as.
const mostRisk = 1000

// Entry is one entry of an effect, with what rules match on: what held before
// and what holds after.
type Entry struct {
	Text        string // "grant acme/march web-01", "PatchPlan/acme/march", "file README.md"
	Kind        string // of the document; PatchPlan for a grant; "" for a file
	Document    finding.Identity
	Paths       []string // before and after
	Clients     []string // touched; those of its grants for a plan over several
	Tiers       []string // of these clients, before and after
	ChangeTypes []string // of a plan and its grants
	Problem     bool     // a plan that refers to problems, before or after
	NoProblem   bool     // anything else, or such a plan, before or after
	Assets      []Asset
}

// Asset is an asset that an entry touches.
type Asset struct {
	Client, Name string
	Sides        []spec.Facets // before and after
	Owners       []string      // groups
	Grant        bool          // there is work on it, whose Risk this is
	Risk         int
}

// Entries are the entries of an effect with what rules match on; risk is that of
// a grant's work, by the plan's Identity.String (nil, or negative: not known,
// which counts as the most).
func Entries(e *effect.Effect, before, after *corpus.Corpus, risk func(client, plan, asset string) int) []Entry {
	if e == nil {
		return nil
	}
	b := &builder{
		sides: []*side{newSide(before), newSide(after)}, risk: risk, assets: map[[2]string]Asset{},
		plans: map[finding.Identity]Entry{}, tierOf: map[string][]string{}, bulk: map[string][]string{},
	}
	b.readBulk()
	out := make([]Entry, 0, len(e.Files)+len(e.Documents)+len(e.Grants))
	granted := map[finding.Identity][]Asset{}
	for i := range e.Grants {
		g := &e.Grants[i]
		entry := b.grant(g)
		granted[g.Plan] = append(granted[g.Plan], entry.Assets...)
		out = append(out, entry)
	}
	for i := range e.Documents {
		out = append(out, b.document(&e.Documents[i], granted))
	}
	for i := range e.Files {
		out = append(out, b.file(&e.Files[i]))
	}
	return out
}

// side is one of the two trees.
type side struct {
	corpus *corpus.Corpus
	view   *corpus.View
	assets map[string]map[string]*spec.Asset // by client and name
}

func newSide(c *corpus.Corpus) *side {
	if c == nil {
		c = corpus.New("", nil, func(string) ([]byte, bool) { return nil, false }, func(string, []byte) []document.Value { return nil })
	}
	return &side{corpus: c, view: c.View(""), assets: map[string]map[string]*spec.Asset{}}
}

func (s *side) client(name string) *document.Value { return s.view.Document("Client", name, name) }

func (s *side) root(id finding.Identity) *document.Value {
	client := id.Client
	if client == "" {
		client = corpus.Global
	}
	return s.view.Document(id.Kind, client, id.Name)
}

// asset is an asset of a client, nil when there is none.
func (s *side) asset(client, name string) *spec.Asset {
	byName := s.assets[client]
	if byName == nil {
		all := s.view.Assets(client)
		byName = make(map[string]*spec.Asset, len(all))
		for i := range all {
			if byName[all[i].Name] == nil {
				byName[all[i].Name] = &all[i]
			}
		}
		s.assets[client] = byName
	}
	return byName[name]
}

// builder makes entries; what many share is made once.
type builder struct {
	sides  []*side // before, after
	risk   func(client, plan, asset string) int
	assets map[[2]string]Asset
	plans  map[finding.Identity]Entry
	tierOf map[string][]string
	bulk   map[string][]string // the clients whose lists have their rows in a file
}

// readBulk finds out whose assets are in which file.
func (b *builder) readBulk() {
	for _, s := range b.sides {
		for _, list := range s.corpus.Entries() {
			if list.Bulk != "" && list.ID.Client != "" {
				b.bulk[list.Bulk] = append(b.bulk[list.Bulk], list.ID.Client)
			}
		}
	}
}

func (b *builder) grant(g *effect.GrantChange) Entry {
	e := b.plan(g.Plan)
	e.Text = "grant " + g.Client + "/" + g.Plan.Name + " " + g.Asset
	e.Clients, e.Tiers = []string{g.Client}, b.tiers(g.Client)
	a := b.asset(g.Client, g.Asset)
	a.Grant, a.Risk = true, mostRisk
	if b.risk != nil {
		if risk := b.risk(g.Client, g.Plan.String(), g.Asset); risk >= 0 {
			a.Risk = risk
		}
	}
	e.Assets = []Asset{a}
	return e
}

// plan is what a plan's document says of it and all its grants.
func (b *builder) plan(id finding.Identity) Entry {
	if e, known := b.plans[id]; known {
		return e
	}
	e := Entry{Kind: "PatchPlan", Document: id}
	for _, s := range b.sides {
		if entry := s.corpus.Entry(id); entry != nil {
			e.Paths = append(e.Paths, entry.File)
		}
		root := s.root(id)
		if root == nil {
			continue
		}
		if kind := root.Get("spec").Get("changeType").Text(); kind != "" {
			e.ChangeTypes = append(e.ChangeTypes, kind)
		}
		refers := len(root.Get("spec").Get("problemRefs").Elements()) > 0
		e.Problem, e.NoProblem = e.Problem || refers, e.NoProblem || !refers
	}
	e.Paths, e.ChangeTypes = sortedSet(e.Paths), sortedSet(e.ChangeTypes)
	b.plans[id] = e
	return e
}

// asset is an asset as it was and is; without sides where neither tree has it.
func (b *builder) asset(client, name string) Asset {
	key := [2]string{client, name}
	if a, known := b.assets[key]; known {
		return a
	}
	a := Asset{Client: client, Name: name}
	for _, s := range b.sides {
		if found := s.asset(client, name); found != nil {
			a.Sides = append(a.Sides, found.Facets(s.client(client)))
			if owner := found.Value.Get("owner").Text(); owner != "" {
				a.Owners = append(a.Owners, owner)
			}
		}
	}
	a.Owners = sortedSet(a.Owners)
	b.assets[key] = a
	return a
}

// tiers are a client's tiers before and after.
func (b *builder) tiers(client string) []string {
	if t, known := b.tierOf[client]; known {
		return t
	}
	var out []string
	for _, s := range b.sides {
		out = append(out, spec.ClientFacets(s.client(client)).Values("tier")...)
	}
	b.tierOf[client] = sortedSet(out)
	return b.tierOf[client]
}

func (b *builder) document(d *effect.DocumentChange, granted map[finding.Identity][]Asset) Entry {
	e := Entry{Kind: d.Kind, Document: d.Identity, NoProblem: true}
	if d.Kind == "PatchPlan" {
		e = b.plan(d.Identity)
		e.Assets = granted[d.Identity]
	}
	e.Text = d.String()
	e.Paths = nil
	for _, path := range []string{d.Before.Path, d.After.Path} {
		if path != "" {
			e.Paths = append(e.Paths, path)
		}
	}
	e.Paths = sortedSet(e.Paths)
	if d.Client != "" {
		e.Clients = []string{d.Client}
	}
	if d.Kind == "AssetList" {
		e.Assets = b.altered(d.Client, func(a *spec.Asset) bool { return a.List == d.Identity })
	}
	return b.touching(e)
}

// touching completes the clients of an entry from its assets, and their tiers.
func (b *builder) touching(e Entry) Entry {
	e.Clients = slices.Clone(e.Clients)
	for i := range e.Assets {
		if n := len(e.Clients); n == 0 || e.Clients[n-1] != e.Assets[i].Client {
			e.Clients = append(e.Clients, e.Assets[i].Client)
		}
	}
	e.Clients = sortedSet(e.Clients)
	e.Tiers = nil
	for _, client := range e.Clients {
		e.Tiers = append(e.Tiers, b.tiers(client)...)
	}
	e.Tiers = sortedSet(e.Tiers)
	return e
}

// altered are a client's assets that differ, of those that are wanted.
func (b *builder) altered(client string, wanted func(*spec.Asset) bool) []Asset {
	was, is := b.sides[0], b.sides[1]
	names := map[string]bool{}
	for _, s := range b.sides {
		all := s.view.Assets(client)
		for i := range all {
			if wanted(&all[i]) {
				names[all[i].Name] = true
			}
		}
	}
	var out []Asset
	for name := range names {
		x, y := was.asset(client, name), is.asset(client, name)
		if x == nil || y == nil || x.List != y.List || x.File != y.File || effect.DigestOf(x.Value) != effect.DigestOf(y.Value) {
			out = append(out, b.asset(client, name))
		}
	}
	slices.SortFunc(out, func(a, b Asset) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (b *builder) file(f *effect.FileChange) Entry {
	e := Entry{Text: "file " + f.Path, Paths: []string{f.Path}, NoProblem: true}
	clients := b.bulk[f.Path]
	if sub := (&effect.Effect{Files: []effect.FileChange{{Path: f.Path}}}).SubEffects(); sub[0].Client != effect.Org {
		clients = append(slices.Clone(clients), sub[0].Client)
	}
	e.Clients = sortedSet(clients)
	for _, client := range e.Clients {
		e.Assets = append(e.Assets, b.altered(client, func(a *spec.Asset) bool { return a.File == f.Path })...)
	}
	return b.touching(e)
}
