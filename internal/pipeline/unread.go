package pipeline

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// unread is the broken documents among what was read: nobody knows what they
// were meant to say.
type unread []finding.Identity

// brokenAmong lists the broken documents that some readings met.
func brokenAmong(c *corpus.Corpus, reads ...[]corpus.Dependency) unread {
	lists := map[string]unread{} // of an estate, by client
	for _, e := range c.Entries() {
		if e.Broken && slices.Contains(estate, e.ID.Kind) {
			lists[e.ID.Client] = append(lists[e.ID.Client], e.ID)
		}
	}
	var out unread
	for _, d := range slices.Concat(reads...) {
		switch d.Reading {
		case corpus.Content:
			id := finding.Identity{Kind: d.Kind, Client: d.Client, Name: d.Name}
			if id.Client == corpus.Global {
				id.Client = ""
			}
			if e := c.Entry(id); e != nil && e.Broken {
				out = append(out, id)
			}
		case corpus.Assets:
			out = append(out, lists[d.Client]...)
		}
	}
	return out
}

// doubtful lists the documents that can be read but refer to something that is
// not there: what follows from them is told best by that alone.
func (r *run) doubtful() unread {
	var out unread
	for _, f := range r.files {
		for _, h := range f.Documents {
			if h.Verdict != nil && h.ID.Kind != "Config" && slices.ContainsFunc(h.Verdict.Findings, dangling) {
				out = append(out, h.ID)
			}
		}
	}
	return out
}

func dangling(f finding.Finding) bool {
	return f.Severity == finding.Error && (strings.HasPrefix(f.ID, "reference/") || strings.HasPrefix(f.ID, "bulk/"))
}

// among are those of the documents that some readings met.
func (u unread) among(reads ...[]corpus.Dependency) unread {
	var out unread
	for _, id := range u {
		client := id.Client
		if client == "" {
			client = corpus.Global
		}
		met := func(d corpus.Dependency) bool {
			return d.Reading == corpus.Content && d.Kind == id.Kind && d.Client == client && d.Name == id.Name ||
				d.Reading == corpus.Assets && d.Client == client && slices.Contains(estate, id.Kind)
		}
		if slices.ContainsFunc(slices.Concat(reads...), met) {
			out = append(out, id)
		}
	}
	return out
}

// estate is the kinds that a client's assets are read from.
var estate = []string{"AssetList", "HAGroup", "Site", "Client"}

// ofPlans are the kinds whose documents only tell of the plans that name them; a
// broken plan tells of itself alone. All others tell of a whole client.
var ofPlans = []string{"Patch", "Bundle", "TestEvidence", "Problem", "KnownError", "Incident", "Review", "ValidationProcedure"}

// concerns reports whether the rollout of a plan may look different for what is
// unread.
func (u unread) concerns(plan *document.Document) bool {
	named := names(&plan.Root)
	bundles := len(plan.Root.Get("spec").Get("bundles").Elements()) > 0
	return slices.ContainsFunc(u, func(id finding.Identity) bool {
		switch {
		case id.Kind == "PatchPlan":
			return id == plan.ID
		case id.Kind == "Patch" && bundles:
			return true
		case slices.Contains(ofPlans, id.Kind):
			return named[id.Name]
		}
		return true
	})
}

// names are all texts of a value.
func names(v *document.Value) map[string]bool {
	out := map[string]bool{}
	var walk func(v *document.Value)
	walk = func(v *document.Value) {
		if v.Kind == document.String {
			out[v.Str] = true
		}
		for i := range v.Items {
			walk(&v.Items[i])
		}
	}
	walk(v)
	return out
}
