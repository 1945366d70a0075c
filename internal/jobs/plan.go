package jobs

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
)

// reviewAfter is when the review of an emergency is due: so much after its end.
const reviewAfter = 3 * 24 * 60 * 60

// planOf is a plan without its jobs, by what its document says.
func (c *client) planOf(in *rollout.Plan, said *document.Value) *progress.Plan {
	p := &progress.Plan{
		Client: c.Name, Name: in.Name, ID: in.ID, Change: in.Change, Deadline: in.Deadline, Reboot: in.Reboot,
		Misfire: careful(said.Get("misfire").Text(), c.terms.Get("misfire").Text()), OnSupersede: otherwise(said.Get("onSupersede").Text(), "finish"),
		RollbackAuto: yes(said.Get("rollback").Get("auto")), RollbackOn: spec.Texts(said.Get("rollback").Get("on")),
		Snapshot: otherwise(said.Get("snapshot").Get("mode").Text(), "none"),
		Jobs:     map[string]*progress.Job{}, Gone: map[string]rollout.Code{},
		Notice: c.needsNotice(in.Change), Channels: spec.Texts(c.terms.Get("notice").Get("channels")),
		Superseded: c.supersededBy(said), Lifted: slices.Sorted(slices.Values(in.Overrides)), Ring: in.Ring, RingSoak: in.RingSoak,
	}
	if said.Get("rollback").Get("on") == nil {
		p.RollbackOn = []string{"install", "postcheck", "gate"}
	}
	if in.Change == "emergency" && !c.reviewed(in.ID) {
		p.Review = reviewAfter
	}
	if rings := said.Get("rings").Elements(); in.Ring >= 0 && in.Ring < len(rings) {
		p.MaxFailedClients = spec.Whole(rings[in.Ring].Get("maxFailedClients"), 0)
	}
	p.Closed, p.ClosedWhy = c.closed(in.Name)
	waves := said.Get("waves").Elements()
	for i := range waves {
		p.Waves = append(p.Waves, c.wave(&waves[i]))
	}
	if len(p.Waves) == 0 {
		p.Waves = []progress.Wave{{Name: "all", Advance: 100, MaxFailures: rollout.Amount{Set: true}}}
	}
	return p
}

func otherwise(text, absent string) string {
	if text == "" {
		return absent
	}
	return text
}

// careful is the more careful of what a plan says of missed windows and what the
// agreement does, if it says anything: waiting for a person before going on by itself,
// and that before going on as soon as the host is there.
func careful(plan, agreement string) string {
	order := []string{"defer", "nextWindow", "onReconnect"}
	a, b := slices.Index(order, plan), slices.Index(order, agreement)
	switch {
	case a < 0:
		return order[0]
	case b >= 0 && b < a:
		return agreement
	}
	return plan
}

// needsNotice says whether an agreement that is in force or will be wants the client told
// before such a change.
func (c *client) needsNotice(change string) bool {
	now := c.options.AsOf.Unix()
	for i := range c.Agreements {
		g := &c.Agreements[i]
		switch {
		case g.Until <= now:
		case change == "emergency" && g.EmergencyLead.Seconds > 0, change != "emergency" && (g.Lead.Seconds > 0 || len(g.Leads) > 0):
			return true
		}
	}
	return false
}

// reviewed says whether the review that an emergency owes afterwards was done, by the
// client's documents or those of all.
func (c *client) reviewed(plan string) bool {
	for _, owner := range []string{corpus.Global, c.Name} {
		for _, name := range c.view.Names("Review", owner) {
			said := c.view.Document("Review", owner, name).Get("spec")
			if said.Get("type").Text() == "postImplementation" && said.Get("subject").Text() == plan && said.Get("at").Text() != "" {
				return true
			}
		}
	}
	return false
}

// closed is why nothing of a plan starts.
func (c *client) closed(plan string) (rollout.Code, string) {
	if c.status != "active" {
		return rollout.ClientNotActive, fmt.Sprintf("client %s is %s", c.Name, otherwise(c.status, "not active"))
	}
	why := c.options.Closed[c.Name+"/"+plan]
	return why.Code, why.Why
}

