package planning

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/risk"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
)

// Explanation is where everything comes from that a rollout knows of one asset.
// Documents are named as "kind/client/name"; "" is none.
type Explanation struct {
	Client, Asset string
	At            finding.Position // of the asset's name
	List          string
	Site, Relay   string
	Group         string
	RunsOn        string // an asset of the same client
	Profile       string
	Agreements    []AgreementForce // by when they begin
	Windows       []Applies        // by name: what an agreement or the asset names
	Denies        []Applies        // by document: what binds any asset of the client and is not over
	Supports      []Applies        // by application: what its applications need
	Plans         []PlanReason     // by name: every open plan
}

// AgreementForce is a time in which an agreement is in force.
type AgreementForce struct {
	Document    string
	From, Until int64
	Now         bool
}

// Applies is whether a document applies to the asset, and why.
type Applies struct {
	Document string
	Applies  bool
	Why      string
}

// PlanReason is what a plan has to do on the asset.
type PlanReason struct {
	Plan    string
	Code    rollout.Code // why it has no work; "" for work
	By      string
	Why     string      // of NOT_SELECTED
	Patches []PatchFate // where the plan selects the asset, by name
	Risk    *Risk       // of work
	Blocks  []rollout.Block
}

// PatchFate is what becomes of a patch of a plan.
type PatchFate struct {
	Patch string
	Code  rollout.Code // why it is not installed; "" where it is
	By    string
}

// Risk is how risky it is to wait with some work, and until when it may.
type Risk struct {
	Score  risk.Score
	Patch  string // whose score it is: the riskiest
	Policy string // "" for the built-in one
	Due    int64  // 0: no rule matches
	For    string // the patch that is due first
	Rule   string // "SLAPolicy/_/default spec.rules[0]"
}

// Risk is the risk of an asset's work in a plan, with its terms; nil where there
// is no such work.
func (r *Result) Risk(client, plan, asset string) *Risk {
	c := r.clients[client]
	if c == nil {
		return nil
	}
	i, known := c.index[asset]
	if !known {
		return nil
	}
	for j := range c.plans {
		if c.plans[j].ID.Name == plan {
			return c.risk(j, i)
		}
	}
	return nil
}

func (c *client) risk(plan, asset int) *Risk {
	v := c.judged[plan][c.classes[c.classOf[asset]]]
	if v == nil || v.code != "" || !c.plans[plan].Targets.Names(c.name, c.out.Assets[asset].Name) {
		return nil
	}
	out := &Risk{Score: v.score, Patch: v.patch, Policy: c.catalogue.policyID, Due: v.work.Due, For: v.late}
	if v.rule >= 0 {
		out.Rule = fmt.Sprintf("%s spec.rules[%d]", c.slaID, v.rule)
	}
	return out
}

// Explain says where everything comes from that the rollout knows of an asset;
// nil where there is no such asset.
func (r *Result) Explain(client, asset string) *Explanation {
	c := r.clients[client]
	if c == nil {
		return nil
	}
	i, known := c.index[asset]
	if !known {
		return nil
	}
	c.readAssets()
	a, k := c.assets[i], c.classes[c.classOf[i]]
	e := &Explanation{
		Client: client, Asset: asset, At: finding.Position{File: a.File, Line: int(a.Pos.Line), Column: int(a.Pos.Column)},
		List: a.List.String(), RunsOn: a.Value.Get("runsOn").Text(),
	}
	name := func(into *string, kind, name string) {
		if name != "" {
			*into = identity(kind, client, name).String()
		}
	}
	name(&e.Site, "Site", a.Value.Get("site").Text())
	name(&e.Group, "HAGroup", a.Value.Get("haGroup").Text())
	if relay := k.facets.Values("relay"); len(relay) > 0 {
		name(&e.Relay, "Relay", relay[0])
	}
	if profile := a.Value.Get("profile").Text(); profile != "" {
		e.Profile = "ExecutorProfile/_/" + profile
	}
	for _, s := range c.spans {
		e.Agreements = append(e.Agreements, AgreementForce{s.terms.ID.String(), s.Start, s.End, s.Start <= c.asOf && c.asOf < s.End})
	}
	e.Windows, e.Denies, e.Supports = c.whyWindows(i, k), c.whyDenies(k), c.whySupports(k)
	e.Plans = c.whyPlans(i, k)
	return e
}

