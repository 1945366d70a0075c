package effect

import (
	"fmt"
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/spec"
)

// clients are those whose assets an effect may alter.
func (l *loosening) clients(e *Effect) []string {
	found := map[string]bool{}
	for _, d := range e.Documents {
		if d.Client != "" && slices.Contains([]string{"AssetList", "HAGroup", "Site"}, d.Kind) {
			found[d.Client] = true
		}
	}
	changed := map[string]bool{}
	for _, f := range e.Files {
		changed[f.Path] = true
	}
	for _, entry := range l.after.Entries() {
		if entry.Bulk != "" && changed[entry.Bulk] && entry.ID.Client != "" {
			found[entry.ID.Client] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// estate compares the assets of one client, with what their lists, groups and
// sites say of them. New assets, and those that are gone, are no looser.
func (l *loosening) estate(client string) {
	had := map[string]*spec.Asset{}
	before := l.before.View(client).Assets(client)
	for i := range before {
		had[before[i].Name] = &before[i]
	}
	after := l.after.View(client).Assets(client)
	for i := range after {
		if was := had[after[i].Name]; was != nil && was.Value != nil && after[i].Value != nil && !same(was.Value, after[i].Value) {
			l.compareAsset(was.Value, &after[i])
		}
	}
}

func (l *loosening) compareAsset(was *document.Value, asset *spec.Asset) {
	l.id, l.path, l.asset = asset.List, asset.File, asset
	defer func() { l.asset = nil }()
	at := fmt.Sprintf("spec.assets[%d].", asset.Index)
	if asset.Index < 0 {
		at = "assets[" + asset.Name + "]." // a row of a bulk file
	}
	p := func(about string) part { return part{l, about, at, was, asset.Value} }
	ha, window, rules := p("ha"), p("window"), p("rules")
	if was.Get("haGroup") != nil && !same(was.Get("haGroup"), asset.Value.Get("haGroup")) {
		ha.found("haGroup", "ungrouped")
	}
	ha.dropped("dependsOn", "removed")
	if was.Get("windowRefs") != nil && asset.Value.Get("windowRefs") == nil {
		window.found("windowRefs", "opened")
	} else if was.Get("windowRefs") != nil {
		window.taken("windowRefs", "opened")
	}
	window.ranked("windowCombine", "opened", "all", "any")
	rules.dropped("complianceScopes", "narrowed")
	l.tier(rules)
}