// supersededBy says which patch of a plan has been superseded by one that is not in it.
func (c *client) supersededBy(said *document.Value) string {
	names := c.patchNames(said)
	for _, name := range names {
		for _, newer := range c.newer[name] {
			if !slices.Contains(names, newer.Name) {
				return fmt.Sprintf("Patch/_/%s supersedes Patch/_/%s", newer.Name, name)
			}
		}
	}
	return ""
}

// patchNames are the patches that a plan names, by itself and in bundles, that have
// documents.
func (c *client) patchNames(said *document.Value) []string {
	names := spec.Texts(said.Get("patches"))
	for _, bundle := range spec.Texts(said.Get("bundles")) {
		names = append(names, spec.Texts(c.view.Document("Bundle", corpus.Global, bundle).Get("spec").Get("patches"))...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (c *client) wave(v *document.Value) progress.Wave {
	w := progress.Wave{
		Name: v.Get("name").Text(), Soak: spec.Seconds(v.Get("soak")), Advance: int(spec.Whole(v.Get("advance"), 100)),
		MaxConcurrent: rollout.Amount(spec.ReadAmount(v.Get("maxConcurrent"))), Stagger: spec.Seconds(v.Get("stagger")),
		MaxFailures: rollout.Amount(spec.ReadAmount(v.Get("maxFailures"))), OfRollout: v.Get("denominator").Text() == "rollout",
	}
	w.MaxFailures.Set = true // what is not written is none
	gates := v.Get("gates").Elements()
	for i := range gates {
		w.Gates = append(w.Gates, c.gate(&gates[i], i))
	}
	return w
}

// gate reads a gate; its name is its type and its place among the wave's.
func (c *client) gate(v *document.Value, index int) progress.Gate {
	kind := v.Get("type").Text()
	g := progress.Gate{Name: kind + "-" + strconv.Itoa(index), Probe: kind == "probe"}
	if g.Probe {
		g.Run, g.URL, g.Status = spec.Texts(v.Get("run")), v.Get("http").Get("url").Text(), int(spec.Whole(v.Get("http").Get("status"), 0))
		g.On, g.Every, g.Fail = v.Get("on").Text(), spec.Seconds(v.Get("every")), int(spec.Whole(v.Get("failAfter"), 1))
		g.Before, g.Worse = spec.Seconds(v.Get("before")), int(spec.Whole(v.Get("tolerancePercent"), 0))
		return g
	}
	g.Group, g.Roles = v.Get("group").Text(), spec.Texts(v.Get("contactRoles"))
	g.Count, g.Within = int(spec.Whole(v.Get("count"), 1)), spec.Seconds(v.Get("within"))
	if g.Group != "" {
		g.People = c.members(g.Group)
		return g
	}
	g.Contacts, g.People = c.contacts(g.Roles), c.members("")
	return g
}

// members are the people of a group who may say something, sorted; of no group all.
func (c *client) members(group string) []string {
	names := c.view.Names("Person", corpus.Global)
	if group != "" {
		names = spec.Texts(c.view.Document("Group", corpus.Global, group).Get("spec").Get("members"))
	}
	var out []string
	for _, name := range names {
		said := c.view.Document("Person", corpus.Global, name).Get("spec")
		if said != nil && yes(said.Get("active")) && !yes(said.Get("bot")) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// contacts are the client's contacts with one of some roles who may still be called.
func (c *client) contacts(roles []string) []string {
	var out []string
	for _, name := range c.view.Names("Contact", c.Name) {
		root := c.view.Document("Contact", c.Name, name)
		if root == nil {
			continue
		}
		if p := spec.ReadContact(root, c.zone); p.Valid(c.options.AsOf.Unix()) && slices.Contains(roles, p.Role) {
			out = append(out, name)
		}
	}
	return out
}