// whyWindows tells of each window that an agreement or the asset names whether it
// opens for the asset.
func (c *client) whyWindows(asset int, k *class) []Applies {
	agreed := map[string][]string{}
	for _, t := range c.terms {
		for _, name := range t.Windows {
			agreed[name] = append(agreed[name], "agreed in "+t.ID.String())
		}
		for _, name := range t.EmergencyWindows {
			agreed[name] = append(agreed[name], "agreed for emergencies in "+t.ID.String())
		}
	}
	own := c.assets[asset].Value.Get("windowRefs")
	names := spec.Texts(own)
	for name := range agreed {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []Applies
	for _, name := range slices.Compact(names) {
		w := Applies{Document: name}
		if root, id := named(c.view, "MaintenanceWindow", c.name, name); root != nil {
			w.Document = id.String()
		}
		i, readable := c.windows[name]
		switch {
		case len(agreed[name]) == 0:
			w.Why = "the asset names it and no agreement does"
		case !readable:
			w.Why = "it cannot be read, or it is a deny window"
		case own != nil && !slices.Contains(spec.Texts(own), name):
			w.Why = "the asset has windowRefs and does not name it"
		case !c.opening[i].Takes(k.facets):
			w.Why = "its selector: " + whyNot(*c.opening[i], k.facets)
		default:
			w.Applies, w.Why = true, strings.Join(agreed[name], ", ")
		}
		out = append(out, w)
	}
	return out
}

func (c *client) whyDenies(k *class) []Applies {
	var out []Applies
	for i, d := range c.out.Denies {
		a := Applies{Document: d.ID, Applies: true, Why: "binds every asset"}
		if s := c.binding[i]; s != nil {
			if a.Applies = s.Matches(k.facets); a.Applies {
				a.Why = "its selector takes the asset"
			} else {
				a.Why = "its selector: " + whyNot(*s, k.facets)
			}
		}
		if a.Applies && d.PassAbove > 0 {
			a.Why += fmt.Sprintf("; work of severity above %s passes", severities()[d.PassAbove])
		}
		out = append(out, a)
	}
	return out
}

// severities are the words of rollout.Severity, in its order.
func severities() []string {
	return []string{"unsaid", "none", "low", "medium", "high", "critical"}
}

func (c *client) whySupports(k *class) []Applies {
	var out []Applies
	for _, i := range k.rollout.Supports {
		s := &c.out.Supports[i]
		out = append(out, Applies{s.ID, true, fmt.Sprintf("the asset runs %q", s.Application)})
	}
	return out
}

// whyNot is the first term of a selector that an asset does not meet.
func whyNot(s spec.Selector, f spec.Facets) string {
	t, fails := s.Fails(f)
	if !fails {
		return "it has no terms, so it takes nothing"
	}
	found := "missing"
	if values := f.Values(t.Key); len(values) > 0 {
		found = strings.Join(values, ", ")
	}
	switch t.Operator {
	case spec.In:
		return fmt.Sprintf("%s is %s, wanted %s", t.Key, found, strings.Join(t.Values, " or "))
	case spec.NotIn:
		return fmt.Sprintf("%s is %s, wanted none of %s", t.Key, found, strings.Join(t.Values, ", "))
	case spec.Exists:
		return t.Key + " is missing"
	}
	return fmt.Sprintf("%s is %s, wanted none", t.Key, found)
}

// whyPlans tells of every open plan, of the client or without one, what it has to
// do on the asset.
func (c *client) whyPlans(asset int, k *class) []PlanReason {
	var out []PlanReason
	for i, p := range c.plans {
		out = append(out, c.whyPlan(i, p, asset, k))
	}
	for _, p := range append(c.plansOf(c.view, c.name, c.zone), c.templates...) {
		if !slices.ContainsFunc(out, func(r PlanReason) bool { return r.Plan == p.id }) {
			out = append(out, PlanReason{Plan: p.id, Code: rollout.NotSelected, By: p.id, Why: "its targets do not name client " + c.name})
		}
	}
	slices.SortFunc(out, func(a, b PlanReason) int { return strings.Compare(a.Plan, b.Plan) })
	return out
}

func (c *client) whyPlan(i int, p *plan, asset int, k *class) PlanReason {
	r := PlanReason{Plan: p.id, By: p.id}
	s := p.Targets.Selector()
	switch {
	case !p.Targets.Names(c.name, c.out.Assets[asset].Name):
		r.Code, r.Why = rollout.NotSelected, "targets.assets does not name it"
		return r
	case !s.Takes(k.facets):
		r.Code, r.Why = rollout.NotSelected, "targets.selector: "+whyNot(*s, k.facets)
		return r
	case !p.Targets.Takes(k.facets):
		r.Code, r.Why = rollout.NotSelected, "targets.exclude takes it"
		return r
	}
	for _, f := range c.fates(p, k) {
		r.Patches = append(r.Patches, PatchFate{f.patch.Name, f.Code, f.By})
	}
	if v := c.judged[i][k]; v.code != "" {
		r.Code, r.By = v.code, v.by
	} else {
		r.Risk, r.Blocks = c.risk(i, asset), v.work.Blocks
	}
	return r
}
