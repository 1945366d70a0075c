package corpus

import (
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// View reads a corpus for the judgement of one document and records what it
// read. It is for one goroutine. It is what rules see as `data` (policy.Data).
type View struct {
	corpus *Corpus
	client string // of the judged document; Global for a global one
	read   map[Dependency]struct{}
	broken bool
}

// View makes a view for the judgement of a document of client ("" if global).
func (c *Corpus) View(client string) *View {
	if client == "" {
		client = Global
	}
	return &View{corpus: c, client: client, read: map[Dependency]struct{}{}}
}

// Dependencies is what was read so far, in a fixed order.
func (v *View) Dependencies() []Dependency {
	return slices.SortedFunc(maps.Keys(v.read), CompareDependencies)
}

// Broken reports whether a broken document was met: what follows from its
// absence says nothing about the user's intent.
func (v *View) Broken() bool { return v.broken }

func (v *View) note(d Dependency) { v.read[d] = struct{}{} }

// AsOf is the instant of judgement.
func (v *View) AsOf() string {
	v.note(Dependency{Reading: AsOf})
	return v.corpus.asOf
}

// Document is the root of a document, nil when absent or broken.
func (v *View) Document(kind, client, name string) *document.Value {
	v.note(Dependency{Reading: Content, Kind: kind, Client: client, Name: name})
	return v.value(v.corpus.entry(kind, client, name))
}

func (v *View) value(e *Entry) *document.Value {
	switch {
	case e == nil:
		return nil
	case e.Broken:
		v.broken = true
		return nil
	}
	return &e.Document().Root
}

// Has reports whether a document exists, broken or not.
func (v *View) Has(kind, client, name string) bool {
	v.note(Dependency{Reading: Exists, Kind: kind, Client: client, Name: name})
	return v.corpus.entry(kind, client, name) != nil
}

// HasFile reports whether a file exists in the tree.
func (v *View) HasFile(path string) bool {
	v.note(Dependency{Reading: File, Name: path})
	_, ok := v.corpus.files(path)
	return ok
}

// File is the bytes of a file of the tree, and whether it exists.
func (v *View) File(path string) ([]byte, bool) {
	v.note(Dependency{Reading: File, Name: path})
	return v.corpus.files(path)
}

// Names are the names of a kind's documents of a client, sorted.
func (v *View) Names(kind, client string) []string {
	v.note(Dependency{Reading: Names, Kind: kind, Client: client})
	return v.corpus.names[kind][client]
}

// Clients are the clients that have documents of a kind, sorted, with Global
// for documents without a client.
func (v *View) Clients(kind string) []string {
	v.note(Dependency{Reading: Clients, Kind: kind})
	return v.corpus.clients(kind)
}

func (c *Corpus) clients(kind string) []string {
	return slices.Sorted(maps.Keys(c.names[kind]))
}

func (v *View) estate(client string) *estate {
	v.note(Dependency{Reading: Assets, Client: client})
	e := v.corpus.estate(client)
	v.broken = v.broken || e.broken
	return e
}

// Assets are a client's assets in the order of their lists.
func (v *View) Assets(client string) []spec.Asset { return v.estate(client).assets }

// EstateFindings say where asset names of a client collide, and where its assets
// and HA groups disagree.
func (v *View) EstateFindings(client string) []finding.Finding { return v.estate(client).findings }

// Asset is one asset with its list's defaults merged in; nil when absent.
func (v *View) Asset(client, name string) *document.Value {
	a := v.estate(client).byName[name]
	if a == nil {
		return nil
	}
	return a.Value
}

// AssetNames are the names of a client's assets, sorted.
func (v *View) AssetNames(client string) []string { return v.estate(client).names }

// Members is the list of the names of the assets whose haGroup is this group,
// sorted; nil when there are none.
func (v *View) Members(client, group string) *document.Value { return v.estate(client).members[group] }

// MemberGroups are the HA groups that a client's assets are in, sorted.
func (v *View) MemberGroups(client string) []string {
	return slices.Sorted(maps.Keys(v.estate(client).members))
}

// Parameters is what Config and the judged document's client say of a rule.
func (v *View) Parameters(rule string) (config, client *document.Value) {
	for _, name := range v.Names("Config", Global) {
		config = parameter(v.Document("Config", Global, name), rule)
	}
	if v.client == Global {
		return config, nil
	}
	return config, parameter(v.Document("Client", v.client, v.client), rule)
}

// ParametersIn is Parameters as another corpus has them.
func (v *View) ParametersIn(c *Corpus, rule string) (config, client *document.Value) {
	return (&View{corpus: c, client: v.client, read: map[Dependency]struct{}{}}).Parameters(rule)
}

func parameter(root *document.Value, rule string) *document.Value {
	return root.Get("spec").Get("policy").Get("parameters").Get(rule)
}
