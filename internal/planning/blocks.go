package planning

import (
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
)

// blocks are what keeps a plan from an asset altogether, as the documents stand
// now, in the order in which it would be lifted.
func (c *client) blocks(p *plan, k *class, left []*spec.Patch) []rollout.Block {
	var out []rollout.Block
	add := func(code rollout.Code, by, path, text string) {
		out = append(out, rollout.Block{Code: code, By: by, Path: path, Text: text})
	}
	if c.status == "suspended" {
		add(rollout.ClientNotActive, identity("Client", c.name, c.name).String(), "spec.status", "make client "+c.name+" active again")
	}
	if p.Change == "emergency" && c.now != nil && !c.now.EmergencyAllowed {
		add(rollout.EmergencyNotAgreed, c.now.ID.String(), "spec.emergency.allowed",
			"agree on emergencies with client "+c.name+", or make it a normal change")
	}
	if p.Change == "standard" {
		for _, patch := range left {
			if !patch.Inline && patch.Review != "passed" {
				add(rollout.VendorReview, c.idOf(p, patch), "spec.vendorReview", "record a passed review of "+c.idOf(p, patch))
				break
			}
		}
	}
	out = append(out, c.signed(p)...)
	out = append(out, c.possible(p, k, left)...)
	return out
}

// signed says what the client must still do before anything starts. A client that
// is not active yet is shown plans without it.
func (c *client) signed(p *plan) []rollout.Block {
	if c.status != "active" {
		return nil
	}
	var out []rollout.Block
	client := identity("Client", c.name, c.name).String()
	if c.now != nil {
		if missing := c.now.Unsigned(c.asOf); len(missing) > 0 {
			out = append(out, rollout.Block{
				Code: rollout.AckMissing, By: c.now.ID.String(), Path: "spec.acknowledgements",
				Text: "have client " + c.name + " sign " + join(missing),
			})
		}
		told, field := c.now.Contacts, "spec.notice.contactRefs"
		if p.Change == "emergency" {
			told, field = c.now.EmergencyTold, "spec.emergency.contactRefs"
		}
		if len(c.told(told)) == 0 {
			out = append(out, rollout.Block{
				Code: rollout.ContactInvalid, By: c.now.ID.String(), Path: field,
				Text: "name a contact of client " + c.name + " that may still be called",
			})
		}
	}
	for _, role := range []string{"primary", "escalation"} {
		if !c.reachable(role) {
			out = append(out, rollout.Block{
				Code: rollout.ContactInvalid, By: client, Path: "metadata.name",
				Text: "add a Contact of role " + role + " of client " + c.name + ", or renew one",
			})
		}
	}
	return out
}

// possible says why the work cannot be done in the way that the plan wants.
func (c *client) possible(p *plan, k *class, left []*spec.Patch) []rollout.Block {
	var out []rollout.Block
	if p.SnapshotRequired {
		if snapshot := k.asset.Value.Get("snapshot"); snapshot != nil && !snapshot.Bool {
			out = append(out, rollout.Block{
				Code: rollout.SnapshotImpossible, By: p.id, Path: "spec.snapshot.mode", Text: "leave the asset to a plan without required snapshots",
			})
		}
	}
	if !p.Manual && c.now != nil && c.now.ManualOnly != nil && c.now.ManualOnly.Matches(k.facets) {
		out = append(out, rollout.Block{
			Code: rollout.ManualOnly, By: c.now.ID.String(), Path: "spec.manualOnly", Text: "take the asset into a plan with mode manual",
		})
	}
	if c.unsupported(k, left) {
		out = append(out, rollout.Block{
			Code: rollout.EOLNoPatch, By: k.asset.List.String(), Path: "spec.assets",
			Text: "replace the system, or say by appliesTo which patch is still for it",
		})
	}
	if k.profile == nil {
		out = append(out, rollout.Block{
			Code: rollout.Held, By: k.asset.List.String(), Path: "spec.assets",
			Text: "declare ExecutorProfile " + k.asset.Value.Get("profile").Text() + ", which says how long a session takes",
		})
	}
	return out
}

// unsupported reports whether all that is left came out after the vendor's
// support of the asset ended, and no patch says that it is for such assets.
func (c *client) unsupported(k *class, left []*spec.Patch) bool {
	if k.eol == 0 || c.asOf < k.eol {
		return false
	}
	for _, patch := range left {
		if patch.AppliesTo != nil || patch.Released < k.eol {
			return false
		}
	}
	return true
}
