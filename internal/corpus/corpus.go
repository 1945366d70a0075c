// Package corpus holds all documents of one tree, indexed by identity, and the
// views through which a judgement reads them. A view records what was read, so
// that a verdict can be kept for as long as exactly that stays the same.
//
// It does not parse, judge or store: documents come from a loader, on demand.
package corpus

import (
	"crypto/sha256"
	"slices"
	"strings"
	"sync"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// Digest is a SHA-256 of bytes; the zero value means absent.
type Digest [sha256.Size]byte

// Global is the client under which documents without a client are listed.
const Global = "_"

// Entry is one document of the tree.
type Entry struct {
	ID     finding.Identity
	File   string
	Index  int              // 0-based place among the file's documents
	Digest Digest           // of the file's bytes
	Name   finding.Position // of metadata.name, for findings about the identity
	Broken bool             // has findings that keep rules from reading it
	Closed bool             // a plan below plans/**/closed/
	Bulk   string           // of an AssetList: the file that its rows are in
	Waives bool             // of a RiskAcceptance: it names findings

	document func() *document.Document
}

// NewEntry makes an entry whose document is loaded at most once, when first
// asked for.
func NewEntry(e Entry, load func() *document.Document) *Entry {
	e.document = sync.OnceValue(load)
	e.Closed = e.ID.Kind == "PatchPlan" && closedPath(e.File)
	return &e
}

// Document is the parsed document.
func (e *Entry) Document() *document.Document { return e.document() }

func (e *Entry) client() string {
	if e.ID.Client == "" {
		return Global
	}
	return e.ID.Client
}

// closedPath reports whether a path lies below plans/**/closed/.
func closedPath(path string) bool {
	rest, ok := strings.CutPrefix(path, "plans/")
	return ok && strings.Contains("/"+rest, "/closed/")
}

// Files gives the bytes of any file of the tree, and whether it exists.
type Files func(path string) ([]byte, bool)

// Rows reads a bulk file into assets; nil where a row cannot be read.
type Rows func(path string, src []byte) []document.Value

// Corpus is the index. It does not change after New; what it derives is
// computed once, on demand, and safe for concurrent use.
type Corpus struct {
	asOf    string
	entries []*Entry
	byID    map[finding.Identity]*Entry
	names   map[string]map[string][]string // kind -> client -> sorted names
	files   Files
	rows    Rows

	mu      sync.Mutex
	estates map[string]*estate
	values  map[Dependency]Digest

	derived map[string]map[derivation]*derived // by client
}

// New indexes entries, in the order given: of two with one identity the first
// is what others see (the second is a finding, made by the pipeline).
func New(asOf string, entries []*Entry, files Files, rows Rows) *Corpus {
	c := &Corpus{
		asOf: asOf, entries: entries, files: files, rows: rows,
		byID:    make(map[finding.Identity]*Entry, len(entries)),
		names:   map[string]map[string][]string{},
		estates: map[string]*estate{}, values: make(map[Dependency]Digest, 4*len(entries)), derived: map[string]map[derivation]*derived{},
	}
	for _, e := range entries {
		c.add(e)
	}
	for _, clients := range c.names {
		for _, names := range clients {
			slices.Sort(names)
		}
	}
	return c
}

func (c *Corpus) add(e *Entry) {
	if e.ID.Kind == "" || e.ID.Name == "" || c.byID[e.ID] != nil {
		return
	}
	c.byID[e.ID] = e
	clients := c.names[e.ID.Kind]
	if clients == nil {
		clients = map[string][]string{}
		c.names[e.ID.Kind] = clients
	}
	clients[e.client()] = append(clients[e.client()], e.ID.Name)
}

// Without is the corpus of the same tree, but for some entries.
func (c *Corpus) Without(left func(*Entry) bool) *Corpus {
	return New(c.asOf, slices.DeleteFunc(slices.Clone(c.entries), left), c.files, c.rows)
}

// Entries are all entries, in the order given to New.
func (c *Corpus) Entries() []*Entry { return c.entries }

// Entry is the entry of an identity, or nil.
func (c *Corpus) Entry(id finding.Identity) *Entry { return c.byID[id] }

func (c *Corpus) entry(kind, client, name string) *Entry {
	if client == Global {
		client = ""
	}
	return c.byID[finding.Identity{Kind: kind, Client: client, Name: name}]
}

// Forget drops what was derived of a client ("" for global documents); it is
// derived again where it is still needed.
func (c *Corpus) Forget(client string) {
	if client == "" {
		client = Global
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.estates, client)
	delete(c.derived, client)
}

// estate is what is derived of one client's assets.
type estate struct {
	once     sync.Once
	assets   []spec.Asset // with what their HA group, site and client say of them
	byName   map[string]*spec.Asset
	names    []string
	members  map[string]*document.Value // by HA group, the names of its assets, sorted
	findings []finding.Finding          // names that collide, groups that disagree
	broken   bool
}

func (c *Corpus) estate(client string) *estate {
	c.mu.Lock()
	e := c.estates[client]
	if e == nil {
		e = &estate{}
		c.estates[client] = e
	}
	c.mu.Unlock()
	e.once.Do(func() { c.fill(e, client) })
	return e
}

func (c *Corpus) fill(e *estate, client string) {
	var declared []spec.Asset
	for _, name := range c.names[assetList][client] {
		entry := c.entry(assetList, client, name)
		if entry.Broken {
			e.broken = true
			continue
		}
		declared = append(declared, spec.Assets(entry.Document(), c.readRows)...)
	}
	var groups []*document.Document
	for _, name := range c.names[haGroup][client] {
		if entry := c.entry(haGroup, client, name); !entry.Broken {
			groups = append(groups, entry.Document())
		}
	}
	e.findings = spec.CheckMembership(declared, groups)
	for _, d := range spec.Duplicates(declared) {
		e.findings = append(e.findings, d.Finding())
	}
	e.assets = spec.JoinSites(spec.JoinGroups(declared, groups), c.sites(client))
	root := c.root("Client", client, client)
	for i := range e.assets {
		e.assets[i].Value = e.assets[i].Derive(root)
	}
	e.byName = make(map[string]*spec.Asset, len(e.assets))
	for i := range e.assets {
		a := &e.assets[i]
		if _, twice := e.byName[a.Name]; !twice {
			e.byName[a.Name] = a
			e.names = append(e.names, a.Name)
		}
	}
	slices.Sort(e.names)
	e.group()
}

// group finds the assets of each HA group, whichever side says so.
func (e *estate) group() {
	e.members = map[string]*document.Value{}
	for _, name := range e.names {
		group := e.byName[name].Value.Get("haGroup").Text()
		if group == "" {
			continue
		}
		if e.members[group] == nil {
			e.members[group] = &document.Value{Kind: document.List}
		}
		e.members[group].Items = append(e.members[group].Items, document.Value{Kind: document.String, Str: name})
	}
}

func (c *Corpus) sites(client string) map[string]*document.Value {
	sites := map[string]*document.Value{}
	for _, name := range c.names[site][client] {
		if root := c.root(site, client, name); root != nil {
			sites[name] = root
		}
	}
	return sites
}

// root is the root of a document, nil when absent or broken.
func (c *Corpus) root(kind, client, name string) *document.Value {
	if e := c.entry(kind, client, name); e != nil && !e.Broken {
		return &e.Document().Root
	}
	return nil
}

func (c *Corpus) readRows(path string) []document.Value {
	src, ok := c.files(path)
	if !ok {
		return nil
	}
	return c.rows(path, src)
}

const (
	assetList = "AssetList"
	haGroup   = "HAGroup"
	site      = "Site"
)
