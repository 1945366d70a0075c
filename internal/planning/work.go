package planning

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/risk"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
)

// verdict is what a plan has to do on the assets of a class: work, or the reason
// why there is none.
type verdict struct {
	code  rollout.Code // "" for work
	by    string
	work  rollout.Work // of no asset yet
	score risk.Score   // of the riskiest patch
	patch string       // which that is
	rule  int          // the SLA rule that Due is of; -1: none
	late  string       // the patch that Due is of
}

// fillPlan writes one plan of the client.
func (c *client) fillPlan(p *plan) {
	out := rollout.Plan{
		Name: p.ID.Name, ID: p.id, Change: p.Change, Ring: p.Ring(c.facets), NotBefore: p.NotBefore,
		MinimumAge: p.MinimumAge, Deadline: p.Deadline, Reboot: p.Reboot, Overrides: c.options.Overrides[c.name+"/"+p.ID.Name],
	}
	if out.Ring >= 0 && out.Ring < len(p.Rings) {
		out.RingName, out.RingSoak = p.Rings[out.Ring].Name, p.Rings[out.Ring].Soak
	}
	for _, patch := range p.patches {
		out.Most = max(out.Most, rollout.Severity(spec.Level(patch.Severity)))
	}
	verdicts := map[*class]*verdict{}
	c.judged = append(c.judged, verdicts)
	c.fillWork(p, &out, verdicts)
	c.fillWaves(p, &out)
	c.out.Plans = append(c.out.Plans, out)
}

func (c *client) fillWork(p *plan, out *rollout.Plan, verdicts map[*class]*verdict) {
	selected := make([]int8, len(c.classes)) // 0 not asked, 1 yes, 2 no
	byClass := make([]*verdict, len(c.classes))
	worked := make([]bool, len(c.assets))
	names := p.Targets.NamesSome()
	for i := range c.assets {
		class := c.classOf[i]
		if selected[class] == 0 {
			selected[class] = 2
			if p.Targets.Takes(c.classes[class].facets) {
				selected[class] = 1
			}
		}
		if selected[class] == 2 || names && !p.Targets.Names(c.name, c.assets[i].Name) {
			continue
		}
		v := byClass[class]
		if v == nil {
			v = c.judge(p, c.classes[class])
			byClass[class], verdicts[c.classes[class]] = v, v
		}
		if v.code != "" {
			out.Excluded = append(out.Excluded, rollout.Excluded{Asset: c.assets[i].Name, Code: v.code, By: v.by})
			continue
		}
		worked[i] = true
		out.Work = append(out.Work, v.work)
		out.Work[len(out.Work)-1].Asset = i
	}
	for i := range out.Work {
		for _, on := range c.depends[out.Work[i].Asset] {
			if worked[on] {
				out.Work[i].DependsOn = append(out.Work[i].DependsOn, on)
			}
		}
	}
}

func (c *client) fillWaves(p *plan, out *rollout.Plan) {
	for i := range p.Waves {
		w := &p.Waves[i]
		wave := rollout.Wave{
			Name: w.Name, Percent: w.Percent, Count: w.Count, Selector: w.Selector != nil,
			MaxConcurrent: rollout.Amount(w.MaxConcurrent), Stagger: w.Stagger, Soak: w.Soak, Advance: w.Advance,
		}
		if w.Selector != nil {
			wave.Chosen = c.chosen(w.Selector, out.Work)
		}
		out.Waves = append(out.Waves, wave)
	}
}

// chosen are the assets with work that a selector takes.
func (c *client) chosen(s *spec.Selector, work []rollout.Work) []int {
	taken := make([]int8, len(c.classes))
	var out []int
	for i := range work {
		class := c.classOf[work[i].Asset]
		if taken[class] == 0 {
			taken[class] = 2
			if s.Matches(c.classes[class].facets) {
				taken[class] = 1
			}
		}
		if taken[class] == 1 {
			out = append(out, work[i].Asset)
		}
	}
	return out
}

// judge says what a plan has to do on a class of assets.
func (c *client) judge(p *plan, k *class) *verdict {
	fates := c.fates(p, k)
	var left []*spec.Patch
	v := &verdict{code: rollout.NotApplicable, by: p.id, rule: -1}
	worst := -1
	for _, f := range fates {
		if f.Code == "" {
			left = append(left, f.patch)
			continue
		}
		if rank := slices.Index(exclusions, f.Code); rank > worst {
			worst, v.code, v.by = rank, f.Code, f.By
		}
	}
	if len(left) == 0 {
		return v
	}
	v.code, v.by = "", ""
	c.measure(v, p, k, left)
	c.rate(v, p, k, left)
	v.work.Blocks = c.blocks(p, k, left)
	return v
}

