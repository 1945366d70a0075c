package reference

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// estate is a handful of documents of one file.
type estate map[finding.Identity]*document.Document

func read(t *testing.T, texts ...string) (estate, []*document.Document) {
	t.Helper()
	docs, found := document.ParseYAML("x.yaml", []byte(strings.Join(texts, "\n---\n")))
	if len(docs) != len(texts) || len(found) > 0 {
		t.Fatalf("the test's own documents: %v", found)
	}
	e := estate{}
	var all []*document.Document
	for i := range docs {
		e[docs[i].ID] = &docs[i]
		all = append(all, &docs[i])
	}
	return e, all
}

func (e estate) Document(kind, client, name string) *document.Value {
	if client == global {
		client = ""
	}
	if d := e[finding.Identity{Kind: kind, Client: client, Name: name}]; d != nil {
		return &d.Root
	}
	return nil
}

func (e estate) Has(kind, client, name string) bool { return e.Document(kind, client, name) != nil }

func (e estate) Names(kind, client string) []string {
	var out []string
	for id := range e {
		if id.Kind == kind && (id.Client == client || id.Client == "" && client == global) {
			out = append(out, id.Name)
		}
	}
	slices.Sort(out)
	return out
}

func (e estate) Clients(kind string) []string {
	clients := map[string]bool{}
	for id := range e {
		if id.Kind == kind {
			clients[id.Client] = true
		}
	}
	return slices.Sorted(maps.Keys(clients))
}

func (e estate) Assets(client string) []spec.Asset {
	var out []spec.Asset
	for _, name := range e.Names("AssetList", client) {
		out = append(out, spec.Assets(e[finding.Identity{Kind: "AssetList", Client: client, Name: name}], nil)...)
	}
	return out
}

func (e estate) AssetNames(client string) []string {
	var out []string
	for _, a := range e.Assets(client) {
		out = append(out, a.Name)
	}
	slices.Sort(out)
	return out
}

func (e estate) HasFile(string) bool { return false }

func doc(kind, metadata, spec string) string {
	return "apiVersion: patchops.dev/v1alpha1\nkind: " + kind + "\nmetadata: " + metadata + "\nspec: " + spec
}

func TestBetween(t *testing.T) {
	for _, c := range []struct {
		name string
		docs []string
		want []string
	}{
		{name: "a chain of relays", docs: []string{
			doc("Relay", "{name: a, client: acme}", "{parent: b}"), doc("Relay", "{name: b, client: acme}", "{parent: c}"),
			doc("Relay", "{name: c, client: acme}", "{}"),
		}},
		{name: "a circle behind a relay blames only its own", docs: []string{
			doc("Relay", "{name: a, client: acme}", "{parent: b}"), doc("Relay", "{name: b, client: acme}", "{parent: c}"),
			doc("Relay", "{name: c, client: acme}", "{parent: b}"),
		}, want: []string{"the relay loads from itself: b -> c -> b", "the relay loads from itself: c -> b -> c"}},
		{name: "another client's relay of that name", docs: []string{
			doc("Relay", "{name: a, client: acme}", "{parent: b}"), doc("Relay", "{name: b, client: globex}", "{parent: a}"),
		}},
		{name: "patches with two ways", docs: []string{
			doc("Patch", "{name: a}", "{supersedes: [b, c]}"), doc("Patch", "{name: b}", "{supersedes: [c]}"), doc("Patch", "{name: c}", "{}"),
		}},
		{name: "a patch that supersedes itself over another", docs: []string{
			doc("Patch", "{name: a}", "{supersedes: [c, b]}"), doc("Patch", "{name: b}", "{supersedes: [c, a]}"), doc("Patch", "{name: c}", "{}"),
		}, want: []string{"the patch supersedes itself: a -> b -> a", "the patch supersedes itself: b -> a -> b"}},
		{name: "guests over two lists", docs: []string{
			doc("AssetList", "{name: l, client: acme}", "{assets: [{name: vm, runsOn: host}, {name: own, runsOn: own}, {name: free}]}"),
			doc("AssetList", "{name: m, client: acme}", "{assets: [{name: host, runsOn: vm}, {name: guest, runsOn: free}]}"),
		}, want: []string{
			`asset "vm" is a guest of itself: vm -> host -> vm`, `asset "own" is a guest of itself: own -> own`,
			`asset "host" is a guest of itself: host -> vm -> host`,
		}},
		{name: "former names", docs: []string{
			doc("Site", "{name: a, client: acme, formerly: [a, b, z]}", "{}"), doc("Site", "{name: b, client: acme, formerly: [z, y]}", "{}"),
			doc("Site", "{name: c, client: globex, formerly: [a, y]}", "{}"), doc("Relay", "{name: y, client: acme, formerly: [b]}", "{}"),
		}, want: []string{
			`the former name "a" is its name`, `the former name "b" is the name of another Site`, `Site "a" had the name "z" too`,
		}},
	} {
		e, docs := read(t, c.docs...)
		var got []string
		for _, d := range docs {
			for _, f := range Between(d, e) {
				if f.Line == 0 || f.File == "" {
					t.Errorf("%s: %q has no place", c.name, f.Message)
				}
				got = append(got, f.Message)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\nfound  %q\nwanted %q", c.name, got, c.want)
		}
	}
}

func TestNearestAsset(t *testing.T) {
	names := []string{"db-01", "web-01", "web-02"}
	for name, want := range map[string]string{"WEB-02": "web-02", "web-2": "web-02", "mail": "", "db_01": "db-01"} {
		if got := nearestAsset(name, names); got != want {
			t.Errorf("%s: found %q, wanted %q", name, got, want)
		}
	}
}

func TestUnknownKeys(t *testing.T) {
	e, _ := read(t, doc("Client", "{name: acme, client: acme, labels: {contract: gold}}", "{}"),
		doc("AssetList", "{name: l, client: acme}", "{assets: [{name: a, os: debian, labels: {rack: b12}}]}"))
	for _, c := range []struct {
		field, term string
		want        string
	}{
		{"selector", "{key: rack, operator: NotIn, values: [x]}", ""},
		{"selector", "{key: env, operator: DoesNotExist}", ""},
		{"selector", "{key: rak, operator: NotIn, values: [x]}", `warning write "rack"`},
		{"selector", "{key: quarantine, operator: DoesNotExist}", "note "},
		{"selector", "{key: contract, operator: NotIn, values: [x]}", "note "},
		{"clientSelector", "{key: contract, operator: NotIn, values: [x]}", ""},
		{"clientSelector", "{key: rack, operator: NotIn, values: [x]}", "note "},
	} {
		_, docs := read(t, doc("Freeze", "{name: f}", "{"+c.field+": {matchExpressions: ["+c.term+"]}}"))
		j := &judge{doc: docs[0], estate: e}
		p := specPath(c.field)
		v, _ := docs[0].Root.Find(p)
		j.selector(p, v)
		got := ""
		for _, f := range j.found {
			got = string(f.Severity) + " " + f.Hint
		}
		if got != c.want {
			t.Errorf("%s %s: found %q, wanted %q", c.field, c.term, got, c.want)
		}
	}
}
