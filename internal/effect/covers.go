package effect

import (
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/finding"
)

// Difference is one way in which what lands is not within what was proposed.
type Difference struct {
	Why Why
	// Document is the document that differs, or the plan of a grant.
	Document finding.Identity
	// Client and Asset are those of a grant.
	Client, Asset string
	// Name is the path of a file, or what allows or denies, by id.
	Name string
}

// Why says what differs.
type Why string

// What can differ. The last seven are about a grant.
const (
	FileDiffers     Why = "file"     // a file is not as proposed
	DocumentDiffers Why = "document" // a document is not as proposed
	NotProposed     Why = "grant"    // nobody saw the grant
	NotRemoved      Why = "removal"  // a removal was proposed, or lands, and the other is none
	PlanDiffers     Why = "plan"     // another plan
	AssetDiffers    Why = "asset"    // another address, system, group, ...
	ProfileDiffers  Why = "profile"  // another way to install
	PatchesDiffer   Why = "patches"  // other patches or versions
	DatesDiffer     Why = "dates"    // the client's zone, in which the plan's dates are read
	TermsDiffer     Why = "terms"    // other terms of the agreement
	AllowDiffers    Why = "allow"    // a window that was not proposed, or another one
	DenyMissing     Why = "deny"     // something that denied no longer does, or is another
	UntilLater      Why = "until"    // a later deadline
)

// Coverage is how what lands relates to what was proposed.
type Coverage struct {
	// Void are the differences that void an approval; none: it holds.
	Void []Difference
	// Uncovered are grants that nobody saw, for assets that came or changed on the
	// other side: they void nothing, and nothing starts by them until a change
	// covers them.
	Uncovered []Difference
}

// Holds reports whether approvals of what was proposed count for what lands.
func (c Coverage) Holds() bool { return len(c.Void) == 0 }

// Covers compares what lands, E(A, A+H), with what was proposed, E(M, H)
// (authority.md 2 (e)). Moved is what came between, E(M, A); nil: nothing.
//
// It holds when files and documents are identical and every landing grant has a
// proposed one for the same plan and asset with equal what and terms, windows
// among those proposed, at least what was proposed to deny, and no later
// deadline; a removal matches only a removal.
func Covers(landing, proposed, moved *Effect) Coverage {
	c := Coverage{Void: append(fileDifferences(landing, proposed), documentDifferences(landing, proposed)...)}
	seen := map[grantKey]*GrantChange{}
	for i := range proposed.Grants {
		seen[keyOf(&proposed.Grants[i])] = &proposed.Grants[i]
	}
	for i := range landing.Grants {
		g := &landing.Grants[i]
		switch p := seen[keyOf(g)]; {
		case p != nil:
			c.Void = append(c.Void, exceeds(g, p)...)
		case assetMoved(moved, g):
			c.Uncovered = append(c.Uncovered, g.differs(NotProposed, ""))
		default:
			c.Void = append(c.Void, g.differs(NotProposed, ""))
		}
	}
	return c
}

type grantKey struct {
	plan          finding.Identity
	client, asset string
}

func keyOf(g *GrantChange) grantKey { return grantKey{g.Plan, g.Client, g.Asset} }

func (g *GrantChange) differs(why Why, name string) Difference {
	return Difference{Why: why, Document: g.Plan, Client: g.Client, Asset: g.Asset, Name: name}
}

func fileDifferences(landing, proposed *Effect) []Difference {
	states := func(e *Effect) map[string][2]FileState {
		out := map[string][2]FileState{}
		for _, f := range e.Files {
			out[f.Path] = [2]FileState{f.Before, f.After}
		}
		return out
	}
	var out []Difference
	for _, path := range unlike(states(landing), states(proposed), strings.Compare) {
		out = append(out, Difference{Why: FileDiffers, Name: path})
	}
	return out
}

func documentDifferences(landing, proposed *Effect) []Difference {
	states := func(e *Effect) map[finding.Identity][2]DocumentState {
		out := map[finding.Identity][2]DocumentState{}
		for _, d := range e.Documents {
			out[d.Identity] = [2]DocumentState{d.Before, d.After}
		}
		return out
	}
	var out []Difference
	for _, id := range unlike(states(landing), states(proposed), compareIDs) {
		out = append(out, Difference{Why: DocumentDiffers, Document: id})
	}
	return out
}

