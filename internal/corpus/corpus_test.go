package corpus

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
)

// tree is files with documents, as a loader would give them.
type tree map[string]string

func (t tree) corpus(tb testing.TB, asOf string, broken ...string) *Corpus {
	tb.Helper()
	var entries []*Entry
	for _, file := range []string{"agreement", "assets", "client", "plan", "window"} {
		src, ok := t[file]
		if !ok {
			continue
		}
		docs, found := document.ParseYAML(file, []byte(src))
		if len(found) > 0 {
			tb.Fatal(found)
		}
		for i := range docs {
			e := Entry{ID: docs[i].ID, File: file, Index: i, Digest: sha256.Sum256([]byte(src)), Broken: strings.Contains(strings.Join(broken, " "), file)}
			if docs[i].ID.Kind == "AssetList" {
				e.Bulk = docs[i].Root.Get("spec").Get("file").Text()
			}
			entries = append(entries, NewEntry(e, func() *document.Document { return &docs[i] }))
		}
	}
	files := func(path string) ([]byte, bool) {
		src, ok := t[path]
		return []byte(src), ok
	}
	rows := func(path string, src []byte) []document.Value {
		var values []document.Value
		document.ParseRows(path, src, func(string) document.ColumnKind { return document.Text }, func(row document.Value) { values = append(values, row) })
		return values
	}
	return New(asOf, entries, files, rows)
}

func small() tree {
	return tree{
		"client":    "kind: Client\nmetadata: {name: acme, client: acme}\nspec: {tier: 1, timezone: Europe/Berlin, complianceScopes: [pci-dss]}\n",
		"assets":    "kind: AssetList\nmetadata: {name: all, client: acme}\nspec: {defaults: {os: debian}, assets: [{name: web}, {name: db, os: rhel, windowRefs: [late]}], file: more.csv}\n",
		"more.csv":  "name,role\nmail,relay\n",
		"agreement": "kind: ClientAgreement\nmetadata: {name: a, client: acme}\nspec: {effective: 2026-01-01, expires: 2026-12-31, windowRefs: [early, late, never]}\n",
		"window": "kind: MaintenanceWindow\nmetadata: {name: early, client: acme}\nspec: {selector: {matchLabels: {os: debian}}}\n---\n" +
			"kind: MaintenanceWindow\nmetadata: {name: late}\nspec: {}\n---\nkind: MaintenanceWindow\nmetadata: {name: never, client: acme}\nspec: {type: deny}\n",
		"plan": "kind: PatchPlan\nmetadata: {name: p, client: acme}\nspec: {targets: {selector: {matchLabels: {clientTier: \"1\", os: debian}}}}\n",
	}
}

const morning = "2026-03-12T09:00:00Z"

func names(v *document.Value, field string) string {
	var out []string
	for i := range v.Elements() {
		out = append(out, v.Items[i].Get(field).Text())
	}
	return strings.Join(out, " ")
}

func TestAssetsAreMergedAndDerived(t *testing.T) {
	v := small().corpus(t, morning).View("acme")
	if got := strings.Join(v.AssetNames("acme"), " "); got != "db mail web" {
		t.Errorf("assets are %q", got)
	}
	mail := v.Asset("acme", "mail")
	for field, want := range map[string]string{"os": "debian", "role": "relay", "client": "acme"} {
		if got := mail.Get(field).Text(); got != want {
			t.Errorf("mail.%s is %q, wanted %q", field, got, want)
		}
	}
	if got := mail.Get("complianceScopes").Elements(); len(got) != 1 || got[0].Str != "pci-dss" {
		t.Errorf("the client's scopes are missing: %v", got)
	}
	if got := names(v.Targets("acme", "p"), "asset"); got != "mail web" {
		t.Errorf("the plan selects %q", got)
	}
}

