package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// selector judges one selector: `{}` selects nothing in particular and is
// refused everywhere; one that matches nothing is an error in open plans and
// client windows, a note elsewhere.
func (j *judge) selector(p document.Path, v *document.Value) {
	s := spec.ParseSelector(v)
	if s.Empty() {
		j.report("selector/empty", finding.Error, p, "the selector has no terms", "leave the selector out to select everything, or write a term")
		return
	}
	if j.options.Lenient {
		return
	}
	if j.matches(p, s) {
		j.unknownKeys(p, s)
		return
	}
	what := "asset"
	if j.selectsClients(p) {
		what = "client"
	}
	j.report("selector/no-match", j.severity(), p, fmt.Sprintf("the selector matches no %s", what), "see the labels and facets in "+j.where(what))
}

func (j *judge) severity() finding.Severity {
	switch kind := j.doc.ID.Kind; {
	case kind == "PatchPlan", kind == "MaintenanceWindow" && j.doc.ID.Client != "":
		return finding.Error
	}
	return finding.Note
}

func (j *judge) where(what string) string {
	if what == "asset" {
		return "the AssetList documents"
	}
	return "the Client documents"
}

func (j *judge) selectsClients(p document.Path) bool {
	return len(p) > 0 && strings.HasPrefix(p[len(p)-1].Key, "client")
}

func (j *judge) matches(p document.Path, s spec.Selector) bool {
	for _, client := range j.clients() {
		root := j.estate.Document("Client", client, client)
		if j.selectsClients(p) {
			if root != nil && s.Matches(spec.ClientFacets(root)) {
				return true
			}
			continue
		}
		assets := j.estate.Assets(client)
		for i := range assets {
			if s.Matches(assets[i].Facets(root)) {
				return true
			}
		}
	}
	return false
}

// clients are the clients a selector of this document looks at.
func (j *judge) clients() []string {
	if j.doc.ID.Client != "" {
		return []string{j.doc.ID.Client}
	}
	return j.estate.Clients("Client")
}

// unknownKeys judges the terms that hold for whatever lacks their key: where
// the key is misspelt they hold for everything, which no-match cannot show.
func (j *judge) unknownKeys(p document.Path, s spec.Selector) {
	var known []string
	for _, term := range s.Terms {
		if term.Operator != spec.NotIn && term.Operator != spec.DoesNotExist {
			continue
		}
		if known == nil {
			known = j.keys(p)
		}
		if slices.Contains(known, term.Key) {
			continue
		}
		severity, hint := finding.Note, ""
		if near := finding.Nearest(term.Key, known); near != "" {
			severity, hint = finding.Warning, fmt.Sprintf("write %q", near)
		}
		j.report("selector/unknown-key", severity, p, fmt.Sprintf("nothing has the facet or label %q, so its %s holds for all", term.Key, term.Operator), hint)
	}
}

// keys are the facets and the labels in use that a selector can name, sorted.
func (j *judge) keys(p document.Path) []string {
	keys := spec.AssetFacetNames()
	if j.selectsClients(p) {
		keys = spec.ClientFacetNames()
	}
	add := func(labels *document.Value) {
		for i := 0; labels != nil && i < len(labels.Keys); i++ {
			keys = append(keys, labels.Keys[i].Name)
		}
	}
	for _, client := range j.clients() {
		if j.selectsClients(p) {
			add(j.estate.Document("Client", client, client).Get("metadata").Get("labels"))
			continue
		}
		assets := j.estate.Assets(client)
		for i := range assets {
			add(assets[i].Value.Get("labels"))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
