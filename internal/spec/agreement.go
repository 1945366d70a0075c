package spec

import (
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/window"
)

// InForce is the agreement of a client that is in force at an instant: of
// several, which is a finding, the first by name; nil when there is none. Bare
// dates are read in the client's zone.
func InForce(agreements []*document.Document, zone string, at time.Time) *document.Value {
	sorted := slices.SortedFunc(slices.Values(agreements), func(a, b *document.Document) int {
		return strings.Compare(a.ID.Name, b.ID.Name)
	})
	for _, doc := range sorted {
		terms := doc.Root.Get("spec")
		if covers(terms, zone, at) {
			return terms
		}
	}
	return nil
}

func covers(terms *document.Value, zone string, at time.Time) bool {
	from, err := window.Instant(terms.Get("effective").Text(), zone, string(window.From))
	if err != nil || at.Before(from) {
		return false
	}
	expires := terms.Get("expires")
	if expires == nil {
		return true
	}
	until, err := window.Instant(expires.Text(), zone, string(window.Until))
	return err == nil && at.Before(until)
}

// AssetWindows are the names of the windows that an agreement opens for an
// asset, in the agreement's order: those it names, of the asset's own windowRefs
// if it has any, whose selector takes the asset, without deny windows. find
// gives the root of a window by name, nil when there is none.
func AssetWindows(a *Asset, client, terms *document.Value, find func(name string) *document.Value) []string {
	own := texts(a.Value.Get("windowRefs"))
	var out []string
	for _, name := range texts(terms.Get("windowRefs")) {
		root := find(name).Get("spec")
		if root == nil || root.Get("type").Text() == "deny" || a.Value.Get("windowRefs") != nil && !slices.Contains(own, name) {
			continue
		}
		if selector := root.Get("selector"); selector != nil && !ParseSelector(selector).Matches(a.Facets(client)) {
			continue
		}
		out = append(out, name)
	}
	return out
}