// TestMembersAreOfEitherSide: an asset is in the group that it names, else in the
// one that lists it; whoever reads the members depends on the client's assets.
func TestMembersAreOfEitherSide(t *testing.T) {
	files := small()
	files["assets"] = strings.Replace(files["assets"], "{name: web}", "{name: web, haGroup: pair}, {name: app, haGroup: pair}, {name: lone, haGroup: other}", 1)
	files["assets"] += "---\nkind: HAGroup\nmetadata: {name: pair, client: acme}\nspec: {members: [mail, lone]}\n"
	v := files.corpus(t, morning).View("acme")
	for group, want := range map[string]string{"pair": "app mail web", "other": "lone", "none": ""} {
		var got []string
		for _, m := range v.Members("acme", group).Elements() {
			got = append(got, m.Str)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("group %s has the members %q, wanted %q", group, got, want)
		}
	}
	if got := strings.Join(v.MemberGroups("acme"), " "); got != "other pair" {
		t.Errorf("the groups are %q, wanted other and pair", got)
	}
	if want := []Dependency{{Reading: Assets, Client: "acme"}}; !slices.Equal(v.Dependencies(), want) {
		t.Errorf("%v was read, wanted %v", v.Dependencies(), want)
	}
}

func TestListedKnowsWindowsInForce(t *testing.T) {
	want := map[string]string{"web": "early late", "db": "late", "mail": "early late"}
	listed := small().corpus(t, morning).View("acme").Listed("acme", "all")
	for i := range listed.Elements() {
		item := &listed.Items[i]
		var windows []string
		for _, w := range item.Get("windows").Elements() {
			windows = append(windows, w.Str)
		}
		name := item.Get("asset").Get("name").Text()
		if got := strings.Join(windows, " "); got != want[name] {
			t.Errorf("%s gets the windows %q, wanted %q", name, got, want[name])
		}
		if bulk := item.Get("index") == nil; bulk != (name == "mail") {
			t.Errorf("%s: index missing is %v", name, bulk)
		}
	}
	late := small().corpus(t, "2027-01-01T09:00:00Z").View("acme").Listed("acme", "all")
	if got := len(late.Items[0].Get("windows").Elements()); got != 0 {
		t.Errorf("after the agreement %d windows open, wanted none", got)
	}
}

// TestDependenciesAreExact: a change that a reading can see changes what it
// holds, and one that it cannot see does not.
func TestDependenciesAreExact(t *testing.T) {
	read := func(v *View) {
		v.Targets("acme", "p")
		v.Asset("acme", "web")
		v.Has("Contact", "acme", "nobody")
	}
	before := small().corpus(t, morning)
	view := before.View("acme")
	read(view)
	same := func(c *Corpus) bool {
		for _, d := range view.Dependencies() {
			if before.Holds(d) != c.Holds(d) {
				return false
			}
		}
		return true
	}
	tests := []struct {
		file, old, new string
		seen           bool
	}{
		{"client", "tier: 1", "tier: 2", true},
		{"assets", "name: web", "name: web2", true},
		{"more.csv", "relay", "mail", true},
		{"plan", "debian", "rhel", true},
		{"agreement", "2026-12-31", "2027-12-31", false},
		{"window", "deny", "allow", false},
		{"client", "acme}\nspec", "acme}\nspec", false},
	}
	for _, test := range tests {
		changed := small()
		changed[test.file] = strings.Replace(changed[test.file], test.old, test.new, 1)
		if seen := !same(changed.corpus(t, morning)); seen != test.seen {
			t.Errorf("%s: %q to %q: seen is %v", test.file, test.old, test.new, seen)
		}
	}
	if !same(small().corpus(t, "2030-01-01T00:00:00Z")) {
		t.Error("the instant was not read, but counts")
	}
}

func TestBrokenDocumentsAreUnseen(t *testing.T) {
	v := small().corpus(t, morning, "client").View("acme")
	if !v.Has("Client", "acme", "acme") {
		t.Error("a broken document does not exist for references")
	}
	if v.Broken() {
		t.Error("asking whether it exists does not meet what is broken in it")
	}
	if v.Document("Client", "acme", "acme") != nil || !v.Broken() {
		t.Error("a broken document is shown, or its meeting is not noted")
	}
}