// exclusions are the reasons for having no work; where patches have several, the
// last one is that of the asset: it says most about what people decided.
var exclusions = []rollout.Code{
	rollout.NotApplicable, rollout.AlreadyCompliant, rollout.Superseded, rollout.Withdrawn, rollout.Exception,
}

// fate is what becomes of one patch of a plan on an asset.
type fate struct {
	patch *spec.Patch
	Code  rollout.Code // "" : it is installed
	By    string
}

// fates says for each patch of a plan, in their order, what becomes of it.
func (c *client) fates(p *plan, k *class) []fate {
	out := make([]fate, len(p.patches))
	for i, patch := range p.patches {
		out[i] = c.fate(p, k, patch)
	}
	for i := range out {
		if f := &out[i]; f.Code != rollout.NotApplicable && f.Code != rollout.AlreadyCompliant {
			for _, newer := range c.catalogue.newer[f.patch.Name] {
				j := slices.Index(p.patches, newer)
				if j >= 0 && out[j].Code == "" && j != i {
					f.Code, f.By = rollout.Superseded, c.idOf(p, newer)
					break
				}
			}
		}
	}
	return out
}

func (c *client) fate(p *plan, k *class, patch *spec.Patch) fate {
	id := c.idOf(p, patch)
	if !k.appliesTo(patch) {
		return fate{patch, rollout.NotApplicable, id}
	}
	manager := ""
	if k.profile != nil {
		manager = k.profile.Manager
	}
	if c.has(k, patch, manager) {
		return fate{patch, rollout.AlreadyCompliant, id}
	}
	for _, newer := range c.catalogue.newer[patch.Name] {
		if c.has(k, newer, manager) {
			return fate{patch, rollout.AlreadyCompliant, c.idOf(p, newer)}
		}
	}
	if patch.Withdrawn != 0 && patch.Withdrawn <= c.asOf {
		return fate{patch, rollout.Withdrawn, id}
	}
	for _, i := range k.accepts {
		if c.excepts(&c.accepted[i], patch) {
			return fate{patch, rollout.Exception, c.accepted[i].ID.String()}
		}
	}
	return fate{patch: patch}
}

// idOf is the document that a patch is in: its own, or the plan.
func (c *client) idOf(p *plan, patch *spec.Patch) string {
	if patch.Inline {
		return p.id
	}
	return "Patch/_/" + patch.Name
}

// measure says what the session is: its patches, how long it takes, whether it
// restarts the system and whether a technician is there.
func (c *client) measure(v *verdict, p *plan, k *class, left []*spec.Patch) {
	w := &v.work
	w.Reboots = p.Reboot == "always"
	var estimates int64
	for _, patch := range left {
		w.Patches = append(w.Patches, patch.Name)
		w.Released = max(w.Released, patch.Released)
		w.Bytes += patch.Bytes
		estimates += patch.Estimate
		w.Reboots = w.Reboots || p.Reboot == "ifRequired" && patch.Restart == "system"
		if level := rollout.Severity(spec.Level(patch.Severity)); w.Least == 0 || level < w.Least {
			w.Least = level
		}
	}
	w.ByHand = p.Manual
	var e spec.Estimate
	if k.profile != nil {
		w.ByHand = w.ByHand || k.profile.Manual
		e = k.profile.EstimateOf(k.asset.Value)
	}
	seconds := max(e.Install, estimates) + e.Postcheck + e.Reserve
	if w.Reboots {
		seconds += e.Reboot
	}
	w.Minutes = max(1, (seconds+59)/60)
}

// rate says how risky it is to wait, and when the work is due.
func (c *client) rate(v *verdict, p *plan, k *class, left []*spec.Patch) {
	for i, patch := range left {
		score := c.catalogue.policy.Rate(risk.Work{
			Severity: patch.Severity, Exploited: patch.KEV, EPSS: patch.EPSS,
			Exposure: k.asset.Value.Get("exposure").Text(), Tier: k.rollout.Tier, Incidents: c.incidents(p, patch),
		})
		if i == 0 || score.Total > v.score.Total {
			v.score, v.patch = score, patch.Name
		}
		due, rule := risk.Due(c.ruling, patch, k.facets, c.out.Business, 0)
		if rule >= 0 && (v.rule < 0 || due < v.work.Due) {
			v.work.Due, v.rule, v.late = due, rule, patch.Name
		}
	}
	v.work.Risk = v.score.Total
}

// join shows names in a sentence.
func join(names []string) string { return strings.Join(names, ", ") }
