package approval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/spec"
)

// guarded are the kinds of documents that decide who and what judges: only a rule
// that names the kind or the path takes them, and so it is with all files.
var guarded = []string{"Config", "Person", "Group", "ApprovalRule", "ExecutorProfile"}

// taken is what a rule takes of a change.
type taken struct {
	entries []int // of Input.Entries
	assets  []*Asset
	clients []string
	why     string // why it takes nothing; "" it does
}

// takes says which entries a rule is for. minAssets, minRisk, minCost and
// findings are conditions on all that the other fields take: where one does not
// hold, the rule takes nothing.
func (j *judge) takes(r *Rule) taken {
	m := r.Match
	if m == nil {
		return taken{why: "it applies only where something refers to it"}
	}
	var t taken
	seen := make([]bool, j.assets)
	clients := map[string]bool{}
	most := -1
	for i := range j.in.Entries {
		e := &j.in.Entries[i]
		if !m.entry(e) {
			continue
		}
		t.entries = append(t.entries, i)
		for _, c := range e.Clients {
			clients[c] = true
		}
		for k := range e.Assets {
			a := &e.Assets[k]
			if !m.asset(a) {
				continue
			}
			if id := j.assetIDs[i][k]; !seen[id] {
				seen[id] = true
				t.assets = append(t.assets, a)
			}
			if a.Grant {
				most = max(most, a.Risk)
			}
		}
	}
	for c := range clients {
		t.clients = append(t.clients, c)
	}
	t.clients = sortedSet(t.clients)
	if t.why = j.short(m, &t, most); t.why != "" {
		return taken{why: t.why}
	}
	return t
}

// short says which condition on the whole does not hold.
func (j *judge) short(m *Match, t *taken, risk int) string {
	switch {
	case len(t.entries) == 0:
		return "it matches nothing that the change touches"
	case len(t.assets) < m.MinAssets:
		return fmt.Sprintf("it is for %d assets or more, the change touches %d", m.MinAssets, len(t.assets))
	case m.MinRisk > 0 && risk < m.MinRisk:
		return fmt.Sprintf("it is for risk %d or more, the change has %d", m.MinRisk, max(risk, 0))
	case m.MinCost > 0 && j.in.Cost >= 0 && j.in.Cost < m.MinCost:
		return fmt.Sprintf("it is for costs of %d or more, the change has %d", m.MinCost, j.in.Cost)
	case m.Findings != nil && !intersect(m.Findings, j.in.FindingIDs):
		return "the change shows none of its findings"
	}
	return ""
}

// readEntries sorts the entries, and numbers the assets that they touch.
func (j *judge) readEntries() {
	j.in.Entries = slices.Clone(j.in.Entries)
	slices.SortStableFunc(j.in.Entries, func(a, b Entry) int { return strings.Compare(a.Text, b.Text) })
	ids := map[[2]string]int{}
	j.assetIDs = make([][]int, len(j.in.Entries))
	for i := range j.in.Entries {
		assets := j.in.Entries[i].Assets
		j.assetIDs[i] = make([]int, len(assets))
		for k := range assets {
			key := [2]string{assets[k].Client, assets[k].Name}
			id, known := ids[key]
			if !known {
				id = len(ids)
				ids[key] = id
			}
			j.assetIDs[i][k] = id
		}
	}
	j.assets = len(ids)
}

// entry reports whether a match takes an entry.
func (m *Match) entry(e *Entry) bool {
	byPath := slices.ContainsFunc(e.Paths, func(path string) bool {
		return slices.ContainsFunc(m.Paths, func(g spec.Glob) bool { return g.Matches(path) })
	})
	switch {
	case m.Paths != nil && !byPath,
		m.Kinds != nil && !slices.Contains(m.Kinds, e.Kind),
		m.ChangeTypes != nil && !intersect(m.ChangeTypes, e.ChangeTypes),
		m.Clients != nil && !intersect(m.Clients, e.Clients),
		m.ClientTiers != nil && !intersect(m.ClientTiers, e.Tiers),
		m.ProblemRefs != nil && (*m.ProblemRefs && !e.Problem || !*m.ProblemRefs && !e.NoProblem):
		return false
	}
	if (e.Kind == "" || slices.Contains(guarded, e.Kind)) && m.Paths == nil && m.Kinds == nil {
		return false
	}
	if m.Environments == nil && m.ComplianceScopes == nil && m.Selector == nil {
		return true
	}
	for i := range e.Assets {
		if m.asset(&e.Assets[i]) {
			return true
		}
	}
	return false
}

// asset reports whether an asset, as it was or as it is, is one that a match is
// for. What neither tree knows is taken by every rule.
func (m *Match) asset(a *Asset) bool {
	if len(a.Sides) == 0 || m.Environments == nil && m.ComplianceScopes == nil && m.Selector == nil {
		return true
	}
	for _, f := range a.Sides {
		if (m.Environments == nil || intersect(m.Environments, f.Values("env"))) &&
			(m.ComplianceScopes == nil || intersect(m.ComplianceScopes, f.Values("complianceScope"))) &&
			m.Selector.Takes(f) {
			return true
		}
	}
	return false
}

func intersect(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// changesRules reports whether the change touches what judges changes.
func (j *judge) changesRules() bool {
	return slices.ContainsFunc(j.in.Entries, func(e Entry) bool {
		return slices.Contains(guarded, e.Kind) || slices.ContainsFunc(e.Paths, func(path string) bool {
			return strings.HasPrefix(path, "policies/") || strings.HasPrefix(path, "schemas/")
		})
	})
}
