package spec

import (
	"slices"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// Asset is one machine of a client.
type Asset struct {
	Client string
	Name   string
	// Value is the asset with its list's defaults merged in (MergeAsset).
	Value *document.Value
	Site  *document.Value  // the root of its Site, where JoinSites found it
	List  finding.Identity // the AssetList that declares it
	File  string           // of the asset itself: the list's, or its bulk file's
	Pos   document.Pos     // of its name in File
	Index int              // among the list's inline assets; -1 for a row of a bulk file
	own   *document.Value
	from  string // file of the defaults
}

// At is the place of one of the asset's fields, in the asset or in its list's
// defaults; the asset's own place when it has no such field.
func (a *Asset) At(field string) finding.Position {
	if v := a.own.Get(field); v != nil {
		return at(a.File, v.Pos)
	}
	if v := a.Value.Get(field); v != nil {
		return at(a.from, v.Pos)
	}
	return at(a.File, a.Pos)
}

// Assets are the assets an AssetList declares, inline or in the bulk file it
// names, in their order. rows reads a bulk file; it is not called without one.
// What has no name is left out: the schema says so.
func Assets(list *document.Document, rows func(path string) []document.Value) []Asset {
	spec := list.Root.Get("spec")
	defaults := spec.Get("defaults")
	out := declared(nil, list, list.File, defaults, spec.Get("assets").Elements())
	if file := spec.Get("file").Text(); file != "" && rows != nil {
		out = declared(out, list, file, defaults, rows(file))
	}
	return out
}

func declared(out []Asset, list *document.Document, file string, defaults *document.Value, values []document.Value) []Asset {
	for i := range values {
		name := values[i].Get("name")
		if name.Text() == "" {
			continue
		}
		own := &document.Value{} // so that one asset does not hold all of the list
		*own = values[i]
		index := i
		if file != list.File {
			index = -1
		}
		out = append(out, Asset{
			Index: index, Client: list.ID.Client, Name: name.Str, Value: MergeAsset(defaults, own),
			List: list.ID, File: file, Pos: name.Pos, own: own, from: list.File,
		})
	}
	return out
}

// JoinSites gives each asset its Site, of those of its client by name. The
// argument is not changed.
func JoinSites(assets []Asset, sites map[string]*document.Value) []Asset {
	out := slices.Clone(assets)
	for i := range out {
		out[i].Site = sites[out[i].Value.Get("site").Text()]
	}
	return out
}

// mergedByKey are the fields of an asset that are merged key by key; all others
// replace the default as a whole, lists too.
var mergedByKey = map[string]bool{"labels": true, "packages": true}

// MergeAsset is an asset with the fields it lacks taken from its list's
// defaults. A field the asset has replaces the default as a whole (a list is
// never appended to), except labels and packages, which are merged key by key
// and the asset's own value wins. A name is never inherited. Neither argument
// is changed; the result keeps every value's place and may share values with
// both. The asset's own fields come first, in its order.
func MergeAsset(defaults, asset *document.Value) *document.Value {
	if asset == nil || asset.Kind != document.Map || defaults == nil || defaults.Kind != document.Map {
		return asset
	}
	return merge(defaults, asset, func(key string) bool { return key != "name" }, func(key string, d, a *document.Value) *document.Value {
		if mergedByKey[key] && d.Kind == document.Map && a.Kind == document.Map {
			return merge(d, a, everyKey, nil)
		}
		return a
	})
}

// merge adds to own the entries of base that it lacks and that wanted allows.
// both, where given, decides what an entry of both becomes.
func merge(base, own *document.Value, wanted func(string) bool, both func(string, *document.Value, *document.Value) *document.Value) *document.Value {
	out := *own
	out.Keys = make([]document.Key, 0, len(own.Keys)+len(base.Keys))
	out.Items = make([]document.Value, 0, len(own.Keys)+len(base.Keys))
	for i, key := range own.Keys {
		item := &own.Items[i]
		if d := base.Get(key.Name); d != nil && both != nil {
			item = both(key.Name, d, item)
		}
		out.Keys, out.Items = append(out.Keys, key), append(out.Items, *item)
	}
	for i, key := range base.Keys {
		if wanted(key.Name) && own.Get(key.Name) == nil {
			out.Keys, out.Items = append(out.Keys, key), append(out.Items, base.Items[i])
		}
	}
	return &out
}

func everyKey(string) bool { return true }
