// Package effect says what a change would allow: E(before, after) of two trees,
// what people approve and sign (authority.md 1). It is a ceiling: clock, windows
// that pass, the log, facts, feeds and exceptions may afterwards only subtract
// from it. The package also says whether what lands lies within what was
// proposed (Covers), and holds the canonical JSON that all digests are made of.
//
// It knows no clock, no tzdata, no log and no schedule; it neither judges who
// may approve nor prints. The bytes behind the digests: docs/formats/effect.md.
package effect

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/finding"
)

// Version is the constant in every sub-effect. It changes with the meaning of
// an effect: then no older approval counts any more.
const Version = "effect/v1"

// Org is the sub-effect of everything that belongs to no client.
const Org = "_org"

// Effect is what differs between two trees. Everything is sorted; what is the
// same in both is not in it.
type Effect struct {
	Files     []FileChange     // by path
	Documents []DocumentChange // by client, kind, name
	Grants    []GrantChange    // by client, plan, asset
}

// FileChange is one file that is no document; a zero state is absent.
type FileChange struct {
	Path          string
	Before, After FileState
	// Fields say which assets of a bulk file differ, and how; for people, not in
	// the digest.
	Fields []FieldChange
}

// FileState is the mode in Git, such as "100644", and the digest of the bytes.
type FileState struct {
	Mode   string
	Digest Digest
}

// DocumentChange is one document; a zero state is absent.
type DocumentChange struct {
	finding.Identity
	Before, After DocumentState
	// Fields say which of its values differ; for people, not in the digest.
	Fields []FieldChange
}

// DocumentState is where a document stands and the digest of its value.
type DocumentState struct {
	Path   string
	Digest Digest
}

// GrantChange is what one plan may do to one asset, before and after; nil is
// absent.
type GrantChange struct {
	Client, Asset string
	Plan          finding.Identity // without a client for a plan over several
	Before, After *Grant
}

// Grant is what an open plan may ever do to an asset.
type Grant struct {
	// What is the digest of the four that follow.
	What Digest
	// Plan is what the plan says beside its targets, patches and deadline.
	Plan Digest
	// Asset is its name, address, os, class, profile, haGroup and dependsOn.
	Asset Digest
	// Profile is the ExecutorProfile.
	Profile Digest
	// Patches are those that apply to it, with exact versions.
	Patches Digest
	// Terms are what the client's agreements say of notice, emergencies,
	// maxUnavailable, manualOnly and misfire, and when they are in force.
	Terms Digest
	Allow Set    // windows, by id
	Deny  Set    // deny windows, freezes, blackouts, holidays, vendor support
	Until string // the plan's deadline, as written
}

// Named is one member of a Set.
type Named struct {
	Name   string
	Digest Digest
}

// Set is digests by name, sorted by name. Sets are shared and never changed.
type Set []Named

// Get is the digest of a name, zero where it is not in the set.
func (s Set) Get(name string) Digest {
	i, ok := slices.BinarySearchFunc(s, name, func(n Named, name string) int { return strings.Compare(n.Name, name) })
	if !ok {
		return Digest{}
	}
	return s[i].Digest
}

// Within reports whether every member of s is in other with the same digest.
func (s Set) Within(other Set) bool {
	return !slices.ContainsFunc(s, func(n Named) bool { return other.Get(n.Name) != n.Digest })
}

func (s Set) equal(other Set) bool {
	return len(s) == len(other) && (len(s) == 0 || &s[0] == &other[0] || slices.Equal(s, other))
}

func (g *Grant) equal(other *Grant) bool {
	if g == nil || other == nil {
		return g == other
	}
	return g.What == other.What && g.Terms == other.Terms && g.Until == other.Until &&
		g.Allow.equal(other.Allow) && g.Deny.equal(other.Deny)
}

// Empty reports whether nothing differs.
func (e *Effect) Empty() bool {
	return len(e.Files) == 0 && len(e.Documents) == 0 && len(e.Grants) == 0
}

// Digest is the SHA-256 of the canonical JSON array of the sorted digests of the
// sub-effects: what approvals are bound to.
func (e *Effect) Digest() Digest {
	var sums []string
	for _, s := range e.SubEffects() {
		sums = append(sums, s.Effect.sum(s.Client).String())
	}
	slices.Sort(sums)
	out := []byte{'['}
	for i, s := range sums {
		if i > 0 {
			out = append(out, ',')
		}
		out = canonical.AppendString(out, s)
	}
	return sha256.Sum256(append(out, ']'))
}

// SubEffect is the part of an effect that is one client's, or Org's.
type SubEffect struct {
	Client string
	Effect *Effect
}

// Digest is the SHA-256 of the sub-effect's canonical JSON.
func (s SubEffect) Digest() Digest { return s.Effect.sum(s.Client) }

// SubEffects are the parts that are not empty, by client; Org comes first.
func (e *Effect) SubEffects() []SubEffect {
	parts := map[string]*Effect{}
	part := func(client string) *Effect {
		if client == "" {
			client = Org
		}
		if parts[client] == nil {
			parts[client] = &Effect{}
		}
		return parts[client]
	}
	for _, f := range e.Files {
		p := part(clientOfPath(f.Path))
		p.Files = append(p.Files, f)
	}
	for _, d := range e.Documents {
		p := part(d.Client)
		p.Documents = append(p.Documents, d)
	}
	for _, g := range e.Grants {
		p := part(g.Client)
		p.Grants = append(p.Grants, g)
	}
	out := make([]SubEffect, 0, len(parts))
	for client, p := range parts {
		out = append(out, SubEffect{client, p})
	}
	slices.SortFunc(out, func(a, b SubEffect) int { return strings.Compare(a.Client, b.Client) })
	return out
}

// clientOfPath is the client whose folder a path lies in, "" for none.
func clientOfPath(file string) string {
	top, rest, _ := strings.Cut(file, "/")
	client, _, deeper := strings.Cut(rest, "/")
	if !deeper || top != "clients" && top != "plans" || top == "plans" && client == "closed" {
		return ""
	}
	return client
}
