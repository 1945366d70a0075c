package spec

import (
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"pgregory.net/rapid"
)

const berlin = `apiVersion: patchops.dev/v1alpha1
kind: AssetList
metadata: {name: berlin, client: acme}
spec:
  defaults: {name: ignored, os: debian, tier: 2, applications: [crm], labels: {team: linux, rack: a}, packages: {openssl: 3.0.1}}
  assets:
  - {name: web-01, labels: {rack: b}, packages: {nginx: 1.24.0}}
  - {name: db-01, tier: 0, applications: [], os: rhel}
  - {os: debian}
`

func TestAssetsTakeDefaults(t *testing.T) {
	list := documents(t, "clients/acme/assets.yaml", berlin)[0]
	assets := Assets(list, nil)
	if len(assets) != 2 {
		t.Fatalf("%d assets", len(assets))
	}
	web, db := assets[0], assets[1]
	for _, c := range []struct{ got, want any }{
		{web.Name, "web-01"},
		{web.Client, "acme"},
		{web.List, finding.Identity{Kind: "AssetList", Client: "acme", Name: "berlin"}},
		{web.Value.Get("name").Text(), "web-01"},
		{web.Value.Get("os").Text(), "debian"},
		{web.Value.Get("tier").Int, int64(2)},
		{web.Value.Get("labels").Get("team").Text(), "linux"}, // merged by key
		{web.Value.Get("labels").Get("rack").Text(), "b"},
		{web.Value.Get("packages").Get("openssl").Text(), "3.0.1"},
		{web.Value.Get("packages").Get("nginx").Text(), "1.24.0"},
		{db.Value.Get("tier").Int, int64(0)},
		{len(db.Value.Get("applications").Elements()), 0}, // a list replaces, it is not appended to
		{db.Value.Get("os").Text(), "rhel"},
		{web.At("labels"), finding.Position{File: "clients/acme/assets.yaml", Line: 7, Column: 20}},
		{web.At("os"), finding.Position{File: "clients/acme/assets.yaml", Line: 5, Column: 33}},
		{web.At("site"), finding.Position{File: "clients/acme/assets.yaml", Line: 7, Column: 12}},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	if list.Root.Get("spec").Get("assets").Items[0].Get("os") != nil {
		t.Error("the list was changed")
	}
}

func TestAssetsOfBulkFile(t *testing.T) {
	list := documents(t, "clients/acme/assets.yaml", `apiVersion: patchops.dev/v1alpha1
kind: AssetList
metadata: {name: lyon, client: acme}
spec: {defaults: {env: prod}, file: clients/acme/lyon.csv}
`)[0]
	row := value(t, `{name: fr-01, os: debian}`)
	assets := Assets(list, func(path string) []document.Value {
		if path != "clients/acme/lyon.csv" {
			t.Errorf("reads %q", path)
		}
		return []document.Value{*row}
	})
	if len(assets) != 1 || assets[0].Value.Get("env").Text() != "prod" || assets[0].At("os").File != "clients/acme/lyon.csv" ||
		assets[0].At("env").File != "clients/acme/assets.yaml" {
		t.Errorf("%+v", assets)
	}
}

// Merging again changes nothing, and nothing that the asset says is lost.
func TestMergeIsIdempotent(t *testing.T) {
	scalar := rapid.Custom(func(t *rapid.T) document.Value {
		return document.Value{Kind: document.String, Str: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "text")}
	})
	fields := func(names []string, inner *rapid.Generator[document.Value]) *rapid.Generator[document.Value] {
		return rapid.Custom(func(t *rapid.T) document.Value {
			v := document.Value{Kind: document.Map}
			for _, name := range names {
				if rapid.Bool().Draw(t, name) {
					v.Keys = append(v.Keys, document.Key{Name: name})
					v.Items = append(v.Items, inner.Draw(t, "value"))
				}
			}
			return v
		})
	}
	asset := fields([]string{"name", "os", "labels", "packages", "estimate"}, rapid.OneOf(scalar, fields([]string{"p", "q"}, scalar)))
	rapid.Check(t, func(t *rapid.T) {
		defaults, own := asset.Draw(t, "defaults"), asset.Draw(t, "own")
		once := MergeAsset(&defaults, &own)
		if twice := MergeAsset(&defaults, once); !same(once, twice) {
			t.Fatalf("%+v\n%+v", once, twice)
		}
		for i, key := range own.Keys {
			if !mergedByKey[key.Name] && !same(once.Get(key.Name), &own.Items[i]) {
				t.Fatalf("%s is lost", key.Name)
			}
		}
		if own.Get("name") == nil && once.Get("name") != nil {
			t.Fatal("a name is inherited")
		}
	})
}

func same(a, b *document.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Str != b.Str || len(a.Items) != len(b.Items) {
		return false
	}
	for i := range a.Items {
		if a.Kind == document.Map && a.Keys[i].Name != b.Keys[i].Name || !same(&a.Items[i], &b.Items[i]) {
			return false
		}
	}
	return true
}

func TestDuplicateAssets(t *testing.T) {
	docs := documents(t, "a.yaml", `apiVersion: patchops.dev/v1alpha1
kind: AssetList
metadata: {name: berlin, client: acme}
spec: {assets: [{name: web-01}, {name: db-01}, {name: WEB-01}]}
---
apiVersion: patchops.dev/v1alpha1
kind: AssetList
metadata: {name: lyon, client: acme}
spec: {assets: [{name: db-01}]}
`)
	twice := Duplicates(append(Assets(docs[0], nil), Assets(docs[1], nil)...))
	if len(twice) != 2 {
		t.Fatalf("%+v", twice)
	}
	for i, want := range []struct {
		message     string
		line, first int
	}{{`asset "WEB-01" differs from asset "web-01" only in case`, 4, 4}, {`asset "db-01" is declared twice`, 9, 4}} {
		f := twice[i].Finding()
		if f.ID != "estate/duplicate-asset" || f.Message != want.message || f.Line != want.line || f.Related[0].Line != want.first {
			t.Errorf("%+v, want %+v", f, want)
		}
	}
}
