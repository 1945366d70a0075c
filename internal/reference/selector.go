package reference

import (
	"fmt"
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
	if j.options.Lenient || j.matches(p, s) {
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