// unlike are the keys that two maps do not hold alike, sorted.
func unlike[K, V comparable](a, b map[K]V, compare func(a, b K) int) []K {
	var out []K
	for k, v := range a {
		if w, ok := b[k]; !ok || v != w {
			out = append(out, k)
		}
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, compare)
	return out
}

// exceeds says in what a landing grant goes beyond the proposed one.
func exceeds(landing, proposed *GrantChange) []Difference {
	g, p := landing.After, proposed.After
	if g == nil || p == nil {
		if g == p {
			return nil
		}
		return []Difference{landing.differs(NotRemoved, "")}
	}
	var out []Difference
	for _, part := range []struct {
		why   Why
		equal bool
	}{
		{PlanDiffers, g.Plan == p.Plan},
		{AssetDiffers, g.Asset == p.Asset},
		{ProfileDiffers, g.Profile == p.Profile},
		{PatchesDiffer, g.Patches == p.Patches},
		{TermsDiffer, g.Terms == p.Terms},
		{UntilLater, !later(g.Until, p.Until)},
	} {
		if !part.equal {
			out = append(out, landing.differs(part.why, ""))
		}
	}
	if g.What != p.What && g.Plan == p.Plan && g.Asset == p.Asset && g.Profile == p.Profile && g.Patches == p.Patches {
		out = append(out, landing.differs(DatesDiffer, ""))
	}
	for _, n := range g.Allow {
		if p.Allow.Get(n.Name) != n.Digest {
			out = append(out, landing.differs(AllowDiffers, n.Name))
		}
	}
	for _, n := range p.Deny {
		if g.Deny.Get(n.Name) != n.Digest {
			out = append(out, landing.differs(DenyMissing, n.Name))
		}
	}
	return out
}

// later reports whether a deadline may be later than another. Without tzdata a
// bare date, which ends with its day in some zone, is compared with an instant
// by the widest offsets there are (UTC-12 to UTC+14).
func later(a, b string) bool {
	if a == b {
		return false
	}
	return latest(a).After(earliest(b, bareDate(a)))
}

func latest(s string) time.Time { return bound(s, 12*time.Hour) }

// earliest is the earliest that a deadline may be; of two bare dates, both in
// the client's one zone, only the days are compared.
func earliest(s string, dates bool) time.Time {
	if dates {
		return bound(s, 12*time.Hour)
	}
	return bound(s, -14*time.Hour)
}

// bound is an instant, or the end of a bare date's day in UTC and an offset.
func bound(s string, offset time.Duration) time.Time {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t
	}
	t, _ := time.Parse(time.DateOnly, s)
	return t.AddDate(0, 0, 1).Add(offset)
}

// assetMoved reports whether a grant that nobody saw is new, as far as can be
// told, only because an asset came or changed: assets of its client moved, and
// nothing else that selects it did.
func assetMoved(moved *Effect, g *GrantChange) bool {
	if moved == nil || slices.ContainsFunc(moved.Documents, func(d DocumentChange) bool { return d.selects(g) }) {
		return false
	}
	return slices.ContainsFunc(moved.Documents, func(d DocumentChange) bool {
		return d.Client == g.Client && (d.Kind == "AssetList" || d.Kind == "Site" || d.Kind == "HAGroup")
	}) || slices.ContainsFunc(moved.Files, func(f FileChange) bool { return len(f.Fields) > 0 })
}

// selects reports whether the change of a document, which is no asset's, may
// have given the grant.
func (d *DocumentChange) selects(g *GrantChange) bool {
	switch d.Kind {
	case "PatchPlan":
		return d.Identity == g.Plan
	case "Client":
		return d.Client == g.Client && d.Before != DocumentState{}
	case "Bundle":
		return d.Before != DocumentState{}
	case "Patch":
		return slices.ContainsFunc(d.Fields, func(f FieldChange) bool { return strings.HasPrefix(f.Path, "spec.appliesTo") })
	}
	return false
}
