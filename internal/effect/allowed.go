package effect

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/finding"
)

// PlanGrants is what a tree allows one open plan to do at one client.
type PlanGrants struct {
	Plan finding.Identity // without a client for a plan over several
	// Digest is of what may be done, when and until when, to all of its assets. What only
	// keeps work away (freezes, vendor support) is not in it: that subtracts, and is no
	// reason to begin again what has ended.
	Digest Digest
	Assets []AssetGrant // by asset
}

// AssetGrant is the digest of what a plan may do to one asset: of the canonical JSON of
// the grant with its client, plan and asset.
type AssetGrant struct {
	Asset  string
	Digest Digest
}

// Grants are what a tree allows at a client, by the name of the plan; of two plans with one
// name the client's own comes second.
func (t *Tree) Grants(client string) []PlanGrants {
	e := newEstate(t, client)
	if e.root == nil {
		return nil
	}
	var out []PlanGrants
	h := hashed{sets: map[*Named][]byte{}}
	for _, id := range slices.Concat(t.planIDs(client), t.planIDs("")) {
		if grants := e.grants(t.plan(id)); len(grants) > 0 {
			out = append(out, h.all(client, id, grants))
		}
	}
	slices.SortStableFunc(out, func(a, b PlanGrants) int {
		return cmp.Or(strings.Compare(a.Plan.Name, b.Plan.Name), strings.Compare(a.Plan.Client, b.Plan.Client))
	})
	return out
}

func (h *hashed) all(client string, plan finding.Identity, grants []assetGrant) PlanGrants {
	out := PlanGrants{Plan: plan, Assets: make([]AssetGrant, len(grants))}
	whole := sha256.New()
	whole.Write([]byte{'['})
	for i, g := range grants {
		out.Assets[i] = AssetGrant{g.asset, sha256.Sum256(h.alone(client, plan, g.asset, g.grant))}
		positive := *g.grant
		positive.Deny = nil
		if i > 0 {
			whole.Write([]byte{','})
		}
		whole.Write(h.alone(client, plan, g.asset, &positive))
	}
	whole.Write([]byte{']'})
	out.Digest = Digest(whole.Sum(nil))
	return out
}

// alone is one grant's canonical JSON, valid until the next call.
func (h *hashed) alone(client string, plan finding.Identity, asset string, g *Grant) []byte {
	h.b = canonical.AppendString(append(h.b[:0], `{"asset":`...), asset)
	h.b = canonical.AppendString(append(h.b, `,"client":`...), client)
	h.b = append(h.b, `,"grant":`...)
	h.grant(g)
	h.b = canonical.AppendString(append(h.b, `,"plan":`...), plan.String())
	h.b = append(h.b, '}')
	return h.b
}
